use std::{collections::BTreeSet, ops::Bound};

use serde_json::{Number, json};

use super::people::{Store, at, crowd, email, id, insert, object, plain, username, with};
use crate::{
    store::{
        Deletion, Filter, MetadataOf, MetadataPath, Order, OrderBy, Pattern, Search, SearchStore, StoreError,
        TextField, TimeField, TimeRange, ValueRange, ValueTest,
    },
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
    let met: Vec<_> = walk(store, filter, Order::ID, 7).await.into_iter().map(|user| user.id).collect();
    let ids = |ids: &mut dyn Iterator<Item = &UserId>| ids.map(|id| id.as_str().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(&mut met.iter()), ids(&mut matching.iter()), "search: {filter:?}");
    let count = searchable(store).count(filter).await.expect("count");
    assert_eq!(usize::try_from(count), Ok(matching.len()), "count: {filter:?}");
}

/// One of each, and some that match nobody.
fn leaves() -> Vec<Filter> {
    let (first, last) = (at(i64::MIN), at(i64::MAX));
    let open = |from, until| {
        let mut range = TimeRange::ALL;
        (range.from, range.until) = (from, until);
        range
    };
    let mut leaves = vec![
        Filter::All,
        Filter::Blocked(true),
        Filter::Blocked(false),
        Filter::EmailVerified(true),
        Filter::EmailVerified(false),
        Filter::PhoneVerified(true),
        Filter::PhoneVerified(false),
        Filter::created_within(at(-2_000), at(3_000)),
        Filter::created_within(at(3_000), at(-2_000)),
        Filter::last_login_within(at(-1_000), at(1_000)),
        Filter::LoginCount(0..=0),
        Filter::LoginCount(2..=3),
        Filter::LoginCount(2..=u64::MAX),
        Filter::LoginCount(u64::MAX..=u64::MAX),
        Filter::moved(),
        Filter::source(&SourceName::new("django")),
        Filter::source(&SourceName::new("nowhere")),
    ];
    for field in TimeField::ALL {
        let ranges = [TimeRange::ALL, TimeRange::new(first, last), open(Some(at(0)), None), open(None, Some(at(0)))];
        leaves.extend(ranges.map(|range| Filter::Time(field, range)));
    }
    for field in TextField::ALL {
        let patterns = [
            Pattern::exact("ada"),
            Pattern::exact(""),
            Pattern::exact("example.com"),
            Pattern::exact("totp"),
            Pattern::prefix("ada"),
            Pattern::prefix(""),
            Pattern::contains("a"),
            Pattern::of_pieces(["", "m"]),
            Pattern::of_pieces(["a", "exam", "m"]),
            Pattern::of_pieces(["1", "", "", "1"]),
        ];
        leaves.extend(patterns.map(|pattern| Filter::Text(field, pattern)));
    }
    leaves.extend(CredentialKind::ALL.map(Filter::Credential));
    leaves.extend(MovedBy::ALL.map(Filter::MovedBy));
    leaves.extend(of_metadata());
    leaves
}

/// What can be asked of the crowd's metadata.
fn of_metadata() -> Vec<Filter> {
    let number = Number::from;
    let text = |text: &str| text.to_owned();
    let tests = [
        ValueTest::Exists,
        ValueTest::Like(Pattern::exact("gold")),
        ValueTest::Like(Pattern::exact("Gold")),
        ValueTest::Like(Pattern::exact("1")),
        ValueTest::Like(Pattern::exact("1.5")),
        ValueTest::Like(Pattern::exact("true")),
        ValueTest::Like(Pattern::prefix("g")),
        ValueTest::Like(Pattern::contains("\"")),
        ValueTest::Within(ValueRange::Numbers(Bound::Included(number(1)), Bound::Excluded(number(30)))),
        ValueTest::Within(ValueRange::Numbers(Bound::Excluded(number(1)), Bound::Unbounded)),
        ValueTest::Within(ValueRange::Texts(Bound::Included(text("2024-05")), Bound::Excluded(text("gold")))),
    ];
    let keys: [&[&str]; 7] =
        [&[], &["plan"], &["roles"], &["pets", "name"], &["pets"], &["pets", "name", "deeper"], &["\"odd\0 key\""]];
    let paths = keys
        .iter()
        .flat_map(|keys| [MetadataOf::App, MetadataOf::User].map(|of| MetadataPath::new(of, keys.iter().copied())));
    paths.flat_map(|path| tests.clone().map(|test| Filter::Metadata(path.clone(), test))).collect()
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
        Filter::And(vec![Filter::moved(), Filter::Blocked(false), Filter::source(&SourceName::new("ldap"))]),
        Filter::Or(vec![Filter::MovedBy(MovedBy::Import), Filter::Blocked(true), Filter::email_prefix("bob")]),
        Filter::And(vec![
            Filter::Or(vec![Filter::moved().negated(), Filter::Credential(CredentialKind::Hash)]),
            not(Filter::Or(vec![
                Filter::source(&SourceName::new("django")),
                not(Filter::last_login_within(at(-9_000), at(0))),
            ])),
        ]),
        not(Filter::And(vec![Filter::last_login_within(at(-9_000), at(0)), Filter::username_prefix("a")])),
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
        answers_as_the_reference(&store, &users, &Filter::email_prefix(prefix)).await;
        answers_as_the_reference(&store, &users, &Filter::username_prefix(prefix)).await;
    }
}

