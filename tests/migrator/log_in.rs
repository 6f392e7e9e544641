use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use waystation::{
    MemoryStore, Password, PasswordHash, UserId,
    clock::Timestamp,
    error::ErrorKind,
    event::{Event, EventKind, Observer},
    legacy::{
        FunctionConnection, LegacyAttempt, LegacyCall, LegacyConnection, LegacyError, LegacyUser, ScriptedPerson,
        Verdict,
    },
    migrator::{LazyMigrator, LogIn, LogInOutcome, Migrator, MustChange, Origin, Refusal, UserIds},
    password::{HashPolicy, Passwords, Verification},
    phase::Phase,
    policy::{Assessment, Occasion, Policy, Weakness},
    store::{Deletion, Insert, Key, Lookup, OnTombstone, StoreError, Update, UserStore},
    user::{Credential, CredentialKind, Delegation, LegacyKey, MovedBy, NewUser, Profile, UserChange, Version},
};

use crate::stage::{ADA, RIGHT, Stage, WRONG, cheap_policy, identifier, road};

#[tokio::test]
async fn the_first_log_in_moves_and_the_second_asks_nobody() {
    let stage = Stage::new();
    assert_eq!(stage.road("ada@example.com", RIGHT).await, Ok(Origin::Migrated));
    let ada = stage.find(ADA).await.unwrap();
    assert_eq!(ada.id.as_str(), "old-shop|1");
    assert_eq!(ada.legacy, Some(LegacyKey::new("old-shop", "1")));
    assert_eq!(ada.moved.unwrap().by, MovedBy::LogIn);
    assert_eq!(ada.login_count, 1);
    assert_eq!(ada.profile.email.as_ref().unwrap().original(), ADA);
    assert!(matches!(
        stage.passwords.verify(&Password::from(RIGHT), ada.password_hash().unwrap()).await,
        Ok(Verification::Match { .. })
    ));

    stage.legacy.set_down(true);
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Store));
    assert_eq!(stage.find(ADA).await.unwrap().login_count, 2);
    assert_eq!(stage.legacy.calls().to_string(), "authenticate match 1");
    assert_eq!(stage.journal.names(), ["legacy_asked", "migrated", "authenticated", "authenticated"]);
}

#[tokio::test]
async fn a_wrong_password_leaves_nothing_and_a_moved_one_never_asks() {
    let stage = Stage::new();
    assert_eq!(stage.road(ADA, WRONG).await, Err(Refusal::WrongPassword));
    assert!(stage.store.is_empty());
    stage.come_in(ADA, RIGHT).await;
    assert_eq!(stage.legacy.calls().total(), 2);
    assert_eq!(stage.road(ADA, WRONG).await, Err(Refusal::WrongPassword));
    stage.legacy.set_password("1", WRONG);
    assert_eq!(stage.road(ADA, WRONG).await, Err(Refusal::WrongPassword), "the legacy password is worth nothing");
    assert_eq!(stage.legacy.calls().total(), 2);
}

