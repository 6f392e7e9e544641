//! A database server that is killed, and comes back, while people log in.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tempfile::TempDir;
use tokio::{runtime::Runtime, task::JoinSet};
use waystation::clock::{Clock, SystemClock};

use crate::site::{Person, Site, everybody, passwords, report};

const PEOPLE: usize = 60;
/// Log-ins that run at once.
const CROWD: usize = 12;
/// How often the server is killed.
const KILLS: usize = 4;

#[cfg(feature = "postgres")]
#[test]
fn a_postgresql_that_is_killed_under_load_loses_nobody() {
    let Some(mut server) = crate::postgres::PostgresServer::start() else { return };
    let url = Runtime::new().unwrap().block_on(server.fresh_database());
    survive(&url, || {
        server.kill();
        server.restart();
    });
}

#[cfg(feature = "mysql")]
#[test]
fn a_mariadb_that_is_killed_under_load_loses_nobody() {
    let Some(mut server) = crate::mysql::MySqlServer::start(crate::mysql::Product::MariaDb) else { return };
    let url = Runtime::new().unwrap().block_on(server.fresh_database());
    survive(&url, || {
        server.kill();
        server.restart();
    });
}

/// Logs everybody in, over and over and with wrong passwords between, while the server is killed a few times.
fn survive(url: &str, mut kill_and_restart: impl FnMut()) {
    let folder = TempDir::new().unwrap();
    let runtime = Runtime::new().unwrap();
    let site = runtime.block_on(Site::make(folder.path(), PEOPLE));
    site.store_at(url);
    let site = Arc::new(site);

    let (over, ended) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let load = runtime.spawn(log_in_until(Arc::clone(&over), Arc::clone(&ended), Arc::clone(&site)));
    for kill in 1..=KILLS {
        // Some of them in the middle of everybody's first log-in, the others later.
        while ended.load(Ordering::Relaxed) < kill * PEOPLE / 2 {
            assert!(!load.is_finished(), "the load ended early");
            runtime.block_on(SystemClock::new().sleep(Duration::from_millis(1)));
        }
        kill_and_restart();
    }
    over.store(true, Ordering::Relaxed);
    let roads = runtime.block_on(load).unwrap();
    println!("{roads:?}");

    // What may be said of an outage is that it is one. A right password was never refused, nor a wrong one let in.
    let outage = |road: &str| road.contains("error") && road.contains("Unavailable");
    let strange: Vec<_> = roads
        .keys()
        .filter(|road| !outage(road))
        .filter(|road| {
            !["right: in migrated", "right: in store", "wrong: refused wrong_password"].contains(&road.as_str())
        })
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
    assert!(roads.keys().any(|road| outage(road)), "no log-in met an outage: nothing was shown");

    runtime.block_on(async {
        let (store, passwords) = (site.store().await, passwords());
        let migrator = site.migrator(&store, &passwords);
        // The server is back: everybody gets in, at once.
        for person in (1..=PEOPLE).map(Person) {
            assert!(report(&migrator, person.right()).await.starts_with("in "), "{person:?}");
            assert_eq!(report(&migrator, person.wrong()).await, "refused wrong_password", "{person:?}");
        }
        migrator.settled().await;
        let people = everybody(&store).await;
        assert_eq!(people.len(), PEOPLE);
        for (person, user) in people {
            person.assert_is(&user, &passwords).await;
        }
        store.close().await;
    });
}

/// How often each came to pass.
async fn log_in_until(over: Arc<AtomicBool>, ended: Arc<AtomicUsize>, site: Arc<Site>) -> BTreeMap<String, usize> {
    let store = site.store().await;
    let migrator = site.migrator(&store, &passwords());
    let next = Arc::new(AtomicUsize::new(0));
    let mut crowd = JoinSet::new();
    for _ in 0..CROWD {
        let (over, ended, next, migrator) =
            (Arc::clone(&over), Arc::clone(&ended), Arc::clone(&next), migrator.clone());
        crowd.spawn(async move {
            let mut roads = BTreeMap::new();
            while !over.load(Ordering::Relaxed) {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                let person = Person(1 + turn % PEOPLE);
                let (what, attempt) = if turn % 3 == 2 { ("wrong", person.wrong()) } else { ("right", person.right()) };
                let road = format!("{what}: {}", report(&migrator, attempt).await);
                if road.contains("error") {
                    // As a person would: not again at once.
                    SystemClock::new().sleep(Duration::from_millis(5)).await;
                }
                *roads.entry(road).or_insert(0) += 1;
                ended.fetch_add(1, Ordering::Relaxed);
            }
            roads
        });
    }
    let mut roads = BTreeMap::new();
    while let Some(some) = crowd.join_next().await {
        for (road, count) in some.unwrap() {
            *roads.entry(road).or_insert(0) += count;
        }
    }
    migrator.settled().await;
    store.close().await;
    roads
}
