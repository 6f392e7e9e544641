//! The store: whether it answers, what it can do, and whether what is in it can be used.

use std::time::Duration;

use super::{
    Code, Doctor, Finding, Site, Stranger,
    finding::Tally,
    sample::{PAGE, is_future},
};
use crate::{
    Error,
    clock::{Clock, Timestamp, within},
    password::HashError,
    store::{Backlog, BulkStore, Key, Lookup, StoreError, UserStore},
    user::{LegacyKey, User, UserId},
};

/// How long the store may take over one look-up before it counts as gone.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it may take over a page of rows, or to count all of them.
const LONG_PATIENCE: Duration = Duration::from_mins(1);
/// What is written back is told within seconds while the legacy system is up.
const LONG_WAIT: Duration = Duration::from_hours(1);
/// Clocks that are kept in step differ by milliseconds.
const SKEW: Duration = Duration::from_secs(5);
/// A look-up by a unique key takes no longer than this, wherever the store is.
const SLOW: Duration = Duration::from_millis(250);

/// Whether the store can be asked at all.
pub(super) async fn examine(doctor: &Doctor, stranger: &Stranger, findings: &mut Vec<Finding>) -> bool {
    let store = doctor.migrator.store();
    let clock = doctor.migrator.clock();
    let can = [
        (store.as_bulk().is_some(), Code::StoreNoBulk, "The store writes no batches: an import inserts one by one."),
        (
            store.as_jobs().is_some(),
            Code::StoreNoJobs,
            "The store keeps no jobs: an import that is cut off starts anew.",
        ),
        (
            store.as_search().is_some(),
            Code::StoreNoSearch,
            "The store cannot search: how many are left is not counted.",
        ),
        (store.as_stats().is_some(), Code::StoreNoStats, "The store does not count: there is no curve by day."),
    ];
    findings.extend(can.into_iter().filter(|(can, ..)| !can).map(|(_, code, text)| Finding::new(code, text)));

    let slowest = match look_strangers_up(store, clock, stranger, findings).await {
        Ok(slowest) => slowest,
        Err(error) => {
            findings.push(failure(error));
            return false;
        }
    };
    if slowest > SLOW {
        findings.push(Finding::new(Code::StoreSlow, "The slowest of the look-ups by a unique key.").took(slowest));
    }
    match examine_clock(store, clock).await {
        Ok(finding) => findings.extend(finding),
        Err(error) => findings.push(failure(error)),
    }
    if let Some(stats) = store.as_stats() {
        match bounded(clock, LONG_PATIENCE, "stats", stats.stats()).await {
            Ok(stats) => {
                findings.push(Finding::new(Code::StoreUsers, "Users in the store.").count(stats.users, None));
            }
            Err(error) => findings.push(failure(error)),
        }
    }
    if let Some(outbox) = store.as_outbox() {
        match bounded(clock, PATIENCE, "backlog", outbox.backlog()).await {
            Ok(backlog) => findings.extend(examine_backlog(doctor, backlog)),
            Err(error) => findings.push(failure(error)),
        }
    }
    if let Some(bulk) = store.as_bulk() {
        examine_rows(doctor, bulk, findings).await;
    }
    true
}

/// Whether this machine and the store's agree on what time it is.
async fn examine_clock(store: &dyn UserStore, clock: &dyn Clock) -> Result<Option<Finding>, StoreError> {
    let before = clock.now();
    let Some(theirs) = bounded(clock, PATIENCE, "now", store.now()).await? else { return Ok(None) };
    // Somewhere between the two it looked at its clock.
    let apart = before.since(theirs).max(theirs.since(clock.now()));
    let text = "The clocks of this machine and the store's differ by this much.";
    Ok((apart > SKEW).then(|| Finding::new(Code::StoreClockSkew, text).took(apart)))
}

/// What waits to be written back, if it waits in vain or for long.
fn examine_backlog(doctor: &Doctor, backlog: Backlog) -> Option<Finding> {
    let age = doctor.migrator.clock().now().since(backlog.oldest?);
    let finding = if !doctor.migrator.writes_back() {
        let text = "Changes wait for the legacy system, and this migrator writes nothing back.";
        Finding::new(Code::OutboxUnattended, text)
    } else if age > LONG_WAIT {
        Finding::new(Code::OutboxBehind, "Changes wait for the legacy system, the oldest of them for this long.")
    } else {
        return None;
    };
    Some(finding.count(backlog.waiting, None).took(age))
}

