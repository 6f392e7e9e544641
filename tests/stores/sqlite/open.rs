use std::process::{Command, Stdio};

use waystation::{
    clock::Timestamp,
    store::{Deletion, Insert, Key, Lookup, OnTombstone, SqliteStore, Tombstone, UserStore, UserStoreExt},
    user::UserId,
};

use super::{execute, insert, misconfigured, open, place, raw, secret, user};

#[tokio::test]
async fn opening_again_finds_everybody_and_migrates_nothing() {
    let (_directory, path) = place();
    let store = open(&path).await;
    insert(&store, "ada").await;
    store.close().await.unwrap();
    let again = open(&path).await;
    assert!(again.get(&UserId::new("ada")).await.unwrap().is_some());
    let steps = "SELECT count(*), sum(success) FROM _waystation_migrations";
    let counts: (i64, i64) = raw(&path).query_row(steps, (), |row| row.try_into()).unwrap();
    assert_eq!(counts, (3, 3));
}

#[tokio::test]
async fn stores_of_two_names_in_one_file_do_not_see_each_other() {
    let (_directory, path) = place();
    let customers = SqliteStore::open(&path, "customers").await.unwrap();
    let staff = SqliteStore::open(&path, "staff").await.unwrap();
    insert(&customers, "ada").await;
    assert!(staff.get(&UserId::new("ada")).await.unwrap().is_none());
    insert(&staff, "ada").await;
    let gone = Deletion::leaving(Tombstone::at(Timestamp::from_micros(9)));
    assert!(customers.delete(&UserId::new("ada"), gone).await.unwrap());
    assert!(matches!(customers.find(Key::Id(&UserId::new("ada"))).await.unwrap(), Lookup::Tombstoned));
    assert!(staff.delete(&UserId::new("ada"), Deletion::without_trace()).await.unwrap());
    assert!(matches!(staff.find(Key::Id(&UserId::new("ada"))).await.unwrap(), Lookup::Absent));
    assert!(matches!(staff.insert(user("ada"), OnTombstone::Refuse).await.unwrap(), Insert::Created(_)));
}

#[tokio::test]
async fn a_second_store_on_the_file_sees_every_write_at_once() {
    let (_directory, path) = place();
    let (first, second) = (open(&path).await, open(&path).await);
    for number in 0..50 {
        let (writer, reader) = if number % 2 == 0 { (&first, &second) } else { (&second, &first) };
        insert(writer, &number.to_string()).await;
        assert!(reader.get(&UserId::new(number.to_string())).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let (_directory, path) = place();
    open(&path).await.close().await.unwrap();
    execute(&path, "INSERT INTO _waystation_migrations VALUES (9999, 'later', 0, TRUE, x'00', 0)");
    let what = misconfigured(SqliteStore::open(&path, "x").await);
    assert_eq!(what, "the database was written by a newer release");
}

#[tokio::test]
async fn an_altered_schema_is_refused() {
    let (_directory, path) = place();
    open(&path).await.close().await.unwrap();
    execute(&path, "UPDATE _waystation_migrations SET checksum = x'00'");
    let what = misconfigured(SqliteStore::open(&path, "x").await);
    assert_eq!(what, "the database's schema is not one that a release has made");
}

#[tokio::test]
async fn the_hosts_own_tables_and_migrations_are_left_alone() {
    let (_directory, path) = place();
    execute(&path, "CREATE TABLE users (id); CREATE TABLE _sqlx_migrations (mine); INSERT INTO users VALUES (1)");
    insert(&open(&path).await, "ada").await;
    let kept: i64 = raw(&path).query_row("SELECT id FROM users", (), |row| row.get(0)).unwrap();
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn tombstones_outlive_the_process_under_the_stores_own_key() {
    let (_directory, path) = place();
    let store = open(&path).await;
    insert(&store, "ada").await;
    assert!(store.delete(&UserId::new("ada"), Deletion::leaving(Tombstone::at(Timestamp::default()))).await.unwrap());
    store.close().await.unwrap();
    assert!(matches!(open(&path).await.insert(user("ada"), OnTombstone::Refuse).await.unwrap(), Insert::Tombstoned));
    let bytes = std::fs::read(&path).unwrap();
    assert!(!bytes.windows(4).any(|window| window == b"ada@"), "what the deleted were called is not in the file");
}

#[tokio::test]
async fn a_hosts_key_is_not_in_the_file_and_no_other_is_taken() {
    let (_directory, path) = place();
    let with = |byte| SqliteStore::builder(&path).connection_name("customers").tombstone_key(secret(byte));
    let store = with(0xa5).open().await.unwrap();
    insert(&store, "ada").await;
    assert!(store.delete(&UserId::new("ada"), Deletion::leaving(Tombstone::at(Timestamp::default()))).await.unwrap());
    store.close().await.unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert!(!bytes.windows(16).any(|window| window == [0xa5; 16]), "the key");
    let what = "the database's tombstones were made under another key";
    assert_eq!(misconfigured(with(1).open().await), what);
    assert_eq!(misconfigured(SqliteStore::open(&path, "customers").await), what);
    let store = with(0xa5).open().await.unwrap();
    assert!(matches!(store.find(Key::Id(&UserId::new("ada"))).await.unwrap(), Lookup::Tombstoned));
}

/// Eight processes find no database, make it at once and each add a user.
#[test]
fn many_processes_may_make_one_database() {
    for _ in 0..3 {
        let (_directory, path) = place();
        let children: Vec<_> = (0..8)
            .map(|number| {
                Command::new(std::env::current_exe().unwrap())
                    .args(["--exact", "stores::sqlite::open::child_opens_and_inserts", "--nocapture", "--ignored"])
                    .env("WAYSTATION_TEST_PATH", &path)
                    .env("WAYSTATION_TEST_NUMBER", number.to_string())
                    .stdout(Stdio::null())
                    .spawn()
                    .unwrap()
            })
            .collect();
        for mut child in children {
            assert!(child.wait().unwrap().success(), "every process opens the database");
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = open(&path).await;
            for number in 0..8 {
                assert!(store.get(&UserId::new(number.to_string())).await.unwrap().is_some());
            }
        });
    }
}

#[tokio::test]
#[ignore = "run by many_processes_may_make_one_database"]
async fn child_opens_and_inserts() {
    let Ok(path) = std::env::var("WAYSTATION_TEST_PATH") else { return };
    let store = SqliteStore::open(path, "customers").await.unwrap();
    insert(&store, &std::env::var("WAYSTATION_TEST_NUMBER").unwrap()).await;
}
