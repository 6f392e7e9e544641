use super::people::{Store, at, crowd, found, insert, update, updated};
use crate::{
    store::{Deletion, Stats, StatsStore},
    user::{Credential, Moved, MovedBy, User, UserChange},
};

fn counting(store: &Store) -> &dyn StatsStore {
    store.as_stats().expect("the store counts")
}

async fn counted_as_the_reference(store: &Store, users: &[User]) {
    let mut expected = Stats::default();
    for user in users {
        expected.add(user);
    }
    assert_eq!(counting(store).stats().await.expect("stats"), expected);
}

/// Without users every count is empty, and nobody moved last.
pub async fn nobody_counts_as_nothing(store: Store) {
    assert_eq!(counting(&store).stats().await.expect("stats"), Stats::default());
}

/// The counts are what [`Stats::add`] makes of every user.
pub async fn counts_are_those_of_the_reference(store: Store) {
    let mut users = Vec::new();
    for user in crowd() {
        users.push(insert(&store, user).await);
    }
    for (number, micros) in [i64::MIN, -86_400_000_000, -1, 0, 86_399_999_999, i64::MAX].into_iter().enumerate() {
        let mut user = super::people::plain(&format!("edge-{number}"));
        user.moved = Some(Moved::new(at(micros), MovedBy::Import));
        users.push(insert(&store, user).await);
    }
    counted_as_the_reference(&store, &users).await;
}

/// Changes and deletes are counted as they happen.
pub async fn counts_follow_the_users(store: Store) {
    let mut users = Vec::new();
    for user in crowd() {
        users.push(insert(&store, user).await);
    }
    for user in users.split_off(40) {
        assert!(store.delete(&user.id, Deletion::without_trace()).await.expect("delete"));
    }
    counted_as_the_reference(&store, &users).await;
    for user in &mut users[..20] {
        let change = UserChange::at(at(9))
            .new_password(Credential::PendingPassword)
            .moved(Moved::new(at(172_800_000_000), MovedBy::Recovery));
        *user = updated(update(&store, &user.id, user.version, change).await);
        assert!(found(&store, &user.id).await == *user);
    }
    counted_as_the_reference(&store, &users).await;
}
