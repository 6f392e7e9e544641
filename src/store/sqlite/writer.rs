use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{Mutex, MutexGuard};

use super::error::classify;
use crate::{
    clock::{self, SystemClock},
    store::StoreError,
};

/// The one connection that writes.
///
/// SQLite has one writer at a time. Waiting for a turn here is fair and costs nothing; several connections would wait
/// for each other by sleeping and trying again.
pub(super) struct Writer {
    options: SqliteConnectOptions,
    patience: Duration,
    slot: Mutex<Slot>,
}

enum Slot {
    Closed,
    Empty,
    Ready(SqliteConnection),
}

impl Writer {
    pub(super) fn new(options: SqliteConnectOptions, patience: Duration) -> Self {
        Self { options, patience, slot: Mutex::new(Slot::Empty) }
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self, operation: &'static str) -> Result<Turn<'_>, StoreError> {
        let mut slot = match self.slot.try_lock() {
            Ok(slot) => slot,
            Err(_) => clock::within(&SystemClock::new(), self.patience, self.slot.lock())
                .await
                .ok_or_else(|| StoreError::unavailable(operation, sqlx::Error::PoolTimedOut))?,
        };
        match std::mem::replace(&mut *slot, Slot::Empty) {
            Slot::Closed => {
                *slot = Slot::Closed;
                Err(StoreError::unavailable(operation, sqlx::Error::PoolClosed))
            }
            Slot::Empty => {
                let connection = self.options.connect().await.map_err(|error| classify(operation, error))?;
                Ok(Turn { slot, connection })
            }
            Slot::Ready(connection) => Ok(Turn { slot, connection }),
        }
    }

    pub(super) async fn close(&self) -> Result<(), sqlx::Error> {
        match std::mem::replace(&mut *self.slot.lock().await, Slot::Closed) {
            Slot::Closed | Slot::Empty => Ok(()),
            Slot::Ready(connection) => connection.close().await,
        }
    }
}

/// The exclusive use of the writing connection.
///
/// It must be [ended](Self::end) when all went well. A turn that is dropped instead, because a statement failed or
/// the caller went away, takes its connection with it: whatever state that was in, the next turn starts on a new one.
pub(super) struct Turn<'a> {
    slot: MutexGuard<'a, Slot>,
    connection: SqliteConnection,
}

impl Turn<'_> {
    pub(super) fn end(mut self) {
        *self.slot = Slot::Ready(self.connection);
    }
}

impl Deref for Turn<'_> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.connection
    }
}

impl DerefMut for Turn<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}
