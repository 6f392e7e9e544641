//! Every promise of the store contract, and what the two stores promise beyond it.
#![cfg(all(feature = "conformance", feature = "sqlite"))]

use waystation::{
    conformance::store::Fixture,
    store::{MemoryStore, SqliteStore},
};

waystation::store_conformance!(memory, async || MemoryStore::new(), [bulk, jobs, search, stats]);

/// A store in a directory of its own.
async fn sqlite() -> Fixture {
    let directory = tempfile::tempdir().expect("a directory");
    let store = SqliteStore::open(directory.path().join("users.sqlite"), "customers").await.expect("a store");
    Fixture::guarded(store, directory)
}

waystation::store_conformance!(sqlite_store, sqlite, [bulk, jobs, search, stats]);
