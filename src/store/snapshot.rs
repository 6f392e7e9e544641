use std::fmt;

use async_trait::async_trait;

use super::{Search, SearchCursor, SearchPage, StoreError};
use crate::user::User;

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

    /// The same page for whoever asks for the next one before he looks at this one: to make users of what the store holds
    /// may be left to whoever looks at them, on any thread.
    ///
    /// # Errors
    ///
    /// As [`search`](Self::search).
    async fn search_ahead(&mut self, search: &Search) -> Result<StoredPage, StoreError> {
        Ok(self.search(search).await?.into())
    }
}

/// A page of a search whose users may still be as the store holds them.
#[non_exhaustive]
pub struct StoredPage {
    /// The users, one by one. What the store holds may turn out not to be a user, which does not end the snapshot.
    pub users: StoredUsers,
    /// Where the next page begins; `None` at the end. A page before the end may be short, or empty, as one of a search.
    pub next: Option<SearchCursor>,
    /// About how many bytes the store has sent for it, where it knows: by them, whoever asks for the next one chooses how many
    /// users he has room for.
    pub bytes: Option<usize>,
}

/// Users who are made of what a store holds when they are asked for.
pub type StoredUsers = Box<dyn ExactSizeIterator<Item = Result<User, StoreError>> + Send>;

impl StoredPage {
    /// A page. For store authors.
    pub fn new(users: StoredUsers, next: Option<SearchCursor>) -> Self {
        Self { users, next, bytes: None }
    }

    /// The same, of about so many bytes.
    pub const fn of_bytes(mut self, bytes: usize) -> Self {
        self.bytes = Some(bytes);
        self
    }
}

impl From<SearchPage> for StoredPage {
    fn from(page: SearchPage) -> Self {
        Self::new(Box::new(page.users.into_iter().map(Ok)), page.next)
    }
}

impl fmt::Debug for StoredPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredPage").field("users", &self.users.len()).finish_non_exhaustive()
    }
}
