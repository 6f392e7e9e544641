use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

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
    Open(Held),
}

/// The connection, and whether a turn on it began and has not ended.
pub(super) struct Held {
    connection: SqliteConnection,
    in_turn: bool,
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
        if let Slot::Open(held) = &mut *slot
            && held.in_turn
        {
            // What that turn left behind is done first, so that no write comes to pass after a later one. Then the
            // connection goes, whatever state it is in.
            let _gone_already = held.connection.ping().await;
            *slot = Slot::Empty;
        }
        if let Slot::Empty = *slot {
            let connection = self.options.connect().await.map_err(|error| classify(operation, error))?;
            *slot = Slot::Open(Held { connection, in_turn: false });
        }
        let held = MutexGuard::try_map(slot, |slot| match slot {
            Slot::Open(held) => Some(held),
            Slot::Closed | Slot::Empty => None,
        });
        let mut held = held.map_err(|_| StoreError::unavailable(operation, sqlx::Error::PoolClosed))?;
        held.in_turn = true;
        Ok(Turn(held))
    }

    pub(super) async fn close(&self) -> Result<(), sqlx::Error> {
        match std::mem::replace(&mut *self.slot.lock().await, Slot::Closed) {
            Slot::Closed | Slot::Empty => Ok(()),
            Slot::Open(held) => held.connection.close().await,
        }
    }
}

/// The exclusive use of the writing connection.
///
/// It must be [ended](Self::end) when all went well. After a turn that was dropped instead, because a statement failed
/// or the caller went away, the next one starts on a new connection.
pub(super) struct Turn<'a>(MappedMutexGuard<'a, Held>);

impl Turn<'_> {
    pub(super) fn end(mut self) {
        self.0.in_turn = false;
    }
}

impl Deref for Turn<'_> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.0.connection
    }
}

impl DerefMut for Turn<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.0.connection
    }
}
