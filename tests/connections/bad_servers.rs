//! Legacy servers that are down, slow, or full of rows that nobody should have written.

use std::{error::Error as _, fmt::Write as _, future::Future, time::Duration};

use waystation::{
    LegacyConnection,
    clock::{Clock, SystemClock},
    legacy::{
        DateFormat, JsonType, LegacyAttempt, LegacyError, Mapping, Queries, SqlConnection, SqlConnectionBuilder,
        Verdict,
    },
    user::LegacyKey,
};

#[cfg(feature = "mysql")]
use crate::mysql::{MySqlServer, Product};
use crate::people::{ask, identifier, passwords};
#[cfg(feature = "postgres")]
use crate::postgres::PostgresServer;

/// Argon2id of `right`, at a cost that tests can afford.
const RIGHT: &str = "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0$jTb/3tBMMtrtgBlCu/7k64VopiAVsVwsoS+rSLMK+o8";

/// Something of every type that user tables have, for one ordinary person.
#[cfg(feature = "postgres")]
const POSTGRES: &str = "
    CREATE TABLE members (
        id bigint PRIMARY KEY, email varchar(200), hash text, banned boolean, joined timestamptz, seen timestamp,
        born date, logins int, score numeric(12, 2), big numeric(30, 0), ratio float8, small smallint, key uuid,
        extra jsonb, plain json, raw bytea, tags text[], code char(4)
    );
    INSERT INTO members VALUES (
        1, 'Grace@Example.com', '$HASH', false, '2019-04-02 10:15:30.5+02', '2019-04-02 08:15:30', '1906-12-09', 7,
        -12.50, 123456789012345678901234567890, 0.5, -3, '0195e3a1-7c1e-7000-8000-000000000001', '{\"a\": [1]}',
        '[true]', '\\x00ff', '{a,b}', 'ab'
    );";
#[cfg(feature = "mysql")]
const MARIADB: &str = "
    CREATE TABLE members (
        id bigint unsigned PRIMARY KEY, email varchar(200), hash text, banned tinyint(1), joined timestamp(6) NULL,
        seen datetime(6), born date, logins int unsigned, score decimal(12, 2), big decimal(30, 0), ratio double,
        small smallint, `key` char(36), extra json, plain longtext, raw varbinary(20), tags point, code enum('ab', 'cd'),
        bits bit(1), year year
    );
    INSERT INTO members VALUES (
        1, 'Grace@Example.com', '$HASH', 0, '2019-04-02 08:15:30.5', '2019-04-02 08:15:30', '1906-12-09', 7, -12.50,
        123456789012345678901234567890, 0.5, -3, '0195e3a1-7c1e-7000-8000-000000000001', '{\"a\": [1]}', '[true]',
        x'00ff', point(1, 2), 'ab', 1, 2019
    );";

fn queries() -> Queries {
    Queries::new()
        .by_email("SELECT * FROM members WHERE lower(email) IN (?1, lower(?2))")
        .by_id("SELECT * FROM members WHERE id = ?1")
        .directory(
            "SELECT * FROM members ORDER BY id LIMIT ?2",
            "SELECT * FROM members WHERE id > ?1 ORDER BY id LIMIT ?2",
            "SELECT count(*) FROM members",
        )
}

fn mapping() -> Mapping {
    Mapping::new("members", "id").email("email").password("hash").blocked("banned")
}

/// A database with one person, and changes to it.
struct Database {
    url: String,
    is_postgres: bool,
}

impl Database {
    #[cfg(feature = "postgres")]
    async fn postgres(change: &str) -> Option<Self> {
        let url = PostgresServer::shared()?.fresh_database().await;
        let database = Self { url, is_postgres: true };
        database.change(&POSTGRES.replace("$HASH", RIGHT)).await;
        database.change(change).await;
        Some(database)
    }

    #[cfg(feature = "mysql")]
    async fn mysql(server: &MySqlServer, change: &str) -> Self {
        let url = server.fresh_database().await;
        let database = Self { url, is_postgres: false };
        database.change(&MARIADB.replace("$HASH", RIGHT)).await;
        database.change(change).await;
        database
    }

