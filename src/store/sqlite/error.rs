use crate::{
    sqlite::fault::{Fault, code},
    store::StoreError,
};

/// What to do is said, since SQLite does not.
#[derive(Debug, thiserror::Error)]
#[error("there is no room left for the database: make some")]
struct NoRoom(#[source] Fault);

/// What a failed statement means to the caller of `operation`.
pub(super) fn classify(operation: &'static str, fault: Fault) -> StoreError {
    match fault.code() {
        Some(code::READONLY | code::PERM | code::AUTH) => StoreError::misconfigured_because(
            "the database may not be written: it is read-only, or this user has no right to",
            fault,
        ),
        Some(code::CANTOPEN) => StoreError::misconfigured_because("the database cannot be opened", fault),
        Some(code::NOTADB) => StoreError::misconfigured_because("the file is not a SQLite database", fault),
        Some(code::CORRUPT) => StoreError::corrupt("database", fault),
        Some(code::FULL) => StoreError::unavailable(operation, NoRoom(fault)),
        Some(code::BUSY | code::LOCKED | code::IOERR | code::NOMEM) => StoreError::unavailable(operation, fault),
        Some(_) => StoreError::other(operation, fault),
        None => match fault {
            Fault::Closed | Fault::Stopped | Fault::Waited => StoreError::unavailable(operation, fault),
            Fault::Sqlite(_) => StoreError::other(operation, fault),
        },
    }
}

/// Whether another process has the database: the one thing worth another try while opening.
pub(super) fn is_busy(fault: &Fault) -> bool {
    matches!(fault.code(), Some(code::BUSY | code::LOCKED))
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn a_full_disk_is_passing_and_says_what_to_do() {
        let full = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code::FULL), None);
        let error = classify("write", Fault::Sqlite(full));
        assert!(error.is_unavailable());
        assert!(error.source().unwrap().to_string().contains("make some"), "{error:?}");
    }
}
