use std::{str::FromStr as _, sync::Arc, time::Duration};

use sqlx::{
    AssertSqlSafe, Column as _, Executor as _, Row as _, SqlSafeStr as _, TypeInfo as _, ValueRef as _,
    mysql::{MySqlConnectOptions, MySqlConnection, MySqlPool, MySqlPoolOptions, MySqlRow, MySqlSslMode},
};
use tokio_stream::StreamExt as _;

use super::{
    database::{Question, Reading, Second, Settings, is_local, limit_of_all, no_address},
    date::in_sql,
    lease::Lease,
    placeholders::translated,
    query::Sql,
    row::{Cell, Row},
    values::{Value, Values},
};
use crate::{
    clock::{Clock, within},
    legacy::LegacyError,
};

mod cell;
mod fault;

use cell::cell;
use fault::{fault, is_of_no_row, too_long};

/// Standard SQL: double quotes around names, `||` joins texts, a backslash is a backslash. And no opinion on dates,
/// which are not written here.
const SQL_MODE: &str = "ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES";

/// A MySQL or MariaDB database.
#[derive(Debug)]
pub(super) struct MySql {
    pool: MySqlPool,
    statement_limit: Duration,
    clock: Arc<dyn Clock>,
}

/// The options that a URL asks for. To another machine, TLS with a certificate that is checked is the default.
pub(super) fn options(url: &str) -> Result<MySqlConnectOptions, LegacyError> {
    let options = MySqlConnectOptions::from_str(url).map_err(|_| no_address())?;
    let says_mode = url.contains("sslmode=") || url.contains("ssl-mode=");
    let is_local = options.get_socket().is_some() || is_local(options.get_host());
    Ok(if says_mode || is_local { options } else { options.ssl_mode(MySqlSslMode::VerifyIdentity) })
}

impl MySql {
    pub(super) fn new(options: MySqlConnectOptions, settings: &Settings) -> Self {
        use sqlx::ConnectOptions as _;

        let (limit, may_write) = (settings.statement_limit, settings.may_write);
        let options = options
            // Set once and for all below, with the rest.
            .pipes_as_concat(false)
            .no_engine_substitution(false)
            .timezone("+00:00".to_owned())
            .statement_cache_capacity(0)
            .disable_statement_logging();
        let pool = MySqlPoolOptions::new()
            .max_connections(settings.connections)
            .acquire_timeout(limit)
            .after_connect(move |connection, _| Box::pin(prepare_session(connection, limit, may_write)))
            .connect_lazy_with(options);
        Self { pool, statement_limit: limit, clock: Arc::clone(&settings.clock) }
    }

    pub(super) async fn read(
        &self,
        question: Question<'_>,
        take: impl FnMut(Row) -> Result<Reading, LegacyError> + Send,
    ) -> Result<(), LegacyError> {
        let mut lease = Lease::of(self.pool.acquire().await.map_err(fault)?);
        let asked = ask(lease.connection().map_err(fault)?, question, take);
        let is_done = within(&*self.clock, self.statement_limit, asked).await.ok_or_else(too_long)??;
        if is_done {
            lease.end();
        }
        Ok(())
    }

    /// Runs the statements in one transaction, and says how many rows they found: a row that was like that before
    /// counts as well, since the driver asks for it.
    pub(super) async fn write(&self, statements: &[Sql], values: &Values) -> Result<u64, LegacyError> {
        let mut lease = Lease::of(self.pool.acquire().await.map_err(fault)?);
        let changed = change(lease.connection().map_err(fault)?, statements, values);
        let limit = limit_of_all(self.statement_limit, statements);
        let changed = within(&*self.clock, limit, changed).await.ok_or_else(too_long)??;
        lease.end();
        Ok(changed)
    }

    /// Has the statements prepared and not run.
    pub(super) async fn prepare(&self, statements: &[Sql], values: &Values) -> Result<(), LegacyError> {
        let mut lease = Lease::of(self.pool.acquire().await.map_err(fault)?);
        for sql in statements {
            let (sql, _) = values.put_into(sql, |_| "?".to_owned())?;
            let prepared = lease.connection().map_err(fault)?.prepare(AssertSqlSafe(sql).into_sql_str());
            within(&*self.clock, self.statement_limit, prepared).await.ok_or_else(too_long)?.map_err(fault)?;
        }
        lease.end();
        Ok(())
    }
}

