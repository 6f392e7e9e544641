//! A store that may be read only, and that can be broken.

use async_trait::async_trait;
use waystation::{
    MemoryStore, User, UserId, UserStore,
    clock::Timestamp,
    store::{
        Backlog, BulkStore, BulkWrite, BulkWritten, Checkpoint, Deletion, Filter, Insert, Job, JobFault, JobId,
        JobStore, Key, Lease, Lookup, OnTombstone, OutboxMessage, OutboxStore, OwnedKey, Search, SearchPage,
        SearchStore, SnapshotStore, Stats, StatsStore, StoreError, Update,
    },
    user::{NewUser, UserChange, Version},
};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    None,
    BuriesStrangers,
    CannotDoMore,
    ClockIsOff(i64),
    FindsStrangers,
    FailsLater,
    HasACorruptRow,
    HasCorruptPages,
    IsDown,
    IsMisconfigured,
    NeverAnswers,
}

#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) inner: MemoryStore,
    pub(crate) fault: Fault,
}

impl Watched {
    pub(crate) fn new(inner: MemoryStore, fault: Fault) -> Self {
        Self { inner, fault }
    }

    fn can_more(&self) -> bool {
        self.fault != Fault::CannotDoMore
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl UserStore for Watched {
    async fn find(&self, key: Key<'_>) -> Result<Lookup, StoreError> {
        let is_of_a_person = match key {
            Key::Legacy(key) => key.source().as_str() == "old-shop",
            _ => false,
        };
        match self.fault {
            Fault::BuriesStrangers if !is_of_a_person => Ok(Lookup::Tombstoned),
            Fault::FailsLater if is_of_a_person => Err(StoreError::other("find", "the disk is on fire")),
            Fault::HasACorruptRow if is_of_a_person => Err(StoreError::corrupt("profile", "not JSON")),
            Fault::FindsStrangers if !is_of_a_person => {
                let anybody = self.inner.as_bulk().unwrap().scan(None, 1).await?;
                Ok(anybody.into_iter().next().map_or(Lookup::Absent, |user| Lookup::Found(Box::new(user))))
            }
            Fault::IsDown => Err(StoreError::unavailable("find", "connection refused")),
            Fault::IsMisconfigured => Err(StoreError::misconfigured("the database was written by a newer release")),
            Fault::NeverAnswers => std::future::pending().await,
            _ => self.inner.find(key).await,
        }
    }

    async fn insert(&self, _: NewUser, _: OnTombstone) -> Result<Insert, StoreError> {
        panic!("the doctor has written to the store")
    }

    async fn update(&self, _: &UserId, _: Version, _: UserChange) -> Result<Update, StoreError> {
        panic!("the doctor has written to the store")
    }

    async fn record_login(&self, _: &UserId, _: Timestamp) -> Result<bool, StoreError> {
        panic!("the doctor has written to the store")
    }

    async fn delete(&self, _: &UserId, _: Deletion) -> Result<bool, StoreError> {
        panic!("the doctor has written to the store")
    }

    fn as_bulk(&self) -> Option<&dyn BulkStore> {
        if self.can_more() { Some(self) } else { None }
    }

    fn as_jobs(&self) -> Option<&dyn JobStore> {
        if self.can_more() { Some(self) } else { None }
    }

    fn as_outbox(&self) -> Option<&dyn OutboxStore> {
        if self.can_more() { Some(self) } else { None }
    }

    fn as_search(&self) -> Option<&dyn SearchStore> {
        if self.can_more() { Some(self) } else { None }
    }

    fn as_snapshots(&self) -> Option<&dyn SnapshotStore> {
        None
    }

    fn as_stats(&self) -> Option<&dyn StatsStore> {
        if self.can_more() { Some(self) } else { None }
    }

    async fn now(&self) -> Result<Option<Timestamp>, StoreError> {
        let seconds = match self.fault {
            Fault::ClockIsOff(seconds) => seconds,
            _ => 0,
        };
        Ok(Some(Timestamp::from_micros(crate::stage::NOW.as_micros() + seconds * 1_000_000)))
    }
}

#[async_trait]
impl OutboxStore for Watched {
    async fn take(&self, _: Timestamp, _: Timestamp, _: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        panic!("the doctor has written to the store")
    }

    async fn remove(&self, _: &OutboxMessage) -> Result<bool, StoreError> {
        panic!("the doctor has written to the store")
    }

    async fn postpone(&self, _: &OutboxMessage, _: Timestamp) -> Result<bool, StoreError> {
        panic!("the doctor has written to the store")
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.inner.as_outbox().unwrap().backlog().await
    }
}

#[async_trait]
impl BulkStore for Watched {
    async fn look_up(&self, keys: &[OwnedKey]) -> Result<Vec<Lookup>, StoreError> {
        self.inner.as_bulk().unwrap().look_up(keys).await
    }

    async fn write(&self, _: &BulkWrite) -> Result<BulkWritten, StoreError> {
        panic!("the doctor has written to the store")
    }

    fn writes_at_once(&self) -> bool {
        self.inner.as_bulk().unwrap().writes_at_once()
    }

    async fn scan(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError> {
        if self.fault == Fault::HasCorruptPages {
            return Err(StoreError::corrupt("credential", "not JSON"));
        }
        self.inner.as_bulk().unwrap().scan(after, limit).await
    }
}

#[async_trait]
impl JobStore for Watched {
    async fn create(&self, _: Job) -> Result<bool, StoreError> {
        panic!("the doctor has written to the store")
    }

    async fn job(&self, id: &JobId) -> Result<Option<Job>, StoreError> {
        self.inner.as_jobs().unwrap().job(id).await
    }

    async fn lease(&self, _: &str, _: Timestamp, _: Timestamp) -> Result<Option<Lease>, StoreError> {
        panic!("the doctor has written to the store")
    }

    async fn save(&self, _: &Checkpoint) -> Result<bool, StoreError> {
        panic!("the doctor has written to the store")
    }

    async fn lease_within(
        &self,
        _: &str,
        _: Option<&[JobId]>,
        _: usize,
        _: Timestamp,
        _: Timestamp,
    ) -> Result<Option<Lease>, StoreError> {
        panic!("the doctor has written to the store")
    }

    async fn prolong(&self, _: &Lease, _: Timestamp) -> Result<bool, StoreError> {
        panic!("the doctor has written to the store")
    }

    async fn cancel(&self, _: &JobId, _: Timestamp) -> Result<bool, StoreError> {
        panic!("the doctor has written to the store")
    }

    async fn jobs(&self, kind: &str, after: Option<&Job>, limit: usize) -> Result<Vec<Job>, StoreError> {
        self.inner.as_jobs().unwrap().jobs(kind, after, limit).await
    }

    async fn faults(&self, id: &JobId, after: Option<u64>, limit: usize) -> Result<Vec<JobFault>, StoreError> {
        self.inner.as_jobs().unwrap().faults(id, after, limit).await
    }

    async fn prune(&self, _: &str, _: Timestamp) -> Result<u64, StoreError> {
        panic!("the doctor has written to the store")
    }
}

#[async_trait]
impl SearchStore for Watched {
    async fn search(&self, search: &Search) -> Result<SearchPage, StoreError> {
        self.inner.as_search().unwrap().search(search).await
    }

    async fn count(&self, filter: &Filter) -> Result<u64, StoreError> {
        self.inner.as_search().unwrap().count(filter).await
    }
}

#[async_trait]
impl StatsStore for Watched {
    async fn stats(&self) -> Result<Stats, StoreError> {
        self.inner.as_stats().unwrap().stats().await
    }
}
