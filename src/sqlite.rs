//! SQLite on an async runtime: connections that each have a thread, and what is sent there.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};

pub(crate) mod access;
pub(crate) mod fault;
pub(crate) mod pool;

mod job;

/// Opens the file at this path, which is there already. A lock is waited for no longer than said, and 24 days at most.
pub(crate) fn open(path: &Path, access: OpenFlags, busy_timeout: Duration) -> Result<Connection, rusqlite::Error> {
    let sqlite = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // SQLite counts milliseconds in 32 bits.
    sqlite.busy_timeout(busy_timeout.min(Duration::from_millis(i32::MAX.unsigned_abs().into())))?;
    Ok(sqlite)
}
