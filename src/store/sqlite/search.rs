use async_trait::async_trait;
use sqlx::{QueryBuilder, Sqlite};

use super::{
    Shared, SqliteStore,
    error::classify,
    filter,
    row::{self, columns},
};
use crate::store::{Filter, Order, Search, SearchCursor, SearchPage, SearchStore, StoreError};

#[async_trait]
impl SearchStore for SqliteStore {
    async fn search(&self, search: &Search) -> Result<SearchPage, StoreError> {
        let mut query = self.shared.select(concat!("SELECT ", columns!(), " FROM waystation_users"), &search.filter);
        if let Some(after) = &search.after {
            push_after(&mut query, search.order, after);
        }
        query.push(match search.order {
            Order::Id => " ORDER BY id",
            Order::NewestFirst => " ORDER BY created_at DESC, id",
            // NULL is SQLite's smallest value, so it comes last.
            Order::LatestLoginFirst => " ORDER BY last_login DESC, id",
        });
        // One more than the page holds, to see whether it is the last.
        query.push(" LIMIT ").push_bind(i64::try_from(search.limit).unwrap_or(i64::MAX).saturating_add(1));
        let statement = query.build().persistent(false);
        let rows = statement.fetch_all(&self.shared.readers).await.map_err(|error| classify("search", error))?;
        let page = rows.iter().take(search.limit).map(|row| row::decode(row, 0));
        let users = page.collect::<Result<Vec<_>, _>>()?;
        let more = rows.len() > users.len();
        let next = users.last().filter(|_| more).map(|user| SearchCursor::after(user, search.order));
        Ok(SearchPage::new(users, next))
    }

    async fn count(&self, filter: &Filter) -> Result<u64, StoreError> {
        let mut query = self.shared.select("SELECT count(*) FROM waystation_users", filter);
        let statement = query.build_query_scalar::<i64>().persistent(false);
        let count = statement.fetch_one(&self.shared.readers).await.map_err(|error| classify("count", error))?;
        Ok(count.unsigned_abs())
    }
}

impl Shared {
    fn select(&self, what: &'static str, filter: &Filter) -> QueryBuilder<Sqlite> {
        let mut query = QueryBuilder::new(what);
        query.push(" WHERE connection = ").push_bind(self.name.clone()).push(" AND ");
        filter::push(&mut query, filter);
        query
    }
}

/// Writes the condition for users who come after this place.
fn push_after(query: &mut QueryBuilder<Sqlite>, order: Order, after: &SearchCursor) {
    let id = after.id.as_str().to_owned();
    let column = match order {
        Order::Id => {
            query.push(" AND id > ").push_bind(id);
            return;
        }
        Order::NewestFirst => "created_at",
        Order::LatestLoginFirst => "last_login",
    };
    query.push(" AND (").push(column);
    match after.value {
        Some(value) => {
            query.push(" < ").push_bind(value).push(" OR ").push(column).push(" IS NULL OR (").push(column);
            query.push(" = ").push_bind(value).push(" AND id > ").push_bind(id).push("))");
        }
        None => {
            query.push(" IS NULL AND id > ").push_bind(id).push(")");
        }
    }
}
