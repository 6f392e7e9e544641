use crate::store::StoreError;

/// Why a statement has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the store is closed")]
    Closed,
    /// SQLite's messages name tables, columns and constraints, and never a value.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error("the runtime is shutting down, or the work panicked")]
    Stopped(#[source] tokio::task::JoinError),
    #[error("no connection was free in time")]
    Waited,
}

/// What a failed statement means to the caller of `operation`.
pub(super) fn classify(operation: &'static str, fault: Fault) -> StoreError {
    match primary_code(&fault) {
        Some(code::READONLY | code::PERM | code::AUTH) => {
            StoreError::misconfigured_because("the database may not be written", fault)
        }
        Some(code::CANTOPEN) => StoreError::misconfigured_because("the database cannot be opened", fault),
        Some(code::NOTADB) => StoreError::misconfigured_because("the file is not a SQLite database", fault),
        Some(code::CORRUPT) => StoreError::corrupt("database", fault),
        Some(code::BUSY | code::LOCKED | code::FULL | code::IOERR | code::NOMEM) => {
            StoreError::unavailable(operation, fault)
        }
        Some(_) => StoreError::other(operation, fault),
        None => match fault {
            Fault::Closed | Fault::Stopped(_) | Fault::Waited => StoreError::unavailable(operation, fault),
            Fault::Sqlite(_) => StoreError::other(operation, fault),
        },
    }
}

/// Whether another process has the database: the one thing worth another try while opening.
pub(super) fn is_busy(fault: &Fault) -> bool {
    matches!(primary_code(fault), Some(code::BUSY | code::LOCKED))
}

/// Whether a UNIQUE column or a primary key has the value already.
pub(super) fn is_taken(fault: &Fault) -> bool {
    matches!(extended_code(fault), Some(code::CONSTRAINT_PRIMARYKEY | code::CONSTRAINT_UNIQUE))
}

fn extended_code(fault: &Fault) -> Option<i32> {
    let Fault::Sqlite(error) = fault else { return None };
    Some(error.sqlite_error()?.extended_code)
}

/// SQLite's result code without the extension in its upper bytes.
fn primary_code(fault: &Fault) -> Option<i32> {
    Some(extended_code(fault)? & 0xff)
}

/// <https://sqlite.org/rescode.html>
mod code {
    pub(super) const PERM: i32 = 3;
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const NOMEM: i32 = 7;
    pub(super) const READONLY: i32 = 8;
    pub(super) const IOERR: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const AUTH: i32 = 23;
    pub(super) const NOTADB: i32 = 26;
    pub(super) const CONSTRAINT_PRIMARYKEY: i32 = 1555;
    pub(super) const CONSTRAINT_UNIQUE: i32 = 2067;
}
