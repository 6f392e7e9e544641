use std::sync::Arc;

use super::people::{Store, at, at_once, email, id, insert, keyed, plain, update, with};
use crate::{
    store::{Backlog, Deletion, Insert, OnTombstone, OutboxMessage, OutboxStore, Outgoing, Tombstone, Update},
    user::{NewUser, UserChange, Version},
};

fn outbox(store: &Store) -> &dyn OutboxStore {
    store.as_outbox().expect("the store has an outbox")
}

/// A message that was queued at `micros`.
fn message(body: &str, micros: i64) -> Outgoing {
    Outgoing::new(body.as_bytes().to_vec(), at(micros), at(1_000_000))
}

fn saying(mut user: NewUser, messages: impl IntoIterator<Item = Outgoing>) -> NewUser {
    user.outgoing = messages.into_iter().collect();
    user
}

fn change(messages: impl IntoIterator<Item = Outgoing>) -> UserChange {
    let mut change = UserChange::at(at(2_000));
    change.outgoing = messages.into_iter().collect();
    change
}

async fn take(store: &Store, now: i64, until: i64) -> Vec<OutboxMessage> {
    outbox(store).take(at(now), at(until), 100).await.expect("take")
}

async fn remove(store: &Store, message: &OutboxMessage) -> bool {
    outbox(store).remove(message).await.expect("remove")
}

async fn backlog(store: &Store) -> Backlog {
    outbox(store).backlog().await.expect("backlog")
}

fn bodies(messages: &[OutboxMessage]) -> Vec<&str> {
    messages.iter().map(|message| std::str::from_utf8(&message.outgoing.body).expect("text")).collect()
}

/// What comes with an insert is queued if and only if there is an insert.
pub async fn an_insert_queues_its_messages_or_nothing(store: Store) {
    let buried = insert(&store, keyed("buried")).await;
    let tombstone = Deletion::leaving(Tombstone::at(at(0)));
    assert!(store.delete(&buried.id, tombstone).await.expect("delete"));
    insert(&store, saying(with("1", [email("ada@example.com")]), [message("one", 1), message("two", 2)])).await;
    for refused in [with("2", [email("ada@example.com")]), plain("buried")] {
        let refused = saying(refused, [message("refused", 1)]);
        let inserted = store.insert(refused, OnTombstone::Refuse).await.expect("insert");
        assert!(matches!(inserted, Insert::Taken(_) | Insert::Tombstoned), "{inserted:?}");
    }
    assert_eq!(backlog(&store).await, Backlog::new(2, Some(at(1))));
    let taken = take(&store, 10, 20).await;
    assert_eq!(bodies(&taken), ["one"]);
    assert_eq!((&taken[0].user, taken[0].legacy.as_ref()), (&id("1"), None));
}

/// What comes with an update is queued if and only if there is an update.
pub async fn an_update_queues_its_messages_or_nothing(store: Store) {
    insert(&store, with("1", [email("ada@example.com")])).await;
    let ada = insert(&store, keyed("2")).await;
    let written = update(&store, &ada.id, ada.version, change([message("one", 5)])).await;
    assert!(matches!(&written, Update::Updated(user) if user.version == ada.version.next()), "{written:?}");
    let stale = update(&store, &ada.id, ada.version, change([message("stale", 1)])).await;
    assert!(matches!(stale, Update::Stale), "{stale:?}");
    let gone = update(&store, &id("nobody"), Version::FIRST, change([message("gone", 1)])).await;
    assert!(matches!(gone, Update::Gone), "{gone:?}");
    let mut taken = change([message("taken", 1)]);
    taken.profile = Some(with("1", [email("ada@example.com")]).profile);
    let taken = update(&store, &ada.id, ada.version.next(), taken).await;
    assert!(matches!(taken, Update::Taken(_)), "{taken:?}");
    assert_eq!(bodies(&take(&store, 10, 20).await), ["one"]);
    assert_eq!(backlog(&store).await, Backlog::new(1, Some(at(5))));
}

/// What comes with a deletion is queued if there is somebody to delete, with the legacy key that the row had.
pub async fn a_deletion_queues_its_messages_with_the_legacy_key(store: Store) {
    let ada = insert(&store, keyed("1")).await;
    insert(&store, plain("2")).await;
    let deletion = |tombstone| {
        let mut deletion = Deletion::without_trace();
        (deletion.tombstone, deletion.outgoing) = (tombstone, vec![message("gone", 5)]);
        deletion
    };
    assert!(store.delete(&ada.id, deletion(Some(Tombstone::at(at(0))))).await.expect("delete"));
    assert!(store.delete(&id("2"), deletion(None)).await.expect("delete"));
    assert!(!store.delete(&ada.id, deletion(Some(Tombstone::at(at(0))))).await.expect("delete"));
    let taken = take(&store, 10, 20).await;
    let told: Vec<_> = taken.iter().map(|message| (message.user.as_str(), message.legacy.as_ref())).collect();
    assert_eq!(told, [("1", ada.legacy.as_ref()), ("2", None)]);
}

