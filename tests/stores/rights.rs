//! What a store needs to be allowed in its database.

use serde_json::json;
use waystation::{
    UserStore,
    clock::Timestamp,
    store::{
        BulkOutcome, BulkWrite, BulkWritten, Deletion, Filter, Insert, Job, JobId, Key, Lookup, MySqlStore,
        OnTombstone, PostgresStore, Search, SqliteStore, StoreError, Tombstone,
    },
    user::{Credential, NewUser, Profile, UserId},
};

use crate::{mysql::MySqlServer, postgres::PostgresServer};

fn user(id: &str) -> NewUser {
    NewUser::new(UserId::new(id), Profile::default(), Credential::PendingPassword, Timestamp::from_micros(0))
}

/// Every kind of statement that a store sends.
async fn works(store: &dyn UserStore) {
    let id = UserId::new("ada");
    assert!(matches!(store.insert(user("ada"), OnTombstone::Refuse).await.unwrap(), Insert::Created(_)));
    assert!(store.record_login(&id, Timestamp::from_micros(1)).await.unwrap());
    assert!(store.delete(&id, Deletion::leaving(Tombstone::at(Timestamp::from_micros(2)))).await.unwrap());
    assert!(matches!(store.find(Key::Id(&id)).await.unwrap(), Lookup::Tombstoned));
    let users: Vec<_> = (0..300).map(|number| user(&format!("person {number}"))).collect();
    let written = store.as_bulk().unwrap().write(&BulkWrite::new(users)).await.unwrap();
    assert_eq!(written, BulkWritten::Written(vec![BulkOutcome::Created; 300]));
    let jobs = store.as_jobs().unwrap();
    let at = Timestamp::from_micros(3);
    assert!(jobs.create(Job::new(JobId::new("monday"), "import", json!({}), at)).await.unwrap());
    assert!(jobs.lease_within("import", None, 1, at, Timestamp::from_micros(9)).await.unwrap().is_some());
    assert_eq!(store.as_outbox().unwrap().take(at, Timestamp::from_micros(9), 10).await.unwrap().len(), 0);
    looks(store).await;
}

/// What whoever only reads asks.
async fn looks(store: &dyn UserStore) {
    let found = store.as_search().unwrap().search(&Search::new(Filter::All)).await.unwrap();
    assert!(!found.users.is_empty());
    assert_eq!(store.as_stats().unwrap().stats().await.unwrap().users, 300);
    assert!(store.as_snapshots().unwrap().snapshot().await.is_ok());
}

/// A store that may be written by no right of its user.
async fn may_not_be_written(store: &dyn UserStore) {
    let refused = store.insert(user("grace"), OnTombstone::Refuse).await.unwrap_err();
    assert!(matches!(refused, StoreError::Misconfigured { .. }), "{refused:?}");
    looks(store).await;
}

#[tokio::test]
async fn postgres_needs_no_right_to_make_tables_that_are_there() {
    let Some(server) = PostgresServer::shared() else { return };
    let url = server.fresh_database().await;
    let database = url.rsplit_once('/').unwrap().1;
    let address = |user: &str| server.url_as(&format!("{user}_{database}"), "secret", database);
    let owner = sqlx::PgPool::connect(&url).await.unwrap();
    let run = async |sql: &str| {
        let sql = sql.replace('@', database);
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&owner).await.map(drop).unwrap();
    };
    run("REVOKE ALL ON SCHEMA public FROM PUBLIC; CREATE ROLE clerk_@ LOGIN PASSWORD 'secret'; CREATE ROLE reader_@ LOGIN \
         PASSWORD 'secret'; GRANT USAGE ON SCHEMA public TO clerk_@, reader_@")
    .await;
    let none = PostgresStore::open(&address("clerk"), "customers").await.unwrap_err();
    assert!(matches!(none, StoreError::Misconfigured { .. }), "{none:?}");
    let none = PostgresStore::builder(&url).unwrap().create_if_missing(false).open().await.unwrap_err();
    assert!(matches!(none, StoreError::Missing { .. }), "{none:?}");
    let count = sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'");
    let tables: i64 = count.fetch_one(&owner).await.unwrap();
    assert_eq!(tables, 0, "nothing was made");

    PostgresStore::open(&url, "customers").await.unwrap();
    run("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clerk_@; \
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader_@")
    .await;
    works(&PostgresStore::open(&address("clerk"), "customers").await.unwrap()).await;
    let reader = PostgresStore::builder(&address("reader")).unwrap().connection_name("customers");
    may_not_be_written(&reader.create_if_missing(false).open().await.unwrap()).await;
}

#[tokio::test]
async fn mysql_needs_no_right_to_make_tables_that_are_there() {
    for (product, server) in MySqlServer::both() {
        let url = server.fresh_database().await;
        let database = url.rsplit_once('/').unwrap().1;
        let address = |user: &str| server.url_as(&format!("{user}_{database}"), "secret", database);
        let owner = sqlx::MySqlPool::connect(&url).await.unwrap();
        let run = async |sql: &str| {
            let sql = sql.replace("@@", database);
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&owner).await.map(drop).unwrap();
        };
        run("CREATE USER 'clerk_@@'@'%' IDENTIFIED BY 'secret'; CREATE USER 'reader_@@'@'%' IDENTIFIED BY 'secret'; \
             GRANT SELECT, INSERT, UPDATE, DELETE ON @@.* TO 'clerk_@@'@'%'; GRANT SELECT ON @@.* TO 'reader_@@'@'%'")
        .await;
        let none = MySqlStore::open(&address("clerk"), "customers").await.unwrap_err();
        assert!(matches!(none, StoreError::Misconfigured { .. }), "{product}: {none:?}");
        let none = MySqlStore::builder(&url).unwrap().create_if_missing(false).open().await.unwrap_err();
        assert!(matches!(none, StoreError::Missing { .. }), "{product}: {none:?}");
        let tables = sqlx::query("SHOW TABLES").fetch_all(&owner).await.unwrap();
        assert_eq!(tables.len(), 0, "{product}: nothing was made");

        MySqlStore::open(&url, "customers").await.unwrap();
        works(&MySqlStore::open(&address("clerk"), "customers").await.unwrap()).await;
        let reader = MySqlStore::builder(&address("reader")).unwrap().connection_name("customers");
        may_not_be_written(&reader.create_if_missing(false).open().await.unwrap()).await;
    }
}

#[tokio::test]
async fn a_file_of_something_else_gets_no_tables_by_being_looked_into() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.sqlite3");
    rusqlite::Connection::open(&file).unwrap().execute_batch("CREATE TABLE orders (id INTEGER)").unwrap();
    let before = std::fs::read(&file).unwrap();
    let looked = SqliteStore::builder(&file).create_if_missing(false).open().await.unwrap_err();
    assert!(matches!(looked, StoreError::Missing { .. }), "{looked:?}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    SqliteStore::open(&file, "customers").await.unwrap();
    SqliteStore::builder(&file).create_if_missing(false).open().await.unwrap();
}
