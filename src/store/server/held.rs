use std::ops::{Deref, DerefMut};

use sqlx::{Database, pool::PoolConnection};

/// A connection of the pool for the time of one call.
///
/// It goes back only if the call ended well. After a failure, or when the caller went away in the middle, it is closed:
/// there may be a transaction open on it that nobody knows of, and the server ends it with the connection.
pub(super) struct Held<D: Database> {
    connection: PoolConnection<D>,
    ended_well: bool,
}

impl<D: Database> Held<D> {
    pub(super) const fn new(connection: PoolConnection<D>) -> Self {
        Self { connection, ended_well: false }
    }

    pub(super) fn end<T, E>(mut self, answer: &Result<T, E>) {
        self.ended_well = answer.is_ok();
    }
}

impl<D: Database> Deref for Held<D> {
    type Target = D::Connection;

    fn deref(&self) -> &D::Connection {
        &self.connection
    }
}

impl<D: Database> DerefMut for Held<D> {
    fn deref_mut(&mut self) -> &mut D::Connection {
        &mut self.connection
    }
}

impl<D: Database> Drop for Held<D> {
    fn drop(&mut self) {
        if !self.ended_well {
            self.connection.close_on_drop();
        }
    }
}
