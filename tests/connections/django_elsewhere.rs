//! Everybody in a real Django database, carried over to the servers that Django also runs on.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use waystation::{
    LegacyConnection,
    legacy::{LegacyError, SqlConnection, Verdict, preset::Django},
};

use crate::{
    django::assert_is,
    people::{ask, database, passwords, people},
};

/// As Django's own migrations make the tables, `bool`, `time` and all. MySQL compares without case, so that names which
/// SQLite tells apart could not be unique there.
fn tables(time: &str) -> String {
    format!(
        "CREATE TABLE auth_user (
            id int PRIMARY KEY, password varchar(128) NOT NULL, last_login {time} NULL, is_superuser bool NOT NULL,
            username varchar(150) NOT NULL, first_name varchar(150) NOT NULL, last_name varchar(150) NOT NULL,
            email varchar(254) NOT NULL, is_staff bool NOT NULL, is_active bool NOT NULL, date_joined {time} NOT NULL
        );
        CREATE TABLE auth_group (id int PRIMARY KEY, name varchar(150) NOT NULL UNIQUE);
        CREATE TABLE auth_user_groups (id int PRIMARY KEY, user_id int NOT NULL, group_id int NOT NULL);"
    )
}

/// All rows, as statements that insert them.
fn rows(truth: [&str; 2]) -> String {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = rusqlite::Connection::open_with_flags(database(), flags).unwrap();
    let mut inserts = String::new();
    for (table, columns) in [
        (
            "auth_user",
            "id, password, last_login, is_superuser, username, first_name, last_name, email, is_staff, is_active, \
             date_joined",
        ),
        ("auth_group", "id, name"),
        ("auth_user_groups", "id, user_id, group_id"),
    ] {
        let quoted: Vec<_> = columns
            .split(", ")
            .map(|column| {
                if column.starts_with("is_") {
                    format!("CASE {column} WHEN 1 THEN '{}' ELSE '{}' END", truth[1], truth[0])
                } else {
                    format!("quote({column})")
                }
            })
            .collect();
        let select = format!("SELECT {} FROM {table}", quoted.join(" || ', ' || "));
        let mut select = connection.prepare(&select).unwrap();
        for values in select.query_map((), |row| row.get::<_, String>(0)).unwrap() {
            inserts.extend(["INSERT INTO ", table, " (", columns, ") VALUES (", &values.unwrap(), ");\n"]);
        }
    }
    inserts
}

async fn everybody_is_as_in_sqlite(legacy: &SqlConnection) {
    legacy.check().await.unwrap();
    let people = people();
    assert_eq!(legacy.as_directory().unwrap().count().await.unwrap().values().sum::<u64>(), people.len() as u64);
    for person in &people {
        assert_is(&legacy.find(&person.by_username()).await.unwrap().unwrap(), person);
        let Some(email) = person.by_email() else { continue };
        match legacy.find(&email).await {
            Ok(Some(user)) => assert_is(&user, person),
            Err(LegacyError::Ambiguous { .. }) if person.shares_their_email() => {}
            other => panic!("{}: {other:?}", person.username),
        }
    }
    // The hashes are those of SQLite, where all are verified: the cheapest will do.
    let ada = people.iter().find(|person| person.hasher == "unsalted_md5").unwrap();
    let verdict = ask(legacy, &ada.by_username(), ada.password.as_ref().unwrap()).await;
    assert!(matches!(verdict, Ok(Verdict::Match(_))), "{verdict:?}");
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_there_over_postgres() {
    let Some(server) = crate::postgres::PostgresServer::shared() else { return };
    let url = server.fresh_database().await;
    let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
    let statements = format!("{} {}", tables("timestamp with time zone"), rows(["false", "true"]));
    connection.execute(sqlx::raw_sql(AssertSqlSafe(statements))).await.unwrap();
    everybody_is_as_in_sqlite(&Django::new().postgres(&url, passwords()).unwrap().build()).await;
}

#[cfg(feature = "mysql")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_there_over_mariadb() {
    let Some(server) = crate::mysql::MySqlServer::mariadb() else { return };
    let url = server.fresh_database().await;
    let mut connection = sqlx::MySqlConnection::connect(&url).await.unwrap();
    connection.execute("SET sql_mode = 'NO_BACKSLASH_ESCAPES'").await.unwrap();
    let statements = format!("{} {}", tables("datetime(6)"), rows(["0", "1"]));
    connection.execute(sqlx::raw_sql(AssertSqlSafe(statements))).await.unwrap();
    everybody_is_as_in_sqlite(&Django::new().mysql(&url, passwords()).unwrap().build()).await;
}
