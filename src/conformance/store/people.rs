//! The users of the suite.

use std::sync::Arc;

use serde_json::json;

use crate::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierKind},
    password::PasswordHash,
    store::{Insert, Key, Lookup, OnTombstone, Update, UserStore},
    user::{
        Credential, Delegation, LegacyKey, LinkedIdentity, Metadata, MfaFactor, Moved, MovedBy, NewUser, Profile, User,
        UserChange, UserId, Version,
    },
};

pub(super) type Store = Arc<dyn UserStore>;

pub(super) const fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

pub(super) fn id(text: &str) -> UserId {
    UserId::new(text)
}

pub(super) fn email(normal: &str) -> Identifier {
    Identifier::from_parts(IdentifierKind::Email, normal, normal)
}

pub(super) fn phone(normal: &str) -> Identifier {
    Identifier::from_parts(IdentifierKind::Phone, normal, normal)
}

pub(super) fn username(normal: &str) -> Identifier {
    Identifier::from_parts(IdentifierKind::Username, normal, normal)
}

/// Somebody with no key but their id.
pub(super) fn plain(id: &str) -> NewUser {
    NewUser::new(UserId::new(id), Profile::default(), Credential::None, at(1_000))
}

/// Somebody with these identifiers.
pub(super) fn with(id: &str, identifiers: impl IntoIterator<Item = Identifier>) -> NewUser {
    let mut user = plain(id);
    for identifier in identifiers {
        user.profile.set_identifier(identifier);
    }
    user
}

/// Somebody who has every key there is, made of `name`.
pub(super) fn keyed(name: &str) -> NewUser {
    let mut user = with(
        name,
        [email(&format!("{name}@example.com")), phone(&format!("+{name}")), username(&format!("user-{name}"))],
    );
    user.legacy = Some(LegacyKey::new("django", format!("legacy-{name}")));
    user
}

/// Panics with the names of the fields in which `what` is not the user that was expected.
pub(super) fn same(user: &User, expected: &User, what: &str) {
    let fields = [
        ("id", user.id == expected.id),
        ("version", user.version == expected.version),
        ("credential", user.credential == expected.credential),
        ("legacy", user.legacy == expected.legacy),
        ("moved", user.moved == expected.moved),
        ("created_at", user.created_at == expected.created_at),
        ("updated_at", user.updated_at == expected.updated_at),
        ("last_login", user.last_login == expected.last_login),
        ("login_count", user.login_count == expected.login_count),
        ("password_set_at", user.password_set_at == expected.password_set_at),
    ];
    let mut differ: Vec<_> = fields.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect();
    differ.extend(user.profile.differences(&expected.profile));
    assert!(user == expected, "{what} differs from the user that was given in {}", differ.join(", "));
}

/// Somebody of whom everything is known.
pub(super) fn full(name: &str) -> NewUser {
    let mut user = keyed(name);
    let profile = &mut user.profile;
    profile.set_identifier(Identifier::from_parts(
        IdentifierKind::Email,
        format!("{name}@example.com"),
        format!("{}@Example.COM", name.to_uppercase()),
    ));
    profile.email_verified = true;
    profile.phone_verified = true;
    profile.name = Some("Ada King, Countess of Lovelace".to_owned());
    profile.given_name = Some("Ada".to_owned());
    profile.family_name = Some("Lovelace".to_owned());
    profile.nickname = Some(String::new());
    profile.picture = Some("https://example.com/a.png?b=c&d=%20".to_owned());
    profile.user_metadata = object(json!({"theme": {"dark": true, "accents": ["#fff", null, {"deep": [[[]]]}]}}));
    profile.app_metadata = object(json!({"roles": ["admin", "staff"], "plan": null, "": "empty name"}));
    profile.blocked = true;
    profile.mfa_factors = vec![
        MfaFactor::Totp { secret: "JBSWY3DPEHPK3PXP".to_owned() },
        MfaFactor::Phone { value: "+15550100".to_owned() },
        MfaFactor::Email { value: "second@example.com".to_owned() },
        MfaFactor::Other { kind: "recovery-codes".to_owned(), value: json!(["a", {"used": false}]) },
    ];
    let mut google = LinkedIdentity::new("google-oauth2", "1234567890");
    google.profile = object(json!({"hd": "example.com"}));
    profile.identities = vec![google, LinkedIdentity::new("saml:acme", "ada")];
    user.credential = Credential::Hash(PasswordHash::declared("argon2", "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"));
    user.moved = Some(Moved::new(at(5_000_000), MovedBy::LogIn));
    user.created_at = at(-1_234_567_890_123);
    user.last_login = Some(at(4_000_001));
    user.login_count = 42;
    user.password_set_at = Some(at(3_999_999));
    user.at = at(5_000_001);
    user
}

