//! Every promise of the store contract, and what the two stores promise beyond it.
#![cfg(all(feature = "conformance", feature = "sqlite"))]
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too, and real locks and kills take real time"
)]

use std::{panic::AssertUnwindSafe, sync::Arc};

use waystation::{
    conformance::store::{CASES, Fixture},
    store::{MemoryStore, SqliteStore, UserStore},
};

use self::stores::faulty::{
    Faulty,
    fault::{BROKEN_BY, Fault},
};

mod stores {
    pub(crate) mod faulty;
    #[cfg(all(unix, feature = "mysql", feature = "postgres"))]
    mod indexes;
    #[cfg(all(unix, feature = "mysql", feature = "postgres"))]
    mod refusals;
    #[cfg(all(unix, feature = "mysql", feature = "postgres"))]
    mod rights;
    #[cfg(all(unix, any(feature = "mysql", feature = "postgres")))]
    mod round_trips;
    #[cfg(unix)]
    mod search;
    #[cfg(all(unix, any(feature = "mysql", feature = "postgres")))]
    mod server;
    #[cfg(unix)]
    mod sqlite;
}

#[cfg(all(unix, feature = "mysql"))]
#[path = "servers/mysql.rs"]
mod mysql;
#[cfg(all(unix, feature = "postgres"))]
#[path = "servers/postgres.rs"]
mod postgres;
#[cfg(all(unix, any(feature = "mysql", feature = "postgres")))]
#[path = "servers/server_process.rs"]
mod server_process;

/// A store in a directory of its own.
async fn sqlite() -> Fixture {
    let directory = tempfile::tempdir().expect("a directory");
    let store = SqliteStore::open(directory.path().join("users.sqlite"), "customers").await.expect("a store");
    Fixture::guarded(store, directory)
}

async fn shared_sqlite() -> Fixture {
    let fixture = sqlite().await;
    let store: Arc<dyn UserStore> = fixture.store();
    Fixture::guarded(store, fixture)
}

waystation::store_conformance!(memory, async || MemoryStore::new(), [bulk, jobs, outbox, search, snapshots, stats]);
waystation::store_conformance!(
    memory_behind_arc,
    async || {
        let store: Arc<dyn UserStore> = Arc::new(MemoryStore::new());
        store
    },
    [bulk, jobs, outbox, search, snapshots, stats]
);
waystation::store_conformance!(sqlite_file, sqlite, [bulk, jobs, outbox, search, snapshots, stats]);
waystation::store_conformance!(sqlite_behind_arc, shared_sqlite, [bulk, jobs, outbox, search, snapshots, stats]);
waystation::store_conformance!(
    no_fault,
    async || Faulty::new(Fault::None),
    [bulk, jobs, outbox, search, snapshots, stats]
);

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().expect("a runtime")
}

#[test]
fn each_promise_notices_the_store_that_breaks_it() {
    let mut unnoticed = Vec::new();
    for case in CASES.into_iter().flatten() {
        let faults: Vec<_> = BROKEN_BY.iter().filter(|(name, _)| *name == case.name).map(|(_, fault)| *fault).collect();
        assert!(!faults.is_empty(), "{}: no fault is known to break it, so nothing shows that it can fail", case.name);
        for fault in faults {
            let check = AssertUnwindSafe(|| runtime().block_on((case.check)(Arc::new(Faulty::new(fault)))));
            if std::panic::catch_unwind(check).is_ok() {
                unnoticed.push((case.name, fault));
            }
        }
    }
    assert!(unnoticed.is_empty(), "unnoticed: {unnoticed:?}");
}
