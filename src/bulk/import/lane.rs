//! Two batches at once: a database works on the next one while the one before it comes to its end.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::{
    ImportFailure, ImportReport,
    batch::Run,
    item::{Item, give_back},
    reading::{Batch, Reading},
    room::Room,
};
use crate::{
    bulk::Place,
    store::{BulkStore, BulkWrite, BulkWritten, Checkpoint, StoreError, Turn, TurnGiver},
};

/// A batch that is being written, all but its end.
struct Lane {
    batch: Planned,
    turn: TurnGiver,
    writing: Writing,
}

/// A batch whose turn has come: it comes to its end by itself.
struct Ending {
    batch: Planned,
    report: ImportReport,
    checkpoint: Option<Checkpoint>,
    writing: Writing,
}

struct Planned {
    items: Vec<Item>,
    /// What is written of them, to which the users are lent.
    write: Arc<BulkWrite>,
    end: Place,
    is_last: bool,
    room: Room,
}

/// The task that writes, which ends with this.
struct Writing {
    task: JoinSet<Written>,
    written: Option<Result<Written, ImportFailure>>,
}

type Written = Result<BulkWritten, StoreError>;

impl Run<'_> {
    /// Whether batches can be written two at once: where the store can do it, and no record can have anything to do with one
    /// of the batch before.
    pub(super) fn has_lanes(&self) -> bool {
        let importer = self.importer;
        let at_once = importer.store.as_bulk().is_some_and(BulkStore::writes_at_once);
        // A job that writes nothing saves its progress apart from its batches, which may have the only connection.
        let saves_apart = importer.dry_run && self.is_of_job();
        at_once && !importer.policy.upsert && !importer.distinct && !saves_apart
    }

    /// Imports all that is read.
    pub(super) async fn import_in_lanes(&mut self, mut reading: Reading) -> Result<(), ImportFailure> {
        let mut before: Option<Ending> = None;
        loop {
            // A batch that is at its end does not wait for the one after it to be read.
            let read = match &mut before {
                None => Some(reading.next().await),
                Some(ending) => tokio::select! {
                    biased;
                    () = ending.writing.is_over() => None,
                    batch = reading.next() => Some(batch),
                },
            };
            let begun = match read.transpose() {
                Ok(Some(batch)) => self.begin(batch).await.map(Some),
                Ok(None) => Ok(None),
                Err(failure) => Err(failure),
            };
            let lane = match (begun, before.take()) {
                (Ok(lane), Some(ending)) => self.finish(ending, lane).await?,
                (Ok(lane), None) => lane,
                (Err(failure), Some(ending)) => {
                    self.finish(ending, None).await?;
                    return Err(failure);
                }
                (Err(failure), None) => return Err(failure),
            };
            let Some(lane) = lane else { continue };
            let ending = self.let_end(lane).await?;
            // Whoever wants to stop it is heard, however fast the store is.
            tokio::task::yield_now().await;
            if ending.batch.is_last || self.is_to_stop() {
                let is_last = ending.batch.is_last;
                self.finish(ending, None).await?;
                return if is_last { Ok(()) } else { Err(ImportFailure::ToldToStop) };
            }
            before = Some(ending);
        }
    }

    /// Begins to write a batch. It does not come to pass before it is [let end](Self::let_end), and not at all if it is
    /// dropped.
    async fn begin(&mut self, batch: Batch) -> Result<Lane, ImportFailure> {
        let Batch { entries, end, is_last, novelty, packed_bytes, room } = batch;
        self.take_note_of(packed_bytes);
        let mut items = self.items(entries, novelty).await?;
        self.prepare(&mut items).await?;
        let mut write = self.bulk_write(&mut items);
        // For whether the lease is held. What is saved comes with the turn.
        write.checkpoint = self.checkpoint(&[], end, is_last, &self.report)?;
        let write = Arc::new(write);
        Ok(self.write_until_turn(Planned { items, write, end, is_last, room }))
    }

    fn write_until_turn(&self, mut batch: Planned) -> Lane {
        let (giver, turn) = Turn::new();
        // An earlier try may not have gone yet.
        Arc::make_mut(&mut batch.write).turn = Some(turn);
        let write = Arc::clone(&batch.write);
        let store = Arc::clone(&self.importer.store);
        let mut task = JoinSet::new();
        task.spawn(async move {
            match store.as_bulk() {
                Some(bulk) => bulk.write(&write).await,
                None => Err(StoreError::misconfigured("the store writes in bulk no more")),
            }
        });
        Lane { batch, turn: giver, writing: Writing { task, written: None } }
    }

    /// Gives a batch its turn, since there is none before it any more.
    async fn let_end(&self, lane: Lane) -> Result<Ending, ImportFailure> {
        let Lane { mut batch, turn, writing } = lane;
        // First the records that are not stored: if the process dies in between they are put aside twice, and never not.
        self.put_aside(&mut batch.items).await?;
        let report = self.report_with(&batch.items);
        let checkpoint = self.checkpoint(&batch.items, batch.end, batch.is_last, &report)?;
        turn.give(checkpoint.clone().filter(|_| !self.importer.dry_run));
        Ok(Ending { batch, report, checkpoint, writing })
    }

    /// Waits for the end of a batch. If it cannot be stored as it is, the one after it is begun anew: it may hold what this one
    /// waits for.
    async fn finish(&mut self, ending: Ending, after: Option<Lane>) -> Result<Option<Lane>, ImportFailure> {
        let Ending { batch: Planned { mut items, write, end, is_last, room }, report, checkpoint, writing } = ending;
        let after = match writing.end().await? {
            Ok(BulkWritten::Written(_)) => {
                self.save_dry(checkpoint.as_ref()).await?;
                self.done(end, report);
                room.leave((items, Some(Arc::unwrap_or_clone(write))));
                return Ok(after);
            }
            Ok(BulkWritten::LeaseLost) => return Err(ImportFailure::LeaseLost),
            Ok(BulkWritten::TurnLost) => return Err(ImportFailure::Stopped),
            Ok(BulkWritten::Conflict(outcomes)) => {
                let after = after.map(|lane| lane.batch);
                give_back(&mut items, Arc::unwrap_or_clone(write));
                self.plan_anew(&mut items, outcomes).await?;
                room.leave(self.settle(items, end, is_last, false).await?);
                after
            }
            Err(error) => {
                let after = after.map(|lane| lane.batch);
                let mut patience = self.patience();
                if self.came_to_pass(error, &mut patience, &items, end, is_last).await? {
                    self.done(end, report);
                } else {
                    give_back(&mut items, Arc::unwrap_or_clone(write));
                    room.leave(self.settle(items, end, is_last, !self.importer.dry_run).await?);
                }
                after
            }
        };
        Ok(after.map(|batch| self.write_until_turn(batch)))
    }
}

impl Writing {
    /// Waits until it is over. May be dropped meanwhile.
    async fn is_over(&mut self) {
        if self.written.is_none() {
            let ended = self.task.join_next().await;
            self.written = Some(ended.and_then(Result::ok).ok_or(ImportFailure::Stopped));
        }
    }

    async fn end(mut self) -> Result<Written, ImportFailure> {
        self.is_over().await;
        self.written.unwrap_or(Err(ImportFailure::Stopped))
    }
}
