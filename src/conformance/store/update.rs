use std::sync::Arc;

use super::people::{
    Store, at, at_once, email, find, found, full, id, insert, keyed, phone, update, updated, username, with,
};
use crate::{
    identifier::{Identifier, IdentifierKind},
    password::PasswordHash,
    store::{Deletion, Key, KeyKind, Lookup, Update},
    user::{Credential, LegacyKey, Moved, MovedBy, User, UserChange, Version},
};

/// Everything that a change holds is written, the rest stays, and the answer is the row.
pub async fn an_update_of_the_expected_version_is_applied(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    let bob = insert(&store, keyed("bob")).await;
    let change = UserChange::at(at(2_000))
        .profile(full("eve").profile)
        .new_password(Credential::Hash(PasswordHash::declared("argon2", "text")))
        .legacy(LegacyKey::new("ldap", "9"))
        .moved(Moved::new(at(1_999), MovedBy::Recovery));
    let answer = updated(update(&store, &ada.id, ada.version, change.clone()).await);
    let mut expected = ada.clone();
    expected.apply(change);
    assert!(answer == expected, "the answer is the row with the change applied");
    for key in Key::all_of(&expected) {
        let found = find(&store, key).await.into_user();
        assert!(found.as_ref() == Some(&expected), "found by the new {:?}", key.kind());
    }
    assert!(found(&store, &bob.id).await == bob, "nobody else changes");
}

/// A part that a change does not hold stays as it is.
pub async fn each_part_changes_alone(store: Store) {
    let mut ada = insert(&store, full("ada")).await;
    for change in [
        UserChange::at(at(10)),
        UserChange::at(at(11)).profile(keyed("eve").profile),
        UserChange::at(at(12)).same_password(Credential::PendingPassword),
        UserChange::at(at(13)).legacy(LegacyKey::new("ldap", "9")),
        UserChange::at(at(14)).moved(Moved::new(at(-1), MovedBy::Adoption)),
    ] {
        let mut expected = ada.clone();
        expected.apply(change.clone());
        ada = updated(update(&store, &ada.id, ada.version, change).await);
        assert!(ada == expected, "only what the change holds");
        assert!(found(&store, &ada.id).await == expected, "and so is the row");
    }
}

/// The age of a password is that of the password, not of its hash.
pub async fn a_new_password_moves_its_date_and_a_new_hash_does_not(store: Store) {
    let ada = insert(&store, full("ada")).await;
    let hash = |text: &str| Credential::Hash(PasswordHash::new(text));
    let rehashed = UserChange::at(at(9_000_000)).same_password(hash("stronger"));
    let ada = updated(update(&store, &ada.id, ada.version, rehashed).await);
    assert_eq!(ada.password_set_at, full("ada").password_set_at, "a new hash of the same password");
    let chosen = UserChange::at(at(9_000_001)).new_password(hash("other"));
    let ada = updated(update(&store, &ada.id, ada.version, chosen).await);
    assert_eq!(ada.password_set_at, Some(at(9_000_001)), "a new password");
}

/// A change made for another version of the row is not applied, be that version past or yet to come.
pub async fn an_update_of_another_version_is_stale(store: Store) {
    let first = insert(&store, keyed("ada")).await;
    let second = updated(update(&store, &first.id, first.version, UserChange::at(at(2_000))).await);
    for version in [Version::default(), first.version, second.version.next()] {
        let change = UserChange::at(at(3_000)).profile(keyed("eve").profile);
        assert!(
            matches!(update(&store, &first.id, version, change).await, Update::Stale),
            "an update of {version:?} is stale"
        );
    }
    assert!(found(&store, &first.id).await == second, "nothing was written");
}

/// Nobody can be changed who is not there.
pub async fn an_update_of_nobody_is_gone(store: Store) {
    insert(&store, keyed("ada")).await;
    let change = UserChange::at(at(2_000)).profile(keyed("eve").profile);
    assert!(matches!(update(&store, &id("eve"), Version::FIRST, change).await, Update::Gone));
    assert!(matches!(find(&store, Key::Id(&id("eve"))).await, Lookup::Absent), "nobody was added");
}

/// Each update counts one.
pub async fn versions_count_changes(store: Store) {
    let mut ada = insert(&store, keyed("ada")).await;
    for number in 2..=20 {
        ada = updated(update(&store, &ada.id, ada.version, UserChange::at(at(number))).await);
        assert_eq!(i64::try_from(ada.version.get()), Ok(number));
        assert_eq!(found(&store, &ada.id).await.version, ada.version);
    }
}

/// Of many changes made for one version, one is applied and the others are told that they came too late.
pub async fn one_of_64_updates_of_one_version_wins(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    let answers = at_once(64, |number| {
        let (store, ada) = (Arc::clone(&store), ada.clone());
        let hash = PasswordHash::new(number.to_string());
        let change = UserChange::at(at(2_000)).new_password(Credential::Hash(hash));
        async move { update(&store, &ada.id, ada.version, change).await }
    });
    let answers = answers.await;
    let winners: Vec<_> = answers.iter().filter(|answer| matches!(answer, Update::Updated(_))).collect();
    assert_eq!(winners.len(), 1, "one update wins");
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Update::Stale)).count(), 63, "the others are stale");
    let row = found(&store, &ada.id).await;
    assert!(matches!(winners[0], Update::Updated(user) if **user == row), "the row is the winner's");
}

/// A change of address to somebody else's changes neither row.
pub async fn an_update_to_a_taken_email_changes_nothing(store: Store) {
    let kind = KeyKind::Identifier(IdentifierKind::Email);
    taken_changes_nothing(&store, |ada| change_identifier(ada, email("bob@example.com")), kind).await;
}

