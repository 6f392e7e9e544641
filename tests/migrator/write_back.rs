use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use waystation::{
    Identifier, MemoryStore, SecretKey, User, UserId,
    clock::{Clock, Timestamp},
    event::EventKind,
    identifier::IdentifierKind,
    legacy::{
        FunctionAttempt, FunctionConnection, LegacyCall, LegacyError, ScriptedConnection, ScriptedPerson, Verdict,
    },
    migrator::{
        ChangeIdentifier, ChangePassword, CompleteRecovery, Delivery, LazyMigrator, LogIn, Migrator, Origin, Refusal,
        SignUp, SignUpOutcome, VerifiedIdentity, WriteBack, WriteBackOutcome, WriteBackReport,
    },
    password::Password,
    phase::Phase,
    store::{Deletion, Insert, Key, Lookup, OnTombstone, OutboxStore, StoreError, Update, UserStore},
    user::{MovedBy, NewUser, Profile, UserChange, Version},
};

use crate::stage::{ADA, RIGHT, Stage, WRONG, cheap_passwords, identifier, road};

const GRACE: &str = "grace@example.com";
const NEW: &str = "enchantress of number";
const DAY: Duration = Duration::from_hours(24);

fn key() -> SecretKey {
    SecretKey::from_bytes([7; 32])
}

/// Until ten days from now.
fn ten_days() -> WriteBack {
    WriteBack::until(Timestamp::from_micros(1_700_000_000_000_000).saturating_add(10 * DAY), key())
}

fn stage() -> Stage {
    stage_with(ten_days())
}

fn stage_with(write_back: WriteBack) -> Stage {
    Stage::with(|builder| {
        builder.write_back(write_back).guard(|guard| guard.without_retry().with_breaker(u32::MAX, Duration::ZERO))
    })
}

impl Stage {
    async fn change_password(&self, user: &User, password: &str) {
        let request = ChangePassword::by_authority(user.id.clone(), password);
        drop(self.migrator.change_password(request).await.unwrap());
        self.migrator.settled().await;
    }

    async fn rename(&self, user: &User, email: &str) {
        let request = ChangeIdentifier::new(user.id.clone(), IdentifierKind::Email, email).verified();
        drop(self.migrator.change_identifier(request).await.unwrap());
        self.migrator.settled().await;
    }

    async fn sign_up(&self, email: &str, password: &str) -> User {
        let outcome = self.migrator.sign_up(SignUp::email(email, password)).await.unwrap();
        self.migrator.settled().await;
        let SignUpOutcome::Created(user) = outcome else { panic!("refused") };
        *user
    }

    async fn delete(&self, user: &User) {
        assert!(self.migrator.delete(&user.id).await.unwrap());
        self.migrator.settled().await;
    }

    async fn ada(&self) -> User {
        self.come_in(ADA, RIGHT).await;
        self.find(ADA).await.unwrap()
    }

    async fn waiting(&self) -> u64 {
        self.migrator.write_back_backlog().await.unwrap().waiting
    }

    /// Whether the legacy system itself lets somebody in, as after a roll-back: asked by a migrator with an empty store.
    async fn back_there(&self, name: &str, password: &str) -> Result<Origin, Refusal> {
        let migrator = LazyMigrator::builder(Arc::new(MemoryStore::new()), Arc::new(self.legacy.clone()))
            .passwords(Arc::new(cheap_passwords()))
            .phase(Phase::LegacyOnly)
            .build()
            .unwrap();
        road(migrator.log_in(LogIn::new(name, password)).await.unwrap())
    }

    fn written_back(&self) -> Vec<WriteBackOutcome> {
        let outcome = |kind| match kind {
            EventKind::WrittenBack { outcome, .. } => Some(outcome),
            _ => None,
        };
        self.journal.kinds().into_iter().filter_map(outcome).collect()
    }
}

