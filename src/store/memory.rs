use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use self::{job::Jobs, outbox::Outbox, rows::Rows};
use super::{
    BulkStore, Deletion, Insert, JobStore, Key, Lookup, OnTombstone, OutboxStore, SearchStore, SnapshotStore,
    StatsStore, StoreError, Update, UserStore,
};
use crate::{
    clock::Timestamp,
    secret_key::SecretKey,
    user::{NewUser, UserChange, UserId, Version},
};

mod bulk;
mod job;
mod outbox;
mod rows;
mod search;

/// Users in memory: the reference for every other store, and the test double.
///
/// Everything happens under one lock, so each call is one atomic step by construction. A clone shares the users of
/// the store that it was cloned from. `Debug` shows how many users there are and nothing of them.
///
/// ```
/// use waystation::clock::Timestamp;
/// use waystation::store::{Insert, Key, MemoryStore, OnTombstone, UserStore, UserStoreExt};
/// use waystation::user::{Credential, NewUser, Profile, UserId};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let store = MemoryStore::new();
/// let ada = NewUser::new(UserId::new("1"), Profile::default(), Credential::None, Timestamp::from_micros(0));
/// assert!(matches!(store.insert(ada, OnTombstone::Refuse).await?, Insert::Created(_)));
/// assert!(store.get(&UserId::new("1")).await?.is_some());
/// # Ok::<(), waystation::store::StoreError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
}

struct Tables {
    users: Rows,
    jobs: Jobs,
    outbox: Outbox,
}

impl MemoryStore {
    /// A store with nobody in it.
    ///
    /// Its tombstones are digests under a fixed key: whoever can read the digests in this process's memory could
    /// read a random key there as well.
    pub fn new() -> Self {
        Self::with_tombstone_key(SecretKey::from_bytes([0; 32]))
    }

    /// A store with nobody in it, whose tombstones are digests under `key`.
    pub fn with_tombstone_key(key: SecretKey) -> Self {
        let tables = Tables { users: Rows::new(key), jobs: Jobs::default(), outbox: Outbox::default() };
        Self { tables: Arc::new(Mutex::new(tables)) }
    }

    /// How many users there are.
    pub fn len(&self) -> usize {
        self.tables().users.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The tables, locked. No method leaves them half changed, so a panic elsewhere under the lock does no harm.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("users", &self.len()).finish_non_exhaustive()
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl UserStore for MemoryStore {
    async fn find(&self, key: Key<'_>) -> Result<Lookup, StoreError> {
        Ok(self.tables().users.find(key))
    }

    async fn insert(&self, mut user: NewUser, tombstones: OnTombstone) -> Result<Insert, StoreError> {
        let outgoing = std::mem::take(&mut user.outgoing);
        let mut tables = self.tables();
        let inserted = tables.users.insert(user, tombstones);
        if let Insert::Created(user) = &inserted {
            tables.outbox.queue(&user.id, None, outgoing);
        }
        Ok(inserted)
    }

    async fn update(&self, id: &UserId, expected: Version, mut change: UserChange) -> Result<Update, StoreError> {
        let outgoing = std::mem::take(&mut change.outgoing);
        let mut tables = self.tables();
        let updated = tables.users.update(id, expected, change);
        if let Update::Updated(user) = &updated {
            tables.outbox.queue(&user.id, None, outgoing);
        }
        Ok(updated)
    }

    async fn record_login(&self, id: &UserId, at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.tables().users.record_login(id, at))
    }

    async fn delete(&self, id: &UserId, deletion: Deletion) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let Some(user) = tables.users.delete(id, deletion.tombstone) else { return Ok(false) };
        tables.outbox.queue(id, user.legacy.as_ref(), deletion.outgoing);
        Ok(true)
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
