//! Passwords, the hashes that are brought here, and the hash that they become.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

mod argon2;
#[cfg(feature = "bcrypt")]
mod bcrypt;
#[cfg(feature = "crypt")]
mod des;
#[cfg(feature = "crypt")]
mod des_crypt;
mod django;
mod error;
mod field;
mod limits;
mod passwords;
#[cfg(feature = "pbkdf2")]
mod pbkdf2;
mod policy;
mod pool;
mod scheme;
mod schemes;
#[cfg(feature = "scrypt")]
mod scrypt;
mod shelf;
mod strength;
mod unsupported;
mod work;
mod workspace;

pub use argon2::Argon2;
#[cfg(feature = "bcrypt")]
pub use bcrypt::Bcrypt;
#[cfg(feature = "crypt")]
pub use des_crypt::DesCrypt;
pub use django::DjangoArgon2;
#[cfg(feature = "crypt")]
pub use django::DjangoCrypt;
#[cfg(feature = "digest")]
pub use django::DjangoDigest;
#[cfg(feature = "pbkdf2")]
pub use django::DjangoPbkdf2;
#[cfg(feature = "scrypt")]
pub use django::DjangoScrypt;
#[cfg(feature = "bcrypt")]
pub use django::{DjangoBcrypt, DjangoBcryptSha256};
pub use error::{HashError, PasswordError};
pub use limits::{Argon2Limits, BcryptLimits, Limits, Pbkdf2Limits, ScryptLimits};
pub use passwords::{Passwords, PasswordsBuilder, Verification};
#[cfg(feature = "pbkdf2")]
pub use pbkdf2::Pbkdf2;
pub use policy::{HashPolicy, InvalidPolicy};
pub use pool::{HashingPool, HashingPoolBuilder};
pub use scheme::{Cost, EffectiveInput, ParsedHash, PasswordScheme, constant_time_eq};
pub use schemes::{SchemeConflict, Schemes};
#[cfg(feature = "scrypt")]
pub use scrypt::Scrypt;
pub use strength::{Argon2Strength, Argon2Variant, Comparison, Strength};
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

/// A hash as a store or a legacy table holds it: text, and the name of its scheme where that is known.
///
/// Holding one says nothing about whether it can be verified; [`Schemes`] decides that. `Debug` shows the scheme only.
#[derive(Clone, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PasswordHash {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scheme: Option<String>,
    text: String,
}

impl PasswordHash {
    /// A hash whose scheme is to be told from its prefix.
    pub fn new(text: impl Into<String>) -> Self {
        Self { scheme: None, text: text.into() }
    }

    /// A hash of the scheme with this name.
    pub fn declared(scheme: impl Into<String>, text: impl Into<String>) -> Self {
        Self { scheme: Some(scheme.into()), text: text.into() }
    }

    /// The name of the scheme, if it was told.
    pub fn scheme(&self) -> Option<&str> {
        self.scheme.as_deref()
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
