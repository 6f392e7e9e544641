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

/// Does something on a connection that reads.
macro_rules! reading {
    ($store:ident, $operation:literal, $connection:ident => $call:expr) => {{
        let reader = $store.shared.readers.reader().await;
        let mut reader = reader.map_err(|fault| classify($operation, fault))?;
        let $connection = &mut *reader;
        let answer = $call.await;
        reader.end(&answer);
        answer
    }};
}

/// Does something on the connection that writes.
macro_rules! writing {
    ($store:ident, $operation:literal, $connection:ident => $call:expr) => {{
        let turn = $store.shared.writer.turn().await;
        let mut turn = turn.map_err(|fault| classify($operation, fault))?;
        let $connection = &mut *turn;
        let answer = $call.await;
        turn.end(&answer);
        answer
    }};
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl UserStore for SqliteStore {
    async fn find(&self, key: Key<'_>) -> Result<Lookup, StoreError> {
        reading!(self, "find", connection => self.shared.users.find::<SqliteEngine>(connection, key))
    }

    async fn insert(&self, user: NewUser, tombstones: OnTombstone) -> Result<Insert, StoreError> {
        writing!(self, "insert", connection => self.shared.users.insert::<SqliteEngine>(connection, user, tombstones))
    }

    async fn update(&self, id: &UserId, expected: Version, change: UserChange) -> Result<Update, StoreError> {
        writing!(self, "update", connection => self.shared.users.update::<SqliteEngine>(connection, id, expected, &change))
    }

    async fn record_login(&self, id: &UserId, at: Timestamp) -> Result<bool, StoreError> {
        writing!(self, "record_login", connection => self.shared.users.record_login::<SqliteEngine>(connection, id, at))
    }

    async fn delete(&self, id: &UserId, deletion: Deletion) -> Result<bool, StoreError> {
        writing!(self, "delete", connection => self.shared.users.delete::<SqliteEngine>(connection, id, &deletion))
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
        reading!(self, "look_up", connection => self.shared.users.look_up::<SqliteEngine>(connection, keys))
    }

    async fn write(&self, batch: &BulkWrite) -> Result<BulkWritten, StoreError> {
        writing!(self, "write", connection => self.shared.users.write::<SqliteEngine>(connection, batch))
    }

    fn writes_at_once(&self) -> bool {
        false
    }

    async fn scan(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError> {
        reading!(self, "scan", connection => self.shared.users.scan::<SqliteEngine>(connection, after, limit))
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl JobStore for SqliteStore {
    async fn create(&self, job: Job) -> Result<bool, StoreError> {
        writing!(self, "create", connection => self.shared.users.create_job::<SqliteEngine>(connection, &job))
    }

    async fn job(&self, id: &JobId) -> Result<Option<Job>, StoreError> {
        reading!(self, "job", connection => self.shared.users.job::<SqliteEngine>(connection, id))
    }

    async fn lease(&self, kind: &str, now: Timestamp, until: Timestamp) -> Result<Option<Lease>, StoreError> {
        writing!(self, "lease", connection => self.shared.users.lease::<SqliteEngine>(connection, kind, now, until))
    }

    async fn save(&self, checkpoint: &Checkpoint) -> Result<bool, StoreError> {
        writing!(self, "save", connection => self.shared.users.save::<SqliteEngine>(connection, checkpoint))
    }

    async fn lease_within(
        &self,
        kind: &str,
        most: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, StoreError> {
        writing!(self, "lease", connection => self.shared.users.lease_within::<SqliteEngine>(connection, kind, most, now, until))
    }

    async fn prolong(&self, lease: &Lease, until: Timestamp) -> Result<bool, StoreError> {
        writing!(self, "prolong", connection => self.shared.users.prolong::<SqliteEngine>(connection, lease, until))
    }

    async fn cancel(&self, id: &JobId, at: Timestamp) -> Result<bool, StoreError> {
        writing!(self, "cancel", connection => self.shared.users.cancel::<SqliteEngine>(connection, id, at))
    }

    async fn jobs(&self, kind: &str, after: Option<&Job>, limit: usize) -> Result<Vec<Job>, StoreError> {
        reading!(self, "jobs", connection => self.shared.users.jobs::<SqliteEngine>(connection, kind, after, limit))
    }

    async fn faults(&self, id: &JobId, after: Option<u64>, limit: usize) -> Result<Vec<JobFault>, StoreError> {
        reading!(self, "faults", connection => self.shared.users.faults::<SqliteEngine>(connection, id, after, limit))
    }

    async fn prune(&self, kind: &str, before: Timestamp) -> Result<u64, StoreError> {
        writing!(self, "prune", connection => self.shared.users.prune::<SqliteEngine>(connection, kind, before))
    }
}

#[async_trait]
impl OutboxStore for SqliteStore {
    async fn take(&self, now: Timestamp, until: Timestamp, limit: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        writing!(self, "take", connection => self.shared.users.take_messages::<SqliteEngine>(connection, now, until, limit))
    }

    async fn remove(&self, message: &OutboxMessage) -> Result<bool, StoreError> {
        writing!(self, "remove", connection => self.shared.users.remove_message::<SqliteEngine>(connection, message))
    }

    async fn postpone(&self, message: &OutboxMessage, due_at: Timestamp) -> Result<bool, StoreError> {
        writing!(self, "postpone", connection => self.shared.users.postpone_message::<SqliteEngine>(connection, message, due_at))
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        reading!(self, "backlog", connection => self.shared.users.backlog::<SqliteEngine>(connection))
    }
}

#[async_trait]
impl SearchStore for SqliteStore {
    async fn search(&self, search: &Search) -> Result<SearchPage, StoreError> {
        reading!(self, "search", connection => self.shared.users.search::<SqliteEngine>(connection, search))
    }

    async fn count(&self, filter: &Filter) -> Result<u64, StoreError> {
        reading!(self, "count", connection => self.shared.users.count::<SqliteEngine>(connection, filter))
    }
}

#[async_trait]
impl SnapshotStore for SqliteStore {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        let reader = self.shared.readers.reader().await.map_err(|fault| classify("snapshot", fault))?;
        let users = Arc::clone(&self.shared.users);
        // The connection is never ended, and so closed with the snapshot.
        Ok(Box::new(SqlSnapshot::<SqliteEngine, _>::take(users, reader).await?))
    }
}

#[async_trait]
impl StatsStore for SqliteStore {
    async fn stats(&self) -> Result<Stats, StoreError> {
        reading!(self, "stats", connection => self.shared.users.stats::<SqliteEngine>(connection))
    }
}
