//! SQL has three truths, three dialects and three notions of JSON, and memory has none of these: for random users, random
//! filters, random queries and all orders, every store answers as the reference.

use std::ops::Bound;

use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Number, Value, json};
use waystation::{
    clock::Timestamp,
    conformance::store::Fixture,
    identifier::{Identifier, IdentifierKind},
    password::PasswordHash,
    search::Query,
    store::{
        BulkStore, BulkWrite, Filter, MemoryStore, MetadataOf, MetadataPath, Order, OrderBy, Pattern, Search,
        SearchCursor, SearchStore, Snapshot, StatsStore, TextField, TimeField, TimeRange, UserStore, ValueRange,
        ValueTest,
    },
    user::{
        Credential, CredentialKind, Delegation, LegacyKey, LinkedIdentity, Metadata, MfaFactor, Moved, MovedBy,
        NewUser, Profile, UserId,
    },
};

/// What random users differ in; their keys are made unique by their place in the crowd.
fn user() -> impl Strategy<Value = NewUser> {
    let keys = (option(text()), option(text()), option(text()), option(text()));
    let times = (time(), time(), option(time()), option(time()), option((time(), moved_by())));
    let rest = (credential(), profile(), prop_oneof![0..4_u64, Just(u64::MAX / 2)], any::<[bool; 3]>());
    (keys, times, rest).prop_map(|((email, phone, username, legacy), times, (credential, profile, logins, flags))| {
        let mut user = NewUser::new(UserId::new(""), profile, credential, times.0);
        let identifiers =
            [(IdentifierKind::Email, email), (IdentifierKind::Phone, phone), (IdentifierKind::Username, username)];
        for (kind, normal) in identifiers {
            if let Some(normal) = normal {
                user.profile.set_identifier(Identifier::from_parts(kind, normal, "\"name\":"));
            }
        }
        user.legacy = legacy.map(|source| LegacyKey::new(source.as_str(), source.as_str()));
        user.at = times.1;
        (user.last_login, user.password_set_at) = (times.2, times.3);
        user.moved = times.4.map(|(at, by)| Moved::new(at, by));
        user.login_count = logins;
        [user.profile.blocked, user.profile.email_verified, user.profile.phone_verified] = flags;
        user
    })
}

fn crowd() -> impl Strategy<Value = Vec<NewUser>> {
    prop::collection::vec(user(), 0..40).prop_map(|mut crowd| {
        for (number, user) in crowd.iter_mut().enumerate() {
            user.id = UserId::new(format!("{:03}", (number * 7) % 101));
            let identifiers: Vec<_> = user.profile.identifiers().cloned().collect();
            for identifier in identifiers {
                // At the front of some, so that ends meet too.
                let normal = match (number % 2, identifier.kind()) {
                    (0, IdentifierKind::Email) => format!("{number}@{}", identifier.normal()),
                    (0, _) => format!("{number}{}", identifier.normal()),
                    (_, _) => format!("{}{number}", identifier.normal()),
                };
                let original = identifier.original();
                user.profile.set_identifier(Identifier::from_parts(identifier.kind(), normal, original));
            }
            user.legacy =
                user.legacy.take().map(|key| LegacyKey::new(key.source().as_str(), format!("{}{number}", key.id())));
        }
        crowd
    })
}

fn option<T: Strategy>(strategy: T) -> impl Strategy<Value = Option<T::Value>> {
    prop::option::of(strategy)
}

/// Few values, so that users and filters meet.
fn time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![8 => -3..3_i64, 1 => Just(i64::MIN), 1 => Just(i64::MAX)].prop_map(Timestamp::from_micros)
}

fn text() -> impl Strategy<Value = String> {
    "[ab%_A@\u{e9}\u{c9}\u{10ffff}\u{d7ff}\u{212a}'\"\\\\\0\u{1f}]{0,3}"
}

fn moved_by() -> impl Strategy<Value = MovedBy> {
    prop::sample::select(MovedBy::ALL.to_vec())
}

fn credential() -> impl Strategy<Value = Credential> {
    prop_oneof![
        Just(Credential::None),
        Just(Credential::PendingPassword),
        Just(Credential::Hash(PasswordHash::new("text"))),
        text().prop_map(|scheme| Credential::Hash(PasswordHash::declared(scheme, "text"))),
        text().prop_map(|source| Credential::Delegated(Delegation::to(source.as_str()))),
    ]
}

fn key() -> impl Strategy<Value = String> {
    let keys = ["a", "b", "name", "email_verified", "provider", "\"a", "a\\\":\"b"];
    prop_oneof![8 => prop::sample::select(keys.to_vec()).prop_map(str::to_owned), 1 => text()]
}

