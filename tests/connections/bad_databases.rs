//! Legacy databases that are missing, locked, broken, or full of rows that nobody should have written.

use std::{
    error::Error as _,
    fmt::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use tempfile::TempDir;
use waystation::{
    Identifier, LegacyConnection, Password,
    clock::{Clock, SystemClock},
    identifier::IdentifierKind,
    legacy::{
        DateFormat, JsonType, LegacyAttempt, LegacyError, Mapping, Queries, SqlConnection, SqlConnectionBuilder,
        Verdict, preset::Django,
    },
    password::{HashError, PasswordError},
    user::LegacyKey,
};

use crate::people::{ask, database, identifier, passwords, username};

const SCHEMA: &str = "CREATE TABLE members (id INTEGER PRIMARY KEY, email, login, hash, full_name, banned DEFAULT 0, \
                      joined, logins, extra)";

/// Argon2id of `right`, at a cost that tests can afford.
const RIGHT: &str = "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0$jTb/3tBMMtrtgBlCu/7k64VopiAVsVwsoS+rSLMK+o8";

/// A database in a folder of its own.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn with(statements: &[&str]) -> Self {
        let folder = Self::new();
        fill(&folder.path(), statements);
        folder
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("legacy.db")
    }

    fn members(&self) -> SqlConnectionBuilder {
        self.queried(
            Queries::new()
                .by_email("SELECT * FROM members WHERE email = ?1 COLLATE waystation_email")
                .by_username("SELECT * FROM members WHERE login = ?1 COLLATE waystation_username")
                .by_id("SELECT * FROM members WHERE id = ?1")
                .directory(
                    "SELECT * FROM members ORDER BY id LIMIT ?2",
                    "SELECT * FROM members WHERE id > ?1 ORDER BY id LIMIT ?2",
                    "SELECT count(*) FROM members",
                ),
        )
    }

    fn queried(&self, queries: Queries) -> SqlConnectionBuilder {
        let mapping = Mapping::new("members", "id")
            .email("email")
            .username("login")
            .name("full_name")
            .blocked("banned")
            .password("hash")
            .created_at("joined", DateFormat::UnixSeconds)
            .login_count("logins")
            .app_metadata("extra", "extra", JsonType::Json);
        SqlConnection::sqlite(self.path(), queries, mapping, passwords())
            .source("members")
            .busy_timeout(Duration::from_millis(50))
    }
}

fn fill(path: &Path, statements: &[&str]) {
    let database = rusqlite::Connection::open(path).unwrap();
    for statement in statements {
        database.execute_batch(statement).unwrap();
    }
}

/// The members' table with one ordinary person, and changes to her row.
fn grace(change: &str) -> Folder {
    let row =
        format!("INSERT INTO members (id, email, login, hash) VALUES (1, 'grace@example.com', 'grace', '{RIGHT}')");
    Folder::with(&[SCHEMA, &row, change])
}

