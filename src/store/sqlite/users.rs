use std::sync::Arc;

use async_trait::async_trait;

use super::{SqliteStore, engine::SqliteEngine, error::classify};
use crate::{
    clock::Timestamp,
    store::{
        Backlog, BulkStore, BulkWrite, BulkWritten, Checkpoint, Deletion, Filter, Insert, Job, JobFault, JobId,
        JobStore, Key, Lease, Lookup, OnTombstone, OutboxMessage, OutboxStore, OwnedKey, Search, SearchPage,
        SearchStore, Snapshot, SnapshotStore, Stats, StatsStore, StoreError, Update, UserStore,
        sql::snapshot::SqlSnapshot,
    },
    user::{NewUser, User, UserChange, UserId, Version},
};

impl SqliteStore {
    /// A connection that reads.
    async fn reader(&self, operation: &'static str) -> Result<sqlx::pool::PoolConnection<sqlx::Sqlite>, StoreError> {
        self.shared.readers.acquire().await.map_err(|error| classify(operation, error))
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl UserStore for SqliteStore {
    async fn find(&self, key: Key<'_>) -> Result<Lookup, StoreError> {
        self.shared.users.find::<SqliteEngine>(&mut *self.reader("find").await?, key).await
    }

    async fn insert(&self, user: NewUser, tombstones: OnTombstone) -> Result<Insert, StoreError> {
        let mut turn = self.shared.writer.turn("insert").await?;
        let inserted = self.shared.users.insert::<SqliteEngine>(&mut turn, user, tombstones).await?;
        turn.end();
        Ok(inserted)
    }

    async fn update(&self, id: &UserId, expected: Version, change: UserChange) -> Result<Update, StoreError> {
        let mut turn = self.shared.writer.turn("update").await?;
        let updated = self.shared.users.update::<SqliteEngine>(&mut turn, id, expected, &change).await?;
        turn.end();
        Ok(updated)
    }

    async fn record_login(&self, id: &UserId, at: Timestamp) -> Result<bool, StoreError> {
        let mut turn = self.shared.writer.turn("record_login").await?;
        let recorded = self.shared.users.record_login::<SqliteEngine>(&mut turn, id, at).await?;
        turn.end();
        Ok(recorded)
    }

    async fn delete(&self, id: &UserId, deletion: Deletion) -> Result<bool, StoreError> {
        let mut turn = self.shared.writer.turn("delete").await?;
        let deleted = self.shared.users.delete::<SqliteEngine>(&mut turn, id, &deletion).await?;
        turn.end();
        Ok(deleted)
    }

    fn as_bulk(&self) -> Option<&dyn BulkStore> {
        Some(self)
    }

    fn as_jobs(&self) -> Option<&dyn JobStore> {
        Some(self)
    }

    fn as_outbox(&self) -> Option<&dyn OutboxStore> {
        Some(self)
    }

    fn as_search(&self) -> Option<&dyn SearchStore> {
        Some(self)
    }

    fn as_snapshots(&self) -> Option<&dyn SnapshotStore> {
        Some(self)
    }

    fn as_stats(&self) -> Option<&dyn StatsStore> {
        Some(self)
    }

    /// There is no other machine.
    async fn now(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl BulkStore for SqliteStore {
    async fn look_up(&self, keys: &[OwnedKey]) -> Result<Vec<Lookup>, StoreError> {
        self.shared.users.look_up::<SqliteEngine>(&mut *self.reader("look_up").await?, keys).await
    }

    async fn write(&self, batch: &BulkWrite) -> Result<BulkWritten, StoreError> {
        let mut turn = self.shared.writer.turn("write").await?;
        let written = self.shared.users.write::<SqliteEngine>(&mut turn, batch).await?;
        turn.end();
        Ok(written)
    }

    fn writes_at_once(&self) -> bool {
        false
    }

    async fn scan(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError> {
        self.shared.users.scan::<SqliteEngine>(&mut *self.reader("scan").await?, after, limit).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl JobStore for SqliteStore {
    async fn create(&self, job: Job) -> Result<bool, StoreError> {
        let mut turn = self.shared.writer.turn("create").await?;
        let created = self.shared.users.create_job::<SqliteEngine>(&mut turn, &job).await?;
        // A key that is taken is a failed statement, and nothing worse.
        turn.end();
        Ok(created)
    }

    async fn job(&self, id: &JobId) -> Result<Option<Job>, StoreError> {
        self.shared.users.job::<SqliteEngine>(&mut *self.reader("job").await?, id).await
    }

    async fn lease(&self, kind: &str, now: Timestamp, until: Timestamp) -> Result<Option<Lease>, StoreError> {
        let mut turn = self.shared.writer.turn("lease").await?;
        let lease = self.shared.users.lease::<SqliteEngine>(&mut turn, kind, now, until).await?;
        turn.end();
        Ok(lease)
    }

    async fn save(&self, checkpoint: &Checkpoint) -> Result<bool, StoreError> {
        let mut turn = self.shared.writer.turn("save").await?;
        let saved = self.shared.users.save::<SqliteEngine>(&mut turn, checkpoint).await?;
        turn.end();
        Ok(saved)
    }

    async fn lease_within(
        &self,
        kind: &str,
        most: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, StoreError> {
        let mut turn = self.shared.writer.turn("lease").await?;
        let lease = self.shared.users.lease_within::<SqliteEngine>(&mut turn, kind, most, now, until).await?;
        turn.end();
        Ok(lease)
    }

    async fn prolong(&self, lease: &Lease, until: Timestamp) -> Result<bool, StoreError> {
        let mut turn = self.shared.writer.turn("prolong").await?;
        let prolonged = self.shared.users.prolong::<SqliteEngine>(&mut turn, lease, until).await?;
        turn.end();
        Ok(prolonged)
    }

    async fn cancel(&self, id: &JobId, at: Timestamp) -> Result<bool, StoreError> {
        let mut turn = self.shared.writer.turn("cancel").await?;
        let cancelled = self.shared.users.cancel::<SqliteEngine>(&mut turn, id, at).await?;
        turn.end();
        Ok(cancelled)
    }

    async fn jobs(&self, kind: &str, after: Option<&Job>, limit: usize) -> Result<Vec<Job>, StoreError> {
        self.shared.users.jobs::<SqliteEngine>(&mut *self.reader("jobs").await?, kind, after, limit).await
    }

    async fn faults(&self, id: &JobId, after: Option<u64>, limit: usize) -> Result<Vec<JobFault>, StoreError> {
        self.shared.users.faults::<SqliteEngine>(&mut *self.reader("faults").await?, id, after, limit).await
    }

    async fn prune(&self, kind: &str, before: Timestamp) -> Result<u64, StoreError> {
        let mut turn = self.shared.writer.turn("prune").await?;
        let pruned = self.shared.users.prune::<SqliteEngine>(&mut turn, kind, before).await?;
        turn.end();
        Ok(pruned)
    }
}

#[async_trait]
impl OutboxStore for SqliteStore {
    async fn take(&self, now: Timestamp, until: Timestamp, limit: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        let mut turn = self.shared.writer.turn("take").await?;
        let messages = self.shared.users.take_messages::<SqliteEngine>(&mut turn, now, until, limit).await?;
        turn.end();
        Ok(messages)
    }

    async fn remove(&self, message: &OutboxMessage) -> Result<bool, StoreError> {
        let mut turn = self.shared.writer.turn("remove").await?;
        let removed = self.shared.users.remove_message::<SqliteEngine>(&mut turn, message).await?;
        turn.end();
        Ok(removed)
    }

    async fn postpone(&self, message: &OutboxMessage, due_at: Timestamp) -> Result<bool, StoreError> {
        let mut turn = self.shared.writer.turn("postpone").await?;
        let postponed = self.shared.users.postpone_message::<SqliteEngine>(&mut turn, message, due_at).await?;
        turn.end();
        Ok(postponed)
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.shared.users.backlog::<SqliteEngine>(&mut *self.reader("backlog").await?).await
    }
}

#[async_trait]
impl SearchStore for SqliteStore {
    async fn search(&self, search: &Search) -> Result<SearchPage, StoreError> {
        self.shared.users.search::<SqliteEngine>(&mut *self.reader("search").await?, search).await
    }

    async fn count(&self, filter: &Filter) -> Result<u64, StoreError> {
        self.shared.users.count::<SqliteEngine>(&mut *self.reader("count").await?, filter).await
    }
}

#[async_trait]
impl SnapshotStore for SqliteStore {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        let reader = self.reader("snapshot").await?;
        Ok(Box::new(SqlSnapshot::<SqliteEngine>::take(Arc::clone(&self.shared.users), reader).await?))
    }
}

#[async_trait]
impl StatsStore for SqliteStore {
    async fn stats(&self) -> Result<Stats, StoreError> {
        self.shared.users.stats::<SqliteEngine>(&mut *self.reader("stats").await?).await
    }
}
