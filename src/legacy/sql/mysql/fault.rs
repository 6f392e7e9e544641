//! What went wrong in MySQL or MariaDB, in the words of a legacy connection.

use sqlx::mysql::MySqlDatabaseError;

use crate::legacy::{LegacyError, sql::lease};

/// Sorts what the driver reports into outages, which pass, and faults of the set-up, which do not.
///
/// By number, <https://mariadb.com/kb/en/mariadb-error-code-reference/>. The server's own words are shown only where
/// they are of names, and never where they may be of a value.
pub(super) fn fault(error: sqlx::Error) -> LegacyError {
    let Some((number, message)) = reported(&error) else { return lease::fault(error) };
    let because = format!("error {number}");
    match number {
        // Statement took longer than `max_statement_time`, `max_execution_time`; a lock was not to be had; killed.
        1969 | 3024 | 1205 | 1317 => too_long(),
        // No such column, table, function; ambiguous column; syntax; wrong number of parameters.
        1052 | 1054 | 1064 | 1109 | 1146 | 1210 | 1305 | 1630 => LegacyError::misconfigured(message),
        // Denied: a database, a user, a table, a column, a command, a procedure.
        1044 | 1045 | 1142 | 1143 | 1227 | 1370 | 1698 => {
            LegacyError::misconfigured_because("the database refuses the user", because)
        }
        1049 => LegacyError::misconfigured_because("there is no such database or schema", because),
        1290 | 1792 => LegacyError::misconfigured_because("a statement writes where only reading is allowed", because),
        // `Duplicate entry '…' for key 'users_email_unique'`: the value may hold all of these words, and comes before.
        1022 | 1062 | 1557 | 1586 => {
            let key = message.rsplit_once(" for key ").map_or("?", |(_, key)| key.trim_matches(['\'', '"', '`']));
            LegacyError::Conflict { place: format!("key {key}") }
        }
        // NULL or nothing where there must be a value; a row that others refer to, or that refers to none; a check.
        1048 | 1364 | 1216 | 1217 | 1451 | 1452 | 3819 | 4025 => {
            LegacyError::Refused { what: "a change against the constraints of the table" }
        }
        // Too long, out of range, not of the type, not in the character set.
        1264 | 1265 | 1292 | 1366 | 1406 => LegacyError::Refused { what: "a value that its column cannot have" },
        1040 | 1053 | 1203 | 1226 => LegacyError::unavailable_because("the database is out of order", because),
        _ => LegacyError::unavailable_because("the database reported an error", because),
    }
}

/// Whether the error says that the parameter has a letter that the column's character set does not: no row has it.
pub(super) fn is_of_no_row(error: &sqlx::Error) -> bool {
    // "Illegal mix of collations", of two, three or more; "cannot convert string".
    matches!(reported(error), Some((1267 | 1270 | 1271 | 1977 | 3854, _)))
}

pub(super) const fn too_long() -> LegacyError {
    LegacyError::unavailable("the statement took too long")
}

fn reported(error: &sqlx::Error) -> Option<(u16, String)> {
    let sqlx::Error::Database(reported) = error else { return None };
    let reported = reported.try_downcast_ref::<MySqlDatabaseError>()?;
    Some((reported.number(), reported.message().to_owned()))
}
