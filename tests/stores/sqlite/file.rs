use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
};

use waystation::store::SqliteStore;

use super::{insert, misconfigured, open, place};

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_new_database_and_its_journals_are_for_their_owner_alone() {
    let (directory, path) = place();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let store = open(&path).await;
    insert(&store, "ada").await;
    for name in ["users.sqlite", "users.sqlite-wal", "users.sqlite-shm"] {
        assert_eq!(mode(&directory.path().join(name)), 0o600, "{name}");
    }
    assert_eq!(mode(directory.path()), 0o755, "the directory is left as it is");
    store.close().await.unwrap();
    assert!(!directory.path().join("users.sqlite-wal").exists(), "closing folds the log in");
}

#[tokio::test]
async fn an_open_database_is_tightened_with_its_journals() {
    let (directory, path) = place();
    let first = open(&path).await;
    insert(&first, "ada").await;
    let files = ["users.sqlite", "users.sqlite-wal", "users.sqlite-shm"].map(|name| directory.path().join(name));
    for file in &files {
        fs::set_permissions(file, fs::Permissions::from_mode(0o664)).unwrap();
    }
    let _second = open(&path).await;
    for file in &files {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn what_is_not_a_file_is_refused() {
    let (directory, path) = place();
    assert_eq!(misconfigured(SqliteStore::open(directory.path(), "x").await), "the path does not name a file");
    let missing = directory.path().join("missing").join("users.sqlite");
    let what = "the database file or its directory does not exist";
    assert_eq!(misconfigured(SqliteStore::open(missing, "x").await), what);
    assert_eq!(misconfigured(SqliteStore::builder(&path).create_if_missing(false).open().await), what);
    assert!(!path.exists(), "nothing was made");
    insert(&open(&path).await, "ada").await;
    let through_file = path.join("users.sqlite");
    assert_eq!(misconfigured(SqliteStore::open(through_file, "x").await), what);
    symlink(directory.path().join("nowhere"), directory.path().join("dangling")).unwrap();
    assert_eq!(misconfigured(SqliteStore::open(directory.path().join("dangling"), "x").await), what);
}

#[tokio::test]
async fn what_is_no_database_is_refused_and_left_alone() {
    let (_directory, path) = place();
    let text = "id,email\n1,ada@example.com\n".repeat(100);
    fs::write(&path, &text).unwrap();
    assert_eq!(misconfigured(SqliteStore::open(&path, "x").await), "the file is not a SQLite database");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

/// SQLite takes some names for something else than a file.
#[tokio::test]
async fn every_name_is_a_file_name() {
    let (directory, _) = place();
    for name in ["file:users?mode=memory", ":memory:", "100% #1?.sqlite", "\u{fc}sers \u{1f469}.sqlite"] {
        let store = open(&directory.path().join(name)).await;
        insert(&store, "ada").await;
        assert!(directory.path().join(name).is_file(), "{name}");
    }
}
