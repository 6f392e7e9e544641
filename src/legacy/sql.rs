#[cfg(feature = "sqlite")]
use std::path::PathBuf;
use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;

use super::{
    DirectoryEntry, LegacyAttempt, LegacyConnection, LegacyDirectory, LegacyError, LegacyUser, LegacyWriter, Verdict,
};
use crate::{
    identifier::{Identifier, IdentifierKind, IdentifierRules},
    password::{HashError, PasswordError, Passwords, Verification},
    user::{LegacyKey, SourceName},
};

mod builder;
mod commands;
mod database;
mod date;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod lease;
mod mapping;
#[cfg(feature = "mysql")]
mod mysql;
mod placeholders;
#[cfg(feature = "postgres")]
mod postgres;
mod query;
mod row;
#[cfg(feature = "sqlite")]
mod sqlite;
mod values;
mod writer;

pub use builder::SqlConnectionBuilder;
pub use commands::Commands;
pub use date::DateFormat;
pub use mapping::Mapping;
pub use query::{Queries, Sql};
pub use row::JsonType;

use database::{Database, Question, Reading, Second, Target};
use row::Row;
use writer::Writer;

/// Most rows that a look-up may return. What is not the person asked for among them is passed over.
const MAX_CANDIDATES: usize = 16;

/// A legacy system whose users and password hashes are in a database that this service may read, and change if it is
/// made [`writable`](SqlConnectionBuilder::writable).
///
/// One statement a look-up, over a small pool of read-only connections; hashes are verified here, by the [`Passwords`]
/// that the service uses anyway. No connection is held meanwhile.
///
/// ```no_run
/// # #[cfg(feature = "sqlite")]
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
/// use waystation::legacy::{DateFormat, Mapping, Queries, SqlConnection};
/// use waystation::password::Passwords;
///
/// let passwords = Arc::new(Passwords::builder().build()?);
/// let queries = Queries::new()
///     .by_email("SELECT * FROM members WHERE email = ?1 COLLATE waystation_email")
///     .by_id("SELECT * FROM members WHERE id = ?1")
///     .directory(
///         "SELECT * FROM members ORDER BY id LIMIT ?2",
///         "SELECT * FROM members WHERE id > ?1 ORDER BY id LIMIT ?2",
///         "SELECT count(*) FROM members",
///     );
/// let mapping = Mapping::new("members", "id")
///     .email("email")
///     .name("full_name")
///     .password("password_hash")
///     .active("enabled")
///     .created_at("created", DateFormat::UnixSeconds);
/// let legacy = SqlConnection::sqlite("/srv/forum/forum.db", queries, mapping, passwords).source("forum").build();
/// legacy.check().await?;
/// # Ok(())
/// # }
/// ```
///
/// | the row | the verdict |
/// |---|---|
/// | is not there | `NotFound`; no hash is computed, since whoever asks evens the time out |
/// | is there twice | [`LegacyError::Ambiguous`] |
/// | has another password, or none that can be used (`!`, empty, NULL) | `Mismatch` |
/// | is blocked and the password is right | `Blocked` |
/// | has a hash that cannot be verified: unknown, malformed, too costly | [`LegacyError::UnusableHash`] |
/// | has something else that cannot be read | [`LegacyError::Malformed`], and only for the right password |
///
/// A database that is missing, down, locked or unreadable is [`LegacyError::Unavailable`], and used again once it is
/// back. A missing table, column or right, or a file that is no database, is [`LegacyError::Misconfigured`].
///
/// **PostgreSQL, MySQL and MariaDB.** Give the connection a user that may `SELECT` and nothing else. Whatever its rights,
/// its transactions are read-only, a statement is ended by the server after the limit, dates are of UTC, and no setting
/// of the server, the database or the user changes what a query means; in MySQL, names may stand in double quotes, `||`
/// joins texts, and a backslash is one. When a caller is gone, its connection is closed, and the server ends the
/// statement by the limit at the latest.
///
/// To any machine but this one, a connection is encrypted and the server's certificate is checked, by the system's
/// roots and by name. The address can say otherwise, in the driver's words: `?sslmode=require` or
/// `?ssl-mode=REQUIRED` takes any certificate, `disable` or `DISABLED` no TLS, and `sslrootcert` or `ssl-ca` names a
/// file of roots. MySQL's `caching_sha2_password` needs TLS.
///
/// **SQLite.** Opened with `mode=ro` and `query_only`. A statement is interrupted after its time limit, or when the
/// caller is gone; waiting for a lock is bounded by the busy timeout. A database in WAL mode needs its `-wal` and
/// `-shm` files readable, and writable if no other process has it open.
#[derive(Debug)]
pub struct SqlConnection {
    source: SourceName,
    database: Database,
    queries: Queries,
    mapping: Mapping,
    rules: Arc<dyn IdentifierRules>,
    passwords: Arc<Passwords>,
    writer: Option<Writer>,
}

impl SqlConnection {
    /// The name that its users are known by in the store.
    pub const fn source(&self) -> &SourceName {
        &self.source
    }

