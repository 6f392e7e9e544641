//! Passwords, the hashes that are brought here, and the hash that they become.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

#[cfg(feature = "digest")]
mod algorithm;
mod arena;
mod argon2;
mod base64;
#[cfg(feature = "bcrypt")]
mod bcrypt;
mod calibration;
mod context;
#[cfg(feature = "crypt")]
mod crypt;
#[cfg(feature = "digest")]
mod database;
mod dialect;
#[cfg(feature = "digest")]
mod digest;
mod django;
#[cfg(feature = "digest")]
mod dotnet;
#[cfg(feature = "digest")]
mod dovecot;
mod error;
#[cfg(feature = "digest")]
mod expression;
mod field;
mod form;
mod format;
mod hash_format;
#[cfg(feature = "digest")]
mod inner;
#[cfg(feature = "digest")]
mod iterated;
#[cfg(feature = "digest")]
mod java;
#[cfg(feature = "digest")]
mod keyed;
#[cfg(feature = "digest")]
mod ldap;
#[cfg(test)]
mod levels;
mod limits;
#[cfg(feature = "digest")]
mod mdc2;
mod passwords;
#[cfg(feature = "pbkdf2")]
mod pbkdf2;
mod pepper;
#[cfg(feature = "digest")]
mod php;
mod plaintext;
mod policy;
mod pool;
#[cfg(feature = "digest")]
mod prehash;
#[cfg(feature = "digest")]
mod python;
mod scheme;
mod scheme_index;
mod schemes;
#[cfg(feature = "pbkdf2")]
mod scram;
#[cfg(feature = "scrypt")]
mod scrypt;
mod secret_bytes;
mod shelf;
mod strength;
#[cfg(feature = "digest")]
mod tag;
mod truncation;
mod unsupported;
#[cfg(feature = "digest")]
mod utf16;
#[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
pub mod vendor;
mod work;
mod workspace;
mod wrapped;

pub use context::HashContext;
pub use dialect::Dialect;
pub use error::{HashError, PasswordError};
#[cfg(feature = "digest")]
pub use expression::{Declared, Expression, ExpressionError};
pub use form::PasswordForm;
pub use hash_format::HashFormat;
pub use limits::{Argon2Limits, BcryptLimits, DigestLimits, Limits, Pbkdf2Limits, ScryptLimits};
pub use passwords::{Passwords, PasswordsBuilder, Verification};
pub use pepper::{InvalidPepper, Peppers};
pub use plaintext::Plaintext;
pub use policy::{HashPolicy, InvalidPolicy};
pub use pool::{HashingPool, HashingPoolBuilder};
pub use scheme::{Cost, EffectiveInput, ParsedHash, PasswordScheme, constant_time_eq};
pub use schemes::{SchemeConflict, Schemes};
pub use secret_bytes::SecretBytes;
pub use strength::{Argon2Strength, Argon2Variant, Comparison, Strength};
pub use truncation::Truncation;
pub use work::Work;
pub use workspace::Workspace;

/// A password as it was typed.
///
/// Wiped when dropped; cannot be compared, printed or serialised. Any length is accepted here, and refused before any
/// work where it is longer than [`Limits`] allows.
///
/// ```
/// use waystation::Password;
///
/// let password = Password::from("correct horse");
/// assert_eq!(format!("{password:?}"), "Password(..)");
/// ```
#[derive(Clone)]
pub struct Password(Zeroizing<Vec<u8>>);

impl Password {
    /// A password of any bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes that are hashed.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The password as text, if it is UTF-8.
    pub fn expose_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it. An empty password never logs anybody in.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self::from_bytes(text.into_bytes())
    }
}

impl From<&str> for Password {
    fn from(text: &str) -> Self {
        Self::from_bytes(text.as_bytes().to_vec())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// A hash as a store or a legacy table holds it: text, the name of its scheme where that is known, and what else its
/// system keeps for it.
///
/// Holding one says nothing about whether it can be verified; [`Schemes`] decides that. `Debug` shows the scheme only.
///
/// ```
/// use waystation::password::{HashContext, PasswordHash};
///
/// // The text tells its scheme.
/// let bcrypt = PasswordHash::new("$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW");
/// // It does not, and the salt stands in another column.
/// let forum = PasswordHash::declared("mybb", "b0baee9d279d34fa1dfd71aadb908c3f")
///     .with_context(HashContext::default().salt("x7Qa"));
/// ```
#[derive(Clone, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PasswordHash {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scheme: Option<String>,
    text: String,
    // Most hashes have none, and users are moved about often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<Box<HashContext>>,
}

impl PasswordHash {
    /// A hash whose scheme is to be told from its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { scheme: None, text: text.into(), context: None }
    }

    /// A hash of the scheme with this name.
    pub fn declared(scheme: impl Into<String>, text: impl Into<String>) -> Self {
        Self { scheme: Some(scheme.into()), text: text.into(), context: None }
    }

    /// With what its system keeps in other columns.
    pub fn with_context(mut self, context: HashContext) -> Self {
        self.context = if context.is_empty() { None } else { Some(Box::new(context)) };
        self
    }

    /// The name of the scheme, if it was told.
    pub fn scheme(&self) -> Option<&str> {
        self.scheme.as_deref()
    }

    /// What its system keeps in other columns, if anything.
    pub fn context(&self) -> Option<&HashContext> {
        self.context.as_deref()
    }

    /// The text. A secret: whoever has it can try passwords at leisure.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PasswordHash({}, ..)", self.scheme().unwrap_or("unidentified"))
    }
}
