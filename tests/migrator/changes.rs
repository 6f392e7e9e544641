use waystation::{
    Identifier, User, UserId,
    identifier::IdentifierKind,
    legacy::ScriptedPerson,
    migrator::{
        ChangeIdentifier, ChangeOutcome, ChangePassword, Migrator, Origin, Refusal, SignUp, SignUpOutcome,
        VerifiedIdentity,
    },
    phase::Phase,
    policy::Weakness,
    user::{CredentialKind, LinkedIdentity, MovedBy},
};

use crate::stage::{ADA, RIGHT, Stage, WRONG, identifier, road};

const NEW: &str = "enchantress of number";

fn changed(outcome: ChangeOutcome) -> Result<User, Option<Refusal>> {
    match outcome {
        ChangeOutcome::Changed(user) => Ok(*user),
        ChangeOutcome::Refused(refusal) => Err(Some(refusal)),
        ChangeOutcome::NoSuchUser => Err(None),
    }
}

async fn change_password(stage: &Stage, request: ChangePassword) -> Result<User, Option<Refusal>> {
    changed(stage.migrator.change_password(request).await.unwrap())
}

async fn rename(stage: &Stage, user: UserId, email: &str) -> Result<User, Option<Refusal>> {
    let request = ChangeIdentifier::new(user, IdentifierKind::Email, email).verified();
    changed(stage.migrator.change_identifier(request).await.unwrap())
}

async fn adopt(stage: &Stage, who: Identifier) -> Result<Origin, Refusal> {
    let proof = VerifiedIdentity::new(who).identity(LinkedIdentity::new("google", "g-1"));
    let outcome = road(stage.migrator.adopt(proof).await.unwrap());
    stage.migrator.settled().await;
    outcome
}

#[tokio::test]
async fn a_password_is_changed_by_its_owner_or_by_authority() {
    let stage = Stage::new();
    stage.come_in(ADA, RIGHT).await;
    let ada = stage.find(ADA).await.unwrap().id;
    let by_user = |current: &str, new: &str| ChangePassword::by_user(ada.clone(), current, new);
    assert_eq!(change_password(&stage, by_user(WRONG, NEW)).await.unwrap_err(), Some(Refusal::WrongPassword));
    assert_eq!(change_password(&stage, by_user("", NEW)).await.unwrap_err(), Some(Refusal::WrongPassword));
    assert_eq!(
        change_password(&stage, by_user(RIGHT, "short")).await.unwrap_err(),
        Some(Refusal::PasswordRejected(Weakness::new("too-short")))
    );
    assert!(change_password(&stage, by_user(RIGHT, NEW)).await.is_ok());
    assert_eq!(stage.road(ADA, RIGHT).await, Err(Refusal::WrongPassword));
    assert_eq!(stage.road(ADA, NEW).await, Ok(Origin::Store));
    assert!(change_password(&stage, ChangePassword::by_authority(ada, RIGHT)).await.is_ok());
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Store));
    assert_eq!(change_password(&stage, ChangePassword::by_authority(UserId::new("?"), NEW)).await.unwrap_err(), None);
    assert_eq!(stage.legacy.calls().total(), 1);
}

#[tokio::test]
async fn a_change_by_somebody_whose_password_is_still_elsewhere_moves_them() {
    let stage = Stage::with(|builder| builder.adopts_unverified(true));
    assert_eq!(adopt(&stage, identifier(ADA)).await, Ok(Origin::Adopted));
    let ada = stage.find(ADA).await.unwrap();
    assert_eq!(ada.credential.kind(), CredentialKind::Delegated);
    let by_user = |current: &str| ChangePassword::by_user(ada.id.clone(), current, NEW);
    assert_eq!(change_password(&stage, by_user(WRONG)).await.unwrap_err(), Some(Refusal::WrongPassword));
    assert!(change_password(&stage, by_user(RIGHT)).await.is_ok());
    assert_eq!(stage.road(ADA, RIGHT).await, Err(Refusal::WrongPassword));
    assert_eq!(stage.road(ADA, NEW).await, Ok(Origin::Store));
    assert_eq!(stage.find(ADA).await.unwrap().moved.unwrap().by, MovedBy::Adoption, "as they first came");
}

#[tokio::test]
async fn somebody_who_changed_their_address_is_not_moved_again_under_the_old_one() {
    let stage = Stage::new();
    stage.come_in(ADA, RIGHT).await;
    let ada = stage.find(ADA).await.unwrap();
    let renamed = rename(&stage, ada.id, "Countess@Example.com").await.unwrap();
    assert!(renamed.profile.email_verified);
    assert_eq!(stage.road(ADA, RIGHT).await, Err(Refusal::Conflict));
    assert_eq!(stage.store.len(), 1);
    assert_eq!(stage.road("countess@example.com", RIGHT).await, Ok(Origin::Store));
}

