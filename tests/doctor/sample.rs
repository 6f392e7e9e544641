//! Who is in the sample, and what becomes of them.

use std::{sync::Arc, time::Duration};

use waystation::{
    MemoryStore, Profile,
    doctor::{Code, Diagnosis},
    identifier::{IdentifierRules, StandardRules},
    legacy::{LegacyError, LegacyUser},
    phase::{Cohort, Phase},
    store::{Deletion, Tombstone, UserStore},
    user::{Credential, Delegation, LegacyKey, UserId},
};

use crate::{
    archive::{Archive, Flaw, person, strong},
    stage::{NOW, builder, doctor, examined, found, over, stored, troubles},
    watched::{Fault, Watched},
};

fn crowd(people: usize) -> Archive {
    Archive::of((0..people).map(|n| person(&format!("{n:05}"), &[&format!("user{n}@example.com")], strong())))
}

async fn changed(change: impl FnOnce(&mut LegacyUser)) -> Diagnosis {
    let mut user = person("1", &["ada@example.com"], strong());
    change(&mut user);
    examined(over(Archive::of([user]))).await
}

#[tokio::test]
async fn a_sample_is_as_large_as_was_asked_for_or_as_there_are_people() {
    let size = async |people, doctor: &dyn Fn(_) -> _| {
        let doctor: waystation::doctor::Doctor = doctor(doctor_of(crowd(people)));
        found(&doctor.examine().await, Code::SampleSize).unwrap()
    };
    assert_eq!(size(3, &|it| it).await, 3);
    assert_eq!(size(1_100, &|it| it).await, 1_000);
    assert_eq!(size(450, &|it: waystation::doctor::Doctor| it.sample(301)).await, 301);
    assert_eq!(size(1_100, &|it: waystation::doctor::Doctor| it.everybody()).await, 1_100);
    // A whole number of pages.
    assert_eq!(size(400, &|it: waystation::doctor::Doctor| it.everybody()).await, 400);
    assert_eq!(size(3, &|it: waystation::doctor::Doctor| it.sample(0)).await, 0);
}

fn doctor_of(archive: Archive) -> waystation::doctor::Doctor {
    doctor(over(archive))
}

#[tokio::test]
async fn a_list_that_shows_the_same_people_for_ever_comes_to_an_end() {
    let people = (0..200).map(|n| person(&format!("{n:05}"), &[&format!("user{n}@example.com")], strong()));
    let archive = Archive::of(people).with_flaw(Flaw::RepeatsItself);
    let diagnosis = doctor(over(archive)).everybody().examine().await;
    assert_eq!(troubles(&diagnosis), ["legacy.repeats"]);
    assert_eq!((found(&diagnosis, Code::LegacyRepeats), found(&diagnosis, Code::SampleSize)), (Some(200), Some(200)));
}