/// A filter may name thousands.
pub async fn a_long_filter_is_answered(store: Store) {
    let users = everybody(&store).await;
    let within = |number: i64| Filter::created_within(at(number * 1_000), at(number * 1_000 + 1));
    answers_as_the_reference(&store, &users, &Filter::Or((-3..3_000).map(within).collect())).await;
    let without = |number: i64| Filter::Not(Box::new(within(number)));
    answers_as_the_reference(&store, &users, &Filter::And((-3..3_000).map(without).collect())).await;
}

fn orders() -> impl Iterator<Item = Order> {
    OrderBy::ALL.into_iter().flat_map(|by| [Order::ascending(by), Order::descending(by)])
}

fn sorted(users: &[User], order: Order) -> Vec<User> {
    let mut users = users.to_vec();
    users.sort_by(|one, other| {
        let (value, others) = (order.value(one), order.value(other));
        order.compare((value.as_ref(), &one.id), (others.as_ref(), &other.id))
    });
    users
}

/// Each order is by its value, those without it last, and then by id.
pub async fn each_order_is_total_with_the_missing_last(store: Store) {
    let users = everybody(&store).await;
    for order in orders() {
        assert!(walk(&store, &Filter::All, order, 1_000).await == sorted(&users, order), "{order:?}");
    }
}

/// Pages of any size are the whole list, cut.
pub async fn pages_neither_repeat_nor_skip(store: Store) {
    let users = everybody(&store).await;
    for order in orders() {
        for limit in [1, 2, 7, users.len(), users.len() + 1] {
            let met = walk(&store, &Filter::All, order, limit).await;
            assert!(met == sorted(&users, order), "{order:?} in pages of {limit}");
        }
    }
}

