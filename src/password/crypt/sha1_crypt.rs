//! The hash of NetBSD and Juniper: `$sha1$<rounds>$<salt>$<28 letters>`, an HMAC of an HMAC, again and again.
//!
//! Kratos writes `$sha1$pf=…` for something else.

use ::hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use zeroize::Zeroizing;

use super::{crypt_hash::CryptHash, letters};
use crate::password::{HashError, ParsedHash, SecretBytes, field, format::Stored};

const PREFIX: &str = "$sha1$";
const LONGEST_SALT: usize = 64;

/// Twenty bytes and the first one again, which make seven groups.
const ORDER: [u8; 21] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 0];

/// A number comes first.
pub(super) fn fits(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

pub(super) fn parse(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let mut segments = stored.after(PREFIX)?.split('$');
    let (Some(rounds), Some(salt), Some(digest), None) =
        (segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(stored.malformed("it is not rounds, salt and digest"));
    };
    let rounds = field::decimal(rounds).filter(|rounds| *rounds > 0).ok_or(stored.malformed("it has no rounds"))?;
    stored.bound("rounds", rounds, stored.limits.digest.rounds)?;
    if salt.is_empty() || salt.len() > LONGEST_SALT || !letters::are_letters(salt) {
        return Err(stored.malformed("the salt is not 1 to 64 letters"));
    }
    let digest = letters::digest(stored, digest, 28)?;
    let start = SecretBytes::from(format!("{salt}{PREFIX}{rounds}").as_str());
    let compute = move |password: &[u8]| compute(password, start.expose(), rounds);
    Ok(CryptHash::new(stored, digest, compute).parsed())
}

fn compute(password: &[u8], start: &[u8], rounds: u64) -> Option<SecretBytes> {
    // HMAC takes keys of every length; what it makes of this one is kept for all rounds.
    let keyed = Hmac::<Sha1>::new_from_slice(password).ok()?;
    let hmac =
        |message: &[u8]| Zeroizing::new(<[u8; 20]>::from(keyed.clone().chain_update(message).finalize().into_bytes()));
    let mut digest = hmac(start);
    for _ in 1..rounds {
        digest = hmac(digest.as_slice());
    }
    Some(letters::ordered(digest.as_slice(), &ORDER))
}
