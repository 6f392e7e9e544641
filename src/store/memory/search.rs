use std::fmt;

use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    store::{
        Filter, Search, SearchCursor, SearchPage, SearchStore, Snapshot, SnapshotStore, Stats, StatsStore, StoreError,
    },
    user::User,
};

#[async_trait]
impl SearchStore for MemoryStore {
    async fn search(&self, search: &Search) -> Result<SearchPage, StoreError> {
        page(self.tables().users.iter(), search)
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

#[async_trait]
impl SnapshotStore for MemoryStore {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        Ok(Box::new(MemorySnapshot(self.tables().users.iter().cloned().collect())))
    }
}

/// A copy of everybody.
struct MemorySnapshot(Vec<User>);

#[async_trait]
impl Snapshot for MemorySnapshot {
    async fn search(&mut self, search: &Search) -> Result<SearchPage, StoreError> {
        page(self.0.iter(), search)
    }
}

impl fmt::Debug for MemorySnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySnapshot").field("users", &self.0.len()).finish()
    }
}

/// The page of these users.
fn page<'u>(users: impl Iterator<Item = &'u User>, search: &Search) -> Result<SearchPage, StoreError> {
    search.check()?;
    let order = search.order;
    let mut there: Vec<_> = users
        .filter(|user| search.after.as_ref().is_none_or(|after| after.is_before(user)))
        .map(|user| (order.value(user), user))
        .collect();
    there.sort_unstable_by(|(one, user), (other, another)| {
        order.compare((one.as_ref(), &user.id), (other.as_ref(), &another.id))
    });
    let (mut users, mut skip): (Vec<User>, _) = (Vec::new(), search.skip);
    for (number, (_, user)) in there.iter().enumerate() {
        let last = number.checked_sub(1).and_then(|last| there.get(last));
        if let (true, Some((_, last))) = (number == search.looks.max(1), last) {
            return Ok(SearchPage::cut(users, SearchCursor::after(last, order)));
        }
        if !search.filter.matches(user) {
            continue;
        }
        if skip > 0 {
            skip -= 1;
        } else if users.len() == search.limit {
            let next = users.last().map(|user| SearchCursor::after(user, order));
            return Ok(SearchPage::new(users, next));
        } else {
            users.push((*user).clone());
        }
    }
    Ok(SearchPage::new(users, None))
}