/// Users who differ in everything that is filtered, ordered or counted: many without one value or another.
pub(super) fn crowd() -> Vec<NewUser> {
    let moves = [None, Some(MovedBy::LogIn), Some(MovedBy::Import), Some(MovedBy::Recovery), Some(MovedBy::Adoption)];
    let credentials = [
        Credential::None,
        Credential::Hash(PasswordHash::new("$2y$10$text")),
        Credential::PendingPassword,
        Credential::Delegated(Delegation::to("django")),
        Credential::Hash(PasswordHash::declared("argon2", "text")),
        Credential::Delegated(Delegation::to("ldap").shadow(PasswordHash::declared("shadow", "text"))),
    ];
    let names = ["ada", "adam", "Ada", "a%a", "a_a", "a*a", "bob", "zoe\u{308}", "zo\u{eb}", "\u{10ffff}z", "'or''"];
    (0_i64..66)
        .map(|number| {
            let pick = |from: usize| usize::try_from(number).unwrap_or_default() % from;
            let name = names[pick(names.len())];
            let mut user = plain(&format!("{:02}", (number * 37) % 66));
            if number % 3 != 0 {
                user.profile.set_identifier(email(&format!("{name}{number}@example.com")));
            }
            if number % 4 != 0 {
                user.profile.set_identifier(username(&format!("{name}-{number}")));
            }
            if number % 5 != 0 {
                let source = if number % 2 == 0 { "django" } else { "ldap" };
                user.legacy = Some(LegacyKey::new(source, number.to_string()));
            }
            user.profile.blocked = number % 7 == 0;
            user.credential = credentials[pick(credentials.len())].clone();
            // Around the turn of days, on both sides of 1970.
            user.moved = moves[pick(moves.len())].map(|by| Moved::new(at((number - 30) * 43_200_000_000 - 1), by));
            user.created_at = at((number % 10 - 5) * 1_000);
            user.last_login = (number % 4 != 1).then(|| at((number % 6 - 3) * 1_000));
            user.login_count = u64::try_from(number % 5).unwrap_or_default();
            user.password_set_at = (number % 3 == 1).then(|| at((number % 8 - 4) * 1_000));
            user.at = at((number % 4 - 2) * 1_000);
            known_of(&mut user.profile, pick(8), name);
            user
        })
        .collect()
}

/// What the profile of somebody of the crowd holds beside identifiers: of eight sorts.
fn known_of(profile: &mut Profile, sort: usize, name: &str) {
    profile.email_verified = sort.is_multiple_of(2);
    profile.phone_verified = sort.is_multiple_of(3);
    profile.name = (sort % 4 != 3).then(|| name.to_uppercase());
    profile.given_name = (sort == 1).then(|| name.to_owned());
    profile.family_name = (sort == 2).then(String::new);
    profile.nickname = (sort > 4).then(|| name.to_owned());
    profile.picture = (sort == 3).then(|| format!("https://example.com/{name}"));
    let metadata = match sort {
        0 => json!({"plan": "gold", "roles": ["a", 1, null]}),
        1 => json!({"plan": 1, "pets": [{"name": "Gold"}, {"name": ["gold", true]}]}),
        2 => json!({"plan": 1.5, "roles": [], "pets": {}}),
        3 => json!({"plan": true, "pets": {"name": 1}}),
        4 => json!({"plan": null, "\"odd\0 key\"": "a\"\0b"}),
        5 => json!({"pets": [[{"name": {"deeper": "gold"}}], "gold"], "email_verified": true}),
        6 => json!({"plan": "2024-12-31", "name": "ada"}),
        _ => json!({}),
    };
    profile.user_metadata = if sort.is_multiple_of(2) { object(metadata.clone()) } else { Metadata::new() };
    profile.app_metadata = object(metadata);
    if sort == 2 {
        profile.mfa_factors = vec![
            MfaFactor::Totp { secret: "JBSWY3DPEHPK3PXP".to_owned() },
            MfaFactor::Other { kind: "ada".to_owned(), value: json!({}) },
        ];
    }
    if sort == 3 {
        profile.identities = vec![LinkedIdentity::new("ada", "1"), LinkedIdentity::new("example.com", "ada1")];
    }
}

pub(super) fn object(value: serde_json::Value) -> Metadata {
    match value {
        serde_json::Value::Object(object) => object,
        _ => Metadata::new(),
    }
}

#[track_caller]
pub(super) fn created(insert: Insert) -> User {
    match insert {
        Insert::Created(user) => *user,
        other => panic!("created, not {other:?}"),
    }
}

#[track_caller]
pub(super) fn updated(update: Update) -> User {
    match update {
        Update::Updated(user) => *user,
        other => panic!("updated, not {other:?}"),
    }
}

pub(super) async fn insert(store: &Store, user: NewUser) -> User {
    created(insert_as(store, user, OnTombstone::Refuse).await)
}

pub(super) async fn insert_as(store: &Store, user: NewUser, tombstones: OnTombstone) -> Insert {
    store.insert(user, tombstones).await.expect("insert")
}

pub(super) async fn update(store: &Store, id: &UserId, expected: Version, change: UserChange) -> Update {
    store.update(id, expected, change).await.expect("update")
}

pub(super) async fn find(store: &Store, key: Key<'_>) -> Lookup {
    store.find(key).await.expect("find")
}

/// The user with this id, who must be there.
pub(super) async fn found(store: &Store, id: &UserId) -> User {
    find(store, Key::Id(id)).await.into_user().expect("the user is found by their id")
}

/// Runs `call` in 64 tasks at once and answers what each got.
pub(super) async fn at_once<T, F>(count: usize, call: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(tokio::sync::Barrier::new(count));
    let tasks: Vec<_> = (0..count)
        .map(|number| {
            let (start, call) = (Arc::clone(&start), call(number));
            tokio::spawn(async move {
                start.wait().await;
                call.await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.expect("no call panics"));
    }
    answers
}