    /// A connection to the SQLite database at `path`. Nothing is opened before the first question.
    #[cfg(feature = "sqlite")]
    pub fn sqlite(
        path: impl Into<PathBuf>,
        queries: Queries,
        mapping: Mapping,
        passwords: Arc<Passwords>,
    ) -> SqlConnectionBuilder {
        SqlConnectionBuilder::new(Target::Sqlite(path.into()), queries, mapping, passwords)
    }

    /// A connection to a PostgreSQL database: `postgres://user:password@host/database`. Nothing is opened before the
    /// first question.
    ///
    /// ```no_run
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::sync::Arc;
    /// use waystation::legacy::{DateFormat, Mapping, Queries, SqlConnection};
    /// use waystation::password::Passwords;
    ///
    /// let passwords = Arc::new(Passwords::builder().build()?);
    /// let queries = Queries::new()
    ///     .by_email("SELECT * FROM members WHERE lower(email) IN (?1, lower(?2))")
    ///     .by_id("SELECT * FROM members WHERE id = ?1");
    /// let mapping = Mapping::new("members", "id").email("email").password("password_hash");
    /// let url = "postgres://reader:secret@db.example.com/forum";
    /// let legacy = SqlConnection::postgres(url, queries, mapping, passwords)?.source("forum").build();
    /// # let _ = legacy;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the address cannot be read.
    #[cfg(feature = "postgres")]
    pub fn postgres(
        url: &str,
        queries: Queries,
        mapping: Mapping,
        passwords: Arc<Passwords>,
    ) -> Result<SqlConnectionBuilder, LegacyError> {
        let target = Target::Postgres(Box::new(postgres::options(url)?));
        Ok(SqlConnectionBuilder::new(target, queries, mapping, passwords))
    }

    /// A connection to a MySQL or MariaDB database: `mysql://user:password@host/database`. Nothing is opened before the
    /// first question.
    ///
    /// ```no_run
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::sync::Arc;
    /// use waystation::legacy::{Mapping, Queries, SqlConnection};
    /// use waystation::password::Passwords;
    ///
    /// let passwords = Arc::new(Passwords::builder().build()?);
    /// let queries = Queries::new()
    ///     .by_username("SELECT * FROM members WHERE login IN (?1, ?2)")
    ///     .by_id("SELECT * FROM members WHERE id = ?1");
    /// let mapping = Mapping::new("members", "id").username("login").password("pass").blocked("banned");
    /// let legacy = SqlConnection::mysql("mysql://reader:secret@localhost/shop", queries, mapping, passwords)?.build();
    /// # let _ = legacy;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the address cannot be read.
    #[cfg(feature = "mysql")]
    pub fn mysql(
        url: &str,
        queries: Queries,
        mapping: Mapping,
        passwords: Arc<Passwords>,
    ) -> Result<SqlConnectionBuilder, LegacyError> {
        let target = Target::MySql(Box::new(mysql::options(url)?));
        Ok(SqlConnectionBuilder::new(target, queries, mapping, passwords))
    }

    /// Asks every question once, about nobody, and prepares every command: whether the database is there, and has the tables and columns that the
    /// queries and commands name. For a service's start, so that a wrong set-up shows before the first person logs in.
    ///
    /// # Errors
    ///
    /// The first that a log-in would meet.
    pub async fn check(&self) -> Result<(), LegacyError> {
        let look_ups = IdentifierKind::ALL.into_iter().filter_map(|kind| self.queries.by(kind));
        for sql in look_ups.chain(&self.queries.by_id) {
            let nobody = Question { sql, first: Some(""), second: Second::Text("") };
            self.database.read(nobody, |_| Ok(Reading::Enough)).await?;
        }
        if self.queries.has_directory() {
            self.count().await?;
            // One row shows whether the columns that the mapping names are there.
            for entry in self.scan(None, 1).await? {
                if let Err(error @ LegacyError::Misconfigured { .. }) = entry.user {
                    return Err(error);
                }
            }
        }
        match &self.writer {
            Some(writer) => self.check_writer(writer).await,
            None => Ok(()),
        }
    }

    /// The row that an attempt is about.
    async fn row_for(&self, attempt: &LegacyAttempt<'_>) -> Result<Option<Row>, LegacyError> {
        match attempt.id_at(&self.source)? {
            Some(id) => self.row_by_id(&self.database, id).await,
            None => self.row_of(&self.database, attempt.identifier()).await,
        }
    }

    async fn row_by_id(&self, database: &Database, id: &str) -> Result<Option<Row>, LegacyError> {
        let Some(sql) = &self.queries.by_id else {
            return Err(LegacyError::misconfigured(format!("no query looks users of {} up by id", self.source)));
        };
        // Databases convert: `007` is the same as `7` to a column of numbers, and is not to us.
        let is_wanted = |row: &Row| Ok(self.mapping.key(self.reader(row), &self.source)?.id() == id);
        let question = Question { sql, first: Some(id), second: Second::None };
        self.only_row(database, question, self.mapping.place_of_id(), is_wanted).await
    }