fn grace_hopper() -> Identifier {
    identifier("grace@example.com")
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
async fn a_database_that_is_missing_is_an_outage_until_it_is_there() {
    let folder = Folder::new();
    let legacy = folder.members().build();
    let missing = ask(&legacy, &grace_hopper(), "right").await.unwrap_err();
    assert!(matches!(missing, LegacyError::Unavailable { what: "the database file is missing", .. }), "{missing}");
    assert!(legacy.check().await.is_err());
    assert!(!folder.path().exists(), "asking must not create it");

    std::fs::copy(grace("SELECT 1").path(), folder.path()).unwrap();
    assert!(matches!(ask(&legacy, &grace_hopper(), "right").await, Ok(Verdict::Match(_))));
}

#[tokio::test]
async fn a_database_that_vanishes_and_comes_back_changed_is_read_anew() {
    let folder = grace("SELECT 1");
    let legacy = folder.members().build();
    assert!(matches!(ask(&legacy, &grace_hopper(), "right").await, Ok(Verdict::Match(_))));

    std::fs::remove_file(folder.path()).unwrap();
    for _ in 0..3 {
        assert!(ask(&legacy, &grace_hopper(), "right").await.unwrap_err().is_unavailable());
    }
    let restored = grace("UPDATE members SET email = 'rear.admiral@example.com'");
    std::fs::copy(restored.path(), folder.path()).unwrap();
    assert!(matches!(ask(&legacy, &grace_hopper(), "right").await, Ok(Verdict::NotFound)));
    assert!(matches!(ask(&legacy, &identifier("rear.admiral@example.com"), "right").await, Ok(Verdict::Match(_))));
}

#[tokio::test]
async fn a_locked_database_is_an_outage_of_bounded_length() {
    let folder = grace("SELECT 1");
    let legacy = folder.members().build();
    let owner = rusqlite::Connection::open(folder.path()).unwrap();
    owner.execute_batch("BEGIN EXCLUSIVE").unwrap();
    for _ in 0..3 {
        let error = ask(&legacy, &grace_hopper(), "right").await.unwrap_err();
        assert!(matches!(error, LegacyError::Unavailable { what: "the database is locked", .. }), "{error}");
    }
    owner.execute_batch("COMMIT").unwrap();
    assert!(matches!(ask(&legacy, &grace_hopper(), "right").await, Ok(Verdict::Match(_))));
}

/// Also where what it waits for is a thread that waits for somebody else.
#[tokio::test]
async fn a_question_behind_one_that_waits_gives_up_in_its_own_time() {
    let folder = grace("SELECT 1");
    let legacy = folder.members().connections(1).busy_timeout(Duration::from_secs(20));
    let legacy = std::sync::Arc::new(legacy.statement_limit(Duration::from_millis(100)).build());
    let owner = rusqlite::Connection::open(folder.path()).unwrap();
    owner.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let first = tokio::spawn({
        let legacy = std::sync::Arc::clone(&legacy);
        async move { legacy.find(&grace_hopper()).await }
    });
    SystemClock::new().sleep(Duration::from_millis(200)).await;
    let error = legacy.find(&grace_hopper()).await.unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("free in time"), "{error:?}");
    assert!(!first.is_finished());
    owner.execute_batch("COMMIT").unwrap();
    assert!(first.await.unwrap().unwrap().is_some());
}

#[tokio::test]
async fn files_that_are_no_usable_database_say_what_they_are() {
    let folder = Folder::new();
    let legacy = folder.members().build();
    let mut damaged = std::fs::read(grace("SELECT 1").path()).unwrap();
    damaged.truncate(4_096);
    for (content, what) in [
        (b"This is a text file that is longer than the header of a database, but not one. ".repeat(20), "not a SQLite"),
        (Vec::new(), "no such table: members"),
        (damaged, "database"),
    ] {
        // A new file each time: what was open before must not be used.
        let next = folder.0.path().join("next");
        std::fs::write(&next, content).unwrap();
        std::fs::rename(next, folder.path()).unwrap();
        let error = ask(&legacy, &grace_hopper(), "right").await.unwrap_err();
        assert!(
            matches!(error, LegacyError::Misconfigured { .. }) && chain(&error).contains(what),
            "{}",
            chain(&error)
        );
    }
    std::fs::remove_file(folder.path()).unwrap();
    std::fs::create_dir(folder.path()).unwrap();
    let error = ask(&legacy, &grace_hopper(), "right").await.unwrap_err();
    assert!(chain(&error).contains("not that of a file"), "{error}");
}

#[tokio::test]
async fn missing_tables_columns_and_queries_are_named() {
    for (change, what) in [
        ("ALTER TABLE members RENAME COLUMN email TO mail", "no such column: email"),
        ("ALTER TABLE members DROP COLUMN hash", "the query returns no column hash for members"),
        ("DROP TABLE members", "no such table: members"),
    ] {
        let folder = grace(change);
        let legacy = folder.members().build();
        for error in [legacy.check().await.unwrap_err(), ask(&legacy, &grace_hopper(), "right").await.unwrap_err()] {
            assert!(matches!(&error, LegacyError::Misconfigured { what: text, .. } if text.contains(what)), "{error}");
        }
    }
    let folder = grace("SELECT 1");
    let legacy = folder.queried(Queries::new().by_phone("SELECT * FROM members")).build();
    assert!(legacy.find(&grace_hopper()).await.unwrap().is_none());
    assert!(legacy.as_directory().is_none());
    assert!(matches!(legacy.find(&identifier("+1555")).await, Err(LegacyError::Misconfigured { .. })));
    let (grace, right, key) = (grace_hopper(), Password::from("right"), LegacyKey::new("members", "1"));
    let by_id = legacy.authenticate(&LegacyAttempt::new(&grace, &right).known_as(&key)).await;
    assert!(matches!(by_id, Err(LegacyError::Misconfigured { .. })));
}

