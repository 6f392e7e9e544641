use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};

use super::Api;
use crate::{
    clock::Timestamp,
    migrator::RecoveryToken,
    secret_key::{KeyedDigest, SecretKey},
};

/// What a ticket is good for. None is good for anything else.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Purpose {
    Download,
    Password,
    Verification,
}

/// Version 1 is one byte of version, eight of the time until which it is good (microseconds since 1970, big-endian),
/// what it says, and 32 of keyed digest over all that; base64url without padding (RFC 4648, section 5).
const VERSION: u8 = 1;

/// Longer ones were not made here.
const MAX_TEXT: usize = 8_192;

/// Why a ticket is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TicketError {
    /// Its time is up.
    #[error("the ticket has expired")]
    Expired,
    /// It was not made here, or for something else.
    #[error("the ticket is not valid")]
    Invalid,
}

impl Purpose {
    const fn domain(self) -> &'static str {
        match self {
            Self::Download => "waystation api download",
            Self::Password => "waystation api password ticket",
            Self::Verification => "waystation api verification ticket",
        }
    }

    pub(super) fn seal(self, key: &SecretKey, until: Timestamp, says: &[u8]) -> String {
        let mut ticket = vec![VERSION];
        ticket.extend(until.as_micros().to_be_bytes());
        ticket.extend(says);
        let seal = key.digest(self.domain(), &[&ticket]);
        ticket.extend(seal.as_bytes());
        Base64UrlUnpadded::encode_string(&ticket)
    }

    /// What a ticket says. Nothing of it is read before the seal is found to be right.
    pub(super) fn open(self, key: &SecretKey, ticket: &str, now: Timestamp) -> Result<Vec<u8>, TicketError> {
        if ticket.len() > MAX_TEXT {
            return Err(TicketError::Invalid);
        }
        let ticket = Base64UrlUnpadded::decode_vec(ticket).map_err(|_| TicketError::Invalid)?;
        let (body, seal) = ticket.split_last_chunk::<32>().ok_or(TicketError::Invalid)?;
        if key.digest(self.domain(), &[body]) != KeyedDigest::from_bytes(*seal) {
            return Err(TicketError::Invalid);
        }
        let Some(([VERSION], body)) = body.split_first_chunk::<1>() else { return Err(TicketError::Invalid) };
        let (until, says) = body.split_first_chunk::<8>().ok_or(TicketError::Invalid)?;
        if now >= Timestamp::from_micros(i64::from_be_bytes(*until)) {
            return Err(TicketError::Expired);
        }
        Ok(says.to_vec())
    }
}

/// What a password-change ticket was for. `Debug` shows nothing of the person.
#[derive(Clone)]
#[non_exhaustive]
pub struct PasswordTicket {
    /// What [`complete_recovery`](crate::migrator::Migrator::complete_recovery) takes, with the password that the
    /// person chooses. Good once.
    pub token: RecoveryToken,
    /// Where the person is to be sent afterwards: an address of `http` or `https` that whoever asked for the ticket
    /// gave.
    pub result_url: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PasswordClaims {
    pub(super) token: String,
    pub(super) result_url: Option<String>,
}

impl Api {
    /// Reads the ticket that somebody brings to the [reset page](super::ApiBuilder::reset_page).
    ///
    /// # Errors
    ///
    /// When its time is up, or it was not made under this API's [key](super::ApiBuilder::key).
    pub fn open_password_ticket(&self, ticket: &str) -> Result<PasswordTicket, TicketError> {
        let says = Purpose::Password.open(&self.parts().key, ticket, self.parts().clock.now())?;
        let claims: PasswordClaims = serde_json::from_slice(&says).map_err(|_| TicketError::Invalid)?;
        Ok(PasswordTicket { token: claims.token.into(), result_url: claims.result_url })
    }
}

impl fmt::Debug for PasswordTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordTicket(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNTIL: Timestamp = Timestamp::from_micros(1_000);

    #[test]
    fn a_ticket_is_good_for_its_purpose_until_its_time() {
        let key = SecretKey::from_bytes([1; 32]);
        let ticket = Purpose::Download.seal(&key, UNTIL, b"job");
        let open = |purpose: Purpose, at| purpose.open(&key, &ticket, Timestamp::from_micros(at));
        assert_eq!(open(Purpose::Download, 999), Ok(b"job".to_vec()));
        assert_eq!(open(Purpose::Download, 1_000), Err(TicketError::Expired));
        assert_eq!(open(Purpose::Password, 999), Err(TicketError::Invalid));
        assert_eq!(open(Purpose::Verification, 999), Err(TicketError::Invalid));
    }

    #[test]
    fn no_other_ticket_is_believed() {
        let key = SecretKey::from_bytes([1; 32]);
        let ticket = Purpose::Download.seal(&key, UNTIL, b"job");
        let now = Timestamp::from_micros(0);
        assert_eq!(Purpose::Download.open(&SecretKey::from_bytes([2; 32]), &ticket, now), Err(TicketError::Invalid));
        for at in 0..ticket.len() {
            let mut forged = ticket.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(Purpose::Download.open(&key, &forged, now), Err(TicketError::Invalid), "character {at}");
            assert_eq!(Purpose::Download.open(&key, &ticket[..at], now), Err(TicketError::Invalid), "first {at}");
        }
        assert_eq!(Purpose::Download.open(&key, &"A".repeat(1 << 20), now), Err(TicketError::Invalid));
    }
}
