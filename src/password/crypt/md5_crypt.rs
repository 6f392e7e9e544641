//! Poul-Henning Kamp's MD5 hash of FreeBSD 2.0: a thousand rounds, and no more for anybody.
//!
//! `$1$` is what Unix systems wrote for years, `$apr1$` what Apache's `htpasswd` writes, and `{smd5}` what AIX writes: the
//! same three times, but for the tag that is hashed along.

use super::{
    crypt_hash::CryptHash,
    letters,
    stretch::{Stretched, length_bits, recycled},
};
use crate::password::{HashError, ParsedHash, SecretBytes, algorithm::Algorithm, format::Stored};

const ROUNDS: u64 = 1_000;

/// What is read of a salt. Every writer cuts longer ones, and so none is in a hash.
const LONGEST_SALT: usize = 8;

/// The order in which the bytes of the digest are written; 11 comes last, alone.
const ORDER: [u8; 16] = [0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 5, 11];

/// Reads what comes after the prefix: salt, `$`, 22 letters. `tag` is hashed with every password.
pub(super) fn parse(
    stored: &Stored<'_>,
    prefix: &'static str,
    tag: &'static str,
) -> Result<Box<dyn ParsedHash>, HashError> {
    let (salt, digest) =
        stored.after(prefix)?.split_once('$').ok_or(stored.malformed("it is not salt, `$` and digest"))?;
    if salt.len() > LONGEST_SALT {
        return Err(stored.malformed("the salt is longer than 8 bytes"));
    }
    if salt.contains([':', '\n']) {
        return Err(stored.malformed("the salt has a character that no password file can hold"));
    }
    let (salt, digest) = (SecretBytes::from(salt), letters::digest(stored, digest, 22)?);
    let compute = move |password: &[u8]| Some(compute(password, tag, salt.expose()));
    Ok(CryptHash::new(stored, digest, compute).reading_again(stored).parsed())
}

fn compute(password: &[u8], tag: &str, salt: &[u8]) -> SecretBytes {
    let inner = Algorithm::Md5.digest(&[password, salt, password]);
    let inner = recycled(inner.expose(), password.len());
    let first = password.get(..1).unwrap_or_default();
    // The original meant to add of the inner digest what now is a NUL.
    let bits = length_bits(password).map(|set| if set { b"\0" } else { first });
    let parts = [password, tag.as_bytes(), salt, &inner].into_iter().chain(bits);
    let start = Algorithm::Md5.digest(&parts.collect::<Vec<_>>());
    letters::ordered(Stretched::Md5.stretch(start, password, salt, ROUNDS).expose(), &ORDER)
}
