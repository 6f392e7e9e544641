use std::{fmt, sync::Arc, time::Duration};

use super::{query::Sql, row::Row, values::Values};
use crate::{clock::Clock, identifier::IdentifierRules, legacy::LegacyError};

/// Where the rows are: one of the engines.
#[derive(Debug)]
pub(super) enum Database {
    #[cfg(feature = "mysql")]
    MySql(super::mysql::MySql),
    #[cfg(feature = "postgres")]
    Postgres(super::postgres::Postgres),
    #[cfg(feature = "sqlite")]
    Sqlite(super::sqlite::Sqlite),
}

impl Database {
    /// Runs a statement and hands each row to `take` until that says it has seen enough.
    pub(super) async fn read(
        &self,
        question: Question<'_>,
        take: impl FnMut(Row) -> Result<Reading, LegacyError> + Send,
    ) -> Result<(), LegacyError> {
        match self {
            #[cfg(feature = "mysql")]
            Self::MySql(database) => database.read(question, take).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(database) => database.read(question, take).await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(database) => database.read(question, take).await,
        }
    }

    /// Runs the statements in one transaction, and says how many rows they changed.
    pub(super) async fn write(&self, statements: &[Sql], values: &Values) -> Result<u64, LegacyError> {
        match self {
            #[cfg(feature = "mysql")]
            Self::MySql(database) => database.write(statements, values).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(database) => database.write(statements, values).await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(database) => database.write(statements, values).await,
        }
    }

    /// Has the statements prepared and not run.
    pub(super) async fn prepare(&self, statements: &[Sql], values: &Values) -> Result<(), LegacyError> {
        match self {
            #[cfg(feature = "mysql")]
            Self::MySql(database) => database.prepare(statements, values).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(database) => database.prepare(statements, values).await,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(database) => database.prepare(statements, values).await,
        }
    }
}

/// A statement with its two parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'q> {
    pub(super) sql: &'q Sql,
    pub(super) first: Option<&'q str>,
    pub(super) second: Second<'q>,
}

/// The second parameter.
#[derive(Clone, Copy, Debug)]
pub(super) enum Second<'q> {
    Limit(i64),
    None,
    Text(&'q str),
}

/// Whether a reader wants more rows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reading {
    Enough,
    More,
}

/// Where a database is, before it is opened.
#[derive(Clone)]
pub(super) enum Target {
    #[cfg(feature = "mysql")]
    MySql(Box<sqlx::mysql::MySqlConnectOptions>),
    #[cfg(feature = "postgres")]
    Postgres(Box<sqlx::postgres::PgConnectOptions>),
    #[cfg(feature = "sqlite")]
    Sqlite(std::path::PathBuf),
}

/// Without the password.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(feature = "mysql")]
            Self::MySql(options) => server(f, "MySql", options.get_host(), options.get_port(), options.get_database()),
            #[cfg(feature = "postgres")]
            Self::Postgres(options) => {
                server(f, "Postgres", options.get_host(), options.get_port(), options.get_database())
            }
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
        }
    }
}

#[cfg(any(feature = "mysql", feature = "postgres"))]
fn server(f: &mut fmt::Formatter<'_>, engine: &str, host: &str, port: u16, database: Option<&str>) -> fmt::Result {
    f.debug_struct(engine)
        .field("host", &host)
        .field("port", &port)
        .field("database", &database)
        .finish_non_exhaustive()
}

/// How a database is used.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) may_write: bool,
    pub(super) connections: u32,
    pub(super) busy_timeout: Duration,
    pub(super) statement_limit: Duration,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) rules: Arc<dyn IdentifierRules>,
    /// Whether they are [`StandardRules`](crate::identifier::StandardRules), for which there is a short cut.
    pub(super) rules_are_standard: bool,
}

impl Target {
    /// The one at another address, of the same engine.
    #[cfg(any(feature = "mysql", feature = "postgres"))]
    pub(super) fn other(&self, url: &str) -> Result<Self, LegacyError> {
        match self {
            #[cfg(feature = "mysql")]
            Self::MySql(_) => Ok(Self::MySql(Box::new(super::mysql::options(url)?))),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Ok(Self::Postgres(Box::new(super::postgres::options(url)?))),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => Err(no_address()),
        }
    }

    /// Nothing is opened yet.
    pub(super) fn database(self, settings: &Settings) -> Database {
        match self {
            #[cfg(feature = "mysql")]
            Self::MySql(options) => Database::MySql(super::mysql::MySql::new(*options, settings)),
            #[cfg(feature = "postgres")]
            Self::Postgres(options) => Database::Postgres(super::postgres::Postgres::new(*options, settings)),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => Database::Sqlite(super::sqlite::Sqlite::new(path, settings.clone())),
        }
    }
}

/// How long a transaction of so many statements may take, with its begin and its end.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(super) fn limit_of_all(of_one: Duration, statements: &[Sql]) -> Duration {
    of_one.saturating_mul(u32::try_from(statements.len()).unwrap_or(u32::MAX).saturating_add(1))
}

/// Whether an address leads to this machine, where there is nobody on the way.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(super) fn is_local(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || host.starts_with('/') || address.is_ok_and(|address| address.is_loopback())
}

/// A database's address that is none. Says nothing of it: there may be a password in it.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(super) fn no_address() -> LegacyError {
    LegacyError::misconfigured("the address of the database cannot be read")
}
