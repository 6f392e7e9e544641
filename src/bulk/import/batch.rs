use std::{
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use tokio::task::JoinSet;

use super::{
    FaultSink, ImportFailure, ImportReport, Importer, Plan,
    distinct::Distinct,
    item::{Item, Step, Wrap, counter, faults_of, give_back, is_weak, items},
    job::Keeper,
    keys_of,
    patience::Patience,
    plan::{plan, taken, tombstoned},
    reading::{Batch, Entry, Stretch},
    room::Rest,
    seen::Novelty,
};
use crate::{
    bulk::{Place, Record},
    clock::Timestamp,
    migrator::generated_id,
    password::{PasswordError, Passwords},
    store::{BulkOutcome, BulkWrite, BulkWritten, Checkpoint, Lookup, OwnedKey, StoreError},
    user::{User, Version},
};

/// How often others may come between the look and the write of one batch.
const ROUNDS: usize = 20;

/// For how many records users are looked up at once.
const LOOKED_UP: usize = 250;

/// One run over a stretch of an input.
pub(super) struct Run<'a> {
    pub(super) importer: &'a Importer,
    keeper: Option<&'a Keeper>,
    /// The time of everything that this run writes.
    at: Timestamp,
    started: Duration,
    before: Duration,
    pub(super) resumed_at: Place,
    /// How many bytes of a packed input are taken now, and were when the first batch was there.
    pub(super) packed_bytes: Option<(u64, u64)>,
    /// When the first batch was asked for.
    pub(super) writing_since: Duration,
    /// How it is known which records share a key with an earlier one.
    pub(super) distinct: Distinct,
    /// Whether so many of the last batch were there that the next one is looked up first.
    looks_first: bool,
    pub(super) place: Place,
    pub(super) report: ImportReport,
}

impl<'a> Run<'a> {
    pub(super) fn new(importer: &'a Importer, stretch: &Stretch, keeper: Option<&'a Keeper>) -> Self {
        Self {
            importer,
            keeper,
            at: importer.now(),
            started: importer.clock.monotonic(),
            before: stretch.report.duration,
            resumed_at: stretch.place,
            packed_bytes: None,
            writing_since: importer.clock.monotonic(),
            distinct: Distinct::Given,
            looks_first: false,
            place: stretch.place,
            report: stretch.report.clone(),
        }
    }

    /// Whether somebody wants it to stop here.
    pub(super) fn is_to_stop(&self) -> bool {
        self.keeper.is_some_and(Keeper::is_to_stop)
    }

    /// What is set when somebody wants it to stop.
    pub(super) fn stop(&self) -> Arc<AtomicBool> {
        self.keeper.map(|keeper| Arc::clone(&keeper.stop)).unwrap_or_default()
    }

    pub(super) const fn is_of_job(&self) -> bool {
        self.keeper.is_some()
    }

    pub(super) fn total_bytes(&self) -> Option<u64> {
        self.keeper.and_then(Keeper::total_bytes)
    }

    pub(super) fn total_packed_bytes(&self) -> Option<u64> {
        self.keeper.and_then(Keeper::total_packed_bytes)
    }

    /// The records of a batch, with those refused that are known to share a key with an earlier one.
    pub(super) async fn items(&mut self, entries: Vec<Entry>, novelty: Novelty) -> Result<Vec<Item>, ImportFailure> {
        let mut items = items(entries, !self.importer.distinct);
        self.distinct.refuse_known(&mut items, novelty).await?;
        Ok(items)
    }

    /// Plans and writes a batch.
    pub(super) async fn import(&mut self, batch: Batch) -> Result<(), ImportFailure> {
        let Batch { entries, end, is_last, novelty, packed_bytes, room } = batch;
        self.take_note_of(packed_bytes);
        let mut items = self.items(entries, novelty).await?;
        if self.looks_first {
            let wanted: Vec<usize> = (0..items.len()).collect();
            self.look_and_plan(&mut items, &wanted).await?;
        }
        room.leave(self.settle(items, end, is_last, false).await?);
        Ok(())
    }

