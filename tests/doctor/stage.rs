//! The set-up that every test of the doctor starts from: nothing is wrong with it but a policy that is cheap.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use waystation::{
    LazyMigrator, LegacyConnection, MemoryStore, SecretKey, UserStore,
    clock::{Clock, Timestamp},
    doctor::{Code, Diagnosis, Doctor, Severity},
    migrator::LazyMigratorBuilder,
    password::{HashPolicy, Passwords},
    store::OnTombstone,
    user::{Credential, NewUser, Profile, UserId},
};

use crate::{
    archive::Archive,
    watched::{Fault, Watched},
};

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// A clock that does not wait: whoever sleeps on it has slept. Each look at it may cost time too.
#[derive(Debug, Default)]
pub(crate) struct Leaping {
    passed: Mutex<Duration>,
    step: Duration,
}

impl Leaping {
    pub(crate) fn by(step: Duration) -> Self {
        Self { step, ..Self::default() }
    }

    fn pass(&self, time: Duration) -> Duration {
        let mut passed = self.passed.lock().unwrap();
        *passed += time;
        *passed
    }
}

#[async_trait]
impl Clock for Leaping {
    fn now(&self) -> Timestamp {
        NOW
    }

    fn monotonic(&self) -> Duration {
        self.pass(self.step)
    }

    async fn sleep(&self, duration: Duration) {
        self.pass(duration);
    }
}

pub(crate) fn cheap_passwords() -> Arc<Passwords> {
    let policy = HashPolicy::argon2id(64, 1, 1).unwrap();
    Arc::new(Passwords::builder().policy(policy).threads(2).build().unwrap())
}

pub(crate) fn builder(store: Arc<dyn UserStore>, legacy: Arc<dyn LegacyConnection>) -> LazyMigratorBuilder {
    LazyMigrator::builder(store, legacy)
        .passwords(cheap_passwords())
        .clock(Arc::new(Leaping::default()))
        .recovery_key(SecretKey::from_bytes([7; 32]))
}

/// Over an empty store that may be read only.
pub(crate) fn over(archive: Archive) -> LazyMigratorBuilder {
    builder(watched(Fault::None), Arc::new(archive))
}

pub(crate) fn watched(fault: Fault) -> Arc<Watched> {
    Arc::new(Watched::new(MemoryStore::new(), fault))
}

pub(crate) async fn stored(store: &MemoryStore, id: &str, change: impl FnOnce(&mut NewUser)) {
    let mut user = NewUser::new(UserId::new(id), Profile::default(), Credential::None, NOW);
    change(&mut user);
    let _inserted = store.insert(user, OnTombstone::Refuse).await.unwrap();
}

pub(crate) fn doctor(builder: LazyMigratorBuilder) -> Doctor {
    builder.build().unwrap().doctor().request_deadline(Duration::from_secs(5))
}

pub(crate) async fn examined(builder: LazyMigratorBuilder) -> Diagnosis {
    doctor(builder).examine().await
}

/// The errors and warnings, the cheap policy and the queue aside.
pub(crate) fn troubles(diagnosis: &Diagnosis) -> Vec<&'static str> {
    let troubles = diagnosis.findings.iter().filter(|it| it.severity != Severity::Note && it.code != Code::PolicyWeak);
    troubles.map(|finding| finding.code.as_str()).collect()
}

/// How many of the sample a code was found of; `None` if it was not.
pub(crate) fn found(diagnosis: &Diagnosis, code: Code) -> Option<u64> {
    diagnosis.of(code).map(|finding| finding.found.unwrap_or(1)).reduce(|one, other| one + other)
}
