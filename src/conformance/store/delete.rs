use std::sync::Arc;

use super::people::{
    Store, at, at_once, created, email, find, found, id, insert, insert_as, keyed, plain, update, updated, with,
};
use crate::{
    store::{Deletion, Insert, Key, Lookup, OnTombstone, Tombstone},
    user::{User, UserChange, UserId},
};

async fn delete(store: &Store, id: &UserId) -> bool {
    store.delete(id, Deletion::without_trace()).await.expect("delete")
}

async fn bury(store: &Store, id: &UserId) -> bool {
    store.delete(id, Deletion::leaving(Tombstone::at(at(9_000)))).await.expect("delete")
}

/// Who is deleted is gone by every key, and nobody else is.
pub async fn a_deleted_user_is_found_by_no_key(store: Store) {
    let (ada, bob) = (insert(&store, keyed("ada")).await, insert(&store, keyed("bob")).await);
    assert!(delete(&store, &ada.id).await);
    for key in Key::all_of(&ada) {
        assert!(find(&store, key).await.into_user().is_none(), "gone by {:?}", key.kind());
    }
    assert!(found(&store, &bob.id).await == bob, "nobody else is gone");
    assert!(bury(&store, &bob.id).await);
    for key in Key::all_of(&bob) {
        assert!(find(&store, key).await.into_user().is_none(), "gone by {:?}", key.kind());
    }
}

/// There is nothing to delete and nothing to bury where nobody is.
pub async fn deleting_nobody_is_false_and_leaves_no_tombstone(store: Store) {
    assert!(!bury(&store, &id("eve")).await, "never there");
    assert!(matches!(find(&store, Key::Id(&id("eve"))).await, Lookup::Absent), "and not buried");
    let ada = insert(&store, keyed("ada")).await;
    assert!(delete(&store, &ada.id).await);
    assert!(!bury(&store, &ada.id).await, "deleted already");
    for key in Key::all_of(&ada) {
        assert!(matches!(find(&store, key).await, Lookup::Absent), "not buried by {:?} afterwards", key.kind());
    }
}

/// Of many who delete one user, one did.
pub async fn one_of_64_deletes_wins(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    let answers = at_once(64, |_| {
        let (store, ada) = (Arc::clone(&store), ada.id.clone());
        async move { bury(&store, &ada).await }
    });
    assert_eq!(answers.await.into_iter().filter(|deleted| *deleted).count(), 1, "one delete wins");
}

/// Each key of the deleted is remembered, so that they are not migrated again by another of them.
pub async fn every_key_of_the_deleted_is_buried(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    let renamed = UserChange::at(at(2_000)).profile(keyed("eve").profile);
    let eve = updated(update(&store, &ada.id, ada.version, renamed).await);
    assert!(bury(&store, &eve.id).await);
    for key in Key::all_of(&eve) {
        assert!(matches!(find(&store, key).await, Lookup::Tombstoned), "buried by {:?}", key.kind());
    }
    let given_up = email("ada@example.com");
    assert!(matches!(find(&store, Key::Identifier(&given_up)).await, Lookup::Absent), "given up before");
}

/// Without a tombstone the deleted may come back.
pub async fn a_delete_without_tombstone_leaves_none(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    assert!(delete(&store, &ada.id).await);
    for key in Key::all_of(&ada) {
        assert!(matches!(find(&store, key).await, Lookup::Absent), "not buried by {:?}", key.kind());
    }
    insert(&store, keyed("ada")).await;
}

/// One buried key is enough to refuse, whichever it is.
pub async fn each_buried_key_refuses_an_insert(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    assert!(bury(&store, &ada.id).await);
    let buried = keyed("ada");
    for (number, take) in [
        (|user, buried| user.id = buried.id) as fn(&mut crate::user::NewUser, crate::user::NewUser),
        |user, buried| user.profile.email = buried.profile.email,
        |user, buried| user.profile.phone = buried.profile.phone,
        |user, buried| user.profile.username = buried.profile.username,
        |user, buried| user.legacy = buried.legacy,
    ]
    .into_iter()
    .enumerate()
    {
        let mut user = keyed(&number.to_string());
        take(&mut user, buried.clone());
        let user = User::from_new(user.clone());
        let answer = insert_as(&store, again(&user), OnTombstone::Refuse).await;
        assert!(matches!(answer, Insert::Tombstoned), "buried key {number} refuses an insert: {answer:?}");
        assert!(find(&store, Key::Id(&user.id)).await.into_user().is_none(), "key {number}: nothing was written");
    }
    insert(&store, keyed("bob")).await;
}