/// Whoever is there for the whole walk is met once, though others come and go before and behind.
pub async fn pages_stand_while_users_come_and_go(store: Store) {
    let users = everybody(&store).await;
    for order in orders() {
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

/// Upper and lower case, composed and not, are one name; and a name that merely looks like another is another.
pub async fn a_name_is_found_in_any_case(store: Store) {
    let mut users = Vec::new();
    let names =
        ["Zoë", "ZOË", "zoe\u{308}", "Zoe", "STRASSE", "straße", "", "a\\\"b\0", "\u{212a}im", "KIM", "a%b_", "null"];
    for (number, name) in names.into_iter().enumerate() {
        let mut user = plain(&format!("{number:02}"));
        user.profile.name = Some(name.to_owned());
        user.profile.nickname = (number % 2 == 0).then(|| name.to_owned());
        users.push(insert(&store, user).await);
    }
    let patterns = names.map(Pattern::exact).into_iter().chain(names.map(Pattern::prefix));
    for pattern in patterns.chain([Pattern::contains("ss"), Pattern::of_pieces(["z", "\u{eb}"]), Pattern::exact("B")]) {
        for field in [TextField::Name, TextField::Nickname] {
            let filter = Filter::Text(field, pattern.clone());
            answers_as_the_reference(&store, &users, &filter).await;
            answers_as_the_reference(&store, &users, &filter.negated()).await;
        }
    }
}

/// What is searched is the values of a profile: never the text that it is kept as, nor a member elsewhere that is called
/// the same.
pub async fn a_profile_is_searched_by_its_values(store: Store) {
    let mut users = Vec::new();
    for (number, metadata) in [
        json!({"plan": "gold"}),
        json!({"plan": ["silver", "gold"]}),
        json!({"plan": [[{"plan": "gold"}]]}),
        json!({"other": {"plan": "gold"}}),
        json!({"other": "\"plan\":\"gold\""}),
        json!({"\"plan": "gold"}),
        json!({"plan": "gold\0"}),
        json!({"plan": "go\\u006cd"}),
        json!({"plan": {"gold": true}}),
        json!({"plan": null, "gold": "plan"}),
        json!({"email_verified": true, "phone_verified": false, "name": "gold", "provider": "gold", "picture": "gold"}),
        json!({"email_verified": false, "plan": 1e2, "subject": "gold"}),
        json!({"plan": 100, "mfa_factors": [{"totp": {}}]}),
        json!({"plan": "100"}),
        json!({"plan": 18_446_744_073_709_551_615_u64, "name": 9_007_199_254_740_993_i64}),
        json!({}),
    ]
    .into_iter()
    .enumerate()
    {
        let mut user = plain(&format!("{number:02}"));
        user.profile.app_metadata = object(metadata.clone());
        if number % 2 == 0 {
            user.profile.user_metadata = object(metadata);
        }
        user.profile.email_verified = number % 3 == 0;
        user.profile.name = (number % 5 == 0).then(|| "\"plan\":\"gold\"".to_owned());
        users.push(insert(&store, user).await);
    }
    let gold = || Pattern::exact("gold");
    let mut filters = vec![Filter::EmailVerified(true), Filter::PhoneVerified(true)];
    filters.extend(TextField::ALL.map(|field| Filter::Text(field, gold())));
    filters.extend(TextField::ALL.map(|field| Filter::Text(field, Pattern::prefix(""))));
    filters.push(Filter::Text(TextField::Factor, Pattern::exact("totp")));
    for keys in [&["plan"] as &[&str], &["plan", "plan"], &["other", "plan"], &["name"], &["\"plan"], &[]] {
        for text in ["gold", "100", "18446744073709551615", "9007199254740992", "true", "gold\0"] {
            let path = MetadataPath::new(MetadataOf::App, keys.iter().copied());
            filters.push(Filter::Metadata(path, ValueTest::Like(Pattern::exact(text))));
        }
        let path = MetadataPath::new(MetadataOf::User, keys.iter().copied());
        filters.push(Filter::Metadata(path.clone(), ValueTest::Like(gold())));
        filters.push(Filter::Metadata(path, ValueTest::Exists));
    }
    for filter in filters {
        answers_as_the_reference(&store, &users, &filter).await;
        answers_as_the_reference(&store, &users, &filter.negated()).await;
    }
}

/// What is passed over is counted among those who match, from the beginning or from a place.
pub async fn users_can_be_passed_over(store: Store) {
    let users = everybody(&store).await;
    for filter in [Filter::All, Filter::EmailVerified(true), Filter::Blocked(false)] {
        for order in [Order::ID, Order::LATEST_LOGIN_FIRST, Order::ascending(OrderBy::Email)] {
            let all: Vec<_> = sorted(&users, order).into_iter().filter(|user| filter.matches(user)).collect();
            for skip in [0, 1, 3, all.len() - 1, all.len(), all.len() + 1] {
                let mut search = Search::new(filter.clone()).order(order).limit(5);
                search.skip = skip;
                let page = searchable(&store).search(&search).await.expect("search");
                let expected = all.get(skip..).unwrap_or_default();
                assert!(page.users == expected[..expected.len().min(5)], "{order} from number {skip}: {filter:?}");
                assert_eq!(page.next.is_some(), expected.len() > 5, "{order} from number {skip}: {filter:?}");
            }
            let first = searchable(&store).search(&Search::new(filter.clone()).order(order).limit(2)).await;
            let next = first.expect("search").next.expect("there are more");
            let page = Search::new(filter.clone()).after(next).limit(3).page(1, 3).expect("near");
            let page = searchable(&store).search(&page).await.expect("search");
            assert!(page.users == all[5..8.min(all.len())], "{order} from a place: {filter:?}");
        }
    }
}

/// However little a search may look at, going on from where it was cut meets everybody once, in order.
pub async fn a_search_that_has_looked_at_enough_can_be_gone_on_with(store: Store) {
    let users = everybody(&store).await;
    // Of text whose case is folded, and of values in a profile, databases cannot say everything.
    let path = MetadataPath::new(MetadataOf::App, ["plan"]);
    let filters = [
        Filter::Text(TextField::Name, Pattern::contains("É")),
        Filter::Metadata(path, ValueTest::Exists).negated(),
        Filter::All,
    ];
    for filter in filters {
        for order in [Order::ID, Order::LATEST_LOGIN_FIRST, Order::ascending(OrderBy::Email)] {
            for looks in [0, 1, 2, 7, 1_000] {
                let mut search = Search::new(filter.clone()).order(order).limit(4).looks(looks);
                let mut met = Vec::new();
                loop {
                    let page = searchable(&store).search(&search).await.expect("search");
                    assert!(page.next.is_some() || !page.is_cut, "what is cut goes on");
                    assert!(page.is_cut || page.next.is_none() || page.users.len() == 4, "what is not cut is full");
                    assert!(looks < 1_000 || !page.is_cut, "there are not so many");
                    met.extend(page.users);
                    let Some(next) = page.next else { break };
                    search = search.after(next);
                }
                let all = sorted(&users, order).into_iter().filter(|user| filter.matches(user));
                assert!(met == all.collect::<Vec<_>>(), "{order}, {looks} at a time: {filter:?}");
            }
        }
    }
}

/// A place in one order is no place in another.
pub async fn a_place_in_another_order_is_refused(store: Store) {
    everybody(&store).await;
    let page = searchable(&store).search(&Search::new(Filter::All).limit(3)).await.expect("search");
    let mut search = Search::new(Filter::All).order(Order::NEWEST_FIRST);
    search.after = page.next;
    let refused = searchable(&store).search(&search).await;
    assert!(matches!(refused, Err(StoreError::Misconfigured { .. })), "a place by id is no place by time");
}
