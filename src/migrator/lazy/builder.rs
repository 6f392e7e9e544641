use std::{fmt, sync::Arc, time::Duration};

use super::{LazyMigrator, Parts};
#[cfg(feature = "write-back")]
use crate::migrator::WriteBack;
use crate::{
    clock::{Clock, SystemClock},
    entropy::{Entropy, SystemEntropy},
    error::Error,
    event::Observer,
    identifier::{IdentifierRules, StandardRules},
    legacy::{Guard, LegacyConnection},
    migrator::{draft::UserIds, unknown::Unknown},
    password::Passwords,
    phase::Phase,
    policy::{MinimumLength, Policy},
    secret_key::SecretKey,
    store::UserStore,
};

type GuardOptions = Box<dyn FnOnce(Guard<Arc<dyn LegacyConnection>>) -> Guard<Arc<dyn LegacyConnection>> + Send>;

/// What a [`LazyMigrator`] is made of.
///
/// | option | default |
/// |---|---|
/// | [`phase`](Self::phase) | [`Phase::Importing`] |
/// | [`rules`](Self::rules) | [`StandardRules`] |
/// | [`policy`](Self::policy) | [`MinimumLength`], eight characters |
/// | [`passwords`](Self::passwords) | all schemes, Argon2id of 19 MiB, a thread a core |
/// | [`guard`](Self::guard) | deadline 2 s, one retry, breaker, 16 questions at once: [`Guard`] |
/// | [`user_ids`](Self::user_ids) | [`UserIds::Prefixed`] |
/// | [`remember_unknown`](Self::remember_unknown) | 30 s, 10,000 names |
/// | [`recovery_key`](Self::recovery_key) | a new one for each process |
/// | [`recovery_ttl`](Self::recovery_ttl) | one hour |
/// | [`recovery_floor`](Self::recovery_floor) | 500 ms |
/// | [`adopts_unverified`](Self::adopts_unverified) | no |
/// | [`observer`](Self::observer) | none |
/// | `write_back` (feature `write-back`) | nothing is written back |
/// | [`clock`](Self::clock), [`entropy`](Self::entropy) | the system's |
#[must_use]
pub struct LazyMigratorBuilder {
    store: Arc<dyn UserStore>,
    legacy: Arc<dyn LegacyConnection>,
    guard: GuardOptions,
    passwords: Option<Arc<Passwords>>,
    rules: Arc<dyn IdentifierRules>,
    policy: Arc<dyn Policy>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    observers: Vec<Arc<dyn Observer>>,
    phase: Phase,
    user_ids: UserIds,
    unknown: (Duration, usize),
    recovery_key: Option<SecretKey>,
    recovery_ttl: Duration,
    recovery_floor: Duration,
    adopts_unverified: bool,
    #[cfg(feature = "write-back")]
    write_back: Option<WriteBack>,
}

impl LazyMigratorBuilder {
    pub(super) fn new(store: Arc<dyn UserStore>, legacy: Arc<dyn LegacyConnection>) -> Self {
        Self {
            store,
            legacy,
            guard: Box::new(|guard| guard),
            passwords: None,
            rules: Arc::new(StandardRules::new()),
            policy: Arc::new(MinimumLength::default()),
            clock: Arc::new(SystemClock::new()),
            entropy: Arc::new(SystemEntropy),
            observers: Vec::new(),
            phase: Phase::default(),
            user_ids: UserIds::default(),
            unknown: (Duration::from_secs(30), 10_000),
            recovery_key: None,
            recovery_ttl: Duration::from_hours(1),
            recovery_floor: Duration::from_millis(500),
            adopts_unverified: false,
            #[cfg(feature = "write-back")]
            write_back: None,
        }
    }

    /// How far the migration is.
    pub fn phase(mut self, phase: Phase) -> Self {
        self.phase = phase;
        self
    }

    /// How identifiers are read. The legacy connection must use the same rules.
    pub fn rules(mut self, rules: Arc<dyn IdentifierRules>) -> Self {
        self.rules = rules;
        self
    }

    /// Which passwords are good enough.
    pub fn policy(mut self, policy: Arc<dyn Policy>) -> Self {
        self.policy = policy;
        self
    }

    /// What hashes passwords. Share it with connections that verify hashes themselves, so that one pool bounds both.
    pub fn passwords(mut self, passwords: Arc<Passwords>) -> Self {
        self.passwords = Some(passwords);
        self
    }

