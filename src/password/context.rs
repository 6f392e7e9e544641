use std::fmt;

use serde::{Deserialize, Serialize};

use super::{PasswordForm, SecretBytes};

/// What a hash needs to be verified and its text does not hold, because its system keeps it in other columns.
///
/// Kept with the hash by every store. `Debug` shows what is there, and nothing of it.
///
/// ```
/// use waystation::password::{HashContext, PasswordHash};
///
/// let row = ("5f4dcc3b5aa765d61d8327deb882cf99", "x7Qa"); // columns `password` and `salt`
/// let stored = PasswordHash::declared("vbulletin", row.0).with_context(HashContext::default().salt(row.1));
/// ```
#[derive(Clone, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct HashContext {
    /// The salt: its text as the column holds it, or its bytes where the column is binary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub salt: Option<SecretBytes>,
    /// The name that the system mixes into the hash, exactly as it was when the password was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// A key of the whole system: a pepper, an HMAC key, a signer key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<SecretBytes>,
    /// Rounds, where they stand in a column of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u64>,
    /// The id of the pepper among [`Peppers`](super::Peppers) that is its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pepper: Option<String>,
    /// The form that the password was brought into. Without one, that of its scheme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<PasswordForm>,
    /// The hash is of so many bytes from the start of the password, because no more were ever proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_bytes: Option<usize>,
}

impl HashContext {
    /// With this salt.
    pub fn salt(mut self, salt: impl Into<SecretBytes>) -> Self {
        self.salt = Some(salt.into());
        self
    }

    /// With this user name.
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// With this key. It is stored with every hash that has it: where a system has one key for all, a scheme that
    /// holds the key is the better place.
    pub fn key(mut self, key: impl Into<SecretBytes>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// With this many iterations.
    pub fn iterations(mut self, iterations: u64) -> Self {
        self.iterations = Some(iterations);
        self
    }

    /// With the pepper of this id as its key.
    pub fn pepper(mut self, id: impl Into<String>) -> Self {
        self.pepper = Some(id.into());
        self
    }

    /// With this form of the password.
    pub fn form(mut self, form: PasswordForm) -> Self {
        self.form = Some(form);
        self
    }

    /// Of so many bytes of the password.
    pub fn first_bytes(mut self, bytes: usize) -> Self {
        self.first_bytes = Some(bytes);
        self
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Debug for HashContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashContext")
            .field("salt", &self.salt.is_some())
            .field("username", &self.username.is_some())
            .field("key", &self.key.is_some())
            .field("iterations", &self.iterations)
            .field("pepper", &self.pepper.is_some())
            .field("form", &self.form)
            .field("first_bytes", &self.first_bytes)
            .finish()
    }
}