/// The messages of a user come in the order of their changes, each after the one before is removed, also if that was
/// postponed; those of others do not wait for them.
pub async fn messages_of_one_user_come_in_their_order(store: Store) {
    insert(&store, saying(plain("2"), [message("another's", 7)])).await;
    let ada = insert(&store, saying(plain("1"), [message("a", 5)])).await;
    for (version, body) in [(ada.version, "b"), (ada.version.next(), "c")] {
        // A clock that goes backwards is no matter.
        let written = update(&store, &ada.id, version, change([message(body, 1)])).await;
        assert!(matches!(written, Update::Updated(_)), "{written:?}");
    }
    let taken = take(&store, 10, 20).await;
    assert_eq!(bodies(&taken), ["a", "another's"]);
    assert!(outbox(&store).postpone(&taken[0], at(30)).await.expect("postpone"));
    assert_eq!(take(&store, 15, 25).await, [], "behind one that was postponed");
    for body in ["a", "b", "c"] {
        let next = take(&store, 30, 40).await.into_iter().find(|message| message.user == ada.id).expect("one is due");
        assert_eq!(bodies(std::slice::from_ref(&next)), [body]);
        assert!(remove(&store, &next).await);
    }
}

/// Of many who look for messages, one gets each.
pub async fn one_of_32_takes_a_message(store: Store) {
    for number in 0..4 {
        insert(&store, saying(plain(&number.to_string()), [message("m", 0)])).await;
    }
    let answers = at_once(32, |_| {
        let store = Arc::clone(&store);
        async move { take(&store, 0, 10).await }
    });
    let mut users: Vec<_> = answers.await.into_iter().flatten().map(|message| message.user).collect();
    users.sort();
    assert_eq!(users, ["0", "1", "2", "3"].map(id), "each message is taken once");
}

/// Whoever took a message has it until the time that they said, and not at it.
pub async fn a_message_is_due_again_when_its_time_is_up(store: Store) {
    insert(&store, saying(plain("1"), [message("m", 0)])).await;
    assert_eq!(take(&store, -1, 5).await, [], "not before it was queued");
    let first = take(&store, 0, 10).await;
    assert_eq!((first[0].taken, first[0].until), (1, at(10)));
    assert_eq!(take(&store, 9, 20).await, []);
    let second = take(&store, 10, 20).await;
    assert_eq!((second[0].taken, second[0].until, &second[0].outgoing), (2, at(20), &first[0].outgoing));
}

/// Whoever is late neither removes nor postpones what somebody else has taken since.
pub async fn the_late_change_nothing(store: Store) {
    insert(&store, saying(plain("1"), [message("m", 0)])).await;
    let late = take(&store, 0, 10).await.remove(0);
    let current = take(&store, 10, 20).await.remove(0);
    assert!(!remove(&store, &late).await);
    assert!(!outbox(&store).postpone(&late, at(15)).await.expect("postpone"));
    assert_eq!(take(&store, 19, 30).await, [], "theirs who took it last");
    assert!(remove(&store, &current).await);
    assert!(!remove(&store, &current).await, "it is gone");
    assert_eq!(backlog(&store).await, Backlog::default());
}

/// A postponed message is due when it was said, and not before.
pub async fn a_postponed_message_waits(store: Store) {
    insert(&store, saying(plain("1"), [message("m", 0)])).await;
    let taken = take(&store, 0, 10).await.remove(0);
    assert!(outbox(&store).postpone(&taken, at(50)).await.expect("postpone"));
    assert_eq!(take(&store, 49, 60).await, []);
    assert_eq!(take(&store, 50, 60).await[0].taken, 2);
}

/// Those that are due longest come first, and no more than were asked for.
pub async fn a_take_holds_no_more_than_its_limit(store: Store) {
    for (name, due) in [("1", 3), ("2", 1), ("3", 2), ("4", 4)] {
        insert(&store, saying(plain(name), [message(name, due)])).await;
    }
    let taken = outbox(&store).take(at(9), at(20), 2).await.expect("take");
    assert_eq!(bodies(&taken), ["2", "3"]);
    assert_eq!(bodies(&take(&store, 9, 20).await), ["1", "4"]);
}

/// A body comes back as it was, of any bytes and up to 60 KiB.
pub async fn a_body_of_any_bytes_comes_back(store: Store) {
    let large: Vec<u8> = (0..=255).cycle().take(60 * 1_024).collect();
    for (name, body) in [("1", Vec::new()), ("2", vec![0]), ("3", b"'; --\0\xff".to_vec()), ("4", large)] {
        let given = Outgoing::new(body, at(i64::MIN / 2), at(i64::MAX));
        insert(&store, saying(plain(name), [given.clone()])).await;
        let taken = take(&store, 0, 10).await.remove(0);
        assert!(taken.outgoing == given, "{name}");
        assert!(remove(&store, &taken).await);
    }
}

/// An update whose caller goes away queued its message if and only if it happened.
pub async fn a_dropped_update_queues_with_its_change_or_not_at_all(store: Store) {
    for polls in 0..super::cancel::POLLS {
        let before = insert(&store, plain(&polls.to_string())).await;
        let told = store.update(&before.id, before.version, change([message("m", 0)]));
        super::cancel::abandon(told, polls).await;
        let again = update(&store, &before.id, before.version, UserChange::at(at(3_000))).await;
        let happened = u64::from(matches!(again, Update::Stale));
        assert_eq!(backlog(&store).await.waiting, happened, "{polls} polls: {again:?}");
        for taken in take(&store, 10, 20).await {
            assert!(remove(&store, &taken).await);
        }
    }
}
