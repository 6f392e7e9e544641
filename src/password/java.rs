//! The formats of Java's systems, one file a system.

#[cfg(feature = "pbkdf2")]
pub(super) mod keycloak;
#[cfg(feature = "scrypt")]
mod scrypt;
pub(super) mod shiro;
pub(super) mod spring;

use super::format::Format;
#[cfg(any(feature = "pbkdf2", feature = "scrypt"))]
use super::{
    HashError, ParsedHash,
    format::{Stored, any_text},
};
#[cfg(feature = "pbkdf2")]
use super::{algorithm::Algorithm, field, pbkdf2::Pbkdf2Hash};

pub(super) static FORMATS: &[Format] = &[
    // Jira, Confluence, Crowd: the base64 of 16 bytes of salt and 32 of PBKDF2-HMAC-SHA-1 at 10,000 iterations.
    #[cfg(feature = "pbkdf2")]
    Format { name: "pbkdf2-atlassian", prefixes: &["{PKCS5S2}"], fits: any_text, parse: atlassian },
    // `SCryptUtil` of the library `com.lambdaworks:scrypt`: `$s0$e0801$<salt>$<key>`.
    #[cfg(feature = "scrypt")]
    Format { name: "lambdaworks-scrypt", prefixes: &["$s0$"], fits: any_text, parse: lambdaworks },
];

#[cfg(feature = "pbkdf2")]
fn atlassian(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let bytes = stored.digest(field::padded_base64(stored.after("{PKCS5S2}")?), 48)?;
    let (salt, key) = bytes.expose().split_at_checked(16).ok_or(stored.malformed("it has no salt"))?;
    Ok(Box::new(Pbkdf2Hash::new(stored, Algorithm::Sha1, 10_000, salt.into(), key.into())?))
}

#[cfg(feature = "scrypt")]
fn lambdaworks(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    scrypt::parse(stored, stored.after("$s0")?)
}
