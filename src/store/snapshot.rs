use std::fmt;

use async_trait::async_trait;

use super::{Search, SearchPage, StoreError};

/// The capability to look at the users as they are at one moment, while others go on writing.
#[async_trait]
pub trait SnapshotStore: fmt::Debug + Send + Sync {
    /// Begins to look: whatever was written when this is called is seen, and nothing that is written after it has answered.
    ///
    /// A snapshot keeps what it takes (a connection, what the database would otherwise clear away) until it is dropped.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError>;
}

/// The users as they were at one moment.
#[async_trait]
pub trait Snapshot: fmt::Debug + Send {
    /// As [`SearchStore::search`](super::SearchStore::search), of that moment.
    ///
    /// After an error, the snapshot is over: the next one is of another moment.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked, or has given the snapshot up.
    async fn search(&mut self, search: &Search) -> Result<SearchPage, StoreError>;
}
