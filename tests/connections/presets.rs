//! Each preset over the tables of its system, in `tests/data/presets`.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use waystation::{
    LegacyConnection,
    clock::Timestamp,
    legacy::{LegacyError, LegacyUser, SqlConnection, SqlConnectionBuilder, Verdict, preset::*},
    password::Passwords,
};

#[cfg(feature = "mysql")]
use crate::mysql::MySqlServer;
use crate::people::{ask, identifier, passwords};

pub(crate) const PASSWORD: &str = "correct horse battery staple";

fn tables(name: &str) -> String {
    let path = format!("{}/tests/data/presets/{name}.sql", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

type Made = Result<SqlConnectionBuilder, LegacyError>;

#[cfg(feature = "mysql")]
pub(crate) async fn mysql(
    server: Option<&MySqlServer>,
    name: &str,
    preset: impl FnOnce(&str, std::sync::Arc<Passwords>) -> Made,
) -> Option<SqlConnection> {
    let url = server?.fresh_database().await;
    let mut connection = sqlx::MySqlConnection::connect(&url).await.unwrap();
    connection.execute("SET sql_mode = ''").await.unwrap();
    connection.execute(sqlx::raw_sql(AssertSqlSafe(tables(name)))).await.unwrap();
    connection.close().await.unwrap();
    Some(preset(&url, passwords()).unwrap().build())
}

#[cfg(feature = "postgres")]
pub(crate) async fn postgres(
    name: &str,
    preset: impl FnOnce(&str, std::sync::Arc<Passwords>) -> Made,
) -> Option<SqlConnection> {
    let url = crate::postgres::PostgresServer::shared()?.fresh_database().await;
    let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
    connection.execute(sqlx::raw_sql(AssertSqlSafe(tables(name)))).await.unwrap();
    connection.close().await.unwrap();
    Some(preset(&url, passwords()).unwrap().build())
}

/// What a preset is to make of its tables.
struct Expected<'a> {
    /// Names that find the same person, and their id.
    ada: (&'a [&'a str], &'a str),
    /// More people with the same password.
    others: &'a [&'a str],
    blocked: &'a [&'a str],
    nobody: &'a [&'a str],
    count: u64,
}

/// Asks about everybody, and hands back what there is of Ada.
async fn answers(legacy: &SqlConnection, expected: &Expected<'_>) -> LegacyUser {
    legacy.check().await.unwrap();
    let (names, id) = expected.ada;
    let mut ada = None;
    for name in names {
        match ask(legacy, &identifier(name), PASSWORD).await {
            Ok(Verdict::Match(user)) => ada = Some(*user),
            other => panic!("{name}: {other:?}"),
        }
        assert_eq!(ada.as_ref().unwrap().key.id(), id, "{name}");
        assert_eq!(legacy.find(&identifier(name)).await.unwrap().unwrap().key.id(), id);
        let wrong = ask(legacy, &identifier(name), "Correct horse battery staple").await;
        assert!(matches!(wrong, Ok(Verdict::Mismatch)), "{name}: {wrong:?}");
    }
    for name in expected.others {
        let verdict = ask(legacy, &identifier(name), PASSWORD).await;
        assert!(matches!(verdict, Ok(Verdict::Match(_) | Verdict::MatchMustChange(_))), "{name}: {verdict:?}");
    }
    for name in expected.blocked {
        let verdict = ask(legacy, &identifier(name), PASSWORD).await;
        assert!(matches!(verdict, Ok(Verdict::Blocked)), "{name}: {verdict:?}");
    }
    for name in expected.nobody {
        let verdict = ask(legacy, &identifier(name), PASSWORD).await;
        assert!(matches!(verdict, Ok(Verdict::NotFound)), "{name}: {verdict:?}");
    }
    let directory = legacy.as_directory().unwrap();
    assert_eq!(directory.count().await.unwrap().values().sum::<u64>(), expected.count);
    let (mut met, mut after) = (0, None);
    while let Some(entry) = directory.scan(after.as_ref(), 1).await.unwrap().pop() {
        entry.user.unwrap();
        met += 1;
        after = Some(entry.key);
    }
    assert_eq!(met, expected.count);
    ada.unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "what it is compared with may be absent")]
fn in_2019() -> Option<Timestamp> {
    Some(Timestamp::from_micros(1_554_192_930_000_000))
}

