use async_trait::async_trait;

use super::MemoryStore;
use crate::store::{Filter, Search, SearchCursor, SearchPage, SearchStore, Stats, StatsStore, StoreError};

#[async_trait]
impl SearchStore for MemoryStore {
    async fn search(&self, search: &Search) -> Result<SearchPage, StoreError> {
        search.check()?;
        let order = search.order;
        let tables = self.tables();
        let mut matching: Vec<_> = tables
            .users
            .iter()
            .filter(|user| search.after.as_ref().is_none_or(|after| after.is_before(user)))
            .filter(|user| search.filter.matches(user))
            .map(|user| (order.value(user), user))
            .collect();
        matching.sort_unstable_by(|(one, user), (other, another)| {
            order.compare((one.as_ref(), &user.id), (other.as_ref(), &another.id))
        });
        let left = matching.get(search.skip..).unwrap_or_default();
        let page = left.get(..search.limit).unwrap_or(left);
        let next = page.last().filter(|_| left.len() > page.len()).map(|(_, user)| SearchCursor::after(user, order));
        Ok(SearchPage::new(page.iter().map(|(_, user)| (*user).clone()).collect(), next))
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
