//! What is wrong with what the host has set.

use std::{sync::Arc, time::Duration};

use waystation::{
    LazyMigrator, MemoryStore,
    doctor::{Code, Diagnosis},
    entropy::{Entropy, EntropyError},
    legacy::ScriptedConnection,
    phase::Phase,
    user::{Credential, LegacyKey, Moved, MovedBy},
};

use crate::{
    archive::{Archive, Flaw, strong},
    stage::{Leaping, NOW, builder, cheap_passwords, doctor, examined, found, over, stored, troubles, watched},
    watched::{Fault, Watched},
};

#[tokio::test]
async fn the_guard_must_give_up_before_the_request_is_over() {
    // The guard's deadline is two seconds, and a hash takes no time by this clock.
    let within = |deadline| doctor(over(Archive::sound())).request_deadline(Duration::from_millis(deadline));
    assert_eq!(troubles(&within(2_000).examine().await), ["deadline.exceeded"]);
    assert_eq!(troubles(&within(2_001).examine().await), [""; 0]);
    let unknown = over(Archive::sound()).build().unwrap().doctor().examine().await;
    assert_eq!((troubles(&unknown), unknown.of(Code::DeadlineUnknown).count()), (vec![], 1));
}

#[tokio::test]
async fn the_floor_of_a_recovery_must_be_within_the_request_too() {
    let late = over(Archive::sound()).recovery_floor(Duration::from_secs(5));
    assert_eq!(troubles(&examined(late).await), ["deadline.exceeded"]);
}

#[tokio::test]
async fn a_queue_that_outlasts_the_request_is_told_with_one_that_would_do() {
    // A hash takes 100 ms by this clock: 1,024 jobs on two threads wait for 51 seconds.
    let clock = Arc::new(Leaping::by(Duration::from_millis(100)));
    let diagnosis = examined(over(Archive::sound()).clock(clock)).await;
    let queue = diagnosis.of(Code::DeadlineQueue).next().unwrap();
    assert_eq!(queue.took, Some(Duration::from_millis(51_300)));
    // Five seconds are fifty hashes on each thread, the own one among them.
    assert!(queue.text.contains("; 98 would do"), "{}", queue.text);
}

#[tokio::test]
async fn recovery_tokens_must_live_as_long_as_a_mail_takes_and_no_longer() {
    let ttl = |seconds| examined(over(Archive::sound()).recovery_ttl(Duration::from_secs(seconds)));
    assert_eq!(troubles(&ttl(299).await), ["recovery.ttl_short"]);
    assert_eq!(troubles(&ttl(300).await), [""; 0]);
    assert_eq!(troubles(&ttl(86_400).await), [""; 0]);
    assert_eq!(troubles(&ttl(86_401).await), ["recovery.ttl_long"]);
}

#[tokio::test]
async fn a_recovery_key_of_one_process_is_told() {
    let builder = LazyMigrator::builder(watched(Fault::None), Arc::new(Archive::sound()))
        .clock(Arc::new(Leaping::default()))
        .passwords(cheap_passwords());
    assert_eq!(troubles(&examined(builder).await), ["recovery.key_ephemeral"]);
}

#[tokio::test]
async fn phases_in_which_nobody_moves_are_told() {
    for (phase, notes) in [(Phase::LegacyOnly, 1), (Phase::Shadow, 1), (Phase::Importing, 0), (Phase::Draining, 0)] {
        let diagnosis = examined(over(Archive::sound()).phase(phase)).await;
        assert_eq!((troubles(&diagnosis), diagnosis.of(Code::PhaseNobodyMoves).count()), (vec![], notes));
    }
}

async fn sealed(moved: &[&str], flaw: Flaw) -> Diagnosis {
    let store = MemoryStore::new();
    for id in moved {
        stored(&store, id, |user| {
            user.legacy = Some(LegacyKey::new("old-shop", *id));
            user.credential = Credential::Hash(strong());
            user.moved = Some(Moved::new(NOW, MovedBy::LogIn));
        })
        .await;
    }
    let store = Arc::new(Watched::new(store, Fault::None));
    examined(builder(store, Arc::new(Archive::flawed(flaw))).phase(Phase::Sealed)).await
}

#[tokio::test]
async fn nobody_may_be_left_when_the_phase_is_sealed() {
    let one = sealed(&["1"], Flaw::None).await;
    assert_eq!((troubles(&one), found(&one, Code::PhaseSealedLeft)), (vec!["phase.sealed.left"], Some(1)));
    assert_eq!(troubles(&sealed(&["1", "2"], Flaw::None).await), [""; 0]);
    // The legacy system may be gone by then: that is no reason not to go on.
    let gone = sealed(&["1", "2"], Flaw::IsDown).await;
    assert_eq!((troubles(&gone), gone.is_fit()), (vec!["phase.sealed.unknown"], true));
    assert_eq!(troubles(&sealed(&[], Flaw::HasNoList).await), ["phase.sealed.unknown"]);
    assert_eq!(troubles(&sealed(&["1", "2"], Flaw::NeverAnswers).await), ["phase.sealed.unknown"]);
}

#[tokio::test]
async fn a_sealed_legacy_system_is_only_counted() {
    let legacy = ScriptedConnection::new("old-shop");
    let _diagnosis = examined(builder(watched(Fault::None), Arc::new(legacy.clone())).phase(Phase::Sealed)).await;
    assert_eq!(legacy.calls().to_string(), "count done 1");
}

/// A source that gives the two keys of a migrator and nothing after them.
#[derive(Debug, Default)]
struct Drying(std::sync::atomic::AtomicUsize);

impl Entropy for Drying {
    fn fill(&self, _: &mut [u8]) -> Result<(), EntropyError> {
        match self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Ok(()),
            _ => Err(EntropyError::new()),
        }
    }
}

#[tokio::test]
async fn without_randomness_the_rest_is_examined() {
    let diagnosis = examined(over(Archive::sound()).entropy(Arc::new(Drying::default()))).await;
    assert_eq!(troubles(&diagnosis), ["entropy.missing"]);
    assert_eq!(diagnosis.of(Code::PolicyHash).count(), 1);
}
