//! bcrypt (Provos and Mazières, 1999) in the modular crypt format.

use std::fmt;

use zeroize::Zeroizing;

use super::{
    Cost, EffectiveInput, HashError, Limits, ParsedHash, Password, PasswordHash, PasswordScheme, Strength, Workspace,
    field::{self, Bytes},
};

const NAME: &str = "bcrypt";

/// What bcrypt reads of a password.
const MOST_BYTES: usize = 72;

/// bcrypt: `$2b$12$`, 22 characters of salt and 31 of digest.
///
/// `$2a$`, `$2b$` and `$2y$` name one algorithm. At most 72 bytes of a password are read. NUL bytes are hashed, as
/// pyca, bcryptjs, Go and Rust do; C code stopped at them. `$2x$`, the sign-extension bug, is another scheme.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Bcrypt;

impl PasswordScheme for Bcrypt {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prefixes(&self) -> &'static [&'static str] {
        &["$2a$", "$2b$", "$2y$"]
    }

    fn parse(&self, hash: &PasswordHash, limits: &Limits) -> Result<Box<dyn ParsedHash>, HashError> {
        Ok(Box::new(BcryptHash::parse(NAME, hash.expose(), limits)?))
    }
}

/// A parsed bcrypt hash.
pub(super) struct BcryptHash {
    cost: u32,
    salt: [u8; 16],
    digest: Bytes,
}

/// A derived one would print the salt.
impl fmt::Debug for BcryptHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BcryptHash").field("cost", &self.cost).finish_non_exhaustive()
    }
}

impl BcryptHash {
    /// Reads `$2b$…` for the scheme with this name.
    pub(super) fn parse(scheme: &'static str, text: &str, limits: &Limits) -> Result<Self, HashError> {
        let malformed = |what| HashError::malformed(scheme, what);
        let mut segments = text.split('$');
        let (Some(""), Some("2a" | "2b" | "2y"), Some(cost), Some(body), None) =
            (segments.next(), segments.next(), segments.next(), segments.next(), segments.next())
        else {
            return Err(malformed("it is not `$2b$`, cost, `$`, salt and digest"));
        };

        let &[tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = cost.as_bytes() else {
            return Err(malformed("the cost is not two digits"));
        };
        let cost = u32::from(tens - b'0') * 10 + u32::from(ones - b'0');
        if !(4..=31).contains(&cost) {
            return Err(malformed("the cost is not 4 to 31"));
        }
        HashError::bound(scheme, "as cost", cost.into(), limits.bcrypt.cost.into())?;

        let (salt, digest) = body.split_at_checked(22).ok_or(malformed("the salt is too short"))?;
        let salt = field::bcrypt_base64(salt).and_then(|salt| salt.as_slice().try_into().ok());
        let digest = field::bcrypt_base64(digest).filter(|digest| digest.len() == 23);
        Ok(Self {
            cost,
            salt: salt.ok_or(malformed("the salt is not bcrypt's base64"))?,
            digest: digest.ok_or(malformed("the digest is not 31 characters of bcrypt's base64"))?,
        })
    }

    /// Whether the digest is that of these bytes.
    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let computed = Zeroizing::new(::bcrypt::bcrypt(self.cost, self.salt, &key(password)));
        // The 24th byte is computed and not stored: a mistake of the first implementation that became the format.
        computed.get(..23).is_some_and(|computed| self.digest.matches(computed))
    }
}

impl ParsedHash for BcryptHash {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        Strength::Slow
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        // The key is repeated until it fills 72 bytes, NUL included, so that "a" and "a\0a" are one password.
        let key = key(password.expose());
        let fill = |period: usize| key.iter().take(period).cycle().take(MOST_BYTES);
        let read = password.expose().iter().take(MOST_BYTES).enumerate();
        let mut shorter = read.filter(|(_, byte)| **byte == 0).map(|(nul, _)| nul);
        match shorter.find(|nul| fill(nul + 1).eq(fill(key.len()))) {
            Some(nul) => EffectiveInput::Prefix(nul),
            None if password.len() > MOST_BYTES => EffectiveInput::Prefix(MOST_BYTES),
            None => EffectiveInput::Whole,
        }
    }

    fn verify(&self, password: &Password, _workspace: &mut Workspace) -> Result<bool, HashError> {
        Ok(self.matches(password.expose()))
    }
}

/// The password, ended by a NUL where there is room for one.
fn key(password: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(MOST_BYTES));
    key.extend(password.iter().copied().chain([0]).take(MOST_BYTES));
    key
}
