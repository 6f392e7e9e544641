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
    page: PageSize,
    next: Next,
}

/// How many users are asked for at once.
struct PageSize {
    most: usize,
    /// As many as there is room for, if they are as large as those before.
    next: usize,
}

impl PageSize {
    /// The first page, before anybody knows how large users are.
    const FIRST: usize = 100;
    /// Room for a page as the store holds it, in bytes: no page has more but for its last user. Somewhat more is taken by each
    /// of the next: what is read and what is made of it are in memory together for a moment, and several pages are.
    const ROOM: usize = 1 << 20;

    fn new(most: usize) -> Self {
        Self { most, next: Self::FIRST.min(most) }
    }

    /// The next one, after one of so many users and so many bytes, which not every store knows.
    fn learn(&mut self, users: usize, bytes: Option<usize>) {
        let fits = bytes.map_or(self.most, |bytes| Self::ROOM.saturating_mul(users) / bytes.max(1));
        if users > 0 {
            self.next = fits.clamp(1, self.most);
        }
    }
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
        most: usize,
        of_one_moment: bool,
    ) -> Result<Self, ExportError> {
        let snapshot = match store.as_snapshots() {
            Some(snapshots) if of_one_moment => Some(snapshots.snapshot().await?),
            _ => None,
        };
        Ok(Self {
            store: Arc::clone(store),
            snapshot,
            filter: filter.clone(),
            page: PageSize::new(most),
            next: Next::First,
        })
    }

    /// The next page, which may be empty; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<StoredUsers>, ExportError> {
        let mut search = Search::new(self.filter.clone()).limit(self.page.next).room(PageSize::ROOM);
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
                let users = bulk.scan(after.as_ref(), self.page.next).await?;
                self.page.learn(users.len(), None);
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
        self.page.learn(page.users.len(), page.bytes);
        self.next = page.next.map_or(Next::End, Next::From);
        Ok(Some(page.users))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_users_there_is_room_for() {
        let mut page = PageSize::new(2_000);
        assert_eq!(page.next, 100);
        for (users, bytes, next) in [
            (100, Some(50_000), 2_000),
            (2_000, Some(2_000_000), 1_048),
            (0, Some(0), 1_048),
            (1_048, Some(104_800_000), 10),
            (10, Some(1 << 30), 1),
            (1, Some(0), 2_000),
            (2_000, None, 2_000),
        ] {
            page.learn(users, bytes);
            assert_eq!(page.next, next, "after {users}");
        }
        assert_eq!(PageSize::new(1).next, 1);
    }
}