#[tokio::test]
async fn every_refusal_costs_one_hash_of_the_policy() {
    let stage = Stage::new();
    stage.legacy.add(ScriptedPerson::parse("2", "eve@example.com", RIGHT).unwrap());
    stage.come_in("eve@example.com", RIGHT).await;
    let cost = |before: waystation::password::Work, after: waystation::password::Work| {
        (after.verified - before.verified) + (after.hashed - before.hashed) + (after.decoys - before.decoys)
    };
    for (name, what) in
        [("nobody@example.com", "unknown"), (ADA, "not moved"), ("eve@example.com", "moved"), ("nobody", "other kind")]
    {
        let before = stage.passwords.work();
        assert!(stage.road(name, WRONG).await.is_err());
        assert_eq!(cost(before, stage.passwords.work()), 1, "{what}");
    }
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_legacy_database_adds_its_own_hash_and_no_second_decoy() {
    let site = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/django/legacy.sqlite3");
    let passwords = Arc::new(crate::stage::cheap_passwords());
    let legacy = waystation::legacy::preset::Django::new().sqlite(site, Arc::clone(&passwords)).build();
    let builder = LazyMigrator::builder(Arc::new(MemoryStore::new()), Arc::new(legacy));
    let migrator = builder.passwords(Arc::clone(&passwords)).build().unwrap();
    for (name, verified) in [("nobody", 0), ("bram", 1), ("sso.only", 0)] {
        let before = passwords.work();
        assert!(road(migrator.log_in(LogIn::new(name, WRONG)).await.unwrap()).is_err());
        let after = passwords.work();
        assert_eq!((after.verified - before.verified, after.decoys - before.decoys), (verified, 1), "{name}");
    }
}

#[tokio::test]
async fn an_outage_is_an_error_and_not_remembered() {
    let stage = Stage::new();
    stage.legacy.set_down(true);
    for _ in 0..2 {
        let waiting = tokio::spawn({
            let migrator = stage.migrator.clone();
            async move { migrator.log_in(LogIn::new(ADA, RIGHT)).await }
        });
        while !waiting.is_finished() {
            tokio::task::yield_now().await;
            stage.clock.advance(Duration::from_millis(10));
        }
        let error = waiting.await.unwrap().unwrap_err();
        assert!(error.is_unavailable());
        assert_eq!(error.kind(), ErrorKind::LegacyUnavailable);
    }
    assert!(stage.store.is_empty());
    stage.legacy.set_down(false);
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Migrated));
}

#[tokio::test]
async fn faults_of_the_legacy_answer_are_errors_that_name_no_one() {
    let stage = Stage::new();
    let faults: [(fn() -> LegacyError, ErrorKind); 3] = [
        (|| LegacyError::malformed("not a date", "users.joined"), ErrorKind::LegacyAnswer),
        (|| LegacyError::misconfigured("no such table: users"), ErrorKind::Misconfigured),
        (|| LegacyError::Ambiguous { place: "users.email".into() }, ErrorKind::LegacyAnswer),
    ];
    for (fault, kind) in faults {
        stage.legacy.fail_next(1, fault);
        let error = stage.migrator.log_in(LogIn::new(ADA, RIGHT)).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(!error.is_unavailable());
        let told = format!("{error} {error:?}").to_lowercase();
        assert!(!told.contains("ada") && !told.contains("engine"), "{told}");
    }
    assert!(stage.store.is_empty());
}

#[tokio::test]
async fn an_answer_about_somebody_else_is_not_believed() {
    let stage = Stage::new();
    stage.legacy.add(ScriptedPerson::parse("2", "eve@example.com", RIGHT).unwrap());
    stage.legacy.answer_with(Some("2"));
    let error = stage.migrator.log_in(LogIn::new(ADA, RIGHT)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LegacyAnswer);
    assert!(stage.store.is_empty());
}

#[tokio::test]
async fn sixty_four_first_log_ins_at_once_make_one_row_and_one_question() {
    let stage = Stage::new();
    stage.legacy.hang();
    let attempts: Vec<_> = (0..64)
        .map(|number| {
            let migrator = stage.migrator.clone();
            let password = if number % 4 == 3 { WRONG } else { RIGHT };
            tokio::spawn(async move { road(migrator.log_in(LogIn::new(ADA, password)).await.unwrap()) })
        })
        .collect();
    while stage.legacy.calls().running() < 2 {
        tokio::task::yield_now().await;
    }
    stage.legacy.release();
    for (number, attempt) in attempts.into_iter().enumerate() {
        let road = attempt.await.unwrap();
        if number % 4 == 3 {
            assert_eq!(road, Err(Refusal::WrongPassword));
        } else {
            assert!(matches!(road, Ok(Origin::Migrated | Origin::Store)), "{road:?}");
        }
    }
    assert_eq!(stage.store.len(), 1);
    assert_eq!(stage.legacy.calls().ended(LegacyCall::Authenticate, "match"), 1);
    assert!(stage.legacy.calls().ended(LegacyCall::Authenticate, "mismatch") <= 2);
}

