use std::{fmt, io, path::PathBuf, sync::Arc};

use tokio::sync::{Mutex, Notify, Semaphore, watch};

use super::{
    ApiLimits, Authoriser, BlockList, Connection, IdTokens, Mailer, authoriser::Nobody, counts::Counter, rate::Rate,
    spool::Spool, url,
};
use crate::{
    bulk::ReadOptions,
    clock::{Clock, SystemClock},
    entropy::{Entropy, EntropyError, SystemEntropy},
    identifier::{IdentifierRules, StandardRules},
    legacy::LegacyConnection,
    migrator::Migrator,
    password::Passwords,
    secret_key::SecretKey,
    store::UserStore,
};

/// The parts that the management API is made of. Cheap to clone; clones are one API.
#[derive(Clone)]
pub struct Api(Arc<Parts>);

pub(super) struct Parts {
    pub(super) store: Arc<dyn UserStore>,
    pub(super) migrator: Arc<dyn Migrator>,
    pub(super) rules: Arc<dyn IdentifierRules>,
    pub(super) authoriser: Arc<dyn Authoriser>,
    pub(super) connection: Connection,
    pub(super) spool: Spool,
    pub(super) url: String,
    pub(super) reset_page: Option<String>,
    pub(super) mailer: Option<Arc<dyn Mailer>>,
    pub(super) blocks: Option<Arc<dyn BlockList>>,
    pub(super) id_tokens: Option<Arc<dyn IdTokens>>,
    pub(super) legacy: Option<Arc<dyn LegacyConnection>>,
    pub(super) passwords: Option<Arc<Passwords>>,
    pub(super) counter: Counter,
    pub(super) read: ReadOptions,
    pub(super) limits: ApiLimits,
    pub(super) rate: Rate,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) key: SecretKey,
    /// Held while somebody counts the imports and adds one.
    pub(super) submitting: Mutex<()>,
    /// Wakes a worker of this process.
    pub(super) work: Notify,
    /// Places for those who listen to jobs.
    pub(super) listeners: Arc<Semaphore>,
    /// Whether they are to be let go.
    pub(super) closing: watch::Sender<bool>,
}

impl Api {
    /// An API over `store`, whose users `migrator` moves: it makes, renames and deletes them, so that what is
    /// promised of sign-ups and deletions holds here too. Give it the bare one: a throttle would count what an
    /// administrator does.
    ///
    /// Uploads and exports are kept in the folder `spool` until their job is forgotten. It must be this API's alone;
    /// with several processes over one store, it is on a disk that they share. `url` is where the router is reached
    /// from outside, its prefix included: `https://shop.example/api/v2`.
    pub fn builder(
        store: Arc<dyn UserStore>,
        migrator: Arc<dyn Migrator>,
        spool: impl Into<PathBuf>,
        url: impl Into<String>,
    ) -> ApiBuilder {
        ApiBuilder {
            store,
            migrator,
            spool: spool.into(),
            url: url.into(),
            rules: Arc::new(StandardRules::new()),
            authoriser: Arc::new(Nobody),
            connection: Connection::new("Username-Password-Authentication"),
            reset_page: None,
            mailer: None,
            blocks: None,
            id_tokens: None,
            legacy: None,
            passwords: None,
            read: ReadOptions::default(),
            limits: ApiLimits::default(),
            clock: Arc::new(SystemClock::new()),
            entropy: Arc::new(SystemEntropy),
            key: None,
        }
    }

    /// Ends every stream of events, and those that begin from now on after their first event: for a host that ends and waits
    /// for its requests, which these would hold up.
    pub fn close_events(&self) {
        self.0.closing.send_replace(true);
    }

    pub(super) fn parts(&self) -> &Parts {
        &self.0
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("store", &self.0.store)
            .field("connection", &self.0.connection)
            .finish_non_exhaustive()
    }
}

/// Builds an [`Api`].
#[must_use]
pub struct ApiBuilder {
    store: Arc<dyn UserStore>,
    migrator: Arc<dyn Migrator>,
    spool: PathBuf,
    url: String,
    rules: Arc<dyn IdentifierRules>,
    authoriser: Arc<dyn Authoriser>,
    connection: Connection,
    reset_page: Option<String>,
    mailer: Option<Arc<dyn Mailer>>,
    blocks: Option<Arc<dyn BlockList>>,
    id_tokens: Option<Arc<dyn IdTokens>>,
    legacy: Option<Arc<dyn LegacyConnection>>,
    passwords: Option<Arc<Passwords>>,
    read: ReadOptions,
    limits: ApiLimits,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    key: Option<SecretKey>,
}

impl ApiBuilder {
    /// Who says what the bearer of a token may do. Everybody is refused unless given.
    pub fn authoriser(mut self, authoriser: Arc<dyn Authoriser>) -> Self {
        self.authoriser = authoriser;
        self
    }

    /// What the store is called to clients. `Username-Password-Authentication` unless given.
    pub fn connection(mut self, connection: Connection) -> Self {
        self.connection = connection;
        self
    }

