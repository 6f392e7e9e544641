use std::{fmt, sync::Arc};

use async_trait::async_trait;
use sqlx::Pool;

use super::{
    Backlog, BulkStore, BulkWrite, BulkWritten, Checkpoint, Deletion, Filter, Insert, Job, JobFault, JobId, JobStore,
    Key, Lease, Lookup, OnTombstone, OutboxMessage, OutboxStore, OwnedKey, Search, SearchPage, SearchStore, Snapshot,
    SnapshotStore, Stats, StatsStore, StoreError, Update, UserStore,
    sql::{engine::StoredRow as _, snapshot::SqlSnapshot, statement::Statement, users::Users},
};
use crate::{
    clock::{Clock, Timestamp},
    user::{NewUser, User, UserChange, UserId, Version},
};

mod builder;
#[cfg(feature = "postgres")]
mod changes;
#[cfg(feature = "postgres")]
mod copy;
mod driver;
mod fault;
mod held;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod retry;
mod schema;
mod server_engine;

pub use builder::ServerStoreBuilder;
#[cfg(feature = "mysql")]
pub use mysql::MySql;
#[cfg(feature = "postgres")]
pub use postgres::Postgres;

use held::Held;
use retry::Retry;
use server_engine::ServerEngine;

/// Users in PostgreSQL, or in what speaks its protocol.
#[cfg(feature = "postgres")]
#[cfg_attr(docsrs, doc(cfg(feature = "postgres")))]
pub type PostgresStore = ServerStore<Postgres>;

/// Users in MySQL 8 or MariaDB, or in what speaks their protocol.
#[cfg(feature = "mysql")]
#[cfg_attr(docsrs, doc(cfg(feature = "mysql")))]
pub type MySqlStore = ServerStore<MySql>;

/// Users in a database server, which any number of processes on any number of machines share.
///
/// See [`PostgresStore`] and [`MySqlStore`] for how each is opened. A clone shares the connections of the store that it
/// was cloned from.
///
/// * **One row a user**, found by an index for every key. A look-up is one round trip, and so is an insert.
/// * **Nothing of a session matters**: keys are compared as bytes, times are integers, and the settings that a statement
///   depends on are made when a connection opens. Transactions are `READ COMMITTED`, or whatever is stricter.
/// * **Conflicts are tried again.** A deadlock or a failure to serialize rolls a call back as a whole, and it is done
///   again after a pause, a few times.
/// * **A lost connection** is [`StoreError::Unavailable`]. A look-up is tried once more on another one. A write is not:
///   it may have come to pass. A connection that has rested for some seconds is asked whether it is alive before it is
///   used.
/// * **What it keeps.** Tables that begin with `waystation_`, and `_waystation_migrations`. The database may hold the
///   host's own tables too. One that a newer release has written is refused, and never altered.
///
/// `Debug` shows the connection name and nothing of the users, nor where the database is.
#[expect(private_bounds, reason = "sealed: there are two engines, and no others")]
pub struct ServerStore<E: ServerEngine> {
    shared: Arc<Shared<E>>,
}

struct Shared<E: ServerEngine> {
    users: Arc<Users>,
    pool: Pool<E::Database>,
    clock: Arc<dyn Clock>,
}

#[expect(private_bounds, reason = "sealed: there are two engines, and no others")]
impl<E: ServerEngine> ServerStore<E> {
    /// Opens the users of `connection_name` in the database at `url`, and makes the tables if there are none.
    ///
    /// # Errors
    ///
    /// As [`ServerStoreBuilder::open`].
    pub async fn open(url: &str, connection_name: impl Into<String>) -> Result<Self, StoreError> {
        Self::builder(url)?.connection_name(connection_name).open().await
    }

    /// A store that is yet to be opened, with everything at its default.
    ///
    /// # Errors
    ///
    /// [`StoreError::Misconfigured`] when `url` is not one of this kind of database.
    pub fn builder(url: &str) -> Result<ServerStoreBuilder<E>, StoreError> {
        ServerStoreBuilder::new(url)
    }

    /// Closes every connection, after what they are at. Later calls, by any clone, are [`StoreError::Unavailable`].
    pub async fn close(&self) {
        self.shared.pool.close().await;
    }

    async fn connection(&self, operation: &'static str) -> Result<Held<E::Database>, StoreError> {
        let connection = self.shared.pool.acquire().await.map_err(|error| E::classify(operation, error))?;
        Ok(Held::new(connection))
    }

    fn retry(&self) -> Retry<'_> {
        Retry::new(&*self.shared.clock)
    }
}

impl<E: ServerEngine> Clone for ServerStore<E> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<E: ServerEngine> fmt::Debug for ServerStore<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(E::STORE).field("connection_name", &self.shared.users.name).finish_non_exhaustive()
    }
}