/// The user as they were given.
fn again(user: &User) -> crate::user::NewUser {
    let mut new =
        crate::user::NewUser::new(user.id.clone(), user.profile.clone(), user.credential.clone(), user.updated_at);
    new.legacy.clone_from(&user.legacy);
    new
}

/// Who signs up anew is a user like any other: what was buried is forgotten for good.
pub async fn a_lifted_tombstone_is_gone(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    assert!(bury(&store, &ada.id).await);
    let anew = created(insert_as(&store, keyed("ada"), OnTombstone::Lift).await);
    assert!(found(&store, &anew.id).await == anew, "back again");
    assert!(delete(&store, &anew.id).await);
    for key in Key::all_of(&anew) {
        assert!(matches!(find(&store, key).await, Lookup::Absent), "no tombstone is left for {:?}", key.kind());
    }
}

/// A sign-up under one buried key lifts that one and no other.
pub async fn only_the_new_users_tombstones_are_lifted(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    assert!(bury(&store, &ada.id).await);
    let stranger = with("stranger", ada.profile.email.clone());
    created(insert_as(&store, stranger, OnTombstone::Lift).await);
    for key in Key::all_of(&ada) {
        let lifted = matches!(key, Key::Identifier(identifier) if Some(identifier) == ada.profile.email.as_ref());
        let still = matches!(find(&store, key).await, Lookup::Tombstoned);
        assert_eq!(still, !lifted, "{:?}", key.kind());
    }
}

/// A new user with one key taken and another buried is told of the taken one.
pub async fn a_taken_key_wins_over_a_tombstone(store: Store) {
    let (ada, bob) = (insert(&store, keyed("ada")).await, insert(&store, keyed("bob")).await);
    assert!(bury(&store, &ada.id).await);
    let mut both = plain("new");
    both.profile.email = ada.profile.email;
    both.legacy = bob.legacy;
    for tombstones in [OnTombstone::Refuse, OnTombstone::Lift] {
        let answer = insert_as(&store, both.clone(), tombstones).await;
        assert!(matches!(answer, Insert::Taken(crate::store::KeyKind::Legacy)), "{tombstones:?}: {answer:?}");
    }
}

/// A sign-up that is refused for a taken key leaves the tombstones where they are.
pub async fn a_refused_insert_lifts_nothing(store: Store) {
    let (ada, bob) = (insert(&store, keyed("ada")).await, insert(&store, keyed("bob")).await);
    assert!(bury(&store, &ada.id).await);
    let mut both = keyed("ada");
    both.legacy = bob.legacy;
    assert!(matches!(insert_as(&store, both, OnTombstone::Lift).await, Insert::Taken(_)));
    for key in Key::all_of(&ada) {
        assert!(matches!(find(&store, key).await, Lookup::Tombstoned), "still buried by {:?}", key.kind());
    }
}

/// Who takes over a buried address by a change is found there; the tombstone is for those who are not here.
pub async fn the_living_are_found_at_a_buried_key(store: Store) {
    let (ada, bob) = (insert(&store, keyed("ada")).await, insert(&store, keyed("bob")).await);
    assert!(bury(&store, &ada.id).await);
    let mut profile = bob.profile.clone();
    profile.set_identifier(email("ada@example.com"));
    let bob = updated(update(&store, &bob.id, bob.version, UserChange::at(at(2_000)).profile(profile)).await);
    let found = find(&store, Key::Identifier(&email("ada@example.com"))).await.into_user();
    assert!(found.is_some_and(|found| found == bob), "the living user");
}

/// Nobody sees a moment in which the user is gone and not yet buried.
pub async fn a_delete_and_its_tombstone_are_one_step(store: Store) {
    for round in 0..8 {
        let user = insert(&store, keyed(&round.to_string())).await;
        at_once(16, |number| {
            let (store, user) = (Arc::clone(&store), user.clone());
            async move {
                if number == 0 {
                    assert!(bury(&store, &user.id).await, "the user was there");
                    return;
                }
                for key in Key::all_of(&user) {
                    let lookup = find(&store, key).await;
                    assert!(!matches!(lookup, Lookup::Absent), "neither here nor buried by {:?}", key.kind());
                }
                let migrated = insert_as(&store, again(&user), OnTombstone::Refuse).await;
                assert!(!matches!(migrated, Insert::Created(_)), "migrated again");
            }
        })
        .await;
    }
}
