use super::people::{Store, at, crowd, email, found, insert, plain, update, with};
use crate::{
    store::{Deletion, Filter, Order, OrderBy, Search, Snapshot, StoredPage},
    user::{User, UserChange},
};

async fn snapshot(store: &Store) -> Box<dyn Snapshot> {
    store.as_snapshots().expect("the store takes snapshots").snapshot().await.expect("a snapshot")
}

/// Everybody of a snapshot who matches, walked in pages.
async fn walk(snapshot: &mut dyn Snapshot, filter: &Filter, order: Order) -> Vec<User> {
    let mut search = Search::new(filter.clone()).order(order).limit(3);
    let mut met = Vec::new();
    loop {
        let page = snapshot.search(&search).await.expect("search");
        met.extend(page.users);
        match page.next {
            Some(next) => search = search.after(next),
            None => return met,
        }
    }
}

/// A snapshot is searched as its store is.
pub async fn a_snapshot_shows_everybody_of_its_moment(store: Store) {
    assert!(walk(&mut *snapshot(&store).await, &Filter::All, Order::ID).await.is_empty(), "nobody is there");
    for user in crowd() {
        insert(&store, user).await;
    }
    let mut snapshot = snapshot(&store).await;
    let search = store.as_search().expect("a store that takes snapshots can be searched");
    for filter in [Filter::All, Filter::EmailVerified(true)] {
        for order in [Order::ID, Order::NEWEST_FIRST, Order::ascending(OrderBy::Email)] {
            let all =
                search.search(&Search::new(filter.clone()).order(order).limit(1_000)).await.expect("search").users;
            assert!(!all.is_empty() && walk(&mut *snapshot, &filter, order).await == all, "{order}: {filter:?}");
        }
    }
}

/// Pages that are read ahead have the users of the pages that are searched for, whenever those are looked at.
pub async fn a_page_that_is_read_ahead_has_its_users(store: Store) {
    for user in crowd() {
        insert(&store, user).await;
    }
    let mut snapshot = snapshot(&store).await;
    // What stands in a profile is looked at in memory where a database does not find it by itself.
    for filter in [Filter::All, Filter::Blocked(false), Filter::EmailVerified(true)] {
        for order in [Order::ID, Order::descending(OrderBy::Id), Order::NEWEST_FIRST] {
            for skip in [0, 2] {
                let mut search = Search::new(filter.clone()).order(order).limit(7);
                search.skip = skip;
                let (mut ahead, mut next) = (Vec::new(), Some(search.clone()));
                while let Some(search) = next.take() {
                    let page = snapshot.search_ahead(&search).await.expect("search_ahead");
                    assert!(page.users.len() <= 7, "a page that is longer than its limit");
                    next = page.next.clone().map(|next| Search::new(filter.clone()).limit(7).after(next));
                    ahead.push(page);
                }
                for StoredPage { users, next, .. } in ahead {
                    let page = snapshot.search(&search).await.expect("search");
                    assert_eq!(users.len(), page.users.len(), "{order}");
                    let users: Vec<_> = users.collect::<Result<_, _>>().expect("users");
                    assert!(users == page.users && next == page.next, "{order}");
                    search =
                        next.map_or_else(|| search.clone(), |next| Search::new(filter.clone()).limit(7).after(next));
                }
            }
        }
    }
}

/// Who comes, goes, changes or logs in later is seen as they were.
pub async fn a_snapshot_stays_whatever_is_written(store: Store) {
    let mut users = Vec::new();
    for name in ["ada", "bea", "cleo", "dora"] {
        users.push(insert(&store, with(name, [email(&format!("{name}@example.com"))])).await);
    }
    let mut snapshot = snapshot(&store).await;
    insert(&store, plain("aaron")).await;
    let [ada, bea, cleo, dora] = users.as_slice() else { return };
    let mut change = UserChange::at(at(5));
    let mut profile = bea.profile.clone();
    profile.name = Some("Bea".into());
    change.profile = Some(profile);
    let _updated = update(&store, &bea.id, bea.version, change).await;
    assert!(store.delete(&cleo.id, Deletion::default()).await.expect("delete"));
    assert!(store.record_login(&dora.id, at(9)).await.expect("a log-in"));
    assert_eq!(found(&store, &dora.id).await.login_count, 1, "the store itself has moved on");
    assert!(walk(&mut *snapshot, &Filter::All, Order::ID).await == users, "from {:?} on", ada.id);
}

/// The next one sees what was written since, and the one before still does not.
pub async fn snapshots_are_each_of_their_own_moment(store: Store) {
    let mut snapshots = Vec::new();
    for number in 0..3 {
        snapshots.push(snapshot(&store).await);
        insert(&store, plain(&format!("user-{number}"))).await;
    }
    for (number, mut snapshot) in snapshots.into_iter().enumerate() {
        assert_eq!(walk(&mut *snapshot, &Filter::All, Order::ID).await.len(), number);
    }
}
