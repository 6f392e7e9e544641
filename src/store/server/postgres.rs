use std::{iter, time::Duration};

use sqlx::{
    ConnectOptions, Executor, PgConnection, Pool, Row,
    pool::PoolOptions,
    postgres::{PgArguments, PgConnectOptions, PgRow},
    query::Query,
};
use tokio_stream::StreamExt as _;

use super::{
    changes,
    copy::{self, CopiedRows},
    driver::{bound, runs_statements},
    fault::{Fault, Meaning, unanswered},
    server_engine::{ServerEngine, utf8},
};
use crate::store::{
    StoreError,
    sql::{
        engine::{Engine, Lists, StoredRow},
        rows::{Column, ListStatement},
        statement::{Statement, Value, numbered, spelled},
    },
};

/// Pages of a walk are read in the order of their index. Before a table is analysed, as it is some time after an import, the
/// planner takes few rows to be left, and would gather and sort all that are for every page. Systems that only speak the
/// protocol may have no such setting.
const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
    SELECT set_config(name, 'off', true) FROM pg_settings WHERE name = 'enable_bitmapscan'";

/// PostgreSQL. See [`PostgresStore`](super::PostgresStore).
#[derive(Debug)]
#[non_exhaustive]
pub struct Postgres;

impl Engine for Postgres {
    type Connection = PgConnection;
    type Page = CopiedRows;
    type Row = PgRow;

    const BY_KEY: &'static str = "";
    /// Whatever the database has by default: a bulk write looks at tombstones last, and has to see those of deletions that
    /// ended since it began.
    const BEGIN: &'static str = "BEGIN ISOLATION LEVEL READ COMMITTED";
    const BEGIN_SNAPSHOT: &'static str = BEGIN_SNAPSHOT;
    /// An error would end the transaction.
    const UNLESS_TAKEN: &'static str = " ON CONFLICT DO NOTHING";
    const OR_BURY_AGAIN: &'static str = " ON CONFLICT (connection, digest) DO UPDATE SET at = excluded.at";
    const INSERTED_ROWS: &'static str = "";
    const LIST: usize = 5_000;
    /// Some 100 KB.
    const INSERT_LIST: usize = 250;
    const LOCKING: &'static str = " FOR UPDATE";
    const RETURNS: bool = true;
    const WRITERS_WORK_AT_ONCE: bool = true;

    runs_statements!(|statement: &Statement<'_>| numbered(&statement.text()), as_bytes);

    async fn execute_list(connection: &mut PgConnection, list: ListStatement<'_>) -> Result<u64, sqlx::Error> {
        Ok(as_arrays(&list).execute(connection).await?.rows_affected())
    }

    async fn execute_each(
        connection: &mut PgConnection,
        statements: Vec<Statement<'_>>,
    ) -> Result<Vec<u64>, sqlx::Error> {
        changes::execute(connection, statements).await
    }

    /// One COPY takes all lists, and works on one while the next is written down.
    async fn insert_lists(connection: &mut PgConnection, lists: &mut Lists<'_>) -> Result<u64, sqlx::Error> {
        let Some(first) = lists.next() else { return Ok(0) };
        match first.before.text().strip_prefix("INSERT INTO ") {
            Some(columns) if first.rows.len() >= COPIED => {
                let mut copy = connection.copy_in_raw(&format!("COPY {columns}FROM STDIN (FORMAT binary)")).await?;
                let mut data = copy::HEADER.to_vec();
                for list in iter::once(first).chain(lists) {
                    copy::push_list(&mut data, &list);
                    copy.send(&*data).await?;
                    data.clear();
                }
                copy.send(copy::TRAILER).await?;
                copy.finish().await
            }
            _ => {
                let mut inserted = Self::execute_list(connection, first).await?;
                for list in lists {
                    inserted += Self::execute_list(connection, list).await?;
                }
                Ok(inserted)
            }
        }
    }

    async fn fetch_list(connection: &mut PgConnection, list: ListStatement<'_>) -> Result<Vec<PgRow>, sqlx::Error> {
        as_arrays(&list).fetch_all(connection).await
    }

    /// By COPY: a row of the driver's has memory of its own, which is half the work of reading it.
    async fn fetch_page(
        connection: &mut PgConnection,
        statement: &Statement<'_>,
        room: usize,
    ) -> Result<CopiedRows, sqlx::Error> {
        let sql = format!("COPY ({}) TO STDOUT (FORMAT binary)", spelled(statement));
        let mut copied = connection.copy_out_raw(&sql).await?;
        // For one row at least.
        let room = room.max(copy::HEADER.len() + copy::TRAILER.len() + 1);
        let (mut data, mut is_cut) = (Vec::new(), false);
        // Each message is a row, the first one behind the header, or the trailer. What there is no room for is read all the
        // same: the connection goes on behind it.
        while let Some(some) = copied.next().await {
            let some = some?;
            if data.len() < room {
                data.extend_from_slice(&some);
            } else {
                is_cut = true;
            }
        }
        if is_cut {
            data.extend_from_slice(copy::TRAILER);
        }
        CopiedRows::new(data)
    }

    fn push_holds(statement: &mut Statement<'_>, column: &'static str, text: String) {
        statement.push("position(").push_bind(text).push(" IN ").push(column).push(") > 0");
    }

    /// In the text: it keeps no plan for a limit that it does not know.
    fn push_limit(statement: &mut Statement<'_>, limit: i64) {
        statement.push(" LIMIT ").push_number(limit);
    }

    fn classify(operation: &'static str, error: sqlx::Error) -> StoreError {
        match error.as_database_error().and_then(sqlx::error::DatabaseError::code) {
            Some(code) => Fault::classify(operation, code.to_string(), meaning(&code)),
            None => unanswered(operation, error),
        }
    }

    /// A table or another object that is there, besides rows.
    fn is_made_by_another(error: &sqlx::Error) -> bool {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        matches!(code.as_deref(), Some("40001" | "40P01" | "42710" | "42P07"))
    }
}

/// A list as an array for each column.
///
/// It is not kept prepared: a plan costs nothing beside a list, and one that was made for an empty table compares every
/// row of it with every one of the list.
fn as_arrays<'q>(list: &'q ListStatement<'_>) -> Query<'q, sqlx::Postgres, PgArguments> {
    let columns: Vec<Column<'_>> = list.rows.columns().collect();
    let mut text = list.before.text().into_owned();
    text.push_str("SELECT * FROM unnest(");
    for (place, column) in columns.iter().enumerate() {
        text.push_str(if place == 0 { "?::" } else { ", ?::" });
        text.push_str(column_type(column));
        text.push_str("[]");
    }
    text.push(')');
    text.push_str(list.after);
    bind_columns(bound!(numbered(&text), list.before, as_bytes).persistent(false), columns)
}

pub(super) const fn column_type(column: &Column<'_>) -> &'static str {
    match column {
        Column::Bytes(_) => "bytea",
        Column::Flags(_) => "boolean",
        Column::Numbers(_) => "bigint",
    }
}

/// Each column as one parameter.
pub(super) fn bind_columns<'q>(
    query: Query<'q, sqlx::Postgres, PgArguments>,
    columns: Vec<Column<'q>>,
) -> Query<'q, sqlx::Postgres, PgArguments> {
    columns.into_iter().fold(query, |query, column| match column {
        Column::Bytes(bytes) => query.bind(bytes),
        Column::Flags(flags) => query.bind(flags),
        Column::Numbers(numbers) => query.bind(numbers),
    })
}

