//! Two batches at once: a database works on the next one while the one before it comes to its end.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::{
    ImportFailure,
    batch::Run,
    item::{Item, items},
    patience::Patience,
    reading::{Batch, Reading},
};
use crate::{
    bulk::Place,
    store::{BulkStore, BulkWritten, StoreError, Turn, TurnGiver},
};

/// A batch that is being written, all but its end.
struct Lane {
    items: Vec<Item>,
    end: Place,
    is_last: bool,
    writing: Option<Writing>,
}

struct Writing {
    turn: TurnGiver,
    /// Ends with this.
    task: JoinSet<Result<BulkWritten, StoreError>>,
}

impl Run<'_> {
    /// Whether batches can be written two at once: where the store can do it, and no record can have anything to do with one
    /// of the batch before.
    pub(super) fn has_lanes(&self) -> bool {
        let importer = self.importer;
        let at_once = importer.store.as_bulk().is_some_and(BulkStore::writes_at_once);
        at_once && !importer.policy.upsert && !importer.distinct
    }

    /// Imports all that is read.
    pub(super) async fn import_in_lanes(&mut self, mut reading: Reading) -> Result<(), ImportFailure> {
        let mut before: Option<Lane> = None;
        loop {
            let ready = reading.next_if_ready();
            let batch = match (ready, before.take()) {
                (Ok(Some(batch)), lane) => {
                    before = lane;
                    batch
                }
                // Nothing is gained by keeping a transaction open for what is not read yet, or cannot be.
                (ready, Some(lane)) => {
                    self.end(lane, &mut None).await?;
                    ready?;
                    continue;
                }
                (Ok(None), None) => reading.next().await?,
                (Err(failure), None) => return Err(failure),
            };
            let mut lane = Some(self.begin(batch).await?);
            if let Some(before) = before.take() {
                self.end(before, &mut lane).await?;
            }
            if lane.as_ref().is_some_and(|lane| lane.is_last) {
                let Some(lane) = lane.take() else { return Ok(()) };
                return self.end(lane, &mut None).await;
            }
            before = lane;
            // Whoever wants to stop it is heard, however fast the store is.
            tokio::task::yield_now().await;
            if self.is_to_stop() {
                return Err(ImportFailure::ToldToStop);
            }
        }
    }

    /// Begins to write a batch. It comes to pass when it is [ended](Self::end), and not at all if it is dropped.
    async fn begin(&self, batch: Batch) -> Result<Lane, ImportFailure> {
        let (end, is_last) = (batch.end, batch.is_last);
        let mut items = items(batch.entries, !self.importer.distinct);
        self.prepare(&mut items).await?;
        Ok(Lane { writing: Some(self.write_until_turn(&items)), items, end, is_last })
    }

    fn write_until_turn(&self, items: &[Item]) -> Writing {
        let (giver, turn) = Turn::new();
        let mut write = self.bulk_write(items);
        write.turn = Some(turn);
        let store = Arc::clone(&self.importer.store);
        let mut task = JoinSet::new();
        task.spawn(async move {
            match store.as_bulk() {
                Some(bulk) => bulk.write(write).await,
                None => Err(StoreError::misconfigured("the store writes in bulk no more")),
            }
        });
        Writing { turn: giver, task }
    }

    /// Ends a batch. If that is not done at once, the one after it is begun anew: it may hold what this one waits for.
    async fn end(&mut self, lane: Lane, after: &mut Option<Lane>) -> Result<(), ImportFailure> {
        let Lane { mut items, end, is_last, writing } = lane;
        let Some(Writing { turn, mut task }) = writing else { return self.settle(items, end, is_last).await };
        // First the records that are not stored: if the process dies in between they are put aside twice, and never not.
        self.put_aside(&mut items).await?;
        let report = self.report_with(&items);
        let checkpoint = self.checkpoint(&items, end, is_last, &report)?;
        turn.give(checkpoint.clone().filter(|_| !self.importer.dry_run));
        let written = task.join_next().await.and_then(Result::ok).ok_or(ImportFailure::Stopped)?;
        match written {
            Ok(BulkWritten::Written(_)) => {
                self.save_dry(checkpoint.as_ref()).await?;
                self.done(end, report);
                return Ok(());
            }
            Ok(BulkWritten::LeaseLost) => return Err(ImportFailure::LeaseLost),
            Ok(BulkWritten::TurnLost) => return Err(ImportFailure::Stopped),
            Ok(BulkWritten::Conflict(outcomes)) => {
                if let Some(after) = after {
                    after.writing = None;
                }
                self.plan_anew(&mut items, outcomes).await?;
            }
            Err(error) => {
                if let Some(after) = after {
                    after.writing = None;
                }
                let mut patience = Patience::new(&*self.importer.clock);
                if self.came_to_pass(error, &mut patience, &items, end, is_last).await? {
                    self.done(end, report);
                    items.clear();
                }
            }
        }
        if !items.is_empty() {
            self.settle(items, end, is_last).await?;
        }
        if let Some(after) = after {
            after.writing = Some(self.write_until_turn(&after.items));
        }
        Ok(())
    }
}