#[tokio::test]
async fn unknown_names_are_remembered_for_a_while() {
    let stage = Stage::new();
    for _ in 0..5 {
        assert_eq!(stage.road("nobody@example.com", RIGHT).await, Err(Refusal::Unknown));
        assert_eq!(stage.road("nobody@example.com", WRONG).await, Err(Refusal::Unknown));
    }
    assert_eq!(stage.legacy.calls().total(), 1);
    stage.legacy.add(ScriptedPerson::parse("9", "nobody@example.com", RIGHT).unwrap());
    stage.clock.advance(Duration::from_secs(31));
    assert_eq!(stage.road("nobody@example.com", RIGHT).await, Ok(Origin::Migrated));
}

#[tokio::test]
async fn blocked_people_are_told_only_after_a_right_password() {
    let stage = Stage::new();
    stage.legacy.set_blocked("1", true);
    assert_eq!(stage.road(ADA, WRONG).await, Err(Refusal::WrongPassword));
    assert_eq!(stage.road(ADA, RIGHT).await, Err(Refusal::Blocked));
    assert!(stage.store.is_empty());

    stage.legacy.set_blocked("1", false);
    stage.come_in(ADA, RIGHT).await;
    let ada = stage.find(ADA).await.unwrap();
    let mut profile = ada.profile.clone();
    profile.blocked = true;
    let change = UserChange::at(ada.updated_at).profile(profile);
    assert!(matches!(stage.store.update(&ada.id, ada.version, change).await, Ok(Update::Updated(_))));
    assert_eq!(stage.road(ADA, WRONG).await, Err(Refusal::WrongPassword));
    assert_eq!(stage.road(ADA, RIGHT).await, Err(Refusal::Blocked));
}

#[tokio::test]
async fn weak_passwords_move_and_must_be_changed() {
    let stage = Stage::new();
    stage.legacy.set_password("1", "short");
    let LogInOutcome::Authenticated(session) = stage.log_in(ADA, "short").await else { panic!("refused") };
    assert_eq!(session.must_change_password, Some(MustChange::Policy(Weakness::new("too-short"))));

    stage.legacy.add(ScriptedPerson::parse("2", "eve@example.com", RIGHT).unwrap().must_change());
    let LogInOutcome::Authenticated(session) = stage.log_in("eve@example.com", RIGHT).await else { panic!("refused") };
    assert_eq!(session.must_change_password, Some(MustChange::Legacy));
    assert_eq!(stage.store.len(), 2);
}

#[derive(Debug)]
struct RejectAll;

impl Policy for RejectAll {
    fn assess(&self, _: &Password, _: &Profile, _: Occasion) -> Assessment {
        Assessment::Reject(Weakness::new("breached"))
    }
}

#[tokio::test]
async fn a_rejected_password_leaves_its_owner_where_they_are() {
    let stage = Stage::with(|builder| builder.policy(Arc::new(RejectAll)));
    let rejected = Err(Refusal::PasswordRejected(Weakness::new("breached")));
    assert_eq!(stage.road(ADA, RIGHT).await, rejected);
    assert!(stage.store.is_empty());
}

#[tokio::test]
async fn what_nobody_can_have_typed_costs_nothing() {
    let stage = Stage::new();
    let huge = "x".repeat(1 << 20);
    for (name, password, refusal) in [
        ("", RIGHT, Refusal::InvalidIdentifier),
        (&huge, RIGHT, Refusal::InvalidIdentifier),
        ("nul\0name", RIGHT, Refusal::InvalidIdentifier),
        ("a@b@c@", "", Refusal::WrongPassword),
        (ADA, "", Refusal::WrongPassword),
        (ADA, &huge, Refusal::PasswordTooLong),
    ] {
        assert_eq!(stage.road(name, password).await, Err(refusal));
    }
    assert_eq!(stage.legacy.calls().total(), 0);
    assert_eq!(stage.passwords.work(), waystation::password::Work::default());
    assert_eq!(stage.road(ADA, "nul\0inside").await, Err(Refusal::WrongPassword));
}

