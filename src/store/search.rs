use std::fmt;

use async_trait::async_trait;

use super::StoreError;
use crate::user::User;

mod cursor;
mod filter;
mod metadata;
mod order;
mod pattern;
mod text_field;
mod time_field;

pub use self::{
    cursor::{CursorError, SearchCursor},
    filter::Filter,
    metadata::{MetadataOf, MetadataPath, ValueRange, ValueTest},
    order::{Order, OrderBy, OrderError, OrderValue},
    pattern::Pattern,
    text_field::TextField,
    time_field::{TimeField, TimeRange},
};

pub(crate) use self::{metadata::number, text_field::folded};

/// The capability to find users by what is known of them.
#[async_trait]
pub trait SearchStore: fmt::Debug + Send + Sync {
    /// One page of the users that match, in the order asked for.
    ///
    /// The order is total (ties are broken by id, in the same direction), so pages walked by [`SearchPage::next`] neither
    /// repeat nor skip a user who is there for the whole walk and does not change. A page is shorter than its limit only at the end, and where
    /// it [is cut](SearchPage::is_cut).
    ///
    /// Whatever a store makes of a filter, its answer is that of [`Filter::matches`]. What a database cannot compute to
    /// the letter, it may narrow down, and let `matches` decide.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked, and [`StoreError::Misconfigured`] when [`Search::after`] is a place in another
    /// order.
    async fn search(&self, search: &Search) -> Result<SearchPage, StoreError>;

    /// How many users match.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn count(&self, filter: &Filter) -> Result<u64, StoreError>;
}

/// A search: who, in which order, which page.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Search {
    /// Which users.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// Where the page begins: what the page before gave as [`SearchPage::next`].
    pub after: Option<SearchCursor>,
    /// How many of the users that match are passed over first, counted from `after`. They are read all the same.
    pub skip: usize,
    /// How many users a page holds at most.
    pub limit: usize,
    /// How many users are looked at for one page at most, at least one, where a database cannot say by itself who matches:
    /// the bound on the work of a search that matches hardly anybody.
    pub looks: usize,
    /// About how many bytes a page has at most that [`Snapshot::search_ahead`](super::Snapshot::search_ahead) leaves as the
    /// store holds it: it is short where it has as many after a user.
    pub room: usize,
}

impl Search {
    /// How many users [`page`](Self::page) reaches: what it passes over has to be read each time.
    pub const REACHED_BY_PAGE: usize = 10_000;

    /// The first page of the users that match, 50 at most and however large, by id, for which 100,000 are looked at.
    pub const fn new(filter: Filter) -> Self {
        Self { filter, order: Order::ID, after: None, skip: 0, limit: 50, looks: 100_000, room: usize::MAX }
    }

    /// In this order.
    pub const fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// This many users at most.
    pub const fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Looking at this many users at most.
    pub const fn looks(mut self, users: usize) -> Self {
        self.looks = users;
        self
    }

    /// About this many bytes at most.
    pub const fn room(mut self, bytes: usize) -> Self {
        self.room = bytes;
        self
    }

    /// The page that begins here, in the cursor's order.
    pub fn after(mut self, cursor: SearchCursor) -> Self {
        self.order = cursor.order;
        self.after = Some(cursor);
        self
    }

    /// The page with this number, the first being 0, of `per_page` users.
    ///
    /// ```
    /// use waystation::store::{Filter, Search};
    ///
    /// let third = Search::new(Filter::All).page(2, 50)?;
    /// assert_eq!((third.skip, third.limit), (100, 50));
    /// assert!(Search::new(Filter::All).page(200, 50).is_err());
    /// # Ok::<(), waystation::store::PageTooFar>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the page ends beyond [`REACHED_BY_PAGE`](Self::REACHED_BY_PAGE). Walk by [`SearchPage::next`] instead.
    pub fn page(mut self, page: usize, per_page: usize) -> Result<Self, PageTooFar> {
        let skip = page.checked_mul(per_page).ok_or(PageTooFar)?;
        if skip.checked_add(per_page).is_none_or(|end| end > Self::REACHED_BY_PAGE) {
            return Err(PageTooFar);
        }
        (self.skip, self.limit) = (skip, per_page);
        Ok(self)
    }

    /// That it begins at a place of its own order. For store authors: fields may have been set one by one.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub fn check(&self) -> Result<(), StoreError> {
        if self.after.as_ref().is_some_and(|after| after.order != self.order) {
            return Err(StoreError::misconfigured("the search goes on from a place in another order"));
        }
        Ok(())
    }
}

/// A page that is too far from the first to be reached by its number.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("page numbers reach the first {} users: go on from the cursor of the page before", Search::REACHED_BY_PAGE)]
#[non_exhaustive]
pub struct PageTooFar;

/// One page of a search.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SearchPage {
    /// The users.
    pub users: Vec<User>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<SearchCursor>,
    /// Whether as many users were [looked at](Search::looks) as may be: there may be fewer on the page than it holds, or
    /// none, and those that were to be passed over may not all have been. [`next`](Self::next) goes on from the last one that
    /// was looked at.
    pub is_cut: bool,
}

impl SearchPage {
    /// A page. For store authors.
    pub const fn new(users: Vec<User>, next: Option<SearchCursor>) -> Self {
        Self { users, next, is_cut: false }
    }

    /// A page that ends at `next` since enough users were looked at. For store authors.
    pub const fn cut(users: Vec<User>, next: SearchCursor) -> Self {
        Self { users, next: Some(next), is_cut: true }
    }
}
