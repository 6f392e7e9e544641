//! Windows' NT hash in the clothes of crypt(3), of FreeBSD and libxcrypt: `$3$$` and 32 digits.
//!
//! Windows hashes a password in UTF-16. Both libraries make a 16-bit unit of every byte, which is that only for ASCII.
//! passlib writes the same prefix before the hash of Windows: without the prefix, that is `nt-hash`.

use super::crypt_hash::CryptHash;
use crate::password::{HashError, ParsedHash, algorithm::Algorithm, field, format::Stored};

pub(super) fn parse(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let digest = stored.digest(field::hex(stored.after("$3$$")?), Algorithm::Md4.output_bytes())?;
    let compute = |password: &[u8]| {
        let wide = zeroize::Zeroizing::new(password.iter().flat_map(|byte| [*byte, 0]).collect::<Vec<u8>>());
        Some(Algorithm::Md4.digest(&[&wide]))
    };
    Ok(CryptHash::new(stored, digest, compute).fast().parsed())
}
