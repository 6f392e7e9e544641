use waystation::{
    error::ErrorKind,
    identifier::IdentifierKind,
    legacy::{LegacyError, ScriptedPerson},
    migrator::{ChangeIdentifier, ChangeOutcome, Migrator, Origin, Refusal, SignUp, SignUpOutcome},
    phase::Phase,
    policy::Weakness,
    user::Profile,
};

use crate::stage::{ADA, RIGHT, Stage, WRONG};

async fn sign_up(stage: &Stage, request: SignUp) -> Result<waystation::User, Refusal> {
    match stage.migrator.sign_up(request).await.unwrap() {
        SignUpOutcome::Created(user) => Ok(*user),
        SignUpOutcome::Refused(refusal) => Err(refusal),
    }
}

#[tokio::test]
async fn a_newcomer_gets_an_account_and_the_legacy_system_is_asked_first() {
    let stage = Stage::new();
    let mut profile = Profile::default();
    profile.given_name = Some("Grace".into());
    profile.email_verified = true;
    let request = SignUp::email("Grace@Example.com", WRONG).and(IdentifierKind::Username, "Grace").profile(profile);
    let grace = sign_up(&stage, request).await.unwrap();
    assert_eq!(grace.profile.given_name.as_deref(), Some("Grace"));
    assert!(!grace.profile.email_verified, "nobody verified it");
    assert!(grace.legacy.is_none() && grace.moved.is_none());
    assert_eq!(stage.legacy.calls().to_string(), "find absent 2");
    assert_eq!(stage.road("grace", WRONG).await, Ok(Origin::Store));
    assert_eq!(sign_up(&stage, SignUp::username("GRACE", RIGHT)).await.unwrap_err(), Refusal::Taken);
}

#[tokio::test]
async fn a_stranger_cannot_take_the_address_of_somebody_who_has_not_moved() {
    let stage = Stage::new();
    let request = SignUp::username("newcomer", WRONG).and(IdentifierKind::Email, "ADA@example.com");
    assert_eq!(sign_up(&stage, request).await.unwrap_err(), Refusal::Taken);
    assert!(stage.store.is_empty());
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Migrated));
}

#[tokio::test]
async fn a_sign_up_fails_closed() {
    let stage = Stage::with(|builder| builder.guard(waystation::legacy::Guard::without_retry));
    stage.legacy.set_down(true);
    let error = stage.migrator.sign_up(SignUp::email("grace@example.com", WRONG)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LegacyUnavailable);
    assert!(stage.store.is_empty());
    stage.migrator.set_phase(Phase::Draining);
    assert!(sign_up(&stage, SignUp::email("grace@example.com", WRONG)).await.is_ok());
    stage.legacy.set_down(false);
    stage.migrator.set_phase(Phase::Importing);
    stage.legacy.fail_next(1, || LegacyError::malformed("not JSON", "/"));
    let error = stage.migrator.sign_up(SignUp::email("hedy@example.com", WRONG)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LegacyAnswer);
}

#[tokio::test]
async fn what_cannot_be_an_account_is_refused() {
    let stage = Stage::new();
    for (request, refusal) in [
        (SignUp::email("not an address", RIGHT), Refusal::InvalidIdentifier),
        (SignUp::email("a@example.com", RIGHT).and(IdentifierKind::Email, "b@example.com"), Refusal::InvalidIdentifier),
        (SignUp::email("a@example.com", ""), Refusal::PasswordRejected(Weakness::new("empty"))),
        (SignUp::email("a@example.com", "short"), Refusal::PasswordRejected(Weakness::new("too-short"))),
        (SignUp::email("a@example.com", "x".repeat(1 << 20)), Refusal::PasswordTooLong),
    ] {
        assert_eq!(sign_up(&stage, request).await.unwrap_err(), refusal);
    }
    assert!(stage.store.is_empty());
}

#[tokio::test]
async fn the_legacy_system_has_no_say_over_what_a_moved_user_gave_up() {
    let stage = Stage::new();
    stage.come_in(ADA, RIGHT).await;
    let ada = stage.find(ADA).await.unwrap();
    let change = ChangeIdentifier::new(ada.id, IdentifierKind::Email, "countess@example.com");
    assert!(matches!(stage.migrator.change_identifier(change).await, Ok(ChangeOutcome::Changed(_))));
    assert!(sign_up(&stage, SignUp::email(ADA, WRONG)).await.is_ok());
    assert_eq!(stage.road(ADA, RIGHT).await, Err(Refusal::WrongPassword));
    assert_eq!(stage.road("countess@example.com", RIGHT).await, Ok(Origin::Store));
}

#[tokio::test]
async fn the_deleted_may_come_anew() {
    let stage = Stage::new();
    stage.come_in(ADA, RIGHT).await;
    let ada = stage.find(ADA).await.unwrap();
    stage.migrator.delete(&ada.id).await.unwrap();
    let anew = sign_up(&stage, SignUp::email(ADA, WRONG)).await.unwrap();
    assert_ne!(anew.id, ada.id);
    assert_eq!(stage.road(ADA, RIGHT).await, Err(Refusal::WrongPassword));
    assert_eq!(stage.road(ADA, WRONG).await, Ok(Origin::Store));
}

#[tokio::test]
async fn what_a_moved_user_gave_up_opens_no_way_to_what_another_has() {
    let stage = Stage::new();
    stage.legacy.add(ScriptedPerson::parse("2", "grace", RIGHT).unwrap());
    stage.come_in(ADA, RIGHT).await;
    let ada = stage.find(ADA).await.unwrap();
    let change = ChangeIdentifier::new(ada.id, IdentifierKind::Email, "countess@example.com");
    assert!(matches!(stage.migrator.change_identifier(change).await, Ok(ChangeOutcome::Changed(_))));
    let request = SignUp::email(ADA, WRONG).and(IdentifierKind::Username, "Grace");
    assert_eq!(sign_up(&stage, request).await.unwrap_err(), Refusal::Taken);
    assert_eq!(stage.road("grace", RIGHT).await, Ok(Origin::Migrated));
}

#[tokio::test]
async fn the_legacy_system_says_what_is_taken_by_somebody_of_whom_there_is_a_copy() {
    let stage = Stage::with(|builder| builder.phase(Phase::LegacyOnly));
    stage.come_in(ADA, RIGHT).await;
    stage.legacy.add(ScriptedPerson::parse("1", "countess@example.com", RIGHT).unwrap());
    let request = SignUp::email("countess@example.com", WRONG);
    assert_eq!(sign_up(&stage, request).await.unwrap_err(), Refusal::Taken);
}
