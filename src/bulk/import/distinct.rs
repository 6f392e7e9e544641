use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{
    ImportFailure, ImportProgress, ImportReport, ImportStage, Importer, Input, Watcher,
    batch::Run,
    duplicates::{Duplicates, KeyLog},
    item::{Item, Step},
    names::Names,
    plan::{duplicated, keys},
    reading::{next, read_through, state_of},
    seen::{Novelty, Seen},
};
use crate::{
    bulk::{FaultCode, Place, RecordSource},
    clock::Clock,
    secret_key::SecretKey,
};

/// Inputs of more text than this, in bytes, are read through first where only that can tell: there would be no room for all of
/// their keys.
const WATCHED: u64 = 1 << 30;

/// After how many records of the first reading it is told how far it is.
const TELL_EVERY: u64 = 10_000;

/// How records are found that share a key with an earlier one.
pub(super) enum Distinct {
    /// The host has said that there are none.
    Given,
    /// By a first reading, which has found some, or none at all.
    Read(Option<Duplicates>),
    /// By what is known of the keys as they come, and by the store; until that is not enough.
    Unread {
        first: FirstReading,
        /// Of all so far.
        novelty: Novelty,
        /// Whether the store has not taken somebody, and so does not know their keys.
        refused: bool,
    },
}

impl Distinct {
    /// Chooses the way, with what watches the keys as they are read; and reads through the input if that is the way.
    pub(super) async fn of(
        run: &Run<'_>,
        input: &Arc<dyn Input>,
        until: Option<u64>,
    ) -> Result<(Self, Option<Seen>), ImportFailure> {
        let importer = run.importer;
        if importer.distinct {
            return Ok((Self::Given, None));
        }
        let text_bytes = state_of(input).await?.text_bytes;
        let seen = || Ok::<_, ImportFailure>(Seen::new(&SecretKey::generate(&*importer.entropy)?, text_bytes));
        let is_start = run.place == Place::START;
        let first = FirstReading::new(run, Arc::clone(input))?;
        let mut distinct = Self::Unread { first, novelty: Novelty::New, refused: false };
        // Of a part, a record may be stored before the earlier one of another part.
        let is_whole = until.is_none() && run.report.read == run.place.record;
        let is_small = importer.batch_records <= Seen::MOST_RECORDS;
        let seen = if is_whole && is_small && !importer.dry_run && all_are_stored(&run.report) {
            Some(seen()?.forgetting(!is_start))
        } else if is_start && text_bytes.is_none_or(|bytes| bytes <= WATCHED) {
            Some(seen()?)
        } else {
            distinct.settle().await?;
            None
        };
        Ok((distinct, seen))
    }

    /// Reads through the input, if that is still to be done: from now on it is known who comes twice.
    async fn settle(&mut self) -> Result<(), ImportFailure> {
        if let Self::Unread { .. } = self
            && let Self::Unread { first, .. } = mem::replace(self, Self::Given)
        {
            *self = Self::Read(first.find().await?);
        }
        Ok(())
    }

    /// Refuses the records of a batch that are known to share a key with an earlier one.
    pub(super) async fn refuse_known(&mut self, items: &mut [Item], of: Novelty) -> Result<(), ImportFailure> {
        if let Self::Unread { novelty, refused, .. } = self {
            *novelty = of;
            // Whom neither the store knows nor the reader.
            if of == Novelty::Unknown || (of == Novelty::NewLately && *refused) {
                self.settle().await?;
            }
        }
        self.mark(items).await
    }

    /// The same, when the store has found something in the way of a batch: an earlier record, if it is one of those that the
    /// reader has forgotten.
    pub(super) async fn refuse_after_conflict(&mut self, items: &mut [Item]) -> Result<(), ImportFailure> {
        if let Self::Unread { novelty, refused, .. } = self {
            *refused = true;
            if *novelty == Novelty::New {
                return Ok(());
            }
            self.settle().await?;
        }
        self.mark(items).await
    }

