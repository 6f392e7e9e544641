//! Why an attempt could not be decided.

use std::{error::Error as StdError, fmt, time::Duration};

use crate::{
    entropy::EntropyError,
    legacy::LegacyError,
    password::{HashError, PasswordError},
    store::StoreError,
};

/// Why an attempt could not be decided. Never a refusal, and never counted as one.
///
/// Says what failed and where, in [`source`](StdError::source) too, and nothing of the person. `{error}` is the class
/// in a few words. `{error:#}` has every cause behind it, and is what an operator needs in a log:
///
/// ```
/// use waystation::{Error, legacy::LegacyError};
///
/// let error = Error::from(LegacyError::misconfigured("there is no table auth_user"));
/// assert_eq!(error.to_string(), "the legacy connection is misconfigured");
/// assert_eq!(format!("{error:#}"), "the legacy connection is misconfigured: there is no table auth_user");
/// ```
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    what: &'static str,
    source: Option<Box<dyn StdError + Send + Sync>>,
    retry_after: Option<Duration>,
}

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The row changed again and again while the attempt ran. Try again.
    Contended,
    /// The migrator, or the connection behind it, is not set up right.
    Misconfigured,
    /// The legacy system answered something that cannot be used: another person, garbage, two people for one name.
    LegacyAnswer,
    /// The legacy system cannot be reached.
    LegacyUnavailable,
    /// More passwords wait to be hashed than the pool's queue holds.
    Overloaded,
    /// A row of the store cannot be read, or the store failed.
    Store,
    /// The store cannot be reached.
    StoreUnavailable,
    /// A stored hash cannot be verified: an unknown scheme, a damaged or absurd one.
    UnusableHash,
}

impl ErrorKind {
    /// The stable name that metrics show.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contended => "contended",
            Self::Misconfigured => "misconfigured",
            Self::LegacyAnswer => "legacy_answer",
            Self::LegacyUnavailable => "legacy_unavailable",
            Self::Overloaded => "overloaded",
            Self::Store => "store",
            Self::StoreUnavailable => "store_unavailable",
            Self::UnusableHash => "unusable_hash",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Error {
    /// The service cannot be asked now, for a reason of the host's own.
    pub fn unavailable(what: &'static str) -> Self {
        Self::new(ErrorKind::LegacyUnavailable, what)
    }

    pub(crate) fn new(kind: ErrorKind, what: &'static str) -> Self {
        Self(Box::new(Inner { kind, what, source: None, retry_after: None }))
    }

    fn because(kind: ErrorKind, what: &'static str, source: impl StdError + Send + Sync + 'static) -> Self {
        Self(Box::new(Inner { kind, what, source: Some(Box::new(source)), retry_after: None }))
    }

    fn retry_after_at_least(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the same attempt may be decided later: answer "try again", not "wrong password".
    pub fn is_unavailable(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Contended | ErrorKind::LegacyUnavailable | ErrorKind::Overloaded | ErrorKind::StoreUnavailable
        )
    }

    /// When to try again, where that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return f.write_str(self.0.what);
        }
        let mut causes = vec![self.0.what.to_owned()];
        let mut cause = self.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // A cause that begins with what it is the cause of says both.
            causes.pop_if(|last| text.starts_with(&**last));
            causes.push(text);
            cause = error.source();
        }
        f.write_str(&causes.join(": "))
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<StoreError> for Error {
    fn from(source: StoreError) -> Self {
        let (kind, what) = if source.is_unavailable() {
            (ErrorKind::StoreUnavailable, "the store is unavailable")
        } else {
            (ErrorKind::Store, "the store failed")
        };
        Self::because(kind, what, source)
    }
}

impl From<LegacyError> for Error {
    fn from(source: LegacyError) -> Self {
        let retry_after = match &source {
            LegacyError::Unavailable { retry_after, .. } => *retry_after,
            LegacyError::Password(PasswordError::Overloaded { retry_after }) => Some(*retry_after),
            _ => None,
        };
        let (kind, what) = match &source {
            LegacyError::Password(PasswordError::Overloaded { .. }) => {
                (ErrorKind::Overloaded, "too many passwords are being hashed")
            }
            LegacyError::Misconfigured { .. } => (ErrorKind::Misconfigured, "the legacy connection is misconfigured"),
            LegacyError::Unavailable { .. } => (ErrorKind::LegacyUnavailable, "the legacy system is unavailable"),
            LegacyError::UnusableHash { .. } => (ErrorKind::UnusableHash, "the legacy hash cannot be verified"),
            _ => (ErrorKind::LegacyAnswer, "the legacy answer cannot be used"),
        };
        Self::because(kind, what, source).retry_after_at_least(retry_after)
    }
}

impl From<PasswordError> for Error {
    fn from(source: PasswordError) -> Self {
        match source {
            PasswordError::Overloaded { retry_after } => {
                Self::because(ErrorKind::Overloaded, "too many passwords are being hashed", source)
                    .retry_after_at_least(Some(retry_after))
            }
            PasswordError::Hash(source) => source.into(),
            source => Self::because(ErrorKind::Misconfigured, "the password could not be hashed", source),
        }
    }
}

impl From<HashError> for Error {
    fn from(source: HashError) -> Self {
        Self::because(ErrorKind::UnusableHash, "the stored hash cannot be verified", source)
    }
}

impl From<EntropyError> for Error {
    fn from(source: EntropyError) -> Self {
        Self::because(ErrorKind::Misconfigured, "no randomness available", source)
    }
}
