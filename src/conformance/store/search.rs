use std::collections::BTreeSet;

use super::people::{Store, at, crowd, email, id, insert, plain, username, with};
use crate::{
    store::{Deletion, Filter, Order, Search, SearchStore},
    user::{CredentialKind, MovedBy, SourceName, User, UserId},
};

fn searchable(store: &Store) -> &dyn SearchStore {
    store.as_search().expect("the store searches")
}

async fn everybody(store: &Store) -> Vec<User> {
    let mut users = Vec::new();
    for user in crowd() {
        users.push(insert(store, user).await);
    }
    users
}

/// Every user who matches, walked in pages.
async fn walk(store: &Store, filter: &Filter, order: Order, limit: usize) -> Vec<User> {
    let mut search = Search::new(filter.clone()).order(order).limit(limit);
    let mut met = Vec::new();
    loop {
        let page = searchable(store).search(&search).await.expect("search");
        assert!(page.users.len() <= limit, "a page holds its limit at most");
        met.extend(page.users);
        match page.next {
            Some(next) => search = search.after(next),
            None => return met,
        }
    }
}

/// Search and count answer what the reference says of each user.
async fn answers_as_the_reference(store: &Store, users: &[User], filter: &Filter) {
    let matching: BTreeSet<_> = users.iter().filter(|user| filter.matches(user)).map(|user| user.id.clone()).collect();
    let met: Vec<_> = walk(store, filter, Order::Id, 7).await.into_iter().map(|user| user.id).collect();
    let ids = |ids: &mut dyn Iterator<Item = &UserId>| ids.map(|id| id.as_str().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(&mut met.iter()), ids(&mut matching.iter()), "search: {filter:?}");
    let count = searchable(store).count(filter).await.expect("count");
    assert_eq!(usize::try_from(count), Ok(matching.len()), "count: {filter:?}");
}

/// One of each, and some that match nobody.
fn leaves() -> Vec<Filter> {
    let mut leaves = vec![
        Filter::All,
        Filter::Blocked(true),
        Filter::Blocked(false),
        Filter::CreatedWithin(at(-2_000), at(3_000)),
        Filter::CreatedWithin(at(3_000), at(-2_000)),
        Filter::CreatedWithin(at(i64::MIN), at(i64::MAX)),
        Filter::LastLoginWithin(at(-1_000), at(1_000)),
        Filter::LastLoginWithin(at(i64::MIN), at(i64::MAX)),
        Filter::Moved(true),
        Filter::Moved(false),
        Filter::Source(SourceName::new("django")),
        Filter::Source(SourceName::new("nowhere")),
        Filter::EmailPrefix("ada".to_owned()),
        Filter::EmailPrefix(String::new()),
        Filter::UsernamePrefix("ada".to_owned()),
        Filter::UsernamePrefix(String::new()),
    ];
    leaves.extend(CredentialKind::ALL.map(Filter::Credential));
    leaves.extend(MovedBy::ALL.map(Filter::MovedBy));
    leaves
}

/// Every filter finds and counts those whom [`Filter::matches`] names.
pub async fn each_filter_means_what_the_reference_means(store: Store) {
    let users = everybody(&store).await;
    for filter in leaves() {
        answers_as_the_reference(&store, &users, &filter).await;
    }
}

/// Who lacks a value does not match a filter on it, and matches its negation.
pub async fn a_filter_negated_finds_exactly_the_others(store: Store) {
    let users = everybody(&store).await;
    for filter in leaves() {
        let not = Filter::Not(Box::new(filter));
        answers_as_the_reference(&store, &users, &not).await;
        answers_as_the_reference(&store, &users, &Filter::Not(Box::new(not))).await;
    }
}

/// All, any, none, and nestings of them.
pub async fn filters_join(store: Store) {
    let users = everybody(&store).await;
    let not = |filter| Filter::Not(Box::new(filter));
    for filter in [
        Filter::And(Vec::new()),
        Filter::Or(Vec::new()),
        not(Filter::And(Vec::new())),
        not(Filter::Or(Vec::new())),
        Filter::And(vec![Filter::Moved(true), Filter::Blocked(false), Filter::Source("ldap".into())]),
        Filter::Or(vec![
            Filter::MovedBy(MovedBy::Import),
            Filter::Blocked(true),
            Filter::EmailPrefix("bob".to_owned()),
        ]),
        Filter::And(vec![
            Filter::Or(vec![Filter::Moved(false), Filter::Credential(CredentialKind::Hash)]),
            not(Filter::Or(vec![Filter::Source("django".into()), not(Filter::LastLoginWithin(at(-9_000), at(0)))])),
        ]),
        not(Filter::And(vec![Filter::LastLoginWithin(at(-9_000), at(0)), Filter::UsernamePrefix("a".to_owned())])),
    ] {
        answers_as_the_reference(&store, &users, &filter).await;
    }
}