    async fn mark(&mut self, items: &mut [Item]) -> Result<(), ImportFailure> {
        let Self::Read(found @ Some(_)) = self else { return Ok(()) };
        let Some(mut duplicates) = found.take() else { return Ok(()) };
        let records: Vec<u64> = items.iter().filter(|item| item.user.is_some()).map(|item| item.place.record).collect();
        let looked_up = tokio::task::spawn_blocking(move || {
            let kinds = records.into_iter().map(|record| duplicates.of(record)).collect::<Result<Vec<_>, _>>();
            kinds.map(|kinds| (duplicates, kinds))
        });
        let (duplicates, kinds) =
            looked_up.await.map_err(|_| ImportFailure::Stopped)?.map_err(ImportFailure::Scratch)?;
        *found = Some(duplicates);
        for (item, kind) in items.iter_mut().filter(|item| item.user.is_some()).zip(kinds) {
            if let Some(kind) = kind {
                item.step = Step::Faulty(vec![duplicated(kind)]);
            }
        }
        Ok(())
    }
}

/// Whether the store has the keys of every user who was read so far, so that it says who comes again.
fn all_are_stored(report: &ImportReport) -> bool {
    let is_conflict =
        |code: &FaultCode| matches!(code, FaultCode::Conflict | FaultCode::ConflictEmail | FaultCode::ConflictUsername);
    report.updated + report.unchanged + report.duplicates + report.tombstoned == 0
        && !report.faults.keys().any(is_conflict)
}

/// The first reading: which records share a key with an earlier one.
pub(super) struct FirstReading {
    input: Arc<dyn Input>,
    secret: SecretKey,
    names: Names,
    clock: Arc<dyn Clock>,
    watcher: Option<Watcher>,
    total_bytes: Option<u64>,
    total_packed_bytes: Option<u64>,
    /// Set when the job is to stop.
    stop: Arc<AtomicBool>,
}

impl FirstReading {
    fn new(run: &Run<'_>, input: Arc<dyn Input>) -> Result<Self, ImportFailure> {
        let importer: &Importer = run.importer;
        Ok(Self {
            input,
            secret: SecretKey::generate(&*importer.entropy)?,
            names: importer.names.clone(),
            clock: Arc::clone(&importer.clock),
            watcher: importer.progress.clone(),
            total_bytes: run.total_bytes(),
            total_packed_bytes: run.total_packed_bytes(),
            stop: run.stop(),
        })
    }

    async fn find(self) -> Result<Option<Duplicates>, ImportFailure> {
        read_through(Arc::clone(&self.input), move |source, nobody_waits| self.read(source, nobody_waits)).await
    }

    fn read(
        self,
        source: &mut dyn RecordSource,
        nobody_waits: &AtomicBool,
    ) -> Result<Option<Duplicates>, ImportFailure> {
        let started = self.clock.monotonic();
        let mut log = KeyLog::new(self.secret.clone()).map_err(ImportFailure::Scratch)?;
        while let Some(record) = next(source)? {
            if nobody_waits.load(Ordering::Relaxed) {
                return Err(ImportFailure::Stopped);
            }
            if self.stop.load(Ordering::Relaxed) {
                return Err(ImportFailure::ToldToStop);
            }
            if record.end.record.is_multiple_of(TELL_EVERY) {
                self.tell(record.end, source.packed_bytes(), self.clock.monotonic().saturating_sub(started));
            }
            let Ok(mut user) = record.user else { continue };
            if self.names.settle(&mut user).is_err() {
                continue;
            }
            for key in keys(&user) {
                log.add(record.place.record, key).map_err(ImportFailure::Scratch)?;
            }
        }
        log.finish().map_err(ImportFailure::Scratch)
    }

    fn tell(&self, end: Place, packed_bytes: Option<u64>, elapsed: Duration) {
        let Some(tell) = &self.watcher else { return };
        tell(&ImportProgress {
            stage: ImportStage::Comparing,
            records: end.record,
            bytes: end.offset,
            total_bytes: self.total_bytes,
            packed_bytes,
            total_packed_bytes: self.total_packed_bytes,
            elapsed,
            ..ImportProgress::default()
        });
    }
}
