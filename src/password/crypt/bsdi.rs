//! BSDi's extension of the traditional hash, which PHP and FreeBSD know as well: `_J9..rasmBYk8r9AiWNc`.
//!
//! An underscore, four letters for the number of encryptions, four of salt, eleven of digest. Passwords of any length,
//! of which seven bits of each byte are read.

use super::{crypt_hash::CryptHash, des, letters};
use crate::password::{HashError, ParsedHash, format::Stored};

/// Twenty characters.
pub(super) fn fits(text: &str) -> bool {
    text.len() == 20 && text.strip_prefix('_').is_some_and(letters::are_letters)
}

pub(super) fn parse(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let rest = stored.after("_")?;
    let (rounds, salt, digest) = match (rest.get(..4), rest.get(4..8), rest.get(8..)) {
        (Some(rounds), Some(salt), Some(digest)) => (letters::number(rounds), letters::number(salt), digest),
        _ => return Err(stored.malformed("it is not twenty characters")),
    };
    let (Some(rounds), Some(salt)) = (rounds, salt) else {
        return Err(stored.malformed("a character is not of crypt's alphabet"));
    };
    if rounds == 0 {
        return Err(stored.malformed("it has no rounds"));
    }
    stored.bound("rounds", rounds.into(), stored.limits.digest.rounds)?;
    let digest = letters::digest(stored, digest, 11)?;
    let compute = move |password: &[u8]| Some(letters::of_block(*des::crypt_extended(password, salt, rounds)));
    Ok(CryptHash::new(stored, digest, compute).reading_seven_bits().parsed())
}
