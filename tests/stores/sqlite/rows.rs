use waystation::{
    clock::Timestamp,
    store::{BulkStore, Deletion, Filter, SearchStore, SqliteStore, StoreError, Tombstone, UserStore, UserStoreExt},
    user::UserId,
};

use super::{execute, insert, open, place, told};

/// Damages Ada's row, and answers what looking her up says.
async fn damaged(sql: &'static str) -> (&'static str, String) {
    let (_directory, path) = place();
    let store = open(&path).await;
    insert(&store, "ada").await;
    insert(&store, "bob").await;
    execute(&path, sql).await;
    let error = store.get(&UserId::new("ada")).await.unwrap_err();
    assert!(store.get(&UserId::new("bob")).await.unwrap().is_some(), "other rows are as readable as ever");
    assert!(store.scan(None, 10).await.is_err(), "a walk says that it cannot be whole");
    assert_eq!(store.count(&Filter::All).await.unwrap(), 2);
    let buried = Deletion::leaving(Tombstone::at(Timestamp::default()));
    assert!(store.delete(&UserId::new("ada"), buried).await.unwrap(), "a damaged user can be deleted");
    match &error {
        StoreError::Corrupt { what, .. } => (what, told(&error)),
        other => panic!("corrupt, not {other:?}"),
    }
}

#[tokio::test]
async fn a_damaged_row_names_its_column_and_no_value() {
    for (column, sql) in [
        ("profile", "UPDATE waystation_users SET profile = '{\"name\": \"ada secret\"' WHERE id = 'ada'"),
        ("profile", "UPDATE waystation_users SET profile = '{\"name\": [\"ada secret\"]}' WHERE id = 'ada'"),
        ("profile", "UPDATE waystation_users SET profile = 'ada secret' WHERE id = 'ada'"),
        ("profile", "UPDATE waystation_users SET profile = '{}' WHERE id = 'ada'"),
        ("profile", "UPDATE waystation_users SET email = 'secret@example.com' WHERE id = 'ada'"),
        ("profile", "UPDATE waystation_users SET profile = CAST(x'22fe736563726574' AS TEXT) WHERE id = 'ada'"),
        ("credential", "UPDATE waystation_users SET credential = 'ada secret' WHERE id = 'ada'"),
        ("credential", "UPDATE waystation_users SET credential = 'hash' WHERE id = 'ada'"),
        ("credential", "UPDATE waystation_users SET hash = 'ada secret' WHERE id = 'ada'"),
        ("moved_by", "UPDATE waystation_users SET moved_by = 'ada secret', moved_at = 1 WHERE id = 'ada'"),
        ("version", "UPDATE waystation_users SET version = -1 WHERE id = 'ada'"),
        ("login_count", "UPDATE waystation_users SET login_count = -1 WHERE id = 'ada'"),
    ] {
        let (what, told) = damaged(sql).await;
        assert_eq!(what, column, "{sql}");
        assert!(!told.contains("secret") && !told.contains("ada"), "{told}");
    }
}

#[tokio::test]
async fn fields_of_a_later_release_are_read_past() {
    let (_directory, path) = place();
    let store = open(&path).await;
    insert(&store, "ada").await;
    execute(&path, "UPDATE waystation_users SET profile = json_set(profile, '$.pronouns', 'she')").await;
    assert!(store.get(&UserId::new("ada")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_damaged_database_is_told_from_a_damaged_row() {
    let (_directory, path) = place();
    let store = open(&path).await;
    for number in 0..200 {
        insert(&store, &number.to_string()).await;
    }
    store.close().await.unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let page = 4_096;
    for byte in &mut bytes[2 * page..] {
        *byte = 0xff;
    }
    std::fs::write(&path, bytes).unwrap();
    let told_by = match SqliteStore::open(&path, "customers").await {
        Err(error) => error,
        Ok(store) => store.scan(None, 1_000).await.unwrap_err(),
    };
    assert!(matches!(told_by, StoreError::Corrupt { what: "database", .. }), "{told_by:?}");
}

/// A log-in reads by one look into an index, whatever it is found by.
#[tokio::test]
async fn every_key_is_found_by_an_index() {
    use sqlx::Row;

    let (_directory, path) = place();
    let store = open(&path).await;
    insert(&store, "ada").await;
    let mut connection = super::raw(&path).await;
    for sql in [
        "EXPLAIN QUERY PLAN SELECT 1 FROM (SELECT 1) LEFT JOIN waystation_users AS users \
         ON users.connection = 'x' AND users.email = 'y'",
        "EXPLAIN QUERY PLAN SELECT 1 FROM (SELECT 1) LEFT JOIN waystation_users AS users \
         ON users.connection = 'x' AND users.legacy_source = 'y' AND users.legacy_id = 'z'",
        "EXPLAIN QUERY PLAN SELECT 1 FROM waystation_users WHERE connection = 'x' AND email >= 'a' AND email < 'b'",
        "EXPLAIN QUERY PLAN SELECT 1 FROM waystation_users WHERE connection = 'x' AND created_at < 5 \
         ORDER BY created_at DESC, id LIMIT 10",
    ] {
        let plan = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
        assert!(plan.iter().any(|step| step.contains("SEARCH")), "{plan:?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:?}");
    }
}