    async fn change(&self, sql: &str) {
        use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

        // MariaDB takes an empty statement for a mistake.
        if sql.is_empty() {
            return;
        }

        #[cfg(feature = "postgres")]
        if self.is_postgres {
            let mut connection = sqlx::PgConnection::connect(&self.url).await.unwrap();
            connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await.unwrap();
        }
        #[cfg(feature = "mysql")]
        if !self.is_postgres {
            let mut connection = sqlx::MySqlConnection::connect(&self.url).await.unwrap();
            connection.execute("SET sql_mode = ''").await.unwrap();
            connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await.unwrap();
        }
    }

    fn asked(&self, queries: Queries, mapping: Mapping) -> SqlConnectionBuilder {
        at(&self.url, queries, mapping).unwrap()
    }
}

fn at(url: &str, queries: Queries, mapping: Mapping) -> Result<SqlConnectionBuilder, LegacyError> {
    #[cfg(feature = "postgres")]
    if url.starts_with("postgres") {
        return SqlConnection::postgres(url, queries, mapping, passwords());
    }
    #[cfg(feature = "mysql")]
    if url.starts_with("mysql") {
        return SqlConnection::mysql(url, queries, mapping, passwords());
    }
    Err(LegacyError::misconfigured(url))
}

/// A fresh database on each server that there is.
async fn each(change: &str) -> Vec<Database> {
    let mut databases = Vec::new();
    #[cfg(feature = "postgres")]
    databases.extend(Database::postgres(change).await);
    #[cfg(feature = "mysql")]
    for (_, server) in MySqlServer::both() {
        databases.push(Database::mysql(server, change).await);
    }
    databases
}

/// What an error says, causes included.
fn chain(error: &LegacyError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(text, " / {error}").unwrap();
        cause = error.source();
    }
    text
}

#[tokio::test]
async fn cells_of_every_common_type_are_read() {
    for database in each("").await {
        let mapping = mapping()
            .created_at("joined", DateFormat::Text)
            .last_login("seen", DateFormat::UnixSeconds)
            .password_set_at("born", DateFormat::Text)
            .login_count("logins")
            .app_metadata("score", "score", JsonType::Number)
            .app_metadata("big", "big", JsonType::Text)
            .app_metadata("ratio", "ratio", JsonType::Number)
            .app_metadata("small", "small", JsonType::Number)
            .app_metadata("key", "key", JsonType::Text)
            .app_metadata("extra", "extra", JsonType::Json)
            .app_metadata("plain", "plain", JsonType::Json)
            .app_metadata("code", "code", JsonType::Text)
            .app_metadata("joined", "joined", JsonType::Text);
        let legacy = database.asked(queries(), mapping).build();
        legacy.check().await.unwrap();
        let user = legacy.find(&identifier("grace@example.com")).await.unwrap().unwrap();
        assert_eq!(user.key.id(), "1");
        assert_eq!(user.created_at.unwrap().as_micros(), 1_554_192_930_500_000);
        assert_eq!(user.last_login.unwrap().as_seconds(), 1_554_192_930);
        assert_eq!(user.password_set_at.unwrap().as_seconds(), -1_990_137_600);
        assert_eq!(user.login_count, 7);
        let code = if database.is_postgres { "ab  " } else { "ab" };
        assert_eq!(
            serde_json::Value::from(user.profile.app_metadata),
            serde_json::json!({
                "score": -12.5, "big": "123456789012345678901234567890", "ratio": 0.5, "small": -3,
                "key": "0195e3a1-7c1e-7000-8000-000000000001", "extra": {"a": [1]}, "plain": [true], "code": code,
                "joined": "2019-04-02T08:15:30.5Z",
            })
        );
        let (renamed, password, key) = (identifier("new@example.com"), "right".into(), LegacyKey::new("sql", "1"));
        let by_id = LegacyAttempt::new(&renamed, &password).known_as(&key);
        let verdict = legacy.authenticate(&by_id).await;
        assert!(matches!(verdict, Ok(Verdict::Match(_))), "{verdict:?}");
    }
}

