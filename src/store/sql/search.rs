//! Searching users, by statements that all databases read.

use super::{
    engine::{Engine, StoredRow},
    filter,
    row::{self, columns},
    statement::Statement,
    users::Users,
};
use crate::store::{Filter, Order, Search, SearchCursor, SearchPage, StoreError};

impl Users {
    pub(crate) async fn search<E: Engine>(
        &self,
        connection: &mut E::Connection,
        search: &Search,
    ) -> Result<SearchPage, StoreError> {
        let mut statement = self.select(concat!("SELECT ", columns!(), " FROM waystation_users"), &search.filter);
        if let Some(after) = &search.after {
            push_after(&mut statement, search.order, after);
        }
        match search.order {
            Order::Id => statement.push(" ORDER BY id"),
            Order::NewestFirst => statement.push(" ORDER BY created_at DESC, id"),
            Order::LatestLoginFirst => statement.push(" ORDER BY last_login DESC").push(E::NULLS_LAST).push(", id"),
        };
        // One more than the page holds, to see whether it is the last.
        statement.push(" LIMIT ").push_bind(i64::try_from(search.limit).unwrap_or(i64::MAX).saturating_add(1));
        let rows = E::fetch(connection, &statement).await.map_err(|error| E::classify("search", error))?;
        let page = rows.iter().take(search.limit).map(|row| row::decode(row, 0));
        let users = page.collect::<Result<Vec<_>, _>>()?;
        let more = rows.len() > users.len();
        let next = users.last().filter(|_| more).map(|user| SearchCursor::after(user, search.order));
        Ok(SearchPage::new(users, next))
    }

    pub(crate) async fn count<E: Engine>(
        &self,
        connection: &mut E::Connection,
        filter: &Filter,
    ) -> Result<u64, StoreError> {
        let failed = |error| E::classify("count", error);
        let statement = self.select("SELECT count(*) FROM waystation_users", filter);
        let rows = E::fetch(connection, &statement).await.map_err(failed)?;
        let count = rows.first().map(|row| row.number(0)).transpose().map_err(failed)?.flatten();
        Ok(count.unwrap_or_default().unsigned_abs())
    }

    fn select(&self, what: &'static str, filter: &Filter) -> Statement<'_> {
        let mut statement = Statement::made_once(what);
        statement.push(" WHERE connection = ").push_bind(&*self.name).push(" AND ");
        filter::push(&mut statement, filter);
        statement
    }
}

/// Writes the condition for users who come after this place.
fn push_after(statement: &mut Statement<'_>, order: Order, after: &SearchCursor) {
    let id = after.id.as_str().to_owned();
    let column = match order {
        Order::Id => {
            statement.push(" AND id > ").push_bind(id);
            return;
        }
        Order::NewestFirst => "created_at",
        Order::LatestLoginFirst => "last_login",
    };
    statement.push(" AND (").push(column);
    match after.value {
        Some(value) => {
            statement.push(" < ").push_bind(value).push(" OR ").push(column).push(" IS NULL OR (").push(column);
            statement.push(" = ").push_bind(value).push(" AND id > ").push_bind(id).push("))");
        }
        None => {
            statement.push(" IS NULL AND id > ").push_bind(id).push(")");
        }
    }
}
