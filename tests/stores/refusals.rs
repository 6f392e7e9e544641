//! What a server answers when it does not do what it is told, as a caller gets it.

use std::error::Error;

use waystation::{
    UserStore,
    clock::Timestamp,
    store::{BulkWrite, MySqlStore, OnTombstone, PostgresStore, StoreError},
    user::{Credential, NewUser, Profile, UserId},
};

use crate::{mysql::MySqlServer, postgres::PostgresServer};

/// What a caller makes of an error.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Told {
    /// The set-up is to be changed.
    Misconfigured,
    /// There has to be room.
    NoRoom,
    /// Later it may work.
    Passing,
}

fn told(error: &StoreError) -> Option<Told> {
    let source = error.source().map(ToString::to_string).unwrap_or_default();
    match error {
        StoreError::Misconfigured { .. } => Some(Told::Misconfigured),
        error if error.is_unavailable() && source.contains("make some") => Some(Told::NoRoom),
        error if error.is_unavailable() => Some(Told::Passing),
        _ => None,
    }
}

/// One row and many, which go different ways.
async fn refuses(store: &dyn UserStore, code: &str, expected: Told) {
    let user = |id: &str| {
        NewUser::new(UserId::new(id), Profile::default(), Credential::PendingPassword, Timestamp::from_micros(0))
    };
    let one = store.insert(user("ada"), OnTombstone::Refuse).await.unwrap_err();
    let users = (0..300).map(|number| user(&format!("person {number}"))).collect();
    let many = store.as_bulk().unwrap().write(&BulkWrite::new(users)).await.unwrap_err();
    for error in [one, many] {
        assert_eq!(told(&error), Some(expected), "{code}: {error:?}");
    }
}

#[tokio::test]
async fn what_postgresql_refuses_is_told_by_its_code() {
    let Some(server) = PostgresServer::shared() else { return };
    let url = server.fresh_database().await;
    let store = PostgresStore::open(&url, "customers").await.unwrap();
    let owner = sqlx::PgPool::connect(&url).await.unwrap();
    for (code, expected) in [
        ("25006", Told::Misconfigured),
        ("42501", Told::Misconfigured),
        ("53100", Told::NoRoom),
        ("53200", Told::Passing),
        ("57P01", Told::Passing),
        ("58030", Told::Passing),
    ] {
        let trigger = format!(
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END$$; \
             CREATE OR REPLACE TRIGGER refuses BEFORE INSERT ON waystation_users FOR EACH ROW EXECUTE FUNCTION refuse()"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(trigger)).execute(&owner).await.unwrap();
        refuses(&store, code, expected).await;
    }
    assert_eq!(store.as_stats().unwrap().stats().await.unwrap().users, 0);
}

#[tokio::test]
async fn what_mariadb_and_mysql_refuse_is_told_by_its_number() {
    for (name, server) in MySqlServer::both() {
        let url = server.fresh_database().await;
        let store = MySqlStore::open(&url, "customers").await.unwrap();
        let owner = sqlx::MySqlPool::connect(&url).await.unwrap();
        for (number, expected) in [
            (1_142, Told::Misconfigured),
            (1_290, Told::Misconfigured),
            (1_792, Told::Misconfigured),
            (1_021, Told::NoRoom),
            (1_114, Told::NoRoom),
            (1_041, Told::Passing),
            (1_047, Told::Passing),
        ] {
            for statement in [
                "DROP TRIGGER IF EXISTS refuses".to_owned(),
                format!(
                    "CREATE TRIGGER refuses BEFORE INSERT ON waystation_users FOR EACH ROW \
                     SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = {number}"
                ),
            ] {
                sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&owner).await.unwrap();
            }
            refuses(&store, &format!("{name}, {number}"), expected).await;
        }
        assert_eq!(store.as_stats().unwrap().stats().await.unwrap().users, 0);
    }
}