    /// Writes a batch that is planned, and plans it anew for whatever comes between. Says what is left of it. `in_doubt` if an
    /// earlier try may still come to pass.
    pub(super) async fn settle(
        &mut self,
        mut items: Vec<Item>,
        end: Place,
        is_last: bool,
        mut in_doubt: bool,
    ) -> Result<Rest, ImportFailure> {
        let mut conflicts = 0;
        for _ in 0..ROUNDS {
            self.prepare(&mut items).await?;
            // First the records that are not stored: if the process dies in between they are put aside twice, and never not.
            self.put_aside(&mut items).await?;
            let report = self.report_with(&items);
            let mut write = self.bulk_write(&mut items);
            let written = self.write(&mut write, &items, (end, is_last), &report, &mut in_doubt).await?;
            let Some(outcomes) = written else {
                self.looks_first = self.importer.policy.upsert && conflicts * 4 > items.len();
                self.done(end, report);
                return Ok((items, Some(write)));
            };
            give_back(&mut items, write);
            conflicts += self.plan_anew(&mut items, outcomes).await?;
        }
        let busy = StoreError::unavailable("import", Busy);
        Err(ImportFailure::Store(busy))
    }

    /// A batch is stored.
    pub(super) fn done(&mut self, end: Place, report: ImportReport) {
        (self.place, self.report) = (end, report);
        self.tell_progress();
    }

    /// Plans those anew whom a write of all has found something in the way of, and says how many they are.
    pub(super) async fn plan_anew(
        &mut self,
        items: &mut [Item],
        outcomes: Vec<BulkOutcome>,
    ) -> Result<usize, ImportFailure> {
        let (mut inserts, mut updates) = (Vec::new(), Vec::new());
        for (place, item) in items.iter().enumerate() {
            match item.step {
                Step::Insert => inserts.push(place),
                Step::Update(_) => updates.push(place),
                Step::Faulty(_) | Step::Unchanged => {}
            }
        }
        let written = inserts.into_iter().chain(updates).zip(outcomes);
        let in_the_way: Vec<_> = written.filter(|(_, outcome)| !outcome.is_done()).collect();
        // Perhaps it is an earlier record that is in the way.
        self.distinct.refuse_after_conflict(items).await?;
        if self.importer.policy.upsert {
            let places: Vec<usize> = in_the_way.iter().map(|(place, _)| *place).collect();
            self.look_and_plan(items, &places).await?;
            return Ok(places.len());
        }
        for (place, outcome) in &in_the_way {
            let Some(item) = items.get_mut(*place).filter(|item| !matches!(item.step, Step::Faulty(_))) else {
                continue;
            };
            match outcome {
                BulkOutcome::Taken(kind) => item.step = Step::Faulty(vec![taken(*kind)]),
                BulkOutcome::Tombstoned => item.step = Step::Faulty(vec![tombstoned()]),
                BulkOutcome::Created | BulkOutcome::Gone | BulkOutcome::Stale | BulkOutcome::Updated => {}
            }
        }
        Ok(in_the_way.len())
    }

    /// Looks up whoever is at the keys of these records, and plans them: some at a time, since they are all in memory.
    async fn look_and_plan(&self, items: &mut [Item], places: &[usize]) -> Result<(), ImportFailure> {
        for places in places.chunks(LOOKED_UP) {
            self.look_and_plan_some(items, places).await?;
        }
        Ok(())
    }

