//! What went wrong in PostgreSQL, in the words of a legacy connection.

use sqlx::error::DatabaseError;

use crate::legacy::{LegacyError, sql::lease};

/// Sorts what the driver reports into outages, which pass, and faults of the set-up, which do not.
///
/// By SQLSTATE, <https://www.postgresql.org/docs/current/errcodes-appendix.html>. The server's own words are shown only
/// where they are of names, and never where they may be of a value.
pub(super) fn fault(error: sqlx::Error) -> LegacyError {
    let sqlx::Error::Database(reported) = &error else { return lease::fault(error) };
    let code = reported.code().unwrap_or_default().into_owned();
    let (class, because) = (code.get(..2).unwrap_or_default(), format!("SQLSTATE {code}"));
    match (class, code.as_str()) {
        (_, "57014") => too_long(),
        // `relation "auth_user" does not exist` and the like: names out of the operator's own SQL.
        ("42", _) => LegacyError::misconfigured(reported.message().to_owned()),
        (_, "23505") => LegacyError::Conflict { place: place_of_key(&**reported) },
        ("23", _) => LegacyError::Refused { what: "a change against the constraints of the table" },
        // Too long, out of range.
        (_, "22001" | "22003") => LegacyError::Refused { what: "a value that its column cannot have" },
        ("22", _) => {
            LegacyError::misconfigured_because("a query converts a value to a type that does not fit", because)
        }
        ("25", "25006") => {
            LegacyError::misconfigured_because("a statement writes where only reading is allowed", because)
        }
        ("28", _) => LegacyError::misconfigured_because("the database refuses the user", because),
        ("3D" | "3F", _) => LegacyError::misconfigured_because("there is no such database or schema", because),
        ("08" | "53" | "55" | "57" | "58", _) => {
            LegacyError::unavailable_because("the database is out of order", because)
        }
        _ => LegacyError::unavailable_because("the database reported an error", because),
    }
}

/// The table, and its key that is taken.
fn place_of_key(error: &dyn DatabaseError) -> String {
    let (table, key) = (error.table().unwrap_or("?"), error.constraint().unwrap_or("?"));
    format!("{table}, key {key}")
}

pub(super) const fn too_long() -> LegacyError {
    LegacyError::unavailable("the statement took too long")
}
