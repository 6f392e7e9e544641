//! Searching users, by statements that all databases read.

use super::{
    engine::{Engine, StoredRow, StoredRows as _},
    filter::{self, Side},
    row::{self, columns},
    statement::Statement,
    users::Users,
};
use crate::{
    store::{Filter, Order, OrderBy, OrderValue, Search, SearchCursor, SearchPage, StoreError, StoredPage},
    user::{User, UserId},
};

/// How many rows a statement brings while it is not known how many of them match.
const CANDIDATES: usize = 500;

/// The most rows that a statement brings: they are all in memory at once.
const ROWS: usize = 2_000;

impl Users {
    pub(crate) async fn search<E: Engine>(
        &self,
        connection: &mut E::Connection,
        search: &Search,
    ) -> Result<SearchPage, StoreError> {
        search.check()?;
        let order = search.order;
        let mut users: Vec<User> = Vec::new();
        let mut skip = search.skip;
        if search.limit == 0 {
            return Ok(SearchPage::new(users, None));
        }
        let mut walk = Walk::new(&search.filter, order, search.after.as_ref());
        walk.looks = search.looks.max(1);
        walk.skip = search.skip;
        // One more than the page holds, to see whether it is the last.
        let wanted = |skip: usize, met: usize| skip.saturating_add(search.limit - met).saturating_add(1);
        while let Some(mut batch) = walk.batch::<E>(self, connection, wanted(skip, users.len())).await? {
            let skipped = skip.min(batch.len());
            batch.drain(..skipped);
            skip -= skipped;
            let room = search.limit - users.len();
            let is_full = batch.len() > room;
            batch.truncate(room);
            if users.is_empty() {
                users = batch;
            } else {
                users.append(&mut batch);
            }
            if is_full {
                let next = users.last().map(|user| SearchCursor::after(user, order));
                return Ok(SearchPage::new(users, next));
            }
            if let (0, Some(_), Some(last)) = (walk.looks, &walk.stretch, walk.last.take()) {
                return Ok(SearchPage::cut(users, last));
            }
        }
        Ok(SearchPage::new(users, None))
    }

    /// One statement, whose rows are left as they are, if it finds nobody who is not on the page and the place of the last is
    /// a row's id.
    pub(crate) async fn search_ahead<E: Engine>(
        &self,
        connection: &mut E::Connection,
        search: &Search,
    ) -> Result<StoredPage, StoreError> {
        search.check()?;
        let mut walk = Walk::new(&search.filter, search.order, search.after.as_ref());
        let stretch = match walk.stretch.take() {
            Some(stretch @ Stretch::Missing(_))
                if search.order.by() == OrderBy::Id && walk.is_exact && search.skip == 0 && search.limit > 0 =>
            {
                stretch
            }
            _ => return Ok(self.search::<E>(connection, search).await?.into()),
        };
        let failed = |error| E::classify("search", error);
        // A page may be shorter than its limit, and is all in memory.
        let limit = search.limit.min(ROWS);
        let statement = walk.statement::<E>(self, &stretch, limit + 1);
        let rows = E::fetch_page(connection, &statement, search.room).await.map_err(failed)?;
        // Of a page without room for more, nobody knows whether it was the last.
        let is_whole = rows.len() <= limit && rows.bytes() < search.room;
        let limit = limit.min(rows.len());
        let last = match limit.checked_sub(1) {
            Some(last) if !is_whole => rows.id(last),
            Some(_) | None => Ok(None),
        };
        let last = last.map_err(|error| StoreError::corrupt("id", error))?;
        let next = last.map(|id| SearchCursor::at(search.order, None, UserId::new(id)));
        // Without the one behind the page.
        let bytes = rows.bytes().saturating_mul(limit) / rows.len().max(1);
        Ok(StoredPage::new(rows.into_users(limit), next).of_bytes(bytes))
    }