    async fn look_and_plan_some(&self, items: &mut [Item], places: &[usize]) -> Result<(), ImportFailure> {
        let mut keys: Vec<OwnedKey> = Vec::new();
        let mut spans = Vec::new();
        for place in places {
            let Some(item) = items.get(*place) else { continue };
            let (Some(user), false) = (&item.user, matches!(item.step, Step::Faulty(_))) else { continue };
            let start = keys.len();
            keys.extend(keys_of(user));
            spans.push((*place, start..keys.len()));
        }
        let mut found = self.look_up(&keys).await?.into_iter().map(Some).collect::<Vec<_>>();
        for (place, span) in spans {
            let Some(item) = items.get_mut(place) else { continue };
            let Some(user) = &item.user else { continue };
            let kinds = keys.get(span.clone()).unwrap_or_default().iter().map(|key| key.as_key().kind());
            let answers = found.get_mut(span).unwrap_or_default().iter_mut().filter_map(Option::take);
            let found: Vec<_> = kinds.zip(answers).collect();
            item.step = match plan(&found, user, &self.importer.policy, self.at) {
                Plan::Fault(fault) => Step::Faulty(vec![fault]),
                Plan::Insert => Step::Insert,
                Plan::Tombstoned => Step::Faulty(vec![tombstoned()]),
                Plan::Unchanged => Step::Unchanged,
                Plan::Update(update) => Step::Update(update),
            };
        }
        Ok(())
    }

    async fn look_up(&self, keys: &[OwnedKey]) -> Result<Vec<Lookup>, ImportFailure> {
        let (bulk, mut patience) = (self.importer.bulk()?, self.patience());
        loop {
            match bulk.look_up(keys).await {
                Err(error) if patience.waits(&error).await => {}
                answer => return Ok(answer?),
            }
        }
    }

    /// Gives ids to those who bring none, and wraps weak hashes.
    pub(super) async fn prepare(&self, items: &mut [Item]) -> Result<(), ImportFailure> {
        for item in &mut *items {
            if matches!(item.step, Step::Insert)
                && item.id.is_none()
                && item.user.as_ref().is_some_and(|user| user.id.is_none())
            {
                item.id = Some(generated_id(self.at, &*self.importer.entropy)?);
            }
        }
        match self.importer.wrapping() {
            Some(passwords) => self.wrap(items, passwords).await,
            None => Ok(()),
        }
    }

    async fn wrap(&self, items: &mut [Item], passwords: &Arc<Passwords>) -> Result<(), ImportFailure> {
        let mut waiting = Vec::new();
        for (place, item) in items.iter_mut().enumerate() {
            let Some(hash) = item.new_hash().filter(|hash| is_weak(passwords, hash)) else { continue };
            if item.wrap != Wrap::Not {
                continue;
            }
            if self.importer.dry_run {
                let possible = passwords.is_wrappable(hash).unwrap_or(false);
                item.wrap = if possible { Wrap::Wrapped } else { Wrap::Impossible };
            } else {
                waiting.push((place, hash.clone()));
            }
        }
        let at_once = passwords.pool().threads() * 2;
        let mut working = JoinSet::new();
        loop {
            while working.len() < at_once
                && let Some((place, hash)) = waiting.pop()
            {
                let (passwords, clock) = (Arc::clone(passwords), Arc::clone(&self.importer.clock));
                working.spawn(async move {
                    loop {
                        match passwords.wrap(&hash).await {
                            // Others come first: people who log in.
                            Err(PasswordError::Overloaded { retry_after }) => clock.sleep(retry_after).await,
                            wrapped => return (place, wrapped),
                        }
                    }
                });
            }
            let Some(done) = working.join_next().await else { return Ok(()) };
            let (place, wrapped) = done.map_err(|_| ImportFailure::Stopped)?;
            let Some(item) = items.get_mut(place) else { continue };
            match wrapped {
                Ok(hash) => (item.wrapped, item.wrap) = (Some(hash), Wrap::Wrapped),
                Err(PasswordError::Unwrappable | PasswordError::Hash(_)) => item.wrap = Wrap::Impossible,
                Err(error) => return Err(ImportFailure::Password(error)),
            }
        }
    }