#[tokio::test]
async fn a_query_that_writes_does_not() {
    let folder = grace("SELECT 1");
    for sql in [
        "DELETE FROM members RETURNING *",
        "INSERT INTO members (login) VALUES (?1) RETURNING *",
        "UPDATE members SET email = ?1 RETURNING *",
    ] {
        let error = folder.queried(Queries::new().by_email(sql)).build().find(&grace_hopper()).await.unwrap_err();
        assert!(matches!(error, LegacyError::Misconfigured { .. }), "{error}");
    }
    assert_eq!(folder.members().build().as_directory().unwrap().count().await.unwrap().values().sum::<u64>(), 1);
}

#[tokio::test]
async fn endless_statements_are_stopped_and_leave_the_connection_usable() {
    const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
                           SELECT * FROM members WHERE (SELECT max(i) FROM n) = ?1";
    let folder = grace("SELECT 1");
    let queries = Queries::new().by_email(ENDLESS).by_username("SELECT * FROM members WHERE login = ?1");
    let legacy = folder.queried(queries).connections(1).statement_limit(Duration::from_millis(200)).build();

    let error = legacy.find(&grace_hopper()).await.unwrap_err();
    assert!(matches!(error, LegacyError::Unavailable { what: "the statement took too long", .. }), "{error}");
    assert!(legacy.find(&username("grace")).await.unwrap().is_some());

    // A caller who leaves takes the statement along: the only connection is free well before the limit.
    let queries = Queries::new().by_email(ENDLESS).by_username("SELECT * FROM members WHERE login = ?1");
    let legacy = folder.queried(queries).connections(1).statement_limit(Duration::from_mins(1)).build();
    let (clock, email, name) = (SystemClock::new(), grace_hopper(), username("grace"));
    for _ in 0..3 {
        tokio::select! {
            result = legacy.find(&email) => panic!("{result:?}"),
            () = clock.sleep(Duration::from_millis(50)) => {}
        }
    }
    tokio::select! {
        found = legacy.find(&name) => assert!(found.unwrap().is_some()),
        () = clock.sleep(Duration::from_secs(10)) => panic!("the connection is still busy"),
    }
}

#[tokio::test]
async fn a_query_that_returns_everybody_finds_only_who_was_asked_for() {
    let fifteen: Vec<String> =
        (2..17).map(|id| format!("INSERT INTO members (id, email) VALUES ({id}, 'm{id}@example.com')")).collect();
    let folder = grace("SELECT 1");
    fill(&folder.path(), &fifteen.iter().map(String::as_str).collect::<Vec<_>>());
    let everybody = || folder.queried(Queries::new().by_email("SELECT * FROM members")).build();
    assert_eq!(everybody().find(&grace_hopper()).await.unwrap().unwrap().key.id(), "1");
    assert_eq!(everybody().find(&identifier("m16@example.com")).await.unwrap().unwrap().key.id(), "16");
    assert!(everybody().find(&identifier("nobody@example.com")).await.unwrap().is_none());

    fill(&folder.path(), &["INSERT INTO members (id) VALUES (17)"]);
    let error = everybody().find(&grace_hopper()).await.unwrap_err();
    assert!(matches!(error, LegacyError::Misconfigured { .. }), "{error}");

    fill(&folder.path(), &["UPDATE members SET email = 'GRACE@example.com' WHERE id = 9"]);
    let error = folder.members().build().find(&grace_hopper()).await.unwrap_err();
    assert!(matches!(&error, LegacyError::Ambiguous { place } if place == "members.email"), "{error}");
}