fn number() -> impl Strategy<Value = Number> {
    let numbers = [json!(0), json!(1), json!(-1), json!(1.0), json!(1.5), json!(1e300), json!(u64::MAX), json!(-0.0)];
    prop::sample::select(numbers.to_vec()).prop_map(|number| number.as_number().unwrap().clone())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        2 => any::<bool>().prop_map(Value::Bool),
        3 => number().prop_map(Value::Number),
        1 => Just(json!("true")),
        1 => Just(json!("1")),
        4 => text().prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::vec((key(), inner), 0..3).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn metadata() -> impl Strategy<Value = Metadata> {
    prop::collection::vec((key(), value()), 0..4).prop_map(|members| members.into_iter().collect())
}

fn profile() -> impl Strategy<Value = Profile> {
    let factor = prop_oneof![
        Just(MfaFactor::Totp { secret: "secret".to_owned() }),
        (text(), value()).prop_map(|(kind, value)| MfaFactor::Other { kind, value }),
    ];
    let identity = (text(), text(), metadata()).prop_map(|(provider, subject, profile)| {
        let mut identity = LinkedIdentity::new(provider, subject);
        identity.profile = profile;
        identity
    });
    let names = (option(text()), option(text()), option(text()), option(text()), option(text()));
    let lists = (prop::collection::vec(factor, 0..2), prop::collection::vec(identity, 0..3));
    (names, metadata(), metadata(), lists).prop_map(|(names, user_metadata, app_metadata, lists)| {
        let mut profile = Profile::default();
        (profile.name, profile.given_name, profile.family_name, profile.nickname, profile.picture) = names;
        (profile.user_metadata, profile.app_metadata) = (user_metadata, app_metadata);
        (profile.mfa_factors, profile.identities) = lists;
        profile
    })
}

fn pattern() -> impl Strategy<Value = Pattern> {
    prop_oneof![
        1 => Just(Pattern::exact("totp")),
        1 => Just(Pattern::exact("true")),
        2 => "[0-9]{1,2}".prop_map(Pattern::exact),
        5 => prop::collection::vec(text(), 1..5).prop_map(Pattern::of_pieces),
    ]
}

fn bound<T: Clone + std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Bound<T>> {
    (0..3, value).prop_map(|(kind, value)| match kind {
        0 => Bound::Unbounded,
        1 => Bound::Included(value),
        _ => Bound::Excluded(value),
    })
}

fn test() -> impl Strategy<Value = ValueTest> {
    prop_oneof![
        2 => Just(ValueTest::Exists),
        5 => pattern().prop_map(ValueTest::Like),
        2 => number().prop_map(|number| ValueTest::Like(Pattern::exact(number.to_string()))),
        1 => (bound(number()), bound(number())).prop_map(|(low, high)| ValueTest::Within(ValueRange::Numbers(low, high))),
        1 => (bound(text()), bound(text())).prop_map(|(low, high)| ValueTest::Within(ValueRange::Texts(low, high))),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    let range = (option(time()), option(time())).prop_map(|(from, until)| {
        let mut range = TimeRange::ALL;
        (range.from, range.until) = (from, until);
        range
    });
    let path = (any::<bool>(), prop::collection::vec(key(), 0..3))
        .prop_map(|(app, keys)| MetadataPath::new(if app { MetadataOf::App } else { MetadataOf::User }, keys));
    let leaf = prop_oneof![
        1 => Just(Filter::All),
        1 => any::<bool>().prop_map(Filter::Blocked),
        1 => any::<bool>().prop_map(Filter::EmailVerified),
        1 => any::<bool>().prop_map(Filter::PhoneVerified),
        1 => prop::sample::select(CredentialKind::ALL.to_vec()).prop_map(Filter::Credential),
        1 => moved_by().prop_map(Filter::MovedBy),
        1 => (0..4_u64, 0..5_u64).prop_map(|(from, to)| Filter::LoginCount(from..=to)),
        2 => (prop::sample::select(TimeField::ALL.to_vec()), range).prop_map(|(field, range)| Filter::Time(field, range)),
        6 => (prop::sample::select(TextField::ALL.to_vec()), pattern())
            .prop_map(|(field, pattern)| Filter::Text(field, pattern)),
        6 => (path, test()).prop_map(|(path, test)| Filter::Metadata(path, test)),
        3 => query().prop_map(Query::into_filter),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::Or),
            inner.prop_map(Filter::negated),
        ]
    })
}

