use zeroize::Zeroizing;

use crate::{
    identifier::{Identifier, IdentifierKind},
    password::Password,
};

/// Something that a legacy system is to be told of a user.
#[derive(Clone, Debug)]
pub(in crate::migrator) enum Change {
    /// They have signed up, with this password.
    Create(Password),
    /// They are gone.
    Delete,
    /// They have this address.
    Email { email: Identifier, verified: bool },
    /// They have this password.
    Password(Password),
    /// Their address is verified.
    VerifyEmail,
}

impl Change {
    const CREATE: u8 = 1;
    const DELETE: u8 = 2;
    const EMAIL: u8 = 3;
    const PASSWORD: u8 = 4;
    const VERIFY_EMAIL: u8 = 5;

    /// One byte of what it is, and the rest: a password as it is; of an address one byte whether it is verified, then
    /// the normal form, a zero byte and the spelling.
    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Create(password) => [&[Self::CREATE], password.expose()].concat(),
            Self::Delete => vec![Self::DELETE],
            Self::Email { email, verified } => {
                let head = [Self::EMAIL, u8::from(*verified)];
                [&head, email.normal().as_bytes(), &[0], email.original().as_bytes()].concat()
            }
            Self::Password(password) => [&[Self::PASSWORD], password.expose()].concat(),
            Self::VerifyEmail => vec![Self::VERIFY_EMAIL],
        })
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        Some(match *kind {
            Self::CREATE => Self::Create(Password::from_bytes(rest.to_vec())),
            Self::DELETE => Self::Delete,
            Self::EMAIL => {
                let (verified, address) = rest.split_first()?;
                let (normal, original) = std::str::from_utf8(address).ok()?.split_once('\0')?;
                let email = Identifier::from_parts(IdentifierKind::Email, normal, original);
                Self::Email { email, verified: *verified == 1 }
            }
            Self::PASSWORD => Self::Password(Password::from_bytes(rest.to_vec())),
            Self::VERIFY_EMAIL => Self::VerifyEmail,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_comes_back() {
        let email = Identifier::from_parts(IdentifierKind::Email, "ada@example.com", "Ada@Example.com");
        for change in [
            Change::Create(Password::from("difference engine")),
            Change::Delete,
            Change::Email { email: email.clone(), verified: true },
            Change::Email { email, verified: false },
            Change::Password(Password::from_bytes(vec![0, 255, 0])),
            Change::VerifyEmail,
        ] {
            let back = Change::from_bytes(&change.to_bytes()).unwrap();
            assert_eq!(back.to_bytes(), change.to_bytes());
        }
        for nonsense in [&b""[..], b"\0", b"\x06", b"\x03", b"\x03\x01no end", b"\x03\x01\xff\0"] {
            assert!(Change::from_bytes(nonsense).is_none());
        }
    }
}
