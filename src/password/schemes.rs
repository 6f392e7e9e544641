use std::{fmt, sync::Arc};

#[cfg(feature = "digest")]
use super::DjangoDigest;
use super::{Argon2, DjangoArgon2, HashError, Limits, ParsedHash, PasswordHash, PasswordScheme, unsupported};
#[cfg(feature = "bcrypt")]
use super::{Bcrypt, DjangoBcrypt, DjangoBcryptSha256};
#[cfg(feature = "crypt")]
use super::{DesCrypt, DjangoCrypt};
#[cfg(feature = "pbkdf2")]
use super::{DjangoPbkdf2, Pbkdf2};
#[cfg(feature = "scrypt")]
use super::{DjangoScrypt, Scrypt};

/// The registry of schemes: which one a stored hash is of.
///
/// A hash that names its scheme is read by that scheme; any other by the scheme with the longest literal prefix that
/// fits. No hash is ever tried with several schemes: that would multiply the cost, show in the time, and let an
/// attacker choose the weaker reading.
///
/// ```
/// use waystation::password::{PasswordHash, Schemes};
///
/// let schemes = Schemes::standard();
/// let stored = PasswordHash::new("argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$yhNAfyYFdZZCH0ht4l+G1A");
/// assert_eq!(schemes.identify(&stored)?.name(), "django-argon2");
/// # Ok::<(), waystation::password::HashError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Schemes(Vec<Arc<dyn PasswordScheme>>);

impl Schemes {
    /// No scheme at all, for a host that lists its own with [`with`](Self::with).
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// Every scheme that the crate's features give.
    pub fn standard() -> Self {
        Self(vec![
            Arc::new(Argon2),
            Arc::new(DjangoArgon2),
            #[cfg(feature = "bcrypt")]
            Arc::new(Bcrypt),
            #[cfg(feature = "bcrypt")]
            Arc::new(DjangoBcrypt),
            #[cfg(feature = "bcrypt")]
            Arc::new(DjangoBcryptSha256),
            #[cfg(feature = "crypt")]
            Arc::new(DesCrypt),
            #[cfg(feature = "crypt")]
            Arc::new(DjangoCrypt),
            #[cfg(feature = "digest")]
            Arc::new(DjangoDigest::MD5),
            #[cfg(feature = "digest")]
            Arc::new(DjangoDigest::SHA1),
            #[cfg(feature = "digest")]
            Arc::new(DjangoDigest::UNSALTED_MD5),
            #[cfg(feature = "digest")]
            Arc::new(DjangoDigest::UNSALTED_SHA1),
            #[cfg(feature = "pbkdf2")]
            Arc::new(Pbkdf2),
            #[cfg(feature = "pbkdf2")]
            Arc::new(DjangoPbkdf2::SHA256),
            #[cfg(feature = "pbkdf2")]
            Arc::new(DjangoPbkdf2::SHA1),
            #[cfg(feature = "scrypt")]
            Arc::new(Scrypt),
            #[cfg(feature = "scrypt")]
            Arc::new(DjangoScrypt),
        ])
    }

    /// With one more.
    ///
    /// # Errors
    ///
    /// When a scheme of that name, or with one of its prefixes, is there already. An empty prefix, and one that starts
    /// like a [locked](HashError::Locked) value, is refused as well.
    pub fn with(mut self, scheme: impl PasswordScheme) -> Result<Self, SchemeConflict> {
        let name = scheme.name();
        if self.named(name).is_some() {
            return Err(SchemeConflict { name, prefix: None });
        }
        let taken =
            |prefix: &&str| is_locked(prefix) || self.0.iter().any(|registered| registered.prefixes().contains(prefix));
        if let Some(prefix) = scheme.prefixes().iter().copied().find(|prefix| taken(prefix)) {
            return Err(SchemeConflict { name, prefix: Some(prefix) });
        }
        self.0.push(Arc::new(scheme));
        Ok(self)
    }

    /// Without the scheme of this name: to make room for another reading of the same prefix, or to refuse a scheme.
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|scheme| scheme.name() != name);
        self
    }

    /// The names of all schemes, in the order in which they were added.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(PasswordScheme::name)
    }

    /// The scheme that a stored hash is of. Says nothing about whether the rest of the text is well formed.
    ///
    /// # Errors
    ///
    /// [`HashError::Locked`] for the values that match no password in Unix, Django and elsewhere, whatever scheme was
    /// declared; [`HashError::UnsupportedScheme`] with the scheme's name where the declaration or the prefix tell it.
    pub fn identify(&self, hash: &PasswordHash) -> Result<&dyn PasswordScheme, HashError> {
        if is_locked(hash.expose()) {
            return Err(HashError::Locked);
        }
        match hash.scheme() {
            Some(name) => self.named(name).ok_or_else(|| HashError::UnsupportedScheme { name: printable(name) }),
            None => self.by_prefix(hash.expose()).ok_or_else(|| HashError::UnsupportedScheme {
                name: unsupported::name_of(hash.expose()).map(str::to_owned),
            }),
        }
    }

    /// Reads a stored hash with the scheme that it is of.
    ///
    /// # Errors
    ///
    /// As [`identify`](Self::identify), and what the scheme's parser finds; [`HashError::TooCostly`] for a text longer
    /// than [`Limits::hash_bytes`].
    pub fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        let scheme = self.identify(hash)?;
        let (asked, limit) = (hash.expose().len() as u64, limits.hash_bytes as u64);
        HashError::bound(scheme.name(), "bytes of text", asked, limit)?;
        scheme.parse(hash, limits)
    }

    fn named(&self, name: &str) -> Option<&dyn PasswordScheme> {
        self.0.iter().find(|scheme| scheme.name() == name).map(AsRef::as_ref)
    }

    fn by_prefix(&self, text: &str) -> Option<&dyn PasswordScheme> {
        let longest_prefix = |scheme: &Arc<dyn PasswordScheme>| {
            scheme.prefixes().iter().filter(|prefix| text.starts_with(**prefix)).map(|prefix| prefix.len()).max()
        };
        let fitting = self.0.iter().filter_map(|scheme| Some((longest_prefix(scheme)?, scheme)));
        fitting.max_by_key(|(length, _)| *length).map(|(_, scheme)| scheme.as_ref())
    }
}

impl Default for Schemes {
    fn default() -> Self {
        Self::standard()
    }
}

/// The values that stand where a hash should and match no password: nothing at all, Unix shadow's `!`, `!!`, `*`, `x`,
/// crypt(3)'s failures `*0` and `*1`, and `!` with anything after it (Django, or a hash locked by `usermod -L`).
fn is_locked(text: &str) -> bool {
    text.starts_with('!') || matches!(text, "" | "*" | "*0" | "*1" | "x")
}

/// A declared name, if it looks like one: whatever else a store holds there is not for an error message.
fn printable(name: &str) -> Option<String> {
    // One less than a hexadecimal MD5, should a caller have mixed up the arguments.
    const MOST: usize = 31;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (!name.is_empty() && name.len() <= MOST && name.bytes().all(plain)).then(|| name.to_owned())
}

/// Two schemes of one registry that could not be told apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SchemeConflict {
    /// The scheme that was to be added.
    pub name: &'static str,
    /// The prefix that is taken; without one, the name is.
    pub prefix: Option<&'static str>,
}

impl fmt::Display for SchemeConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix {
            None => write!(f, "there is a password scheme `{}` already", self.name),
            Some(prefix) => write!(f, "the prefix `{prefix}` of the password scheme `{}` is taken", self.name),
        }
    }
}

impl std::error::Error for SchemeConflict {}
