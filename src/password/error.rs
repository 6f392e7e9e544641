use std::time::Duration;

use crate::entropy::EntropyError;

/// Why a stored hash cannot be verified. None of these means "wrong password", and none holds any of the hash.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HashError {
    /// Several schemes are spelled like this: declare the one that it is of, by
    /// [`PasswordHash::declared`](super::PasswordHash::declared) or by a [`Dialect`](super::Dialect).
    #[error("the hash may be {}: declare which", candidates.join(" or "))]
    Ambiguous {
        /// The names of the schemes.
        candidates: Vec<&'static str>,
    },
    /// Its system keeps a part of it in another column, which is not in its
    /// [`HashContext`](super::HashContext).
    #[error("the {scheme} hash comes without its {missing}")]
    Incomplete {
        /// The scheme.
        scheme: &'static str,
        /// What is missing, such as `salt`.
        missing: &'static str,
    },
    /// The account has no usable password: `!`, `*`, `x`, nothing at all, or what its system writes for that.
    #[error("the account is locked: its hash matches no password")]
    Locked,
    /// Of a known scheme, but not well formed.
    #[error("malformed {scheme} hash: {what}")]
    Malformed {
        /// The scheme.
        scheme: &'static str,
        /// What is wrong, such as `salt is not base64`.
        what: &'static str,
    },
    /// Verifying it would cost more than [`Limits`](super::Limits) allow.
    #[error("{scheme} hash asks for {asked} {bound}, the limit is {limit}")]
    TooCostly {
        /// The scheme.
        scheme: &'static str,
        /// The bound that was hit, such as `KiB of memory`.
        bound: &'static str,
        /// What the hash asks for.
        asked: u64,
        /// What is allowed.
        limit: u64,
    },
    /// Of a scheme that is not registered, or of none that is known.
    #[error("unsupported password scheme{}{}", if name.is_some() { " " } else { "" }, name.as_deref().unwrap_or(""))]
    UnsupportedScheme {
        /// The scheme's name, if the prefix or the declaration told it.
        name: Option<String>,
    },
}

impl HashError {
    /// A hash of `scheme` that is not well formed. `what` is read after "malformed … hash:".
    pub const fn malformed(scheme: &'static str, what: &'static str) -> Self {
        Self::Malformed { scheme, what }
    }

    /// Holds a parameter against its ceiling.
    ///
    /// # Errors
    ///
    /// [`HashError::TooCostly`] when `asked` is above `limit`. `bound` names the unit, such as `KiB of memory`.
    pub const fn bound(scheme: &'static str, bound: &'static str, asked: u64, limit: u64) -> Result<(), Self> {
        if asked > limit { Err(Self::TooCostly { scheme, bound, asked, limit }) } else { Ok(()) }
    }

    /// A hash of a known scheme that is not registered.
    #[cfg(feature = "digest")]
    pub(super) fn unsupported(name: &str) -> Self {
        Self::UnsupportedScheme { name: Some(name.to_owned()) }
    }
}

/// Why a password was neither verified nor hashed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// No randomness for a salt.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The stored hash cannot be verified.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// A known password does not open its hash.
    #[error("a known password does not open its hash: its scheme, salt, key, pepper or form is another than declared")]
    NotProven,
    /// The queue before the hashing pool is full.
    #[error("too many passwords are being hashed; try again in {retry_after:?}")]
    Overloaded {
        /// When there is likely to be room.
        retry_after: Duration,
    },
    /// Longer than [`Limits::password_bytes`](super::Limits::password_bytes). No work was done.
    #[error("the password is longer than {max} bytes")]
    TooLong {
        /// The limit.
        max: usize,
    },
    /// The hash was lost: its computation panicked, or the pool was shut down.
    #[error("the hashing pool gave no answer")]
    Stopped,
    /// The system gave the hashing pool no thread.
    #[error("no thread for the hashing pool: {0}")]
    Thread(std::io::ErrorKind),
    /// The scheme has no hash of this password: it is too long for it, or the scheme reads nothing of it.
    #[error("there is no {scheme} hash of the password")]
    Unhashable {
        /// The scheme.
        scheme: &'static str,
    },
    /// A hash that [`Passwords::wrap`](super::Passwords::wrap) cannot take apart, or has no reason to.
    #[error("the hash cannot be wrapped")]
    Unwrappable,
}