#[tokio::test]
async fn ids_that_the_column_cannot_hold_are_nobody() {
    for database in each("").await {
        let legacy = database.asked(queries(), mapping()).build();
        for id in ["0", "01", "1.0", " 1", "1\0", "", "ada", "99999999999999999999", "\u{1f511}"] {
            let (who, password, key) = (identifier("x@example.com"), "right".into(), LegacyKey::new("sql", id));
            let attempt = LegacyAttempt::new(&who, &password).known_as(&key);
            let verdict = legacy.authenticate(&attempt).await;
            assert!(matches!(verdict, Ok(Verdict::NotFound)), "{id:?}: {verdict:?}");
        }
    }
}

#[tokio::test]
async fn cells_that_cannot_be_read_are_named_and_never_shown() {
    type Map = fn(Mapping) -> Mapping;
    let cases: [(&str, &str, Map, &str); 8] = [
        ("", "", |mapping| mapping.name("raw"), "members.raw"),
        ("", "", |mapping| mapping.name("tags"), "members.tags"),
        ("", "", |mapping| mapping.nickname("logins"), "not text (members.logins)"),
        (
            "UPDATE members SET seen = 'infinity'",
            "UPDATE members SET seen = '0000-00-00'",
            |mapping| mapping.last_login("seen", DateFormat::Text),
            "members.seen",
        ),
        (
            "UPDATE members SET born = '12019-01-01'",
            "UPDATE members SET born = '2019-02-00'",
            |mapping| mapping.last_login("born", DateFormat::Text),
            "members.born",
        ),
        (
            "UPDATE members SET banned = NULL",
            "UPDATE members SET banned = NULL",
            |mapping| mapping,
            "NULL (members.banned)",
        ),
        (
            "UPDATE members SET logins = -9",
            "UPDATE members SET small = -9",
            |mapping| mapping.login_count("small"),
            "negative (members.small)",
        ),
        ("", "", |mapping| mapping.app_metadata("x", "email", JsonType::Json), "not JSON (members.email)"),
    ];
    for (postgres, mariadb, change, place) in cases {
        for database in each("").await {
            database.change(if database.is_postgres { postgres } else { mariadb }).await;
            let legacy = database.asked(queries(), change(mapping())).build();
            let Err(error) = ask(&legacy, &identifier("grace@example.com"), "right").await else {
                panic!("{place} was read from {}", if database.is_postgres { "PostgreSQL" } else { "MariaDB" })
            };
            assert!(matches!(&error, LegacyError::Malformed { .. }), "{error:?}");
            assert!(chain(&error).contains(place), "{place}: {}", chain(&error));
            assert!(!chain(&error).contains("Grace@"), "{}", chain(&error));
            // Who does not know the password does not learn of it.
            assert!(matches!(ask(&legacy, &identifier("grace@example.com"), "wrong").await, Ok(Verdict::Mismatch)));
        }
    }
}

#[tokio::test]
async fn people_who_share_an_address_are_told_so() {
    let twice =
        "INSERT INTO members (id, email, hash, banned) SELECT 2, 'GRACE@example.com', hash, banned FROM members";
    for database in each(twice).await {
        let legacy = database.asked(queries(), mapping()).build();
        let error = ask(&legacy, &identifier("grace@example.com"), "right").await.unwrap_err();
        assert!(matches!(&error, LegacyError::Ambiguous { place } if place == "members.email"), "{error}");
    }
}

