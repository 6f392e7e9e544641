//! A scheme as a row of a table: how the families of formats are written down.

use std::fmt;

use super::{HashError, Limits, ParsedHash, PasswordHash, PasswordScheme, SecretBytes};

/// One format of a family.
#[derive(Clone, Copy)]
pub(super) struct Format {
    pub(super) name: &'static str,
    /// See [`PasswordScheme::prefixes`].
    pub(super) prefixes: &'static [&'static str],
    /// See [`PasswordScheme::fits`].
    pub(super) fits: fn(&str) -> bool,
    pub(super) parse: fn(&Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError>,
}

/// For formats that a prefix tells by itself.
pub(super) fn any_text(_text: &str) -> bool {
    true
}

impl PasswordScheme for Format {
    fn name(&self) -> &'static str {
        self.name
    }

    fn prefixes(&self) -> &'static [&'static str] {
        self.prefixes
    }

    fn fits(&self, text: &str) -> bool {
        (self.fits)(text)
    }

    fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        (self.parse)(&Stored { scheme: self.name, hash, limits })
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Format({})", self.name)
    }
}

/// A stored hash on its way through the parser of a format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stored<'a> {
    /// The format's name, for errors.
    pub(super) scheme: &'static str,
    pub(super) hash: &'a PasswordHash,
    pub(super) limits: &'a Limits,
}

#[cfg_attr(
    not(all(feature = "bcrypt", feature = "crypt", feature = "pbkdf2", feature = "scrypt")),
    allow(dead_code, clippy::allow_attributes, reason = "for whatever families there are")
)]
impl<'a> Stored<'a> {
    pub(super) fn text(&self) -> &'a str {
        self.hash.expose()
    }

    /// The text after `prefix`.
    pub(super) fn after(&self, prefix: &str) -> Result<&'a str, HashError> {
        self.text().strip_prefix(prefix).ok_or(self.malformed("it is of another format"))
    }

    pub(super) fn malformed(&self, what: &'static str) -> HashError {
        HashError::malformed(self.scheme, what)
    }

    /// Holds a parameter against its ceiling, before anything is computed with it.
    pub(super) fn bound(&self, bound: &'static str, asked: u64, limit: u64) -> Result<(), HashError> {
        HashError::bound(self.scheme, bound, asked, limit)
    }

    /// The bytes of a digest, if there are exactly `len` of them and not none.
    pub(super) fn digest(&self, digest: Option<SecretBytes>, len: usize) -> Result<SecretBytes, HashError> {
        let of_length = |digest: &SecretBytes| digest.len() == len && len > 0;
        digest.filter(of_length).ok_or(self.malformed("the digest is not of its length or alphabet"))
    }

    /// A salt, if it is not longer than is allowed.
    pub(super) fn bounded_salt(&self, salt: SecretBytes) -> Result<SecretBytes, HashError> {
        self.bound("bytes of salt", salt.len() as u64, self.limits.salt_bytes as u64)?;
        Ok(salt)
    }

    /// The salt from another column.
    pub(super) fn salt(&self) -> Result<SecretBytes, HashError> {
        let salt = self.hash.context().and_then(|context| context.salt.clone());
        self.bounded_salt(salt.ok_or(self.incomplete("salt"))?)
    }

    /// The user name from another column, of no more bytes than a salt may have.
    pub(super) fn username(&self) -> Result<&'a str, HashError> {
        let username = self.hash.context().and_then(|context| context.username.as_deref());
        let username = username.ok_or(self.incomplete("user name"))?;
        self.bound("bytes of user name", username.len() as u64, self.limits.salt_bytes as u64)?;
        Ok(username)
    }

    /// The key of the whole system, of no more bytes than a salt may have.
    pub(super) fn key(&self) -> Result<SecretBytes, HashError> {
        let key = self.hash.context().and_then(|context| context.key.clone()).ok_or(self.incomplete("key"))?;
        self.bound("bytes of key", key.len() as u64, self.limits.salt_bytes as u64)?;
        Ok(key)
    }

    /// The key of the whole system, or nothing where it has none.
    pub(super) fn key_or_none(&self) -> Result<SecretBytes, HashError> {
        match self.key() {
            Err(HashError::Incomplete { .. }) => Ok(SecretBytes::default()),
            key => key,
        }
    }

    /// The iterations from another column.
    pub(super) fn iterations(&self) -> Result<u64, HashError> {
        self.hash.context().and_then(|context| context.iterations).ok_or(self.incomplete("number of iterations"))
    }

    /// The iterations from another column, or those that the system has unless it is told others.
    pub(super) fn iterations_or(&self, default: u64) -> u64 {
        self.hash.context().and_then(|context| context.iterations).unwrap_or(default)
    }

    /// The same on its way, with another text: for a format that is another one in disguise.
    pub(super) fn with_hash<'b>(&self, hash: &'b PasswordHash) -> Stored<'b>
    where
        'a: 'b,
    {
        Stored { scheme: self.scheme, hash, limits: self.limits }
    }

    fn incomplete(&self, missing: &'static str) -> HashError {
        HashError::Incomplete { scheme: self.scheme, missing }
    }
}
