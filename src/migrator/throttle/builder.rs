use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use super::{
    Ledger, Throttle,
    buckets::{Buckets, Limit},
};
use crate::{
    clock::{Clock, SystemClock},
    entropy::SystemEntropy,
    error::Error,
    identifier::{IdentifierRules, StandardRules},
    migrator::Migrator,
    secret_key::SecretKey,
};

/// What a [`Throttle`] is made of.
///
/// A limit is a *burst* and an *interval*: so many attempts at once, at least one, and one more each interval until as
/// many are there again. An interval of zero switches the limit off.
#[derive(Debug)]
#[must_use]
pub struct ThrottleBuilder {
    inner: Arc<dyn Migrator>,
    per_identifier: Limit,
    per_origin: Limit,
    recoveries: Limit,
    capacity: usize,
    rules: Arc<dyn IdentifierRules>,
    clock: Arc<dyn Clock>,
    key: Option<SecretKey>,
}

impl ThrottleBuilder {
    pub(super) fn new(inner: Arc<dyn Migrator>) -> Self {
        Self {
            inner,
            per_identifier: Limit::new(10, Duration::from_secs(30)),
            per_origin: Limit::new(100, Duration::from_secs(1)),
            recoveries: Limit::new(5, Duration::from_mins(5)),
            capacity: 100_000,
            rules: Arc::new(StandardRules::new()),
            clock: Arc::new(SystemClock::new()),
            key: None,
        }
    }

    /// Sets the limit of guesses at one identifier, and of changes of one user's password. Default: 10, then one every
    /// 30 s.
    ///
    /// The burst is also how many log-ins of one person may be under way at once.
    pub fn per_identifier(mut self, burst: u32, interval: Duration) -> Self {
        self.per_identifier = Limit::new(burst, interval);
        self
    }

    /// Sets the limit of guesses from one origin. Default: 100, then one a second. Many people may share one.
    pub fn per_origin(mut self, burst: u32, interval: Duration) -> Self {
        self.per_origin = Limit::new(burst, interval);
        self
    }

    /// Sets the limit of recoveries begun for one identifier, and so of messages sent to one person. Default: 5, then
    /// one every 5 minutes.
    pub fn recoveries(mut self, burst: u32, interval: Duration) -> Self {
        self.recoveries = Limit::new(burst, interval);
        self
    }

    /// Sets how many identifiers, how many origins, and how many identifiers in recovery are remembered; at least one
    /// of each. Default 100,000. Together they never take more than 570 bytes for each unit of it.
    pub fn capacity(mut self, keys: usize) -> Self {
        self.capacity = keys;
        self
    }

    /// Sets the rules that say which spellings are one identifier: the same as the migrator's. Default:
    /// [`StandardRules`].
    pub fn rules(mut self, rules: Arc<dyn IdentifierRules>) -> Self {
        self.rules = rules;
        self
    }

    /// Sets the clock. Default: the system's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the key of the digests that stand for identifiers and origins. Default: a fresh one.
    pub fn key(mut self, key: SecretKey) -> Self {
        self.key = Some(key);
        self
    }

    /// The throttle, with nothing counted yet.
    ///
    /// # Errors
    ///
    /// When no key is given and there is no randomness to make one.
    pub fn build(self) -> Result<Throttle, Error> {
        let key = match self.key {
            Some(key) => key,
            None => SecretKey::generate(&SystemEntropy)?,
        };
        Ok(Throttle {
            inner: self.inner,
            rules: self.rules,
            clock: self.clock,
            key,
            ledger: Mutex::new(Ledger {
                guesses: Buckets::new(self.per_identifier, self.capacity),
                origins: Buckets::new(self.per_origin, self.capacity),
                recoveries: Buckets::new(self.recoveries, self.capacity),
            }),
        })
    }
}
