use std::sync::Arc;

use super::ExportError;
use crate::{
    store::{Filter, Search, SearchCursor, Snapshot, StoreError, StoredPage, StoredUsers, UserStore},
    user::UserId,
};

/// A walk over the users to export, page by page, in the order of their ids.
pub(super) struct Walk {
    store: Arc<dyn UserStore>,
    snapshot: Option<Box<dyn Snapshot>>,
    filter: Filter,
    page: usize,
    next: Next,
}

enum Next {
    First,
    After(UserId),
    From(SearchCursor),
    End,
}

impl Walk {
    pub(super) async fn begin(
        store: &Arc<dyn UserStore>,
        filter: &Filter,
        page: usize,
        of_one_moment: bool,
    ) -> Result<Self, ExportError> {
        let snapshot = match store.as_snapshots() {
            Some(snapshots) if of_one_moment => Some(snapshots.snapshot().await?),
            _ => None,
        };
        Ok(Self { store: Arc::clone(store), snapshot, filter: filter.clone(), page, next: Next::First })
    }

    /// The next page, which may be empty; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<StoredUsers>, ExportError> {
        let mut search = Search::new(self.filter.clone()).limit(self.page);
        let after = match std::mem::replace(&mut self.next, Next::End) {
            Next::End => return Ok(None),
            Next::First => None,
            Next::After(id) => Some(id),
            Next::From(cursor) => {
                search = search.after(cursor);
                None
            }
        };
        let page: StoredPage = match (&mut self.snapshot, &self.filter, self.store.as_bulk(), self.store.as_search()) {
            (Some(snapshot), ..) => snapshot.search_ahead(&search).await?,
            (None, Filter::All, Some(bulk), _) => {
                let users = bulk.scan(after.as_ref(), self.page).await?;
                if let Some(last) = users.last() {
                    self.next = Next::After(last.id.clone());
                }
                return Ok(Some(Box::new(users.into_iter().map(Ok))));
            }
            (None, _, _, Some(store)) => store.search(&search).await?.into(),
            (None, _, _, None) => {
                return Err(StoreError::misconfigured("the store can neither list its users nor search them").into());
            }
        };
        self.next = page.next.map_or(Next::End, Next::From);
        Ok(Some(page.users))
    }
}