#[tokio::test]
async fn going_back_to_the_legacy_system_loses_nobody() {
    let stage = stage();
    stage.legacy.add(ScriptedPerson::parse("2", "left@example.com", RIGHT).unwrap());
    stage.legacy.add(ScriptedPerson::parse("3", "gone@example.com", RIGHT).unwrap());
    let ada = stage.ada().await;
    stage.change_password(&ada, NEW).await;
    stage.rename(&ada, "countess@example.com").await;
    stage.sign_up(GRACE, "first compiler").await;
    stage.come_in("gone@example.com", RIGHT).await;
    stage.delete(&stage.find("gone@example.com").await.unwrap()).await;

    assert_eq!(stage.waiting().await, 0);
    assert_eq!(stage.back_there("countess@example.com", NEW).await, Ok(Origin::Legacy));
    assert_eq!(stage.back_there("countess@example.com", RIGHT).await, Err(Refusal::WrongPassword));
    assert_eq!(stage.back_there(ADA, NEW).await, Err(Refusal::Unknown));
    assert_eq!(stage.back_there(GRACE, "first compiler").await, Ok(Origin::Legacy));
    assert_eq!(stage.back_there("left@example.com", RIGHT).await, Ok(Origin::Legacy));
    assert_eq!(stage.back_there("gone@example.com", RIGHT).await, Err(Refusal::Unknown));
}

#[tokio::test]
async fn a_recovered_password_and_the_address_that_it_proves_are_written_back() {
    let stage = stage();
    let Delivery::Send { token, .. } = stage.migrator.begin_recovery(&identifier(ADA)).await.unwrap().delivery else {
        panic!("nobody");
    };
    drop(stage.migrator.complete_recovery(CompleteRecovery::new(token, NEW)).await.unwrap());
    stage.migrator.settled().await;
    assert_eq!(stage.back_there(ADA, NEW).await, Ok(Origin::Legacy));
    assert_eq!(stage.legacy.calls().of(LegacyCall::VerifyEmail), 1);
    assert_eq!(stage.written_back(), [WriteBackOutcome::Delivered; 2]);

    let Delivery::Send { token, .. } = stage.migrator.begin_recovery(&identifier(ADA)).await.unwrap().delivery else {
        panic!("nobody");
    };
    drop(stage.migrator.complete_recovery(CompleteRecovery::new(token, WRONG)).await.unwrap());
    stage.migrator.settled().await;
    assert_eq!(stage.back_there(ADA, WRONG).await, Ok(Origin::Legacy));
    assert_eq!(stage.legacy.calls().of(LegacyCall::VerifyEmail), 1, "it knows");
}

#[tokio::test]
async fn what_moves_or_strengthens_a_password_is_not_written_back() {
    let stage = stage();
    stage.come_in(ADA, RIGHT).await;
    stage.come_in(ADA, RIGHT).await;
    let mut proven = ScriptedPerson::parse("2", GRACE, RIGHT).unwrap();
    let mut profile = Profile::default();
    profile.email_verified = true;
    proven = proven.profile(profile);
    stage.legacy.add(proven);
    drop(stage.migrator.adopt(VerifiedIdentity::new(identifier(GRACE))).await.unwrap());
    stage.migrator.settled().await;
    assert_eq!(stage.written_back(), []);
}

#[tokio::test]
async fn an_outage_delays_and_loses_nothing_and_nobody_notices() {
    let stage = stage();
    let ada = stage.ada().await;
    stage.legacy.fail_next_of(LegacyCall::ChangePassword, 4, || LegacyError::unavailable("a moment"));
    stage.change_password(&ada, NEW).await;
    stage.change_password(&ada, WRONG).await;
    stage.rename(&ada, "countess@example.com").await;
    assert_eq!(stage.waiting().await, 3);
    assert_eq!(stage.road("countess@example.com", WRONG).await, Ok(Origin::Store));

    // One, two, four seconds: the first message stands before the others.
    for pause in [1, 2, 4] {
        assert_eq!(stage.migrator.write_back_now().await.unwrap(), WriteBackReport::default(), "not due");
        stage.clock.advance(Duration::from_secs(pause));
        let report = stage.migrator.write_back_now().await.unwrap();
        assert_eq!((report.delivered, report.postponed), (0, 1));
    }
    stage.clock.advance(Duration::from_secs(8));
    assert_eq!(stage.migrator.write_back_now().await.unwrap().delivered, 3);
    assert_eq!(stage.waiting().await, 0);
    assert_eq!(stage.back_there("countess@example.com", WRONG).await, Ok(Origin::Legacy), "the last one counts");
}

