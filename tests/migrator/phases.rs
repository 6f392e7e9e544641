use waystation::{
    event::EventKind,
    legacy::ScriptedPerson,
    migrator::{Origin, Refusal},
    phase::{Cohort, Phase},
    user::{Credential, CredentialKind},
};

use crate::stage::{ADA, RIGHT, Stage, WRONG, identifier};

#[tokio::test]
async fn legacy_only_keeps_a_copy_and_no_hash() {
    let stage = Stage::with(|builder| builder.phase(Phase::LegacyOnly));
    assert_eq!(stage.road(ADA, WRONG).await, Err(Refusal::WrongPassword));
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Legacy));
    let ada = stage.find(ADA).await.unwrap();
    assert_eq!(ada.credential.kind(), CredentialKind::Delegated);
    assert!(ada.moved.is_none());
    stage.legacy.set_password("1", WRONG);
    assert_eq!(stage.road(ADA, RIGHT).await, Err(Refusal::WrongPassword), "the legacy system decides");
    assert_eq!(stage.road(ADA, WRONG).await, Ok(Origin::Legacy));
    assert_eq!(stage.find(ADA).await.unwrap().login_count, 2);
    assert_eq!(stage.passwords.work().hashed, 0);
    assert_eq!(stage.legacy.calls().total(), 4);
}

#[tokio::test]
async fn a_copy_follows_the_legacy_profile_until_its_owner_moves() {
    let stage = Stage::with(|builder| builder.phase(Phase::LegacyOnly));
    stage.come_in(ADA, RIGHT).await;
    let mut profile = waystation::Profile::default();
    profile.name = Some("Ada King".into());
    let renamed = ScriptedPerson::parse("1", ADA, RIGHT).unwrap().profile(profile);
    stage.legacy.add(renamed);
    stage.come_in(ADA, RIGHT).await;
    assert_eq!(stage.find(ADA).await.unwrap().profile.name.as_deref(), Some("Ada King"));
    stage.migrator.set_phase(Phase::Importing);
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Migrated));
}

#[tokio::test]
async fn shadow_writes_and_compares_and_lets_the_legacy_system_decide() {
    let stage = Stage::with(|builder| builder.phase(Phase::Shadow));
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Legacy));
    let ada = stage.find(ADA).await.unwrap();
    assert!(matches!(&ada.credential, Credential::Delegated(delegation) if delegation.shadow.is_some()));
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Legacy));
    assert_eq!(stage.road(ADA, WRONG).await, Err(Refusal::WrongPassword));
    assert!(!stage.journal.names().contains(&"shadow_differs"));

    stage.legacy.set_password("1", WRONG);
    assert_eq!(stage.road(ADA, RIGHT).await, Err(Refusal::WrongPassword));
    assert_eq!(stage.road(ADA, WRONG).await, Ok(Origin::Legacy));
    let differences: Vec<_> = stage
        .journal
        .kinds()
        .into_iter()
        .filter_map(|kind| match kind {
            EventKind::ShadowDiffers { legacy_let_in, store_would_let_in, .. } => {
                Some((legacy_let_in, store_would_let_in))
            }
            _ => None,
        })
        .collect();
    assert_eq!(differences, [(false, true), (true, false)]);
    assert_eq!(stage.road(ADA, WRONG).await, Ok(Origin::Legacy), "the shadow was brought up to date");
    assert_eq!(stage.journal.names().iter().filter(|name| **name == "shadow_differs").count(), 2);
}

#[tokio::test]
async fn shadow_names_the_fields_in_which_a_copy_differed() {
    let stage = Stage::with(|builder| builder.phase(Phase::Shadow));
    stage.come_in(ADA, RIGHT).await;
    let mut profile = waystation::Profile::default();
    profile.name = Some("Ada King".into());
    stage.legacy.add(ScriptedPerson::parse("1", ADA, RIGHT).unwrap().profile(profile));
    stage.come_in(ADA, RIGHT).await;
    stage.come_in(ADA, RIGHT).await;
    let fields: Vec<_> = stage
        .journal
        .kinds()
        .into_iter()
        .filter_map(|kind| if let EventKind::ProfileDiffered { fields, .. } = kind { Some(fields) } else { None })
        .collect();
    assert_eq!(fields, [["name"]]);
    assert_eq!(stage.find(ADA).await.unwrap().profile.name.as_deref(), Some("Ada King"));
}

#[tokio::test]
async fn a_cohort_moves_and_the_others_stay() {
    let stage = Stage::with(|builder| builder.phase(Phase::Cohort(Cohort::listed([identifier(ADA)]))));
    stage.legacy.add(ScriptedPerson::parse("2", "eve@example.com", RIGHT).unwrap());
    assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Migrated));
    assert_eq!(stage.road("eve@example.com", RIGHT).await, Ok(Origin::Legacy));
    stage.migrator.set_phase(Phase::Cohort(Cohort::percent(100)));
    assert_eq!(stage.road("eve@example.com", RIGHT).await, Ok(Origin::Migrated));
    assert_eq!(stage.road("eve@example.com", RIGHT).await, Ok(Origin::Store));
}

#[tokio::test]
async fn no_phase_locks_out_those_who_have_moved() {
    let stage = Stage::new();
    stage.come_in(ADA, RIGHT).await;
    stage.legacy.set_password("1", WRONG);
    for phase in [
        Phase::LegacyOnly,
        Phase::Shadow,
        Phase::Cohort(Cohort::percent(0)),
        Phase::Importing,
        Phase::Draining,
        Phase::Sealed,
    ] {
        stage.migrator.set_phase(phase.clone());
        assert_eq!(stage.road(ADA, RIGHT).await, Ok(Origin::Store), "{phase:?}");
        assert_eq!(stage.road(ADA, WRONG).await, Err(Refusal::WrongPassword), "{phase:?}");
    }
    assert_eq!(stage.legacy.calls().total(), 1);
}

#[tokio::test]
async fn sealed_asks_nobody() {
    let stage = Stage::with(|builder| builder.phase(Phase::LegacyOnly));
    stage.come_in(ADA, RIGHT).await;
    stage.legacy.forget_calls();
    stage.migrator.set_phase(Phase::Sealed);
    assert_eq!(stage.road(ADA, RIGHT).await, Err(Refusal::WrongPassword), "a reset is due, and nobody is told");
    assert_eq!(stage.road("eve@example.com", RIGHT).await, Err(Refusal::Unknown));
    assert_eq!(stage.legacy.calls().total(), 0);
}

#[tokio::test]
async fn who_changed_their_address_at_the_legacy_system_finds_their_copy_under_it() {
    for phase in [Phase::LegacyOnly, Phase::Shadow, Phase::Importing] {
        let stage = Stage::with(|builder| builder.phase(Phase::LegacyOnly));
        stage.come_in(ADA, RIGHT).await;
        stage.migrator.set_phase(phase.clone());
        stage.legacy.add(ScriptedPerson::parse("1", "countess@example.com", RIGHT).unwrap());
        stage.come_in("countess@example.com", RIGHT).await;
        assert!(stage.find("countess@example.com").await.is_some(), "{phase:?}");
        assert_eq!(stage.store.len(), 1, "{phase:?}");
    }
}
