//! Each preset that can change its system's tables, over those of `tests/data/presets`: what is written is read back, and
//! logs in.

use sqlx::{Connection as _, Executor as _};
use waystation::{
    IdentifierRules as _, LegacyConnection, Password,
    identifier::{IdentifierKind, StandardRules},
    legacy::{LegacyError, LegacyUser, SqlConnection, Verdict, preset::*},
    password::HashFormat,
    user::{LegacyKey, Profile},
};

use crate::{
    people::{ask, identifier},
    presets::{self, PASSWORD},
};

/// What a system keeps of people.
struct Keeps {
    verification: bool,
    usernames: bool,
}

fn newcomer() -> LegacyUser {
    let mut profile = Profile::default();
    for (kind, name) in [
        (IdentifierKind::Email, "Linus@Example.com"),
        (IdentifierKind::Username, "linus"),
        (IdentifierKind::Phone, "+358501234567"),
    ] {
        profile.set_identifier(StandardRules::new().parse_as(kind, name).unwrap());
    }
    profile.email_verified = true;
    profile.name = Some("Linus O'Torvalds".into());
    profile.given_name = Some("Linus".into());
    profile.family_name = Some("O'Torvalds".into());
    LegacyUser::new(LegacyKey::new("here", "1"), profile)
}

async fn opens(legacy: &SqlConnection, name: &str, password: &str) -> LegacyUser {
    match ask(legacy, &identifier(name), password).await {
        Ok(Verdict::Match(user)) => *user,
        other => panic!("{name}: {other:?}"),
    }
}

/// All that can be done to somebody, each twice.
async fn lives(legacy: &SqlConnection, keeps: &Keeps) {
    legacy.check().await.unwrap();
    let writer = legacy.as_writer().unwrap();
    let count = legacy.as_directory().unwrap().count().await.unwrap();
    let linus = newcomer();
    let first: Password = "just a hobby".into();
    let key = writer.create(&linus, &first).await.unwrap();
    assert_eq!(writer.create(&linus, &first).await.unwrap(), key);
    let again = writer.create(&linus, &"won't be big".into()).await;
    assert!(matches!(again, Err(LegacyError::Conflict { .. })), "{again:?}");

    let user = opens(legacy, "linus@example.com", "just a hobby").await;
    assert_eq!(user.key, key);
    assert_eq!(user.profile.email_verified, keeps.verification);
    assert!(!user.profile.blocked);
    if keeps.usernames {
        assert_eq!(opens(legacy, "linus", "just a hobby").await.key, key);
    }

    for _ in 0..2 {
        writer.change_password(&key, &"just for fun".into()).await.unwrap();
        opens(legacy, "linus@example.com", "just for fun").await;
        let old = ask(legacy, &identifier("linus@example.com"), "just a hobby").await;
        assert!(matches!(old, Ok(Verdict::Mismatch)), "{old:?}");
    }
    for verified in [false, true, true] {
        writer.change_email(&key, &identifier("torvalds@example.com"), verified).await.unwrap();
        let user = opens(legacy, "torvalds@example.com", "just for fun").await;
        assert_eq!((&user.key, user.profile.email_verified), (&key, keeps.verification && verified));
        assert!(legacy.find(&identifier("linus@example.com")).await.unwrap().is_none());
    }
    let taken = writer.change_email(&key, &identifier("ada@example.com"), true).await;
    assert!(matches!(taken, Err(LegacyError::Conflict { .. })), "{taken:?}");
    writer.change_email(&key, &identifier("torvalds@example.com"), false).await.unwrap();
    for _ in 0..2 {
        writer.verify_email(&key).await.unwrap();
        let user = legacy.find(&identifier("torvalds@example.com")).await.unwrap().unwrap();
        assert_eq!(user.profile.email_verified, keeps.verification);
    }

    // Somebody of whom no more is known than an address.
    let mut profile = Profile::default();
    profile.set_identifier(identifier("only@example.com"));
    let only = writer.create(&LegacyUser::new(key.clone(), profile), &PASSWORD.into()).await.unwrap();
    assert_eq!(opens(legacy, "only@example.com", PASSWORD).await.key, only);
    writer.change_email(&only, &identifier("other@example.com"), false).await.unwrap();
    assert_eq!(opens(legacy, "other@example.com", PASSWORD).await.key, only);

    for key in [&key, &key, &only] {
        writer.delete(key).await.unwrap();
    }
    assert!(legacy.find(&identifier("torvalds@example.com")).await.unwrap().is_none());
    assert_eq!(legacy.as_directory().unwrap().count().await.unwrap(), count);
    let gone = writer.change_password(&key, &PASSWORD.into()).await;
    assert!(matches!(gone, Err(LegacyError::Gone)), "{gone:?}");
    // Nobody else was touched.
    opens(legacy, "ada@example.com", PASSWORD).await;
}

