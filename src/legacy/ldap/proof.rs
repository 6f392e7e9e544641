//! What a directory says of a password, out of the answer to a bind.

use super::{
    ber::{self, Element},
    fault::{code, result_fault},
    session::Reply,
};
use crate::legacy::LegacyError;

/// What a bind proved.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Proof {
    /// The account may not log in. Where it is locked for wrong guesses, the password was not looked at.
    Barred,
    /// There is no such person, and the directory says so.
    NoEntry,
    Right,
    /// The password is right and must be changed: it has expired, or an administrator set it.
    RightMustChange,
    Wrong,
}

/// Reads the answer to a bind. Whatever does not say that the password is wrong is not taken to say it.
pub(super) fn proof(reply: &Reply) -> Result<Proof, LegacyError> {
    let policy = reply.password_policy().map(PasswordPolicy::parse).transpose()?.unwrap_or_default();
    match reply.code {
        code::SUCCESS if policy.must_change() => Ok(Proof::RightMustChange),
        code::SUCCESS => Ok(Proof::Right),
        code::INVALID_CREDENTIALS => match (policy.error, windows_error(&reply.text)) {
            (Some(PolicyError::PasswordExpired | PolicyError::ChangeAfterReset), _) => Ok(Proof::RightMustChange),
            (Some(PolicyError::AccountLocked), _) => Ok(Proof::Barred),
            (Some(PolicyError::Other) | None, Some(error)) => of_windows_error(error),
            (Some(PolicyError::Other) | None, None) => Ok(Proof::Wrong),
        },
        code::NO_SUCH_OBJECT => Ok(Proof::NoEntry),
        // The entry has no password.
        code::INAPPROPRIATE_AUTHENTICATION => Ok(Proof::Wrong),
        // 389 Directory Server, for too many wrong guesses.
        code::CONSTRAINT_VIOLATION => Ok(Proof::Barred),
        // 389 Directory Server, for an account that was switched off; and others, for what has nothing to do with it.
        code::UNWILLING_TO_PERFORM => Err(LegacyError::Refused { what: "to check the password" }),
        code => Err(result_fault(code)),
    }
}

/// The Windows error in Active Directory's message: `…, comment: AcceptSecurityContext error, data 52e, v4563`.
fn windows_error(text: &str) -> Option<u32> {
    let (_, after) = text.split_once(", data ")?;
    let digits = after.split([',', ' ']).next()?;
    u32::from_str_radix(digits, 16).ok()
}

/// `winerror.h`. Only 52e says that the password is wrong. Active Directory looks at the password before it says
/// anything else of these, 525 and 775 excepted.
fn of_windows_error(error: u32) -> Result<Proof, LegacyError> {
    match error {
        0x525 => Ok(Proof::NoEntry),
        0x52e => Ok(Proof::Wrong),
        // Restricted, not at this hour, not from here, disabled, not this kind of log-in, expired, locked.
        0x52f | 0x530 | 0x531 | 0x533 | 0x569 | 0x701 | 0x775 => Ok(Proof::Barred),
        // Expired; to be changed at the next log-on.
        0x532 | 0x773 => Ok(Proof::RightMustChange),
        _ => Err(LegacyError::unavailable("the domain controller could not check the password")),
    }
}

/// The answer of draft-behera-ldap-password-policy.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct PasswordPolicy {
    is_on_grace: bool,
    error: Option<PolicyError>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum PolicyError {
    AccountLocked,
    ChangeAfterReset,
    /// About a new password, which a bind has none of.
    Other,
    PasswordExpired,
}

const WARNING: u8 = 0xa0;
const GRACE_LOG_INS_LEFT: u8 = 0x81;
const ERROR: u8 = 0x81;

impl PasswordPolicy {
    fn parse(value: &[u8]) -> Result<Self, LegacyError> {
        Self::read(value).ok_or_else(|| LegacyError::malformed("not well formed", "the password policy's control"))
    }

    fn read(value: &[u8]) -> Option<Self> {
        let mut policy = Self::default();
        for Element { tag, content } in ber::elements::<2>(ber::only(ber::SEQUENCE, value)?)? {
            match tag {
                WARNING => policy.is_on_grace = ber::elements::<1>(content)?.first()?.tag == GRACE_LOG_INS_LEFT,
                ERROR => {
                    policy.error = Some(match content {
                        [0] => PolicyError::PasswordExpired,
                        [1] => PolicyError::AccountLocked,
                        [2] => PolicyError::ChangeAfterReset,
                        [_] => PolicyError::Other,
                        _ => return None,
                    });
                }
                _ => return None,
            }
        }
        Some(policy)
    }