/// A test over each engine that the system runs on.
macro_rules! over {
    ($($engine:ident)+: $test:ident, $file:literal, |$url:ident, $passwords:ident| $preset:expr, $expected:expr, |$ada:ident| $checks:block) => {
        mod $test {
            use super::*;

            $(over! { @$engine $file, |$url, $passwords| $preset, $expected, |$ada| $checks })+
        }
    };
    (@mysql $file:literal, |$url:ident, $passwords:ident| $preset:expr, $expected:expr, |$ada:ident| $checks:block) => {
        over! { @mysql over_mariadb mariadb $file, |$url, $passwords| $preset, $expected, |$ada| $checks }
        over! { @mysql over_mysql mysql $file, |$url, $passwords| $preset, $expected, |$ada| $checks }
    };
    (@mysql $test:ident $server:ident $file:literal, |$url:ident, $passwords:ident| $preset:expr, $expected:expr, |$ada:ident| $checks:block) => {
        #[cfg(feature = "mysql")]
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            let preset = |$url: &str, $passwords| $preset.mysql($url, $passwords);
            let server = MySqlServer::$server();
            let Some(legacy) = super::mysql(server, concat!($file, ".mysql"), preset).await else { return };
            let $ada = answers(&legacy, &$expected).await;
            $checks
        }
    };
    (@postgres $file:literal, |$url:ident, $passwords:ident| $preset:expr, $expected:expr, |$ada:ident| $checks:block) => {
        #[cfg(feature = "postgres")]
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn over_postgres() {
            let preset = |$url: &str, $passwords| $preset.postgres($url, $passwords);
            let Some(legacy) = super::postgres(concat!($file, ".postgres"), preset).await else { return };
            let $ada = answers(&legacy, &$expected).await;
            $checks
        }
    };
}

over!(
    mysql: wordpress,
    "wordpress",
    |url, passwords| WordPress::new(),
    Expected {
        ada: (&["ada", "ADA", "ada@example.com"], "1"),
        others: &["grace", "old@example.com"],
        blocked: &[],
        nobody: &["adah", "ad_", "hopper@example.com"],
        count: 3,
    },
    |ada| {
        assert_eq!(ada.profile.email.unwrap().original(), "Ada@Example.com");
        assert_eq!(ada.profile.name.as_deref(), Some("Ada Lovelace"));
        assert_eq!(ada.profile.given_name.as_deref(), Some("Ada"));
        assert_eq!(ada.profile.family_name.as_deref(), Some("Lovelace"));
        assert_eq!(ada.profile.app_metadata["capabilities"], "a:1:{s:13:\"administrator\";b:1;}");
        assert_eq!(ada.created_at, in_2019());
    }
);

over!(
    mysql postgres: laravel,
    "laravel",
    |url, passwords| Laravel::new(),
    Expected {
        ada: (&["ada@example.com", "ADA@example.com"], "1"),
        others: &["grace@example.com"],
        blocked: &[],
        nobody: &["ada", "hopper@example.com"],
        count: 2,
    },
    |ada| {
        assert!(ada.profile.email_verified);
        assert_eq!(ada.profile.name.as_deref(), Some("Ada Lovelace"));
        assert_eq!(ada.created_at, in_2019());
    }
);

over!(
    mysql postgres: devise,
    "devise",
    |url, passwords| Devise::new().confirmable().lockable().trackable(),
    Expected {
        ada: (&["ada@example.com", "Ada@Example.com"], "1"),
        others: &["grace@example.com"],
        blocked: &["mallory@example.com"],
        nobody: &["ada"],
        count: 3,
    },
    |ada| {
        assert!(ada.profile.email_verified);
        assert_eq!(ada.login_count, 7);
        assert_eq!(ada.created_at.unwrap().as_micros(), 1_554_192_930_123_456);
        assert_eq!(ada.last_login.unwrap().as_seconds(), 1_709_208_000);
    }
);

over!(
    mysql postgres: keycloak,
    "keycloak",
    |url, passwords| Keycloak::realm("people's"),
    Expected {
        ada: (&["ada@example.com", "ada", "ADA"], "01d5f1a2-7a5e-4f0b-9d7e-2b8f5b1c3a4d"),
        others: &[],
        blocked: &["mallory"],
        nobody: &["service-account-app", "grace"],
        count: 2,
    },
    |ada| {
        assert!(ada.profile.email_verified);
        assert_eq!(ada.profile.given_name.as_deref(), Some("Ada"));
        assert_eq!(ada.created_at, in_2019());
        assert_eq!(ada.password_set_at.unwrap().as_seconds(), 1_700_000_000);
    }
);

