use proptest::{prelude::*, test_runner::TestRunner};
use waystation::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierKind},
    password::PasswordHash,
    store::{BulkStore, BulkWrite, Filter, MemoryStore, Order, Search, SearchStore, SqliteStore, StatsStore},
    user::{Credential, CredentialKind, Delegation, LegacyKey, Moved, MovedBy, NewUser, Profile, SourceName, UserId},
};

use super::{open, place};

/// What random users differ in.
#[derive(Clone, Debug)]
struct Traits {
    email: Option<String>,
    username: Option<String>,
    legacy: Option<String>,
    credential: Credential,
    moved: Option<Moved>,
    created_at: Timestamp,
    last_login: Option<Timestamp>,
    blocked: bool,
}

impl Traits {
    /// The user with these traits at this place in the crowd, which makes their keys unique.
    fn user(self, number: usize) -> NewUser {
        let named = |kind, text: String| Identifier::from_parts(kind, format!("{text}{number}"), "");
        let mut profile = Profile::default();
        profile.email = self.email.map(|text| named(IdentifierKind::Email, text));
        profile.username = self.username.map(|text| named(IdentifierKind::Username, text));
        profile.blocked = self.blocked;
        let id = UserId::new(format!("{:03}", (number * 7) % 101));
        let mut user = NewUser::new(id, profile, self.credential, self.created_at);
        user.legacy = self.legacy.map(|source| LegacyKey::new(source.as_str(), number.to_string()));
        (user.moved, user.last_login) = (self.moved, self.last_login);
        user
    }
}

/// Few values, so that users and filters meet.
fn time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![8 => -3..3_i64, 1 => Just(i64::MIN), 1 => Just(i64::MAX)].prop_map(Timestamp::from_micros)
}

fn text() -> impl Strategy<Value = String> {
    "[ab%_A\u{e9}\u{10ffff}\u{d7ff}'\0]{0,3}"
}

fn moved_by() -> impl Strategy<Value = MovedBy> {
    prop::sample::select(MovedBy::ALL.to_vec())
}

fn traits() -> impl Strategy<Value = Traits> {
    let credential = prop_oneof![
        Just(Credential::None),
        Just(Credential::PendingPassword),
        Just(Credential::Hash(PasswordHash::new("text"))),
        text().prop_map(|scheme| Credential::Hash(PasswordHash::declared(scheme, "text"))),
        text().prop_map(|source| Credential::Delegated(Delegation::to(source.as_str()))),
    ];
    let moved = prop::option::of((time(), moved_by()).prop_map(|(at, by)| Moved::new(at, by)));
    let texts = (prop::option::of(text()), prop::option::of(text()), prop::option::of(text()));
    (texts, credential, moved, time(), prop::option::of(time()), any::<bool>()).prop_map(
        |((email, username, legacy), credential, moved, created_at, last_login, blocked)| Traits {
            email,
            username,
            legacy,
            credential,
            moved,
            created_at,
            last_login,
            blocked,
        },
    )
}

fn filter() -> impl Strategy<Value = Filter> {
    let leaf = prop_oneof![
        Just(Filter::All),
        any::<bool>().prop_map(Filter::Blocked),
        any::<bool>().prop_map(Filter::Moved),
        (time(), time()).prop_map(|(from, to)| Filter::CreatedWithin(from, to)),
        (time(), time()).prop_map(|(from, to)| Filter::LastLoginWithin(from, to)),
        prop::sample::select(CredentialKind::ALL.to_vec()).prop_map(Filter::Credential),
        text().prop_map(Filter::EmailPrefix),
        text().prop_map(Filter::UsernamePrefix),
        text().prop_map(|source| Filter::Source(SourceName::new(source))),
        moved_by().prop_map(Filter::MovedBy),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::Or),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
}

fn order() -> impl Strategy<Value = Order> {
    prop::sample::select(vec![Order::Id, Order::NewestFirst, Order::LatestLoginFirst])
}

async fn ids(store: &dyn SearchStore, filter: &Filter, order: Order, limit: usize) -> Vec<UserId> {
    let mut search = Search::new(filter.clone()).order(order).limit(limit);
    let mut ids = Vec::new();
    loop {
        let page = store.search(&search).await.unwrap();
        ids.extend(page.users.into_iter().map(|user| user.id));
        match page.next {
            Some(next) => search = search.after(next),
            None => return ids,
        }
    }
}

async fn both(crowd: &[NewUser], sqlite: &SqliteStore) -> MemoryStore {
    let memory = MemoryStore::new();
    let batch = BulkWrite::new(crowd.to_vec());
    assert_eq!(memory.write(batch.clone()).await.unwrap(), sqlite.write(batch).await.unwrap());
    memory
}

/// SQL has three truths and memory has two; for random users and random filters they answer alike, in every order.
#[test]
fn sql_answers_as_the_reference() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() });
    let questions = prop::collection::vec((filter(), order(), 1..9_usize), 12);
    let crowds = (prop::collection::vec(traits(), 0..40), questions);
    let answered = runner.run(&crowds, |(crowd, questions)| {
        let crowd: Vec<_> = crowd.into_iter().enumerate().map(|(number, traits)| traits.user(number)).collect();
        runtime.block_on(async {
            let (_directory, path) = place();
            let sqlite = open(&path).await;
            let memory = both(&crowd, &sqlite).await;
            for (filter, order, limit) in questions {
                let expected = ids(&memory, &filter, order, 1_000).await;
                let texts = |ids: &[UserId]| ids.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>();
                prop_assert_eq!(texts(&ids(&sqlite, &filter, order, limit).await), texts(&expected), "{:?}", filter);
                prop_assert_eq!(sqlite.count(&filter).await.unwrap(), expected.len() as u64);
            }
            prop_assert_eq!(sqlite.stats().await.unwrap(), memory.stats().await.unwrap());
            Ok(())
        })
    });
    answered.unwrap();
}
