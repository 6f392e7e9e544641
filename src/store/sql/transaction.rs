//! Transactions, with one savepoint in them at a time.
//!
//! One that is left in the middle, when a statement fails or the caller goes away, is rolled back: a server's
//! connection is closed then, and that to SQLite is told.

use super::engine::Engine;

pub(crate) async fn begin<E: Engine>(connection: &mut E::Connection) -> Result<(), E::Error> {
    E::begin(connection, E::BEGIN).await
}

pub(crate) async fn commit<E: Engine>(connection: &mut E::Connection) -> Result<(), E::Error> {
    E::end(connection, "COMMIT").await
}

pub(crate) async fn rollback<E: Engine>(connection: &mut E::Connection) -> Result<(), E::Error> {
    E::end(connection, "ROLLBACK").await
}

pub(crate) async fn set_savepoint<E: Engine>(connection: &mut E::Connection) -> Result<(), E::Error> {
    E::command(connection, "SAVEPOINT waystation").await
}

pub(crate) async fn release<E: Engine>(connection: &mut E::Connection) -> Result<(), E::Error> {
    E::command(connection, "RELEASE SAVEPOINT waystation").await
}

pub(crate) async fn roll_back_to_savepoint<E: Engine>(connection: &mut E::Connection) -> Result<(), E::Error> {
    E::command(connection, "ROLLBACK TO SAVEPOINT waystation; RELEASE SAVEPOINT waystation").await
}
