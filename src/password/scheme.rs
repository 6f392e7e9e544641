use std::{fmt, ops::Range, sync::Arc};

use super::{HashError, Limits, Password, PasswordHash, SecretBytes, Strength, Workspace};

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
/// struct ReversedHash(SecretBytes);
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
///     fn fits(&self, _text: &str) -> bool {
///         true
///     }
///
///     fn parse(&self, hash: &PasswordHash, _limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
///         let malformed = |what| HashError::Malformed { scheme: "reversed", what };
///         let text = hash.expose().strip_prefix("reversed$").ok_or(malformed("no prefix"))?;
///         if text.is_empty() {
///             return Err(malformed("empty"));
///         }
///         Ok(Box::new(ReversedHash(text.into())))
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
///     fn digest(&self) -> &[u8] {
///         self.0.expose()
///     }
///
///     fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
///         Ok(password.expose().iter().rev().copied().collect::<Vec<u8>>().into())
///     }
/// }
/// ```
pub trait PasswordScheme: fmt::Debug + Send + Sync + 'static {
    /// The stable name that stores keep and events show: lower case, words joined by `-`.
    fn name(&self) -> &'static str;

    /// The literal beginnings of a hash of this scheme: the longest that fits tells it. An empty text among them stands
    /// for hashes that begin with nothing particular and are told by their shape. None at all: the scheme must be
    /// declared, because its hashes look exactly like those of a commoner one.
    fn prefixes(&self) -> &'static [&'static str];

    /// Whether a text that begins with one of the prefixes has the outward shape of this scheme: lengths, alphabets,
    /// separators. Cheap, and only for telling schemes apart; `true` where the prefix says all. Of a scheme without
    /// prefixes: whether a text has the shape of its hashes.
    fn fits(&self, text: &str) -> bool;

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

    fn fits(&self, text: &str) -> bool {
        (**self).fits(text)
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

    /// What is stored: the digest, or its text.
    ///
    /// It stands in the text of the hash as it is, in hexadecimal, in base64, or within a field of base64, so that
    /// it can be found there.
    fn digest(&self) -> &[u8];

    /// The same of a typed password.
    ///
    /// # Errors
    ///
    /// When the primitive refuses; a scheme whose parser is complete has none.
    fn compute(&self, password: &Password, workspace: &mut Workspace) -> Result<SecretBytes, HashError>;
}

impl dyn ParsedHash {
    /// Whether `password` is the one. The comparison takes the same time wherever the digests differ, and an empty
    /// digest is that of no password.
    ///
    /// # Errors
    ///
    /// When the primitive refuses.
    pub fn verify(&self, password: &Password, workspace: &mut Workspace) -> Result<bool, HashError> {
        let computed = self.compute(password, workspace)?;
        Ok(constant_time_eq(self.digest(), computed.expose()) && !computed.is_empty())
    }
}

/// What verifying a hash takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Cost {
    /// Working memory in bytes: what the pool admits by.
    pub memory_bytes: u64,
    /// How much of it is a [`Workspace`], which the pool keeps. The rest the scheme allocates, and gives back.
    workspace_bytes: u64,
}

impl Cost {
    /// No memory worth counting.
    pub const NEGLIGIBLE: Self = Self::memory(0);

    /// This much memory.
    pub const fn memory(bytes: u64) -> Self {
        Self { memory_bytes: bytes, workspace_bytes: 0 }
    }

    /// This much of a workspace.
    pub(super) const fn workspace(bytes: u64) -> Self {
        Self { memory_bytes: bytes, workspace_bytes: bytes }
    }

    /// What two take that are computed one after the other. Their workspace is one, and is there all the time.
    pub(super) fn then(self, next: Self) -> Self {
        let workspace_bytes = self.workspace_bytes.max(next.workspace_bytes);
        let own_bytes = self.own_bytes().max(next.own_bytes());
        Self { memory_bytes: own_bytes.saturating_add(workspace_bytes), workspace_bytes }
    }

    pub(super) const fn workspace_bytes(self) -> u64 {
        self.workspace_bytes
    }

    /// What the scheme allocates itself.
    pub(super) const fn own_bytes(self) -> u64 {
        self.memory_bytes.saturating_sub(self.workspace_bytes)
    }
}

/// How much of a password a scheme looks at.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum EffectiveInput {
    /// Only this many bytes from the start, whatever the password is: what follows was never proven.
    First(usize),
    /// All places, but several passwords look the same there: seven bits of a byte, letters without their case.
    Folded,
    /// Only these bytes of this very password: up to a NUL, or without the spaces around it.
    Part(Range<usize>),
    /// All of it.
    Whole,
}

impl EffectiveInput {
    /// What is read of a password where C reads it: all before the first NUL.
    #[cfg(any(feature = "bcrypt", feature = "crypt"))]
    pub(super) fn until_nul(password: &Password) -> Self {
        match password.expose().iter().position(|byte| *byte == 0) {
            Some(nul) => Self::Part(0..nul),
            None => Self::Whole,
        }
    }

    /// What HMAC reads of a password that is its key: it fills a short key up with NULs, so that those at a password's
    /// end are not told apart.
    #[cfg(feature = "digest")]
    pub(super) fn of_hmac_key(password: &Password, block_bytes: usize) -> Self {
        match password.expose() {
            bytes @ [.., 0] if bytes.len() <= block_bytes => {
                Self::Part(0..bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1))
            }
            _ => Self::Whole,
        }
    }

    /// Whether nothing at all is read: then the password is the empty one in other bytes.
    pub(super) fn is_nothing(&self) -> bool {
        match self {
            Self::First(bytes) => *bytes == 0,
            Self::Part(range) => range.is_empty(),
            Self::Folded | Self::Whole => false,
        }
    }

    /// Whether `password` holds more than was read and told apart, so that it was not proven whole.
    pub(super) fn falls_short_of(&self, password: &Password) -> bool {
        match self {
            Self::First(bytes) => *bytes < password.len(),
            Self::Folded => true,
            Self::Part(range) => range.len() < password.len(),
            Self::Whole => false,
        }
    }
}

/// Whether two byte strings are the same, in time that depends on their lengths only.
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    subtle::ConstantTimeEq::ct_eq(left, right).into()
}
