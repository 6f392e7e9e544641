use std::{borrow::Cow, time::Duration};

use sqlx::{
    Connection, SqlSafeStr, SqliteConnection,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use super::{
    error::{classify, is_busy},
    writer::Writer,
};
use crate::{
    clock::{Clock, SystemClock},
    entropy::SystemEntropy,
    secret_key::SecretKey,
    store::StoreError,
};

/// Every step of the schema, the oldest first. A step that was released is never edited: its checksum is stored.
const STEPS: [(i64, &str, &str); 1] = [(1, "users", include_str!("schema/0001_users.sql"))];

/// Not sqlx's own `_sqlx_migrations`: the file may be the host's, with migrations of its own.
const MIGRATIONS_TABLE: &str = "_waystation_migrations";

const KEY: &str = "tombstone key";
const KEY_MARK: &str = "tombstone key mark";

/// Changes nothing, and fails on a database that may only be read: `BEGIN IMMEDIATE` does not.
const TOUCH: &str = "UPDATE waystation_meta SET value = value WHERE name = ''";

/// How often a locked database is tried while it is opened.
const RETRY_EVERY: Duration = Duration::from_millis(20);

/// Brings the database up to this release and settles the tombstone key, whoever else does the same at once.
pub(super) async fn prepare(
    writer: &Writer,
    patience: Duration,
    given: Option<SecretKey>,
) -> Result<SecretKey, StoreError> {
    let mut turn = writer.turn("open").await?;
    write_ahead(&mut turn, patience).await?;
    let mut transaction = turn.begin_with("BEGIN IMMEDIATE").await.map_err(|error| classify("open", error))?;
    migrate(&mut transaction).await?;
    sqlx::query(TOUCH).execute(&mut *transaction).await.map_err(|error| classify("open", error))?;
    let key = settle_key(&mut transaction, given).await?;
    transaction.commit().await.map_err(|error| classify("open", error))?;
    turn.end();
    Ok(key)
}

/// Switches the file to write-ahead logging, which it then stays in.
///
/// The switch needs the file for itself, and SQLite's own busy timeout does not wait for that.
async fn write_ahead(connection: &mut SqliteConnection, patience: Duration) -> Result<(), StoreError> {
    let mut waited = Duration::ZERO;
    loop {
        match sqlx::query_scalar::<_, String>("PRAGMA journal_mode = WAL").fetch_one(&mut *connection).await {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => return Err(StoreError::misconfigured("the file system cannot hold a write-ahead log")),
            Err(error) if is_busy(&error) && waited < patience => {
                SystemClock::new().sleep(RETRY_EVERY).await;
                waited += RETRY_EVERY;
            }
            Err(error) => return Err(classify("open", error)),
        }
    }
}

/// Runs inside the caller's transaction, since sqlx does not lock a SQLite database against other processes' steps.
async fn migrate(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let steps = STEPS.into_iter().map(|(version, name, sql)| {
        Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let mut migrator = Migrator::with_migrations(steps.collect());
    migrator.dangerous_set_table_name(MIGRATIONS_TABLE);
    // Through `run`, the future of `open` would not be `Send`.
    migrator.run_direct(None, connection, false).await.map_err(|error| {
        let what = match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => return classify("open", error),
            MigrateError::VersionMissing(_) => "the database was written by a newer release",
            _ => "the database's schema is not one that a release has made",
        };
        StoreError::Misconfigured { what, source: Some(error.into()) }
    })
}

async fn settle_key(connection: &mut SqliteConnection, given: Option<SecretKey>) -> Result<SecretKey, StoreError> {
    let kept = read(connection, KEY).await?;
    let mark = read(connection, KEY_MARK).await?;
    match (given, kept, mark) {
        (Some(given), None, Some(mark)) if mark == recognise(&given) => Ok(given),
        (None, Some(kept), None) => Ok(SecretKey::from_bytes(kept)),
        (Some(given), None, None) => {
            write(connection, KEY_MARK, &recognise(&given)).await?;
            Ok(given)
        }
        (None, None, None) => {
            let key = SecretKey::generate(&SystemEntropy).map_err(|error| StoreError::unavailable("open", error))?;
            write(connection, KEY, key.expose()).await?;
            Ok(key)
        }
        _ => Err(StoreError::misconfigured("the database's tombstones were made under another key")),
    }
}

/// What tells the host's key from another without giving it away.
fn recognise(key: &SecretKey) -> [u8; 32] {
    *key.digest("waystation tombstone key mark", &[]).as_bytes()
}

async fn read(connection: &mut SqliteConnection, name: &'static str) -> Result<Option<[u8; 32]>, StoreError> {
    let value: Option<Vec<u8>> = sqlx::query_scalar("SELECT value FROM waystation_meta WHERE name = ?")
        .bind(name)
        .fetch_optional(connection)
        .await
        .map_err(|error| classify("open", error))?;
    value.map(|bytes| bytes.as_slice().try_into()).transpose().map_err(|error| StoreError::corrupt(name, error))
}

async fn write(connection: &mut SqliteConnection, name: &str, value: &[u8]) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO waystation_meta (name, value) VALUES (?, ?)")
        .bind(name)
        .bind(value)
        .execute(connection)
        .await
        .map_err(|error| classify("open", error))?;
    Ok(())
}
