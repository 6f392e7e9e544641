//! Search filters (RFC 4515), with every value escaped.

use ldap3::ldap_escape;

use crate::legacy::LegacyError;

/// No name or id that a person has is longer, in bytes. What is, is not sent.
const MAX_VALUE_BYTES: usize = 1_024;

/// `(attribute=value)`, whatever the value holds.
pub(super) fn equals(attribute: &str, value: &str) -> String {
    format!("({attribute}={})", ldap_escape(value))
}

/// All of the filters.
pub(super) fn all<'f>(filters: impl IntoIterator<Item = &'f str>) -> String {
    format!("(&{})", filters.into_iter().collect::<String>())
}

/// Any of the filters.
pub(super) fn any(filters: impl IntoIterator<Item = String>) -> String {
    format!("(|{})", filters.into_iter().collect::<String>())
}

/// Whether somebody's attribute can be this, so that it is worth asking.
pub(super) fn can_be_value(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= MAX_VALUE_BYTES && !text.contains('\0')
}

/// Checks a filter that an operator wrote.
pub(super) fn check(filter: &str) -> Result<(), LegacyError> {
    // The client also takes one without parentheses, which could not stand among others.
    if filter.starts_with('(') && ldap3::parse_filter(filter).is_ok() {
        Ok(())
    } else {
        Err(LegacyError::misconfigured(format!("not a search filter: {filter}")))
    }
}

/// Checks the name of an attribute that an operator wrote: whatever else it holds would get into filters.
pub(super) fn check_attribute(name: &str) -> Result<(), LegacyError> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b';' | b'.' | b'_');
    if !name.is_empty() && name.bytes().all(is_letter) {
        Ok(())
    } else {
        Err(LegacyError::misconfigured(format!("not the name of an attribute: {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_gets_out_of_its_place() {
        for special in ["*", "(", ")", "\\", "\0", "*)(uid=*", "a)(|(uid=*", "&|!=<>~:", "Zoë", "\u{202e}"] {
            let filter = equals("uid", special);
            check(&filter).unwrap();
            let inside = &filter["(uid=".len()..filter.len() - 1];
            assert!(!inside.contains(['*', '(', ')', '\0']), "{filter}");
        }
        assert_eq!(equals("uid", "*()\\\0"), r"(uid=\2a\28\29\5c\00)");
    }

    #[test]
    fn what_an_operator_wrote_is_looked_at_before_it_is_sent() {
        check("(&(objectClass=inetOrgPerson)(!(employeeType=robot)))").unwrap();
        for junk in ["", "uid=ada", "(uid=ada", "(uid=ada))", "(&(uid=ada)"] {
            assert!(matches!(check(junk), Err(LegacyError::Misconfigured { .. })), "{junk}");
        }
        for name in ["mail", "userCertificate;binary", "2.5.4.3", "x-plan_code"] {
            check_attribute(name).unwrap();
        }
        for junk in ["", "a=b)(c", "mail ", "ma*il", "\0"] {
            assert!(check_attribute(junk).is_err(), "{junk}");
        }
    }
}
