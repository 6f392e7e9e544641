//! The databases, each with its driver alone.

use std::{path::PathBuf, sync::Arc};

use sqlx::{Connection as _, MySqlConnection, PgConnection};
use waystation::{
    UserStore,
    store::{MySqlStore, PostgresStore, SqliteStore},
};

use crate::{mysql::MySqlServer, postgres::PostgresServer};

const COUNT: &str = "SELECT count(*) FROM waystation_users WHERE connection = 'customers'";

/// A database that is made anew as often as is wanted, and where it is now.
pub(crate) enum Database {
    Sqlite(PathBuf, u32),
    Postgres(&'static PostgresServer, String),
    MariaDb(&'static MySqlServer, String),
}

/// A connection of the driver.
pub(crate) enum Bare {
    Sqlite(rusqlite::Connection),
    Postgres(PgConnection),
    MariaDb(MySqlConnection),
}

impl Database {
    /// Those that are installed.
    pub(crate) fn all(folder: &std::path::Path) -> Vec<Self> {
        let servers = [
            PostgresServer::shared().map(|server| Self::Postgres(server, String::new())),
            MySqlServer::mariadb().map(|server| Self::MariaDb(server, String::new())),
        ];
        std::iter::once(Self::Sqlite(folder.to_owned(), 0)).chain(servers.into_iter().flatten()).collect()
    }

    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(..) => "sqlite",
            Self::Postgres(..) => "postgres",
            Self::MariaDb(..) => "mariadb",
        }
    }

    pub(crate) async fn fresh(&mut self) -> Arc<dyn UserStore> {
        match self {
            Self::Sqlite(folder, number) => {
                let _none_at_first = std::fs::remove_file(file(folder, *number));
                *number += 1;
                Arc::new(SqliteStore::open(file(folder, *number), "customers").await.expect("a store"))
            }
            Self::Postgres(server, url) => {
                *url = server.fresh_database().await;
                Arc::new(PostgresStore::open(url, "customers").await.expect("a store"))
            }
            Self::MariaDb(server, url) => {
                *url = server.fresh_database().await;
                Arc::new(MySqlStore::open(url, "customers").await.expect("a store"))
            }
        }
    }

    pub(crate) async fn bare(&self) -> Bare {
        match self {
            Self::Sqlite(folder, number) => {
                Bare::Sqlite(rusqlite::Connection::open(file(folder, *number)).expect("a connection"))
            }
            Self::Postgres(_, url) => Bare::Postgres(PgConnection::connect(url).await.expect("a connection")),
            Self::MariaDb(_, url) => Bare::MariaDb(MySqlConnection::connect(url).await.expect("a connection")),
        }
    }
}

impl Bare {
    pub(crate) async fn count(&mut self) -> u64 {
        let count: i64 = match self {
            Self::Sqlite(connection) => connection.query_row(COUNT, (), |row| row.get(0)).expect("a count"),
            Self::Postgres(connection) => sqlx::query_scalar(COUNT).fetch_one(connection).await.expect("a count"),
            Self::MariaDb(connection) => sqlx::query_scalar(COUNT).fetch_one(connection).await.expect("a count"),
        };
        count.unsigned_abs()
    }
}

fn file(folder: &std::path::Path, number: u32) -> PathBuf {
    folder.join(format!("{number}.sqlite3"))
}