/// A change of number to somebody else's changes neither row.
pub async fn an_update_to_a_taken_phone_changes_nothing(store: Store) {
    let kind = KeyKind::Identifier(IdentifierKind::Phone);
    taken_changes_nothing(&store, |ada| change_identifier(ada, phone("+bob")), kind).await;
}

/// A change of name to somebody else's changes neither row.
pub async fn an_update_to_a_taken_username_changes_nothing(store: Store) {
    let kind = KeyKind::Identifier(IdentifierKind::Username);
    taken_changes_nothing(&store, |ada| change_identifier(ada, username("user-bob")), kind).await;
}

/// A change of legacy key to somebody else's changes neither row.
pub async fn an_update_to_a_taken_legacy_key_changes_nothing(store: Store) {
    let change = |_: &User| UserChange::at(at(2_000)).legacy(LegacyKey::new("django", "legacy-bob"));
    taken_changes_nothing(&store, change, KeyKind::Legacy).await;
}

fn change_identifier(user: &User, to: Identifier) -> UserChange {
    let mut profile = user.profile.clone();
    profile.set_identifier(to);
    UserChange::at(at(2_000)).profile(profile).new_password(Credential::PendingPassword)
}

async fn taken_changes_nothing(store: &Store, change: impl Fn(&User) -> UserChange, kind: KeyKind) {
    let (ada, bob) = (insert(store, keyed("ada")).await, insert(store, keyed("bob")).await);
    match update(store, &ada.id, ada.version, change(&ada)).await {
        Update::Taken(taken) => assert_eq!(taken, kind, "the key that is taken is named"),
        other => panic!("taken, not {other:?}"),
    }
    for user in [ada, bob] {
        for key in Key::all_of(&user) {
            let found = find(store, key).await.into_user();
            assert!(found.as_ref() == Some(&user), "both are as before, by {:?}", key.kind());
        }
    }
}

/// Whether a change is late is decided first: what it wanted does not matter then.
pub async fn a_stale_update_to_a_taken_key_is_stale(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    insert(&store, keyed("bob")).await;
    let change = change_identifier(&ada, email("bob@example.com"));
    let late = update(&store, &ada.id, ada.version.next(), change.clone()).await;
    assert!(matches!(late, Update::Stale), "stale, not {late:?}");
    let gone = update(&store, &id("eve"), ada.version, change).await;
    assert!(matches!(gone, Update::Gone), "gone, not {gone:?}");
}

/// Nobody stands in their own way.
pub async fn an_update_may_keep_its_own_keys(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    let legacy = ada.legacy.clone().expect("a legacy key");
    let mut change = change_identifier(&ada, email("new@example.com")).legacy(legacy);
    let ada = updated(update(&store, &ada.id, ada.version, change.clone()).await);
    change.at = at(2_001);
    updated(update(&store, &ada.id, ada.version, change).await);
}

/// The address that somebody had before is anybody's.
pub async fn a_key_that_was_given_up_is_free(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    let mut profile = ada.profile.clone();
    profile.set_identifier(email("new@example.com"));
    profile.phone = None;
    let change = UserChange::at(at(2_000)).profile(profile).legacy(LegacyKey::new("ldap", "9"));
    updated(update(&store, &ada.id, ada.version, change).await);
    let (old_email, old_phone) = (email("ada@example.com"), phone("+ada"));
    let old_legacy = LegacyKey::new("django", "legacy-ada");
    for key in [Key::Identifier(&old_email), Key::Identifier(&old_phone), Key::Legacy(&old_legacy)] {
        assert!(matches!(find(&store, key).await, Lookup::Absent), "the old {:?} finds nobody", key.kind());
    }
    let mut eve = with("eve", [old_email, old_phone]);
    eve.legacy = Some(old_legacy);
    insert(&store, eve).await;
}

/// Of many users who want one address, one gets it.
pub async fn one_of_64_updates_to_one_email_wins(store: Store) {
    for number in 0..64 {
        insert(&store, keyed(&number.to_string())).await;
    }
    let answers = at_once(64, |number| {
        let store = Arc::clone(&store);
        async move {
            let user = found(&store, &id(&number.to_string())).await;
            update(&store, &user.id, user.version, change_identifier(&user, email("wanted@example.com"))).await
        }
    });
    let answers = answers.await;
    let won = answers.iter().filter(|answer| matches!(answer, Update::Updated(_))).count();
    let wanted = KeyKind::Identifier(IdentifierKind::Email);
    let lost = answers.iter().filter(|answer| matches!(answer, Update::Taken(kind) if *kind == wanted)).count();
    assert_eq!((won, lost), (1, 63), "one wins, the others are told the key");
    let mut owners = 0;
    for number in 0..64 {
        let user = found(&store, &id(&number.to_string())).await;
        owners += usize::from(user.profile.email == Some(email("wanted@example.com")));
    }
    assert_eq!(owners, 1, "one row has it");
}

/// However updates and a delete meet, the deleted stays deleted.
pub async fn an_update_does_not_bring_back_the_deleted(store: Store) {
    for round in 0..16 {
        let user = insert(&store, keyed(&round.to_string())).await;
        at_once(4, |number| {
            let (store, user) = (Arc::clone(&store), user.clone());
            async move {
                if number == 0 {
                    assert!(
                        store.delete(&user.id, Deletion::without_trace()).await.expect("delete"),
                        "the user was there"
                    );
                } else {
                    let change = UserChange::at(at(2_000)).profile(user.profile.clone());
                    let _either = update(&store, &user.id, user.version, change).await;
                }
            }
        })
        .await;
        for key in Key::all_of(&user) {
            assert!(matches!(find(&store, key).await, Lookup::Absent), "gone by {:?}", key.kind());
        }
    }
}
