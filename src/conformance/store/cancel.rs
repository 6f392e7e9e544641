use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use super::people::{Store, at, find, full, insert, insert_as, keyed, update};
use crate::{
    store::{Deletion, Insert, Key, KeyKind, Lookup, OnTombstone, Tombstone, Update},
    user::{Credential, User, UserChange},
};

/// More polls than any call needs. A call that is done earlier is simply done.
pub(super) const POLLS: usize = 12;

/// Polls `call` up to `polls` times and drops it, done or not: what happens to a call whose client goes away.
pub(super) async fn abandon<F: Future>(call: F, polls: usize) {
    let mut call = pin!(call);
    for _ in 0..polls {
        let done = poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready())).await;
        if done {
            return;
        }
        // Lets a little time pass, so that the next poll finds the call further on.
        tokio::task::yield_now().await;
    }
}

/// An insert whose caller goes away happened or did not, and the store goes on.
pub async fn a_dropped_insert_is_whole_or_absent(store: Store) {
    for polls in 0..POLLS {
        let user = full(&polls.to_string());
        let expected = User::from_new(user.clone());
        abandon(store.insert(user.clone(), OnTombstone::Refuse), polls).await;
        // Comes after the abandoned one, which is at an end then, whichever it was.
        match insert_as(&store, user, OnTombstone::Refuse).await {
            Insert::Created(_) | Insert::Taken(KeyKind::Id) => {}
            other => panic!("{polls} polls: {other:?}"),
        }
        for key in Key::all_of(&expected) {
            let found = find(&store, key).await.into_user();
            assert!(found.as_ref() == Some(&expected), "{polls} polls: whole by {:?}", key.kind());
        }
    }
}

/// An update whose caller goes away happened or did not.
pub async fn a_dropped_update_is_whole_or_absent(store: Store) {
    for polls in 0..POLLS {
        let before = insert(&store, keyed(&polls.to_string())).await;
        let change = UserChange::at(at(2_000))
            .profile(full(&format!("changed-{polls}")).profile)
            .new_password(Credential::PendingPassword);
        let touch = UserChange::at(at(3_000));
        abandon(store.update(&before.id, before.version, change.clone()), polls).await;
        let mut expected = before.clone();
        match update(&store, &before.id, before.version, touch.clone()).await {
            Update::Stale => expected.apply(change),
            Update::Updated(_) => expected.apply(touch),
            other => panic!("{polls} polls: {other:?}"),
        }
        for key in Key::all_of(&expected) {
            let found = find(&store, key).await.into_user();
            assert!(found.as_ref() == Some(&expected), "{polls} polls: all or nothing by {:?}", key.kind());
        }
    }
}

/// A delete whose caller goes away happened with its tombstone, or did not.
pub async fn a_dropped_delete_is_whole_or_absent(store: Store) {
    for polls in 0..POLLS {
        let user = insert(&store, keyed(&polls.to_string())).await;
        abandon(store.delete(&user.id, Deletion::leaving(Tombstone::at(at(9_000)))), polls).await;
        let was_here = store.delete(&user.id, Deletion::without_trace()).await.expect("the store answers");
        for key in Key::all_of(&user) {
            match find(&store, key).await {
                Lookup::Absent => assert!(was_here, "{polls} polls: gone without a tombstone by {:?}", key.kind()),
                Lookup::Found(_) => panic!("{polls} polls: still here by {:?}", key.kind()),
                Lookup::Tombstoned => assert!(!was_here, "{polls} polls: buried, yet here, by {:?}", key.kind()),
            }
        }
    }
}
