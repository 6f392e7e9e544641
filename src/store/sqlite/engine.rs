use sqlx::{Row, Sqlite, SqliteConnection, sqlite::SqliteRow};

use super::error::classify;
use crate::store::{
    StoreError,
    sql::{
        engine::{Engine, StoredRow, runs_statements, spreads_lists},
        statement::{Statement, Value},
    },
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

    runs_statements!("BEGIN IMMEDIATE", "BEGIN", Statement::sql, std::convert::identity);

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
