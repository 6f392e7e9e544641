//! The stores whose databases are servers: the same promises as of every store, and what these promise beyond them.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::OnceCell;
#[cfg(feature = "mysql")]
use waystation::store::MySqlStore;
#[cfg(feature = "postgres")]
use waystation::store::PostgresStore;
use waystation::{conformance::store::Fixture, store::MemoryStore};

#[cfg(feature = "mysql")]
use crate::mariadb::MariaDbServer;
#[cfg(feature = "postgres")]
use crate::postgres::PostgresServer;

/// A name that no other test has: users of other names do not exist to a store.
fn fresh_name() -> String {
    static NAMES: AtomicUsize = AtomicUsize::new(0);
    format!("customers {}", NAMES.fetch_add(1, Ordering::Relaxed))
}

/// What is tested where there is no server, after that was said.
fn no_server() -> Fixture {
    Fixture::new(MemoryStore::new())
}

#[cfg(feature = "postgres")]
pub(super) async fn postgres() -> Fixture {
    static DATABASE: OnceCell<String> = OnceCell::const_new();
    let Some(server) = PostgresServer::shared() else { return no_server() };
    let url = DATABASE.get_or_init(|| server.fresh_database()).await;
    let builder = PostgresStore::builder(url).unwrap().connections(8);
    Fixture::new(builder.connection_name(fresh_name()).open().await.unwrap())
}

#[cfg(feature = "mysql")]
pub(super) async fn mariadb() -> Fixture {
    static DATABASE: OnceCell<String> = OnceCell::const_new();
    let Some(server) = MariaDbServer::shared() else { return no_server() };
    let url = DATABASE.get_or_init(|| server.fresh_database()).await;
    let builder = MySqlStore::builder(url).unwrap().connections(8);
    Fixture::new(builder.connection_name(fresh_name()).open().await.unwrap())
}

#[cfg(feature = "postgres")]
waystation::store_conformance!(postgres_server, postgres, [bulk, jobs, outbox, search, snapshots, stats]);
#[cfg(feature = "mysql")]
waystation::store_conformance!(mariadb_server, mariadb, [bulk, jobs, outbox, search, snapshots, stats]);

/// A service may open its store wherever it runs.
#[test]
fn what_opens_a_store_can_be_spawned() {
    fn spawned(opening: impl Future + Send) {
        drop(opening);
    }
    spawned(waystation::store::SqliteStore::open("users.sqlite", "customers"));
    #[cfg(feature = "postgres")]
    spawned(PostgresStore::open("postgres://localhost/users", "customers"));
    #[cfg(feature = "mysql")]
    spawned(MySqlStore::open("mysql://localhost/users", "customers"));
}