over!(
    mysql postgres: drupal_7,
    "drupal7",
    |url, passwords| Drupal::seven(),
    Expected {
        ada: (&["ada", "ada@example.com"], "1"),
        others: &[],
        blocked: &["mallory"],
        nobody: &["grace"],
        count: 2,
    },
    |ada| {
        assert_eq!(ada.created_at, in_2019());
        assert_eq!(ada.last_login.unwrap().as_seconds(), 1_709_208_000);
    }
);

over!(
    mysql postgres: drupal_10,
    "drupal10",
    |url, passwords| Drupal::eight_or_later(),
    Expected {
        ada: (&["ada", "ada@example.com"], "1"),
        others: &[],
        blocked: &["mallory@example.com"],
        nobody: &["grace"],
        count: 2,
    },
    |ada| {
        assert_eq!(ada.created_at, in_2019());
    }
);

over!(
    mysql postgres: aspnet_identity,
    "aspnet_identity",
    |url, passwords| AspNetIdentity::new(),
    Expected {
        ada: (&["ada", "ADA@example.com"], "id-1"),
        others: &["grace"],
        blocked: &["mallory"],
        nobody: &["hopper"],
        count: 3,
    },
    |ada| {
        assert!(ada.profile.email_verified);
        assert_eq!(ada.profile.phone.unwrap().normal(), "+31205550100");
        assert!(!ada.profile.phone_verified);
        assert_eq!(ada.profile.app_metadata["two_factor_enabled"], true);
    }
);

over!(
    mysql postgres: phpbb,
    "phpbb",
    |url, passwords| PhpBb::new(),
    Expected {
        ada: (&["ada", "Ada", "ada@example.com"], "2"),
        others: &["grace"],
        blocked: &["mallory"],
        nobody: &["googlebot", "anonymous"],
        count: 3,
    },
    |ada| {
        assert_eq!(ada.profile.username.unwrap().original(), "Ada");
        assert_eq!(ada.last_login.unwrap().as_seconds(), 1_709_208_000);
    }
);

over!(
    mysql postgres: joomla,
    "joomla",
    |url, passwords| Joomla::table_prefix("j3_"),
    Expected {
        ada: (&["ada", "ada@example.com"], "42"),
        others: &["grace"],
        blocked: &["mallory"],
        nobody: &["hopper"],
        count: 3,
    },
    |ada| {
        assert_eq!(ada.profile.name.as_deref(), Some("Ada Lovelace"));
        assert_eq!(ada.created_at, in_2019());
        assert_eq!(ada.last_login, None);
    }
);

over!(
    mysql: mediawiki,
    "mediawiki",
    |url, passwords| MediaWiki::new(),
    Expected {
        ada: (&["Ada", "ada", "ada@example.com"], "1"),
        others: &["grace"],
        blocked: &[],
        nobody: &["hopper"],
        count: 3,
    },
    |ada| {
        assert!(ada.profile.email_verified);
        assert_eq!(ada.profile.name.as_deref(), Some("Ada Lovelace"));
        assert_eq!(ada.created_at, in_2019());
    }
);

over!(
    postgres: odoo,
    "odoo",
    |url, passwords| Odoo::new(),
    Expected {
        ada: (&["ada@example.com", "Ada@example.com"], "2"),
        others: &["grace"],
        blocked: &["mallory"],
        nobody: &["ada"],
        count: 3,
    },
    |ada| {
        assert_eq!(ada.profile.name.as_deref(), Some("Ada Lovelace"));
        assert_eq!(ada.profile.username, None);
        assert_eq!(ada.created_at.unwrap().as_micros(), 1_554_192_930_123_456);
    }
);

