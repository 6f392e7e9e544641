//! What went wrong in SQLite, in the words of a legacy connection.

use std::io;

use crate::legacy::LegacyError;

/// Primary result codes, <https://sqlite.org/rescode.html>.
mod code {
    pub(super) const ERROR: i32 = 1;
    pub(super) const PERM: i32 = 3;
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const NOMEM: i32 = 7;
    pub(super) const READONLY: i32 = 8;
    pub(super) const INTERRUPT: i32 = 9;
    pub(super) const IOERR: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const CONSTRAINT: i32 = 19;
    pub(super) const PROTOCOL: i32 = 15;
    pub(super) const AUTH: i32 = 23;
    pub(super) const NOTADB: i32 = 26;
}

/// Extended result codes of a key that somebody else's row has.
const KEY_IS_TAKEN: [i32; 2] = [1555, 2067];

/// Sorts what the driver reports into outages, which pass, and faults of the set-up, which do not.
pub(super) fn fault(error: sqlx::Error) -> LegacyError {
    let sqlx::Error::Database(reported) = &error else {
        return match error {
            sqlx::Error::PoolTimedOut => LegacyError::unavailable("no database connection was free in time"),
            sqlx::Error::Io(error) => file_fault(error),
            error => LegacyError::unavailable_because("the database connection failed", error),
        };
    };
    let extended: i32 = reported.code().and_then(|code| code.parse().ok()).unwrap_or(0);
    match extended & 0xff {
        // `no such table: auth_user` and the like: names out of the operator's own SQL, never a value.
        code::ERROR => LegacyError::misconfigured(reported.message().to_owned()),
        // `UNIQUE constraint failed: auth_user.username`.
        code::CONSTRAINT if KEY_IS_TAKEN.contains(&extended) => {
            let place = reported.message().rsplit_once(": ").map_or("a key", |(_, place)| place);
            LegacyError::Conflict { place: place.to_owned() }
        }
        code::CONSTRAINT => LegacyError::Refused { what: "a change against the constraints of the table" },
        code::READONLY => LegacyError::misconfigured_because("a statement writes where only reading is allowed", error),
        code::PERM | code::AUTH => LegacyError::misconfigured_because("the database may not be read", error),
        code::BUSY | code::LOCKED => LegacyError::unavailable_because("the database is locked", error),
        code::INTERRUPT => LegacyError::unavailable_because("the statement took too long", error),
        code::IOERR | code::CANTOPEN | code::NOMEM | code::PROTOCOL => {
            LegacyError::unavailable_because("the database cannot be read", error)
        }
        code::CORRUPT => LegacyError::misconfigured_because("the database is damaged", error),
        code::NOTADB => LegacyError::misconfigured_because("the file is not a SQLite database", error),
        _ => LegacyError::unavailable_because("the database reported an error", error),
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
