use std::time::Duration;

use waystation::{
    SecretKey, User, UserId,
    clock::Timestamp,
    identifier::IdentifierKind,
    legacy::ScriptedPerson,
    migrator::{
        ChangeIdentifier, ChangeOutcome, CompleteRecovery, Delivery, Migrator, Origin, RecoveryOutcome, RecoveryToken,
        Refusal, SignUp, SignUpOutcome,
    },
    phase::Phase,
    policy::Weakness,
    store::{Insert, OnTombstone, UserStore},
    user::{Credential, Delegation, MovedBy, NewUser, Profile},
};

use crate::stage::{ADA, RIGHT, Stage, WRONG, identifier};

const NEW: &str = "enchantress of number";

async fn begin(stage: &Stage, name: &str) -> Option<RecoveryToken> {
    match stage.migrator.begin_recovery(&identifier(name)).await.unwrap().delivery {
        Delivery::Send { token, .. } => Some(token),
        Delivery::Nobody => None,
        other => panic!("{other:?}"),
    }
}

async fn complete(stage: &Stage, token: &RecoveryToken, password: &str) -> Result<User, Refusal> {
    match stage.migrator.complete_recovery(CompleteRecovery::new(token.expose(), password)).await.unwrap() {
        RecoveryOutcome::Completed(user) => Ok(*user),
        RecoveryOutcome::Refused(refusal) => Err(refusal),
    }
}

#[tokio::test]
async fn somebody_who_has_not_moved_recovers_and_has_moved() {
    let stage = Stage::new();
    let token = begin(&stage, ADA).await.unwrap();
    assert!(stage.store.is_empty(), "asking for it writes nothing");
    let ada = complete(&stage, &token, NEW).await.unwrap();
    assert_eq!(ada.moved.unwrap().by, MovedBy::Recovery);
    assert!(ada.profile.email_verified && ada.password_set_at.is_some());
    assert_eq!(ada.login_count, 0);
    assert_eq!(stage.road(ADA, RIGHT).await, Err(Refusal::WrongPassword), "the legacy password is over");
    assert_eq!(stage.road(ADA, NEW).await, Ok(Origin::Store));
    assert_eq!(complete(&stage, &token, WRONG).await.unwrap_err(), Refusal::TokenUsed);
    assert_eq!(stage.legacy.calls().to_string(), "find found 2");
}

#[tokio::test]
async fn a_user_of_the_store_recovers_and_nobody_else_is_asked() {
    let stage = Stage::new();
    stage.come_in(ADA, RIGHT).await;
    stage.legacy.forget_calls();
    let (first, second) = (begin(&stage, ADA).await.unwrap(), begin(&stage, ADA).await.unwrap());
    assert!(complete(&stage, &first, NEW).await.is_ok());
    assert_eq!(complete(&stage, &first, WRONG).await.unwrap_err(), Refusal::TokenUsed);
    assert_eq!(complete(&stage, &second, WRONG).await.unwrap_err(), Refusal::TokenUsed, "the password has changed");
    assert_eq!(stage.road(ADA, RIGHT).await, Err(Refusal::WrongPassword));
    assert_eq!(stage.road(ADA, NEW).await, Ok(Origin::Store));
    assert_eq!(stage.legacy.calls().total(), 0);
}

#[tokio::test]
async fn a_log_in_in_between_uses_up_the_token_of_somebody_who_had_not_moved() {
    let stage = Stage::new();
    let token = begin(&stage, ADA).await.unwrap();
    stage.come_in(ADA, RIGHT).await;
    assert_eq!(complete(&stage, &token, NEW).await.unwrap_err(), Refusal::TokenUsed);
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Store));
}

#[tokio::test]
async fn tokens_expire_and_are_made_by_this_key_only() {
    let stage = Stage::with(|builder| builder.recovery_key(SecretKey::from_bytes([5; 32])));
    let token = begin(&stage, ADA).await.unwrap();
    let other = Stage::with(|builder| builder.recovery_key(SecretKey::from_bytes([6; 32])));
    assert_eq!(complete(&other, &token, NEW).await.unwrap_err(), Refusal::TokenInvalid);
    assert_eq!(complete(&stage, &RecoveryToken::from("AQ"), NEW).await.unwrap_err(), Refusal::TokenInvalid);
    assert_eq!(
        complete(&stage, &token, "short").await.unwrap_err(),
        Refusal::PasswordRejected(Weakness::new("too-short"))
    );
    let same = Stage::with(|builder| builder.recovery_key(SecretKey::from_bytes([5; 32])));
    assert!(complete(&same, &token, NEW).await.is_ok(), "another process of the same key");
    stage.clock.advance(Duration::from_hours(1));
    assert_eq!(complete(&stage, &token, NEW).await.unwrap_err(), Refusal::TokenExpired);
}

#[tokio::test]
async fn nobody_blocked_deleted_or_unknown_is_written_to() {
    let stage = Stage::new();
    stage.legacy.add(ScriptedPerson::parse("2", "eve@example.com", RIGHT).unwrap().blocked());
    stage.legacy.add(ScriptedPerson::parse("3", "no-address", RIGHT).unwrap());
    for name in ["nobody@example.com", "eve@example.com", "no-address"] {
        assert_eq!(begin(&stage, name).await, None, "{name}");
    }
    stage.come_in(ADA, RIGHT).await;
    let ada = stage.find(ADA).await.unwrap();
    stage.migrator.delete(&ada.id).await.unwrap();
    assert_eq!(begin(&stage, ADA).await, None);
}

