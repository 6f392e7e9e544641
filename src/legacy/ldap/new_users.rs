use std::collections::{BTreeMap, HashSet};

use ldap3::dn_escape;

use super::{LdapMapping, filter::check_attribute, mapping::Verified};
use crate::{legacy::LegacyError, password::Password, user::Profile};

/// How new people are written into a directory, which makes a connection a writer.
///
/// ```
/// use waystation::legacy::LdapNewUsers;
///
/// let new_users = LdapNewUsers::inet_org_person("ou=people,dc=example,dc=com").constant("employeeType", "customer");
/// # let _ = new_users;
/// ```
#[derive(Clone, Debug)]
pub struct LdapNewUsers {
    parent: String,
    named_by: String,
    /// Attributes that must have a value: that of the profile, or else the entry's name.
    required: Vec<String>,
    constants: BTreeMap<String, Vec<String>>,
    password: PasswordChange,
}

/// How a directory is told a new password.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum PasswordChange {
    /// The operation of RFC 3062: the server hashes.
    Operation,
    /// Active Directory's attribute `unicodePwd`.
    UnicodePassword,
}

/// An entry that is to be added.
pub(super) struct NewEntry {
    pub(super) dn: String,
    pub(super) attributes: Vec<(String, HashSet<Vec<u8>>)>,
}

impl LdapNewUsers {
    /// `inetOrgPerson`s under `parent`, named by their `uid`. The server hashes their passwords (RFC 3062).
    pub fn inet_org_person(parent: impl Into<String>) -> Self {
        Self {
            parent: parent.into(),
            named_by: "uid".to_owned(),
            required: vec!["cn".to_owned(), "sn".to_owned()],
            constants: BTreeMap::from([("objectClass".to_owned(), vec!["inetOrgPerson".to_owned()])]),
            password: PasswordChange::Operation,
        }
    }

    /// Users of Active Directory under `parent`, named by their `cn`. It takes passwords over TLS only.
    pub fn active_directory(parent: impl Into<String>) -> Self {
        Self {
            parent: parent.into(),
            named_by: "cn".to_owned(),
            required: vec!["sAMAccountName".to_owned()],
            constants: BTreeMap::from([
                ("objectClass".to_owned(), vec!["user".to_owned()]),
                // A normal account.
                ("userAccountControl".to_owned(), vec!["512".to_owned()]),
            ]),
            password: PasswordChange::UnicodePassword,
        }
    }

    /// Sets the attribute that entries are named by. It gets the user name, or else the e-mail address, in any case.
    pub fn named_by(mut self, attribute: impl Into<String>) -> Self {
        self.named_by = attribute.into();
        self
    }

    /// Adds a value that every new entry has: an object class more, an employee type.
    pub fn constant(mut self, attribute: impl Into<String>, value: impl Into<String>) -> Self {
        self.constants.entry(attribute.into()).or_default().push(value.into());
        self
    }

    pub(super) const fn password_change(&self) -> PasswordChange {
        self.password
    }

    pub(super) fn check(&self) -> Result<(), LegacyError> {
        let names = std::iter::once(&self.named_by).chain(&self.required).chain(self.constants.keys());
        names.into_iter().try_for_each(|name| check_attribute(name))
    }

    /// The entry of somebody new, by the same mapping that it is read with afterwards.
    pub(super) fn entry(&self, profile: &Profile, mapping: &LdapMapping) -> Result<NewEntry, LegacyError> {
        let by_name = profile.username.as_ref().or(profile.email.as_ref()).or(profile.phone.as_ref());
        let name = by_name.ok_or(LegacyError::Refused { what: "nobody without an identifier" })?.original();
        let mut attributes: BTreeMap<&str, HashSet<Vec<u8>>> = BTreeMap::new();
        for identifier in profile.identifiers() {
            let Some(attribute) = mapping.attribute_of(identifier.kind()) else {
                return Err(LegacyError::Refused { what: "an identifier that no attribute is mapped to" });
            };
            attributes.entry(attribute).or_default().insert(identifier.original().into());
        }
        let names = [&profile.name, &profile.given_name, &profile.family_name, &profile.nickname];
        for (attribute, text) in mapping.names().into_iter().zip(names) {
            if let (Some(attribute), Some(text)) = (attribute, text) {
                attributes.entry(attribute).or_default().insert(text.clone().into());
            }
        }
        if let Verified::By(attribute) = mapping.email_verification() {
            attributes.entry(attribute).or_default().insert(flag(profile.email_verified));
        }
        attributes.entry(&self.named_by).or_default().insert(name.into());
        for attribute in &self.required {
            attributes.entry(attribute).or_insert_with(|| HashSet::from([name.into()]));
        }
        for (attribute, values) in &self.constants {
            attributes.entry(attribute).or_default().extend(values.iter().map(|value| value.clone().into()));
        }
        Ok(NewEntry {
            dn: format!("{}={},{}", self.named_by, dn_escape(name), self.parent),
            attributes: attributes.into_iter().map(|(name, values)| (name.to_owned(), values)).collect(),
        })
    }
}

pub(super) fn flag(is_set: bool) -> Vec<u8> {
    if is_set { b"TRUE".to_vec() } else { b"FALSE".to_vec() }
}

/// A password as `unicodePwd` takes it: in quotes, in UTF-16.
pub(super) fn unicode_password(password: &str) -> Vec<u8> {
    format!("\"{password}\"").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A new password as text: directories take no other.
pub(super) fn text_of(password: &Password) -> Result<&str, LegacyError> {
    let text = password.expose_text().filter(|text| !text.is_empty() && !text.contains('\0'));
    text.ok_or(LegacyError::Refused { what: "a password that is empty or not text" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::{Identifier, IdentifierKind};

    #[test]
    fn an_entry_has_what_the_profile_has_and_its_schema_wants() {
        let mut profile = Profile::default();
        let name = "ada, countess";
        profile.set_identifier(Identifier::from_parts(IdentifierKind::Username, name, name));
        profile.set_identifier(Identifier::from_parts(IdentifierKind::Email, "ada@example.com", "Ada@Example.com"));
        profile.given_name = Some("Ada".into());
        let new_users = LdapNewUsers::inet_org_person("ou=people,dc=example,dc=com").constant("objectClass", "top");
        let entry = new_users.entry(&profile, &LdapMapping::inet_org_person()).unwrap();
        assert_eq!(entry.dn, r"uid=ada\2c countess,ou=people,dc=example,dc=com");
        let values = |values: &[&str]| values.iter().map(|value| value.as_bytes().to_vec()).collect::<HashSet<_>>();
        for (name, expected) in [
            ("uid", &["ada, countess"][..]),
            ("mail", &["Ada@Example.com"]),
            ("cn", &["ada, countess"]),
            ("sn", &["ada, countess"]),
            ("givenName", &["Ada"]),
            ("objectClass", &["inetOrgPerson", "top"]),
        ] {
            let (_, found) = entry.attributes.iter().find(|(attribute, _)| attribute == name).unwrap();
            assert_eq!(*found, values(expected), "{name}");
        }
        assert_eq!(entry.attributes.len(), 6);
        assert!(matches!(
            new_users.entry(&Profile::default(), &LdapMapping::inet_org_person()),
            Err(LegacyError::Refused { .. })
        ));
    }

    #[test]
    fn active_directory_takes_passwords_in_quotes_and_utf_16() {
        assert_eq!(unicode_password("aé"), [0x22, 0, 0x61, 0, 0xe9, 0, 0x22, 0]);
    }
}
