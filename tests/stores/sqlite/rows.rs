use waystation::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierKind},
    password::{HashContext, PasswordHash},
    store::{
        BulkStore, Deletion, Filter, Insert, OnTombstone, SearchStore, SqliteStore, StoreError, Tombstone, UserStore,
        UserStoreExt,
    },
    user::{Credential, LegacyKey, NewUser, Profile, UserId},
};

use super::{execute, insert, open, place, told};

/// Damages Ada's row, and answers what looking her up says.
async fn damaged(sql: &'static str) -> (&'static str, String) {
    let (_directory, path) = place();
    let store = open(&path).await;
    insert(&store, "ada").await;
    insert(&store, "bob").await;
    execute(&path, sql);
    let error = store.get(&UserId::new("ada")).await.unwrap_err();
    assert!(store.get(&UserId::new("bob")).await.unwrap().is_some(), "other rows are as readable as ever");
    let walked = store.scan(None, 10).await.expect_err("a walk says that it cannot be whole");
    assert!(!told(&walked).contains("secret"), "{walked:?}");
    assert_eq!(store.count(&Filter::All).await.unwrap(), 2);
    let buried = Deletion::leaving(Tombstone::at(Timestamp::default()));
    assert!(store.delete(&UserId::new("ada"), buried).await.unwrap(), "a damaged user can be deleted");
    match (&error, &walked) {
        (StoreError::Corrupt { what, .. }, StoreError::Corrupt { what: met, .. }) if what == met => {
            (what, told(&error))
        }
        others => panic!("both corrupt, and not {others:?}"),
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
    execute(&path, "UPDATE waystation_users SET profile = json_set(profile, '$.pronouns', 'she')");
    assert!(store.get(&UserId::new("ada")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_page_of_users_is_what_looking_up_each_of_them_gives() {
    let (_directory, path) = place();
    let store = open(&path).await;
    let hash = PasswordHash::declared("home \u{1}", "{\"a\": \"\\\\\"}")
        .with_context(HashContext::default().salt("\0\u{7f}\u{2028}"));
    let texts = ["", "\0", "a\0b", "\"'\\/", "\u{1}\u{1f}\u{7f}\r\n\t", "Zoë \u{2028}\u{10ffff}", "],[\"", "{}"];
    for (number, text) in texts.into_iter().enumerate() {
        let mut profile = Profile::default();
        profile.set_identifier(Identifier::from_parts(IdentifierKind::Username, format!("{text}{number}"), text));
        profile.name = Some(text.to_owned());
        profile.user_metadata.insert(text.to_owned(), serde_json::json!([text, -1, 1.5e300, u64::MAX, null]));
        let mut user = NewUser::new(
            UserId::new(format!("{number}{text}")),
            profile,
            Credential::Hash(hash.clone()),
            Timestamp::from_micros(i64::MIN),
        );
        user.legacy = Some(LegacyKey::new("legacy", text));
        user.last_login = Some(Timestamp::from_micros(i64::MAX));
        assert!(matches!(store.insert(user, OnTombstone::Refuse).await, Ok(Insert::Created(_))), "{text:?}");
    }
    let page = store.scan(None, 100).await.unwrap();
    assert_eq!(page.len(), texts.len());
    for user in page {
        let found = store.get(&user.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&user));
    }
    assert!(store.scan(None, 0).await.unwrap().is_empty());
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

/// A log-in, and what an operator asks often, is one look into an index or a walk along one; few who match are sorted.
#[tokio::test]
async fn every_key_is_found_by_an_index() {
    let (_directory, path) = place();
    let store = open(&path).await;
    insert(&store, "ada").await;
    let connection = super::raw(&path);
    let look = |key: &str| format!("FROM (SELECT 1) LEFT JOIN waystation_users ON connection = 'x' AND {key}");
    let page = |asked: &str| format!("FROM waystation_users WHERE connection = 'x' AND {asked} LIMIT 51");
    let range = "email >= 'a' AND email < 'b'";
    for (sql, index, is_sorted) in [
        (look("email = 'y'"), "email=?", false),
        (look("legacy_source = 'y' AND legacy_id = 'z'"), "legacy_id=? AND legacy_source=?", false),
        (page(&format!("{range} ORDER BY email")), "email>? AND email<?", false),
        (page(&format!("{range} ORDER BY id")), "email>? AND email<?", true),
        (page("created_at < 5 ORDER BY created_at DESC, id DESC"), "created_at<?", false),
        (page("legacy_id = 'y' ORDER BY id"), "legacy_id=?", true),
        (page("legacy_id = 'y' ORDER BY created_at DESC, id DESC"), "legacy_id=?", true),
        (page("(email = 'y' OR username = 'z') ORDER BY id"), "username=?", true),
    ] {
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN SELECT profile {sql}")).unwrap();
        let plan = plan.query_map((), |row| row.get("detail")).unwrap();
        let plan: Vec<String> = plan.map(Result::unwrap).collect();
        let end = format!("(connection=? AND {index})");
        assert!(plan.iter().any(|step| step.starts_with("SEARCH") && step.contains(&end)), "{sql}: {plan:?}");
        assert_eq!(plan.iter().any(|step| step.contains("TEMP B-TREE")), is_sorted, "{sql}: {plan:?}");
    }
}