#[tokio::test]
async fn the_deleted_are_as_unknown() {
    let stage = Stage::new();
    stage.come_in(ADA, RIGHT).await;
    let ada = stage.find(ADA).await.unwrap();
    assert!(stage.migrator.delete(&ada.id).await.unwrap());
    assert!(!stage.migrator.delete(&ada.id).await.unwrap());
    stage.legacy.forget_calls();
    assert_eq!(stage.road(ADA, RIGHT).await, Err(Refusal::Unknown));
    assert_eq!(stage.legacy.calls().total(), 0);
    assert!(stage.store.is_empty());
}

#[tokio::test]
async fn a_reset_is_told_to_trusted_callers_only() {
    let stage = Stage::new();
    let mut profile = Profile::default();
    profile.set_identifier(identifier("grace@example.com"));
    let grace = NewUser::new(UserId::new("g"), profile, Credential::PendingPassword, Timestamp::default());
    assert!(matches!(stage.store.insert(grace, OnTombstone::Refuse).await, Ok(Insert::Created(_))));
    assert_eq!(stage.road("grace@example.com", RIGHT).await, Err(Refusal::WrongPassword));
    let trusted = LogIn::new("grace@example.com", RIGHT).trusted();
    assert_eq!(road(stage.migrator.log_in(trusted).await.unwrap()), Err(Refusal::ResetRequired));
    assert_eq!(stage.legacy.calls().total(), 0);
    let told = stage.journal.kinds();
    assert!(matches!(told.first(), Some(EventKind::Refused { reason: Refusal::ResetRequired })), "{told:?}");
}

#[tokio::test]
async fn a_flagged_row_is_filled_in_one_write() {
    let stage = Stage::new();
    let mut profile = Profile::default();
    profile.set_identifier(identifier(ADA));
    let credential = Credential::Delegated(Delegation::to("old-shop"));
    let ada = NewUser::new(UserId::new("kept"), profile, credential, Timestamp::default());
    assert!(matches!(stage.store.insert(ada, OnTombstone::Refuse).await, Ok(Insert::Created(_))));
    assert_eq!(stage.road(ADA, WRONG).await, Err(Refusal::WrongPassword));
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Migrated));
    let ada = stage.find(ADA).await.unwrap();
    assert_eq!((ada.id.as_str(), ada.version), ("kept", Version::new(2)));
    assert_eq!(ada.credential.kind(), CredentialKind::Hash);
    assert_eq!(ada.moved.unwrap().by, MovedBy::LogIn);
    assert_eq!(ada.legacy, Some(LegacyKey::new("old-shop", "1")));
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Store));
    assert_eq!(stage.legacy.calls().total(), 2);
}

#[tokio::test]
async fn a_taken_key_is_a_conflict_that_operators_see() {
    let stage = Stage::new();
    let other = NewUser::new(UserId::new("old-shop|1"), Profile::default(), Credential::None, Timestamp::default());
    assert!(matches!(stage.store.insert(other, OnTombstone::Refuse).await, Ok(Insert::Created(_))));
    assert_eq!(stage.road(ADA, RIGHT).await, Err(Refusal::Conflict));
    assert_eq!(stage.store.len(), 1);
    assert_eq!(stage.journal.names(), ["legacy_asked", "conflict", "refused"]);
}

#[tokio::test]
async fn ids_are_what_the_host_chose() {
    let stage = Stage::with(|builder| builder.user_ids(UserIds::Legacy));
    stage.come_in(ADA, RIGHT).await;
    assert_eq!(stage.find(ADA).await.unwrap().id.as_str(), "1");
    let stage = Stage::with(|builder| builder.user_ids(UserIds::Generated));
    stage.come_in(ADA, RIGHT).await;
    let id = stage.find(ADA).await.unwrap().id;
    assert!(id.as_str().starts_with("018bcfe5-6800-7"), "a UUID of the clock's time: {}", id.as_str());
}

