use std::time::Duration;

use sqlx::{
    ConnectOptions, Executor, MySqlConnection, Pool, Row,
    mysql::{MySqlConnectOptions, MySqlDatabaseError, MySqlRow},
    pool::PoolOptions,
};
use tokio_stream::StreamExt as _;

use super::{
    driver::{bound, runs_statements},
    fault::{Fault, Meaning, unanswered},
    server_engine::{ServerEngine, utf8},
};
use crate::store::{
    StoreError,
    sql::{
        engine::{Engine, StoredRow, size, spreads_lists},
        statement::{Statement, Value},
    },
};

/// MySQL and MariaDB. See [`MySqlStore`](super::MySqlStore).
#[derive(Debug)]
#[non_exhaustive]
pub struct MySql;

impl Engine for MySql {
    type Connection = MySqlConnection;
    type Row = MySqlRow;

    /// `ORDER BY` with a small `LIMIT` has it walk along an order, however few match.
    const BY_KEY: &'static str =
        " IGNORE INDEX FOR ORDER BY (PRIMARY, waystation_users_by_creation, waystation_users_by_login)";
    const BEGIN: &'static str = "START TRANSACTION";
    const BEGIN_SNAPSHOT: &'static str =
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
    /// `INSERT IGNORE` would also cut values that are too long. A key that is taken fails the statement alone.
    const UNLESS_TAKEN: &'static str = "";
    const OR_BURY_AGAIN: &'static str = " ON DUPLICATE KEY UPDATE at = VALUES(at)";
    const LIST: usize = 500;
    const LOCKING: &'static str = " FOR UPDATE";
    const RETURNS: bool = false;
    const WRITERS_WORK_AT_ONCE: bool = true;

    spreads_lists!();

    runs_statements!(Statement::text, std::convert::identity);

    async fn fetch_page(
        connection: &mut MySqlConnection,
        statement: &Statement<'_>,
        room: usize,
    ) -> Result<Vec<MySqlRow>, sqlx::Error> {
        let text = statement.text();
        let mut rows = bound!(text, statement, std::convert::identity).fetch(connection);
        let (mut page, mut bytes) = (Vec::new(), 0);
        // What there is no room for is read all the same: the connection goes on behind it.
        while let Some(row) = rows.next().await {
            let row = row?;
            if bytes < room {
                bytes += size(&row);
                page.push(row);
            }
        }
        Ok(page)
    }

    fn classify(operation: &'static str, error: sqlx::Error) -> StoreError {
        match number(&error) {
            Some(number) => Fault::classify(operation, number.to_string(), meaning(number)),
            None => unanswered(operation, error),
        }
    }

    /// A table or an index that is there, besides rows.
    fn is_made_by_another(error: &sqlx::Error) -> bool {
        matches!(number(error), Some(1_050 | 1_061 | 1_205 | 1_213))
    }
}

fn number(error: &sqlx::Error) -> Option<u16> {
    Some(error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>()?.number())
}

/// <https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html>
fn meaning(number: u16) -> Meaning {
    match number {
        1044 | 1045 => Meaning::SetUp("the database refuses this user or password"),
        1049 => Meaning::SetUp("there is no such database"),
        1142 | 1290 | 1792 => {
            Meaning::SetUp("the database may not be written: it is read-only, or this user has no right to")
        }
        1054 | 1146 => Meaning::SetUp("the database lacks a table or a column of this release"),
        // A lock that was waited for too long, and a deadlock, which is also how Galera says that another node was first.
        1205 | 1213 => Meaning::Conflict,
        1021 | 1114 => Meaning::NoRoom,
        // Out of memory or connections, shutting down, killed, a time limit, a Galera node without its cluster (1047).
        1037 | 1038 | 1040 | 1041 | 1047 | 1053 | 1203 | 1317 | 1969 | 3024 => Meaning::Passing,
        _ => Meaning::Other,
    }
}

/// On a Galera node: a statement that reads first waits for what other nodes have committed before it (1: SELECT and the
/// begin of a transaction, 2: UPDATE and DELETE). Without it, whoever has just signed up or set a password through one
/// node is refused by the next, and a deletion there finds nobody. An INSERT need not wait: it conflicts.
async fn wait_for_other_nodes(connection: &mut MySqlConnection) -> Result<(), sqlx::Error> {
    match connection.execute(sqlx::raw_sql("SET SESSION wsrep_sync_wait = 3")).await {
        // No Galera, no such variable.
        Err(error) if number(&error) == Some(1193) => Ok(()),
        answer => answer.map(|_| ()),
    }
}

impl ServerEngine for MySql {
    type Database = sqlx::MySql;

    const STORE: &'static str = "MySqlStore";
    const NOW: &'static str = "SELECT timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6))";
    const STEPS: &'static [(i64, &'static str, &'static str)] = &[
        (1, "users", include_str!("schema/mysql/0001_users.sql")),
        (2, "outbox", include_str!("schema/mysql/0002_outbox.sql")),
        (3, "jobs", include_str!("schema/mysql/0003_jobs.sql")),
    ];

    type Options = MySqlConnectOptions;

    fn options(url: &str) -> Result<MySqlConnectOptions, StoreError> {
        let misfit = |_| StoreError::misconfigured("the address is not that of a MySQL database");
        let options: MySqlConnectOptions = url.parse().map_err(misfit)?;
        // What sqlx would set is set below, with the rest.
        Ok(options.pipes_as_concat(false).no_engine_substitution(false).timezone(None).disable_statement_logging())
    }

    fn pool(
        pool: PoolOptions<sqlx::MySql>,
        options: MySqlConnectOptions,
        statement_limit: Duration,
    ) -> Pool<sqlx::MySql> {
        let limit = statement_limit.as_secs().max(1);
        pool.after_connect(move |connection, _| {
            // Strict, so that nothing is cut to fit.
            let settings = format!(
                "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', \
                 innodb_lock_wait_timeout = {limit}; SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
            );
            Box::pin(async move {
                connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(settings))).await?;
                wait_for_other_nodes(connection).await
            })
        })
        .connect_lazy_with(options)
    }

    fn is_no_table(error: &sqlx::Error) -> bool {
        number(error) == Some(1146)
    }
}

/// Columns of bytes, which hold UTF-8 where they are text.
impl StoredRow for MySqlRow {
    type Error = sqlx::Error;

    fn text(&self, place: usize) -> Result<Option<&str>, sqlx::Error> {
        utf8(place, self.bytes(place)?)
    }

    fn number(&self, place: usize) -> Result<Option<i64>, sqlx::Error> {
        self.try_get(place)
    }

    fn bytes(&self, place: usize) -> Result<Option<&[u8]>, sqlx::Error> {
        // Unchecked: what a CASE or a UNION makes of such columns may be called text.
        self.try_get_unchecked(place)
    }

    fn flag(&self, place: usize) -> Result<bool, sqlx::Error> {
        Ok(self.number(place)?.is_some_and(|number| number != 0))
    }
}
