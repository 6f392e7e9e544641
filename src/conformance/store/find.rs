use super::people::{Store, email, find, full, id, insert, keyed, phone, plain, username, with};
use crate::{
    identifier::{Identifier, IdentifierKind},
    store::{Key, Lookup},
    user::LegacyKey,
};

/// Nobody is found where nobody was put.
pub async fn an_empty_store_finds_nobody(store: Store) {
    let (legacy, ada) = (LegacyKey::new("django", "1"), email("ada@example.com"));
    for key in [Key::Id(&id("1")), Key::Identifier(&ada), Key::Legacy(&legacy)] {
        assert!(matches!(find(&store, key).await, Lookup::Absent), "{:?} in an empty store", key.kind());
    }
}

/// A user is found by the id, each identifier and the legacy key, and each time it is the whole of them.
pub async fn each_key_finds_its_user(store: Store) {
    let ada = insert(&store, full("ada")).await;
    insert(&store, full("bob")).await;
    for key in Key::all_of(&ada) {
        let found = find(&store, key).await.into_user();
        assert!(found.as_ref() == Some(&ada), "found by {:?}", key.kind());
    }
}

/// The text of one kind of key finds nobody as another kind.
pub async fn the_kind_of_a_key_counts(store: Store) {
    let mut user = with("same", [email("same")]);
    user.legacy = Some(LegacyKey::new("django", "same"));
    insert(&store, user).await;
    assert!(matches!(find(&store, Key::Identifier(&username("same"))).await, Lookup::Absent), "an address as a name");
    assert!(matches!(find(&store, Key::Identifier(&phone("same"))).await, Lookup::Absent), "an address as a number");
    let elsewhere = LegacyKey::new("ldap", "same");
    assert!(matches!(find(&store, Key::Legacy(&elsewhere)).await, Lookup::Absent), "an id of another legacy system");
    let halves = LegacyKey::new("djangos", "ame");
    assert!(matches!(find(&store, Key::Legacy(&halves)).await, Lookup::Absent), "a key split elsewhere");
    // A second user may have the same text under other kinds.
    insert(&store, with("other", [username("same"), phone("same")])).await;
}

/// Identifiers and ids that differ in any byte are different users. Folding is the business of the rules that made them.
pub async fn keys_are_compared_byte_by_byte(store: Store) {
    let spellings =
        ["ada", "Ada", "ADA", "ada ", " ada", "ad\u{e1}", "ada\u{301}", "ad\u{430}", "a\u{200b}da", "ada\0"];
    for text in spellings {
        insert(&store, with(text, [email(text), username(text)])).await;
    }
    for text in spellings {
        for key in [Key::Id(&id(text)), Key::Identifier(&email(text)), Key::Identifier(&username(text))] {
            let found = find(&store, key).await.into_user();
            assert!(found.is_some_and(|user| user.id == id(text)), "{text:?} finds its own user by {:?}", key.kind());
        }
    }
    insert(&store, plain("stra\u{df}e")).await;
    insert(&store, plain("strasse")).await;
}

/// The spelling is what was typed; what finds the user is the normal form.
pub async fn the_normal_form_is_compared_and_the_spelling_kept(store: Store) {
    let typed = Identifier::from_parts(IdentifierKind::Email, "ada@example.com", "Ada@Example.COM");
    insert(&store, with("1", [typed])).await;
    insert(&store, keyed("bob")).await;
    let found = find(&store, Key::Identifier(&email("ada@example.com"))).await.into_user().expect("found");
    assert_eq!(found.profile.email.as_ref().map(Identifier::original), Some("Ada@Example.COM"));
    assert_eq!(found.profile.email.as_ref().map(Identifier::normal), Some("ada@example.com"));
    assert!(
        matches!(find(&store, Key::Identifier(&email("Ada@Example.COM"))).await, Lookup::Absent),
        "the original spelling finds nobody"
    );
}