macro_rules! lives_in {
    ($($engine:ident)+: $test:ident, $file:literal, $preset:expr, $keeps:expr) => {
        mod $test {
            use super::*;

            $(lives_in! { @$engine $file, $preset, $keeps })+
        }
    };
    (@mysql $file:literal, $preset:expr, $keeps:expr) => {
        lives_in! { @mysql over_mariadb mariadb $file, $preset, $keeps }
        lives_in! { @mysql over_mysql mysql $file, $preset, $keeps }
    };
    (@mysql $test:ident $server:ident $file:literal, $preset:expr, $keeps:expr) => {
        #[cfg(feature = "mysql")]
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            let preset = |url: &str, passwords| $preset.mysql(url, passwords);
            let server = crate::mysql::MySqlServer::$server();
            let Some(legacy) = presets::mysql(server, concat!($file, ".mysql"), preset).await else { return };
            lives(&legacy, &$keeps).await;
        }
    };
    (@postgres $file:literal, $preset:expr, $keeps:expr) => {
        #[cfg(feature = "postgres")]
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn over_postgres() {
            let mut site = String::new();
            let preset = |url: &str, passwords| {
                site = url.to_owned();
                $preset.postgres(url, passwords)
            };
            let Some(legacy) = presets::postgres(concat!($file, ".postgres"), preset).await else { return };
            // The rows have ids that were chosen for them, which the sequences do not know of.
            let sequences = "SELECT setval(oid::regclass, 100) FROM pg_class WHERE relkind = 'S'";
            sqlx::PgConnection::connect(&site).await.unwrap().execute(sequences).await.unwrap();
            lives(&legacy, &$keeps).await;
        }
    };
}

lives_in!(
    mysql postgres: laravel, "laravel", Laravel::new().writable(HashFormat::bcrypt_2y(4)),
    Keeps { verification: true, usernames: false }
);

lives_in!(
    mysql postgres: laravel_of_old, "laravel",
    Laravel::new().without_email_verification().writable(HashFormat::bcrypt_2y(4)),
    Keeps { verification: false, usernames: false }
);

lives_in!(
    mysql postgres: devise, "devise", Devise::new().confirmable().lockable().writable(HashFormat::bcrypt_2a(4)),
    Keeps { verification: true, usernames: false }
);

lives_in!(
    mysql postgres: aspnet_identity, "aspnet_identity",
    AspNetIdentity::new().writable(HashFormat::aspnet_identity_v3(1_000)),
    Keeps { verification: true, usernames: true }
);

lives_in!(
    mysql: wordpress, "wordpress", WordPress::new().writable(HashFormat::wordpress(4)),
    Keeps { verification: false, usernames: true }
);

lives_in!(
    mysql: wordpress_before_6_8, "wordpress", WordPress::new().writable(HashFormat::phpass(8)),
    Keeps { verification: false, usernames: true }
);

/// Roles and names are in the other table, and go with the user. The real one is as WordPress itself installed it.
#[cfg(feature = "mysql")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wordpress_keeps_a_subscriber_in_two_tables() {
    use sqlx::Row as _;

    let mut site = String::new();
    let preset = |url: &str, passwords| {
        site = url.to_owned();
        WordPress::new().writable(HashFormat::phpass(8)).mysql(url, passwords)
    };
    let Some(legacy) = presets::mysql(crate::mysql::MySqlServer::mariadb(), "wordpress_real.mysql", preset).await
    else {
        return;
    };
    legacy.check().await.unwrap();
    let writer = legacy.as_writer().unwrap();
    let key = writer.create(&newcomer(), &"just a hobby".into()).await.unwrap();
    let user = opens(&legacy, "linus", "just a hobby").await;
    assert_eq!(user.profile.app_metadata["capabilities"], "a:1:{s:10:\"subscriber\";b:1;}");
    assert_eq!(user.profile.given_name.as_deref(), Some("Linus"));
    assert_eq!(user.profile.family_name.as_deref(), Some("O'Torvalds"));
    assert_eq!(user.profile.name.as_deref(), Some("Linus O'Torvalds"));
    let meta = || async {
        let sql = format!("SELECT count(*) FROM wp_usermeta WHERE user_id = {}", key.id());
        let mut connection = sqlx::MySqlConnection::connect(&site).await.unwrap();
        connection.fetch_one(sqlx::AssertSqlSafe(sql)).await.unwrap().get::<i64, _>(0)
    };
    assert_eq!(meta().await, 5);
    // What the site's form would hash of it.
    writer.change_password(&key, &r#"it's "quoted" \ "#.into()).await.unwrap();
    opens(&legacy, "linus", r#"it\'s \"quoted\" \\ "#).await;
    writer.delete(&key).await.unwrap();
    assert_eq!(meta().await, 0);
}

/// A copy of the real site's file, where some are in groups.
#[cfg(feature = "sqlite")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn django_over_its_own_database() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("db.sqlite3");
    std::fs::copy(crate::people::database(), &file).unwrap();
    let site = rusqlite::Connection::open(&file).unwrap();
    // The suite's Ada has an address and a password of her own there.
    site.execute_batch("UPDATE auth_user SET email = 'ada@example.com', password = (SELECT password FROM auth_user WHERE username = 'ivo')
                  WHERE username = 'ada'")
        .unwrap();
    let preset = Django::new().writable(HashFormat::django_pbkdf2_sha256(1_000));
    let legacy = preset.sqlite(&file, crate::people::passwords()).build();
    lives(&legacy, &Keeps { verification: false, usernames: true }).await;

    let staff = legacy.find(&crate::people::username("Saoirse")).await.unwrap().unwrap();
    let count = "SELECT (SELECT count(*) FROM auth_user_groups), (SELECT count(*) FROM auth_user)";
    let count = || site.query_row(count, (), |row| <(i64, i64)>::try_from(row)).unwrap();
    let before = count();
    legacy.as_writer().unwrap().delete(&staff.key).await.unwrap();
    let after = count();
    assert!(before.0 > after.0);
    assert_eq!(before.1, after.1 + 1);
}