#[tokio::test]
async fn missing_tables_columns_and_parameters_are_named() {
    for database in each("").await {
        let by_email = |sql: &'static str| queries().by_email(sql);
        for (queries, mapping, what) in [
            (by_email("SELECT * FROM people WHERE email = ?1"), mapping(), "people"),
            (by_email("SELECT * FROM members WHERE mail = ?1"), mapping(), "mail"),
            (by_email("SELECT FROM WHERE members"), mapping(), "syntax"),
            (by_email("SELECT * FROM members WHERE email = ?3"), mapping(), "?1 and ?2"),
            (by_email("SELECT id, email, banned FROM members"), mapping(), "no column hash for members"),
            (queries(), mapping().name("full_name"), "no column full_name for members"),
        ] {
            let legacy = database.asked(queries, mapping).build();
            let error = ask(&legacy, &identifier("grace@example.com"), "right").await.unwrap_err();
            assert!(matches!(&error, LegacyError::Misconfigured { .. }), "{error:?}");
            assert!(chain(&error).contains(what), "{what}: {}", chain(&error));
        }
    }
}

#[tokio::test]
async fn nothing_is_ever_written() {
    for database in each("").await {
        let writing = if database.is_postgres {
            "WITH gone AS (DELETE FROM members RETURNING *) SELECT * FROM gone WHERE email <> ?1"
        } else {
            "DELETE FROM members WHERE email <> ?1"
        };
        let legacy = database.asked(queries().by_email(writing), mapping()).build();
        let error = ask(&legacy, &identifier("ada@example.com"), "right").await.unwrap_err();
        assert!(chain(&error).contains("writes"), "{}", chain(&error));
        assert_eq!(legacy.as_directory().unwrap().count().await.unwrap().values().sum::<u64>(), 1);
    }
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_an_outage_and_the_next_one_is_answered() {
    for database in each("").await {
        let slow = if database.is_postgres {
            "SELECT m.* FROM members AS m, pg_sleep(20) WHERE email <> ?1"
        } else {
            "SELECT m.* FROM members AS m WHERE sleep(20) = 0 AND email <> ?1"
        };
        let limit = Duration::from_millis(300);
        let legacy = database.asked(queries().by_email(slow), mapping()).statement_limit(limit).connections(1).build();
        let (clock, who) = (SystemClock::new(), identifier("ada@example.com"));
        let start = clock.monotonic();
        let error = ask(&legacy, &who, "right").await.unwrap_err();
        assert!(matches!(error, LegacyError::Unavailable { what: "the statement took too long", .. }), "{error:?}");
        assert_eq!(legacy.as_directory().unwrap().count().await.unwrap().values().sum::<u64>(), 1);
        // A caller who leaves holds nobody up either.
        for _ in 0..3 {
            let mut asked = std::pin::pin!(ask(&legacy, &who, "right"));
            std::future::poll_fn(|context| {
                let _ = asked.as_mut().poll(context);
                std::task::Poll::Ready(())
            })
            .await;
        }
        assert_eq!(legacy.as_directory().unwrap().count().await.unwrap().values().sum::<u64>(), 1);
        assert!(clock.monotonic().saturating_sub(start) < Duration::from_secs(10));
    }
}

#[tokio::test]
async fn what_the_server_is_set_to_changes_nothing() {
    for database in each("").await {
        let name = database.url.rsplit('/').next().unwrap().to_owned();
        if database.is_postgres {
            database
                .change(&format!(
                    "ALTER DATABASE {name} SET timezone = 'Asia/Tokyo'; ALTER DATABASE {name} SET datestyle = 'German'; \
                     ALTER DATABASE {name} SET statement_timeout = 1"
                ))
                .await;
        }
        let legacy = database
            .asked(
                queries()
                    .by_email("SELECT m.*, 'a' || 'b' AS \"joint name\" FROM members AS m WHERE email IN (?1, ?2)"),
                mapping().created_at("joined", DateFormat::Text).name("joint name"),
            )
            .build();
        let user = legacy.find(&identifier("Grace@Example.com")).await.unwrap().unwrap();
        assert_eq!(user.created_at.unwrap().as_micros(), 1_554_192_930_500_000);
        assert_eq!(user.profile.name.as_deref(), Some("ab"));
    }
}

#[tokio::test]
async fn a_table_that_changes_is_read_as_it_is_now() {
    for database in each("").await {
        let legacy = database.asked(queries(), mapping().name("code")).connections(1).build();
        assert!(legacy.find(&identifier("grace@example.com")).await.unwrap().is_some());
        database.change("ALTER TABLE members DROP COLUMN ratio").await;
        let user = legacy.find(&identifier("grace@example.com")).await.unwrap().unwrap();
        assert_eq!(user.profile.name.unwrap().trim(), "ab");
    }
}

#[tokio::test]
async fn an_address_that_is_refused_says_so_without_the_password() {
    for database in each("").await {
        let wrong = database.url.replace("only%2Ffor%40tests", "sesame-street");
        let legacy = at(&wrong, queries(), mapping()).unwrap();
        assert!(!format!("{legacy:?}").contains("sesame"), "{legacy:?}");
        let legacy = legacy.build();
        assert!(!format!("{legacy:?}").contains("sesame"), "{legacy:?}");
        let error = legacy.check().await.unwrap_err();
        assert!(
            matches!(&error, LegacyError::Misconfigured { what, .. } if what.contains("refuses the user")),
            "{error}"
        );
        assert!(!chain(&error).contains("sesame"), "{}", chain(&error));

        let elsewhere = format!("{}_not", database.url);
        let error = at(&elsewhere, queries(), mapping()).unwrap().build().check().await.unwrap_err();
        assert!(matches!(&error, LegacyError::Misconfigured { .. }), "{error:?}");

        let no_port = database.url.replace("127.0.0.1:", "127.0.0.1:x");
        let error = at(&no_port, queries(), mapping()).unwrap_err();
        assert!(!chain(&error).contains("tests"), "{}", chain(&error));
    }
}

#[cfg(feature = "postgres")]
#[tokio::test]
async fn a_postgres_server_that_dies_is_an_outage_until_it_is_back() {
    let Some(mut server) = PostgresServer::start() else { return };
    let database = Database { url: server.fresh_database().await, is_postgres: true };
    database.change(&POSTGRES.replace("$HASH", RIGHT)).await;
    dies_and_comes_back(&database, &mut server, PostgresServer::kill, PostgresServer::restart).await;
}

#[cfg(feature = "mysql")]
#[tokio::test]
async fn a_mariadb_server_that_dies_is_an_outage_until_it_is_back() {
    let Some(mut server) = MySqlServer::start(Product::MariaDb) else { return };
    let database = Database { url: server.fresh_database().await, is_postgres: false };
    database.change(&MARIADB.replace("$HASH", RIGHT)).await;
    dies_and_comes_back(&database, &mut server, MySqlServer::kill, MySqlServer::restart).await;
}

async fn dies_and_comes_back<S>(database: &Database, server: &mut S, kill: fn(&mut S), restart: fn(&mut S)) {
    let legacy = database.asked(queries(), mapping()).statement_limit(Duration::from_millis(500)).build();
    let who = identifier("grace@example.com");
    assert!(matches!(ask(&legacy, &who, "right").await, Ok(Verdict::Match(_))));
    kill(server);
    for _ in 0..2 {
        let error = ask(&legacy, &who, "right").await.unwrap_err();
        assert!(error.is_unavailable(), "{error:?}");
    }
    restart(server);
    assert!(matches!(ask(&legacy, &who, "right").await, Ok(Verdict::Match(_))));
}

/// The server's own word for what the URL did not ask for.
#[cfg(feature = "postgres")]
#[tokio::test]
async fn without_tls_a_server_elsewhere_is_not_spoken_to() {
    let Some(server) = PostgresServer::shared() else { return };
    // The loopback device's other name, which is not known to be this machine's.
    let url = server.url("postgres").replace("127.0.0.1", "0.0.0.0");
    let error = at(&url, queries(), mapping()).unwrap().build().check().await.unwrap_err();
    assert!(matches!(&error, LegacyError::Misconfigured { what, .. } if what.contains("TLS")), "{error:?}");
    let asked_for = format!("{url}?sslmode=disable");
    let error = at(&asked_for, queries(), mapping()).unwrap().build().check().await.unwrap_err();
    assert!(!chain(&error).contains("TLS"), "{error:?}");
}
