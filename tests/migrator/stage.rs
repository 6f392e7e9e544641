//! The set-up that every test of the migrator starts from.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use waystation::{
    Identifier, MemoryStore, User,
    clock::{ManualClock, Timestamp},
    entropy::SeededEntropy,
    event::{Event, EventKind, Observer},
    identifier::{IdentifierRules, StandardRules},
    legacy::{ScriptedConnection, ScriptedPerson},
    migrator::{LazyMigrator, LazyMigratorBuilder, LogIn, LogInOutcome, Migrator, Origin, Refusal},
    password::{HashPolicy, Passwords},
    store::{Key, Lookup, UserStore},
};

pub(crate) const ADA: &str = "Ada@Example.com";
pub(crate) const RIGHT: &str = "difference engine";
pub(crate) const WRONG: &str = "analytical engine";

/// Keeps the names of the events, in order.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Vec<EventKind>>);

impl Journal {
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().iter().map(EventKind::as_str).collect()
    }

    pub(crate) fn kinds(&self) -> Vec<EventKind> {
        self.0.lock().unwrap().clone()
    }
}

impl Observer for Journal {
    fn observe(&self, event: &Event) {
        self.0.lock().unwrap().push(event.kind.clone());
    }
}

/// A legacy system in which Ada lives, an empty store, and a migrator between them.
pub(crate) struct Stage {
    pub(crate) legacy: ScriptedConnection,
    pub(crate) store: MemoryStore,
    pub(crate) clock: ManualClock,
    pub(crate) passwords: Arc<Passwords>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) migrator: LazyMigrator,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(options: impl FnOnce(LazyMigratorBuilder) -> LazyMigratorBuilder) -> Self {
        let store = MemoryStore::new();
        Self::over(Arc::new(store.clone()), store, options)
    }

    /// Over another store than the one that is looked into, such as a wrapper of it.
    pub(crate) fn over(
        behind: Arc<dyn UserStore>,
        store: MemoryStore,
        options: impl FnOnce(LazyMigratorBuilder) -> LazyMigratorBuilder,
    ) -> Self {
        let legacy = ScriptedConnection::new("old-shop").person(ScriptedPerson::parse("1", ADA, RIGHT).unwrap());
        let clock = ManualClock::at(Timestamp::from_micros(1_700_000_000_000_000));
        let passwords = Arc::new(cheap_passwords());
        let journal = Arc::new(Journal::default());
        let builder = LazyMigrator::builder(behind, Arc::new(legacy.clone()))
            .clock(Arc::new(clock.clone()))
            .entropy(Arc::new(SeededEntropy::new(1)))
            .passwords(Arc::clone(&passwords))
            .recovery_floor(Duration::ZERO)
            .observer(Arc::clone(&journal) as Arc<dyn Observer>);
        let migrator = options(builder).build().unwrap();
        Self { legacy, store, clock, passwords, journal, migrator }
    }

    pub(crate) async fn log_in(&self, name: &str, password: &str) -> LogInOutcome {
        let outcome = self.migrator.log_in(LogIn::new(name, password)).await.unwrap();
        self.migrator.settled().await;
        outcome
    }

    /// A log-in that must succeed.
    pub(crate) async fn come_in(&self, name: &str, password: &str) {
        assert!(self.road(name, password).await.is_ok());
    }

    /// By which road a log-in came in, or why it was refused.
    pub(crate) async fn road(&self, name: &str, password: &str) -> Result<Origin, Refusal> {
        road(self.log_in(name, password).await)
    }

    pub(crate) async fn find(&self, name: &str) -> Option<User> {
        self.lookup(name).await.into_user()
    }

    pub(crate) async fn lookup(&self, name: &str) -> Lookup {
        self.store.find(Key::Identifier(&identifier(name))).await.unwrap()
    }
}

pub(crate) fn road(outcome: LogInOutcome) -> Result<Origin, Refusal> {
    match outcome {
        LogInOutcome::Authenticated(session) => Ok(session.origin),
        LogInOutcome::Refused(refusal) => Err(refusal),
    }
}

pub(crate) fn identifier(text: &str) -> Identifier {
    StandardRules::new().parse(text).unwrap()
}

/// The same rules at a cost that tests can pay.
pub(crate) fn cheap_passwords() -> Passwords {
    Passwords::builder().policy(cheap_policy()).threads(2).build().unwrap()
}

pub(crate) fn cheap_policy() -> HashPolicy {
    HashPolicy::argon2id(64, 1, 1).unwrap()
}
