use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

use super::{
    Api,
    problem::{Problem, chain},
};
use crate::{
    clock::{Timestamp, within},
    report::Progress,
    store::{Stats, StoreError},
    user::SourceName,
};

/// Counts that are older are read anew, beside whoever asks.
const FRESH: Duration = Duration::from_secs(10);

/// Counts that are older are waited for.
const GOOD: Duration = Duration::from_mins(5);

/// How long the legacy system is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many users there are and where, as of one moment.
#[derive(Debug)]
pub(super) struct Counts {
    /// Which counting since the start this is.
    number: u64,
    pub(super) at: Timestamp,
    /// The same by the clock that never goes back.
    since: Duration,
    pub(super) stats: Stats,
    pub(super) legacy: Legacy,
}

/// What the legacy system says of its side.
#[derive(Debug)]
pub(super) enum Legacy {
    Counted(Progress),
    /// The API was given no legacy system.
    NotGiven,
    /// The legacy system has no list of its users.
    NotListed,
    /// It cannot be asked now.
    Unreachable,
}

/// Counts users for everybody who asks, once at a time: with a million users it takes longer than an answer may.
#[derive(Debug, Default)]
pub(super) struct Counter {
    last: Mutex<Option<Arc<Counts>>>,
    /// How often it was begun to count.
    begun: AtomicU64,
    /// Whose turn it is to count.
    turn: Arc<Turn<()>>,
}

impl Counter {
    fn last(&self) -> Option<Arc<Counts>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Counts that are some seconds old where somebody has asked lately.
pub(super) async fn counts(api: &Api) -> Result<Arc<Counts>, Problem> {
    let parts = api.parts();
    let counter = &parts.counter;
    let young = |most| counter.last().filter(|counts| parts.clock.monotonic().saturating_sub(counts.since) < most);
    if let Some(counts) = young(GOOD) {
        if young(FRESH).is_none()
            && let Ok(turn) = Arc::clone(&counter.turn).try_lock_owned()
        {
            // What cannot be counted now is in the log, and counted when somebody asks again.
            drop(tokio::spawn(count(api.clone(), turn)));
        }
        return Ok(counts);
    }
    let turn = Arc::clone(&counter.turn).lock_owned().await;
    // Whoever had the turn before has counted for all who waited.
    if let Some(counts) = young(FRESH) {
        return Ok(counts);
    }
    counted(api, turn).await
}

/// Counts that were begun after they were asked for: somebody wants to see what has just happened.
pub(super) async fn new_counts(api: &Api) -> Result<Arc<Counts>, Problem> {
    let counter = &api.parts().counter;
    let begun = counter.begun.load(Ordering::Relaxed);
    let turn = Arc::clone(&counter.turn).lock_owned().await;
    // Whoever had the turn before may have begun after this one asked.
    match counter.last().filter(|counts| counts.number > begun) {
        Some(counts) => Ok(counts),
        None => counted(api, turn).await,
    }
}

/// Counts once before anybody asks, so that the first who asks need not wait.
pub(super) async fn count_early(api: Api) {
    let (store, counter) = (&api.parts().store, &api.parts().counter);
    if store.as_stats().is_some()
        && counter.last().is_none()
        && let Ok(turn) = Arc::clone(&counter.turn).try_lock_owned()
    {
        // What cannot be counted now is counted when somebody asks.
        let _counts = count(api.clone(), turn).await;
    }
}

/// A client that goes away has not counted for nothing.
async fn counted(api: &Api, turn: OwnedMutexGuard<()>) -> Result<Arc<Counts>, Problem> {
    tokio::spawn(count(api.clone(), turn)).await.map_err(|error| Problem::internal(&error))?
}

async fn count(api: Api, _turn: OwnedMutexGuard<()>) -> Result<Arc<Counts>, Problem> {
    let parts = api.parts();
    let without = |what| StoreError::misconfigured(what);
    let store = parts.store.as_stats().ok_or_else(|| without("the store has no counts"))?;
    let number = parts.counter.begun.fetch_add(1, Ordering::Relaxed).saturating_add(1);
    let (at, since) = (parts.clock.now(), parts.clock.monotonic());
    let (stats, legacy) = (store.stats().await?, legacy_users(&api).await);
    let legacy = legacy.map_or_else(|unknown| unknown, |users| Legacy::Counted(Progress::of(&stats, users)));
    let counts = Arc::new(Counts { number, at, since, stats, legacy });
    *parts.counter.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&counts));
    Ok(counts)
}

/// How many users the legacy system has, or why that is not known.
async fn legacy_users(api: &Api) -> Result<BTreeMap<SourceName, u64>, Legacy> {
    let parts = api.parts();
    let Some(legacy) = &parts.legacy else { return Err(Legacy::NotGiven) };
    let Some(directory) = legacy.as_directory() else { return Err(Legacy::NotListed) };
    match within(&*parts.clock, PATIENCE, directory.count()).await {
        Some(Ok(users)) => Ok(users),
        Some(Err(error)) => {
            tracing::warn!(error = %chain(&error), "the users of the legacy system cannot be counted");
            Err(Legacy::Unreachable)
        }
        None => {
            tracing::warn!("the legacy system did not count its users in time");
            Err(Legacy::Unreachable)
        }
    }
}
