//! The traditional hash of Unix: thirteen characters.

use super::{
    Cost, EffectiveInput, HashError, Limits, ParsedHash, Password, PasswordHash, PasswordScheme, Strength, Workspace,
    des, field::Bytes,
};

const NAME: &str = "des-crypt";

/// crypt(3) with DES, of old Unix, `htpasswd -d` and LDAP's `{CRYPT}`: `abJnggxhB/yWI`.
///
/// Two characters of salt and eleven of digest, with nothing that tells the scheme, so that it must be declared.
///
/// At most 8 bytes of a password are read, and 7 bits of each. A NUL ends it, as in C: what comes after was never
/// looked at. Where a password has more than was read, the hash is kept and no new one made of the whole.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct DesCrypt;

impl PasswordScheme for DesCrypt {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prefixes(&self) -> &'static [&'static str] {
        &[]
    }

    fn parse(&self, hash: &PasswordHash, _limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        Ok(Box::new(DesHash::parse(NAME, hash.expose())?))
    }
}

/// A parsed hash of traditional crypt(3).
#[derive(Debug)]
pub(super) struct DesHash {
    salt: Salt,
    digest: Bytes,
}

/// The salt of a hash. `Debug` does not show it.
#[derive(Clone, Copy)]
struct Salt(u16);

impl DesHash {
    /// Reads the thirteen characters for the scheme with this name.
    pub(super) fn parse(scheme: &'static str, text: &str) -> Result<Self, HashError> {
        let malformed = |what| HashError::malformed(scheme, what);
        let Some((&[first, second], digest)) = text.as_bytes().split_first_chunk() else {
            return Err(malformed("it is shorter than its salt"));
        };
        if digest.len() != 11 {
            return Err(malformed("it is not thirteen characters"));
        }
        let letter = |byte| sixty_four(byte).ok_or(malformed("a character is not of crypt's alphabet"));
        let salt = Salt(letter(first)? | (letter(second)? << 6));

        // Eleven characters hold two bits more than the block. crypt(3) writes zeros there.
        let mut bits = 0_u128;
        for byte in digest {
            bits = (bits << 6) | u128::from(letter(*byte)?);
        }
        if bits & 3 != 0 {
            return Err(malformed("the last character has bits too many"));
        }
        let block = u64::try_from(bits >> 2).map_err(|_| malformed("it is not thirteen characters"))?;
        Ok(Self { salt, digest: block.to_be_bytes().to_vec().into() })
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
        let read = des::bytes_read(password.expose());
        if read < password.len() { EffectiveInput::Prefix(read) } else { EffectiveInput::Whole }
    }

    fn verify(&self, password: &Password, _workspace: &mut Workspace) -> Result<bool, HashError> {
        Ok(self.digest.matches(&*des::crypt(password.expose(), self.salt.0)))
    }
}

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt(..)")
    }
}

/// The six bits of a character: `.`, `/`, the digits, and the letters, capitals first.
const fn sixty_four(byte: u8) -> Option<u16> {
    let value = match byte {
        b'.' | b'/' | b'0'..=b'9' => byte - b'.',
        b'A'..=b'Z' => byte - b'A' + 12,
        b'a'..=b'z' => byte - b'a' + 38,
        _ => return None,
    };
    Some(value as u16)
}