/// Does something on a connection of the pool, and again on another one while the database wants it to be done again.
macro_rules! again_on_conflict {
    ($store:ident, $operation:literal, $connection:ident => $call:expr) => {{
        let mut retry = $store.retry();
        loop {
            let mut held = $store.connection($operation).await?;
            let $connection = &mut *held;
            let answer = $call.await;
            held.end(&answer);
            match answer {
                Err(error) if retry.wants(&error).await => {}
                answer => break answer,
            }
        }
    }};
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<E: ServerEngine> UserStore for ServerStore<E> {
    async fn find(&self, key: Key<'_>) -> Result<Lookup, StoreError> {
        let users = &self.shared.users;
        let mut retry = self.retry();
        loop {
            let mut connection = self.connection("find").await?;
            let answer = users.find::<E>(&mut connection, key).await;
            connection.end(&answer);
            match answer {
                // Reading twice does no harm.
                Err(error) if retry.wants_read(&error).await => {}
                answer => break answer,
            }
        }
    }

    async fn insert(&self, user: NewUser, tombstones: OnTombstone) -> Result<Insert, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "insert", connection => users.insert::<E>(connection, user.clone(), tombstones))
    }

    async fn update(&self, id: &UserId, expected: Version, change: UserChange) -> Result<Update, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "update", connection => users.update::<E>(connection, id, expected, &change))
    }

    async fn record_login(&self, id: &UserId, at: Timestamp) -> Result<bool, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "record_login", connection => users.record_login::<E>(connection, id, at))
    }

    async fn delete(&self, id: &UserId, deletion: Deletion) -> Result<bool, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "delete", connection => users.delete::<E>(connection, id, &deletion))
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

    async fn now(&self) -> Result<Option<Timestamp>, StoreError> {
        again_on_conflict!(self, "now", connection => now::<E>(connection)).map(Some)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<E: ServerEngine> BulkStore for ServerStore<E> {
    async fn look_up(&self, keys: &[OwnedKey]) -> Result<Vec<Lookup>, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "look_up", connection => users.look_up::<E>(connection, keys))
    }

    async fn write(&self, batch: &BulkWrite) -> Result<BulkWritten, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "write", connection => users.write::<E>(connection, batch))
    }

    fn writes_at_once(&self) -> bool {
        true
    }

    async fn scan(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "scan", connection => users.scan::<E>(connection, after, limit))
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<E: ServerEngine> JobStore for ServerStore<E> {
    async fn create(&self, job: Job) -> Result<bool, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "create", connection => users.create_job::<E>(connection, &job))
    }

    async fn job(&self, id: &JobId) -> Result<Option<Job>, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "job", connection => users.job::<E>(connection, id))
    }

    async fn lease(&self, kind: &str, now: Timestamp, until: Timestamp) -> Result<Option<Lease>, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "lease", connection => users.lease::<E>(connection, kind, now, until))
    }

    async fn save(&self, checkpoint: &Checkpoint) -> Result<bool, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "save", connection => users.save::<E>(connection, checkpoint))
    }

    async fn lease_within(
        &self,
        kind: &str,
        among: Option<&[JobId]>,
        most: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "lease", connection => users.lease_within::<E>(connection, (kind, among), most, now, until))
    }

    async fn prolong(&self, lease: &Lease, until: Timestamp) -> Result<bool, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "prolong", connection => users.prolong::<E>(connection, lease, until))
    }

    async fn cancel(&self, id: &JobId, at: Timestamp) -> Result<bool, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "cancel", connection => users.cancel::<E>(connection, id, at))
    }

    async fn jobs(&self, kind: &str, after: Option<&Job>, limit: usize) -> Result<Vec<Job>, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "jobs", connection => users.jobs::<E>(connection, kind, after, limit))
    }

    async fn faults(&self, id: &JobId, after: Option<u64>, limit: usize) -> Result<Vec<JobFault>, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "faults", connection => users.faults::<E>(connection, id, after, limit))
    }

    async fn prune(&self, kind: &str, before: Timestamp) -> Result<u64, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "prune", connection => users.prune::<E>(connection, kind, before))
    }
}

#[async_trait]
impl<E: ServerEngine> OutboxStore for ServerStore<E> {
    async fn take(&self, now: Timestamp, until: Timestamp, limit: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "take", connection => users.take_messages::<E>(connection, now, until, limit))
    }

    async fn remove(&self, message: &OutboxMessage) -> Result<bool, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "remove", connection => users.remove_message::<E>(connection, message))
    }

    async fn postpone(&self, message: &OutboxMessage, due_at: Timestamp) -> Result<bool, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "postpone", connection => users.postpone_message::<E>(connection, message, due_at))
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "backlog", connection => users.backlog::<E>(connection))
    }
}

#[async_trait]
impl<E: ServerEngine> SearchStore for ServerStore<E> {
    async fn search(&self, search: &Search) -> Result<SearchPage, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "search", connection => users.search::<E>(connection, search))
    }

    async fn count(&self, filter: &Filter) -> Result<u64, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "count", connection => users.count::<E>(connection, filter))
    }
}

#[async_trait]
impl<E: ServerEngine> SnapshotStore for ServerStore<E> {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        let pool = &self.shared.pool;
        let mut connection = pool.acquire().await.map_err(|error| E::classify("snapshot", error))?;
        connection.close_on_drop();
        Ok(Box::new(SqlSnapshot::<E, _>::take(Arc::clone(&self.shared.users), connection).await?))
    }
}

#[async_trait]
impl<E: ServerEngine> StatsStore for ServerStore<E> {
    async fn stats(&self) -> Result<Stats, StoreError> {
        let users = &self.shared.users;
        again_on_conflict!(self, "stats", connection => users.stats::<E>(connection))
    }
}

async fn now<E: ServerEngine>(connection: &mut E::Connection) -> Result<Timestamp, StoreError> {
    let failed = |error| E::classify("now", error);
    let rows = E::fetch(connection, &Statement::new(E::NOW)).await.map_err(failed)?;
    let micros = rows.first().map(|row| row.number(0)).transpose().map_err(failed)?.flatten();
    micros.map(Timestamp::from_micros).ok_or_else(|| StoreError::other("now", "no row"))
}
