//! The stores whose databases are servers: the same promises as of every store, and what these promise beyond them.

use std::sync::atomic::{AtomicUsize, Ordering};
#[cfg(feature = "postgres")]
use std::{sync::Arc, time::Duration};

#[cfg(feature = "postgres")]
use serde_json::json;
use tokio::sync::OnceCell;
#[cfg(feature = "mysql")]
use waystation::store::MySqlStore;
#[cfg(feature = "postgres")]
use waystation::store::PostgresStore;
use waystation::{
    UserStore as _,
    clock::{Clock as _, SystemClock},
    conformance::store::Fixture,
    store::MemoryStore,
};
#[cfg(feature = "postgres")]
use waystation::{
    clock::Timestamp,
    store::{
        BulkOutcome, BulkStore as _, BulkWrite, BulkWritten, Checkpoint, Deletion, Filter, Insert, Job, JobId,
        OnTombstone, Search, SnapshotStore as _, Tombstone,
    },
    user::{Credential, NewUser, Profile, UserId},
};

#[cfg(feature = "mysql")]
use crate::mysql::MySqlServer;
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
    of_mysql(&DATABASE, MySqlServer::mariadb()).await
}

#[cfg(feature = "mysql")]
pub(super) async fn mysql() -> Fixture {
    static DATABASE: OnceCell<String> = OnceCell::const_new();
    of_mysql(&DATABASE, MySqlServer::mysql()).await
}

#[cfg(feature = "mysql")]
async fn of_mysql(database: &OnceCell<String>, server: Option<&MySqlServer>) -> Fixture {
    let Some(server) = server else { return no_server() };
    let url = database.get_or_init(|| server.fresh_database()).await;
    let builder = MySqlStore::builder(url).unwrap().connections(8);
    Fixture::new(builder.connection_name(fresh_name()).open().await.unwrap())
}

#[cfg(feature = "postgres")]
waystation::store_conformance!(postgres_server, postgres, [bulk, jobs, outbox, search, snapshots, stats]);
#[cfg(feature = "mysql")]
waystation::store_conformance!(mariadb_server, mariadb, [bulk, jobs, outbox, search, snapshots, stats]);
#[cfg(feature = "mysql")]
waystation::store_conformance!(mysql_server, mysql, [bulk, jobs, outbox, search, snapshots, stats]);

/// By the server's clock, which is this machine's here.
#[tokio::test]
async fn a_server_says_what_time_it_is() {
    let clock = SystemClock::new();
    let stores = [
        #[cfg(feature = "postgres")]
        postgres().await,
        #[cfg(feature = "mysql")]
        mariadb().await,
        #[cfg(feature = "mysql")]
        mysql().await,
    ];
    for store in stores {
        let store = store.store();
        let before = clock.now();
        let Some(now) = store.now().await.unwrap() else {
            // What stands in for a server that is not there.
            assert!(format!("{store:?}").starts_with("MemoryStore"), "{store:?}");
            continue;
        };
        assert!(before <= now && now <= clock.now(), "{store:?}: {before:?} {now:?}");
    }
}

/// What is left of its answer on the connection would pass for that of the next call, as the end of all users.
#[cfg(feature = "postgres")]
#[tokio::test]
async fn a_snapshot_is_over_once_a_page_of_it_was_dropped() {
    let Some(server) = PostgresServer::shared() else { return };
    let store = PostgresStore::open(&server.fresh_database().await, "customers").await.unwrap();
    // More than can be at hand at once.
    let mut profile = Profile::default();
    profile.name = Some("x".repeat(100_000));
    let user = |number: usize| {
        let id = UserId::new(format!("{number:03}"));
        NewUser::new(id, profile.clone(), Credential::PendingPassword, Timestamp::from_micros(0))
    };
    let written = store.write(&BulkWrite::new((0..200).map(user).collect())).await.unwrap();
    assert!(matches!(written, BulkWritten::Written(_)));
    let search = Search::new(Filter::All).limit(200);
    let mut snapshot = store.snapshot().await.unwrap();
    assert_eq!(snapshot.search_ahead(&search).await.unwrap().users.len(), 200);
    tokio::select! {
        biased;
        _ = snapshot.search_ahead(&search) => panic!("it was asked for only now"),
        () = std::future::ready(()) => {}
    }
    for _ in 0..2 {
        assert!(snapshot.search_ahead(&search).await.unwrap_err().is_unavailable());
        assert!(snapshot.search(&search).await.unwrap_err().is_unavailable());
    }
    let mut another = store.snapshot().await.unwrap();
    assert_eq!(another.search_ahead(&search).await.unwrap().users.len(), 200);
}

/// Until somebody in this database waits for somebody else.
#[cfg(feature = "postgres")]
async fn wait_for_a_lock(database: &sqlx::PgPool) {
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waits).fetch_one(database).await.unwrap() == 0 {
        SystemClock::new().sleep(Duration::from_millis(20)).await;
    }
}

