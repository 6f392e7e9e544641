//! Dropping an attempt at each of its await points leaves the person moved or not moved, and the next attempt whole.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
};

use async_trait::async_trait;
use waystation::{
    MemoryStore, Password, UserId,
    clock::Timestamp,
    identifier::IdentifierKind,
    migrator::{
        ChangeIdentifier, ChangePassword, CompleteRecovery, Delivery, LogIn, Migrator, Origin, SignUp, VerifiedIdentity,
    },
    password::Verification,
    store::{Deletion, Insert, Key, Lookup, OnTombstone, StoreError, Update, UserStore},
    user::{CredentialKind, NewUser, UserChange, Version},
};

use crate::stage::{ADA, RIGHT, Stage, identifier, road};

const NEW: &str = "enchantress of number";

/// A store that is not done at once: one more place to be dropped at before each call, and one after.
#[derive(Debug)]
struct Slow(MemoryStore);

#[async_trait]
impl UserStore for Slow {
    async fn find(&self, key: Key<'_>) -> Result<Lookup, StoreError> {
        tokio::task::yield_now().await;
        let found = self.0.find(key).await;
        tokio::task::yield_now().await;
        found
    }

    async fn insert(&self, user: NewUser, tombstones: OnTombstone) -> Result<Insert, StoreError> {
        tokio::task::yield_now().await;
        let inserted = self.0.insert(user, tombstones).await;
        tokio::task::yield_now().await;
        inserted
    }

    async fn update(&self, id: &UserId, expected: Version, change: UserChange) -> Result<Update, StoreError> {
        tokio::task::yield_now().await;
        let updated = self.0.update(id, expected, change).await;
        tokio::task::yield_now().await;
        updated
    }

    async fn record_login(&self, id: &UserId, at: Timestamp) -> Result<bool, StoreError> {
        tokio::task::yield_now().await;
        self.0.record_login(id, at).await
    }

    async fn delete(&self, id: &UserId, deletion: Deletion) -> Result<bool, StoreError> {
        tokio::task::yield_now().await;
        let deleted = self.0.delete(id, deletion).await;
        tokio::task::yield_now().await;
        deleted
    }
}

/// Drops `attempt` when it has been pending this often. Whether it ended before.
async fn dropped_after<T>(pending: usize, attempt: impl Future<Output = T>) -> bool {
    let mut attempt = pin!(attempt);
    let mut seen = 0;
    poll_fn(|context| match attempt.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending if seen == pending => Poll::Ready(false),
        Poll::Pending => {
            seen += 1;
            Poll::Pending
        }
    })
    .await
}

fn stage() -> Stage {
    let store = MemoryStore::new();
    Stage::over(Arc::new(Slow(store.clone())), store, |builder| builder.adopts_unverified(true))
}

/// Runs `attempt` again and again on fresh stages, dropped one await point later each time, until one gets through;
/// after each, `check` looks at what is left. How many points there were: two for each call of the store, and those at
/// which the pool had not answered yet.
async fn at_each_point<F>(
    prepare: impl AsyncFn(&Stage),
    attempt: impl Fn(&Stage) -> F,
    check: impl AsyncFn(&Stage),
) -> usize
where
    F: Future,
{
    for point in 0.. {
        let stage = stage();
        prepare(&stage).await;
        let through = dropped_after(point, attempt(&stage)).await;
        stage.migrator.settled().await;
        check(&stage).await;
        if through {
            return point;
        }
    }
    unreachable!("an attempt has an end")
}

/// Whoever is in the store under Ada's name is whole, and she can still log in.
async fn ada_is_whole(stage: &Stage) {
    if let Some(ada) = stage.find(ADA).await {
        assert!(ada.legacy.is_some() && ada.moved.is_some());
        assert_eq!(ada.credential.kind(), CredentialKind::Hash);
        let verified = stage.passwords.verify(&Password::from(RIGHT), ada.password_hash().unwrap()).await;
        assert!(matches!(verified, Ok(Verification::Match { .. })));
    }
    assert!(matches!(stage.road(ADA, RIGHT).await, Ok(Origin::Migrated | Origin::Store)));
    assert_eq!(stage.store.len(), 1);
}

/// She can log in with exactly one of the two passwords.
async fn one_password_works(stage: &Stage) {
    let (old, new) = (stage.road(ADA, RIGHT).await.is_ok(), stage.road(ADA, NEW).await.is_ok());
    assert!(old != new, "old: {old}, new: {new}");
    assert_eq!(stage.store.len(), 1);
}