    /// Changes the guard around the legacy connection.
    ///
    /// ```
    /// # use std::{sync::Arc, time::Duration};
    /// # use waystation::{legacy::ScriptedConnection, migrator::LazyMigrator, MemoryStore};
    /// # let (store, legacy) = (Arc::new(MemoryStore::new()), Arc::new(ScriptedConnection::new("old")));
    /// let migrator = LazyMigrator::builder(store, legacy)
    ///     .guard(|guard| guard.with_deadline(Duration::from_millis(800)).without_retry())
    ///     .build()?;
    /// # Ok::<(), waystation::Error>(())
    /// ```
    pub fn guard(
        mut self,
        options: impl FnOnce(Guard<Arc<dyn LegacyConnection>>) -> Guard<Arc<dyn LegacyConnection>> + Send + 'static,
    ) -> Self {
        self.guard = Box::new(options);
        self
    }

    /// The clock, of the guard too.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Where ids and keys come from. Salts come from the [`Passwords`]' own.
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = entropy;
        self
    }

    /// Adds an observer.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observers.push(observer);
        self
    }

    /// Which ids people get who move here.
    pub const fn user_ids(mut self, user_ids: UserIds) -> Self {
        self.user_ids = user_ids;
        self
    }

    /// For how long, and for how many, it is remembered that the legacy system does not know a name. A person who is
    /// created there meanwhile waits as long. Zero remembers nobody.
    pub const fn remember_unknown(mut self, keep: Duration, capacity: usize) -> Self {
        self.unknown = (keep, capacity);
        self
    }

    /// What recovery tokens are signed with: the same in every process, and kept over restarts, or a token is good only
    /// where and while the process lives that made it.
    pub fn recovery_key(mut self, key: SecretKey) -> Self {
        self.recovery_key = Some(key);
        self
    }

    /// How long a recovery token is good.
    pub const fn recovery_ttl(mut self, ttl: Duration) -> Self {
        self.recovery_ttl = ttl;
        self
    }

    /// No answer to the beginning of a recovery comes sooner. Choose what the legacy system's look-up nearly always
    /// stays under, or the time tells who has moved.
    pub const fn recovery_floor(mut self, floor: Duration) -> Self {
        self.recovery_floor = floor;
        self
    }

    /// Adopts people also by an address that neither system knows to be theirs. Whoever could once register somebody
    /// else's address there then gets that person's account, so only where the legacy system verified every address
    /// without keeping a mark of it.
    pub const fn adopts_unverified(mut self, adopts: bool) -> Self {
        self.adopts_unverified = adopts;
        self
    }

    /// Tells the legacy system of what changes here. Default: it is told nothing.
    #[cfg(feature = "write-back")]
    #[cfg_attr(docsrs, doc(cfg(feature = "write-back")))]
    pub fn write_back(mut self, write_back: WriteBack) -> Self {
        self.write_back = Some(write_back);
        self
    }

    /// The migrator.
    ///
    /// # Errors
    ///
    /// When there is no randomness for keys, or the hashing pool cannot be started. With `write_back`, when the store has
    /// no [outbox](crate::store::OutboxStore) or the connection no [writer](crate::legacy::LegacyWriter).
    pub fn build(self) -> Result<LazyMigrator, Error> {
        let passwords = match self.passwords {
            Some(passwords) => passwords,
            None => Arc::new(Passwords::builder().clock(Arc::clone(&self.clock)).build()?),
        };
        let keeps_recovery_key = self.recovery_key.is_some();
        let recovery_key = match self.recovery_key {
            Some(key) => key,
            None => SecretKey::generate(&*self.entropy)?,
        };
        #[cfg(feature = "write-back")]
        let courier = self
            .write_back
            .map(|options| super::courier::Courier::new(options, &*self.store, &*self.legacy))
            .transpose()?;
        let (keep, capacity) = self.unknown;
        Ok(LazyMigrator {
            parts: Arc::new(Parts {
                store: self.store,
                legacy: (self.guard)(Guard::new(self.legacy).with_clock(Arc::clone(&self.clock))),
                passwords,
                rules: self.rules,
                policy: self.policy,
                clock: self.clock,
                process_key: SecretKey::generate(&*self.entropy)?,
                entropy: self.entropy,
                observers: self.observers,
                phase: self.phase.into(),
                user_ids: self.user_ids,
                adopts_unverified: self.adopts_unverified,
                recovery_key,
                keeps_recovery_key,
                recovery_ttl: self.recovery_ttl,
                recovery_floor: self.recovery_floor,
                flights: super::Flights::default(),
                unknown: Unknown::new(keep, capacity),
                background: super::Background::default(),
                #[cfg(feature = "write-back")]
                courier,
            }),
        })
    }
}

impl fmt::Debug for LazyMigratorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazyMigratorBuilder").field("phase", &self.phase).finish_non_exhaustive()
    }
}
