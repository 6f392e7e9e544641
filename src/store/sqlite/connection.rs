use std::{path::PathBuf, sync::Arc, time::Duration};

use rusqlite::{InterruptHandle, OpenFlags};
use tokio::{runtime::Handle, sync::Mutex, task::spawn_blocking};

use super::{builder::Synchronous, error::Fault};

/// How many statements a connection keeps prepared. There are some sixty that are asked for again and again.
const STATEMENTS: usize = 100;

/// A SQLite connection, whose work is done on the runtime's threads for what blocks.
///
/// Work that has begun goes on to its end when its caller goes away. What comes after it waits for that.
#[derive(Default)]
pub(super) struct Connection(Option<Open>);

struct Open {
    sqlite: Arc<Mutex<rusqlite::Connection>>,
    interrupt: InterruptHandle,
}

/// How a connection is opened.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) path: PathBuf,
    pub(super) busy_timeout: Duration,
    pub(super) role: Role,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Role {
    Reader,
    Writer(Synchronous),
}

impl Role {
    const fn pragmas(self) -> &'static str {
        /// What is deleted or written over is not left behind in the file's free space. And 16 MiB of pages: a bulk write's
        /// larger part would otherwise be written out and read again before its end.
        macro_rules! writer {
            ($synchronous:literal) => {
                concat!("PRAGMA secure_delete = ON; PRAGMA cache_size = -16384; PRAGMA synchronous = ", $synchronous)
            };
        }
        match self {
            Self::Reader => "PRAGMA query_only = ON",
            Self::Writer(Synchronous::Full) => writer!("FULL"),
            Self::Writer(Synchronous::Normal) => writer!("NORMAL"),
        }
    }
}

impl Connection {
    pub(super) async fn open(options: Options) -> Result<Self, Fault> {
        let open = move || {
            // The file is there already, and its name is taken for nothing else.
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let sqlite = rusqlite::Connection::open_with_flags(&options.path, flags)?;
            sqlite.busy_timeout(options.busy_timeout)?;
            sqlite.set_prepared_statement_cache_capacity(STATEMENTS);
            sqlite.execute_batch(options.role.pragmas())?;
            let interrupt = sqlite.get_interrupt_handle();
            Ok(Self(Some(Open { sqlite: Arc::new(Mutex::new(sqlite)), interrupt })))
        };
        spawn_blocking(open).await.map_err(Fault::Stopped)?
    }

    /// Has the connection do something.
    pub(super) async fn run<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut rusqlite::Connection) -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let Some(open) = &self.0 else { return Err(Fault::Closed) };
        // Taken here and not by the work: in the order of the calls, even if a thread is not free yet.
        let mut sqlite = Arc::clone(&open.sqlite).lock_owned().await;
        spawn_blocking(move || work(&mut sqlite)).await.map_err(Fault::Stopped)
    }

    /// Ends the statement that is running, if there is one.
    pub(super) fn interrupt(&self) {
        if let Some(open) = &self.0 {
            open.interrupt.interrupt();
        }
    }

    /// Closes the connection after what it is at. The last one of a database folds the write-ahead log in.
    pub(super) async fn close(mut self) -> Result<(), Fault> {
        let Some(Open { sqlite, .. }) = self.0.take() else { return Ok(()) };
        // What an earlier caller left behind holds on to it.
        drop(Arc::clone(&sqlite).lock_owned().await);
        let close = move || match Arc::into_inner(sqlite) {
            Some(sqlite) => sqlite.into_inner().close().map_err(|(_, error)| Fault::from(error)),
            None => Ok(()),
        };
        spawn_blocking(close).await.map_err(Fault::Stopped)?
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Closing can wait for the disk: on another thread, where there is one.
        if let (Some(open), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn_blocking(move || drop(open));
        }
    }
}