#[tokio::test]
async fn a_first_log_in() {
    let migrator = |stage: &Stage| stage.migrator.clone();
    let points = at_each_point(
        async |_| {},
        |stage| {
            let migrator = migrator(stage);
            async move { migrator.log_in(LogIn::new(ADA, RIGHT)).await }
        },
        ada_is_whole,
    )
    .await;
    assert!(points >= 4, "{points}");
}

#[tokio::test]
async fn a_later_log_in() {
    let points = at_each_point(
        async |stage| {
            stage.come_in(ADA, RIGHT).await;
        },
        |stage| {
            let migrator = stage.migrator.clone();
            async move { migrator.log_in(LogIn::new(ADA, RIGHT)).await }
        },
        ada_is_whole,
    )
    .await;
    assert!(points >= 2, "{points}");
}

#[tokio::test]
async fn an_adoption_and_the_log_in_after_it() {
    let proof = || VerifiedIdentity::new(identifier(ADA));
    let points = at_each_point(
        async |_| {},
        |stage| {
            let migrator = stage.migrator.clone();
            async move { migrator.adopt(proof()).await }
        },
        async |stage| assert!(stage.road(ADA, RIGHT).await.is_ok()),
    )
    .await;
    assert!(points >= 4, "{points}");
    at_each_point(
        async |stage| {
            assert!(road(stage.migrator.adopt(proof()).await.unwrap()).is_ok());
            stage.migrator.settled().await;
        },
        |stage| {
            let migrator = stage.migrator.clone();
            async move { migrator.log_in(LogIn::new(ADA, RIGHT)).await }
        },
        async |stage| assert!(stage.road(ADA, RIGHT).await.is_ok()),
    )
    .await;
}

#[tokio::test]
async fn a_sign_up() {
    let points = at_each_point(
        async |_| {},
        |stage| {
            let migrator = stage.migrator.clone();
            async move { migrator.sign_up(SignUp::email("grace@example.com", NEW)).await }
        },
        async |stage| {
            let there = stage.find("grace@example.com").await.is_some();
            assert_eq!(stage.road("grace@example.com", NEW).await.is_ok(), there);
        },
    )
    .await;
    assert!(points >= 4, "{points}");
}

#[tokio::test]
async fn a_recovery_of_somebody_who_has_not_moved_and_of_one_who_has() {
    for has_moved in [false, true] {
        let token = std::sync::Mutex::new(String::new());
        let points = at_each_point(
            async |stage| {
                if has_moved {
                    stage.come_in(ADA, RIGHT).await;
                }
                let recovery = stage.migrator.begin_recovery(&identifier(ADA)).await.unwrap();
                let Delivery::Send { token: fresh, .. } = recovery.delivery else { panic!("nobody") };
                fresh.expose().clone_into(&mut token.lock().unwrap());
            },
            |stage| {
                let (migrator, token) = (stage.migrator.clone(), token.lock().unwrap().clone());
                async move { migrator.complete_recovery(CompleteRecovery::new(token, NEW)).await }
            },
            one_password_works,
        )
        .await;
        assert!(points >= 4, "{points}");
    }
}

#[tokio::test]
async fn changes_and_deletion() {
    let moved = async |stage: &Stage| {
        stage.come_in(ADA, RIGHT).await;
    };
    let ada = || UserId::new("old-shop|1");
    at_each_point(
        moved,
        |stage| {
            let migrator = stage.migrator.clone();
            async move { migrator.change_password(ChangePassword::by_user(ada(), RIGHT, NEW)).await }
        },
        one_password_works,
    )
    .await;
    at_each_point(
        moved,
        |stage| {
            let migrator = stage.migrator.clone();
            let change = ChangeIdentifier::new(ada(), IdentifierKind::Email, "countess@example.com");
            async move { migrator.change_identifier(change).await }
        },
        async |stage| {
            let (old, new) = (stage.find(ADA).await.is_some(), stage.find("countess@example.com").await.is_some());
            assert!(old != new);
        },
    )
    .await;
    at_each_point(
        moved,
        |stage| {
            let migrator = stage.migrator.clone();
            async move { migrator.delete(&ada()).await }
        },
        async |stage| {
            let is_there = stage.find(ADA).await.is_some();
            assert_eq!(matches!(stage.lookup(ADA).await, Lookup::Tombstoned), !is_there);
            assert_eq!(stage.road(ADA, RIGHT).await.is_ok(), is_there);
        },
    )
    .await;
}