/// A prefix is text: no case is folded, and nothing stands for anything else.
pub async fn prefixes_are_text_and_no_patterns(store: Store) {
    let mut users = everybody(&store).await;
    let texts = ["a\0b", "a\u{d7ff}", "a\u{e000}", "a\u{10ffff}\u{10ffff}", "\u{10ffff}", "a[b", "a\\b", "'"];
    for text in texts {
        users.push(insert(&store, with(text, [email(text), username(text)])).await);
    }
    for prefix in [
        "A",
        "a%",
        "a_",
        "a*",
        "a[",
        "a\\",
        "%",
        "_",
        "*",
        "?",
        "'",
        "''",
        "a\0",
        "a\u{d7ff}",
        "a\u{10ffff}",
        "\u{10ffff}",
        "zoe",
        "zo\u{eb}",
        "zoe\u{308}",
    ] {
        answers_as_the_reference(&store, &users, &Filter::EmailPrefix(prefix.to_owned())).await;
        answers_as_the_reference(&store, &users, &Filter::UsernamePrefix(prefix.to_owned())).await;
    }
}

/// A filter may name thousands.
pub async fn a_long_filter_is_answered(store: Store) {
    let users = everybody(&store).await;
    let within = |number: i64| Filter::CreatedWithin(at(number * 1_000), at(number * 1_000 + 1));
    answers_as_the_reference(&store, &users, &Filter::Or((-3..3_000).map(within).collect())).await;
    let without = |number: i64| Filter::Not(Box::new(within(number)));
    answers_as_the_reference(&store, &users, &Filter::And((-3..3_000).map(without).collect())).await;
}

const ORDERS: [Order; 3] = [Order::Id, Order::NewestFirst, Order::LatestLoginFirst];

fn sorted(users: &[User], order: Order) -> Vec<User> {
    let mut users = users.to_vec();
    users.sort_by_key(|user| (std::cmp::Reverse(order.value(user)), user.id.clone()));
    users
}

/// Each order is by its value, those without it last, and then by id.
pub async fn each_order_is_total_with_the_missing_last(store: Store) {
    let users = everybody(&store).await;
    for order in ORDERS {
        assert!(walk(&store, &Filter::All, order, 1_000).await == sorted(&users, order), "{order:?}");
    }
}

/// Pages of any size are the whole list, cut.
pub async fn pages_neither_repeat_nor_skip(store: Store) {
    let users = everybody(&store).await;
    for order in ORDERS {
        for limit in [1, 2, 7, users.len(), users.len() + 1] {
            let met = walk(&store, &Filter::All, order, limit).await;
            assert!(met == sorted(&users, order), "{order:?} in pages of {limit}");
        }
    }
}

/// Whoever is there for the whole walk is met once, though others come and go before and behind.
pub async fn pages_stand_while_users_come_and_go(store: Store) {
    let users = everybody(&store).await;
    for order in ORDERS {
        let mut search = Search::new(Filter::All).order(order).limit(4);
        let (mut met, mut step) = (Vec::new(), 0);
        loop {
            let page = searchable(&store).search(&search).await.expect("search");
            met.extend(page.users.into_iter().filter(|user| !user.id.as_str().starts_with("guest")));
            let Some(next) = page.next else { break };
            search = search.after(next);
            let mut guest = plain(&format!("guest-{step}"));
            guest.created_at = at((step % 9 - 4) * 1_000);
            guest.last_login = (step % 2 == 0).then_some(at((step % 7 - 3) * 1_000));
            insert(&store, guest).await;
            let _there =
                store.delete(&id(&format!("guest-{}", step - 2)), Deletion::without_trace()).await.expect("delete");
            step += 1;
            assert!(step < 200, "the walk comes to an end");
        }
        assert!(met == sorted(&users, order), "{order:?}");
        for left in [step - 2, step - 1] {
            let _there = store.delete(&id(&format!("guest-{left}")), Deletion::without_trace()).await.expect("delete");
        }
    }
}

/// A page holds what was asked for, and the last one says that it is the last.
pub async fn a_page_holds_no_more_than_its_limit(store: Store) {
    let users = everybody(&store).await;
    for (limit, held, more) in [(1, 1, true), (65, 65, true), (66, 66, false), (usize::MAX, 66, false), (0, 0, false)] {
        let page = searchable(&store).search(&Search::new(Filter::All).limit(limit)).await.expect("search");
        assert_eq!((page.users.len(), page.next.is_some()), (held, more), "limit {limit} of {}", users.len());
    }
}
