use std::{fmt, sync::Arc, time::Duration};

use sqlx::{ConnectOptions, Connection, pool::PoolOptions};

use super::{ServerStore, Shared, schema, server_engine::ServerEngine};
use crate::{
    clock::{self, Clock, SystemClock},
    secret_key::SecretKey,
    store::{StoreError, sql::users::Users},
};

/// A connection that has rested for longer is asked whether it is alive before it is used.
const RESTED: Duration = Duration::from_secs(2);

/// Opens a [`ServerStore`].
#[derive(Clone)]
#[must_use]
#[expect(private_bounds, reason = "sealed: there are two engines, and no others")]
pub struct ServerStoreBuilder<E: ServerEngine> {
    options: E::Options,
    connection_name: String,
    tombstone_key: Option<SecretKey>,
    connections: u32,
    acquire_timeout: Duration,
    statement_limit: Duration,
    create_if_missing: bool,
    clock: Arc<dyn Clock>,
}

#[expect(private_bounds, reason = "sealed: there are two engines, and no others")]
impl<E: ServerEngine> ServerStoreBuilder<E> {
    pub(super) fn new(url: &str) -> Result<Self, StoreError> {
        Ok(Self {
            options: E::options(url)?,
            connection_name: "default".to_owned(),
            tombstone_key: None,
            connections: 16,
            acquire_timeout: Duration::from_secs(5),
            statement_limit: Duration::from_secs(10),
            create_if_missing: true,
            clock: Arc::new(SystemClock::new()),
        })
    }

    /// Whose users these are. Two names in one database do not see each other's users. `default` unless given.
    pub fn connection_name(mut self, name: impl Into<String>) -> Self {
        self.connection_name = name.into();
        self
    }

    /// The key of the tombstones' digests.
    ///
    /// Without this, a key is made with the tables and kept in them: nothing to manage, and backups carry it, but who
    /// steals the database can test whether an address they already know was deleted. A key kept elsewhere prevents
    /// that, must never change, and must not be lost: a database is refused under any other key than its first.
    pub fn tombstone_key(mut self, key: SecretKey) -> Self {
        self.tombstone_key = Some(key);
        self
    }

    /// How many connections may be open at once, at least one. 16 unless given. None is held while a password is hashed
    /// or the legacy system is asked.
    pub fn connections(mut self, count: u32) -> Self {
        self.connections = count.max(1);
        self
    }

    /// How long a call waits for a connection, before it is [`StoreError::Unavailable`]. 5 seconds unless given.
    pub const fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = timeout;
        self
    }

    /// How long the server may work on one statement, or wait for a lock in it. 10 seconds unless given, which is
    /// plenty for a list of a bulk write: it has 5,000 rows at most. MySQL and MariaDB are told how long to wait for a lock,
    /// and no more.
    pub const fn statement_limit(mut self, limit: Duration) -> Self {
        self.statement_limit = limit;
        self
    }

    /// Whether to make the tables where there are none, as is done unless told. Without it such a database is
    /// [`StoreError::Missing`]: for whoever only looks into a store that is there.
    pub fn create_if_missing(mut self, create: bool) -> Self {
        self.create_if_missing = create;
        self
    }

    /// The clock that pauses go by, after conflicts and while others make the tables. The system's unless given.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Opens the store and brings the tables up to this release, for which the user of the address must be allowed to make
    /// and alter tables. Nothing is written where they are up to it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Misconfigured`] when there is no such database, user or permission, or when the tables were written
    /// by a newer release or under another tombstone key. [`StoreError::Unavailable`] when the server cannot be reached.
    pub async fn open(self) -> Result<ServerStore<E>, StoreError> {
        let pool = PoolOptions::new()
            .max_connections(self.connections)
            .acquire_timeout(self.acquire_timeout)
            // Asking every time would be a second round trip for every look-up.
            .test_before_acquire(false)
            .before_acquire(|connection: &mut E::Connection, state| {
                Box::pin(async move { Ok(state.idle_for < RESTED || connection.ping().await.is_ok()) })
            });
        let pool = E::pool(pool, self.options.clone(), self.statement_limit);
        let mut connection = match pool.acquire().await {
            Ok(connection) => connection,
            // The pool has tried again and again, and does not say what was wrong.
            Err(sqlx::Error::PoolTimedOut) => {
                let connected = clock::within(&*self.clock, self.acquire_timeout, self.options.connect()).await;
                let error = connected.and_then(Result::err).unwrap_or(sqlx::Error::PoolTimedOut);
                return Err(E::classify("open", error));
            }
            Err(error) => return Err(E::classify("open", error)),
        };
        let tombstone_key =
            schema::prepare::<E>(&mut connection, self.tombstone_key, self.create_if_missing, &*self.clock).await?;
        drop(connection);
        let users = Arc::new(Users { name: self.connection_name, tombstone_key });
        Ok(ServerStore { shared: Arc::new(Shared { users, pool, clock: self.clock }) })
    }
}

impl<E: ServerEngine> fmt::Debug for ServerStoreBuilder<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not where the database is: the address may hold the password.
        f.debug_struct("ServerStoreBuilder")
            .field("connection_name", &self.connection_name)
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}
