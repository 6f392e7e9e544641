use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{Shared, SqliteStore, file, opener, schema};
use crate::{
    secret_key::SecretKey,
    sqlite::pool::Pool,
    store::{StoreError, sql::users::Users},
};

/// Opens a [`SqliteStore`].
#[derive(Clone, Debug)]
#[must_use]
pub struct SqliteStoreBuilder {
    path: PathBuf,
    connection_name: String,
    tombstone_key: Option<SecretKey>,
    read_connections: u32,
    busy_timeout: Duration,
    create_if_missing: bool,
    synchronous: Synchronous,
}

/// When SQLite waits for the disk: [`PRAGMA synchronous`](https://sqlite.org/pragma.html#pragma_synchronous).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Synchronous {
    /// At every commit: an acknowledged write survives a loss of power. Two to three times slower.
    Full,
    /// At checkpoints: an acknowledged write survives the death of the process, but the last few may be lost with the
    /// power. A user whose first log-in is lost that way is still in the legacy system, and moves at the next one; a
    /// *changed* password that is lost is the old one again.
    #[default]
    Normal,
}

impl SqliteStoreBuilder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            connection_name: "default".to_owned(),
            tombstone_key: None,
            read_connections: 8,
            busy_timeout: Duration::from_secs(5),
            create_if_missing: true,
            synchronous: Synchronous::default(),
        }
    }

    /// Whose users these are. Two names in one file do not see each other's users. `default` unless given.
    pub fn connection_name(mut self, name: impl Into<String>) -> Self {
        self.connection_name = name.into();
        self
    }

    /// The key of the tombstones' digests.
    ///
    /// Without this, a key is made with the database and kept in it: nothing to manage, and backups carry it, but who
    /// steals the file can test whether an address they already know was deleted. A key kept elsewhere prevents that,
    /// must never change, and must not be lost: a database is refused under any other key than its first.
    pub fn tombstone_key(mut self, key: SecretKey) -> Self {
        self.tombstone_key = Some(key);
        self
    }

    /// How many connections read at once, at least one. 8 unless given. Each is a thread, started when first needed.
    pub const fn read_connections(mut self, count: u32) -> Self {
        self.read_connections = if count == 0 { 1 } else { count };
        self
    }

    /// How long a statement or a transaction waits for its turn in this process, and then again for other processes, before the
    /// call is [`StoreError::Unavailable`]. 5 seconds unless given; other processes are waited for 24
    /// days at most.
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Whether to make the database, or the tables in it, where there are none. `true` unless given. The directory must be
    /// there.
    pub const fn create_if_missing(mut self, create: bool) -> Self {
        self.create_if_missing = create;
        self
    }

    /// When to wait for the disk. [`Synchronous::Normal`] unless given.
    pub const fn synchronous(mut self, synchronous: Synchronous) -> Self {
        self.synchronous = synchronous;
        self
    }

    /// Opens the store and brings the database's schema up to this release.
    ///
    /// # Errors
    ///
    /// [`StoreError::Missing`] when the database has no tables and none may be made. [`StoreError::Misconfigured`] when the
    /// directory or (unless it may be made) the file is missing, is not a
    /// SQLite database, may not be read or written, was written by a newer release or under another tombstone key.
    /// [`StoreError::Unavailable`] when other processes keep the database locked for longer than the busy timeout.
    pub async fn open(self) -> Result<SqliteStore, StoreError> {
        let path = file::prepare(self.path, self.create_if_missing).await?;
        let patience = self.busy_timeout;
        let writer = Pool::new(opener::writer(path.clone(), patience, self.synchronous), 1, patience);
        let writer = Arc::new(writer.never_ended_early());
        let tombstone_key = schema::prepare(&writer, patience, self.tombstone_key, self.create_if_missing).await?;
        let readers = Arc::new(Pool::new(opener::reader(path, patience), self.read_connections as usize, patience));
        let users = Arc::new(Users { name: self.connection_name, tombstone_key });
        Ok(SqliteStore { shared: Arc::new(Shared { users, readers, writer }) })
    }
}