#[derive(Debug)]
struct Panics;

impl Observer for Panics {
    fn observe(&self, _: &Event) {
        panic!("an observer's own fault");
    }
}

#[tokio::test]
async fn an_observer_cannot_fail_an_attempt() {
    let stage = Stage::with(|builder| builder.observer(Arc::new(Panics)));
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Migrated));
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Store));
}

/// Finds and inserts, and fails at everything that is best effort.
#[derive(Debug)]
struct ReadMostly(MemoryStore);

#[async_trait]
impl UserStore for ReadMostly {
    async fn find(&self, key: Key<'_>) -> Result<Lookup, StoreError> {
        self.0.find(key).await
    }

    async fn insert(&self, user: NewUser, tombstones: OnTombstone) -> Result<Insert, StoreError> {
        self.0.insert(user, tombstones).await
    }

    async fn update(&self, _: &UserId, _: Version, _: UserChange) -> Result<Update, StoreError> {
        Err(StoreError::unavailable("update", "read only"))
    }

    async fn record_login(&self, _: &UserId, _: Timestamp) -> Result<bool, StoreError> {
        Err(StoreError::unavailable("record_login", "read only"))
    }

    async fn delete(&self, _: &UserId, _: Deletion) -> Result<bool, StoreError> {
        Err(StoreError::unavailable("delete", "read only"))
    }
}

/// A user of the store whose hash is weaker than the policy.
async fn insert_weak(store: &MemoryStore) -> PasswordHash {
    let weak = Passwords::builder().policy(HashPolicy::argon2id(16, 1, 1).unwrap()).threads(1).build().unwrap();
    let hash = weak.hash(&Password::from(RIGHT)).await.unwrap();
    let mut profile = Profile::default();
    profile.set_identifier(identifier("grace@example.com"));
    let mut grace = NewUser::new(UserId::new("g"), profile, Credential::Hash(hash.clone()), Timestamp::default());
    grace.password_set_at = Some(Timestamp::from_micros(7));
    assert!(matches!(store.insert(grace, OnTombstone::Refuse).await, Ok(Insert::Created(_))));
    hash
}

#[tokio::test]
async fn a_failed_re_hash_or_count_fails_no_log_in() {
    let store = MemoryStore::new();
    let hash = insert_weak(&store).await;
    let stage = Stage::over(Arc::new(ReadMostly(store.clone())), store, |builder| builder);
    assert_eq!(stage.road("grace@example.com", RIGHT).await, Ok(Origin::Store));
    let grace = stage.find("grace@example.com").await.unwrap();
    assert_eq!(grace.password_hash(), Some(&hash));
    assert!(stage.journal.kinds().iter().any(|kind| matches!(kind, EventKind::Rehashed { replaced: false, .. })));
}

#[tokio::test]
async fn a_weaker_hash_is_replaced_once_and_only_after_a_match() {
    let stage = Stage::new();
    let weak = insert_weak(&stage.store).await;
    assert_eq!(stage.road("grace@example.com", WRONG).await, Err(Refusal::WrongPassword));
    assert_eq!(stage.find("grace@example.com").await.unwrap().password_hash(), Some(&weak));
    assert_eq!(stage.road("grace@example.com", RIGHT).await, Ok(Origin::Store));
    let grace = stage.find("grace@example.com").await.unwrap();
    let strong = grace.password_hash().unwrap().clone();
    assert_ne!(strong, weak);
    assert_eq!(grace.password_set_at, Some(Timestamp::from_micros(7)), "the password is as old as it was");
    assert_eq!(stage.road("grace@example.com", RIGHT).await, Ok(Origin::Store));
    assert_eq!(stage.find("grace@example.com").await.unwrap().password_hash(), Some(&strong));
    assert_eq!(stage.passwords.work().hashed, 1);
}

