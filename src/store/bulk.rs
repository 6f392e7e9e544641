use std::fmt;

use async_trait::async_trait;

use super::{Checkpoint, Insert, KeyKind, OnTombstone, StoreError};
use crate::user::{NewUser, User, UserId};

/// The capability to write many users in one transaction and to walk over all of them.
#[async_trait]
pub trait BulkStore: fmt::Debug + Send + Sync {
    /// Inserts every user whose keys are free, in the order given, and saves the checkpoint: one transaction.
    ///
    /// One outcome a user, in the same order. A user whose key is taken by an earlier one of the same batch is
    /// [`BulkOutcome::Taken`]. When the checkpoint's lease is no longer held, nothing at all is written.
    ///
    /// A batch may have any number of users: a store that has to splits it, inside the one transaction. It is in memory
    /// as a whole, and what others may not write meanwhile is locked until its end, so some thousands at a time are enough.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked. Nothing was written then.
    async fn write(&self, batch: BulkWrite) -> Result<BulkWritten, StoreError>;

    /// The next users in the order of their ids (bytes), `limit` at most, after `after`.
    ///
    /// Walking on from the last id of each page meets every user who is there for the whole walk exactly once,
    /// whatever is inserted and deleted meanwhile.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn scan(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError>;
}

/// A batch for [`BulkStore::write`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BulkWrite {
    /// The users.
    pub users: Vec<NewUser>,
    /// What to do about tombstones; imports refuse.
    pub tombstones: OnTombstone,
    /// The progress of the job that writes, saved in the same transaction.
    pub checkpoint: Option<Checkpoint>,
}

impl BulkWrite {
    /// These users, refusing the deleted, for no job.
    pub const fn new(users: Vec<NewUser>) -> Self {
        Self { users, tombstones: OnTombstone::Refuse, checkpoint: None }
    }

    /// Saves this progress with the batch.
    pub fn checkpoint(mut self, checkpoint: Checkpoint) -> Self {
        self.checkpoint = Some(checkpoint);
        self
    }
}

/// What [`BulkStore::write`] did.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub enum BulkWritten {
    /// Nothing was written: the checkpoint's lease is no longer held.
    LeaseLost,
    /// What became of each user, in the order of the batch.
    Written(Vec<BulkOutcome>),
}

/// What became of one user of a batch.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BulkOutcome {
    /// Stored.
    Created,
    /// Not stored: a user with this key is there.
    Taken(KeyKind),
    /// Not stored: a key belongs to a deleted user.
    Tombstoned,
}

impl From<Insert> for BulkOutcome {
    fn from(insert: Insert) -> Self {
        match insert {
            Insert::Created(_) => Self::Created,
            Insert::Taken(kind) => Self::Taken(kind),
            Insert::Tombstoned => Self::Tombstoned,
        }
    }
}
