//! What is wrong with policy, pool, peppers and known hashes.

use std::{sync::Arc, time::Duration};

use waystation::{
    PasswordHash, Passwords,
    doctor::{Code, Diagnosis},
    password::{HashContext, HashPolicy, PasswordsBuilder, Peppers},
};

use crate::{
    archive::Archive,
    stage::{Leaping, cheap_passwords, doctor, examined, found, over, troubles},
};

fn cheap() -> PasswordsBuilder {
    Passwords::builder().policy(HashPolicy::argon2id(64, 1, 1).unwrap()).threads(2)
}

async fn with(passwords: PasswordsBuilder) -> Diagnosis {
    examined(over(Archive::sound()).passwords(Arc::new(passwords.build().unwrap()))).await
}

#[tokio::test]
async fn a_policy_below_the_recommendation_is_weak_and_the_default_is_not() {
    assert_eq!(with(cheap()).await.of(Code::PolicyWeak).count(), 1);
    assert_eq!(with(Passwords::builder().threads(1)).await.of(Code::PolicyWeak).count(), 0);
}

#[tokio::test]
async fn a_hash_that_takes_long_is_told_with_its_time() {
    let slow = |millis| {
        let clock = Arc::new(Leaping::by(Duration::from_millis(millis)));
        examined(over(Archive::sound()).clock(clock))
    };
    let diagnosis = slow(501).await;
    assert_eq!(diagnosis.of(Code::PolicySlow).next().unwrap().took, Some(Duration::from_millis(501)));
    assert_eq!(diagnosis.of(Code::PolicyHash).next().unwrap().took, Some(Duration::from_millis(501)));
    assert_eq!(slow(500).await.of(Code::PolicySlow).count(), 0);
}

#[tokio::test]
async fn memory_for_fewer_hashes_than_threads_is_told() {
    // 64 KiB a hash, and the decoy behind it in the same memory.
    let narrow = with(cheap().threads(4).memory_bytes(3 * 64 * 1_024)).await;
    let finding = narrow.of(Code::PoolNarrow).next().unwrap();
    assert_eq!((finding.found, finding.of), (Some(3), Some(4)));
    assert_eq!(with(cheap().threads(4).memory_bytes(4 * 64 * 1_024)).await.of(Code::PoolNarrow).count(), 0);
}

#[tokio::test]
async fn a_pool_without_room_makes_no_hash() {
    let diagnosis = with(cheap().queue(0)).await;
    assert_eq!(troubles(&diagnosis), ["pool.failed"]);
}

#[tokio::test]
async fn a_known_password_must_open_its_hash() {
    let passwords = cheap_passwords();
    let hash = passwords.hash(&"right".into()).await.unwrap();
    let doctor = || doctor(over(Archive::sound()));
    assert_eq!(troubles(&doctor().known("right", hash.clone()).examine().await), [""; 0]);
    let wrong = doctor().known("right", hash.clone()).known("wrong", hash).examine().await;
    assert_eq!(troubles(&wrong), ["known.not_proven"]);
    assert!(wrong.of(Code::KnownNotProven).all(|it| it.text.starts_with("Known password 2 ")));
    let unusable = doctor().known("right", PasswordHash::new("what is this?")).examine().await;
    assert_eq!(troubles(&unusable), ["known.unusable"]);
}

#[tokio::test]
async fn each_pepper_has_to_be_proven() {
    let peppers = |new: u8| Peppers::new("2026", vec![new; 32]).unwrap().and("2024", vec![4; 32]).unwrap();
    let sites = |diagnosis: &Diagnosis| -> Vec<_> {
        diagnosis.of(Code::PepperUnproven).map(|it| it.site.to_string()).collect()
    };
    let passwords = |new| cheap().peppers(peppers(new)).build().unwrap();
    assert_eq!(sites(&with(cheap().peppers(peppers(6))).await), ["2024", "2026"]);

    let hash = passwords(6).hash(&"right".into()).await.unwrap();
    assert_eq!(hash.context(), Some(&HashContext::default().pepper("2026")));
    let over = |new| doctor(over(Archive::sound()).passwords(Arc::new(passwords(new)))).known("right", hash.clone());
    let diagnosis = over(6).examine().await;
    assert_eq!((troubles(&diagnosis), sites(&diagnosis)), (vec!["pepper.unproven"], vec!["2024".to_owned()]));
    // The wrong secret under the right name.
    let diagnosis = over(7).examine().await;
    assert_eq!(troubles(&diagnosis), ["known.not_proven", "pepper.unproven", "pepper.unproven"]);
    assert_eq!(diagnosis.of(Code::KnownNotProven).next().unwrap().site.to_string(), "argon2, 2026");
    assert_eq!(found(&diagnosis, Code::PepperUnproven), Some(2));
}
