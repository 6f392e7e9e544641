use std::{borrow::Cow, time::Duration};

use sqlx::{
    Connection, SqlSafeStr, SqliteConnection,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use super::{
    engine::SqliteEngine,
    error::{classify, is_busy},
    writer::Writer,
};
use crate::{
    clock::{Clock, SystemClock},
    secret_key::SecretKey,
    store::{StoreError, sql::tombstone_key},
};

/// Every step of the schema, the oldest first. A step that was released is never edited: its checksum is stored.
const STEPS: [(i64, &str, &str); 3] = [
    (1, "users", include_str!("schema/0001_users.sql")),
    (2, "outbox", include_str!("schema/0002_outbox.sql")),
    (3, "jobs", include_str!("schema/0003_jobs.sql")),
];

/// Not sqlx's own `_sqlx_migrations`: the file may be the host's, with migrations of its own.
const MIGRATIONS_TABLE: &str = "_waystation_migrations";

/// Changes nothing, and fails on a database that may only be read: `BEGIN IMMEDIATE` does not.
const TOUCH: &str = "UPDATE waystation_meta SET value = value WHERE name = ''";

/// How often a locked database is tried while it is opened.
const RETRY_EVERY: Duration = Duration::from_millis(20);

/// Brings the database up to this release and settles the tombstone key, whoever else does the same at once.
pub(super) async fn prepare(
    writer: &Writer,
    patience: Duration,
    given: Option<SecretKey>,
    may_create: bool,
) -> Result<SecretKey, StoreError> {
    let mut turn = writer.turn("open").await?;
    if !may_create && !has_tables(&mut turn).await.map_err(|error| classify("open", error))? {
        return Err(StoreError::Missing { what: "the database has no tables of one" });
    }
    write_ahead(&mut turn, patience).await?;
    let mut transaction = turn.begin_with("BEGIN IMMEDIATE").await.map_err(|error| classify("open", error))?;
    migrate(&mut transaction).await?;
    sqlx::query(TOUCH).execute(&mut *transaction).await.map_err(|error| classify("open", error))?;
    let key = tombstone_key::settle::<SqliteEngine>(&mut transaction, given).await?;
    transaction.commit().await.map_err(|error| classify("open", error))?;
    turn.end();
    Ok(key)
}

async fn has_tables(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?";
    let tables: i64 = sqlx::query_scalar(sql).bind(MIGRATIONS_TABLE).fetch_one(connection).await?;
    Ok(tables > 0)
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
