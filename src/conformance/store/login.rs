use std::sync::Arc;

use super::people::{Store, at, at_once, found, full, id, insert, keyed, update, updated};
use crate::user::{User, UserChange, UserId};

async fn record(store: &Store, id: &UserId, micros: i64) -> bool {
    store.record_login(id, at(micros)).await.expect("record_login")
}

/// A log-in adds one and sets the date.
pub async fn a_login_is_counted_and_dated(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    let bob = insert(&store, full("bob")).await;
    assert!(record(&store, &ada.id, -7).await);
    let row = found(&store, &ada.id).await;
    assert_eq!((row.login_count, row.last_login), (1, Some(at(-7))), "the first, before 1970");
    assert!(record(&store, &bob.id, i64::MAX).await);
    let row = found(&store, &bob.id).await;
    assert_eq!((row.login_count, row.last_login), (43, Some(at(i64::MAX))), "one more than were brought");
}

/// A log-in is no change: version, date of change and everything else stay.
pub async fn a_login_changes_nothing_else(store: Store) {
    let ada = insert(&store, full("ada")).await;
    assert!(record(&store, &ada.id, 9_000_000).await);
    let row = found(&store, &ada.id).await;
    assert!(row == User { login_count: 43, last_login: Some(at(9_000_000)), ..ada }, "the count and the date alone");
}

/// A log-in that is told late does not set the date back.
pub async fn the_later_login_stays(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    for micros in [5, 9, 7] {
        assert!(record(&store, &ada.id, micros).await);
    }
    let row = found(&store, &ada.id).await;
    assert_eq!((row.login_count, row.last_login), (3, Some(at(9))));
}

/// Nobody's log-in is told to be nobody's, and adds nobody.
pub async fn a_login_of_nobody_is_not_counted(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    assert!(!record(&store, &id("eve"), 5).await);
    assert!(found(&store, &ada.id).await == ada, "nobody else's is counted either");
}

/// Log-ins at once are all counted.
pub async fn every_one_of_64_logins_is_counted(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    let answers = at_once(64, |number| {
        let (store, ada) = (Arc::clone(&store), ada.id.clone());
        async move { record(&store, &ada, i64::try_from(number).unwrap_or_default()).await }
    });
    assert!(answers.await.into_iter().all(|recorded| recorded));
    let row = found(&store, &ada.id).await;
    assert_eq!((row.login_count, row.last_login), (64, Some(at(63))));
}

/// A re-hash that was begun before a log-in was counted still applies, and keeps the count.
pub async fn logins_do_not_make_updates_stale(store: Store) {
    let ada = insert(&store, keyed("ada")).await;
    assert!(record(&store, &ada.id, 5).await);
    let row = updated(update(&store, &ada.id, ada.version, UserChange::at(at(2_000))).await);
    assert_eq!((row.login_count, row.last_login), (1, Some(at(5))), "the count is not written over");
}
