use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

use super::{
    Api,
    problem::{Problem, chain},
};
use crate::{
    clock::{Timestamp, within},
    report::{Progress, ReportError},
    store::{Stats, StoreError},
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
    // A client that goes away has not counted for nothing.
    tokio::spawn(count(api.clone(), turn)).await.map_err(|error| Problem::internal(&error))?
}

async fn count(api: Api, _turn: OwnedMutexGuard<()>) -> Result<Arc<Counts>, Problem> {
    let parts = api.parts();
    let without = |what| StoreError::misconfigured(what);
    let store = parts.store.as_stats().ok_or_else(|| without("the store has no counts"))?;
    let (at, since) = (parts.clock.now(), parts.clock.monotonic());
    let stats = store.stats().await?;
    let counts = Arc::new(Counts { at, since, stats, legacy: legacy(&api).await? });
    *parts.counter.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&counts));
    Ok(counts)
}

async fn legacy(api: &Api) -> Result<Legacy, Problem> {
    let parts = api.parts();
    let Some(legacy) = &parts.legacy else { return Ok(Legacy::NotGiven) };
    let Some(directory) = legacy.as_directory() else { return Ok(Legacy::NotListed) };
    let search = super::users::searching(api)?;
    match within(&*parts.clock, PATIENCE, Progress::read(search, directory)).await {
        Some(Ok(progress)) => Ok(Legacy::Counted(progress)),
        Some(Err(ReportError::Store(error))) => Err(error.into()),
        Some(Err(error @ ReportError::Legacy(_))) => {
            tracing::warn!(error = %chain(&error), "the users of the legacy system cannot be counted");
            Ok(Legacy::Unreachable)
        }
        None => {
            tracing::warn!("the legacy system did not count its users in time");
            Ok(Legacy::Unreachable)
        }
    }
}
