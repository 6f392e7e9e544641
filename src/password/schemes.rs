use std::{
    fmt,
    sync::{Arc, LazyLock},
};

#[cfg(feature = "bulk")]
use super::vendor::CustomPasswordHash;
use super::{
    HashError, Limits, ParsedHash, PasswordHash, PasswordScheme, Peppers, argon2, django,
    format::{Format, Stored},
    scheme_index::SchemeIndex,
    unsupported, wrapped,
};

/// The formats of every family that the crate's features give.
static FAMILIES: &[&[Format]] = &[
    argon2::FORMATS,
    django::FORMATS,
    #[cfg(feature = "bcrypt")]
    super::bcrypt::FORMATS,
    #[cfg(feature = "crypt")]
    super::crypt::FORMATS,
    #[cfg(feature = "digest")]
    super::database::FORMATS,
    #[cfg(feature = "digest")]
    super::digest::FORMATS,
    #[cfg(feature = "digest")]
    super::dotnet::FORMATS,
    #[cfg(feature = "digest")]
    super::dovecot::FORMATS,
    #[cfg(feature = "digest")]
    super::java::FORMATS,
    #[cfg(feature = "pbkdf2")]
    super::java::keycloak::FORMATS,
    #[cfg(feature = "digest")]
    super::java::shiro::FORMATS,
    #[cfg(feature = "digest")]
    super::java::spring::FORMATS,
    #[cfg(feature = "digest")]
    super::expression::FORMATS,
    #[cfg(feature = "digest")]
    super::ldap::FORMATS,
    #[cfg(feature = "pbkdf2")]
    super::pbkdf2::FORMATS,
    #[cfg(feature = "digest")]
    super::python::FORMATS,
    #[cfg(feature = "digest")]
    super::python::flask_security::FORMATS,
    #[cfg(feature = "digest")]
    super::php::FORMATS,
    #[cfg(feature = "scrypt")]
    super::scrypt::FORMATS,
    #[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
    super::vendor::CLERK,
    #[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
    super::vendor::CUSTOM_PASSWORD_HASH,
    #[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
    super::vendor::FIREBASE,
    #[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
    super::vendor::FUSIONAUTH,
    #[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
    super::vendor::JAVASCRIPT,
    #[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
    super::vendor::KRATOS,
    #[cfg(all(feature = "bcrypt", feature = "pbkdf2", feature = "scrypt"))]
    super::vendor::PASSWAP,
    wrapped::FORMATS,
];

static STANDARD: LazyLock<Schemes> = LazyLock::new(|| {
    let formats = FAMILIES.iter().copied().flatten();
    Schemes::of(formats.map(|format| Arc::new(*format) as Arc<dyn PasswordScheme>).collect(), Peppers::none())
});

/// The registry of schemes: which one a stored hash is of.
///
/// A hash that names its scheme is read by that scheme; any other by the scheme with the longest literal prefix that
/// fits. Where several schemes share a spelling, one must be declared ([`HashError::Ambiguous`]). No hash is ever tried
/// with several schemes: that would multiply the cost, show in the time, and let an attacker choose the weaker reading.
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
pub struct Schemes {
    list: Vec<Arc<dyn PasswordScheme>>,
    index: SchemeIndex,
    peppers: Peppers,
}

impl Schemes {
    /// No scheme at all, for a host that lists its own with [`with`](Self::with).
    pub const fn empty() -> Self {
        Self { list: Vec::new(), index: SchemeIndex::empty(), peppers: Peppers::none() }
    }

    /// Every scheme that the crate's features give.
    pub fn standard() -> Self {
        STANDARD.clone()
    }

    fn of(list: Vec<Arc<dyn PasswordScheme>>, peppers: Peppers) -> Self {
        Self { index: SchemeIndex::of(&list), list, peppers }
    }

    /// With one more. Where it shares a prefix with another scheme, hashes that fit both must declare theirs.
    ///
    /// # Errors
    ///
    /// When a scheme of that name is there already; [`without`](Self::without) makes room.
    pub fn with(mut self, scheme: impl PasswordScheme) -> Result<Self, SchemeConflict> {
        let name = scheme.name();
        if self.get(name).is_some() {
            return Err(SchemeConflict { name });
        }
        self.list.push(Arc::new(scheme));
        Ok(Self::of(self.list, self.peppers))
    }

    /// Without the scheme of this name: to make room for another, or to refuse its hashes.
    pub fn without(mut self, name: &str) -> Self {
        self.list.retain(|scheme| scheme.name() != name);
        Self::of(self.list, self.peppers)
    }

    /// Only the schemes of these names, for a service that knows what it holds.
    pub fn only(mut self, names: &[&str]) -> Self {
        self.list.retain(|scheme| names.contains(&scheme.name()));
        Self::of(self.list, self.peppers)
    }

    /// With the peppers that hashes name.
    pub(super) fn with_peppers(self, peppers: Peppers) -> Self {
        Self { peppers, ..self }
    }

    pub(super) fn peppers(&self) -> &Peppers {
        &self.peppers
    }