#[tokio::test]
async fn a_list_that_breaks_off_says_what_was_seen() {
    let diagnosis = examined(over(crowd(300).with_flaw(Flaw::BreaksOff))).await;
    assert_eq!(troubles(&diagnosis), ["legacy.unavailable", "sample.broken"]);
    assert_eq!(found(&diagnosis, Code::SampleBroken), Some(200));
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_told_by_place_and_cost_nobody_else() {
    let archive = Archive::with_error(|| LegacyError::malformed("not UTF-8", "users.email"));
    let diagnosis = examined(over(archive)).await;
    assert_eq!(troubles(&diagnosis), ["legacy.row.unreadable"]);
    let row = diagnosis.of(Code::LegacyRowUnreadable).next().unwrap();
    assert_eq!((row.found, row.of, row.site.to_string().as_str()), (Some(1), Some(2), "old-shop, users.email"));
    assert!(row.text.contains("not UTF-8"));
    assert_eq!(found(&diagnosis, Code::LegacyHashScheme), Some(1));
}

#[tokio::test]
async fn blocked_unverified_and_future_people_are_counted() {
    let blocked = changed(|user| user.profile.blocked = true).await;
    assert_eq!((troubles(&blocked), found(&blocked, Code::LegacyUserBlocked)), (vec![], Some(1)));
    let unverified = changed(|user| user.profile.email_verified = false).await;
    assert_eq!((troubles(&unverified), found(&unverified, Code::LegacyEmailUnverified)), (vec![], Some(1)));
    let late = NOW.saturating_add(Duration::from_secs(301));
    for set in [
        (|user, late| user.created_at = Some(late)) as fn(&mut LegacyUser, _),
        |user, late| user.last_login = Some(late),
        |user, late| user.password_set_at = Some(late),
    ] {
        assert_eq!(troubles(&changed(|user| set(user, late)).await), ["legacy.row.future"]);
    }
    let just_in_time = NOW.saturating_add(Duration::from_mins(5));
    assert_eq!(troubles(&changed(|user| user.last_login = Some(just_in_time)).await), [""; 0]);
}

/// What is found of Ada and Grace beside a store.
async fn beside(store: MemoryStore) -> Diagnosis {
    examined(builder(Arc::new(Watched::new(store, Fault::None)), Arc::new(Archive::sound()))).await
}

fn adas() -> Profile {
    let mut profile = Profile::default();
    profile.set_identifier(StandardRules::new().parse("ada@example.com").unwrap());
    profile
}

#[tokio::test]
async fn people_who_are_here_already_are_in_nobodys_way() {
    let store = MemoryStore::new();
    stored(&store, "1", |user| {
        (user.profile, user.legacy) = (adas(), Some(LegacyKey::new("old-shop", "1")));
        user.credential = Credential::Hash(strong());
    })
    .await;
    stored(&store, "2", |user| {
        user.legacy = Some(LegacyKey::new("old-shop", "2"));
        user.credential = Credential::Delegated(Delegation::to("old-shop"));
    })
    .await;
    let diagnosis = beside(store).await;
    assert_eq!(troubles(&diagnosis), [""; 0]);
    let texts: Vec<_> = diagnosis.of(Code::LegacyUserHere).map(|it| (it.found, it.text.contains("still"))).collect();
    assert_eq!(texts.len(), 2);
    assert!(texts.contains(&(Some(1), true)) && texts.contains(&(Some(1), false)));
}

#[tokio::test]
async fn somebody_else_with_the_identifier_is_in_the_way() {
    let signed_up = MemoryStore::new();
    stored(&signed_up, "9", |user| user.profile = adas()).await;
    assert_eq!(troubles(&beside(signed_up).await), ["legacy.user.conflict"]);
    let another = MemoryStore::new();
    stored(&another, "9", |user| {
        (user.profile, user.legacy) = (adas(), Some(LegacyKey::new("old-shop", "77")));
    })
    .await;
    let diagnosis = beside(another).await;
    assert_eq!(troubles(&diagnosis), ["legacy.user.conflict"]);
    assert_eq!(diagnosis.of(Code::LegacyUserConflict).next().unwrap().site.to_string(), "old-shop, email");
}

#[tokio::test]
async fn the_deleted_are_told_by_either_key() {
    for (profile, legacy) in [(adas(), None), (Profile::default(), Some(LegacyKey::new("old-shop", "1")))] {
        let store = MemoryStore::new();
        stored(&store, "9", |user| (user.profile, user.legacy) = (profile, legacy)).await;
        store.delete(&UserId::new("9"), Deletion::leaving(Tombstone::at(NOW))).await.unwrap();
        let diagnosis = beside(store).await;
        assert_eq!((troubles(&diagnosis), found(&diagnosis, Code::LegacyUserDeletedHere)), (vec![], Some(1)));
    }
}

#[tokio::test]
async fn a_sample_is_looked_at_without_a_store_too() {
    let store = Arc::new(Watched::new(MemoryStore::new(), Fault::IsDown));
    let diagnosis = examined(builder(store, Arc::new(Archive::sound()))).await;
    assert_eq!(found(&diagnosis, Code::LegacyHashScheme), Some(2));
    assert!(diagnosis.of(Code::SampleSize).all(|it| it.text.contains("not compared")));
}

#[tokio::test]
async fn a_cohort_is_counted_by_the_sample() {
    let ada = StandardRules::new().parse("ada@example.com").unwrap();
    let cohort = |cohort| examined(over(Archive::sound()).phase(Phase::Cohort(cohort)));
    assert_eq!(found(&cohort(Cohort::listed([ada])).await, Code::PhaseCohort), Some(1));
    assert_eq!(found(&cohort(Cohort::tenants(["acme"])).await, Code::PhaseCohort), Some(0));
}