#[tokio::test]
async fn who_asks_with_a_user_name_is_written_to_at_their_address() {
    let stage = Stage::new();
    let grace = ScriptedPerson::parse("2", "Grace", RIGHT).unwrap().identifier(identifier("g@example.com"));
    stage.legacy.add(grace);
    let recovery = stage.migrator.begin_recovery(&identifier("grace")).await.unwrap();
    let Delivery::Send { to, token, .. } = recovery.delivery else { panic!("nobody") };
    assert_eq!(to.normal(), "g@example.com");
    let grace = complete(&stage, &token, NEW).await.unwrap();
    assert!(!grace.profile.email_verified, "the token was asked for by another name");
}

#[tokio::test]
async fn an_outage_is_told_to_the_host_and_not_to_the_person() {
    let stage = Stage::with(|builder| builder.guard(waystation::legacy::Guard::without_retry));
    stage.legacy.set_down(true);
    let recovery = stage.migrator.begin_recovery(&identifier(ADA)).await.unwrap();
    assert!(matches!(recovery.delivery, Delivery::Postponed(error) if error.is_unavailable()));
    stage.legacy.set_down(false);
    let token = begin(&stage, ADA).await.unwrap();
    stage.legacy.set_down(true);
    let request = CompleteRecovery::new(token.expose(), NEW);
    assert!(stage.migrator.complete_recovery(request).await.unwrap_err().is_unavailable());
    stage.legacy.set_down(false);
    assert!(complete(&stage, &token, NEW).await.is_ok(), "the token stays good");
}

#[tokio::test]
async fn no_answer_comes_before_the_floor() {
    let stage = Stage::with(|builder| builder.recovery_floor(Duration::from_millis(500)));
    stage.come_in(ADA, RIGHT).await;
    for name in [ADA, "nobody@example.com"] {
        let answer = tokio::spawn({
            let migrator = stage.migrator.clone();
            async move { migrator.begin_recovery(&identifier(name)).await }
        });
        while stage.clock.sleepers() == 0 {
            tokio::task::yield_now().await;
        }
        stage.clock.advance(Duration::from_millis(499));
        tokio::task::yield_now().await;
        assert!(!answer.is_finished());
        stage.clock.advance(Duration::from_millis(1));
        assert!(answer.await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn in_the_last_phase_only_the_store_recovers() {
    let stage = Stage::with(|builder| builder.phase(Phase::Sealed));
    assert_eq!(begin(&stage, ADA).await, None);
    assert_eq!(stage.legacy.calls().total(), 0);
}

async fn rename(stage: &Stage, user: &UserId, email: &str) {
    let change = ChangeIdentifier::new(user.clone(), IdentifierKind::Email, email).verified();
    assert!(matches!(stage.migrator.change_identifier(change).await, Ok(ChangeOutcome::Changed(_))));
}

#[tokio::test]
async fn a_token_that_went_to_an_address_is_worth_nothing_once_the_address_has_changed() {
    let stage = Stage::new();
    let grace = |email| ScriptedPerson::parse("2", "Grace", RIGHT).unwrap().identifier(identifier(email));
    stage.legacy.add(grace("lost@example.com"));
    let before = begin(&stage, "grace").await.unwrap();
    stage.legacy.add(grace("kept@example.com"));
    assert_eq!(complete(&stage, &before, NEW).await.unwrap_err(), Refusal::TokenUsed, "changed at the legacy system");

    stage.come_in("grace", RIGHT).await;
    let before = begin(&stage, "grace").await.unwrap();
    rename(&stage, &stage.find("grace").await.unwrap().id, "safe@example.com").await;
    assert_eq!(complete(&stage, &before, NEW).await.unwrap_err(), Refusal::TokenUsed, "changed here");
    let after = begin(&stage, "grace").await.unwrap();
    assert!(complete(&stage, &after, NEW).await.is_ok());
}

#[tokio::test]
async fn a_token_is_worth_nothing_to_the_next_owner_of_the_address() {
    for credential in [Credential::None, Credential::PendingPassword, Credential::Delegated(Delegation::to("old-shop"))]
    {
        let stage = Stage::with(|builder| builder.phase(Phase::Draining));
        let [grace, hedy] = ["grace", "hedy"].map(UserId::new);
        for id in [&grace, &hedy] {
            let mut profile = Profile::default();
            profile.set_identifier(identifier(&format!("{}@example.com", id.as_str())));
            let user = NewUser::new(id.clone(), profile, credential.clone(), Timestamp::from_micros(1));
            assert!(matches!(stage.store.insert(user, OnTombstone::Refuse).await, Ok(Insert::Created(_))));
        }
        let token = begin(&stage, "grace@example.com").await.unwrap();
        rename(&stage, &grace, "grace@example.org").await;
        rename(&stage, &hedy, "grace@example.com").await;
        assert_eq!(complete(&stage, &token, NEW).await.unwrap_err(), Refusal::TokenUsed);
    }
}

#[tokio::test]
async fn a_strangers_number_on_the_account_opens_nothing_once_the_owner_has_recovered() {
    let stage = Stage::new();
    let trojan = SignUp::email("grace@example.com", WRONG).and(IdentifierKind::Phone, "+1 555 0100");
    assert!(matches!(stage.migrator.sign_up(trojan).await, Ok(SignUpOutcome::Created(_))));
    let token = begin(&stage, "grace@example.com").await.unwrap();
    assert!(complete(&stage, &token, NEW).await.unwrap().profile.email_verified);
    assert_eq!(begin(&stage, "+15550100").await, None);
    assert!(begin(&stage, "grace@example.com").await.is_some());
}
