use std::fmt;

use async_trait::async_trait;

use super::{Checkpoint, Insert, KeyKind, Lookup, OnTombstone, OwnedKey, StoreError, Turn, Update};
use crate::{
    clock::Timestamp,
    user::{NewUser, User, UserChange, UserId, Version},
};

/// The capability to look up and write many users at once, and to walk over all of them.
#[async_trait]
pub trait BulkStore: fmt::Debug + Send + Sync {
    /// What [`UserStore::find`](super::UserStore::find) would say of each key: one answer a key, in the same order.
    ///
    /// The answers need not be of one moment. Each is true of its key at some moment during the call.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked, or a row cannot be read.
    async fn look_up(&self, keys: &[OwnedKey]) -> Result<Vec<Lookup>, StoreError>;

    /// Inserts every user whose keys are free, in the order given, then makes the changes, and saves the checkpoint: one
    /// transaction.
    ///
    /// One outcome a user and then one a change, in the same order. A user whose key is taken by an earlier one of the
    /// same batch is [`BulkOutcome::Taken`]. When the checkpoint's lease is no longer held, nothing at all is written.
    /// Messages in [`NewUser::outgoing`] and [`UserChange::outgoing`] are not queued.
    ///
    /// [`BulkWrite::unless_conflict`] and [`BulkWrite::rolled_back`] write nothing in the end: no user, no lifted
    /// tombstone and no checkpoint.
    ///
    /// A batch may have any number of users: a store that has to splits it, inside the one transaction. It is in memory
    /// as a whole, and what others may not write meanwhile is locked until its end, so some thousands at a time are enough.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked. Nothing was written then.
    async fn write(&self, batch: &BulkWrite) -> Result<BulkWritten, StoreError>;

    /// Whether one write can be under way while another one waits for its [turn](BulkWrite::turn). A store that has one
    /// writer at a time says `false`, and is given no turns.
    fn writes_at_once(&self) -> bool;

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
    /// The users to insert.
    pub users: Vec<NewUser>,
    /// Changes of users who are there. At most one a user.
    pub updates: Vec<BulkUpdate>,
    /// What to do about tombstones; imports refuse.
    pub tombstones: OnTombstone,
    /// All or nothing: if anything stands in the way of one, nothing is written, and the answer is
    /// [`BulkWritten::Conflict`].
    pub unless_conflict: bool,
    /// Everything is done as ever and then undone: what a dry run is made of.
    pub rolled_back: bool,
    /// The progress of the job that writes, saved in the same transaction.
    pub checkpoint: Option<Checkpoint>,
    /// When it may come to its end. Until then the store does all of it but the end, and then saves the checkpoint that comes
    /// with the turn, and no other: one that is there before says whose the lease is. For stores that [write at once](BulkStore::writes_at_once).
    pub turn: Option<Turn>,
}

impl BulkWrite {
    /// These users, refusing the deleted, for no job.
    pub const fn new(users: Vec<NewUser>) -> Self {
        Self {
            users,
            updates: Vec::new(),
            tombstones: OnTombstone::Refuse,
            unless_conflict: false,
            rolled_back: false,
            checkpoint: None,
            turn: None,
        }
    }

    /// And makes these changes.
    pub fn updates(mut self, updates: Vec<BulkUpdate>) -> Self {
        self.updates = updates;
        self
    }

    /// All or nothing.
    pub const fn unless_conflict(mut self) -> Self {
        self.unless_conflict = true;
        self
    }

    /// Undone at its end.
    pub const fn rolled_back(mut self) -> Self {
        self.rolled_back = true;
        self
    }

    /// Saves this progress with the batch.
    pub fn checkpoint(mut self, checkpoint: Checkpoint) -> Self {
        self.checkpoint = Some(checkpoint);
        self
    }
}

/// A change of one user in a [`BulkWrite`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BulkUpdate {
    /// The user.
    pub id: UserId,
    /// The version that their row must have.
    pub expected: Version,
    /// The change.
    pub change: UserChange,
    /// Nothing is changed if they have logged in at this time or later: [`BulkOutcome::Stale`]. Log-ins that are counted do
    /// not move the version.
    pub unless_logged_in_since: Option<Timestamp>,
}

impl BulkUpdate {
    /// This change of the user, if their row still has this version.
    pub const fn new(id: UserId, expected: Version, change: UserChange) -> Self {
        Self { id, expected, change, unless_logged_in_since: None }
    }

    /// Only if they have not logged in at this time or later.
    pub const fn unless_logged_in_since(mut self, since: Timestamp) -> Self {
        self.unless_logged_in_since = Some(since);
        self
    }
}

/// What [`BulkStore::write`] did.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub enum BulkWritten {
    /// Nothing was written, as [`BulkWrite::unless_conflict`] asked: the outcomes as far as the store looked, at least one
    /// of which is neither [`Created`](BulkOutcome::Created) nor [`Updated`](BulkOutcome::Updated).
    Conflict(Vec<BulkOutcome>),
    /// Nothing was written: the checkpoint's lease is no longer held.
    LeaseLost,
    /// Nothing was written: its turn will never come.
    TurnLost,
    /// What became of each user and then of each change, in the order of the batch.
    Written(Vec<BulkOutcome>),
}

/// What became of one user or change of a batch.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BulkOutcome {
    /// Stored.
    Created,
    /// Not changed: there is no such user.
    Gone,
    /// Not changed: the row has another version, or its owner has logged in since.
    Stale,
    /// Not stored, or not changed: another user with this key is there.
    Taken(KeyKind),
    /// Not stored: a key belongs to a deleted user.
    Tombstoned,
    /// Changed.
    Updated,
}

impl BulkOutcome {
    /// Whether it was done.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Created | Self::Updated)
    }
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

impl From<&Update> for BulkOutcome {
    fn from(update: &Update) -> Self {
        match update {
            Update::Gone => Self::Gone,
            Update::Stale => Self::Stale,
            Update::Taken(kind) => Self::Taken(*kind),
            Update::Updated(_) => Self::Updated,
        }
    }
}
