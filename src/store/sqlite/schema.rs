use std::{sync::Arc, time::Duration};

use rusqlite::OptionalExtension as _;
use sha2::{Digest as _, Sha384};

use super::{
    engine::SqliteEngine,
    error::{classify, is_busy},
};
use crate::{
    clock::{Clock, SystemClock},
    secret_key::SecretKey,
    sqlite::{access::Access, fault::Fault, pool::Pool},
    store::{
        StoreError,
        sql::{engine::Engine as _, tombstone_key, transaction},
    },
};

/// Every step of the schema, the oldest first. A step that was released is never edited: its checksum is stored.
const STEPS: [(i64, &str, &str); 3] = [
    (1, "users", include_str!("schema/0001_users.sql")),
    (2, "outbox", include_str!("schema/0002_outbox.sql")),
    (3, "jobs", include_str!("schema/0003_jobs.sql")),
];

/// The steps that were taken, as sqlx keeps them for the other stores.
const TAKEN: &str = "\
    CREATE TABLE IF NOT EXISTS _waystation_migrations (\
        version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
        installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, \
        checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)";

/// Changes nothing, and fails on a database that may only be read: `BEGIN IMMEDIATE` does not.
const TOUCH: &str = "UPDATE waystation_meta SET value = value WHERE name = ''";

/// How often a locked database is tried while it is opened.
const RETRY_EVERY: Duration = Duration::from_millis(20);

/// Brings the database up to this release and settles the tombstone key, whoever else does the same at once.
pub(super) async fn prepare(
    writer: &Arc<Pool>,
    patience: Duration,
    given: Option<SecretKey>,
    may_create: bool,
) -> Result<SecretKey, StoreError> {
    let failed = |fault| classify("open", fault);
    let mut writer = Access::to(writer);
    if !may_create && !has_tables(&mut writer).await.map_err(failed)? {
        return Err(StoreError::Missing { what: "the database has no tables of one" });
    }
    write_ahead(&mut writer, patience).await?;
    transaction::begin::<SqliteEngine>(&mut writer).await.map_err(failed)?;
    migrate(&mut writer).await?;
    SqliteEngine::command(&mut writer, TOUCH).await.map_err(failed)?;
    let key = tombstone_key::settle::<SqliteEngine>(&mut writer, given).await?;
    transaction::commit::<SqliteEngine>(&mut writer).await.map_err(failed)?;
    Ok(key)
}

async fn has_tables(writer: &mut Access) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_waystation_migrations'";
    let table = writer.run(move |sqlite| sqlite.query_row(sql, (), |_| Ok(())).optional()).await??;
    Ok(table.is_some())
}

/// Switches the file to write-ahead logging, which it then stays in.
///
/// The switch needs the file for itself, and SQLite's own busy timeout does not wait for that.
async fn write_ahead(writer: &mut Access, patience: Duration) -> Result<(), StoreError> {
    let mut waited = Duration::ZERO;
    loop {
        let switch = |sqlite: &mut rusqlite::Connection| {
            sqlite.query_row("PRAGMA journal_mode = WAL", (), |row| row.get::<_, String>(0))
        };
        match writer.run(switch).await.and_then(|mode| Ok(mode?)) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => return Err(StoreError::misconfigured("the file system cannot hold a write-ahead log")),
            Err(fault) if is_busy(&fault) && waited < patience => {
                SystemClock::new().sleep(RETRY_EVERY).await;
                waited += RETRY_EVERY;
            }
            Err(fault) => return Err(classify("open", fault)),
        }
    }
}

/// Runs inside the caller's transaction, which other processes wait for.
async fn migrate(writer: &mut Access) -> Result<(), StoreError> {
    let migrated = writer.run(|sqlite| {
        sqlite.execute_batch(TAKEN)?;
        let taken = taken(sqlite)?;
        let known = STEPS.map(|(version, _, sql)| (version, Sha384::digest(sql).to_vec()));
        if taken.iter().any(|(version, _)| known.iter().all(|(known, _)| known != version)) {
            return Ok(Some("the database was written by a newer release"));
        }
        if !known.starts_with(&taken) {
            return Ok(Some("the database's schema is not one that a release has made"));
        }
        for ((version, name, sql), (_, checksum)) in STEPS.into_iter().zip(known).skip(taken.len()) {
            sqlite.execute_batch(sql)?;
            let step = "INSERT INTO _waystation_migrations (version, description, success, checksum, execution_time) \
                VALUES (?, ?, TRUE, ?, -1)";
            sqlite.execute(step, (version, name, checksum))?;
        }
        Ok::<_, rusqlite::Error>(None)
    });
    match migrated.await.and_then(|problem| Ok(problem?)) {
        Ok(None) => Ok(()),
        Ok(Some(problem)) => Err(StoreError::misconfigured(problem)),
        Err(fault) => Err(classify("open", fault)),
    }
}

/// The steps that were taken, with the checksum of each.
fn taken(sqlite: &rusqlite::Connection) -> Result<Vec<(i64, Vec<u8>)>, rusqlite::Error> {
    let mut statement = sqlite.prepare("SELECT version, checksum FROM _waystation_migrations ORDER BY version")?;
    statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
