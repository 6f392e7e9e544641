use std::{borrow::Cow, time::Duration};

use sqlx::{
    SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use super::server_engine::ServerEngine;
use crate::{
    clock::Clock,
    entropy::SystemEntropy,
    secret_key::SecretKey,
    store::{
        StoreError,
        sql::{
            engine::{StoredRow, is_taken},
            statement::Statement,
        },
    },
};

/// Not sqlx's own `_sqlx_migrations`: the database may be the host's, with migrations of its own.
const MIGRATIONS_TABLE: &str = "_waystation_migrations";

/// How often to look whether others are done with making the tables, and how many times.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOKS: usize = 100;

const SELECT_META: &str = "SELECT value FROM waystation_meta WHERE name = ?";
const INSERT_META: &str = "INSERT INTO waystation_meta (name, value) VALUES (?, ?)";

const KEY: &str = "tombstone key";
const KEY_MARK: &str = "tombstone key mark";

/// Every step of a schema, the oldest first. A step that was released is never edited: its checksum is stored.
pub(super) fn migrator(steps: &[(i64, &'static str, &'static str)]) -> Migrator {
    let steps = steps.iter().map(|(version, name, sql)| {
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let mut migrator = Migrator::with_migrations(steps.collect());
    migrator.dangerous_set_table_name(MIGRATIONS_TABLE);
    // Not every server has the locks that sqlx would take (MariaDB has them, and does not wait for them).
    migrator.set_locking(false);
    migrator
}

/// Brings the tables up to this release and settles the tombstone key, whoever else does the same at once.
pub(super) async fn prepare<E: ServerEngine>(
    connection: &mut E::Connection,
    given: Option<SecretKey>,
    clock: &dyn Clock,
) -> Result<SecretKey, StoreError> {
    let (mut looks, mut times_well) = (0, 0);
    // Twice: a step that somebody began between two looks of the first time is seen as done.
    while times_well < 2 {
        match E::migrate(&mut *connection).await {
            Ok(()) => times_well += 1,
            Err(error) if is_in_the_making::<E>(&error) && looks < LOOKS => {
                clock.sleep(LOOK_EVERY).await;
                (looks, times_well) = (looks + 1, 0);
            }
            Err(error) => return Err(refused::<E>(error)),
        }
    }
    settle_key::<E>(connection, given).await
}

/// Whether somebody else is at it.
fn is_in_the_making<E: ServerEngine>(error: &MigrateError) -> bool {
    match error {
        MigrateError::Dirty(_) => true,
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            is_taken(error) || E::is_made_by_another(error)
        }
        _ => false,
    }
}

fn refused<E: ServerEngine>(error: MigrateError) -> StoreError {
    let what = match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => return E::classify("open", error),
        MigrateError::Dirty(_) => "an upgrade of the database's tables was begun and not ended",
        MigrateError::VersionMissing(_) => "the database was written by a newer release",
        _ => "the database's schema is not one that a release has made",
    };
    StoreError::misconfigured(what)
}

/// The first to write a key or a mark decides; the others read it.
async fn settle_key<E: ServerEngine>(
    connection: &mut E::Connection,
    given: Option<SecretKey>,
) -> Result<SecretKey, StoreError> {
    loop {
        let kept = read::<E>(&mut *connection, KEY).await?;
        let mark = read::<E>(&mut *connection, KEY_MARK).await?;
        match (&given, kept, mark) {
            (Some(given), None, Some(mark)) if mark == recognise(given) => return Ok(given.clone()),
            (None, Some(kept), None) => return Ok(SecretKey::from_bytes(kept)),
            (Some(given), None, None) => write::<E>(&mut *connection, KEY_MARK, &recognise(given)).await?,
            (None, None, None) => {
                let key =
                    SecretKey::generate(&SystemEntropy).map_err(|error| StoreError::unavailable("open", error))?;
                write::<E>(&mut *connection, KEY, key.expose()).await?;
            }
            _ => return Err(StoreError::misconfigured("the database's tombstones were made under another key")),
        }
    }
}

/// What tells the host's key from another without giving it away.
fn recognise(key: &SecretKey) -> [u8; 32] {
    *key.digest("waystation tombstone key mark", &[]).as_bytes()
}

async fn read<E: ServerEngine>(
    connection: &mut E::Connection,
    name: &'static str,
) -> Result<Option<[u8; 32]>, StoreError> {
    let failed = |error| E::classify("open", error);
    let rows = E::fetch(connection, &Statement::new(SELECT_META).bind(name)).await.map_err(failed)?;
    let value = rows.first().map(|row| row.bytes(0)).transpose().map_err(failed)?.flatten();
    value.map(|bytes| bytes.as_slice().try_into()).transpose().map_err(|error| StoreError::corrupt(name, error))
}

/// Unless somebody else has just written it, or is about to: what there is then is read again.
async fn write<E: ServerEngine>(
    connection: &mut E::Connection,
    name: &'static str,
    value: &[u8],
) -> Result<(), StoreError> {
    let statement = Statement::new(INSERT_META).bind(name).bind(value.to_vec());
    match E::execute(connection, &statement).await {
        // On a cluster, a row that another node is writing is a conflict and not yet a key that is taken.
        Err(error) if !is_taken(&error) && !E::is_made_by_another(&error) => Err(E::classify("open", error)),
        _ => Ok(()),
    }
}
