//! The way to a legacy system: what a connection author writes.

use std::{collections::BTreeMap, fmt, sync::Arc};

use async_trait::async_trait;

use crate::{
    identifier::Identifier,
    password::Password,
    user::{LegacyKey, SourceName},
};

mod chain;
mod error;
mod function;
mod guard;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "ldap")]
mod ldap;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
pub mod preset;
mod scripted;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod sql;
mod user;

pub use chain::{Chain, ChainMember};
pub use error::LegacyError;
pub use function::{FunctionAttempt, FunctionConnection};
pub use guard::{Circuit, Guard, GuardState};
#[cfg(feature = "http")]
pub use http::{HttpConnection, HttpConnectionBuilder, PasswordGrant};
#[cfg(feature = "ldap")]
pub use ldap::{
    LdapAccounts, LdapConnection, LdapConnectionBuilder, LdapDate, LdapGroups, LdapMapping, LdapNewUsers, LdapValue,
};
pub use scripted::{Calls, LegacyCall, ScriptedConnection, ScriptedPerson};
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
pub use sql::{Commands, DateFormat, JsonType, Mapping, Queries, Sql, SqlConnection, SqlConnectionBuilder};
pub use user::LegacyUser;

/// One legacy user system.
///
/// Two questions, and a clear line between an answer and no answer: a [`Verdict`] is what the system *says*; that it
/// could not be asked is an error, and never reads as a wrong password.
///
/// Wrap a connection in a [`Guard`] for deadline, retry, circuit breaker and bulkhead, and check it with
/// [`connection_conformance!`](crate::connection_conformance).
///
/// ```
/// use async_trait::async_trait;
/// use waystation::identifier::Identifier;
/// use waystation::legacy::*;
/// use waystation::user::{LegacyKey, Profile};
///
/// /// A legacy system with one user.
/// #[derive(Debug)]
/// struct OnePerson;
///
/// impl OnePerson {
///     fn person(identifier: &Identifier) -> LegacyUser {
///         let mut profile = Profile::default();
///         profile.set_identifier(identifier.clone());
///         LegacyUser::new(LegacyKey::new("one-person", "1"), profile)
///     }
/// }
///
/// #[async_trait]
/// impl LegacyConnection for OnePerson {
///     async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
///         Ok(match self.find(attempt.identifier()).await? {
///             None => Verdict::NotFound,
///             Some(user) if attempt.password().expose() == b"correct horse" => Verdict::Match(Box::new(user)),
///             Some(_) => Verdict::Mismatch,
///         })
///     }
///
///     async fn find(&self, identifier: &Identifier) -> Result<Option<LegacyUser>, LegacyError> {
///         Ok((identifier.normal() == "ada@example.com").then(|| Self::person(identifier)))
///     }
/// }
/// ```
#[async_trait]
pub trait LegacyConnection: fmt::Debug + Send + Sync + 'static {
    /// Asks whether a person's password is right.
    ///
    /// A [`Verdict::Match`] must carry the user whom [`find`](Self::find) finds for the same identifier. An empty
    /// password is never a match. The password must not be kept.
    ///
    /// # Errors
    ///
    /// When the system could not be asked, or its answer could not be understood.
    async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError>;

    /// Looks a person up, without a password.
    ///
    /// # Errors
    ///
    /// When the system could not be asked, when its answer could not be understood, and
    /// [`LegacyError::Ambiguous`] when more than one person has the identifier.
    async fn find(&self, identifier: &Identifier) -> Result<Option<LegacyUser>, LegacyError>;

    /// The system's list of users, if it has one.
    fn as_directory(&self) -> Option<&dyn LegacyDirectory> {
        None
    }

    /// The way to change the system, if there is one.
    fn as_writer(&self) -> Option<&dyn LegacyWriter> {
        None
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<C: LegacyConnection + ?Sized> LegacyConnection for Arc<C> {
    async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        (**self).authenticate(attempt).await
    }

    async fn find(&self, identifier: &Identifier) -> Result<Option<LegacyUser>, LegacyError> {
        (**self).find(identifier).await
    }

    fn as_directory(&self) -> Option<&dyn LegacyDirectory> {
        (**self).as_directory()
    }

    fn as_writer(&self) -> Option<&dyn LegacyWriter> {
        (**self).as_writer()
    }
}