/// Cells that cannot be read: the change to the row, what is wrong, and where.
const BROKEN: [(&str, &str, &str); 13] = [
    ("full_name = CAST(x'43616e617279ff' AS TEXT)", "not UTF-8", "members.full_name"),
    ("full_name = x'43616e617279'", "not text", "members.full_name"),
    ("full_name = 31337", "not text", "members.full_name"),
    ("full_name = replace(hex(zeroblob(40000)), '0', 'C')", "longer than 64 KiB", "members.full_name"),
    ("login = CAST(x'43616e617279ff' AS TEXT)", "not UTF-8", "members.login"),
    ("login = 'Canary' || char(7)", "not a usable identifier", "members.login"),
    ("banned = NULL", "NULL", "members.banned"),
    ("banned = 31337", "not a flag", "members.banned"),
    ("banned = 'Canary'", "not a flag", "members.banned"),
    ("joined = 9223372036854775807", "date out of range", "members.joined"),
    ("joined = 'Canary'", "not a date", "members.joined"),
    ("logins = -31337", "negative", "members.logins"),
    ("extra = '{\"Canary\": 31337'", "not JSON", "members.extra"),
];

#[tokio::test]
async fn cells_that_cannot_be_read_are_named_and_never_shown() {
    for (change, wrong, place) in BROKEN {
        let folder = grace(&format!("UPDATE members SET {change}"));
        fill(&folder.path(), &["INSERT INTO members (id, email) VALUES (2, 'next@example.com')"]);
        let legacy = folder.members().build();
        let is_named = |error: LegacyError| {
            assert!(
                matches!(&error, LegacyError::Malformed { what, place: at, .. } if *what == wrong && at == place),
                "{error}"
            );
            let text = chain(&error);
            for value in ["Canary", "31337", "9223372036854775807", "grace", "argon2id"] {
                assert!(!text.contains(value), "{text}");
            }
        };
        is_named(legacy.find(&grace_hopper()).await.unwrap_err());
        is_named(ask(&legacy, &grace_hopper(), "right").await.unwrap_err());
        assert!(matches!(ask(&legacy, &grace_hopper(), "wrong").await, Ok(Verdict::Mismatch)), "{change}");

        let mut entries = legacy.as_directory().unwrap().scan(None, 10).await.unwrap();
        assert!(entries.pop().unwrap().user.is_ok(), "the next row is not affected");
        let broken = entries.pop().unwrap();
        assert_eq!(broken.key, LegacyKey::new("members", "1"));
        is_named(broken.user.unwrap_err());
    }
}

#[tokio::test]
async fn malformed_identifiers_can_be_left_out() {
    let folder = grace("UPDATE members SET email = 'n/a'");
    assert!(matches!(folder.members().build().find(&username("grace")).await, Err(LegacyError::Malformed { .. })));
    let mapping = Mapping::new("members", "id").email("email").username("login").drop_malformed_identifiers();
    let queries = Queries::new().by_username("SELECT * FROM members WHERE login = ?1");
    let legacy = SqlConnection::sqlite(folder.path(), queries, mapping, passwords()).build();
    let grace = legacy.find(&username("grace")).await.unwrap().unwrap();
    assert_eq!(grace.profile.email, None);
}

