use std::{borrow::Cow, time::Duration};

use sqlx::{
    SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use super::server_engine::ServerEngine;
use crate::{
    clock::Clock,
    secret_key::SecretKey,
    store::{
        StoreError,
        sql::{engine::is_taken, tombstone_key},
    },
};

/// Not sqlx's own `_sqlx_migrations`: the database may be the host's, with migrations of its own.
const MIGRATIONS_TABLE: &str = "_waystation_migrations";

/// How often to look whether others are done with making the tables, and how many times: half a minute, which the nodes of a
/// cluster under load can take.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOKS: usize = 300;

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
    tombstone_key::settle::<E>(connection, given).await
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
