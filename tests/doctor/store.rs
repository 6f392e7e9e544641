//! What is wrong with a store.

use std::{sync::Arc, time::Duration};

use waystation::{
    MemoryStore, PasswordHash, SqliteStore, UserStore, clock::SystemClock, doctor::Code, password::HashContext,
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
async fn a_slow_store_is_told_with_its_time() {
    let clock = Arc::new(stage::Leaping::by(Duration::from_millis(300)));
    let diagnosis = examined(stage::over(Archive::sound()).clock(clock)).await;
    let slow = diagnosis.of(Code::StoreSlow).next().unwrap();
    assert!(slow.took.unwrap() >= Duration::from_millis(300));
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
