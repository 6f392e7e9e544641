//! The traditional hash of Unix, of `htpasswd -d` and LDAP's `{CRYPT}`: `abJnggxhB/yWI`.
//!
//! Two characters of salt and eleven of digest, with nothing else that tells the scheme.
//!
//! At most 8 bytes of a password are read, and 7 bits of each. A NUL ends it, as in C: what comes after was never
//! looked at.

use super::{des, letters};
use crate::password::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace, field::crypt64,
};

/// Thirteen characters of crypt's alphabet.
pub(super) fn fits(text: &str) -> bool {
    text.len() == 13 && text.bytes().all(|byte| crypt64(byte).is_some())
}

/// A parsed hash of traditional crypt(3).
#[derive(Debug)]
pub(in crate::password) struct DesHash {
    salt: Salt,
    digest: SecretBytes,
}

/// The salt of a hash. `Debug` does not show it.
#[derive(Clone, Copy)]
struct Salt(u16);

impl DesHash {
    /// Reads the thirteen characters for the scheme with this name.
    pub(in crate::password) fn parse(scheme: &'static str, text: &str) -> Result<Self, HashError> {
        let malformed = |what| HashError::malformed(scheme, what);
        let Some((&[first, second], digest)) = text.as_bytes().split_first_chunk() else {
            return Err(malformed("it is shorter than its salt"));
        };
        if digest.len() != 11 {
            return Err(malformed("it is not thirteen characters"));
        }
        let letter = |byte| crypt64(byte).map(u16::from).ok_or(malformed("a character is not of crypt's alphabet"));
        let salt = Salt(letter(first)? | (letter(second)? << 6));

        // Eleven characters hold two bits more than the block. crypt(3) writes zeros there.
        let mut bits = 0_u128;
        for byte in digest {
            bits = (bits << 6) | u128::from(letter(*byte)?);
        }
        if bits & 3 != 0 {
            return Err(malformed("the last character has bits too many"));
        }
        Ok(Self { salt, digest: digest.into() })
    }
}

impl ParsedHash for DesHash {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        Strength::Fast
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        let (read, password) = (des::bytes_read(password.expose()), password.expose());
        let seen = password.get(..read).unwrap_or(password);
        if !seen.is_ascii() {
            EffectiveInput::Folded
        } else if read == password.len() {
            EffectiveInput::Whole
        } else if read == des::MOST_BYTES {
            EffectiveInput::First(read)
        } else {
            EffectiveInput::Part(0..read)
        }
    }

    fn digest(&self) -> &[u8] {
        self.digest.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        Ok(letters::of_block(*des::crypt(password.expose(), self.salt.0)))
    }
}

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt(..)")
    }
}