#[tokio::test]
async fn a_stronger_hash_is_left_alone() {
    let stage = Stage::new();
    let strong = Passwords::builder().policy(HashPolicy::argon2id(256, 2, 1).unwrap()).build().unwrap();
    let hash = strong.hash(&Password::from(RIGHT)).await.unwrap();
    let mut profile = Profile::default();
    profile.set_identifier(identifier("grace@example.com"));
    let grace = NewUser::new(UserId::new("g"), profile, Credential::Hash(hash.clone()), Timestamp::default());
    assert!(matches!(stage.store.insert(grace, OnTombstone::Refuse).await, Ok(Insert::Created(_))));
    assert_eq!(stage.road("grace@example.com", RIGHT).await, Ok(Origin::Store));
    assert_eq!(stage.find("grace@example.com").await.unwrap().password_hash(), Some(&hash));
    assert!(cheap_policy().strength() != strong.policy().strength());
}

#[tokio::test]
async fn a_stored_hash_that_cannot_be_verified_is_an_error_and_a_locked_one_a_refusal() {
    let stage = Stage::new();
    for (id, text) in [("1", "$9$who-knows"), ("2", "$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHQ$AAAA"), ("3", "!")] {
        let mut profile = Profile::default();
        profile.set_identifier(identifier(&format!("user{id}")));
        let user =
            NewUser::new(UserId::new(id), profile, Credential::Hash(PasswordHash::new(text)), Timestamp::default());
        assert!(matches!(stage.store.insert(user, OnTombstone::Refuse).await, Ok(Insert::Created(_))));
    }
    for name in ["user1", "user2"] {
        let error = stage.migrator.log_in(LogIn::new(name, RIGHT)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnusableHash);
    }
    assert_eq!(stage.road("user3", RIGHT).await, Err(Refusal::WrongPassword));
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Migrated), "others are unharmed");
}

