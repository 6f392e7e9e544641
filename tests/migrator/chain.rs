//! A migrator over a chain: rows remember which member knows the password.

use std::{sync::Arc, time::Duration};

use waystation::{
    MemoryStore,
    error::ErrorKind,
    legacy::{Chain, ChainMember, LegacyCall, ScriptedConnection, ScriptedPerson},
    migrator::{LazyMigrator, LogIn, Migrator, Origin, Refusal},
    phase::Phase,
    store::{Key, UserStore},
    user::Credential,
};

use crate::stage::{ADA, RIGHT, WRONG, cheap_passwords, identifier, road};

fn system(name: &str) -> ScriptedConnection {
    ScriptedConnection::new(name)
}

fn ada(password: &str) -> ScriptedPerson {
    ScriptedPerson::parse("1", ADA, password).unwrap()
}

/// A migrator into `store` from these members.
fn migrator(store: &MemoryStore, members: impl IntoIterator<Item = ChainMember>) -> LazyMigrator {
    let chain = Chain::new(members).unwrap();
    LazyMigrator::builder(Arc::new(store.clone()), Arc::new(chain))
        .phase(Phase::LegacyOnly)
        .passwords(Arc::new(cheap_passwords()))
        .guard(|guard| guard.without_retry().with_breaker(0, Duration::ZERO))
        .build()
        .unwrap()
}

async fn log_in(migrator: &LazyMigrator, password: &str, tenant: Option<&str>) -> Result<Origin, Refusal> {
    let attempt = LogIn::new(ADA, password);
    let attempt = if let Some(tenant) = tenant { attempt.tenant(tenant) } else { attempt };
    let road = road(migrator.log_in(attempt).await.unwrap());
    migrator.settled().await;
    road
}

#[tokio::test]
async fn who_came_from_the_second_member_is_asked_about_there_ever_after() {
    let (store, first, second) = (MemoryStore::new(), system("first"), system("second").person(ada(RIGHT)));
    let members = [
        ChainMember::new("first", first.clone()),
        ChainMember::new("second", second.clone()).when(|identifier| identifier.normal().starts_with("ada@")),
    ];
    let migrator = migrator(&store, members);
    assert_eq!(log_in(&migrator, RIGHT, None).await, Ok(Origin::Legacy));
    let row = store.find(Key::Identifier(&identifier(ADA))).await.unwrap().into_user().unwrap();
    assert!(matches!(&row.credential, Credential::Delegated(to) if to.source.as_str() == "second"));

    // Somebody else gets the address at the first, and the password of the second is still the one.
    first.add(ada(WRONG));
    first.forget_calls();
    assert_eq!(log_in(&migrator, RIGHT, Some("any")).await, Ok(Origin::Legacy));
    assert_eq!(log_in(&migrator, WRONG, None).await, Err(Refusal::WrongPassword));
    first.set_down(true);
    assert_eq!(log_in(&migrator, RIGHT, None).await, Ok(Origin::Legacy), "the outage of another is nothing to her");
    second.set_down(true);
    let error = migrator.log_in(LogIn::new(ADA, RIGHT)).await.unwrap_err();
    assert!(error.is_unavailable());
    second.set_down(false);
    migrator.set_phase(Phase::Importing);
    assert_eq!(log_in(&migrator, RIGHT, None).await, Ok(Origin::Migrated));
    assert_eq!(log_in(&migrator, RIGHT, None).await, Ok(Origin::Store));
    assert_eq!(first.calls().total(), 0);
}

#[tokio::test]
async fn a_row_of_a_member_that_was_taken_away_is_an_error_and_no_wrong_password() {
    let (store, first, second) = (MemoryStore::new(), system("first"), system("second").person(ada(RIGHT)));
    let both = [ChainMember::new("first", first.clone()), ChainMember::new("second", second)];
    assert_eq!(log_in(&migrator(&store, both), RIGHT, None).await, Ok(Origin::Legacy));
    first.add(ada(RIGHT));
    let without = migrator(&store, [ChainMember::new("first", first)]);
    let error = without.log_in(LogIn::new(ADA, RIGHT)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
}

#[tokio::test]
async fn an_outage_of_the_first_member_is_not_remembered_as_an_unknown_name() {
    let (store, first, second) = (MemoryStore::new(), system("first").person(ada(RIGHT)), system("second"));
    let migrator = migrator(&store, [ChainMember::new("first", first.clone()), ChainMember::new("second", second)]);
    first.set_down(true);
    assert!(migrator.log_in(LogIn::new(ADA, RIGHT)).await.unwrap_err().is_unavailable());
    first.set_down(false);
    assert_eq!(log_in(&migrator, RIGHT, None).await, Ok(Origin::Legacy));
}

#[tokio::test]
async fn who_is_unknown_in_one_tenant_is_not_for_that_unknown_in_another() {
    let (store, emea, apac) = (MemoryStore::new(), system("emea").person(ada(RIGHT)), system("apac"));
    let members = [
        ChainMember::new("emea", emea.clone()).tenants(["emea"]),
        ChainMember::new("apac", apac.clone()).tenants(["apac"]),
    ];
    let migrator = migrator(&store, members);
    for _ in 0..2 {
        assert_eq!(log_in(&migrator, RIGHT, Some("apac")).await, Err(Refusal::Unknown));
        assert_eq!(log_in(&migrator, RIGHT, None).await, Err(Refusal::Unknown));
    }
    assert_eq!((emea.calls().total(), apac.calls().total()), (0, 1), "that she is unknown there is remembered");
    assert_eq!(log_in(&migrator, RIGHT, Some("emea")).await, Ok(Origin::Legacy));
}

#[tokio::test]
async fn log_ins_to_two_tenants_at_once_do_not_share_an_answer() {
    let (store, emea, apac) = (MemoryStore::new(), system("emea").person(ada(RIGHT)), system("apac"));
    let members = [
        ChainMember::new("emea", emea.clone()).tenants(["emea"]),
        ChainMember::new("apac", apac.clone()).tenants(["apac"]),
    ];
    let migrator = migrator(&store, members);
    apac.hang();
    emea.hang();
    let start = |tenant: &'static str| {
        let migrator = migrator.clone();
        tokio::spawn(async move { log_in(&migrator, RIGHT, Some(tenant)).await })
    };
    let (to_apac, to_emea) = (start("apac"), start("emea"));
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
    apac.release();
    emea.release();
    assert_eq!(to_apac.await.unwrap(), Err(Refusal::Unknown));
    assert_eq!(to_emea.await.unwrap(), Ok(Origin::Legacy));
    assert_eq!(emea.calls().of(LegacyCall::Authenticate), 1);
}
