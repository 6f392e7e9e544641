use std::{sync::Arc, time::Duration};

use super::{
    Commands, Mapping, Queries, SqlConnection,
    database::{Settings, Target},
    writer::Writer,
};
#[cfg(any(feature = "mysql", feature = "postgres"))]
use crate::legacy::LegacyError;
use crate::{
    clock::{Clock, SystemClock},
    identifier::{IdentifierRules, StandardRules},
    password::Passwords,
    user::SourceName,
};

/// Most connections for changes: they are rare, and each takes a lock.
const MOST_WRITERS: u32 = 2;

/// Builds an [`SqlConnection`].
#[derive(Debug)]
pub struct SqlConnectionBuilder {
    source: SourceName,
    queries: Queries,
    mapping: Mapping,
    passwords: Arc<Passwords>,
    target: Target,
    /// Where changes are made, if that is another address.
    writer_target: Option<Target>,
    commands: Option<Commands>,
    settings: Settings,
}

impl SqlConnectionBuilder {
    pub(super) fn new(target: Target, queries: Queries, mapping: Mapping, passwords: Arc<Passwords>) -> Self {
        Self {
            source: SourceName::new("sql"),
            queries,
            mapping,
            passwords,
            target,
            writer_target: None,
            commands: None,
            settings: Settings {
                may_write: false,
                connections: 4,
                busy_timeout: Duration::from_secs(1),
                statement_limit: Duration::from_secs(2),
                clock: Arc::new(SystemClock::new()),
                rules: Arc::new(StandardRules::new()),
                rules_are_standard: true,
            },
        }
    }

    /// Names the legacy system. Default `sql`.
    pub fn source(mut self, name: impl Into<SourceName>) -> Self {
        self.source = name.into();
        self
    }

    /// Sets the rules that decide which spellings are one person: those of the service. Default: [`StandardRules`].
    pub fn rules(mut self, rules: Arc<dyn IdentifierRules>) -> Self {
        self.settings.rules = rules;
        self.settings.rules_are_standard = false;
        self
    }

    /// Sets the rules to standard ones with other limits. Looks ASCII spellings up several times as fast as
    /// [`rules`](Self::rules), which cannot know what rules do.
    pub fn standard_rules(mut self, rules: StandardRules) -> Self {
        self.settings.rules = Arc::new(rules);
        self.settings.rules_are_standard = true;
        self
    }

    /// Sets the clock that the statement limit goes by. Default: the system's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.settings.clock = clock;
        self
    }

    /// Sets how many connections may be open; at least one. Default 4. Each to SQLite has a thread.
    pub fn connections(mut self, connections: u32) -> Self {
        self.settings.connections = connections.max(1);
        self
    }

    /// Sets how long to wait while somebody else has a SQLite database locked. Default 1 s.
    pub const fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.settings.busy_timeout = timeout;
        self
    }

    /// Sets how long one statement may run, and how long to wait for a connection to run it. Default 2 s.
    pub const fn statement_limit(mut self, limit: Duration) -> Self {
        self.settings.statement_limit = limit;
        self
    }

    /// Lets the connection change the database by these commands, which makes it a
    /// [`LegacyWriter`](crate::legacy::LegacyWriter). Without this it can only read.
    ///
    /// Changes go over two connections of their own, which are opened by the first. What is read otherwise is read over
    /// the others, by sessions that cannot write.
    pub fn writable(mut self, commands: Commands) -> Self {
        self.commands = Some(commands);
        self
    }

    /// Sets the address at which changes are made, for another user with more rights or for the primary of a replica.
    /// Who is to be changed is looked up there too, so that user needs `SELECT` as well. Default: where it is read.
    ///
    /// # Errors
    ///
    /// When the address cannot be read, or is that of another engine or of a SQLite file.
    #[cfg(any(feature = "mysql", feature = "postgres"))]
    pub fn writable_at(mut self, url: &str) -> Result<Self, LegacyError> {
        self.writer_target = Some(self.target.other(url)?);
        Ok(self)
    }

    /// The connection. Nothing is opened yet: a service may start while its legacy system is down.
    pub fn build(self) -> SqlConnection {
        let writer = self.commands.map(|commands| {
            let connections = self.settings.connections.min(MOST_WRITERS);
            let settings = Settings { connections, may_write: true, ..self.settings.clone() };
            let target = self.writer_target.unwrap_or_else(|| self.target.clone());
            Writer { database: target.database(&settings), commands, clock: Arc::clone(&settings.clock) }
        });
        SqlConnection {
            source: self.source,
            queries: self.queries,
            mapping: self.mapping,
            rules: Arc::clone(&self.settings.rules),
            passwords: self.passwords,
            database: self.target.database(&self.settings),
            writer,
        }
    }
}