/// A query that somebody may have typed.
fn query() -> impl Strategy<Value = Query> {
    let clause = prop::sample::select(vec![
        "a*",
        "*b",
        "\"a\"",
        "email:a*",
        "email.domain:a*",
        "name:\"É\"",
        "name:*é*",
        "nickname:a*b",
        "_exists_:name",
        "_exists_:last_login",
        "email_verified:true",
        "blocked:false",
        "logins_count:[1 TO *}",
        "logins_count:>=2",
        "last_login:[* TO 1970]",
        "created_at:<1970-01-01T00:00:00.000001Z",
        "user_metadata.a:1",
        "app_metadata.b:true",
        "app_metadata.a.b:*",
        "user_metadata.name:[\"a\" TO *]",
        "app_metadata.b:{0 TO 2]",
        "multifactor:totp",
        "*",
        "identities.connection:a*",
        "credential:hash",
        "NOT moved_by:import",
        "source:a*",
        "name:(a* OR *b)",
    ]);
    let joint = prop::sample::select(vec![" ", " AND ", " OR ", " -", " +", " AND NOT ", " || !"]);
    (clause.clone(), prop::collection::vec((joint, clause), 0..3)).prop_map(|(first, rest)| {
        let text = rest.into_iter().fold(first.to_owned(), |text, (joint, clause)| text + joint + clause);
        // Two signs in a row are fine, and two operators are not made.
        text.parse().unwrap()
    })
}

fn order() -> impl Strategy<Value = Order> {
    (prop::sample::select(OrderBy::ALL.to_vec()), any::<bool>())
        .prop_map(|(by, down)| if down { Order::descending(by) } else { Order::ascending(by) })
}

/// Walks in pages whose places go through text, as they do in a URL, and passes over some of the first.
async fn ids(store: &dyn SearchStore, filter: &Filter, order: Order, (limit, skip): (usize, usize)) -> Vec<String> {
    let mut search = Search::new(filter.clone()).order(order).limit(limit);
    search.skip = skip;
    let mut ids = Vec::new();
    loop {
        let page = store.search(&search).await.unwrap();
        assert!(page.users.len() == limit || page.next.is_none(), "only the last page is short");
        ids.extend(page.users.into_iter().map(|user| user.id.as_str().to_owned()));
        match page.next {
            Some(next) => search = search.after(next.to_string().parse::<SearchCursor>().unwrap()),
            None => return ids,
        }
        search.skip = 0;
    }
}

/// The same of one moment, by pages that are read ahead, in the order of the ids.
async fn ids_ahead(snapshot: &mut dyn Snapshot, filter: &Filter, limit: usize) -> Vec<String> {
    // Room for one user, or for so many.
    let mut search =
        Search::new(filter.clone()).limit(limit).room(if limit.is_multiple_of(2) { 1 } else { usize::MAX });
    let mut ids = Vec::new();
    loop {
        let page = snapshot.search_ahead(&search).await.unwrap();
        ids.extend(page.users.map(|user| user.unwrap().id.as_str().to_owned()));
        match page.next {
            Some(next) => search = search.after(next),
            None => return ids,
        }
    }
}

/// `cases` crowds, of each of which twelve questions are asked.
fn answers_as_the_reference<F: Future<Output = Fixture>>(cases: u32, open: impl Fn() -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_time: 60_000,
        ..ProptestConfig::default()
    });
    let questions = prop::collection::vec((filter(), order(), (1..9_usize, 0..4_usize)), 12);
    let answered = runner.run(&(crowd(), questions), |(crowd, questions)| {
        runtime.block_on(async {
            let fixture = open().await;
            let store = fixture.store();
            let (bulk, asked) = (store.as_bulk().unwrap(), store.as_search().unwrap());
            let memory = MemoryStore::new();
            let batch = BulkWrite::new(crowd);
            assert_eq!(memory.write(&batch).await.unwrap(), bulk.write(&batch).await.unwrap());
            let mut snapshot = store.as_snapshots().unwrap().snapshot().await.unwrap();
            for (filter, order, (limit, skip)) in questions {
                let expected = ids(&memory, &filter, order, (1_000, skip)).await;
                prop_assert_eq!(ids(asked, &filter, order, (limit, skip)).await, expected, "{:?}", filter);
                let expected = ids(&memory, &filter, Order::ID, (1_000, 0)).await;
                prop_assert_eq!(ids_ahead(&mut *snapshot, &filter, limit).await, expected, "{:?}", filter);
                let count = memory.count(&filter).await.unwrap();
                prop_assert_eq!(asked.count(&filter).await.unwrap(), count, "{:?}", filter);
            }
            prop_assert_eq!(store.as_stats().unwrap().stats().await.unwrap(), memory.stats().await.unwrap());
            Ok(())
        })
    });
    answered.unwrap();
}

#[test]
fn sqlite_answers_as_the_reference() {
    answers_as_the_reference(32, crate::sqlite);
}

#[cfg(feature = "postgres")]
#[test]
fn postgres_answers_as_the_reference() {
    answers_as_the_reference(24, super::server::postgres);
}

#[cfg(feature = "mysql")]
#[test]
fn mariadb_answers_as_the_reference() {
    answers_as_the_reference(24, super::server::mariadb);
}

#[cfg(feature = "mysql")]
#[test]
fn mysql_answers_as_the_reference() {
    answers_as_the_reference(24, super::server::mysql);
}