/// So many rows are inserted by COPY, which takes half the server's time.
const COPIED: usize = 200;

fn as_bytes(text: Option<&str>) -> Option<&[u8]> {
    text.map(str::as_bytes)
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn meaning(code: &str) -> Meaning {
    match code {
        "28000" | "28P01" => Meaning::SetUp("the database refuses this user or password"),
        "3D000" => Meaning::SetUp("there is no such database"),
        "25006" | "42501" => {
            Meaning::SetUp("the database may not be written: it is read-only, or this user has no right to")
        }
        "42703" | "42P01" => Meaning::SetUp("the database lacks a table or a column of this release"),
        "40001" | "40P01" => Meaning::Conflict,
        "53100" => Meaning::NoRoom,
        // Connections, rolled back, out of room, locked, stopped by an operator or a limit, the system, itself.
        _ if matches!(code.get(..2), Some("08" | "40" | "53" | "55" | "57" | "58" | "XX")) => Meaning::Passing,
        _ => Meaning::Other,
    }
}

impl ServerEngine for Postgres {
    type Database = sqlx::Postgres;

    const STORE: &'static str = "PostgresStore";
    const NOW: &'static str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    const STEPS: &'static [(i64, &'static str, &'static str)] = &[
        (1, "users", include_str!("schema/postgres/0001_users.sql")),
        (2, "outbox", include_str!("schema/postgres/0002_outbox.sql")),
        (3, "jobs", include_str!("schema/postgres/0003_jobs.sql")),
    ];

    type Options = PgConnectOptions;

    fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
        let misfit = |_| StoreError::misconfigured("the address is not that of a PostgreSQL database");
        let options: PgConnectOptions = url.parse().map_err(misfit)?;
        Ok(options.disable_statement_logging())
    }

    fn pool(
        pool: PoolOptions<sqlx::Postgres>,
        options: PgConnectOptions,
        statement_limit: Duration,
    ) -> Pool<sqlx::Postgres> {
        let limit = statement_limit.as_millis();
        pool.after_connect(move |connection, _| {
            // Statements, not options of the connection: poolers between us and the server pass only some of those on.
            let settings = format!("SET statement_timeout = {limit}; SET lock_timeout = {limit}");
            Box::pin(async move { connection.execute(sqlx::AssertSqlSafe(settings)).await.map(|_| ()) })
        })
        .connect_lazy_with(options)
    }

    fn is_no_table(error: &sqlx::Error) -> bool {
        error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref() == Some("42P01")
    }
}

/// Columns of bytes, which hold UTF-8 where they are text.
impl StoredRow for PgRow {
    type Error = sqlx::Error;

    fn text(&self, place: usize) -> Result<Option<&str>, sqlx::Error> {
        utf8(place, self.bytes(place)?)
    }

    fn number(&self, place: usize) -> Result<Option<i64>, sqlx::Error> {
        self.try_get(place)
    }

    fn bytes(&self, place: usize) -> Result<Option<&[u8]>, sqlx::Error> {
        // Unchecked: what a CASE or a UNION makes of literals is called text.
        self.try_get_unchecked(place)
    }

    fn flag(&self, place: usize) -> Result<bool, sqlx::Error> {
        self.try_get(place)
    }
}