    pub(crate) async fn count<E: Engine>(
        &self,
        connection: &mut E::Connection,
        filter: &Filter,
    ) -> Result<u64, StoreError> {
        let failed = |error| E::classify("count", error);
        let mut statement = self.select::<E>("SELECT count(*) FROM waystation_users", filter, None);
        filter::push::<E>(&mut statement, filter, Side::Must);
        let rows = E::fetch(connection, &statement).await.map_err(failed)?;
        let count = rows.first().map(|row| row.number(0)).transpose().map_err(failed)?.flatten();
        let mut count = count.unwrap_or_default().unsigned_abs();
        if !filter::is_exact(filter) {
            let mut walk = Walk::new(filter, Order::ID, None);
            walk.is_in_doubt = true;
            while let Some(batch) = walk.batch::<E>(self, connection, usize::MAX).await? {
                count += batch.len() as u64;
            }
        }
        Ok(count)
    }

    fn select<E: Engine>(&self, what: &'static str, filter: &Filter, by: Option<OrderBy>) -> Statement<'_> {
        // Pages of everybody and look-ups of one are asked for all the time; of the others, no two are the same. Nor is one
        // plan good for all values of what many have in common.
        let is_along_key = filter::is_walk_along_key(filter, by.map(|by| column(by).unwrap_or("id")));
        let is_common = matches!(filter, Filter::All) || is_along_key;
        let mut statement = if is_common { Statement::new(what) } else { Statement::made_once(what) };
        if by.is_some() && !is_along_key && filter::names_a_key(filter) {
            statement.push(E::BY_KEY);
        }
        statement.push(" WHERE connection = ").push_bind(&*self.name).push(" AND ");
        statement
    }
}

/// A walk over the users who match, in their order.
struct Walk<'a> {
    filter: &'a Filter,
    is_exact: bool,
    /// Only those of whom SQL alone cannot say that they match.
    is_in_doubt: bool,
    order: Order,
    has_begun: bool,
    /// How many are passed over first, which the limit of a statement is as well for.
    skip: usize,
    /// How many more users may be brought to be looked at.
    looks: usize,
    /// The last of them.
    last: Option<SearchCursor>,
    /// Where the next batch begins; `None` at the end.
    stretch: Option<Stretch>,
}

/// A part of an ordered list, after a place in it. Two statements, so that each is in the order of an index.
enum Stretch {
    /// Those who have the value.
    There(Option<(OrderValue, UserId)>),
    /// Those who have none, or are ordered by their ids alone.
    Missing(Option<UserId>),
}

impl<'a> Walk<'a> {
    fn new(filter: &'a Filter, order: Order, after: Option<&SearchCursor>) -> Self {
        let stretch = match after {
            None if order.by() == OrderBy::Id => Stretch::Missing(None),
            None => Stretch::There(None),
            Some(SearchCursor { value: None, id, .. }) => Stretch::Missing(Some(id.clone())),
            Some(SearchCursor { value: Some(value), id, .. }) => Stretch::There(Some((value.clone(), id.clone()))),
        };
        let is_exact = filter::is_exact(filter);
        Self {
            filter,
            is_exact,
            is_in_doubt: false,
            order,
            has_begun: false,
            skip: 0,
            looks: usize::MAX,
            last: None,
            stretch: Some(stretch),
        }
    }

    /// The next users who match, of whom `wanted` are enough; there may be none of them in a batch.
    async fn batch<E: Engine>(
        &mut self,
        users: &Users,
        connection: &mut E::Connection,
        wanted: usize,
    ) -> Result<Option<Vec<User>>, StoreError> {
        let Some(stretch) = self.stretch.take() else { return Ok(None) };
        // A search that matches hardly anybody looks at everybody: it leaves the thread to others in between.
        if self.has_begun {
            tokio::task::yield_now().await;
        }
        self.has_begun = true;
        let limit = if self.is_exact { wanted.min(ROWS) } else { CANDIDATES.min(self.looks) };
        let statement = self.statement::<E>(users, &stretch, limit);
        let mut batch = E::fetch_users(connection, &statement, "search").await?;
        self.stretch = match (batch.last().filter(|_| batch.len() == limit), stretch) {
            (Some(last), Stretch::There(_)) => {
                let value = self.order.value(last).ok_or_else(|| row::null("value that users are ordered by"))?;
                Some(Stretch::There(Some((value, last.id.clone()))))
            }
            (Some(last), Stretch::Missing(_)) => Some(Stretch::Missing(Some(last.id.clone()))),
            (None, Stretch::There(_)) if self.order.by().may_be_missing() => Some(Stretch::Missing(None)),
            (None, Stretch::There(_) | Stretch::Missing(_)) => None,
        };
        if !self.is_exact {
            self.looks = self.looks.saturating_sub(batch.len());
            self.last = batch.last().map(|user| SearchCursor::after(user, self.order));
            batch.retain(|user| self.filter.matches(user));
        }
        Ok(Some(batch))
    }

