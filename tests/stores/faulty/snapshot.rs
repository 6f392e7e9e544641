use async_trait::async_trait;
use waystation::{
    MemoryStore,
    store::{Search, SearchCursor, SearchPage, SearchStore, Snapshot, SnapshotStore, StoreError, StoredPage},
};

use super::{Fault, Faulty};

#[async_trait]
impl SnapshotStore for Faulty {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        match self.fault {
            Fault::ReadsAheadTooFar => Ok(Box::new(Hasty(self.inner.snapshot().await?))),
            Fault::SnapshotForgetsOne => Ok(Box::new(Forgetful(self.inner.snapshot().await?))),
            Fault::SnapshotIsLive => Ok(Box::new(Live(self.inner.clone()))),
            // Of the moment at which the store was made.
            Fault::SnapshotsAreShared => MemoryStore::new().snapshot().await,
            _ => self.inner.snapshot().await,
        }
    }
}

#[derive(Debug)]
struct Forgetful(Box<dyn Snapshot>);

#[async_trait]
impl Snapshot for Forgetful {
    async fn search(&mut self, search: &Search) -> Result<SearchPage, StoreError> {
        let mut page = self.0.search(search).await?;
        page.users.pop();
        Ok(page)
    }
}

#[derive(Debug)]
struct Hasty(Box<dyn Snapshot>);

#[async_trait]
impl Snapshot for Hasty {
    async fn search(&mut self, search: &Search) -> Result<SearchPage, StoreError> {
        self.0.search(search).await
    }

    /// Goes on after the first user of the page.
    async fn search_ahead(&mut self, search: &Search) -> Result<StoredPage, StoreError> {
        let mut page = self.0.search(search).await?;
        let next = page.next.zip(page.users.first()).map(|(next, user)| SearchCursor::after(user, next.order));
        page.next = next;
        Ok(page.into())
    }
}

#[derive(Debug)]
struct Live(MemoryStore);

#[async_trait]
impl Snapshot for Live {
    async fn search(&mut self, search: &Search) -> Result<SearchPage, StoreError> {
        self.0.search(search).await
    }
}
