use sqlx::{Row, Sqlite, SqliteConnection, sqlite::SqliteRow};

use super::{
    bundle,
    error::{classify, is_too_big},
};
use crate::{
    store::{
        StoreError,
        sql::{
            engine::{Engine, StoredRow, bound, row_by_row, runs_statements, spreads_lists},
            statement::{Statement, Value},
        },
    },
    user::User,
};

/// SQLite, whose parameters are question marks.
#[derive(Debug)]
pub(super) struct SqliteEngine;

impl Engine for SqliteEngine {
    type Database = Sqlite;
    type Connection = SqliteConnection;
    type Row = SqliteRow;

    const UNLESS_TAKEN: &'static str = " ON CONFLICT DO NOTHING";
    const OR_BURY_AGAIN: &'static str = " ON CONFLICT (connection, digest) DO UPDATE SET at = excluded.at";
    const LIST: usize = 500;
    const LOCKING: &'static str = "";
    const NULLS_LAST: &'static str = "";
    const RETURNS: bool = true;
    const WRITERS_WORK_AT_ONCE: bool = false;

    spreads_lists!();

    runs_statements!("BEGIN IMMEDIATE", "BEGIN", Statement::text, std::convert::identity);

    async fn fetch_users(
        connection: &mut SqliteConnection,
        statement: &Statement<'_>,
        operation: &'static str,
    ) -> Result<Vec<User>, StoreError> {
        let text = bundle::bundled(&statement.text());
        let row = match bound!(text, statement, std::convert::identity).fetch_one(&mut *connection).await {
            Ok(row) => row,
            Err(error) if is_too_big(&error) => return row_by_row::<Self>(connection, statement, operation).await,
            Err(error) => return Err(classify(operation, error)),
        };
        let users: Option<&str> = row.try_get(0).map_err(|error| StoreError::corrupt("users", error))?;
        users.map_or(Ok(Vec::new()), bundle::users)
    }

    fn classify(operation: &'static str, error: sqlx::Error) -> StoreError {
        classify(operation, error)
    }

    /// Nobody: there is one writer at a time.
    fn is_made_by_another(_: &sqlx::Error) -> bool {
        false
    }
}

impl StoredRow for SqliteRow {
    fn text(&self, place: usize) -> Result<Option<&str>, sqlx::Error> {
        self.try_get(place)
    }

    fn number(&self, place: usize) -> Result<Option<i64>, sqlx::Error> {
        self.try_get(place)
    }

    fn bytes(&self, place: usize) -> Result<Option<&[u8]>, sqlx::Error> {
        self.try_get(place)
    }

    fn flag(&self, place: usize) -> Result<bool, sqlx::Error> {
        self.try_get(place)
    }
}
