use crate::store::StoreError;

/// What a failed statement means to the caller of `operation`.
///
/// SQLite's messages name tables, columns and constraints, and never a value.
pub(super) fn classify(operation: &'static str, error: sqlx::Error) -> StoreError {
    let misconfigured = |what, error: sqlx::Error| StoreError::Misconfigured { what, source: Some(error.into()) };
    match primary_code(&error) {
        Some(code::READONLY | code::PERM | code::AUTH) => misconfigured("the database may not be written", error),
        Some(code::CANTOPEN) => misconfigured("the database cannot be opened", error),
        Some(code::NOTADB) => misconfigured("the file is not a SQLite database", error),
        Some(code::CORRUPT) => StoreError::corrupt("database", error),
        Some(code::BUSY | code::LOCKED | code::FULL | code::IOERR | code::NOMEM) => {
            StoreError::unavailable(operation, error)
        }
        Some(_) => StoreError::other(operation, error),
        None => match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                StoreError::unavailable(operation, error)
            }
            error => StoreError::other(operation, error),
        },
    }
}

/// Whether another process has the database: the one thing worth another try while opening.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    matches!(primary_code(error), Some(code::BUSY | code::LOCKED))
}

/// Whether a value would be longer than SQLite's values can be: a gigabyte.
pub(super) fn is_too_big(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(code::TOOBIG)
}

/// SQLite's result code without the extension in its upper bytes.
fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
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
    pub(super) const TOOBIG: i32 = 18;
    pub(super) const AUTH: i32 = 23;
    pub(super) const NOTADB: i32 = 26;
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, SqliteConnection};

    use super::*;

    #[tokio::test]
    async fn a_value_that_is_too_long_is_told_from_other_failures() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        for (sql, expected) in [("SELECT zeroblob(1000000001)", true), ("SELECT abs(-9223372036854775808)", false)] {
            let error = sqlx::query(sql).fetch_one(&mut connection).await.unwrap_err();
            assert_eq!(is_too_big(&error), expected, "{error}");
        }
    }
}