/// Whatever the server, the database and the user are set to.
async fn prepare_session(
    connection: &mut MySqlConnection,
    limit: Duration,
    may_write: bool,
) -> Result<(), sqlx::Error> {
    let version: Vec<u8> = connection.fetch_one("SELECT VERSION()").await?.try_get_unchecked(0)?;
    // The two disagree on the name and on the unit.
    let limit = if String::from_utf8_lossy(&version).contains("MariaDB") {
        format!("max_statement_time = {}", limit.as_secs_f64().clamp(0.001, 31_536_000.0))
    } else {
        format!("max_execution_time = {}", limit.as_millis().clamp(1, u128::from(u32::MAX)))
    };
    // Without it, what is too long for its column is cut and written.
    let strict = if may_write { ",STRICT_ALL_TABLES" } else { "" };
    let session = format!("SET SESSION sql_mode = '{SQL_MODE}{strict}', SESSION {limit}");
    connection.execute(AssertSqlSafe(session)).await?;
    if !may_write {
        connection.execute("SET SESSION TRANSACTION READ ONLY").await?;
    }
    Ok(())
}

async fn change(connection: &mut MySqlConnection, statements: &[Sql], values: &Values) -> Result<u64, LegacyError> {
    connection.execute("START TRANSACTION").await.map_err(fault)?;
    let mut changed = 0;
    for sql in statements {
        let (sql, values) = values.put_into(sql, |_| "?".to_owned())?;
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
        for value in values {
            query = match value {
                Value::Flag(flag) => query.bind(i64::from(*flag)),
                Value::Instant(instant) => query.bind(in_sql(*instant)),
                Value::Null => query.bind(None::<&str>),
                Value::Number(number) => query.bind(*number),
                Value::Text(text) => query.bind(text.as_str()),
            };
        }
        changed += query.execute(&mut *connection).await.map_err(fault)?.rows_affected();
    }
    connection.execute("COMMIT").await.map_err(fault)?;
    Ok(changed)
}

/// Asks and says whether all of the answer was read.
async fn ask(
    connection: &mut MySqlConnection,
    question: Question<'_>,
    mut take: impl FnMut(Row) -> Result<Reading, LegacyError> + Send,
) -> Result<bool, LegacyError> {
    let (sql, order) = translated(question.sql.as_str(), |_| "?".to_owned());
    let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
    for number in order {
        query = match (number, question.second) {
            (1, _) => query.bind(question.first),
            (2, Second::Text(text)) => query.bind(text),
            (2, Second::Limit(limit)) => query.bind(limit),
            (2, Second::None) => query.bind(None::<&str>),
            _ => return Err(LegacyError::misconfigured("a query has a parameter other than ?1 and ?2")),
        };
    }
    let mut rows = query.fetch(connection);
    let mut reading = Reading::More;
    while let Some(row) = rows.next().await {
        if reading == Reading::Enough {
            return Ok(false);
        }
        match row {
            Ok(row) => reading = take(read_row(&row)?)?,
            Err(error) if is_of_no_row(&error) => return Ok(true),
            Err(error) => return Err(fault(error)),
        }
    }
    Ok(true)
}

fn read_row(row: &MySqlRow) -> Result<Row, LegacyError> {
    let mut read = Row::default();
    for column in row.columns() {
        let value = row.try_get_raw(column.ordinal()).map_err(fault)?;
        // Unchecked, the driver hands out the bytes as they came. To it, `0000-00-00` is NULL; here it is a fault.
        let cell = match row.try_get_unchecked::<Vec<u8>, _>(column.ordinal()) {
            Ok(bytes) => cell(value.type_info().name(), bytes),
            Err(_) if value.is_null() => Cell::Null,
            Err(error) => return Err(fault(error)),
        };
        read.push(column.name(), cell);
    }
    Ok(read)
}
