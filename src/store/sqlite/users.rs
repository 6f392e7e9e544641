use std::sync::Arc;

use async_trait::async_trait;

use super::{SqliteStore, engine::SqliteEngine, error::classify};
use crate::{
    clock::Timestamp,
    sqlite::access::Access,
    store::{
        Backlog, BulkStore, BulkWrite, BulkWritten, Checkpoint, Deletion, Filter, Insert, Job, JobFault, JobId,
        JobStore, Key, Lease, Lookup, OnTombstone, OutboxMessage, OutboxStore, OwnedKey, Search, SearchPage,
        SearchStore, Snapshot, SnapshotStore, Stats, StatsStore, StoreError, Update, UserStore,
        sql::{snapshot::SqlSnapshot, transaction},
    },
    user::{NewUser, User, UserChange, UserId, Version},
};

impl SqliteStore {
    fn reader(&self) -> Access {
        Access::to(&self.shared.readers)
    }

    fn writer(&self) -> Access {
        Access::to(&self.shared.writer)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl UserStore for SqliteStore {
    async fn find(&self, key: Key<'_>) -> Result<Lookup, StoreError> {
        self.shared.users.find::<SqliteEngine>(&mut self.reader(), key).await
    }

    async fn insert(&self, user: NewUser, tombstones: OnTombstone) -> Result<Insert, StoreError> {
        self.shared.users.insert::<SqliteEngine>(&mut self.writer(), user, tombstones).await
    }

    async fn update(&self, id: &UserId, expected: Version, change: UserChange) -> Result<Update, StoreError> {
        self.shared.users.update::<SqliteEngine>(&mut self.writer(), id, expected, &change).await
    }

    async fn record_login(&self, id: &UserId, at: Timestamp) -> Result<bool, StoreError> {
        self.shared.users.record_login::<SqliteEngine>(&mut self.writer(), id, at).await
    }

    async fn delete(&self, id: &UserId, deletion: Deletion) -> Result<bool, StoreError> {
        self.shared.users.delete::<SqliteEngine>(&mut self.writer(), id, &deletion).await
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
        self.shared.users.look_up::<SqliteEngine>(&mut self.reader(), keys).await
    }

    async fn write(&self, batch: &BulkWrite) -> Result<BulkWritten, StoreError> {
        self.shared.users.write::<SqliteEngine>(&mut self.writer(), batch).await
    }

    fn writes_at_once(&self) -> bool {
        false
    }

    async fn scan(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError> {
        self.shared.users.scan::<SqliteEngine>(&mut self.reader(), after, limit).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl JobStore for SqliteStore {
    async fn create(&self, job: Job) -> Result<bool, StoreError> {
        self.shared.users.create_job::<SqliteEngine>(&mut self.writer(), &job).await
    }

    async fn job(&self, id: &JobId) -> Result<Option<Job>, StoreError> {
        self.shared.users.job::<SqliteEngine>(&mut self.reader(), id).await
    }

    async fn lease(&self, kind: &str, now: Timestamp, until: Timestamp) -> Result<Option<Lease>, StoreError> {
        // With the writer for itself: looking and taking are two statements.
        let (mut writer, failed) = (self.writer(), |fault| classify("lease", fault));
        transaction::begin::<SqliteEngine>(&mut writer).await.map_err(failed)?;
        let lease = self.shared.users.lease::<SqliteEngine>(&mut writer, kind, now, until).await?;
        transaction::commit::<SqliteEngine>(&mut writer).await.map_err(failed)?;
        Ok(lease)
    }

    async fn save(&self, checkpoint: &Checkpoint) -> Result<bool, StoreError> {
        self.shared.users.save::<SqliteEngine>(&mut self.writer(), checkpoint).await
    }

    async fn lease_within(
        &self,
        kind: &str,
        among: Option<&[JobId]>,
        most: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, StoreError> {
        self.shared.users.lease_within::<SqliteEngine>(&mut self.writer(), (kind, among), most, now, until).await
    }

    async fn prolong(&self, lease: &Lease, until: Timestamp) -> Result<bool, StoreError> {
        self.shared.users.prolong::<SqliteEngine>(&mut self.writer(), lease, until).await
    }

    async fn cancel(&self, id: &JobId, at: Timestamp) -> Result<bool, StoreError> {
        self.shared.users.cancel::<SqliteEngine>(&mut self.writer(), id, at).await
    }

    async fn jobs(&self, kind: &str, after: Option<&Job>, limit: usize) -> Result<Vec<Job>, StoreError> {
        self.shared.users.jobs::<SqliteEngine>(&mut self.reader(), kind, after, limit).await
    }

    async fn faults(&self, id: &JobId, after: Option<u64>, limit: usize) -> Result<Vec<JobFault>, StoreError> {
        self.shared.users.faults::<SqliteEngine>(&mut self.reader(), id, after, limit).await
    }

    async fn prune(&self, kind: &str, before: Timestamp) -> Result<u64, StoreError> {
        self.shared.users.prune::<SqliteEngine>(&mut self.writer(), kind, before).await
    }
}

#[async_trait]
impl OutboxStore for SqliteStore {
    async fn take(&self, now: Timestamp, until: Timestamp, limit: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        // As one: whoever is told of none of them has taken none.
        let (mut writer, failed) = (self.writer(), |fault| classify("take", fault));
        transaction::begin::<SqliteEngine>(&mut writer).await.map_err(failed)?;
        let taken = self.shared.users.take_messages::<SqliteEngine>(&mut writer, now, until, limit).await?;
        transaction::commit::<SqliteEngine>(&mut writer).await.map_err(failed)?;
        Ok(taken)
    }

    async fn remove(&self, message: &OutboxMessage) -> Result<bool, StoreError> {
        self.shared.users.remove_message::<SqliteEngine>(&mut self.writer(), message).await
    }

    async fn postpone(&self, message: &OutboxMessage, due_at: Timestamp) -> Result<bool, StoreError> {
        self.shared.users.postpone_message::<SqliteEngine>(&mut self.writer(), message, due_at).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.shared.users.backlog::<SqliteEngine>(&mut self.reader()).await
    }
}

#[async_trait]
impl SearchStore for SqliteStore {
    async fn search(&self, search: &Search) -> Result<SearchPage, StoreError> {
        self.shared.users.search::<SqliteEngine>(&mut self.reader(), search).await
    }

    async fn count(&self, filter: &Filter) -> Result<u64, StoreError> {
        self.shared.users.count::<SqliteEngine>(&mut self.reader(), filter).await
    }
}

#[async_trait]
impl SnapshotStore for SqliteStore {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        let users = Arc::clone(&self.shared.users);
        Ok(Box::new(SqlSnapshot::<SqliteEngine, _>::take(users, Box::new(self.reader())).await?))
    }
}

#[async_trait]
impl StatsStore for SqliteStore {
    async fn stats(&self) -> Result<Stats, StoreError> {
        self.shared.users.stats::<SqliteEngine>(&mut self.reader()).await
    }
}
