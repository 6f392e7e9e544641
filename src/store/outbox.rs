use std::fmt;

use async_trait::async_trait;

use super::{StoreError, Tombstone};
use crate::{
    clock::Timestamp,
    user::{LegacyKey, UserId},
};

/// The capability to keep what a legacy system is still to be told, in the same transaction as the change itself.
///
/// Messages come in with the writes of [`UserStore`](super::UserStore): [`NewUser::outgoing`], [`UserChange::outgoing`]
/// and [`Deletion::outgoing`] are queued if and only if the write happens. A store without this capability ignores them,
/// and so does a [bulk write](super::BulkStore::write): what it brings comes from the legacy system.
///
/// The messages of one user are taken in the order in which they were queued, one at a time: the next one only after
/// the one before was [removed](Self::remove).
///
/// [`NewUser::outgoing`]: crate::user::NewUser::outgoing
/// [`UserChange::outgoing`]: crate::user::UserChange::outgoing
#[async_trait]
pub trait OutboxStore: fmt::Debug + Send + Sync {
    /// Takes the messages that are due at `now`, those due longest first, `limit` at most, and makes each due again at
    /// `until`: whoever took it has it to themselves before that.
    ///
    /// One atomic step for each message: of many callers, one gets it.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn take(&self, now: Timestamp, until: Timestamp, limit: usize) -> Result<Vec<OutboxMessage>, StoreError>;

    /// Removes a message. `false` if it is gone, or somebody else has taken it since.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn remove(&self, message: &OutboxMessage) -> Result<bool, StoreError>;

    /// Makes a message due at `due_at`, and not before. `false` if it is gone, or somebody else has taken it since.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn postpone(&self, message: &OutboxMessage, due_at: Timestamp) -> Result<bool, StoreError>;

    /// How much waits.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn backlog(&self) -> Result<Backlog, StoreError>;
}

/// A message to be queued with a write. It is due at once.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct Outgoing {
    /// What is to be said, sealed: a store does not look into it. At most 60 KiB.
    pub body: Vec<u8>,
    /// When the change was made.
    pub queued_at: Timestamp,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
}

impl Outgoing {
    /// The message with this body.
    pub const fn new(body: Vec<u8>, queued_at: Timestamp, expires_at: Timestamp) -> Self {
        Self { body, queued_at, expires_at }
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("queued_at", &self.queued_at).finish_non_exhaustive()
    }
}

/// A message that somebody has [taken](OutboxStore::take).
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct OutboxMessage {
    /// Whom it is about.
    pub user: UserId,
    /// Its place among the messages of the user.
    pub position: u64,
    /// Who the user was at the legacy system, if the message is about their deletion: the row is gone.
    pub legacy: Option<LegacyKey>,
    /// What was queued.
    pub outgoing: Outgoing,
    /// How often it was taken, this time included.
    pub taken: u64,
    /// Until when it is theirs who took it.
    pub until: Timestamp,
}

impl OutboxMessage {
    /// A message of `user`, taken for the `taken`th time and until `until`. For store authors.
    pub const fn new(user: UserId, position: u64, outgoing: Outgoing, taken: u64, until: Timestamp) -> Self {
        Self { user, position, legacy: None, outgoing, taken, until }
    }
}

impl fmt::Debug for OutboxMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboxMessage")
            .field("position", &self.position)
            .field("outgoing", &self.outgoing)
            .field("taken", &self.taken)
            .finish_non_exhaustive()
    }
}

/// How much waits in an outbox.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Backlog {
    /// Messages that wait, those on their way included.
    pub waiting: u64,
    /// When the oldest of them was queued: the legacy system lags behind since then.
    pub oldest: Option<Timestamp>,
}

impl Backlog {
    /// So many messages, the oldest queued then. For store authors.
    pub const fn new(waiting: u64, oldest: Option<Timestamp>) -> Self {
        Self { waiting, oldest }
    }
}

/// What stays of a user who is deleted.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Deletion {
    /// The mark on every key they had, if one is to be left.
    pub tombstone: Option<Tombstone>,
    /// What the legacy system is to be told. The store adds the row's legacy key.
    pub outgoing: Vec<Outgoing>,
}

impl Deletion {
    /// Nothing stays: the user may be migrated again.
    pub const fn without_trace() -> Self {
        Self { tombstone: None, outgoing: Vec::new() }
    }

    /// A tombstone on every key.
    pub const fn leaving(tombstone: Tombstone) -> Self {
        Self { tombstone: Some(tombstone), outgoing: Vec::new() }
    }
}
