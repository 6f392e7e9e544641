use std::{
    fmt,
    sync::{Arc, Mutex},
};

use super::{FaultSink, ImportPolicy, ImportProgress, Importer, names::Names};
use crate::{
    clock::{Clock, SystemClock},
    entropy::{Entropy, SystemEntropy},
    migrator::UserIds,
    password::Passwords,
    store::UserStore,
    user::{Credential, SourceName},
};

/// Builds an [`Importer`].
#[must_use]
pub struct ImporterBuilder(Importer);

impl ImporterBuilder {
    pub(super) fn new(store: Arc<dyn UserStore>) -> Self {
        Self(Importer {
            store,
            clock: Arc::new(SystemClock::new()),
            entropy: Arc::new(SystemEntropy),
            names: Names::default(),
            policy: ImportPolicy::default(),
            without_password: Credential::PendingPassword,
            passwords: None,
            wraps: false,
            sink: None,
            progress: None,
            batch_records: 2_000,
            batch_bytes: 1 << 20,
            dry_run: false,
            distinct: false,
        })
    }

    /// Where the time comes from. The system unless given.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.0.clock = clock;
        self
    }

    /// Where ids come from for users who bring none. The system unless given.
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.0.entropy = entropy;
        self
    }

    /// The legacy system that the input is of, under the name that its connection has: the ids of the input are ids there.
    /// Then whoever is imported is never migrated a second time by a log-in, nor the other way round.
    ///
    /// Without it, the ids of the input are the permanent ids here.
    pub fn source(mut self, source: impl Into<SourceName>) -> Self {
        self.0.names.source = Some(source.into());
        self
    }

    /// Which ids users of the [`source`](Self::source) get: the same as the migrator's. [`UserIds::Prefixed`] unless given.
    pub const fn ids(mut self, ids: UserIds) -> Self {
        self.0.names.ids = ids;
        self
    }

    /// What may be done to users who are there. Nothing unless given.
    pub const fn policy(mut self, policy: ImportPolicy) -> Self {
        self.0.policy = policy;
        self
    }

    /// The credential of new users who bring no password: [`Credential::PendingPassword`] unless given. While the legacy
    /// system still answers, [`Credential::Delegated`] lets them move by a log-in.
    pub fn without_password(mut self, credential: Credential) -> Self {
        self.0.without_password = credential;
        self
    }

    /// Wraps plain digests (MD5, SHA-1, SHA-256 and the like) in Argon2id on the way in, as [`Passwords::wrap`] does. It
    /// costs a hash each, on the pool of `passwords`. In every run and in every job, whatever the job says: what only some
    /// jobs want is [`ImportSpec::wrap`](super::ImportSpec::wrap).
    pub fn wrap_weak_hashes(mut self, passwords: Arc<Passwords>) -> Self {
        self.0.wraps = true;
        self.passwords(passwords)
    }

    /// What a job that asks for it ([`ImportSpec::wrap`](super::ImportSpec::wrap)) has its weak hashes wrapped with. A worker
    /// without fails such a job.
    pub fn passwords(mut self, passwords: Arc<Passwords>) -> Self {
        self.0.passwords = Some(passwords);
        self
    }

    /// Where records go that are not stored. Nowhere unless given: then the report counts them.
    pub fn faulty_records_to(mut self, sink: impl FaultSink) -> Self {
        self.0.sink = Some(Arc::new(Mutex::new(sink)));
        self
    }

    /// Is told after every batch how far the import is, after every 10,000 records of the first reading, and before each pause
    /// in which the import waits for a store that does not answer. It should return soon: the import waits for it.
    pub fn on_progress(mut self, tell: impl Fn(&ImportProgress) + Send + Sync + 'static) -> Self {
        self.0.progress = Some(Arc::new(tell));
        self
    }

    /// The most records of a batch, at least one. 2,000 unless given.
    pub fn batch_records(mut self, records: usize) -> Self {
        self.0.batch_records = records.max(1);
        self
    }

    /// The text of a batch in bytes, after which no record is added to it. 1 MiB unless given. A record in memory takes
    /// up to 16 times its text.
    pub fn batch_bytes(mut self, bytes: usize) -> Self {
        self.0.batch_bytes = bytes.max(1);
        self
    }

    /// The importer.
    pub fn build(self) -> Importer {
        self.0
    }
}

impl fmt::Debug for ImporterBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ImporterBuilder").field(&self.0).finish()
    }
}