/// What WordPress itself wrote, see `make_wordpress.sh`.
#[cfg(feature = "mysql")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_people_of_a_real_wordpress_log_in() {
    let preset = |url: &str, passwords| WordPress::new().mysql(url, passwords);
    let Some(legacy) = mysql(MySqlServer::mariadb(), "wordpress_real.mysql", preset).await else { return };
    let expected = Expected {
        ada: (&["ada", "ada.lovelace@example.com"], "1"),
        others: &["grace", "zoe-bronte@example.com"],
        blocked: &[],
        nobody: &["zoë", "zoe"],
        count: 4,
    };
    let ada = answers(&legacy, &expected).await;
    assert_eq!(ada.profile.name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(ada.profile.app_metadata["capabilities"], "a:1:{s:13:\"administrator\";b:1;}");
    let quoted = ask(&legacy, &identifier("quote"), "it's \"quoted\" \\").await;
    assert!(matches!(quoted, Ok(Verdict::Match(_))), "{quoted:?}");
    let grace = legacy.find(&identifier("grace")).await.unwrap().unwrap();
    assert_eq!(grace.created_at, in_2019());
}

/// What Drupal itself wrote, see `make_drupal.sh`.
#[cfg(feature = "mysql")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_people_of_a_real_drupal_log_in() {
    use waystation::{Password, legacy::LegacyAttempt, user::LegacyKey};

    let preset = |url: &str, passwords| Drupal::seven().mysql(url, passwords);
    let Some(legacy) = mysql(MySqlServer::mariadb(), "drupal7_real.mysql", preset).await else { return };
    let expected = Expected {
        ada: (&["ada", "ADA", "ada.lovelace@example.com"], "1"),
        // The hash of the last one is that of a Drupal 6, hashed again by the update to 7.
        others: &["grace", "ZOË BRONTË", "zoe.bronte@example.com", "six"],
        blocked: &["mallory", "mallory@example.com"],
        // The table's collation takes the first for Zoë, as Drupal does: we do not.
        nobody: &["zoe bronte", "zoë", "anonymous"],
        count: 6,
    };
    let ada = answers(&legacy, &expected).await;
    assert_eq!(ada.profile.username.unwrap().original(), "ada");
    assert_eq!(ada.profile.email.unwrap().original(), "Ada.Lovelace@Example.com");
    assert!(!ada.profile.email_verified);
    assert!(ada.created_at.is_some() && ada.last_login == ada.created_at);
    for name in ["six", "mallory"] {
        let wrong = ask(&legacy, &identifier(name), "Correct horse battery staple").await;
        assert!(matches!(wrong, Ok(Verdict::Mismatch)), "{name}: {wrong:?}");
    }
    // Drupal takes the white space off both ends of a password before it hashes it.
    let quoted = ask(&legacy, &identifier("quote"), "it's \"quoted\" \\").await;
    assert!(matches!(quoted, Ok(Verdict::Match(_))), "{quoted:?}");
    let grace = legacy.find(&identifier("grace")).await.unwrap().unwrap();
    assert_eq!(grace.created_at, in_2019());
    assert_eq!(grace.last_login.unwrap().as_seconds(), 1_709_208_000);
    let zoe = legacy.find(&identifier("zoë brontë")).await.unwrap().unwrap();
    assert_eq!(zoe.profile.username.unwrap().original(), "Zoë Brontë");
    assert_eq!(zoe.last_login, None);
    let (visitor, password) = (LegacyKey::new("drupal", "0"), Password::from(PASSWORD));
    let nobody = legacy.authenticate(&LegacyAttempt::new(&identifier("ada"), &password).known_as(&visitor)).await;
    assert!(matches!(nobody, Ok(Verdict::NotFound)), "{nobody:?}");
}

/// A preset for another version or system says what it misses.
#[cfg(feature = "postgres")]
#[tokio::test]
async fn a_preset_over_the_wrong_tables_names_what_is_missing() {
    let Some(legacy) =
        postgres("drupal7.postgres", |url, passwords| Drupal::eight_or_later().postgres(url, passwords)).await
    else {
        return;
    };
    let error = legacy.check().await.unwrap_err();
    assert!(matches!(&error, LegacyError::Misconfigured { what, .. } if what.contains("users_field_data")), "{error}");
    let Some(legacy) = postgres("laravel.postgres", |url, passwords| Devise::new().postgres(url, passwords)).await
    else {
        return;
    };
    let error = legacy.check().await.unwrap_err();
    assert!(
        matches!(&error, LegacyError::Misconfigured { what, .. } if what.contains("encrypted_password")),
        "{error}"
    );
}
