use std::cmp::Reverse;

use async_trait::async_trait;

use super::MemoryStore;
use crate::store::{Filter, Search, SearchCursor, SearchPage, SearchStore, Stats, StatsStore, StoreError};

#[async_trait]
impl SearchStore for MemoryStore {
    async fn search(&self, search: &Search) -> Result<SearchPage, StoreError> {
        let tables = self.tables();
        let mut matching: Vec<_> = tables
            .users
            .iter()
            .filter(|user| search.filter.matches(user))
            // `None` is less than any value, so reversed it comes last.
            .map(|user| ((Reverse(search.order.value(user)), &user.id), user))
            .filter(|(place, _)| search.after.as_ref().is_none_or(|after| *place > (Reverse(after.value), &after.id)))
            .collect();
        matching.sort_unstable_by_key(|(place, _)| *place);
        let more = matching.len() > search.limit;
        matching.truncate(search.limit);
        let next = matching.last().filter(|_| more).map(|(_, user)| SearchCursor::after(user, search.order));
        Ok(SearchPage::new(matching.into_iter().map(|(_, user)| user.clone()).collect(), next))
    }

    async fn count(&self, filter: &Filter) -> Result<u64, StoreError> {
        Ok(self.tables().users.iter().filter(|user| filter.matches(user)).count() as u64)
    }
}

#[async_trait]
impl StatsStore for MemoryStore {
    async fn stats(&self) -> Result<Stats, StoreError> {
        let mut stats = Stats::default();
        for user in self.tables().users.iter() {
            stats.add(user);
        }
        Ok(stats)
    }
}
