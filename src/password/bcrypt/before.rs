//! What applications make of a password before bcrypt hashes it, because that reads 72 bytes and no NUL.

use std::ops::Range;

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::{hash::BcryptHash, joined::JoinedBcrypt, key::MOST_BYTES};
use crate::password::{
    EffectiveInput, HashError, ParsedHash, Password, SecretBytes, algorithm::Algorithm, field, format::Stored,
    prehash::Prehashed,
};

fn bcrypt(stored: &Stored<'_>) -> Result<BcryptHash, HashError> {
    BcryptHash::parse(stored.scheme, stored.text(), stored.limits)
}

/// The digest in lower-case hexadecimal.
pub(super) fn hex(stored: &Stored<'_>, algorithm: Algorithm) -> Result<Box<dyn ParsedHash>, HashError> {
    Ok(Prehashed::whole(bcrypt(stored)?, move |password| {
        Password::from_bytes(field::to_hex(algorithm.digest(&[password.expose()]).expose()).to_vec())
    }))
}

/// The digest in upper-case hexadecimal.
pub(super) fn upper_hex(stored: &Stored<'_>, algorithm: Algorithm) -> Result<Box<dyn ParsedHash>, HashError> {
    Ok(Prehashed::whole(bcrypt(stored)?, move |password| {
        let hex = field::to_hex(algorithm.digest(&[password.expose()]).expose());
        Password::from_bytes(hex.to_ascii_uppercase())
    }))
}

/// `wp_hash_password`: base64 of an HMAC with SHA-384, of the password without the white space around it.
pub(super) fn wordpress(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let hash = BcryptHash::parse(stored.scheme, stored.after("$wp")?, stored.limits)?;
    let prepare = |password: &Password| {
        let trimmed = password.expose().get(trimmed(password)).unwrap_or_default();
        Password::from(Base64::encode_string(Algorithm::Sha384.hmac(b"wp-sha384", &[trimmed]).expose()))
    };
    Ok(Prehashed::boxed(hash, prepare, |password| match trimmed(password) {
        trimmed if trimmed.len() == password.len() => EffectiveInput::Whole,
        trimmed => EffectiveInput::Part(trimmed),
    }))
}

/// Where PHP's `trim` leaves a password.
fn trimmed(password: &Password) -> Range<usize> {
    let kept = |byte: &u8| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0 | 0x0B);
    let start = password.expose().iter().position(kept);
    let last = password.expose().iter().rposition(kept);
    start.zip(last).map_or(0..0, |(start, last)| start..last + 1)
}

/// Symfony's `NativePasswordHasher`: base64 of SHA-512, only where bcrypt would not read all of the password.
pub(super) fn symfony(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    Ok(Prehashed::whole(bcrypt(stored)?, |password| {
        if password.len() > MOST_BYTES || password.expose().contains(&0) {
            Password::from(Base64::encode_string(Algorithm::Sha512.digest(&[password.expose()]).expose()))
        } else {
            password.clone()
        }
    }))
}

/// SMF 2.1's `hash_password`: the member's name in lower case, and the password.
pub(super) fn smf(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    // A letter at a time: PHP knew nothing of Greek words' last sigma when SMF 2.1 came out.
    let lower = Zeroizing::new(stored.username()?.chars().flat_map(char::to_lowercase).collect::<String>());
    Ok(Box::new(JoinedBcrypt::new(bcrypt(stored)?, lower.as_str().into(), SecretBytes::default())))
}

/// The password and a key of the whole system.
pub(super) fn pepper_suffix(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    Ok(Box::new(JoinedBcrypt::new(bcrypt(stored)?, SecretBytes::default(), stored.key()?)))
}