#[tokio::test]
async fn the_lag_is_that_of_the_oldest_message() {
    let stage = stage();
    let ada = stage.ada().await;
    stage.legacy.set_down(true);
    let began = stage.clock.now();
    stage.change_password(&ada, NEW).await;
    stage.clock.advance(Duration::from_mins(5));
    stage.change_password(&ada, WRONG).await;
    let backlog = stage.migrator.write_back_backlog().await.unwrap();
    assert_eq!((backlog.waiting, backlog.oldest), (2, Some(began)));
}

#[tokio::test]
async fn what_is_refused_is_given_up_and_does_not_stand_in_the_way() {
    let stage = stage();
    let ada = stage.ada().await;
    stage.legacy.fail_next_of(LegacyCall::ChangePassword, 8, || LegacyError::Refused { what: "too short there" });
    stage.change_password(&ada, NEW).await;
    stage.change_password(&ada, WRONG).await;
    for _ in 1..8 {
        stage.clock.advance(Duration::from_mins(10));
        let _report = stage.migrator.write_back_now().await.unwrap();
    }
    let outcomes = stage.written_back();
    assert_eq!(outcomes[..7], [WriteBackOutcome::Postponed { why: "refused" }; 7]);
    assert_eq!(outcomes[7..], [WriteBackOutcome::Dropped { why: "refused" }, WriteBackOutcome::Delivered]);
    assert_eq!(stage.back_there(ADA, WRONG).await, Ok(Origin::Legacy));
}

#[tokio::test]
async fn a_connection_that_is_set_up_wrong_loses_nothing() {
    let stage = stage();
    let ada = stage.ada().await;
    stage.legacy.fail_next_of(LegacyCall::ChangePassword, 30, || LegacyError::misconfigured("no permission"));
    stage.change_password(&ada, NEW).await;
    for _ in 1..30 {
        stage.clock.advance(Duration::from_mins(10));
        let _report = stage.migrator.write_back_now().await.unwrap();
    }
    assert_eq!(stage.written_back(), [WriteBackOutcome::Postponed { why: "misconfigured" }; 30]);
    stage.clock.advance(Duration::from_mins(10));
    assert_eq!(stage.migrator.write_back_now().await.unwrap().delivered, 1);
    assert_eq!(stage.back_there(ADA, NEW).await, Ok(Origin::Legacy));
}

#[tokio::test]
async fn a_legacy_system_that_hangs_does_not_crowd_out_other_work() {
    let stage = stage();
    let ada = stage.ada().await;
    stage.legacy.hang();
    for _ in 0..1_100 {
        let request = ChangePassword::by_authority(ada.id.clone(), NEW);
        drop(stage.migrator.change_password(request).await.unwrap());
    }
    drop(stage.migrator.log_in(LogIn::new(ADA, NEW)).await.unwrap());
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(stage.find(ADA).await.unwrap().login_count, 2, "the log-in is counted");
    stage.legacy.release();
}

#[tokio::test]
async fn a_message_that_is_too_old_is_dropped_and_reported() {
    let stage = stage_with(ten_days().keep(Duration::from_hours(1)));
    let ada = stage.ada().await;
    stage.legacy.set_down(true);
    stage.change_password(&ada, NEW).await;
    stage.legacy.set_down(false);
    stage.clock.advance(Duration::from_hours(1));
    assert_eq!(stage.migrator.write_back_now().await.unwrap().dropped, 1);
    assert_eq!(stage.written_back().last(), Some(&WriteBackOutcome::Dropped { why: "expired" }));
    assert_eq!(stage.back_there(ADA, RIGHT).await, Ok(Origin::Legacy));
    assert_eq!(stage.waiting().await, 0);
}

#[tokio::test]
async fn after_its_end_nothing_is_written_back() {
    let stage = stage();
    let ada = stage.ada().await;
    stage.legacy.set_down(true);
    stage.change_password(&ada, NEW).await;
    stage.legacy.set_down(false);
    stage.clock.advance(10 * DAY);
    // It drops what waits, and returns.
    stage.migrator.keep_writing_back(Duration::from_secs(5)).await;
    stage.change_password(&ada, WRONG).await;
    stage.sign_up(GRACE, NEW).await;
    assert_eq!(stage.waiting().await, 0);
    assert_eq!(stage.back_there(ADA, RIGHT).await, Ok(Origin::Legacy));
    assert_eq!(stage.back_there(GRACE, NEW).await, Err(Refusal::Unknown));
}

