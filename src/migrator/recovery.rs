use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierKind},
    secret_key::{KeyedDigest, SecretKey},
};

/// What [`begin_recovery`](super::Migrator::begin_recovery) hands to the host.
///
/// Tell the person the same sentence whatever is in it ("if there is such an account, we have sent a message"), then
/// act on [`delivery`](Self::delivery).
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub struct Recovery {
    /// What to do now.
    pub delivery: Delivery,
}

impl Recovery {
    /// A recovery with this delivery. For authors of migrators.
    pub const fn new(delivery: Delivery) -> Self {
        Self { delivery }
    }
}

/// What to do about a recovery.
#[derive(Debug)]
#[non_exhaustive]
pub enum Delivery {
    /// There is no such account, or it has nothing that a message could be sent to; send nothing.
    Nobody,
    /// It could not be found out, because the legacy system is down: begin again later, without the person.
    Postponed(crate::Error),
    /// Send the token to the account's own address.
    Send {
        /// An e-mail address or a phone number, as the account has it and in its original spelling there: the one that
        /// was asked about, or for a user name the account's address, else its number. Never one that is not verified
        /// while another one is.
        to: Identifier,
        /// What [`complete_recovery`](super::Migrator::complete_recovery) takes.
        token: RecoveryToken,
        /// Until when the token is good.
        expires_at: Timestamp,
    },
}

/// The secret that a person gets by mail and brings back: URL-safe text of at most 600 characters.
///
/// Good once, until its time is up, and until the account's password changes in any way. Signed, not encrypted: it
/// holds the identifier of the account that it is sent to. `Debug` shows nothing of it.
#[derive(Clone, Eq, PartialEq)]
pub struct RecoveryToken(String);

impl RecoveryToken {
    /// The token's text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for RecoveryToken {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for RecoveryToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryToken(..)")
    }
}

/// What a token says: version 1 is one byte each of version, road and kind, eight of expiry, 32 of fingerprint, the
/// identifier's normal form, and 32 of keyed digest over all that.
#[derive(Debug, PartialEq)]
pub(super) struct Claims {
    /// Whether the person had not moved when the token was made.
    pub(super) unmoved: bool,
    pub(super) identifier: Identifier,
    pub(super) expires_at: Timestamp,
    /// What the account was like when the token was made.
    pub(super) fingerprint: KeyedDigest,
}

const VERSION: u8 = 1;
const DOMAIN: &str = "waystation recovery token";
/// Longer ones were not made here: identifiers are bounded.
const MAX_TEXT: usize = 2_048;

impl Claims {
    pub(super) fn seal(&self, key: &SecretKey) -> RecoveryToken {
        let kind = match self.identifier.kind() {
            IdentifierKind::Email => 0,
            IdentifierKind::Phone => 1,
            IdentifierKind::Username => 2,
        };
        let mut token = vec![VERSION, u8::from(self.unmoved), kind];
        token.extend(self.expires_at.as_micros().to_be_bytes());
        token.extend(self.fingerprint.as_bytes());
        token.extend(self.identifier.normal().as_bytes());
        let seal = key.digest(DOMAIN, &[&token]);
        token.extend(seal.as_bytes());
        RecoveryToken(Base64UrlUnpadded::encode_string(&token))
    }

    /// The claims of a token that was made with `key`; nothing is read before the seal is found to be right.
    pub(super) fn open(token: &RecoveryToken, key: &SecretKey) -> Option<Self> {
        if token.0.len() > MAX_TEXT {
            return None;
        }
        let token = Base64UrlUnpadded::decode_vec(&token.0).ok()?;
        let (body, seal) = token.split_last_chunk::<32>()?;
        if key.digest(DOMAIN, &[body]) != KeyedDigest::from_bytes(*seal) {
            return None;
        }
        let ([VERSION, unmoved, kind], body) = body.split_first_chunk::<3>()? else { return None };
        let (expires_at, body) = body.split_first_chunk::<8>()?;
        let (fingerprint, normal) = body.split_first_chunk::<32>()?;
        let kind = match kind {
            0 => IdentifierKind::Email,
            1 => IdentifierKind::Phone,
            _ => IdentifierKind::Username,
        };
        let normal = std::str::from_utf8(normal).ok()?;
        Some(Self {
            unmoved: *unmoved == 1,
            identifier: Identifier::from_parts(kind, normal, normal),
            expires_at: Timestamp::from_micros(i64::from_be_bytes(*expires_at)),
            fingerprint: KeyedDigest::from_bytes(*fingerprint),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims {
            unmoved: true,
            identifier: Identifier::from_parts(IdentifierKind::Email, "zoë@example.com", "zoë@example.com"),
            expires_at: Timestamp::from_micros(-5),
            fingerprint: KeyedDigest::from_bytes([3; 32]),
        }
    }

    #[test]
    fn a_token_says_what_was_claimed() {
        let key = SecretKey::from_bytes([1; 32]);
        assert_eq!(Claims::open(&claims().seal(&key), &key), Some(claims()));
    }

    #[test]
    fn no_other_token_is_believed() {
        let key = SecretKey::from_bytes([1; 32]);
        let token = claims().seal(&key);
        assert_eq!(Claims::open(&token, &SecretKey::from_bytes([2; 32])), None);
        for at in 0..token.0.len() {
            let mut forged = token.0.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = RecoveryToken::from(String::from_utf8(forged).unwrap());
            assert_eq!(Claims::open(&forged, &key), None, "character {at}");
            assert_eq!(Claims::open(&RecoveryToken::from(&token.0[..at]), &key), None, "first {at}");
        }
        assert_eq!(Claims::open(&RecoveryToken::from("x".repeat(1 << 20)), &key), None);
    }
}
