use std::sync::Arc;

use super::people::{
    Store, at_once, created, email, find, found, full, id, insert, insert_as, keyed, plain, same, with,
};
use crate::{
    identifier::IdentifierKind,
    store::{Insert, Key, KeyKind, Lookup, OnTombstone},
    user::{LegacyKey, NewUser, User, Version},
};

/// What an insert answers is the row that is found later, at the first version.
pub async fn an_insert_answers_what_is_found(store: Store) {
    let ada = insert(&store, full("ada")).await;
    same(&ada, &User::from_new(full("ada")), "the answer to the insert");
    assert_eq!(ada.version, Version::FIRST);
    same(&found(&store, &ada.id).await, &ada, "the row");
}

/// An id is given once.
pub async fn a_taken_id_is_refused(store: Store) {
    refused_for(&store, |user| user.id = id("ada"), KeyKind::Id).await;
}

/// An address is given once.
pub async fn a_taken_email_is_refused(store: Store) {
    let take = |user: &mut NewUser| user.profile.email = keyed("ada").profile.email;
    refused_for(&store, take, KeyKind::Identifier(IdentifierKind::Email)).await;
}

/// A number is given once.
pub async fn a_taken_phone_is_refused(store: Store) {
    let take = |user: &mut NewUser| user.profile.phone = keyed("ada").profile.phone;
    refused_for(&store, take, KeyKind::Identifier(IdentifierKind::Phone)).await;
}

/// A name is given once.
pub async fn a_taken_username_is_refused(store: Store) {
    let take = |user: &mut NewUser| user.profile.username = keyed("ada").profile.username;
    refused_for(&store, take, KeyKind::Identifier(IdentifierKind::Username)).await;
}

/// A legacy key is given once, so that nobody is moved twice.
pub async fn a_taken_legacy_key_is_refused(store: Store) {
    refused_for(&store, |user| user.legacy = keyed("ada").legacy, KeyKind::Legacy).await;
}

async fn refused_for(store: &Store, take: impl Fn(&mut NewUser), kind: KeyKind) {
    let ada = insert(store, keyed("ada")).await;
    for tombstones in [OnTombstone::Refuse, OnTombstone::Lift] {
        let mut bob = keyed("bob");
        take(&mut bob);
        match insert_as(store, bob, tombstones).await {
            Insert::Taken(taken) => assert_eq!(taken, kind, "the key that is taken is named"),
            other => panic!("taken, not {other:?}"),
        }
    }
    assert!(found(store, &ada.id).await == ada, "the owner of the key is as before");
}

/// A user of whom every key is taken is refused, by whichever key.
pub async fn a_user_with_every_key_taken_is_refused(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    let mut again = full("ada");
    again.at = super::people::at(77);
    assert!(matches!(insert_as(&store, again, OnTombstone::Refuse).await, Insert::Taken(_)));
    assert!(found(&store, &ada.id).await == ada, "the first is as before");
}

/// A user whose keys belong to several others is refused.
pub async fn keys_taken_by_several_users_are_refused(store: Store) {
    let (ada, bob) = (insert(&store, keyed("ada")).await, insert(&store, keyed("bob")).await);
    let mut both = keyed("new");
    both.profile.email.clone_from(&ada.profile.email);
    both.profile.username.clone_from(&bob.profile.username);
    assert!(matches!(insert_as(&store, both, OnTombstone::Refuse).await, Insert::Taken(KeyKind::Identifier(_))));
    assert!(found(&store, &ada.id).await == ada && found(&store, &bob.id).await == bob, "both are as before");
    assert!(matches!(find(&store, Key::Id(&id("new"))).await, Lookup::Absent), "nobody was added");
}

/// An insert that is refused reserves nothing: every other key of it is still free.
pub async fn a_refused_insert_leaves_nothing(store: Store) {
    insert(&store, keyed("ada")).await;
    let mut bob = keyed("bob");
    bob.legacy = keyed("ada").legacy;
    assert!(matches!(insert_as(&store, bob, OnTombstone::Refuse).await, Insert::Taken(_)));
    let bob = keyed("bob");
    for key in Key::all_of(&User::from_new(bob.clone())) {
        assert!(matches!(find(&store, key).await, Lookup::Absent), "{:?} of the refused", key.kind());
    }
    insert(&store, bob).await;
}

/// Two users who both lack an address do not have the same address.
pub async fn users_without_a_key_do_not_conflict(store: Store) {
    for number in 0..3 {
        insert(&store, plain(&number.to_string())).await;
    }
}

/// However many try at once, one person has one row.
pub async fn one_of_64_inserts_of_one_email_is_stored(store: Store) {
    let answers = at_once(64, |number| {
        let store = Arc::clone(&store);
        async move { insert_as(&store, with(&number.to_string(), [email("ada@example.com")]), OnTombstone::Refuse).await }
    });
    only_winner(&store, answers.await, KeyKind::Identifier(IdentifierKind::Email)).await;
}

/// However many try at once, nobody is moved twice.
pub async fn one_of_64_inserts_of_one_legacy_key_is_stored(store: Store) {
    let answers = at_once(64, |number| {
        let store = Arc::clone(&store);
        let mut user = plain(&number.to_string());
        user.legacy = Some(LegacyKey::new("django", "7"));
        async move { insert_as(&store, user, OnTombstone::Lift).await }
    });
    only_winner(&store, answers.await, KeyKind::Legacy).await;
}

async fn only_winner(store: &Store, answers: Vec<Insert>, kind: KeyKind) {
    let (winners, losers): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| matches!(answer, Insert::Created(_)));
    assert_eq!(winners.len(), 1, "one insert wins");
    for loser in losers {
        assert!(matches!(loser, Insert::Taken(taken) if taken == kind), "the losers are told the key, not {loser:?}");
    }
    for winner in winners {
        let winner = created(winner);
        for key in Key::all_of(&winner) {
            let found = find(store, key).await.into_user();
            assert!(found.as_ref() == Some(&winner), "the winner's row is there whole");
        }
    }
    let mut rows = 0;
    for number in 0..64 {
        rows += usize::from(find(store, Key::Id(&id(&number.to_string()))).await.into_user().is_some());
    }
    assert_eq!(rows, 1, "the losers left no row");
}

/// Each user shares the address with one neighbour and the name with the other: no two neighbours are both stored, and
/// whoever is stored has both their keys.
pub async fn users_who_share_one_key_crosswise_are_stored_whole(store: Store) {
    let user = |number: usize| {
        let (own, shared) = (number / 2, number.div_ceil(2));
        with(
            &number.to_string(),
            [email(&format!("{own}@example.com")), super::people::username(&format!("name-{shared}"))],
        )
    };
    let answers = at_once(64, |number| {
        let store = Arc::clone(&store);
        let user = user(number);
        async move { matches!(insert_as(&store, user, OnTombstone::Refuse).await, Insert::Created(_)) }
    })
    .await;
    for (number, stored) in answers.iter().enumerate() {
        let neighbours = [number.checked_sub(1), Some(number + 1)].into_iter().flatten();
        let beside = neighbours.filter(|near| answers.get(*near).copied().unwrap_or(false)).count();
        assert!(if *stored { beside == 0 } else { beside > 0 }, "user {number}: refused exactly for a neighbour");
        for key in Key::all_of(&User::from_new(user(number))) {
            let owner = find(&store, key).await.into_user();
            assert!(
                !stored || owner.is_some_and(|owner| owner.id == id(&number.to_string())),
                "user {number} is whole"
            );
        }
    }
}