#[tokio::test]
async fn a_sealed_migration_writes_nothing_back() {
    let stage = stage();
    let ada = stage.ada().await;
    stage.migrator.set_phase(Phase::Sealed);
    stage.change_password(&ada, NEW).await;
    stage.sign_up(GRACE, NEW).await;
    stage.delete(&ada).await;
    assert_eq!((stage.waiting().await, stage.legacy.calls().total()), (0, 1));
}

#[tokio::test]
async fn somebody_who_signed_up_is_known_at_both_and_counts_as_moved() {
    let stage = stage();
    let grace = stage.sign_up(GRACE, NEW).await;
    let stored = stage.find(GRACE).await.unwrap();
    assert_eq!(stored.legacy.as_ref().unwrap().id(), grace.id.as_str());
    assert_eq!(stored.moved.unwrap().by, MovedBy::WriteBack);
    assert_eq!(stage.road(GRACE, NEW).await, Ok(Origin::Store));
    stage.change_password(&stored, WRONG).await;
    assert_eq!(stage.back_there(GRACE, WRONG).await, Ok(Origin::Legacy));
    assert_eq!(stage.legacy.calls().of(LegacyCall::Create), 1);
}

#[tokio::test]
async fn somebody_who_signed_up_before_is_created_with_their_next_password() {
    let stage = stage();
    stage.legacy.fail_next_of(LegacyCall::Create, 8, || LegacyError::Refused { what: "closed" });
    let grace = stage.sign_up(GRACE, RIGHT).await;
    for _ in 1..8 {
        stage.clock.advance(Duration::from_mins(10));
        let _report = stage.migrator.write_back_now().await.unwrap();
    }
    stage.change_password(&grace, NEW).await;
    assert_eq!(stage.back_there(GRACE, NEW).await, Ok(Origin::Legacy));
}

#[tokio::test]
async fn somebody_deleted_on_the_way_is_not_left_at_the_legacy_system() {
    let stage = stage();
    stage.legacy.fail_next_of(LegacyCall::Create, 1, || LegacyError::unavailable("a moment"));
    let grace = stage.sign_up(GRACE, NEW).await;
    stage.delete(&grace).await;
    stage.clock.advance(Duration::from_mins(1));
    let _report = stage.migrator.write_back_now().await.unwrap();
    assert_eq!(stage.waiting().await, 0);
    assert_eq!(stage.legacy.calls().of(LegacyCall::Create), 1, "who is gone is not created");
    assert_eq!(stage.back_there(GRACE, NEW).await, Err(Refusal::Unknown));
}

#[tokio::test]
async fn somebody_deleted_while_they_are_created_there_is_deleted_there() {
    let stage = stage();
    stage.legacy.set_latency_of(LegacyCall::Create, Duration::from_secs(1));
    let outcome = stage.migrator.sign_up(SignUp::email(GRACE, NEW)).await.unwrap();
    let SignUpOutcome::Created(grace) = outcome else { panic!("refused") };
    while stage.legacy.calls().running() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(stage.migrator.delete(&grace.id).await.unwrap());
    stage.clock.advance(Duration::from_secs(1));
    stage.migrator.settled().await;
    assert_eq!((stage.legacy.calls().of(LegacyCall::Create), stage.waiting().await), (1, 0));
    assert_eq!(stage.back_there(GRACE, NEW).await, Err(Refusal::Unknown));
}

