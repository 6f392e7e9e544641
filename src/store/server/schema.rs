use std::{borrow::Cow, time::Duration};

use sqlx::{
    SqlSafeStr,
    migrate::{Migrate as _, MigrateError, Migration, MigrationType, Migrator},
};

use super::server_engine::ServerEngine;
use crate::{
    clock::Clock,
    secret_key::SecretKey,
    store::{StoreError, sql::tombstone_key},
};

/// Not sqlx's own `_sqlx_migrations`: the database may be the host's, with migrations of its own.
const MIGRATIONS_TABLE: &str = "_waystation_migrations";

/// How often to look whether others are done with making the tables, and how many times: half a minute, which the nodes of a
/// cluster under load can take.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOKS: usize = 300;

/// A step that was released is never edited: its checksum is stored.
fn migrator(steps: &[(i64, &'static str, &'static str)]) -> Migrator {
    let steps = steps.iter().map(|(version, name, sql)| {
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let mut migrator = Migrator::with_migrations(steps.collect());
    migrator.dangerous_set_table_name(MIGRATIONS_TABLE);
    // Not every server has the locks that sqlx would take (MariaDB has them, and does not wait for them).
    migrator.set_locking(false);
    migrator
}

/// Settles the tombstone key, after it has brought the tables up to this release, whoever else does the same at once; or, where
/// nobody may, has seen that there are some.
pub(super) async fn prepare<E: ServerEngine>(
    connection: &mut E::Connection,
    given: Option<SecretKey>,
    may_create: bool,
    clock: &dyn Clock,
) -> Result<SecretKey, StoreError> {
    let migrator = migrator(E::STEPS);
    match tables::<E>(connection, &migrator).await? {
        // Whoever may write rows and make no tables can go on.
        Tables::Current => return tombstone_key::settle::<E>(connection, given).await,
        Tables::None if !may_create => {
            return Err(StoreError::Missing { what: "the database has no tables of one" });
        }
        Tables::None | Tables::Others => {}
    }
    let (mut looks, mut times_well) = (0, 0);
    // Twice: a step that somebody began between two looks of the first time is seen as done.
    while times_well < 2 {
        match migrator.run_direct(None, &mut *connection, false).await {
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

/// What there is before anything is made.
enum Tables {
    /// Those of this release.
    Current,
    None,
    /// Those of another release, or some that somebody is making.
    Others,
}

async fn tables<E: ServerEngine>(connection: &mut E::Connection, migrator: &Migrator) -> Result<Tables, StoreError> {
    let applied = match connection.list_applied_migrations(MIGRATIONS_TABLE).await {
        Ok(applied) if applied.is_empty() => return Ok(Tables::None),
        Ok(applied) => applied,
        Err(MigrateError::Execute(error)) if E::is_no_table(&error) => return Ok(Tables::None),
        Err(error) => return Err(refused::<E>(error)),
    };
    // Looked for afterwards: a step that is listed has begun, and may not be over.
    if connection.dirty_version(MIGRATIONS_TABLE).await.map_err(refused::<E>)?.is_some() {
        return Ok(Tables::Others);
    }
    let steps = migrator.iter().map(|step| (step.version, &step.checksum));
    let is_current = steps.eq(applied.iter().map(|step| (step.version, &step.checksum)));
    Ok(if is_current { Tables::Current } else { Tables::Others })
}

/// Whether somebody else is at it.
fn is_in_the_making<E: ServerEngine>(error: &MigrateError) -> bool {
    match error {
        MigrateError::Dirty(_) => true,
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            E::is_taken(error) || E::is_made_by_another(error)
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
