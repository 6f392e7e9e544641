use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    connection::{Connection, Options},
    error::Fault,
};
use crate::clock::{self, SystemClock};

/// The connections that read, each opened when all others are busy.
pub(super) struct Readers {
    options: Options,
    most: u32,
    turns: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// At most so many.
    pub(super) fn new(options: Options, most: u32) -> Self {
        Self { options, most, turns: Arc::new(Semaphore::new(most as usize)), idle: Mutex::default() }
    }

    /// Waits for one.
    pub(super) async fn reader(self: &Arc<Self>) -> Result<Reader, Fault> {
        let turn = Arc::clone(&self.turns).acquire_owned();
        let turn = clock::within(&SystemClock::new(), self.options.busy_timeout, turn).await;
        let turn = turn.ok_or(Fault::Waited)?.map_err(|_| Fault::Closed)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => Connection::open(self.options.clone()).await?,
        };
        Ok(Reader { connection, ended_well: false, readers: Arc::clone(self), _turn: turn })
    }

    /// Closes all of them, after what they are at.
    pub(super) async fn close(&self) -> Result<(), Fault> {
        let all = self.turns.acquire_many(self.most).await;
        self.turns.close();
        drop(all);
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for connection in idle {
            connection.close().await?;
        }
        Ok(())
    }
}

/// The exclusive use of a connection that reads.
///
/// The connection is kept only if all [ended](Self::end) well. Otherwise, as when the caller went away, it stops what it is at
/// and is closed.
pub(super) struct Reader {
    connection: Connection,
    ended_well: bool,
    readers: Arc<Readers>,
    _turn: OwnedSemaphorePermit,
}

impl Reader {
    pub(super) fn end<T, E>(mut self, answer: &Result<T, E>) {
        self.ended_well = answer.is_ok();
    }
}

impl Deref for Reader {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.ended_well {
            let connection = std::mem::take(&mut self.connection);
            self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        } else {
            self.connection.interrupt();
        }
    }
}
