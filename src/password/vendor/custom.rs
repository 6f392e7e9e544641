//! The object `custom_password_hash` of Auth0's bulk import, as a scheme: its text is the object's JSON.

mod digests;
mod names;
mod object;

pub use self::object::CustomPasswordHash;
use self::{
    digests::Ldap,
    names::{Algorithm, Position},
};
use super::{
    template::{HmacHash, Part, TemplateHash},
    transcoded::Transcoded,
};
#[cfg(feature = "bcrypt")]
use crate::password::bcrypt::BcryptHash;
#[cfg(feature = "bcrypt")]
use crate::password::bcrypt::JoinedBcrypt;
#[cfg(feature = "pbkdf2")]
use crate::password::pbkdf2::Pbkdf2Hash;
#[cfg(feature = "scrypt")]
use crate::password::scrypt::ScryptHash;
use crate::password::{
    HashError, ParsedHash, SecretBytes,
    algorithm::Algorithm as Digest,
    argon2::Argon2Hash,
    format::{Format, Stored, any_text},
};
#[cfg(feature = "bulk")]
use crate::password::{Limits, PasswordHash};

/// The name of the scheme.
const NAME: &str = "custom-password-hash";

pub(in crate::password) static FORMATS: &[Format] =
    &[Format { name: NAME, prefixes: &["{\"algorithm\":\""], fits: any_text, parse }];

fn parse(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let text = stored.text();
    // JSON may have space around it; a stored hash has not.
    if !text.starts_with('{') || !text.ends_with('}') {
        return Err(stored.malformed("it is no object"));
    }
    let object = text.parse().map_err(|error: super::ImportError| stored.malformed(error.what()))?;
    parsed(stored, &object)
}

/// The hash that an object is, whose text is stored.
fn parsed(stored: &Stored<'_>, object: &CustomPasswordHash) -> Result<Box<dyn ParsedHash>, HashError> {
    let hash = match object.algorithm() {
        Algorithm::Argon2 => Box::new(Argon2Hash::parse(stored.scheme, object.value(), stored.limits)?),
        Algorithm::Bcrypt => bcrypt(stored, object)?,
        Algorithm::Hmac => hmac(stored, object)?,
        Algorithm::Ldap => ldap(stored, object)?,
        Algorithm::Md4 => digest(stored, object, Digest::Md4)?,
        Algorithm::Md5 => digest(stored, object, Digest::Md5)?,
        Algorithm::Pbkdf2 => pbkdf2(stored, object)?,
        Algorithm::Scrypt => scrypt(stored, object)?,
        Algorithm::Sha1 => digest(stored, object, Digest::Sha1)?,
        Algorithm::Sha256 => digest(stored, object, Digest::Sha256)?,
        Algorithm::Sha512 => digest(stored, object, Digest::Sha512)?,
    };
    Ok(Transcoded::boxed(hash, object.password_encoding()))
}

#[cfg(feature = "bulk")]
impl CustomPasswordHash {
    /// The name of the scheme.
    pub(in crate::password) const SCHEME: &'static str = NAME;

    /// What the scheme makes of `hash`, which is made of this object, without reading it again.
    pub(in crate::password) fn parsed(
        &self,
        hash: &PasswordHash,
        limits: &Limits,
    ) -> Result<Box<dyn ParsedHash>, HashError> {
        parsed(&Stored { scheme: NAME, hash, limits }, self)
    }
}

fn digest(stored: &Stored<'_>, object: &CustomPasswordHash, digest: Digest) -> Result<Box<dyn ParsedHash>, HashError> {
    let (before, after) = joined(stored, object)?;
    let parts = vec![Part::Fixed(before), Part::Password, Part::Fixed(after)];
    TemplateHash::boxed(stored, digest, parts, object.decoded_value())
}

fn hmac(stored: &Stored<'_>, object: &CustomPasswordHash) -> Result<Box<dyn ParsedHash>, HashError> {
    let (digest, key) = object.hmac().ok_or(stored.malformed("its digest or key is missing"))?;
    Ok(Box::new(HmacHash::new(stored, digest, key, object.decoded_value())?))
}

fn ldap(stored: &Stored<'_>, object: &CustomPasswordHash) -> Result<Box<dyn ParsedHash>, HashError> {
    let Ldap { algorithm, digest, salt } =
        Ldap::read(object.value()).ok_or(stored.malformed("it is not `{SCHEME}` and base64 of its length"))?;
    TemplateHash::suffixed(stored, algorithm, salt, Some(digest))
}

/// What is hashed before and behind the password.
fn joined(stored: &Stored<'_>, object: &CustomPasswordHash) -> Result<(SecretBytes, SecretBytes), HashError> {
    let Some((salt, position)) = object.salt() else { return Ok(Default::default()) };
    let salt = stored.bounded_salt(salt)?;
    Ok(match position {
        Position::Prefix => (salt, SecretBytes::default()),
        Position::Suffix => (SecretBytes::default(), salt),
    })
}

#[cfg(feature = "bcrypt")]
fn bcrypt(stored: &Stored<'_>, object: &CustomPasswordHash) -> Result<Box<dyn ParsedHash>, HashError> {
    let hash = BcryptHash::parse(stored.scheme, object.value(), stored.limits)?;
    let (before, after) = joined(stored, object)?;
    Ok(Box::new(JoinedBcrypt::new(hash, before, after)))
}

#[cfg(feature = "pbkdf2")]
fn pbkdf2(stored: &Stored<'_>, object: &CustomPasswordHash) -> Result<Box<dyn ParsedHash>, HashError> {
    let read = digests::Pbkdf2::read(object.value());
    let digests::Pbkdf2 { digest, iterations, salt, key } =
        read.ok_or(stored.malformed("it is not `$pbkdf2-<digest>$`, parameters, salt and key"))?;
    Ok(Box::new(Pbkdf2Hash::new(stored, digest, iterations, salt, key)?))
}

#[cfg(feature = "scrypt")]
fn scrypt(stored: &Stored<'_>, object: &CustomPasswordHash) -> Result<Box<dyn ParsedHash>, HashError> {
    let (Some((salt, _)), Some(key)) = (object.salt(), object.decoded_value()) else {
        return Err(stored.malformed("its salt or key is missing"));
    };
    let [n, r, p] = object.scrypt_cost();
    Ok(Box::new(ScryptHash::new(stored, n, r, p, salt, key)?))
}

#[cfg(not(feature = "bcrypt"))]
fn bcrypt(_stored: &Stored<'_>, _object: &CustomPasswordHash) -> Result<Box<dyn ParsedHash>, HashError> {
    Err(HashError::unsupported("bcrypt"))
}

#[cfg(not(feature = "pbkdf2"))]
fn pbkdf2(_stored: &Stored<'_>, _object: &CustomPasswordHash) -> Result<Box<dyn ParsedHash>, HashError> {
    Err(HashError::unsupported("pbkdf2"))
}

#[cfg(not(feature = "scrypt"))]
fn scrypt(_stored: &Stored<'_>, _object: &CustomPasswordHash) -> Result<Box<dyn ParsedHash>, HashError> {
    Err(HashError::unsupported("scrypt"))
}