#[tokio::test]
async fn hashes_that_cannot_be_verified_are_no_wrong_passwords() {
    for (hash, is_expected) in [
        (
            "$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHRzYWx0$jTb/3tBMMtrtgBlCu/7k64VopiAVsVwsoS+rSLMK+o8",
            too_costly as fn(&HashError) -> bool,
        ),
        (
            "$argon2id$v=19$m=64,t=4294967295,p=1$c2FsdHNhbHRzYWx0$jTb/3tBMMtrtgBlCu/7k64VopiAVsVwsoS+rSLMK+o8",
            too_costly,
        ),
        ("pbkdf2_sha256$4294967295$Canary$DMBrXOLVDuZ5kCVPCpfTxaXoYkqLJkmOb4oVb2Aoz6w=", too_costly),
        (
            "scrypt$1073741824$Canary$8$1$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==",
            too_costly,
        ),
        ("bcrypt$$2b$31$O9guVoh6160Tb1csqXVwEuYHkBhGq4zXaLbkCHhIbmEIL2OLnTJGi", too_costly),
        ("$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0$", malformed),
        ("$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0$kJE", malformed),
        ("pbkdf2_sha256$1000$Canary$", malformed),
        ("pbkdf2_sha256$1000$Canary$DMBr", malformed),
        ("md5$Canary$", malformed),
        ("md5$Canary$3bf2", malformed),
        ("sha1$$", malformed),
        ("Canary-of-an-unknown-format", unsupported),
        ("$99$Canary$x", unsupported),
        ("right", unsupported),
    ] {
        let folder = grace(&format!("UPDATE members SET hash = '{hash}'"));
        let legacy = folder.members().build();
        for password in ["right", "", hash] {
            match ask(&legacy, &grace_hopper(), password).await {
                Err(LegacyError::UnusableHash { place, source }) => {
                    assert!(is_expected(&source), "{hash}: {source:?}");
                    assert_eq!(place, "members.hash");
                    assert!(!chain(&LegacyError::UnusableHash { place, source }).contains("Canary"));
                }
                Ok(Verdict::Mismatch) if password.is_empty() => {}
                other => panic!("{hash} with {password}: {other:?}"),
            }
        }
    }
}

fn too_costly(error: &HashError) -> bool {
    matches!(error, HashError::TooCostly { .. })
}

fn malformed(error: &HashError) -> bool {
    matches!(error, HashError::Malformed { .. })
}

fn unsupported(error: &HashError) -> bool {
    matches!(error, HashError::UnsupportedScheme { .. })
}

#[tokio::test]
async fn accounts_without_a_password_match_nothing() {
    for hash in ["NULL", "''", "'!'", "'*'", "'!Canary'", "' '"] {
        let folder = grace(&format!("UPDATE members SET hash = {hash}"));
        for password in ["", "right", "!", "*", " "] {
            let verdict = ask(&folder.members().build(), &grace_hopper(), password).await;
            assert!(matches!(verdict, Ok(Verdict::Mismatch)), "{hash} with {password:?}: {verdict:?}");
        }
    }
}

#[tokio::test]
async fn odd_passwords_and_identifiers_are_bounded_and_match_nothing() {
    let folder = grace("SELECT 1");
    let legacy = folder.members().build();
    let mebibyte = "x".repeat(1 << 20);
    for password in ["right\0", "\0", " right", "Right", "righ", ""] {
        assert!(matches!(ask(&legacy, &grace_hopper(), password).await, Ok(Verdict::Mismatch)), "{password:?}");
    }
    let too_long = ask(&legacy, &grace_hopper(), &mebibyte).await.unwrap_err();
    assert!(matches!(too_long, LegacyError::Password(PasswordError::TooLong { .. })));
    let not_text = Password::from_bytes(vec![0xff, 0xfe, 0x00]);
    assert!(matches!(
        legacy.authenticate(&LegacyAttempt::new(&grace_hopper(), &not_text)).await,
        Ok(Verdict::Mismatch)
    ));
    // Rules of the host's own may let anything through.
    for text in [mebibyte.as_str(), "grace@example.com\0", "\0", "", "'", "%", "?1"] {
        let odd = Identifier::from_parts(IdentifierKind::Email, text, text);
        assert!(legacy.find(&odd).await.unwrap().is_none());
        assert!(matches!(ask(&legacy, &odd, "right").await, Ok(Verdict::NotFound)));
    }
}

#[tokio::test]
async fn the_real_database_survives_all_of_this_unchanged() {
    let before = std::fs::read(database()).unwrap();
    let legacy = Django::new().sqlite(database(), passwords()).build();
    legacy.check().await.unwrap();
    drop(legacy);
    assert!(before == std::fs::read(database()).unwrap());
    for journal in ["legacy.sqlite3-journal", "legacy.sqlite3-wal", "legacy.sqlite3-shm"] {
        assert!(!database().with_file_name(journal).exists());
    }
}