/// The capability to list a legacy system: who is left, and what an import would bring.
#[async_trait]
pub trait LegacyDirectory: fmt::Debug + Send + Sync {
    /// How many users the system has, those who cannot log in included, by the source that their
    /// [keys](LegacyKey::source) name: one, but for a [`Chain`].
    ///
    /// # Errors
    ///
    /// When the system could not be asked.
    async fn count(&self) -> Result<BTreeMap<SourceName, u64>, LegacyError>;

    /// The next users in a stable order, `limit` at most, after the one with the id `after`.
    ///
    /// Walking on from the last id of each page meets every user exactly once. A row that cannot be read is an item
    /// of its own, so that it costs nobody else.
    ///
    /// # Errors
    ///
    /// When the system could not be asked.
    async fn scan(&self, after: Option<&LegacyKey>, limit: usize) -> Result<Vec<DirectoryEntry>, LegacyError>;
}

/// One row of a [`LegacyDirectory`].
#[derive(Debug)]
#[non_exhaustive]
pub struct DirectoryEntry {
    /// Who it is.
    pub key: LegacyKey,
    /// The user, or why the row cannot be used.
    pub user: Result<Box<LegacyUser>, LegacyError>,
}

impl DirectoryEntry {
    /// The row of `key`.
    pub fn new(key: LegacyKey, user: Result<LegacyUser, LegacyError>) -> Self {
        Self { key, user: user.map(Box::new) }
    }
}

/// The capability to change a legacy system, so that it stays true while both systems run.
///
/// Every method is *idempotent*: saying the same thing twice is the same as once, since it may be said again after a
/// failure.
#[async_trait]
pub trait LegacyWriter: fmt::Debug + Send + Sync {
    /// Creates a user with this password and says who they are there.
    ///
    /// The id in `user.key` is the one that they have in the new store. A system that gives no ids itself may take it.
    ///
    /// # Errors
    ///
    /// When the system could not be asked or refuses; [`LegacyError::Conflict`] where it is known that somebody else has
    /// one of the identifiers.
    async fn create(&self, user: &LegacyUser, password: &Password) -> Result<LegacyKey, LegacyError>;

    /// Marks the e-mail address of a user as verified.
    ///
    /// # Errors
    ///
    /// When the system could not be asked or refuses; [`LegacyError::Gone`] if the user is not there.
    async fn verify_email(&self, user: &LegacyKey) -> Result<(), LegacyError>;

    /// Gives a user a new password.
    ///
    /// # Errors
    ///
    /// As [`verify_email`](Self::verify_email).
    async fn change_password(&self, user: &LegacyKey, password: &Password) -> Result<(), LegacyError>;

    /// Gives a user a new e-mail address.
    ///
    /// # Errors
    ///
    /// As [`verify_email`](Self::verify_email); [`LegacyError::Conflict`] where it is known that somebody else has it.
    async fn change_email(&self, user: &LegacyKey, email: &Identifier, verified: bool) -> Result<(), LegacyError>;

    /// Deletes a user. Deleting one who is not there is not an error.
    ///
    /// # Errors
    ///
    /// When the system could not be asked or refuses.
    async fn delete(&self, user: &LegacyKey) -> Result<(), LegacyError>;
}

/// A question to a legacy system: is this the password of that person? `Debug` shows nothing that was typed.
#[derive(Clone)]
pub struct LegacyAttempt<'a> {
    identifier: &'a Identifier,
    password: &'a Password,
    tenant: Option<&'a str>,
    source: Option<&'a SourceName>,
    known_as: Option<&'a LegacyKey>,
    asker: Option<&'a dyn Asker>,
}

/// Whoever put a question and limits how long the legacy system may take over it.
pub(crate) trait Asker: fmt::Debug + Send + Sync {
    /// The legacy system has said all that it is to say.
    fn answered(&self);
}

