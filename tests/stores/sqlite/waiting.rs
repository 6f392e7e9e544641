use std::{
    collections::BTreeSet,
    process::Command,
    time::{Duration, Instant},
};

use rusqlite::TransactionBehavior;
use waystation::{
    clock::Timestamp,
    store::{Insert, Job, JobId, OnTombstone, SqliteStore, StoreError, UserStore, UserStoreExt},
    user::UserId,
};

use super::{insert, open, place, raw, user};

#[tokio::test]
async fn a_lock_held_elsewhere_is_waited_for_no_longer_than_was_said() {
    let (_directory, path) = place();
    let builder = SqliteStore::builder(&path).connection_name("customers").busy_timeout(Duration::from_millis(300));
    let store = builder.clone().open().await.unwrap();
    let mut other = raw(&path);
    let transaction = other.transaction_with_behavior(TransactionBehavior::Exclusive).unwrap();

    let before = Instant::now();
    let refused = store.insert(user("ada"), OnTombstone::Refuse).await;
    assert!(matches!(refused, Err(StoreError::Unavailable { operation: "insert", .. })), "{refused:?}");
    let waited = before.elapsed();
    assert!((Duration::from_millis(250)..Duration::from_secs(3)).contains(&waited), "{waited:?}");
    assert!(matches!(builder.open().await, Err(StoreError::Unavailable { operation: "open", .. })));

    transaction.rollback().unwrap();
    insert(&store, "ada").await;
}

#[tokio::test]
async fn reading_does_not_wait_for_writing() {
    let (_directory, path) = place();
    let store = open(&path).await;
    insert(&store, "ada").await;
    let mut other = raw(&path);
    let transaction = other.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    // One that waited would be refused in the end: the lock is held as long as it waits.
    assert!(store.get(&UserId::new("ada")).await.unwrap().is_some());
    transaction.rollback().unwrap();
}

#[tokio::test]
async fn calls_behind_one_that_waits_give_up_in_time_too() {
    let (_directory, path) = place();
    let store = SqliteStore::builder(&path).busy_timeout(Duration::from_millis(500)).open().await.unwrap();
    let mut other = raw(&path);
    let transaction = other.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let before = Instant::now();
    let calls: Vec<_> = (0..32)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { store.insert(user(&number.to_string()), OnTombstone::Refuse).await })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap().is_err_and(|error| error.is_unavailable()));
    }
    // Sixteen seconds, if one waited after the other.
    assert!(before.elapsed() < Duration::from_secs(10), "{:?}: the waits do not add up", before.elapsed());
    transaction.rollback().unwrap();
    let answer = store.insert(user("ada"), OnTombstone::Refuse).await.unwrap();
    assert!(matches!(answer, Insert::Created(_)));
}

/// All look for the oldest at once. Whoever came too late for it gets the next, however many came before.
#[tokio::test]
async fn each_of_32_leases_gets_one_of_32_jobs() {
    let (_directory, path) = place();
    let store = open(&path).await;
    let jobs = store.as_jobs().unwrap();
    let (now, until) = (Timestamp::from_micros(100), Timestamp::from_micros(200));
    for number in 0..32 {
        let job = Job::new(JobId::new(format!("job {number}")), "import", serde_json::json!({}), now);
        assert!(jobs.create(job).await.unwrap());
    }
    let leases: Vec<_> = (0..32)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.as_jobs().unwrap().lease("import", now, until).await })
        })
        .collect();
    let mut given = BTreeSet::new();
    for lease in leases {
        given.insert(lease.await.unwrap().unwrap().unwrap().job.id.as_str().to_owned());
    }
    assert_eq!(given.len(), 32);
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let (_directory, path) = place();
    let store = open(&path).await;
    let clone = store.clone();
    insert(&store, "ada").await;
    store.close().await.unwrap();
    store.close().await.unwrap();
    assert!(clone.get(&UserId::new("ada")).await.is_err_and(|error| error.is_unavailable()));
    assert!(clone.insert(user("eve"), OnTombstone::Refuse).await.is_err_and(|error| error.is_unavailable()));
}

/// A limit on the size of files stands in for the end of a disk.
#[test]
fn a_full_disk_is_unavailable_and_nothing_that_was_there_suffers() {
    let (_directory, path) = place();
    let mut child = Command::new("sh");
    child.arg("-c").arg("trap '' XFSZ; ulimit -f 1000; exec \"$0\" \"$@\"").arg(std::env::current_exe().unwrap());
    child.args(["--exact", "stores::sqlite::waiting::child_fills_the_disk", "--ignored"]);
    let output = child.env("WAYSTATION_TEST_PATH", &path).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { insert(&open(&path).await, "room again").await });
}

#[tokio::test]
#[ignore = "run by a_full_disk_is_unavailable_and_nothing_that_was_there_suffers"]
async fn child_fills_the_disk() {
    let Ok(path) = std::env::var("WAYSTATION_TEST_PATH") else { return };
    let store = open(path.as_ref()).await;
    let mut stored = 0;
    let refused = loop {
        let mut large = user(&stored.to_string());
        large.profile.name = Some("large".repeat(4_000));
        match store.insert(large, OnTombstone::Refuse).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::Unavailable { operation: "insert", .. }), "{refused:?}");
    assert!(stored > 3, "there was room at first");
    for number in 0..stored {
        assert!(store.get(&UserId::new(number.to_string())).await.unwrap().is_some(), "as readable as ever");
    }
    assert!(store.get(&UserId::new(stored.to_string())).await.unwrap().is_none(), "nothing of the one refused");
}

/// As root no mode keeps anybody out, so the store is opened by somebody else.
#[test]
fn a_read_only_database_is_misconfigured() {
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};

    let (directory, path) = place();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { open(&path).await.close().await.unwrap() });
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "stores::sqlite::waiting::child_opens_what_it_may_not_write", "--ignored"]);
    child.env("WAYSTATION_TEST_PATH", &path);
    if std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(&path).unwrap()) == 0 {
        const NOBODY: u32 = 65_534;
        std::os::unix::fs::chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        // The test binary may lie where nobody else can go: then it cannot be run by them.
        let binary = directory.path().join("tests");
        std::fs::copy(std::env::current_exe().unwrap(), &binary).unwrap();
        let mut other = Command::new(binary);
        other.args(child.get_args()).env("WAYSTATION_TEST_PATH", &path).uid(NOBODY).gid(NOBODY);
        child = other;
    }
    let output = child.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "the child ran its test");
}

#[tokio::test]
#[ignore = "run by a_read_only_database_is_misconfigured"]
async fn child_opens_what_it_may_not_write() {
    let Ok(path) = std::env::var("WAYSTATION_TEST_PATH") else { return };
    let what = super::misconfigured(SqliteStore::open(path, "customers").await);
    assert_eq!(what, "the database may not be written: it is read-only, or this user has no right to");
}
