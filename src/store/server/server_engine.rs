use std::time::Duration;

use sqlx::{ConnectOptions, Connection, Database, Pool, migrate::Migrate, pool::PoolOptions};

use crate::store::{StoreError, sql::engine::Engine};

/// An [`Engine`] that is a server, which connections are made to.
pub(crate) trait ServerEngine:
    Engine<Connection: Connection<Database = Self::Database> + Migrate, Error = sqlx::Error>
{
    type Database: Database<Connection = Self::Connection>;
    /// The name that `Debug` shows.
    const STORE: &'static str;
    /// The microseconds since 1970 by the server's clock, in one row of one number.
    const NOW: &'static str;
    /// Every step of the schema, the oldest first: number, name and SQL.
    const STEPS: &'static [(i64, &'static str, &'static str)];
    /// Where the server is and how to log in to it.
    type Options: ConnectOptions<Connection = Self::Connection>;

    fn options(url: &str) -> Result<Self::Options, StoreError>;

    /// A pool that sets what statements depend on on every connection. Nothing is opened yet.
    fn pool(
        pool: PoolOptions<Self::Database>,
        options: Self::Options,
        statement_limit: Duration,
    ) -> Pool<Self::Database>;

    /// Whether a statement failed since there is no such table.
    fn is_no_table(error: &sqlx::Error) -> bool;
}

/// What a column of bytes holds, as text.
pub(super) fn utf8(place: usize, bytes: Option<&[u8]>) -> Result<Option<&str>, sqlx::Error> {
    let text = bytes.map(str::from_utf8).transpose();
    text.map_err(|error| sqlx::Error::ColumnDecode { index: place.to_string(), source: error.into() })
}