#[tokio::test]
async fn nothing_personal_is_shown() {
    let stage = Stage::new();
    let outcome = stage.log_in(ADA, RIGHT).await;
    let told = format!(
        "{outcome:?} {:?} {:?} {:?} {:?}",
        stage.migrator,
        stage.journal.kinds(),
        LogIn::new(ADA, RIGHT),
        stage.find(ADA).await
    );
    for secret in ["ada", "Ada", "example", "engine", "$argon2", "|1"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}

#[tokio::test]
async fn what_was_not_proven_is_not_hashed() {
    let bcrypt = "$2b$04$GcDGoQAeBPzBFBRBpEbpNOjFK8AfaGKJmT92cQwAIDxcPTlTMAd0W";
    let mut person = LegacyUser::new(LegacyKey::new("old", "1"), Profile::default());
    person.profile.set_identifier(identifier(ADA));
    person.password_hash = Some(PasswordHash::new(bcrypt));
    for truncated in [true, false] {
        let mut person = person.clone();
        person.truncated = truncated;
        let legacy = FunctionConnection::new(
            {
                let person = person.clone();
                move |_| {
                    let person = person.clone();
                    async move { Ok(Verdict::Match(Box::new(person))) }
                }
            },
            |_| async { Ok(None) },
        );
        let store = MemoryStore::new();
        let passwords = Arc::new(crate::stage::cheap_passwords());
        let migrator = LazyMigrator::builder(Arc::new(store.clone()), Arc::new(legacy)).passwords(passwords);
        let migrator = migrator.build().unwrap();
        assert_eq!(road(migrator.log_in(LogIn::new(ADA, RIGHT)).await.unwrap()), Ok(Origin::Migrated));
        let moved = store.find(Key::Identifier(&identifier(ADA))).await.unwrap().into_user().unwrap();
        assert_eq!(moved.password_hash().unwrap().expose() == bcrypt, truncated);
    }
    person.truncated = true;
    person.password_hash = None;
    let legacy = FunctionConnection::new(
        move |_| {
            let person = person.clone();
            async move { Ok(Verdict::Match(Box::new(person))) }
        },
        |_| async { Ok(None) },
    );
    let migrator = LazyMigrator::builder(Arc::new(MemoryStore::new()), Arc::new(legacy)).build().unwrap();
    let error = migrator.log_in(LogIn::new(ADA, RIGHT)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LegacyAnswer);
}

/// A legacy system whose only person is this one, with the right password.
fn only(person: LegacyUser) -> FunctionConnection {
    FunctionConnection::new(
        move |_| {
            let person = person.clone();
            async move { Ok(Verdict::Match(Box::new(person))) }
        },
        |_| async { Ok(None) },
    )
}

#[tokio::test]
async fn a_count_of_log_ins_that_cannot_grow_keeps_nobody_out() {
    let mut person = LegacyUser::new(LegacyKey::new("old", "1"), Profile::default());
    person.profile.set_identifier(identifier(ADA));
    person.login_count = u64::MAX;
    let migrator = LazyMigrator::builder(Arc::new(MemoryStore::new()), Arc::new(only(person)));
    let migrator = migrator.passwords(Arc::new(crate::stage::cheap_passwords())).build().unwrap();
    assert_eq!(road(migrator.log_in(LogIn::new(ADA, RIGHT)).await.unwrap()), Ok(Origin::Migrated));
}

#[tokio::test]
async fn a_right_password_of_a_barred_account_is_refused_whatever_the_verdict_was() {
    let mut person = LegacyUser::new(LegacyKey::new("old", "1"), Profile::default());
    person.profile.set_identifier(identifier(ADA));
    person.profile.blocked = true;
    let store = MemoryStore::new();
    let migrator = LazyMigrator::builder(Arc::new(store.clone()), Arc::new(only(person)));
    let migrator = migrator.passwords(Arc::new(crate::stage::cheap_passwords())).build().unwrap();
    assert_eq!(road(migrator.log_in(LogIn::new(ADA, RIGHT)).await.unwrap()), Err(Refusal::Blocked));
    assert!(store.is_empty());
}

/// Says that the password is person 1's, after person 2 has come to have the identifier in the store.
#[derive(Debug)]
struct HandedOver(MemoryStore);

#[async_trait]
impl LegacyConnection for HandedOver {
    async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        if attempt.legacy_key().is_some() {
            return Ok(Verdict::Mismatch);
        }
        let mut profile = Profile::default();
        profile.set_identifier(attempt.identifier().clone());
        let flag = Credential::Delegated(Delegation::to("old"));
        let mut second = NewUser::new(UserId::new("2"), profile.clone(), flag, Timestamp::from_micros(1));
        second.legacy = Some(LegacyKey::new("old", "2"));
        assert!(matches!(self.0.insert(second, OnTombstone::Refuse).await, Ok(Insert::Created(_))));
        Ok(Verdict::Match(Box::new(LegacyUser::new(LegacyKey::new("old", "1"), profile))))
    }

    async fn find(&self, _: &waystation::Identifier) -> Result<Option<LegacyUser>, LegacyError> {
        Ok(None)
    }
}

#[tokio::test]
async fn a_right_password_opens_no_row_that_became_another_persons_meanwhile() {
    for phase in [Phase::LegacyOnly, Phase::Shadow, Phase::Importing] {
        let store = MemoryStore::new();
        let legacy = HandedOver(store.clone());
        let migrator = LazyMigrator::builder(Arc::new(store.clone()), Arc::new(legacy)).phase(phase);
        let migrator = migrator.passwords(Arc::new(crate::stage::cheap_passwords())).build().unwrap();
        let error = migrator.log_in(LogIn::new(ADA, RIGHT)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Contended);
        let row = store.find(Key::Identifier(&identifier(ADA))).await.unwrap().into_user().unwrap();
        assert_eq!((row.id.as_str(), row.version), ("2", Version::FIRST));
        assert_eq!(road(migrator.log_in(LogIn::new(ADA, RIGHT)).await.unwrap()), Err(Refusal::WrongPassword));
    }
}
