//! The user record: everything that is kept of a person.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{clock::Timestamp, password::PasswordHash};

mod change;
mod credential;
mod mfa;
mod profile;

pub use change::{CredentialChange, NewUser, UserChange};
pub use credential::{Credential, CredentialKind, Delegation};
pub use mfa::MfaFactor;
pub use profile::{LinkedIdentity, Metadata, Profile};

/// The permanent id of a user in a store: the legacy system's id where it is kept, else a time-ordered UUID.
///
/// `Debug` does not show it: legacy systems have used e-mail addresses as ids.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// The id with this text.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserId(..)")
    }
}

/// The name of one legacy system, as the operator configured it: `django`, `ldap-emea`. Not personal.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceName(String);

impl SourceName {
    /// The source with this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for SourceName {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for SourceName {
    fn from(name: String) -> Self {
        Self(name)
    }
}

/// Who a user is at a legacy system: the source, and its permanent id there.
///
/// Unique in a store. It is what stops a person who changed their address here from being migrated a second time
/// under the address that the legacy system still has.
#[derive(Clone, Eq, Hash, PartialEq, Serialize, Deserialize)]
pub struct LegacyKey {
    source: SourceName,
    id: String,
}

impl LegacyKey {
    /// The user whom `source` calls `id`.
    pub fn new(source: impl Into<SourceName>, id: impl Into<String>) -> Self {
        Self { source: source.into(), id: id.into() }
    }

    /// The legacy system.
    pub const fn source(&self) -> &SourceName {
        &self.source
    }

    /// The id there.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Debug for LegacyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LegacyKey({}, ..)", self.source)
    }
}

/// Counts the changes of a row; what [`UserStore::update`](crate::store::UserStore::update) compares.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(u64);

impl Version {
    /// The version of a row just inserted.
    pub const FIRST: Self = Self(1);

    /// The version with this number, as a store kept it.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The version after this one.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// How a user's password came to live in the store.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MovedBy {
    /// Another proof of identity, or a change of identifier, moved the profile; the password may follow.
    Adoption,
    /// A new password, chosen while the old one still lived at the legacy system.
    Change,
    /// A bulk import brought the hash.
    Import,
    /// The first log-in with the legacy password.
    LogIn,
    /// A password set through recovery, before any log-in.
    Recovery,
    /// They signed up here, and live at the legacy system too since it was told of them.
    WriteBack,
}

impl MovedBy {
    /// Every way, in a fixed order.
    pub const ALL: [Self; 6] =
        [Self::Adoption, Self::Change, Self::Import, Self::LogIn, Self::Recovery, Self::WriteBack];

    /// The name as stores and reports write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Adoption => "adoption",
            Self::Change => "change",
            Self::Import => "import",
            Self::LogIn => "log_in",
            Self::Recovery => "recovery",
            Self::WriteBack => "write_back",
        }
    }
}

/// When and how a user moved here from a legacy system.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Moved {
    /// When.
    pub at: Timestamp,
    /// How.
    pub by: MovedBy,
}

impl Moved {
    /// Moved at this time, this way.
    pub const fn new(at: Timestamp, by: MovedBy) -> Self {
        Self { at, by }
    }
}

/// One user, as a store holds them.
///
/// `Debug` shows no identifier, no secret and nothing else of the person.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct User {
    /// Permanent id.
    pub id: UserId,
    /// How often the row was changed, starting at [`Version::FIRST`].
    pub version: Version,
    /// Identifiers, names, metadata, factors.
    pub profile: Profile,
    /// How the user proves themselves.
    pub credential: Credential,
    /// Who they are at the legacy system, if they come from one.
    pub legacy: Option<LegacyKey>,
    /// When and how they moved; `None` for users who signed up here or have only been cached.
    pub moved: Option<Moved>,
    /// When the account was made: at the legacy system, if that is known.
    pub created_at: Timestamp,
    /// When the row was last changed, log-ins aside.
    pub updated_at: Timestamp,
    /// The last log-in.
    pub last_login: Option<Timestamp>,
    /// Number of log-ins, the legacy system's included where it counted them.
    pub login_count: u64,
    /// When the password was last chosen by its owner. A new hash of the same password keeps this.
    pub password_set_at: Option<Timestamp>,
}

impl User {
    /// The row that a new user becomes. For store authors.
    pub fn from_new(new: NewUser) -> Self {
        Self {
            id: new.id,
            version: Version::FIRST,
            profile: new.profile,
            credential: new.credential,
            legacy: new.legacy,
            moved: new.moved,
            created_at: new.created_at,
            updated_at: new.at,
            last_login: new.last_login,
            login_count: new.login_count,
            password_set_at: new.password_set_at,
        }
    }

    /// Applies a change and moves the version on. For store authors: this is the whole meaning of a [`UserChange`].
    pub fn apply(&mut self, change: UserChange) {
        if let Some(profile) = change.profile {
            self.profile = profile;
        }
        if let Some(CredentialChange { credential, password_set_at }) = change.credential {
            self.credential = credential;
            if password_set_at.is_some() {
                self.password_set_at = password_set_at;
            }
        }
        if change.legacy.is_some() {
            self.legacy = change.legacy;
        }
        if change.moved.is_some() {
            self.moved = change.moved;
        }
        self.updated_at = change.at;
        self.version = self.version.next();
    }

    /// Whether the operator barred the account.
    pub const fn is_blocked(&self) -> bool {
        self.profile.blocked
    }

    /// The hash that a log-in is verified against, if the password lives here.
    pub const fn password_hash(&self) -> Option<&PasswordHash> {
        match &self.credential {
            Credential::Hash(hash) => Some(hash),
            _ => None,
        }
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("version", &self.version)
            .field("profile", &self.profile)
            .field("credential", &self.credential)
            .field("legacy", &self.legacy)
            .field("moved", &self.moved)
            .finish_non_exhaustive()
    }
}