/// Who has the job now may have written the same users, in whose way they are.
#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_lost_the_lease_while_a_write_waited_is_told_that_and_of_no_conflict() {
    let Some(server) = PostgresServer::shared() else { return };
    let url = server.fresh_database().await;
    let store = Arc::new(PostgresStore::open(&url, "customers").await.unwrap());
    let (jobs, at) = (store.as_jobs().unwrap(), Timestamp::from_micros);
    assert!(jobs.create(Job::new(JobId::new("monday"), "import", json!(null), at(0))).await.unwrap());
    let lease = jobs.lease("import", at(0), at(10)).await.unwrap().unwrap();
    let other = sqlx::PgPool::connect(&url).await.unwrap();
    let mut written = other.begin().await.unwrap();
    let insert = "INSERT INTO waystation_users (connection, id, version, blocked, profile, credential, created_at, \
                  updated_at, login_count) VALUES ('customers', 'ada', 1, false, '{}', 'none', 0, 0, 0)";
    sqlx::query(insert).execute(&mut *written).await.unwrap();
    let ada = NewUser::new(UserId::new("ada"), Profile::default(), Credential::PendingPassword, at(0));
    let batch = BulkWrite::new(vec![ada]).unless_conflict().checkpoint(Checkpoint::running(&lease, json!(1), at(10)));
    let writing = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.write(&batch).await.unwrap() }
    });
    wait_for_a_lock(&other).await;
    assert!(jobs.lease("import", at(10), at(20)).await.unwrap().is_some());
    written.commit().await.unwrap();
    assert_eq!(writing.await.unwrap(), BulkWritten::LeaseLost);
}

/// Whatever isolation the database gives by default: a write that waited for the deletion must see what it left.
#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_write_that_waits_for_a_deletion_does_not_bring_the_user_back() {
    let Some(server) = PostgresServer::shared() else { return };
    let url = server.fresh_database().await;
    let database = sqlx::PgPool::connect(&url).await.unwrap();
    let isolate = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = ''repeatable read''', \
                   current_database()); END $$";
    sqlx::query(isolate).execute(&database).await.unwrap();
    let (store, at) = (Arc::new(PostgresStore::open(&url, "customers").await.unwrap()), Timestamp::from_micros(0));
    let ada = move || NewUser::new(UserId::new("ada"), Profile::default(), Credential::PendingPassword, at);
    assert!(matches!(store.insert(ada(), OnTombstone::Refuse).await.unwrap(), Insert::Created(_)));
    assert!(store.delete(&UserId::new("ada"), Deletion::leaving(Tombstone::at(at))).await.unwrap());
    // What it left is kept for another deletion, which does not end yet.
    for statement in ["CREATE TABLE buried AS SELECT * FROM waystation_tombstones", "DELETE FROM waystation_tombstones"]
    {
        sqlx::query(statement).execute(&database).await.unwrap();
    }
    assert!(matches!(store.insert(ada(), OnTombstone::Refuse).await.unwrap(), Insert::Created(_)));
    let mut deletion = database.begin().await.unwrap();
    for statement in ["DELETE FROM waystation_users", "INSERT INTO waystation_tombstones SELECT * FROM buried"] {
        sqlx::query(statement).execute(&mut *deletion).await.unwrap();
    }
    let writing = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.write(&BulkWrite::new(vec![ada()])).await.unwrap() }
    });
    wait_for_a_lock(&database).await;
    deletion.commit().await.unwrap();
    assert_eq!(writing.await.unwrap(), BulkWritten::Written(vec![BulkOutcome::Tombstoned]));
}

/// After an import, and before the server has counted the rows, it takes few to be left behind any user.
#[cfg(feature = "postgres")]
#[tokio::test]
async fn a_walk_over_a_table_that_was_never_analysed_reads_nobody_twice() {
    const USERS: usize = 5_000;
    let Some(server) = PostgresServer::shared() else { return };
    let url = server.fresh_database().await;
    let store = PostgresStore::open(&url, "customers").await.unwrap();
    let asked = sqlx::PgPool::connect(&url).await.unwrap();
    sqlx::raw_sql("ALTER TABLE waystation_users SET (autovacuum_enabled = false)").execute(&asked).await.unwrap();
    let user = |number: usize| {
        let id = UserId::new(format!("{number:08}"));
        NewUser::new(id, Profile::default(), Credential::PendingPassword, Timestamp::from_micros(0))
    };
    for batch in 0..USERS / 1_000 {
        let users = (0..1_000).map(|number| user(batch * 1_000 + number)).collect();
        assert!(matches!(store.write(&BulkWrite::new(users)).await.unwrap(), BulkWritten::Written(_)));
    }
    let read = async || -> i64 {
        let read = "SELECT seq_tup_read::bigint + (SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes \
                    WHERE relname = 'waystation_users') FROM pg_stat_user_tables WHERE relname = 'waystation_users'";
        sqlx::query_scalar(read).fetch_one(&asked).await.unwrap()
    };
    let mut snapshot = store.snapshot().await.unwrap();
    let (mut search, mut met) = (Search::new(Filter::All).limit(100), 0);
    loop {
        let page = snapshot.search(&search).await.unwrap();
        met += page.users.len();
        let Some(next) = page.next else { break };
        search = search.after(next);
    }
    assert_eq!(met, USERS);
    // The server tells what a connection has read once that is closed.
    let before = read().await;
    drop(snapshot);
    let users = i64::try_from(USERS).unwrap();
    let mut walked = 0;
    for _ in 0..400 {
        walked = read().await - before;
        if walked >= users {
            break;
        }
        SystemClock::new().sleep(Duration::from_millis(50)).await;
    }
    assert!((users..2 * users).contains(&walked), "{walked}");
}

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
