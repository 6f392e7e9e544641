use std::{collections::BTreeMap, fmt};

use async_trait::async_trait;

use super::StoreError;
use crate::{
    clock::Timestamp,
    user::{CredentialKind, MovedBy, SourceName, User},
};

/// The capability to count who is here and how they came.
#[async_trait]
pub trait StatsStore: fmt::Debug + Send + Sync {
    /// The counts as of now.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn stats(&self) -> Result<Stats, StoreError>;
}

/// Counts of users. Holds nothing of any one person.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Everybody.
    pub users: u64,
    /// By kind of credential.
    pub by_credential: BTreeMap<CredentialKind, u64>,
    /// Those who moved, by how.
    pub by_moved: BTreeMap<MovedBy, u64>,
    /// Those who come from a legacy system, by which.
    pub by_source: BTreeMap<SourceName, SourceStats>,
    /// Stored hashes by the name of their scheme; `unidentified` where it was never told.
    pub by_scheme: BTreeMap<String, u64>,
    /// Those who moved, by day: days since 1970-01-01 (UTC), see [`Timestamp::day`].
    pub moved_by_day: BTreeMap<i64, u64>,
    /// The last time anybody moved.
    pub last_moved_at: Option<Timestamp>,
}

impl Stats {
    /// Counts one user: the meaning that every store's own counting must have.
    pub fn add(&mut self, user: &User) {
        self.users += 1;
        *self.by_credential.entry(user.credential.kind()).or_default() += 1;
        if let Some(moved) = user.moved {
            *self.by_moved.entry(moved.by).or_default() += 1;
            *self.moved_by_day.entry(moved.at.day()).or_default() += 1;
            self.last_moved_at = self.last_moved_at.max(Some(moved.at));
        }
        if let Some(legacy) = &user.legacy {
            let kind = user.credential.kind();
            self.by_source.entry(legacy.source().clone()).or_default().add(kind, user.moved.is_some(), 1);
        }
        if let Some(hash) = user.password_hash() {
            *self.by_scheme.entry(hash.scheme().unwrap_or("unidentified").to_owned()).or_default() += 1;
        }
    }

    /// How many have moved, whichever way.
    pub fn moved(&self) -> u64 {
        self.by_moved.values().sum()
    }
}

/// Counts of those who come from one legacy system.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct SourceStats {
    /// Everybody of that system who is here.
    pub users: u64,
    /// Those who have moved and whose password lives here.
    pub moved: u64,
    /// Those whose password still lives there.
    pub delegated: u64,
}

impl SourceStats {
    /// Counts so many users who are alike.
    pub fn add(&mut self, credential: CredentialKind, has_moved: bool, users: u64) {
        self.users += users;
        if credential == CredentialKind::Delegated {
            self.delegated += users;
        } else if has_moved {
            self.moved += users;
        }
    }
}