#[tokio::test]
async fn the_legacy_system_vetoes_the_addresses_of_those_who_have_not_moved() {
    let stage = Stage::new();
    stage.legacy.add(ScriptedPerson::parse("2", "eve@example.com", RIGHT).unwrap());
    stage.come_in(ADA, RIGHT).await;
    let ada = stage.find(ADA).await.unwrap().id;
    assert_eq!(rename(&stage, ada.clone(), "eve@example.com").await.unwrap_err(), Some(Refusal::Taken));
    stage.come_in("eve@example.com", RIGHT).await;
    assert_eq!(rename(&stage, ada.clone(), "eve@example.com").await.unwrap_err(), Some(Refusal::Taken));
    let eve = stage.find("eve@example.com").await.unwrap().id;
    assert!(rename(&stage, eve, "eve@example.org").await.is_ok());
    assert!(rename(&stage, ada.clone(), "eve@example.com").await.is_ok(), "she gave it up");
    assert!(rename(&stage, ada.clone(), "EVE@example.com").await.is_ok(), "another spelling of one's own");
    assert_eq!(rename(&stage, ada, "not an address").await.unwrap_err(), Some(Refusal::InvalidIdentifier));
    assert_eq!(rename(&stage, UserId::new("?"), "x@example.com").await.unwrap_err(), None);
}

#[tokio::test]
async fn adoption_moves_the_profile_and_the_password_follows() {
    let stage = Stage::new();
    assert_eq!(adopt(&stage, identifier(ADA)).await, Err(Refusal::Unverified), "whose address it is nobody knows");
    assert!(stage.store.is_empty());

    let mut verified = ScriptedPerson::parse("1", ADA, RIGHT).unwrap();
    let mut profile = waystation::Profile::default();
    profile.email_verified = true;
    verified = verified.profile(profile);
    stage.legacy.add(verified);
    assert_eq!(adopt(&stage, identifier(ADA)).await, Ok(Origin::Adopted));
    let ada = stage.find(ADA).await.unwrap();
    assert_eq!(ada.profile.identities.len(), 1);
    assert_eq!((ada.moved.unwrap().by, ada.login_count), (MovedBy::Adoption, 1));
    assert_eq!(adopt(&stage, identifier(ADA)).await, Ok(Origin::Store));
    assert_eq!(stage.road(ADA, WRONG).await, Err(Refusal::WrongPassword));
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Migrated));
    assert_eq!(stage.find(ADA).await.unwrap().credential.kind(), CredentialKind::Hash);
    assert_eq!(adopt(&stage, identifier("nobody@example.com")).await, Err(Refusal::Unknown));
}

#[tokio::test]
async fn the_blocked_and_the_deleted_are_not_adopted() {
    let stage = Stage::with(|builder| builder.adopts_unverified(true));
    stage.legacy.set_blocked("1", true);
    assert_eq!(adopt(&stage, identifier(ADA)).await, Err(Refusal::Blocked));
    stage.legacy.set_blocked("1", false);
    assert_eq!(adopt(&stage, identifier(ADA)).await, Ok(Origin::Adopted));
    let ada = stage.find(ADA).await.unwrap();
    stage.migrator.delete(&ada.id).await.unwrap();
    assert_eq!(adopt(&stage, identifier(ADA)).await, Err(Refusal::Unknown));
    assert!(stage.store.is_empty());
}

#[tokio::test]
async fn only_its_owner_takes_an_address_that_the_copy_has_not_yet() {
    let stage = Stage::with(|builder| builder.phase(Phase::LegacyOnly));
    stage.legacy.add(ScriptedPerson::parse("2", "eve@example.com", RIGHT).unwrap());
    stage.come_in(ADA, RIGHT).await;
    stage.come_in("eve@example.com", RIGHT).await;
    stage.legacy.add(ScriptedPerson::parse("1", "countess@example.com", RIGHT).unwrap());
    let [ada, eve] = [stage.find(ADA).await.unwrap().id, stage.find("eve@example.com").await.unwrap().id];
    assert_eq!(rename(&stage, eve, "countess@example.com").await.unwrap_err(), Some(Refusal::Taken));
    assert!(rename(&stage, ada, "countess@example.com").await.is_ok());
}

#[tokio::test]
async fn an_address_that_was_changed_here_stays_though_the_password_is_still_elsewhere() {
    for phase in [Phase::LegacyOnly, Phase::Shadow, Phase::Importing] {
        let stage = Stage::with(|builder| builder.phase(Phase::LegacyOnly));
        stage.come_in(ADA, RIGHT).await;
        let ada = stage.find(ADA).await.unwrap().id;
        rename(&stage, ada.clone(), "countess@example.com").await.unwrap();
        stage.migrator.set_phase(phase.clone());
        let newcomer = stage.migrator.sign_up(SignUp::email(ADA, WRONG)).await.unwrap();
        assert!(matches!(newcomer, SignUpOutcome::Created(_)), "she gave it up");
        stage.come_in("countess@example.com", RIGHT).await;
        assert_eq!(stage.find("countess@example.com").await.unwrap().id, ada, "{phase:?}");
    }
}