impl<'a> LegacyAttempt<'a> {
    /// Whether `password` is that of the person with `identifier`.
    pub const fn new(identifier: &'a Identifier, password: &'a Password) -> Self {
        Self { identifier, password, tenant: None, source: None, known_as: None, asker: None }
    }

    /// The person logs in to this tenant.
    pub const fn of_tenant(mut self, tenant: &'a str) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// The stored row says which legacy system knows the password: only that one is to be asked.
    pub const fn at(mut self, source: &'a SourceName) -> Self {
        self.source = Some(source);
        self
    }

    /// The stored row says who the person is there. A connection looks this id up, not the identifier: the person may
    /// have changed their address here.
    pub const fn known_as(mut self, key: &'a LegacyKey) -> Self {
        self.known_as = Some(key);
        self
    }

    /// What the person typed.
    pub const fn identifier(&self) -> &'a Identifier {
        self.identifier
    }

    /// The password that the person typed.
    pub const fn password(&self) -> &'a Password {
        self.password
    }

    /// The tenant that the person logs in to, as [`LogIn::tenant`](crate::migrator::LogIn::tenant) names it.
    pub const fn tenant(&self) -> Option<&'a str> {
        self.tenant
    }

    /// The one legacy system to ask, if that is known.
    pub const fn source(&self) -> Option<&'a SourceName> {
        self.source
    }

    /// Who the person is at the legacy system, if that is known.
    pub const fn legacy_key(&self) -> Option<&'a LegacyKey> {
        self.known_as
    }

    /// The person's id at `here`, the system that is being asked, if it is known.
    ///
    /// For connection authors: look this id up where there is one, else the identifier.
    ///
    /// # Errors
    ///
    /// [`LegacyError::Misconfigured`] when the attempt is meant for another system. A wrong turn is never a verdict:
    /// `NotFound` would refuse somebody whose password nobody looked at.
    pub fn id_at(&self, here: &SourceName) -> Result<Option<&'a str>, LegacyError> {
        let elsewhere = self.known_as.map(LegacyKey::source).or(self.source).filter(|source| *source != here);
        match elsewhere {
            Some(source) => Err(LegacyError::misconfigured(format!("{here} was asked about a user of {source}"))),
            None => Ok(self.known_as.map(LegacyKey::id)),
        }
    }

    /// Says that the legacy system has answered, and what follows is this machine's own work.
    ///
    /// For connections that read a hash and verify it here: call it between the two. A [`Guard`] then gives the place
    /// in its bulkhead back and stops its clock, so that a queue before the hashing pool is never taken for an outage
    /// of the legacy system. Nothing more is to be asked of the system after it; and where there is no such person it
    /// is not called, since others may then be asked under the same guard.
    pub fn answered(&self) {
        if let Some(asker) = self.asker {
            asker.answered();
        }
    }

    pub(crate) const fn asker(&self) -> Option<&'a dyn Asker> {
        self.asker
    }

    /// The same question, put by somebody who wants to know when it has been [answered](Self::answered).
    pub(crate) const fn asked_by(mut self, asker: &'a dyn Asker) -> Self {
        self.asker = Some(asker);
        self
    }
}

impl fmt::Debug for LegacyAttempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LegacyAttempt")
            .field("identifier", &self.identifier)
            .field("source", &self.source)
            .field("legacy_key", &self.known_as)
            .finish_non_exhaustive()
    }
}

/// What a legacy system says of a password.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub enum Verdict {
    /// The account may not log in: locked, disabled, expired.
    Blocked,
    /// The password is right; here is who they are.
    Match(Box<LegacyUser>),
    /// The password is right and must be changed: expired, or too weak.
    MatchMustChange(Box<LegacyUser>),
    /// The password is wrong.
    Mismatch,
    /// There is no such person.
    NotFound,
}

impl Verdict {
    /// The name that events show: `match`, `mismatch` and so on.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Match(_) => "match",
            Self::MatchMustChange(_) => "match_must_change",
            Self::Mismatch => "mismatch",
            Self::NotFound => "not_found",
        }
    }
}
