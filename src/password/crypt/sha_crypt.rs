//! SHA-crypt (Ulrich Drepper, 2007), of Linux's shadow files, Dovecot and `htpasswd -2` and `-5`:
//! `$6$rounds=656000$<salt>$<86 letters>`, and without `rounds=` as many as 5,000.
//!
//! Rounds are 1,000 to 999,999,999. The first specification said that others are clamped; libxcrypt refuses them, and
//! what is clamped is written as it was clamped, so that no hash has them.

use super::{
    crypt_hash::CryptHash,
    letters,
    stretch::{Stretched, length_bits, recycled},
};
use crate::password::{HashError, ParsedHash, SecretBytes, field, format::Stored};

const DEFAULT_ROUNDS: u64 = 5_000;

/// What is read of a salt. Every writer cuts longer ones, and so none is in a hash.
const LONGEST_SALT: usize = 16;

/// The order in which the bytes of SHA-256 are written.
const ORDER_256: [u8; 32] = [
    0, 10, 20, 21, 1, 11, 12, 22, 2, 3, 13, 23, 24, 4, 14, 15, 25, 5, 6, 16, 26, 27, 7, 17, 18, 28, 8, 9, 19, 29, 31,
    30,
];

/// The order in which the bytes of SHA-512 are written.
const ORDER_512: [u8; 64] = [
    0, 21, 42, 22, 43, 1, 44, 2, 23, 3, 24, 45, 25, 46, 4, 47, 5, 26, 6, 27, 48, 28, 49, 7, 50, 8, 29, 9, 30, 51, 31,
    52, 10, 53, 11, 32, 12, 33, 54, 34, 55, 13, 56, 14, 35, 15, 36, 57, 37, 58, 16, 59, 17, 38, 18, 39, 60, 40, 61, 19,
    62, 20, 41, 63,
];

pub(super) fn sha256(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    parse(stored, "$5$", Stretched::Sha256, &ORDER_256, 43)
}

pub(super) fn sha512(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    parse(stored, "$6$", Stretched::Sha512, &ORDER_512, 86)
}

fn parse(
    stored: &Stored<'_>,
    prefix: &str,
    stretched: Stretched,
    order: &'static [u8],
    digest_letters: usize,
) -> Result<Box<dyn ParsedHash>, HashError> {
    let mut rest = stored.after(prefix)?;
    let mut rounds = DEFAULT_ROUNDS;
    if let Some(said) = rest.strip_prefix("rounds=") {
        let (number, after) = said.split_once('$').ok_or(stored.malformed("nothing comes after the rounds"))?;
        rounds = field::decimal(number).ok_or(stored.malformed("the rounds are not a number"))?;
        if !(1_000..=999_999_999).contains(&rounds) {
            return Err(stored.malformed("the rounds are not 1,000 to 999,999,999"));
        }
        rest = after;
    }
    stored.bound("rounds", rounds, stored.limits.digest.rounds)?;
    let (salt, digest) = rest.split_once('$').ok_or(stored.malformed("it has no digest"))?;
    if salt.len() > LONGEST_SALT {
        return Err(stored.malformed("the salt is longer than 16 bytes"));
    }
    if salt.contains([':', '\n']) {
        return Err(stored.malformed("the salt has a character that no password file can hold"));
    }
    let (salt, digest) = (SecretBytes::from(salt), letters::digest(stored, digest, digest_letters)?);
    let compute = move |password: &[u8]| {
        Some(letters::ordered(compute(stretched, password, salt.expose(), rounds).expose(), order))
    };
    Ok(CryptHash::new(stored, digest, compute).reading_again(stored).parsed())
}

/// The 43 letters of a password's digest, for what MySQL makes of it. The salt is not cut here.
pub(in crate::password) fn sha256_crypt(password: &[u8], salt: &[u8], rounds: u64) -> SecretBytes {
    letters::ordered(compute(Stretched::Sha256, password, salt, rounds).expose(), &ORDER_256)
}

fn compute(stretched: Stretched, password: &[u8], salt: &[u8], rounds: u64) -> SecretBytes {
    let digest = |parts: &[&[u8]]| stretched.algorithm().digest(parts);
    let inner = digest(&[password, salt, password]);
    let filled = recycled(inner.expose(), password.len());
    let bits = length_bits(password).map(|set| if set { inner.expose() } else { password });
    let parts = [password, salt, &filled].into_iter().chain(bits);
    let start = digest(&parts.collect::<Vec<_>>());

    // Once for each of its bytes: the square of its length is what a password costs before any round.
    let password_bytes = digest(&vec![password; password.len()]);
    let salts = 16 + usize::from(start.expose().first().copied().unwrap_or_default());
    let salt_bytes = digest(&vec![salt; salts]);
    let password = recycled(password_bytes.expose(), password.len());
    let salt = recycled(salt_bytes.expose(), salt.len());
    stretched.stretch(start, &password, &salt, rounds)
}