    const fn must_change(self) -> bool {
        self.is_on_grace || matches!(self.error, Some(PolicyError::ChangeAfterReset | PolicyError::PasswordExpired))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Result<Proof, LegacyError> {
        proof(&Reply::of_bind(code::INVALID_CREDENTIALS, text, None))
    }

    #[test]
    fn the_sub_codes_of_active_directory() {
        for (data, expected) in [
            ("525", Proof::NoEntry),
            ("52e", Proof::Wrong),
            ("52E", Proof::Wrong),
            ("530", Proof::Barred),
            ("531", Proof::Barred),
            ("532", Proof::RightMustChange),
            ("533", Proof::Barred),
            ("701", Proof::Barred),
            ("773", Proof::RightMustChange),
            ("775", Proof::Barred),
        ] {
            let text =
                format!("80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data {data}, v3839\0");
            assert_eq!(refused(&text).unwrap(), expected, "{data}");
        }
    }

    #[test]
    fn a_domain_controller_in_trouble_does_not_say_that_a_password_is_wrong() {
        // No log-on servers; the trust is broken; the clock is off; what nobody has seen yet.
        for data in ["51f", "6fd", "576", "0", "ffffffff"] {
            let text =
                format!("80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data {data}, v3839");
            assert!(refused(&text).unwrap_err().is_unavailable(), "{data}");
        }
        for text in ["", "invalid credentials", "data 532", ", data , v1", ", data xyz"] {
            assert_eq!(refused(text).unwrap(), Proof::Wrong, "{text}");
        }
    }

    #[test]
    fn what_a_password_policy_says_of_a_right_password() {
        let of = |code, policy: &[u8]| proof(&Reply::of_bind(code, "", Some(policy))).unwrap();
        assert_eq!(of(code::SUCCESS, &[0x30, 0]), Proof::Right);
        // Two hours until it expires, and no error.
        assert_eq!(of(code::SUCCESS, &[0x30, 6, 0xa0, 4, 0x80, 2, 0x1c, 0x20]), Proof::Right);
        assert_eq!(of(code::SUCCESS, &[0x30, 5, 0xa0, 3, 0x81, 1, 2]), Proof::RightMustChange);
        assert_eq!(of(code::SUCCESS, &[0x30, 3, 0x81, 1, 2]), Proof::RightMustChange);
        assert_eq!(of(code::INVALID_CREDENTIALS, &[0x30, 0]), Proof::Wrong);
        assert_eq!(of(code::INVALID_CREDENTIALS, &[0x30, 3, 0x81, 1, 0]), Proof::RightMustChange);
        assert_eq!(of(code::INVALID_CREDENTIALS, &[0x30, 3, 0x81, 1, 1]), Proof::Barred);
    }

    #[test]
    fn a_policy_that_is_not_well_formed_is_an_error() {
        for junk in [
            &[][..],
            &[0x30],
            &[0x30, 5, 0x81, 1, 0],
            &[0x30, 2, 0x81, 0],
            &[0x30, 4, 0x81, 2, 0, 0],
            &[0x30, 2, 0xa0, 0],
            &[0x30, 3, 0x82, 1, 0],
            &[0x30, 9, 0x81, 1, 0, 0x81, 1, 0, 0x81, 1, 0],
            &[0x81, 1, 0],
        ] {
            let error = proof(&Reply::of_bind(code::INVALID_CREDENTIALS, "", Some(junk))).unwrap_err();
            assert!(matches!(error, LegacyError::Malformed { .. }), "{junk:?}");
        }
    }

    #[test]
    fn no_other_result_is_taken_for_a_wrong_password() {
        for (code, class) in [
            (code::OPERATIONS_ERROR, "misconfigured"),
            (code::STRONGER_AUTH_REQUIRED, "misconfigured"),
            (code::REFERRAL, "misconfigured"),
            (code::CONFIDENTIALITY_REQUIRED, "misconfigured"),
            (51, "unavailable"),
            (52, "unavailable"),
            (code::UNWILLING_TO_PERFORM, "refused"),
            (80, "unavailable"),
            (9_999, "unavailable"),
        ] {
            assert_eq!(proof(&Reply::of_bind(code, "", None)).unwrap_err().as_str(), class, "{code}");
        }
    }
}
