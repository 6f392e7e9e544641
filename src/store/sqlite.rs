use std::{fmt, path::PathBuf, sync::Arc};

use self::error::classify;
use super::{StoreError, sql::users::Users};
use crate::sqlite::pool::Pool;

mod builder;
mod engine;
mod error;
mod file;
mod opener;
mod row;
mod schema;
mod users;

pub use builder::{SqliteStoreBuilder, Synchronous};

/// Users in a SQLite file: the embedded default.
///
/// Any number of processes on one machine may open the same file. Each store has one connection that writes and
/// several that read ([write-ahead log](https://sqlite.org/wal.html)), so reading never waits for writing. A clone
/// shares the connections of the store that it was cloned from.
///
/// * **What a crash can take.** Nothing that was acknowledged, when the process dies. When the *machine* loses power,
///   the last few acknowledged writes, unless [`SqliteStoreBuilder::synchronous`] says [`Synchronous::Full`]. The
///   database is whole in either case.
/// * **Who can read it.** The file and its `-wal` and `-shm` companions are made for their owner alone (mode 0600), and
///   existing ones are tightened when they are opened. The directory is left as it is.
/// * **What is deleted is gone.** SQLite overwrites it with zeros. The write-ahead log may hold an old page until it is
///   next folded in.
/// * **What it keeps.** Tables that begin with `waystation_`, and `_waystation_migrations`. The file may hold the
///   host's own tables too. A file that a newer release has written is refused, and never altered.
/// * **Fields it does not know.** A profile written by a newer release is read without the fields that this one does
///   not know, and they are gone once this one replaces the profile.
/// * **Not for network file systems**: SQLite's locks do not work there.
///
/// `Debug` shows the connection name and nothing of the users.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use waystation::store::{SqliteStore, UserStore};
///
/// # async fn open() -> Result<(), waystation::store::StoreError> {
/// let store: Arc<dyn UserStore> = Arc::new(SqliteStore::open("users.sqlite", "customers").await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    shared: Arc<Shared>,
}

struct Shared {
    users: Arc<Users>,
    readers: Arc<Pool>,
    /// One connection: SQLite has one writer at a time. Waiting for it here is fair and costs nothing; several would wait for each
    /// other by sleeping and trying again.
    writer: Arc<Pool>,
}

impl SqliteStore {
    /// Opens the users of `connection_name` in the database at `path`, and makes the database if there is none.
    ///
    /// # Errors
    ///
    /// As [`SqliteStoreBuilder::open`].
    pub async fn open(path: impl Into<PathBuf>, connection_name: impl Into<String>) -> Result<Self, StoreError> {
        Self::builder(path).connection_name(connection_name).open().await
    }

    /// A store that is yet to be opened, with everything at its default.
    pub fn builder(path: impl Into<PathBuf>) -> SqliteStoreBuilder {
        SqliteStoreBuilder::new(path.into())
    }

    /// Closes every connection, after what they are at, and folds the write-ahead log into the database.
    ///
    /// Later calls, by any clone, are [`StoreError::Unavailable`]. Without it, dropping the last clone does the same
    /// a little later, on other threads.
    ///
    /// # Errors
    ///
    /// When the log cannot be folded in. The next process that opens the database does it then.
    pub async fn close(&self) -> Result<(), StoreError> {
        let readers = self.shared.readers.close().await;
        let writer = self.shared.writer.close().await;
        readers.and(writer).map_err(|fault| classify("close", fault))
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("connection_name", &self.shared.users.name).finish_non_exhaustive()
    }
}
