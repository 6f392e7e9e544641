use crate::{
    sqlite::fault::{Fault, code},
    store::StoreError,
};

/// What a failed statement means to the caller of `operation`.
pub(super) fn classify(operation: &'static str, fault: Fault) -> StoreError {
    match fault.code() {
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
            Fault::Closed | Fault::Stopped | Fault::Waited => StoreError::unavailable(operation, fault),
            Fault::Sqlite(_) => StoreError::other(operation, fault),
        },
    }
}

/// Whether another process has the database: the one thing worth another try while opening.
pub(super) fn is_busy(fault: &Fault) -> bool {
    matches!(fault.code(), Some(code::BUSY | code::LOCKED))
}
