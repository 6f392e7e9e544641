//! What went wrong in SQLite, in the words of a legacy connection.

use std::io;

use crate::{
    legacy::LegacyError,
    sqlite::fault::{Fault, code},
};

/// Sorts what the driver reports into outages, which pass, and faults of the set-up, which do not.
pub(super) fn fault(fault: Fault) -> LegacyError {
    let Some(code) = fault.code() else {
        return match fault {
            Fault::Waited => LegacyError::unavailable("no database connection was free in time"),
            Fault::Closed | Fault::Stopped => LegacyError::unavailable_because("the database connection failed", fault),
            // Two statements in one, or none.
            Fault::Sqlite(_) => LegacyError::misconfigured_because("a statement cannot be run as it is written", fault),
        };
    };
    match code {
        // `no such table: auth_user` and the like: names out of the operator's own SQL, never a value.
        code::ERROR => LegacyError::misconfigured(fault.message().unwrap_or("SQL that SQLite refuses").to_owned()),
        // `UNIQUE constraint failed: auth_user.username`.
        code::CONSTRAINT if fault.is_taken() => {
            let place = fault.message().and_then(|message| message.rsplit_once(": "));
            LegacyError::Conflict { place: place.map_or("a key", |(_, place)| place).to_owned() }
        }
        code::CONSTRAINT => LegacyError::Refused { what: "a change against the constraints of the table" },
        code::READONLY => LegacyError::misconfigured_because("a statement writes where only reading is allowed", fault),
        code::PERM | code::AUTH => LegacyError::misconfigured_because("the database may not be read", fault),
        code::BUSY | code::LOCKED => LegacyError::unavailable_because("the database is locked", fault),
        code::INTERRUPT => LegacyError::unavailable_because("the statement took too long", fault),
        code::IOERR | code::CANTOPEN | code::NOMEM | code::PROTOCOL => {
            LegacyError::unavailable_because("the database cannot be read", fault)
        }
        code::CORRUPT => LegacyError::misconfigured_because("the database is damaged", fault),
        code::NOTADB => LegacyError::misconfigured_because("the file is not a SQLite database", fault),
        _ => LegacyError::unavailable_because("the database reported an error", fault),
    }
}

/// A file that cannot be reached. One that is missing may be back soon: a restored backup, a mount.
pub(super) fn file_fault(error: io::Error) -> LegacyError {
    match error.kind() {
        io::ErrorKind::NotFound => LegacyError::unavailable_because("the database file is missing", error),
        io::ErrorKind::PermissionDenied => LegacyError::misconfigured_because("the database may not be read", error),
        _ => LegacyError::unavailable_because("the database file cannot be reached", error),
    }
}