    /// What is to be written of a batch: all of it or nothing. Users and changes are lent to it, until they are
    /// [given back](give_back): there is room for each of them once.
    pub(super) fn bulk_write(&self, items: &mut [Item]) -> BulkWrite {
        let updates = items.iter_mut().filter_map(Item::lend_change).collect();
        // Most records are of somebody new.
        let mut users = Vec::with_capacity(items.len());
        users.extend(items.iter_mut().filter_map(|item| item.lend(&self.importer.without_password, self.at)));
        let mut write = BulkWrite::new(users).updates(updates).unless_conflict();
        write.tombstones = self.importer.policy.tombstones();
        write.rolled_back = self.importer.dry_run;
        write
    }

    /// The progress of the job, if there is one, when a batch is stored.
    pub(super) fn checkpoint(
        &self,
        items: &[Item],
        end: Place,
        is_last: bool,
        report: &ImportReport,
    ) -> Result<Option<Checkpoint>, ImportFailure> {
        let Some(keeper) = self.keeper else { return Ok(None) };
        keeper.checkpoint(self.importer.now(), report, end, faults_of(items), is_last).map(Some)
    }

    /// Saves the progress of a dry run, which was not saved with its batch.
    pub(super) async fn save_dry(&self, checkpoint: Option<&Checkpoint>) -> Result<(), ImportFailure> {
        match (checkpoint, self.keeper) {
            (Some(checkpoint), Some(keeper)) if self.importer.dry_run => keeper.save(self.importer, checkpoint).await,
            _ => Ok(()),
        }
    }

    /// Writes all of it, or tells what stands in the way.
    async fn write(
        &self,
        write: &mut BulkWrite,
        items: &[Item],
        (end, is_last): (Place, bool),
        report: &ImportReport,
        in_doubt: &mut bool,
    ) -> Result<Option<Vec<BulkOutcome>>, ImportFailure> {
        let (bulk, mut patience) = (self.importer.bulk()?, self.patience());
        loop {
            let checkpoint = self.checkpoint(items, end, is_last, report)?;
            if !self.importer.dry_run {
                write.checkpoint.clone_from(&checkpoint);
            }
            match bulk.write(write).await {
                Ok(BulkWritten::LeaseLost) => return Err(ImportFailure::LeaseLost),
                // With itself, perhaps: a commit whose answer was lost may be late.
                Ok(BulkWritten::Conflict(_))
                    if *in_doubt && self.was_written_after_all(items, end, is_last).await? =>
                {
                    return Ok(None);
                }
                Ok(BulkWritten::Conflict(outcomes)) => return Ok(Some(outcomes)),
                // It has no turn to lose.
                Ok(BulkWritten::TurnLost) => return Err(ImportFailure::Stopped),
                Ok(BulkWritten::Written(_)) => {
                    self.save_dry(checkpoint.as_ref()).await?;
                    return Ok(None);
                }
                Err(error) => {
                    if self.came_to_pass(error, &mut patience, items, end, is_last).await? {
                        return Ok(None);
                    }
                    *in_doubt = !self.importer.dry_run;
                }
            }
        }
    }

    /// Whether a write that failed came to pass all the same: the connection may have broken after the commit. If not, and
    /// after a pause, it can be tried again.
    pub(super) async fn came_to_pass(
        &self,
        error: StoreError,
        patience: &mut Patience<'_>,
        items: &[Item],
        end: Place,
        is_last: bool,
    ) -> Result<bool, ImportFailure> {
        let dry = self.importer.dry_run;
        if patience.waits(&error).await {
            return Ok(!dry && self.was_written_after_all(items, end, is_last).await?);
        }
        let may_be = error.is_unavailable() && !dry;
        if may_be && self.was_written(items, end, is_last).await.unwrap_or(false) {
            return Ok(true);
        }
        Err(error.into())
    }

    /// The same as [`was_written`](Self::was_written), asked until the store answers.
    async fn was_written_after_all(&self, items: &[Item], end: Place, is_last: bool) -> Result<bool, ImportFailure> {
        let mut patience = self.patience();
        loop {
            match self.was_written(items, end, is_last).await {
                Err(ImportFailure::Store(error)) if patience.waits(&error).await => {}
                answer => return answer,
            }
        }
    }