    /// Who sends messages. Without, nobody is asked to verify an address, nor told of the end of an import.
    pub fn mailer(mut self, mailer: Arc<dyn Mailer>) -> Self {
        self.mailer = Some(mailer);
        self
    }

    /// The address of the host's own page where a person chooses another password. Tickets are links to it, with the
    /// ticket as its parameter `ticket`, for [`Api::open_password_ticket`]. Without, no tickets are made.
    pub fn reset_page(mut self, url: impl Into<String>) -> Self {
        self.reset_page = Some(url.into());
        self
    }

    /// Who knows which identifiers are blocked for wrong passwords: the host's
    /// [`Throttle`](crate::migrator::Throttle). Without, nobody is.
    pub fn blocks(mut self, blocks: Arc<dyn BlockList>) -> Self {
        self.blocks = Some(blocks);
        self
    }

    /// Who knows whose an ID token is. Without, no account is linked by `link_with`.
    pub fn id_tokens(mut self, id_tokens: Arc<dyn IdTokens>) -> Self {
        self.id_tokens = Some(id_tokens);
        self
    }

    /// The legacy system that users move from. Its [directory](crate::legacy::LegacyDirectory), if it has one, is asked how
    /// many are left and who. Without, only those who have moved are counted.
    pub fn legacy(mut self, legacy: Arc<dyn LegacyConnection>) -> Self {
        self.legacy = Some(legacy);
        self
    }

    /// What verifies passwords: the migrator's own. With it, those who are left are told apart by whether their hash could
    /// be verified. Without, no hash of the legacy system is looked at.
    pub fn passwords(mut self, passwords: Arc<Passwords>) -> Self {
        self.passwords = Some(passwords);
        self
    }

    /// What makes identifiers comparable: the same rules as the migrator's. [`StandardRules`] unless given.
    pub fn rules(mut self, rules: Arc<dyn IdentifierRules>) -> Self {
        self.rules = rules;
        self
    }

    /// How uploaded files are read. Their [`rules`](Self::rules) are the API's.
    pub fn read(mut self, options: ReadOptions) -> Self {
        self.read = options;
        self
    }

    /// What is done at most.
    pub fn limits(mut self, limits: ApiLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Where the time comes from. The system unless given.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Where ids and keys come from. The system unless given.
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = entropy;
        self
    }

    /// The key that links and tickets are signed with. A new one unless given: then they are good in this process
    /// alone, and until it ends.
    pub fn key(mut self, key: SecretKey) -> Self {
        self.key = Some(key);
        self
    }

    /// The API.
    ///
    /// # Errors
    ///
    /// When the spool folder cannot be made or used, the store keeps no jobs or cannot be searched, the URL is not
    /// one of
    /// `http` or `https`, or there is no randomness for a key.
    pub fn build(self) -> Result<Api, ApiError> {
        for (what, is_there) in [
            ("jobs", self.store.as_jobs().is_some()),
            ("bulk writes", self.store.as_bulk().is_some()),
            ("search", self.store.as_search().is_some()),
        ] {
            if !is_there {
                return Err(ApiError::Store(what));
            }
        }
        let reset_page = self.reset_page.as_deref();
        if !url::is_web(&self.url) || self.url.contains(['?', '#']) || !reset_page.is_none_or(url::is_web) {
            return Err(ApiError::Url);
        }
        let key = match self.key {
            Some(key) => key,
            None => SecretKey::generate(&*self.entropy)?,
        };
        let listeners = Arc::new(Semaphore::new(self.limits.listeners.min(Semaphore::MAX_PERMITS)));
        let mut read = self.read;
        read.record.rules = Arc::clone(&self.rules);
        Ok(Api(Arc::new(Parts {
            spool: Spool::open(&self.spool).map_err(ApiError::Spool)?,
            rate: Rate::new(&self.limits),
            store: self.store,
            migrator: self.migrator,
            rules: self.rules,
            authoriser: self.authoriser,
            connection: self.connection,
            url: self.url.trim_end_matches('/').to_owned(),
            reset_page: self.reset_page,
            mailer: self.mailer,
            blocks: self.blocks,
            id_tokens: self.id_tokens,
            legacy: self.legacy,
            passwords: self.passwords,
            counter: Counter::default(),
            read,
            limits: self.limits,
            clock: self.clock,
            entropy: self.entropy,
            key,
            submitting: Mutex::new(()),
            work: Notify::new(),
            listeners,
            closing: watch::Sender::new(false),
        })))
    }
}

impl fmt::Debug for ApiBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiBuilder").field("store", &self.store).field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// Why there can be no API.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// There is no randomness.
    #[error("no randomness for a key")]
    Entropy(#[from] EntropyError),
    /// The spool folder cannot be made, or is not for this process to write to.
    #[error("the spool folder cannot be used")]
    Spool(#[source] io::Error),
    /// The store lacks something that the API is made of.
    #[error("the store lacks {0}")]
    Store(&'static str),
    /// An address does not begin with `http://` or `https://`, or holds what an address of this kind cannot.
    #[error("the API's own address, or that of the reset page, is not an address of http or https")]
    Url,
}
