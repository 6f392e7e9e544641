use std::fmt;

use serde::{Deserialize, Serialize};

/// A second factor carried over from a legacy system. Waystation keeps factors and never checks them.
///
/// `Debug` shows the kind only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MfaFactor {
    /// Codes by e-mail to this address.
    Email {
        /// The address.
        value: String,
    },
    /// A factor that this crate does not know, kept as it came: recovery codes, passkeys.
    Other {
        /// What the host calls it.
        kind: String,
        /// The factor.
        value: serde_json::Value,
    },
    /// Codes by text message or call to this number.
    Phone {
        /// The number, E.164.
        value: String,
    },
    /// A time-based code (RFC 6238).
    Totp {
        /// The shared secret in unpadded base32.
        secret: String,
    },
}

impl MfaFactor {
    /// The kind of factor: `email`, `phone`, `totp`, or the host's name for it.
    pub fn kind(&self) -> &str {
        match self {
            Self::Email { .. } => "email",
            Self::Other { kind, .. } => kind,
            Self::Phone { .. } => "phone",
            Self::Totp { .. } => "totp",
        }
    }
}

impl fmt::Debug for MfaFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MfaFactor({}, ..)", self.kind())
    }
}
