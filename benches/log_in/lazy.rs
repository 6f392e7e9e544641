//! `LazyMigrator` with everything at its default, over `SqliteStore`.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use waystation::{
    Identifier, LazyMigrator, LogIn, LogInOutcome, Migrator, Passwords, Profile, SqliteStore, UserId, UserStore,
    clock::Timestamp,
    identifier::{IdentifierRules, StandardRules},
    legacy::{FunctionConnection, LegacyUser, Verdict},
    password::HashPolicy,
    store::{Insert, OnTombstone},
    user::{Credential, LegacyKey, Moved, MovedBy, NewUser},
};

use super::{
    Failure,
    service::{Cost, PASSWORD, Service, email},
};

pub(crate) struct Lazy {
    migrator: LazyMigrator,
    store: Arc<SqliteStore>,
    cost: Cost,
}

impl Lazy {
    pub(crate) async fn open(directory: &Path, cost: Cost) -> Result<Self, Failure> {
        let store = Arc::new(SqliteStore::open(directory.join("waystation.sqlite"), "customers").await?);
        let policy = HashPolicy::argon2id(cost.memory_kib, cost.passes, 1)?;
        let passwords = Passwords::builder().policy(policy).build()?;
        let migrator = LazyMigrator::builder(Arc::clone(&store) as Arc<dyn UserStore>, Arc::new(legacy()))
            .passwords(Arc::new(passwords))
            .build()?;
        Ok(Self { migrator, store, cost })
    }
}

#[async_trait]
impl Service for Lazy {
    async fn settle(&self, people: u32) -> Result<(), Failure> {
        let hash = self.cost.stored_text()?;
        let (rules, at) = (StandardRules::new(), Timestamp::from_micros(1_700_000_000_000_000));
        for person in 0..people {
            let credential = Credential::Hash(hash.clone());
            let profile = profile(rules.parse(&email(person))?);
            let mut user = NewUser::new(UserId::new(format!("legacy|{person}")), profile, credential, at);
            user.moved = Some(Moved::new(at, MovedBy::LogIn));
            if !matches!(self.store.insert(user, OnTombstone::Refuse).await?, Insert::Created(_)) {
                return Err("somebody could not be settled".into());
            }
        }
        Ok(())
    }

    async fn log_in(&self, email: &str) -> Result<bool, Failure> {
        let outcome = self.migrator.log_in(LogIn::new(email, PASSWORD)).await?;
        Ok(matches!(outcome, LogInOutcome::Authenticated(_)))
    }

    async fn rest(&self) {
        self.migrator.settled().await;
    }
}

/// Answers at once: it is not what is measured.
fn legacy() -> FunctionConnection {
    let person = |identifier: Identifier| {
        let key = LegacyKey::new("legacy", identifier.normal());
        LegacyUser::new(key, profile(identifier))
    };
    FunctionConnection::new(
        move |attempt| async move {
            let right = attempt.password.expose() == PASSWORD.as_bytes();
            Ok(if right { Verdict::Match(Box::new(person(attempt.identifier))) } else { Verdict::Mismatch })
        },
        move |identifier| async move { Ok(Some(person(identifier))) },
    )
}

fn profile(email: Identifier) -> Profile {
    let mut profile = Profile::default();
    profile.set_identifier(email);
    profile.email_verified = true;
    profile.name = Some("A Person".to_owned());
    profile
}
