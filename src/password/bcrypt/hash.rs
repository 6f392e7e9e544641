use std::fmt;

use base64ct::{Base64Bcrypt, Encoding};
use zeroize::Zeroizing;

use super::key::{self, KeyRule, MOST_BYTES};
use crate::password::{
    Cost, EffectiveInput, HashError, Limits, ParsedHash, Password, SecretBytes, Strength, Workspace, field,
};

/// The length of a stored digest.
const DIGEST_BYTES: usize = 23;

/// The length of a salt in text.
const SALT_LETTERS: usize = 22;

/// A parsed bcrypt hash.
pub(in crate::password) struct BcryptHash {
    cost: u32,
    salt: [u8; 16],
    digest: SecretBytes,
    rule: KeyRule,
}

/// A derived one would print the salt.
impl fmt::Debug for BcryptHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BcryptHash").field("cost", &self.cost).finish_non_exhaustive()
    }
}

impl BcryptHash {
    /// Reads `$2a$…`, `$2b$…` or `$2y$…` for the scheme with this name.
    pub(in crate::password) fn parse(scheme: &'static str, text: &str, limits: &Limits) -> Result<Self, HashError> {
        Self::parse_tagged(scheme, text, limits, &["2a", "2b", "2y"], KeyRule::EndedByNul)
    }

    /// Reads a hash with one of these tags.
    pub(super) fn parse_tagged(
        scheme: &'static str,
        text: &str,
        limits: &Limits,
        tags: &[&str],
        rule: KeyRule,
    ) -> Result<Self, HashError> {
        let malformed = |what| HashError::malformed(scheme, what);
        let mut segments = text.split('$');
        let (Some(""), Some(tag), Some(cost), Some(body), None) =
            (segments.next(), segments.next(), segments.next(), segments.next(), segments.next())
        else {
            return Err(malformed("it is not `$2b$`, cost, `$`, salt and digest"));
        };
        if !tags.contains(&tag) {
            return Err(malformed("it is of another version of bcrypt"));
        }
        let &[tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = cost.as_bytes() else {
            return Err(malformed("the cost is not two digits"));
        };
        let cost = u64::from(tens - b'0') * 10 + u64::from(ones - b'0');
        let (salt, digest) = body.split_at_checked(SALT_LETTERS).ok_or(malformed("the salt is too short"))?;
        Ok(Self { rule, ..Self::from_parts(scheme, limits, cost, salt, digest)? })
    }

    /// Of the parts of a hash, where they do not stand in bcrypt's own order.
    pub(super) fn from_parts(
        scheme: &'static str,
        limits: &Limits,
        cost: u64,
        salt: &str,
        digest: &str,
    ) -> Result<Self, HashError> {
        let malformed = |what| HashError::malformed(scheme, what);
        let cost = u32::try_from(cost).ok().filter(|cost| (4..=31).contains(cost));
        let cost = cost.ok_or(malformed("the cost is not 4 to 31"))?;
        HashError::bound(scheme, "as cost", cost.into(), limits.bcrypt.cost.into())?;
        let salt = field::bcrypt_base64(salt).and_then(|salt| salt.expose().try_into().ok());
        let digest = field::bcrypt_base64(digest).filter(|digest| digest.len() == DIGEST_BYTES);
        // As its text, without the bits that the last character may have too many.
        let digest = digest.map(|digest| letters(digest.expose()));
        Ok(Self {
            cost,
            salt: salt.ok_or(malformed("the salt is not bcrypt's base64"))?,
            digest: digest.ok_or(malformed("the digest is not 31 characters of bcrypt's base64"))?,
            rule: KeyRule::EndedByNul,
        })
    }

    /// What a hash has in front of its digest: the setting that it was computed with.
    pub(super) fn setting(text: &str) -> Option<&str> {
        Some(text.split_at_checked(text.len().checked_sub(31)?)?.0)
    }

    /// The digest of a password, as its text.
    pub(super) fn digest_of(&self, password: &[u8]) -> SecretBytes {
        let computed = Zeroizing::new(::bcrypt::bcrypt(self.cost, self.salt, &key::of(password, self.rule)));
        // The 24th byte is computed and not stored: a mistake of the first implementation that became the format.
        letters(computed.get(..DIGEST_BYTES).unwrap_or_default())
    }
}

fn letters(digest: &[u8]) -> SecretBytes {
    Base64Bcrypt::encode_string(digest).into_bytes().into()
}

impl ParsedHash for BcryptHash {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        Strength::Slow
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        match self.rule.shortest(password.expose()) {
            Some(shorter) => EffectiveInput::Part(0..shorter),
            None if self.rule == KeyRule::SignExtended => key::of_c_string(password, true),
            None if password.len() > MOST_BYTES => EffectiveInput::First(MOST_BYTES),
            None => EffectiveInput::Whole,
        }
    }

    fn digest(&self) -> &[u8] {
        self.digest.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        Ok(self.digest_of(password.expose()))
    }
}