    /// The scheme of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn PasswordScheme>> {
        self.list.get(self.index.named(name)?)
    }

    /// The names of all schemes, in the order in which they were added.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.list.iter().map(PasswordScheme::name)
    }

    /// The scheme that a stored hash is of. Says nothing about whether the rest of the text is well formed.
    ///
    /// # Errors
    ///
    /// [`HashError::Locked`] for the values that match no password in Unix, Django and elsewhere, whatever scheme was
    /// declared; [`HashError::Ambiguous`] where several schemes are spelled like this and none was declared;
    /// [`HashError::UnsupportedScheme`] with the scheme's name where the declaration or the prefix tell it.
    pub fn identify(&self, hash: &PasswordHash) -> Result<&dyn PasswordScheme, HashError> {
        if is_locked(hash.expose()) {
            return Err(HashError::Locked);
        }
        if let Some(name) = hash.scheme() {
            let scheme = self.get(name).ok_or_else(|| HashError::UnsupportedScheme { name: printable(name) });
            return scheme.map(AsRef::as_ref);
        }
        match self.spelled_like(hash.expose()).as_slice() {
            [] => Err(HashError::UnsupportedScheme { name: unsupported::name_of(hash.expose()).map(str::to_owned) }),
            [scheme] => Ok(*scheme),
            several => Err(HashError::Ambiguous { candidates: several.iter().map(|scheme| scheme.name()).collect() }),
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
        bound(scheme.name(), hash, limits)?;
        let missing = HashError::Incomplete { scheme: scheme.name(), missing: "pepper" };
        let pepper = hash.context().and_then(|context| context.pepper.as_deref());
        let peppered = pepper.map(|id| self.peppers.resolve(hash, id).ok_or(missing)).transpose()?;
        let hash = peppered.as_ref().unwrap_or(hash);
        let parsed = match scheme.name() {
            wrapped::NAME => wrapped::parse(self, &Stored { scheme: wrapped::NAME, hash, limits })?,
            _ => scheme.parse(hash, limits)?,
        };
        with_digest(scheme.name(), parsed)
    }

    /// The same of a hash that was made of this object, whose text need not be read again then.
    #[cfg(feature = "bulk")]
    pub(crate) fn parse_object(
        &self,
        hash: &PasswordHash,
        object: &CustomPasswordHash,
        limits: &Limits,
    ) -> Result<Box<dyn ParsedHash>, HashError> {
        let [ours, own] = [self, &STANDARD].map(|schemes| schemes.get(CustomPasswordHash::SCHEME));
        // A host may have another scheme of this name, or none.
        if !ours.zip(own).is_some_and(|(ours, own)| Arc::ptr_eq(ours, own)) {
            return self.parse(hash, limits);
        }
        bound(CustomPasswordHash::SCHEME, hash, limits)?;
        with_digest(CustomPasswordHash::SCHEME, object.parsed(hash, limits)?)
    }

    /// All schemes whose hashes begin and look like this, of those with the longest prefix.
    fn spelled_like(&self, text: &str) -> Vec<&dyn PasswordScheme> {
        let (mut longest, mut found) = (0, Vec::new());
        for (length, scheme) in self.index.beginning(text) {
            // The longest come first.
            if length < longest && !found.is_empty() {
                break;
            }
            let Some((place, scheme)) = self.list.get(scheme).map(|it| (scheme, it.as_ref())) else { continue };
            if scheme.fits(text) && !found.iter().any(|(other, _)| *other == place) {
                longest = length;
                found.push((place, scheme));
            }
        }
        found.sort_unstable_by_key(|(place, _)| *place);
        found.into_iter().map(|(_, scheme)| scheme).collect()
    }
}

impl Default for Schemes {
    fn default() -> Self {
        Self::standard()
    }
}

fn bound(scheme: &'static str, hash: &PasswordHash, limits: &Limits) -> Result<(), HashError> {
    HashError::bound(scheme, "bytes of text", hash.expose().len() as u64, limits.hash_bytes as u64)
}

/// Every password would match an empty digest. No scheme lets one through; this is the second bolt.
fn with_digest(scheme: &'static str, parsed: Box<dyn ParsedHash>) -> Result<Box<dyn ParsedHash>, HashError> {
    if parsed.digest().is_empty() { Err(HashError::malformed(scheme, "the digest is empty")) } else { Ok(parsed) }
}

/// The values that stand where a hash should and match no password: nothing at all, Unix shadow's `!`, `!!`, `*`, `x`,
/// crypt(3)'s failures `*0` and `*1`, and `!` with anything after it (Django, or a hash locked by `usermod -L`).
pub(super) fn is_locked(text: &str) -> bool {
    text.starts_with('!') || matches!(text, "" | "*" | "*0" | "*1" | "x")
}

/// A declared name, if it looks like one: whatever else a store holds there is not for an error message.
fn printable(name: &str) -> Option<String> {
    // One less than a hexadecimal MD5, should a caller have mixed up the arguments.
    const MOST: usize = 31;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (!name.is_empty() && name.len() <= MOST && name.bytes().all(plain)).then(|| name.to_owned())
}

/// Two schemes of one name in one registry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SchemeConflict {
    /// The name.
    pub name: &'static str,
}

impl fmt::Display for SchemeConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is a password scheme `{}` already", self.name)
    }
}

impl std::error::Error for SchemeConflict {}
