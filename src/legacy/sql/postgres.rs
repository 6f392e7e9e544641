use std::{str::FromStr as _, sync::Arc, time::Duration};

use sqlx::{
    AssertSqlSafe, Column as _, Either, Executor as _, Row as _, SqlSafeStr as _, Statement as _, TypeInfo as _,
    ValueRef as _,
    postgres::{
        PgArguments, PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgRow, PgSslMode, PgStatement, PgTypeInfo,
    },
};
use tokio_stream::StreamExt as _;

use super::{
    database::{Question, Reading, Second, Settings, is_local, limit_of_all, no_address},
    lease::Lease,
    placeholders::translated,
    query::Sql,
    row::Row,
    values::Values,
};
use crate::{
    clock::{Clock, within},
    legacy::LegacyError,
};

mod cell;
mod fault;
mod parameter;

use cell::cell;
use fault::{fault, too_long};
use parameter::Parameter;

/// A PostgreSQL database.
///
/// Statements are prepared anew each time. The server would refuse one that was prepared before a table changed, and a
/// pooler in between may lead the next question to another session.
#[derive(Debug)]
pub(super) struct Postgres {
    pool: PgPool,
    statement_limit: Duration,
    clock: Arc<dyn Clock>,
}

/// The options that a URL asks for. To another machine, TLS with a certificate that is checked is the default.
pub(super) fn options(url: &str) -> Result<PgConnectOptions, LegacyError> {
    let options = PgConnectOptions::from_str(url).map_err(|_| no_address())?;
    let says_mode = url.contains("sslmode=") || url.contains("ssl-mode=");
    let is_local = options.get_socket().is_some() || is_local(options.get_host());
    Ok(if says_mode || is_local { options } else { options.ssl_mode(PgSslMode::VerifyFull) })
}

impl Postgres {
    pub(super) fn new(options: PgConnectOptions, settings: &Settings) -> Self {
        use sqlx::ConnectOptions as _;

        // Whatever the server, the database and the user are set to.
        let session = format!(
            "SET default_transaction_read_only = {}; SET statement_timeout = {}; SET standard_conforming_strings = on",
            if settings.may_write { "off" } else { "on" },
            settings.statement_limit.as_millis().clamp(1, i32::MAX as u128)
        );
        let pool = PgPoolOptions::new()
            .max_connections(settings.connections)
            .acquire_timeout(settings.statement_limit)
            .after_connect(move |connection, _| {
                let session = session.clone();
                Box::pin(async move { connection.execute(AssertSqlSafe(session)).await.map(|_| ()) })
            })
            .connect_lazy_with(options.statement_cache_capacity(0).disable_statement_logging());
        Self { pool, statement_limit: settings.statement_limit, clock: Arc::clone(&settings.clock) }
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

    /// Runs the statements in one transaction, and says how many rows they changed.
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
            let prepared = change_of(lease.connection().map_err(fault)?, sql, values);
            within(&*self.clock, self.statement_limit, prepared).await.ok_or_else(too_long)??;
        }
        lease.end();
        Ok(())
    }
}

async fn change(connection: &mut PgConnection, statements: &[Sql], values: &Values) -> Result<u64, LegacyError> {
    connection.execute("BEGIN").await.map_err(fault)?;
    let mut changed = 0;
    for sql in statements {
        let (statement, arguments) = change_of(connection, sql, values).await?;
        let done = statement.query_with(arguments).execute(&mut *connection).await;
        changed += done.map_err(fault)?.rows_affected();
    }
    connection.execute("COMMIT").await.map_err(fault)?;
    Ok(changed)
}

/// A prepared statement, and its values in the types that the server wants.
async fn change_of(
    connection: &mut PgConnection,
    sql: &Sql,
    values: &Values,
) -> Result<(PgStatement, PgArguments), LegacyError> {
    let (sql, values) = values.put_into(sql, |at| format!("${at}"))?;
    let statement = connection.prepare(AssertSqlSafe(sql).into_sql_str()).await.map_err(fault)?;
    let mut arguments = PgArguments::default();
    for (value, kind) in values.into_iter().zip(types_of(&statement)) {
        add(&mut arguments, Parameter::of_value(value, kind)?)?;
    }
    Ok((statement, arguments))
}

fn types_of(statement: &PgStatement) -> &[PgTypeInfo] {
    match statement.parameters() {
        Some(Either::Left(types)) => types,
        _ => &[],
    }
}

fn add(arguments: &mut PgArguments, parameter: Parameter) -> Result<(), LegacyError> {
    let added = sqlx::Arguments::add(arguments, parameter);
    added.map_err(|_| LegacyError::misconfigured("a parameter cannot be sent"))
}

/// Asks and says whether all of the answer was read.
async fn ask(
    connection: &mut PgConnection,
    question: Question<'_>,
    mut take: impl FnMut(Row) -> Result<Reading, LegacyError> + Send,
) -> Result<bool, LegacyError> {
    let (sql, order) = translated(question.sql.as_str(), |at| format!("${at}"));
    let statement = (&mut *connection).prepare(AssertSqlSafe(sql).into_sql_str()).await.map_err(fault)?;
    let limit = match question.second {
        Second::Limit(limit) => limit.to_string(),
        Second::None | Second::Text(_) => String::new(),
    };
    let mut arguments = PgArguments::default();
    for (number, kind) in order.iter().zip(types_of(&statement)) {
        let text = match (number, question.second) {
            (1, _) => question.first,
            (2, Second::Text(text)) => Some(text),
            (2, Second::Limit(_)) => Some(limit.as_str()),
            (2, Second::None) => None,
            _ => return Err(LegacyError::misconfigured("a query has a parameter other than ?1 and ?2")),
        };
        // What the type cannot hold, no row has.
        let Some(parameter) = Parameter::of(text.unwrap_or_default(), kind)? else { return Ok(true) };
        add(&mut arguments, parameter)?;
    }
    let mut rows = statement.query_with(arguments).fetch(connection);
    let mut reading = Reading::More;
    while let Some(row) = rows.next().await {
        if reading == Reading::Enough {
            return Ok(false);
        }
        reading = take(read_row(&row.map_err(fault)?)?)?;
    }
    Ok(true)
}

fn read_row(row: &PgRow) -> Result<Row, LegacyError> {
    let mut read = Row::default();
    for column in row.columns() {
        let value = row.try_get_raw(column.ordinal()).map_err(fault)?;
        let bytes = if value.is_null() { None } else { value.as_bytes().ok() };
        read.push(column.name(), cell(value.type_info().name(), bytes));
    }
    Ok(read)
}