    fn statement<'s, E: Engine>(&self, users: &'s Users, stretch: &Stretch, limit: usize) -> Statement<'s> {
        let by = self.order.by();
        let what = concat!("SELECT ", columns!(), " FROM waystation_users");
        let mut statement = users.select::<E>(what, self.filter, Some(by));
        filter::push::<E>(&mut statement, self.filter, Side::May);
        if self.is_in_doubt {
            statement.push(" AND NOT ");
            filter::push::<E>(&mut statement, self.filter, Side::Must);
        }
        // Ties are in the same direction, so that one index is walked along either way.
        let (after, down) = if self.order.is_descending() { (" < ", " DESC") } else { (" > ", "") };
        let id = |id: &UserId| id.as_str().to_owned();
        match (column(by), stretch) {
            (Some(column), Stretch::There(place)) => {
                if by.may_be_missing() {
                    statement.push(" AND ").push(column).push(" IS NOT NULL");
                }
                if let Some((value, last)) = place {
                    // The first comparison is what an index answers.
                    statement.push(" AND ").push(column);
                    statement.push(if self.order.is_descending() { " <= " } else { " >= " });
                    push_value(&mut statement, value);
                    statement.push(" AND (").push(column).push(after);
                    push_value(&mut statement, value);
                    statement.push(" OR id").push(after).push_bind(id(last)).push(")");
                }
                statement.push(" ORDER BY ").push(column).push(down);
                // What is unique has no ties, and an index of it alone is enough.
                if !is_unique(by) {
                    statement.push(", id").push(down);
                }
            }
            (Some(column), Stretch::Missing(place)) => {
                statement.push(" AND ").push(column).push(" IS NULL");
                if let Some(last) = place {
                    statement.push(" AND id").push(after).push_bind(id(last));
                }
                statement.push(" ORDER BY id").push(down);
            }
            (None, Stretch::There(_)) => {
                statement.push(" AND FALSE");
            }
            (None, Stretch::Missing(place)) => {
                if let Some(last) = place {
                    statement.push(" AND id").push(after).push_bind(id(last));
                }
                statement.push(" ORDER BY id").push(down);
            }
        }
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        // Sizes of pages are few, and places are many.
        if self.skip > 0 {
            statement.push(" LIMIT ").push_bind(limit);
        } else {
            E::push_limit(&mut statement, limit);
        }
        statement
    }
}

/// The column with the values; none for ids, which are compared last in any order.
const fn column(by: OrderBy) -> Option<&'static str> {
    match by {
        OrderBy::CreatedAt => Some("created_at"),
        OrderBy::Email => Some("email"),
        OrderBy::Id => None,
        OrderBy::LastLogin => Some("last_login"),
        OrderBy::LoginCount => Some("login_count"),
        OrderBy::Phone => Some("phone"),
        OrderBy::UpdatedAt => Some("updated_at"),
        OrderBy::Username => Some("username"),
    }
}

const fn is_unique(by: OrderBy) -> bool {
    match by {
        OrderBy::Email | OrderBy::Id | OrderBy::Phone | OrderBy::Username => true,
        OrderBy::CreatedAt | OrderBy::LastLogin | OrderBy::LoginCount | OrderBy::UpdatedAt => false,
    }
}

fn push_value(statement: &mut Statement<'_>, value: &OrderValue) {
    match value {
        OrderValue::Number(number) => statement.push_bind(*number),
        OrderValue::Text(text) => statement.push_bind(text.clone()),
    };
}