/// The look-ups of a key of every kind, each of which is an index of its own; how long the slowest took.
async fn look_strangers_up(
    store: &dyn UserStore,
    clock: &dyn Clock,
    stranger: &Stranger,
    findings: &mut Vec<Finding>,
) -> Result<Duration, StoreError> {
    let (id, legacy) = (UserId::new(&*stranger.id), LegacyKey::new("waystation-doctor", &*stranger.id));
    let identifiers = stranger.identifiers.iter().map(Key::Identifier);
    let mut slowest = Duration::ZERO;
    for key in [Key::Id(&id), Key::Legacy(&legacy)].into_iter().chain(identifiers) {
        let began = clock.monotonic();
        let found = find(store, clock, key).await?;
        slowest = slowest.max(clock.monotonic().saturating_sub(began));
        let text = match found {
            Lookup::Absent => continue,
            Lookup::Found(_) => "The store found a user for a key that was made up at random.",
            Lookup::Tombstoned => "The store has a tombstone for a key that was made up at random.",
        };
        findings.push(Finding::new(Code::StoreStrangerFound, text).at(Site::default().key(key.kind())));
    }
    Ok(slowest)
}

async fn examine_rows(doctor: &Doctor, bulk: &dyn BulkStore, findings: &mut Vec<Finding>) {
    let clock = doctor.migrator.clock();
    let (mut tally, mut walked, mut after) = (Tally::default(), 0_usize, None);
    loop {
        let limit = PAGE.min(doctor.sample.saturating_sub(walked));
        if limit == 0 {
            break;
        }
        let page = match bounded(clock, LONG_PATIENCE, "scan", bulk.scan(after.as_ref(), limit)).await {
            Ok(page) => page,
            Err(error) => {
                findings.push(failure(error));
                break;
            }
        };
        for user in &page {
            examine_row(doctor, user, &mut tally);
        }
        walked = walked.saturating_add(page.len());
        let last = page.last().map(|user| user.id.clone());
        if page.len() < limit || last <= after {
            break;
        }
        after = last;
    }
    findings.extend(tally.into_findings(walked as u64));
}

fn examine_row(doctor: &Doctor, user: &User, tally: &mut Tally) {
    let times: [Option<Timestamp>; 3] = [Some(user.created_at), Some(user.updated_at), user.last_login];
    if times.into_iter().flatten().any(|time| is_future(doctor, time)) {
        let text =
            "Rows have a date in the future: the clock of a machine that wrote them is ahead, or this one's behind.";
        tally.add(Code::StoreRowFuture, Site::default(), text);
    }
    let Some(hash) = user.password_hash() else { return };
    match doctor.migrator.passwords().check(hash) {
        // A row may say that nobody can log in by it.
        Ok(()) | Err(HashError::Locked) => {}
        Err(error) => {
            let site = hash.scheme().map_or_else(Site::default, |scheme| Site::default().scheme(scheme));
            let text = format!("People who have moved cannot log in: {error}.");
            tally.add(Code::StoreHashUnusable, site, text);
        }
    }
}

/// A look-up that does not wait for ever.
pub(super) async fn find(store: &dyn UserStore, clock: &dyn Clock, key: Key<'_>) -> Result<Lookup, StoreError> {
    bounded(clock, PATIENCE, "find", store.find(key)).await
}

async fn bounded<T>(
    clock: &dyn Clock,
    patience: Duration,
    operation: &'static str,
    call: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let late = || Err(StoreError::unavailable(operation, format!("no answer within {} s", patience.as_secs())));
    within(clock, patience, call).await.unwrap_or_else(late)
}

/// What an error of the store means.
pub(super) fn failure(error: StoreError) -> Finding {
    let code = match &error {
        StoreError::Corrupt { .. } => Code::StoreRowUnreadable,
        StoreError::Misconfigured { .. } | StoreError::Missing { .. } => Code::StoreMisconfigured,
        StoreError::Other { .. } => Code::StoreFailed,
        StoreError::Unavailable { .. } => Code::StoreUnavailable,
    };
    Finding::new(code, format!("{:#}.", Error::from(error)))
}
