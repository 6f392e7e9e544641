//! What is wrong with a store.

use std::{sync::Arc, time::Duration};

use waystation::{
    MemoryStore, PasswordHash, SqliteStore, UserStore,
    clock::{SystemClock, Timestamp},
    doctor::Code,
    password::HashContext,
    store::Outgoing,
    user::Credential,
};

use crate::{
    archive::Archive,
    stage::{self, NOW, builder, examined, found, stored, troubles, watched},
    watched::{Fault, Watched},
};

async fn with_fault(fault: Fault) -> Vec<&'static str> {
    let store = MemoryStore::new();
    stored(&store, "1", |_| {}).await;
    let store = Watched::new(store, fault);
    troubles(&examined(builder(Arc::new(store), Arc::new(Archive::sound()))).await)
}

#[tokio::test]
async fn a_store_that_cannot_be_asked_says_why() {
    assert_eq!(with_fault(Fault::None).await, [""; 0]);
    assert_eq!(with_fault(Fault::IsDown).await, ["store.unavailable"]);
    assert_eq!(with_fault(Fault::IsMisconfigured).await, ["store.misconfigured"]);
    assert_eq!(with_fault(Fault::FailsLater).await, ["store.failed"]);
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_not_waited_for() {
    assert_eq!(with_fault(Fault::NeverAnswers).await, ["store.unavailable"]);
}

#[tokio::test]
async fn a_store_that_knows_strangers_is_not_fit() {
    // The id, the legacy key and an identifier of each kind. Ada and Grace seem to be in somebody's way, too.
    let kinds = ["store.stranger_found"; 5];
    assert_eq!(with_fault(Fault::FindsStrangers).await, [&kinds[..], &["legacy.user.conflict"]].concat());
    assert_eq!(with_fault(Fault::BuriesStrangers).await, kinds);
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_told_whether_met_by_key_or_by_page() {
    assert_eq!(with_fault(Fault::HasACorruptRow).await, ["store.row_unreadable"]);
    assert_eq!(with_fault(Fault::HasCorruptPages).await, ["store.row_unreadable"]);
}

#[tokio::test]
async fn what_a_store_cannot_do_is_a_note() {
    let diagnosis = examined(builder(watched(Fault::CannotDoMore), Arc::new(Archive::sound()))).await;
    for code in [Code::StoreNoBulk, Code::StoreNoJobs, Code::StoreNoSearch, Code::StoreNoStats] {
        assert_eq!(diagnosis.of(code).count(), 1, "{code}");
    }
    assert!(diagnosis.is_fit());
}

#[tokio::test]
async fn changes_that_wait_for_a_migrator_that_writes_nothing_back_are_told() {
    let store = MemoryStore::new();
    store_with_message(&store, "1").await;
    store_with_message(&store, "2").await;
    let store = Arc::new(Watched::new(store, Fault::None));
    let diagnosis = examined(builder(store, Arc::new(Archive::sound()))).await;
    assert_eq!(troubles(&diagnosis), ["outbox.unattended"]);
    assert_eq!(found(&diagnosis, Code::OutboxUnattended), Some(2));
}

async fn store_with_message(store: &MemoryStore, id: &str) {
    let end = Timestamp::from_micros(i64::MAX);
    stored(store, id, |user| user.outgoing.push(Outgoing::new(vec![1], NOW, end))).await;
}

#[cfg(feature = "write-back")]
#[tokio::test]
async fn what_is_written_back_may_wait_for_an_hour() {
    use waystation::{SecretKey, clock::ManualClock, legacy::ScriptedConnection, migrator::WriteBack};

    let store = MemoryStore::new();
    store_with_message(&store, "1").await;
    let store = Arc::new(Watched::new(store, Fault::None));
    let after = async |hours| {
        let clock = Arc::new(ManualClock::at(NOW.saturating_add(Duration::from_hours(hours))));
        let end = NOW.saturating_add(Duration::from_hours(48));
        let legacy = Arc::new(ScriptedConnection::new("old-shop"));
        let builder = builder(store.clone(), legacy).write_back(WriteBack::until(end, SecretKey::from_bytes([9; 32])));
        examined(builder.clock(clock)).await
    };
    assert_eq!(after(1).await.of(Code::OutboxBehind).count(), 0);
    let late = after(2).await;
    let finding = late.of(Code::OutboxBehind).next().unwrap();
    assert_eq!((finding.found, finding.took), (Some(1), Some(Duration::from_hours(2))));
}

#[tokio::test]
async fn a_slow_store_is_told_with_its_time() {
    let clock = Arc::new(stage::Leaping::by(Duration::from_millis(300)));
    let diagnosis = examined(stage::over(Archive::sound()).clock(clock)).await;
    let slow = diagnosis.of(Code::StoreSlow).next().unwrap();
    assert!(slow.took.unwrap() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_clock_that_is_not_in_step_is_told_with_how_far() {
    for seconds in [-5, 5] {
        assert_eq!(with_fault(Fault::ClockIsOff(seconds)).await, [""; 0]);
    }
    for seconds in [-6, 6] {
        let store = Watched::new(MemoryStore::new(), Fault::ClockIsOff(seconds));
        let diagnosis = examined(builder(Arc::new(store), Arc::new(Archive::sound()))).await;
        assert_eq!(troubles(&diagnosis), ["store.clock_skew"]);
        let finding = diagnosis.of(Code::StoreClockSkew).next().unwrap();
        assert_eq!(finding.took, Some(Duration::from_secs(6)));
    }
}

#[tokio::test]
async fn rows_from_the_future_and_hashes_that_nobody_can_verify_are_counted() {
    let store = MemoryStore::new();
    stored(&store, "1", |user| user.at = NOW.saturating_add(Duration::from_secs(301))).await;
    stored(&store, "2", |user| user.at = NOW.saturating_add(Duration::from_mins(5))).await;
    let lost = HashContext::default().pepper("lost");
    let hash = crate::archive::strong().with_context(lost);
    stored(&store, "3", |user| user.credential = Credential::Hash(hash)).await;
    stored(&store, "4", |user| user.credential = Credential::Hash(PasswordHash::new("!"))).await;
    let store = Watched::new(store, Fault::None);
    let diagnosis = examined(builder(Arc::new(store), Arc::new(Archive::sound()))).await;
    assert_eq!(troubles(&diagnosis), ["store.hash_unusable", "store.row_future"]);
    assert_eq!(
        (found(&diagnosis, Code::StoreHashUnusable), found(&diagnosis, Code::StoreRowFuture)),
        (Some(1), Some(1))
    );
    assert_eq!(found(&diagnosis, Code::StoreUsers), Some(4));
}

#[tokio::test]
async fn a_file_is_the_same_to_the_byte_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.sqlite3");
    let store = SqliteStore::open(&path, "customers").await.unwrap();
    for id in ["1", "2", "3"] {
        let user = waystation::user::NewUser::new(
            waystation::UserId::new(id),
            waystation::Profile::default(),
            Credential::Hash(crate::archive::strong()),
            NOW,
        );
        let _inserted = store.insert(user, waystation::store::OnTombstone::Refuse).await.unwrap();
    }
    store.close().await.unwrap();
    let before = std::fs::read(&path).unwrap();

    let store = SqliteStore::open(&path, "customers").await.unwrap();
    let migrator = builder(Arc::new(store.clone()), Arc::new(Archive::sound())).clock(Arc::new(SystemClock::new()));
    let diagnosis = examined(migrator).await;
    assert_eq!(found(&diagnosis, Code::StoreUsers), Some(3));
    assert_eq!(found(&diagnosis, Code::SampleSize), Some(2));
    store.close().await.unwrap();
    assert!(std::fs::read(&path).unwrap() == before);
}
