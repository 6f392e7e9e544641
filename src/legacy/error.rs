use std::{error::Error as StdError, time::Duration};

use crate::password::{HashError, PasswordError};

type Source = Box<dyn StdError + Send + Sync>;

/// Why a legacy system gave no verdict. Says what and where (a table, a column, an attribute), never a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LegacyError {
    /// More than one person there has this identifier: a collision to be resolved before either can move.
    #[error("more than one legacy user has this identifier ({place})")]
    Ambiguous {
        /// Where: the table and column, or the attribute.
        place: String,
    },
    /// Somebody else there has this identifier: the change would make two people one.
    #[error("somebody else has this legacy identifier ({place})")]
    Conflict {
        /// Where: the table and column, or the table and its key.
        place: String,
    },
    /// The user is not there (any more).
    #[error("there is no such legacy user")]
    Gone,
    /// The answer could not be understood.
    #[error("the legacy answer cannot be used: {what} ({place})")]
    Malformed {
        /// What is wrong.
        what: &'static str,
        /// Where: a column, an attribute, a JSON pointer.
        place: String,
        /// Why.
        source: Option<Source>,
    },
    /// The connection is not set up right: no such table, no such column, no permission.
    #[error("the legacy connection is misconfigured: {what}")]
    Misconfigured {
        /// What is wrong.
        what: String,
        /// Why.
        source: Option<Source>,
    },
    /// The password could not be verified for want of room in the pool, or for its length.
    #[error("the password was not verified")]
    Password(#[source] PasswordError),
    /// The system refuses the change.
    #[error("the legacy system refuses: {what}")]
    Refused {
        /// What it refuses.
        what: &'static str,
    },
    /// The system could not be reached, or did not answer in time. The same question may be answered later.
    #[error("the legacy system is unavailable: {what}")]
    Unavailable {
        /// What happened: `deadline passed`, `circuit open`, `connection refused`.
        what: &'static str,
        /// When to try again, if that is known.
        retry_after: Option<Duration>,
        /// Why.
        source: Option<Source>,
    },
    /// The person's hash there cannot be verified.
    #[error("the legacy hash cannot be verified ({place})")]
    UnusableHash {
        /// Where the hash is: the column or attribute.
        place: String,
        /// Why.
        source: HashError,
    },
}

impl LegacyError {
    /// The system cannot be reached now.
    pub const fn unavailable(what: &'static str) -> Self {
        Self::Unavailable { what, retry_after: None, source: None }
    }

    /// The system cannot be reached now, for this reason.
    pub fn unavailable_because(what: &'static str, source: impl Into<Source>) -> Self {
        Self::Unavailable { what, retry_after: None, source: Some(source.into()) }
    }

    /// The system is not to be asked again before this time has passed.
    pub const fn retry_after(what: &'static str, retry_after: Duration) -> Self {
        Self::Unavailable { what, retry_after: Some(retry_after), source: None }
    }

    /// More than one person has the identifier there. `place` is a table and column, or an attribute.
    pub fn ambiguous(place: impl Into<String>) -> Self {
        Self::Ambiguous { place: place.into() }
    }

    /// An answer that cannot be used.
    pub fn malformed(what: &'static str, place: impl Into<String>) -> Self {
        Self::Malformed { what, place: place.into(), source: None }
    }

    /// An answer that cannot be used, for this reason.
    pub fn malformed_because(what: &'static str, place: impl Into<String>, source: impl Into<Source>) -> Self {
        Self::Malformed { what, place: place.into(), source: Some(source.into()) }
    }

    /// A connection that is not set up right.
    pub fn misconfigured(what: impl Into<String>) -> Self {
        Self::Misconfigured { what: what.into(), source: None }
    }

    /// A connection that is not set up right, for this reason.
    pub fn misconfigured_because(what: impl Into<String>, source: impl Into<Source>) -> Self {
        Self::Misconfigured { what: what.into(), source: Some(source.into()) }
    }

    /// Whether the same question may be answered later: an outage, not a fault of the answer or of the set-up.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Password(PasswordError::Overloaded { .. }))
    }

    /// The class of the error, as events show it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Ambiguous { .. } => "ambiguous",
            Self::Conflict { .. } => "conflict",
            Self::Gone => "gone",
            Self::Malformed { .. } => "malformed",
            Self::Misconfigured { .. } => "misconfigured",
            Self::Password(_) => "password",
            Self::Refused { .. } => "refused",
            Self::Unavailable { .. } => "unavailable",
            Self::UnusableHash { .. } => "unusable_hash",
        }
    }
}
