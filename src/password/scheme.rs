use std::{fmt, sync::Arc};

use super::{HashError, Limits, Password, PasswordHash, Strength, Workspace};

/// One password-hash format: how to recognise it, read it, bound its cost, and verify.
///
/// Synchronous: the [hashing pool](crate::password) runs it. A scheme *parses* a stored hash once into a
/// [`ParsedHash`] that knows its cost, and every check of parameters happens there, before any memory is taken.
///
/// ```
/// use waystation::password::*;
///
/// /// `reversed$` and the password backwards. Do not use.
/// #[derive(Debug)]
/// struct Reversed;
///
/// #[derive(Debug)]
/// struct ReversedHash(Vec<u8>);
///
/// impl PasswordScheme for Reversed {
///     fn name(&self) -> &'static str {
///         "reversed"
///     }
///
///     fn prefixes(&self) -> &'static [&'static str] {
///         &["reversed$"]
///     }
///
///     fn parse(&self, hash: &PasswordHash, _limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
///         let malformed = |what| HashError::Malformed { scheme: "reversed", what };
///         let text = hash.expose().strip_prefix("reversed$").ok_or(malformed("no prefix"))?;
///         if text.is_empty() {
///             return Err(malformed("empty"));
///         }
///         Ok(Box::new(ReversedHash(text.bytes().rev().collect())))
///     }
/// }
///
/// impl ParsedHash for ReversedHash {
///     fn cost(&self) -> Cost {
///         Cost::NEGLIGIBLE
///     }
///
///     fn strength(&self) -> Strength {
///         Strength::Fast
///     }
///
///     fn effective_input(&self, password: &Password) -> EffectiveInput {
///         EffectiveInput::Whole
///     }
///
///     fn verify(&self, password: &Password, _workspace: &mut Workspace) -> Result<bool, HashError> {
///         Ok(constant_time_eq(password.expose(), &self.0))
///     }
/// }
/// ```
pub trait PasswordScheme: fmt::Debug + Send + Sync + 'static {
    /// The stable name that stores keep and events show: lower case, words joined by `-`.
    fn name(&self) -> &'static str;

    /// The literal beginnings of a hash of this scheme. Dispatch takes the longest that fits; no two schemes of a
    /// registry share one. Empty for schemes that must be declared.
    fn prefixes(&self) -> &'static [&'static str];

    /// Reads a stored hash and checks every parameter against `limits`.
    ///
    /// # Errors
    ///
    /// [`HashError::Malformed`], [`HashError::TooCostly`] or [`HashError::Locked`]. An empty or shortened digest is
    /// malformed.
    fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError>;
}

/// A shared scheme is a scheme.
#[deny(clippy::missing_trait_methods)]
impl<S: PasswordScheme + ?Sized> PasswordScheme for Arc<S> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn prefixes(&self) -> &'static [&'static str] {
        (**self).prefixes()
    }

    fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        (**self).parse(hash, limits)
    }
}

/// A stored hash that was read and found to be within bounds.
pub trait ParsedHash: fmt::Debug + Send + 'static {
    /// What verifying it costs.
    fn cost(&self) -> Cost;

    /// How strong it is, for the decision whether to replace it.
    fn strength(&self) -> Strength;

    /// How much of `password` the scheme looks at.
    fn effective_input(&self, password: &Password) -> EffectiveInput;

    /// Whether `password` is the one. The comparison takes the same time wherever the digests differ.
    ///
    /// # Errors
    ///
    /// When the primitive refuses; a scheme whose parser is complete has none.
    fn verify(&self, password: &Password, workspace: &mut Workspace) -> Result<bool, HashError>;
}

/// What verifying a hash takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Cost {
    /// Working memory in bytes: what the pool admits by.
    pub memory_bytes: u64,
}

impl Cost {
    /// No memory worth counting.
    pub const NEGLIGIBLE: Self = Self::memory(0);

    /// This much memory.
    pub const fn memory(bytes: u64) -> Self {
        Self { memory_bytes: bytes }
    }
}

/// How much of a password a scheme looks at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum EffectiveInput {
    /// Only this many bytes from the start: what follows was never proven.
    Prefix(usize),
    /// All of it.
    Whole,
}

impl EffectiveInput {
    /// What HMAC reads of a password that is its key: it fills a short key up with NULs, so that those at a password's
    /// end are not told apart.
    #[cfg(any(feature = "pbkdf2", feature = "scrypt"))]
    pub(super) fn of_hmac_key(password: &Password, block_bytes: usize) -> Self {
        match password.expose() {
            bytes @ [.., 0] if bytes.len() <= block_bytes => {
                Self::Prefix(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1))
            }
            _ => Self::Whole,
        }
    }
}

/// Whether two byte strings are the same, in time that depends on their lengths only.
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    subtle::ConstantTimeEq::ct_eq(left, right).into()
}
