use std::fmt;

use serde::{Deserialize, Serialize};

use super::SourceName;
use crate::password::PasswordHash;

/// How a stored user proves themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Credential {
    /// The password still lives at a legacy system: the row is *flagged*.
    Delegated(Delegation),
    /// The password lives here. The legacy system is never asked again.
    Hash(PasswordHash),
    /// No password, and none wanted: the person comes in another way.
    None,
    /// A password must be set through recovery before the person can log in with one.
    PendingPassword,
}

impl Credential {
    /// Which of the four it is.
    pub const fn kind(&self) -> CredentialKind {
        match self {
            Self::Delegated(_) => CredentialKind::Delegated,
            Self::Hash(_) => CredentialKind::Hash,
            Self::None => CredentialKind::None,
            Self::PendingPassword => CredentialKind::PendingPassword,
        }
    }
}

/// The kinds of [`Credential`], for counting and filtering.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CredentialKind {
    /// [`Credential::Delegated`].
    Delegated,
    /// [`Credential::Hash`].
    Hash,
    /// [`Credential::None`].
    None,
    /// [`Credential::PendingPassword`].
    PendingPassword,
}

impl CredentialKind {
    /// Every kind, in a fixed order.
    pub const ALL: [Self; 4] = [Self::Delegated, Self::Hash, Self::None, Self::PendingPassword];

    /// The name as stores and reports write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delegated => "delegated",
            Self::Hash => "hash",
            Self::None => "none",
            Self::PendingPassword => "pending_password",
        }
    }
}

impl fmt::Display for CredentialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whom to ask about the password of a flagged row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Delegation {
    /// The legacy system that knows the password.
    pub source: SourceName,
    /// In the phase `Shadow`, the hash that the row would have if it had moved: compared, and never decided by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shadow: Option<PasswordHash>,
}

impl Delegation {
    /// The password lives at `source`.
    pub fn to(source: impl Into<SourceName>) -> Self {
        Self { source: source.into(), shadow: None }
    }

    /// The same, with a hash to compare.
    pub fn shadow(mut self, hash: PasswordHash) -> Self {
        self.shadow = Some(hash);
        self
    }
}
