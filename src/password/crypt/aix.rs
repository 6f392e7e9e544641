//! The salted SHA hashes of AIX: `{ssha256}06$<salt>$<43 letters>`, PBKDF2 of two to the power of that number of rounds.
//!
//! LDAP's `{SSHA256}` is something else, which some directories write in lower case too: it has no `$`.
//!
//! The digest is cut: of the last, incomplete group AIX writes the letters that hold its filling, and not those with
//! the highest bits. The IBM documentation is silent on all of this; it is what hashcat and John the Ripper read.

use super::{crypt_hash::CryptHash, letters};
use crate::password::{
    HashError, ParsedHash, SecretBytes, algorithm::Algorithm, field, format::Stored, pbkdf2::derive,
};

/// Cost, salt and digest.
pub(super) fn fits(text: &str) -> bool {
    text.bytes().filter(|byte| *byte == b'$').count() == 2
}

pub(super) fn parse(
    stored: &Stored<'_>,
    prefix: &'static str,
    algorithm: Algorithm,
) -> Result<Box<dyn ParsedHash>, HashError> {
    let mut segments = stored.after(prefix)?.split('$');
    let (Some(cost), Some(salt), Some(digest), None) =
        (segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(stored.malformed("it is not cost, salt and digest"));
    };
    let digits = cost.strip_prefix('0').unwrap_or(cost);
    let power = field::decimal(digits).filter(|power| cost.len() == 2 && *power < 32);
    let power = power.ok_or(stored.malformed("the cost is not two digits below 32"))?;
    let rounds = 1_u32 << power;
    stored.bound("iterations times blocks", rounds.into(), stored.limits.pbkdf2.work)?;
    let salt = stored.bounded_salt(salt.into())?;
    let digest = letters::digest(stored, digest, (algorithm.output_bytes() * 8).div_ceil(6))?;
    let compute = move |password: &[u8]| {
        let mut key = SecretBytes::zeroed(algorithm.output_bytes());
        derive(algorithm)(password, salt.expose(), rounds, key.as_mut());
        Some(letters::high_first_cut(key.expose()))
    };
    Ok(CryptHash::new(stored, digest, compute).parsed())
}
