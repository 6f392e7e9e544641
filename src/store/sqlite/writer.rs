use std::ops::{Deref, DerefMut};

use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use super::{
    connection::{Connection, Options},
    error::Fault,
};
use crate::clock::{self, SystemClock};

/// The one connection that writes.
///
/// SQLite has one writer at a time. Waiting for a turn here is fair and costs nothing; several connections would wait
/// for each other by sleeping and trying again.
pub(super) struct Writer {
    options: Options,
    slot: Mutex<Slot>,
}

enum Slot {
    Closed,
    Empty,
    Open(Held),
}

/// The connection, and whether a turn on it began and has not ended.
pub(super) struct Held {
    connection: Connection,
    in_turn: bool,
}

impl Writer {
    pub(super) fn new(options: Options) -> Self {
        Self { options, slot: Mutex::new(Slot::Empty) }
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self) -> Result<Turn<'_>, Fault> {
        let mut slot = match self.slot.try_lock() {
            Ok(slot) => slot,
            Err(_) => clock::within(&SystemClock::new(), self.options.busy_timeout, self.slot.lock())
                .await
                .ok_or(Fault::Waited)?,
        };
        if let Slot::Open(held) = &mut *slot
            && held.in_turn
        {
            // What that turn left behind is done first, so that no write comes to pass after a later one. Then the
            // connection goes, whatever state it is in.
            std::mem::take(&mut held.connection).close().await?;
            *slot = Slot::Empty;
        }
        if let Slot::Empty = *slot {
            let connection = Connection::open(self.options.clone()).await?;
            *slot = Slot::Open(Held { connection, in_turn: false });
        }
        let held = MutexGuard::try_map(slot, |slot| match slot {
            Slot::Open(held) => Some(held),
            Slot::Closed | Slot::Empty => None,
        });
        let mut held = held.map_err(|_| Fault::Closed)?;
        held.in_turn = true;
        Ok(Turn(held))
    }

    pub(super) async fn close(&self) -> Result<(), Fault> {
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
    pub(super) fn end<T, E>(mut self, answer: &Result<T, E>) {
        self.0.in_turn = answer.is_err();
    }
}

impl Deref for Turn<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0.connection
    }
}

impl DerefMut for Turn<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0.connection
    }
}