    /// Whether a write that failed came to pass: all of it or nothing did. The job tells, or without one any of the users:
    /// some may have been changed or deleted since.
    async fn was_written(&self, items: &[Item], end: Place, is_last: bool) -> Result<bool, ImportFailure> {
        if let Some(keeper) = self.keeper {
            return keeper.has_come_to(self.importer, self.place, end, is_last).await;
        }
        let (mut keys, mut before) = (Vec::new(), Vec::new());
        for item in items {
            let (id, expected) = match &item.step {
                Step::Insert => (item.user.as_ref().and_then(|user| user.id.as_ref()).or(item.id.as_ref()), None),
                Step::Update(update) => (Some(&update.id), Some(update.expected)),
                Step::Faulty(_) | Step::Unchanged => continue,
            };
            if let Some(id) = id {
                keys.push(OwnedKey::Id(id.clone()));
                before.push(expected);
            }
        }
        let found = self.importer.bulk()?.look_up(&keys).await?;
        let mut users = found.into_iter().map(Lookup::into_user).zip(before);
        // Nobody else writes at this microsecond; an earlier batch of this run may have.
        let is_ours = |(user, before): (Option<User>, Option<Version>)| {
            user.is_some_and(|user| user.updated_at == self.at && before.is_none_or(|before| user.version != before))
        };
        // Where no duplicates were looked for, one of them may have inserted whom this batch has again.
        Ok(if self.importer.distinct { users.all(is_ours) } else { users.any(is_ours) })
    }

    /// The report as it is when these are written.
    pub(super) fn report_with(&self, items: &[Item]) -> ImportReport {
        let mut report = self.report.clone();
        for item in items {
            report.read += 1;
            if let Some(scheme) = item.scheme {
                match report.schemes.get_mut(scheme) {
                    Some(count) => *count += 1,
                    None => drop(report.schemes.insert(scheme.to_owned(), 1)),
                }
            }
            let wrap = match &item.step {
                Step::Insert => item.wrap,
                // What was wrapped for an insertion may have become a change of something else.
                Step::Update(_) if item.new_hash().is_some() => item.wrap,
                Step::Faulty(_) | Step::Unchanged | Step::Update(_) => Wrap::Not,
            };
            match wrap {
                Wrap::Not => {}
                Wrap::Impossible => report.not_wrapped += 1,
                Wrap::Wrapped => report.wrapped += 1,
            }
            match &item.step {
                Step::Insert => report.inserted += 1,
                Step::Update(_) => report.updated += 1,
                Step::Faulty(faults) => {
                    *counter(&mut report, faults) += 1;
                    for fault in faults {
                        *report.faults.entry(fault.code).or_default() += 1;
                    }
                }
                Step::Unchanged => report.unchanged += 1,
            }
        }
        report.duration = self.before.saturating_add(self.importer.since(self.started));
        report
    }

    /// Hands what will not be stored to the sink, each record once.
    pub(super) async fn put_aside(&self, items: &mut [Item]) -> Result<(), ImportFailure> {
        let Some(sink) = &self.importer.sink else { return Ok(()) };
        let faulty = items.iter_mut().filter(|item| !item.is_aside).filter_map(|item| {
            let Step::Faulty(faults) = &item.step else { return None };
            item.is_aside = true;
            Some(Record::new(item.place, item.end, std::mem::take(&mut item.raw), Err(faults.clone())))
        });
        let faulty: Vec<Record> = faulty.collect();
        if faulty.is_empty() {
            return Ok(());
        }
        let sink: Arc<Mutex<dyn FaultSink>> = Arc::clone(sink);
        let taken = tokio::task::spawn_blocking(move || {
            let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
            for record in faulty {
                sink.take(record)?;
            }
            sink.flush()
        });
        taken.await.map_err(|_| ImportFailure::Stopped)?.map_err(ImportFailure::Sink)
    }
}

/// Others change the same users all the time.
#[derive(Debug, thiserror::Error)]
#[error("others change the same users all the time")]
struct Busy;