#[tokio::test]
async fn two_processes_share_an_outbox() {
    let stage = stage();
    let other = LazyMigrator::builder(Arc::new(stage.store.clone()), Arc::new(stage.legacy.clone()))
        .clock(Arc::new(stage.clock.clone()))
        .passwords(Arc::clone(&stage.passwords))
        .write_back(ten_days())
        .build()
        .unwrap();
    stage.legacy.set_down(true);
    for number in 0..40 {
        let id = number.to_string();
        stage.legacy.set_down(false);
        stage.legacy.add(ScriptedPerson::parse(&id, &format!("p{number}@example.com"), RIGHT).unwrap());
        stage.come_in(&format!("p{number}@example.com"), RIGHT).await;
        stage.legacy.set_down(true);
        let user = stage.find(&format!("p{number}@example.com")).await.unwrap();
        stage.change_password(&user, NEW).await;
    }
    stage.legacy.set_down(false);
    stage.legacy.forget_calls();
    stage.clock.advance(Duration::from_mins(1));
    let (here, there) = tokio::join!(stage.migrator.write_back_now(), other.write_back_now());
    assert_eq!(here.unwrap().delivered + there.unwrap().delivered, 40);
    assert_eq!(stage.legacy.calls().of(LegacyCall::ChangePassword), 40, "each once");
}

#[tokio::test]
async fn what_waits_is_sealed_and_an_older_key_opens_it() {
    let stage = stage();
    let ada = stage.ada().await;
    stage.legacy.set_down(true);
    stage.change_password(&ada, NEW).await;
    stage.legacy.set_down(false);
    let later = Timestamp::from_micros(1_700_000_000_000_000).saturating_add(DAY);
    let [message] = &stage.store.take(later, later, 9).await.unwrap()[..] else { panic!("one message") };
    assert!(!message.outgoing.body.windows(4).any(|part| NEW.as_bytes().windows(4).any(|word| word == part)));
    assert!(stage.store.postpone(message, Timestamp::from_micros(0)).await.unwrap());

    let restarted = |write_back: WriteBack| {
        LazyMigrator::builder(Arc::new(stage.store.clone()), Arc::new(stage.legacy.clone()))
            .clock(Arc::new(stage.clock.clone()))
            .passwords(Arc::clone(&stage.passwords))
            .write_back(write_back)
            .build()
            .unwrap()
    };
    let end = later.saturating_add(DAY);
    let stranger = restarted(WriteBack::until(end, SecretKey::from_bytes([8; 32])));
    assert_eq!(stranger.write_back_now().await.unwrap().postponed, 1, "somebody else may have the key");
    stage.clock.advance(Duration::from_mins(10));
    let heir = restarted(WriteBack::until(end, SecretKey::from_bytes([8; 32])).opens(key()));
    assert_eq!(heir.write_back_now().await.unwrap().delivered, 1);
    assert!(stage.legacy.has_password("1", &Password::from(NEW)));
}

/// A store that keeps users alone.
#[derive(Debug)]
struct WithoutOutbox(MemoryStore);

#[async_trait]
impl UserStore for WithoutOutbox {
    async fn find(&self, key: Key<'_>) -> Result<Lookup, StoreError> {
        self.0.find(key).await
    }

    async fn insert(&self, user: NewUser, tombstones: OnTombstone) -> Result<Insert, StoreError> {
        self.0.insert(user, tombstones).await
    }

    async fn update(&self, id: &UserId, expected: Version, change: UserChange) -> Result<Update, StoreError> {
        self.0.update(id, expected, change).await
    }

    async fn record_login(&self, id: &UserId, at: Timestamp) -> Result<bool, StoreError> {
        self.0.record_login(id, at).await
    }

    async fn delete(&self, id: &UserId, deletion: Deletion) -> Result<bool, StoreError> {
        self.0.delete(id, deletion).await
    }
}

#[tokio::test]
async fn a_migrator_without_the_means_to_write_back_is_not_built() {
    let legacy = ScriptedConnection::new("old-shop");
    let store = Arc::new(WithoutOutbox(MemoryStore::new()));
    let error = LazyMigrator::builder(store, Arc::new(legacy)).write_back(ten_days()).build().unwrap_err();
    assert_eq!(error.to_string(), "write-back needs a store with an outbox");

    let reader =
        FunctionConnection::new(async |_: FunctionAttempt| Ok(Verdict::NotFound), async |_: Identifier| Ok(None));
    let builder = LazyMigrator::builder(Arc::new(MemoryStore::new()), Arc::new(reader));
    let error = builder.write_back(ten_days()).build().unwrap_err();
    assert_eq!(error.to_string(), "write-back needs a legacy connection that can write");
}
