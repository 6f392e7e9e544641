use super::{LdapDate, entry::Entry};
use crate::{clock::Timestamp, legacy::LegacyError};

/// Which operational attributes say that an account is barred, or that its password must be changed.
///
/// A bind hears of most of it from the directory itself. They matter to what [`find`](crate::LegacyConnection::find)
/// says of a person, and where no bind is made.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum LdapAccounts {
    /// Active Directory: `userAccountControl`, which must be readable (disabled), `accountExpires`, and `pwdLastSet`
    /// (must be changed).
    ActiveDirectory,
    /// OpenLDAP's overlay `ppolicy`: `pwdAccountLockedTime` where an administrator locked the account for good, and
    /// `pwdReset` (must be changed).
    PasswordPolicy,
    /// None.
    #[default]
    Plain,
}

const ACCOUNT_DISABLED: i64 = 0x2;
const PASSWORD_NEVER_EXPIRES: i64 = 0x1_0000;
const PASSWORD_EXPIRED: i64 = 0x80_0000;

/// What `ppolicy` writes for "until an administrator unlocks it".
const LOCKED_FOR_GOOD: &str = "000001010000Z";

const USER_ACCOUNT_CONTROL: &str = "userAccountControl";
const ACCOUNT_EXPIRES: &str = "accountExpires";
const PASSWORD_LAST_SET: &str = "pwdLastSet";
const PASSWORD_LOCKED: &str = "pwdAccountLockedTime";
const PASSWORD_RESET: &str = "pwdReset";

impl LdapAccounts {
    /// The attributes that have to be read.
    pub(super) const fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::ActiveDirectory => &[USER_ACCOUNT_CONTROL, ACCOUNT_EXPIRES, PASSWORD_LAST_SET],
            Self::PasswordPolicy => &[PASSWORD_LOCKED, PASSWORD_RESET],
            Self::Plain => &[],
        }
    }

    pub(super) fn is_blocked(self, entry: &Entry, now: Timestamp) -> Result<bool, LegacyError> {
        match self {
            Self::ActiveDirectory => {
                let expires = entry.date(ACCOUNT_EXPIRES, LdapDate::FileTime)?;
                Ok(control(entry)? & ACCOUNT_DISABLED != 0 || expires.is_some_and(|expires| expires <= now))
            }
            // A lock for a while is the directory's business: how long it is stands in a policy, not in the entry.
            Self::PasswordPolicy => Ok(entry.only_text(PASSWORD_LOCKED)? == Some(LOCKED_FOR_GOOD)),
            Self::Plain => Ok(false),
        }
    }

    pub(super) fn must_change(self, entry: &Entry) -> Result<bool, LegacyError> {
        match self {
            Self::ActiveDirectory => {
                let control = control(entry)?;
                let is_due = entry.number(PASSWORD_LAST_SET)? == Some(0) && control & PASSWORD_NEVER_EXPIRES == 0;
                Ok(is_due || control & PASSWORD_EXPIRED != 0)
            }
            Self::PasswordPolicy => Ok(entry.flag(PASSWORD_RESET)?.unwrap_or(false)),
            Self::Plain => Ok(false),
        }
    }
}

/// Without it nobody could tell a disabled account from one that is not: better no answer than a wrong one.
fn control(entry: &Entry) -> Result<i64, LegacyError> {
    entry.number(USER_ACCOUNT_CONTROL)?.ok_or_else(|| LegacyError::malformed("missing", USER_ACCOUNT_CONTROL))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::legacy::ldap::entry::tests::entry;

    const NOW: Timestamp = Timestamp::from_micros(1_554_192_930_000_000);

    fn active_directory(attributes: &[(&str, &str)]) -> (bool, bool) {
        let entry = entry(attributes);
        let accounts = LdapAccounts::ActiveDirectory;
        (accounts.is_blocked(&entry, NOW).unwrap(), accounts.must_change(&entry).unwrap())
    }

    #[test]
    fn active_directory_says_who_is_barred_and_whose_password_is_to_be_changed() {
        let control =
            |control| active_directory(&[("userAccountControl", control), ("pwdLastSet", "131986665300000000")]);
        assert_eq!(control("512"), (false, false));
        assert_eq!(control("514"), (true, false));
        assert_eq!(control("66048"), (false, false));
        assert_eq!(control("8389120"), (false, true));
        let set = |control, set| active_directory(&[("userAccountControl", control), ("pwdLastSet", set)]);
        assert_eq!(set("512", "0"), (false, true));
        assert_eq!(set("66048", "0"), (false, false));
        for (expires, is_blocked) in [
            ("0", false),
            ("9223372036854775807", false),
            ("131986665300000000", true),
            ("131986665300000010", false),
            ("1", true),
        ] {
            let said = active_directory(&[("userAccountControl", "512"), ("accountExpires", expires)]);
            assert_eq!(said, (is_blocked, false), "{expires}");
        }
    }

    #[test]
    fn flags_that_are_not_there_or_make_no_sense_are_no_answer() {
        for attributes in [
            &[][..],
            &[("userAccountControl", "")],
            &[("userAccountControl", "0x202")],
            &[("userAccountControl", "512"), ("userAccountControl", "514")],
            &[("userAccountControl", "512"), ("accountExpires", "never")],
        ] {
            let error = LdapAccounts::ActiveDirectory.is_blocked(&entry(attributes), NOW).unwrap_err();
            assert!(matches!(error, LegacyError::Malformed { .. }), "{error}");
        }
    }

    #[test]
    fn a_password_policy_bars_for_good_or_leaves_it_to_the_bind() {
        let said = |attributes: &[(&str, &str)]| {
            let entry = entry(attributes);
            let accounts = LdapAccounts::PasswordPolicy;
            (accounts.is_blocked(&entry, NOW).unwrap(), accounts.must_change(&entry).unwrap())
        };
        assert_eq!(said(&[]), (false, false));
        assert_eq!(said(&[("pwdAccountLockedTime", "000001010000Z")]), (true, false));
        assert_eq!(said(&[("pwdAccountLockedTime", "20190402081530Z")]), (false, false));
        assert_eq!(said(&[("pwdReset", "TRUE")]), (false, true));
        assert_eq!(said(&[("pwdReset", "FALSE")]), (false, false));
    }
}