    async fn row_of(&self, database: &Database, identifier: &Identifier) -> Result<Option<Row>, LegacyError> {
        let Some(sql) = self.queries.by(identifier.kind()) else { return Ok(None) };
        let second = Second::Text(identifier.original());
        let question = Question { sql, first: Some(identifier.normal()), second };
        let is_wanted = |row: &Row| self.mapping.has(self.reader(row), identifier, &*self.rules);
        self.only_row(database, question, self.mapping.place_of(identifier.kind()), is_wanted).await
    }

    /// The one row among the candidates that is wanted. Reading stops at the second.
    async fn only_row(
        &self,
        database: &Database,
        question: Question<'_>,
        place: String,
        is_wanted: impl Fn(&Row) -> Result<bool, LegacyError> + Send + Sync,
    ) -> Result<Option<Row>, LegacyError> {
        let mut found = Vec::with_capacity(2);
        let mut candidates = 0;
        let take = |row: Row| {
            candidates += 1;
            if is_wanted(&row)? {
                found.push(row);
            }
            let enough = found.len() > 1 || candidates > MAX_CANDIDATES;
            Ok(if enough { Reading::Enough } else { Reading::More })
        };
        database.read(question, take).await?;
        match found.pop() {
            Some(_) if !found.is_empty() => Err(LegacyError::Ambiguous { place }),
            _ if candidates > MAX_CANDIDATES => {
                Err(LegacyError::misconfigured(format!("the look-up by {place} returns too many other people")))
            }
            only => Ok(only),
        }
    }

    fn reader<'r>(&'r self, row: &'r Row) -> row::Reader<'r> {
        row.of(self.mapping.table())
    }

    fn user(&self, row: &Row) -> Result<LegacyUser, LegacyError> {
        self.mapping.user(self.reader(row), &self.source, &*self.rules)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl LegacyConnection for SqlConnection {
    async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        let row = self.row_for(attempt).await?;
        let Some(row) = row else { return Ok(Verdict::NotFound) };
        // From here on the time is spent on our own pool.
        attempt.answered();

        let hash = self.mapping.password_hash(self.reader(&row))?;
        let truncated = match self.passwords.verify_for_connection(attempt.password(), &hash).await {
            Ok(Verification::Match { truncated, .. }) => truncated,
            Ok(_) | Err(PasswordError::Hash(HashError::Locked)) => return Ok(Verdict::Mismatch),
            Err(PasswordError::Hash(source)) => {
                return Err(LegacyError::UnusableHash { place: self.mapping.place_of_password(), source });
            }
            Err(error) => return Err(LegacyError::Password(error)),
        };

        let mut user = Box::new(self.user(&row)?);
        user.truncated = truncated;
        Ok(if user.profile.blocked {
            Verdict::Blocked
        } else if self.mapping.must_change(self.reader(&row))? {
            Verdict::MatchMustChange(user)
        } else {
            Verdict::Match(user)
        })
    }

    async fn find(&self, identifier: &Identifier) -> Result<Option<LegacyUser>, LegacyError> {
        self.row_of(&self.database, identifier).await?.map(|row| self.user(&row)).transpose()
    }

    fn as_directory(&self) -> Option<&dyn LegacyDirectory> {
        self.queries.has_directory().then_some(self)
    }

    fn as_writer(&self) -> Option<&dyn LegacyWriter> {
        self.writer.is_some().then_some(self)
    }
}

#[async_trait]
impl LegacyDirectory for SqlConnection {
    async fn count(&self) -> Result<BTreeMap<SourceName, u64>, LegacyError> {
        let sql = self.queries.count.as_ref().ok_or_else(no_directory)?;
        let mut count = None;
        let take = |row: Row| {
            count = row.only_number();
            Ok(Reading::Enough)
        };
        self.database.read(Question { sql, first: None, second: Second::None }, take).await?;
        let users = count.ok_or_else(|| LegacyError::misconfigured("the counting query does not return one number"))?;
        Ok(BTreeMap::from([(self.source.clone(), users)]))
    }

    async fn scan(&self, after: Option<&LegacyKey>, limit: usize) -> Result<Vec<DirectoryEntry>, LegacyError> {
        let page = if after.is_some() { &self.queries.next_page } else { &self.queries.first_page };
        let sql = page.as_ref().ok_or_else(no_directory)?;
        let mut entries = Vec::new();
        let take = |row: Row| {
            // Without an id there is no going on from the row, so that one fails the page.
            entries.push(DirectoryEntry::new(self.mapping.key(self.reader(&row), &self.source)?, self.user(&row)));
            Ok(if entries.len() < limit { Reading::More } else { Reading::Enough })
        };
        if limit > 0 {
            let second = Second::Limit(i64::try_from(limit).unwrap_or(i64::MAX));
            self.database.read(Question { sql, first: after.map(LegacyKey::id), second }, take).await?;
        }
        Ok(entries)
    }
}

fn no_directory() -> LegacyError {
    LegacyError::misconfigured("the connection has no queries that list users")
}
