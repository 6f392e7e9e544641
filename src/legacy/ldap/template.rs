use ldap3::dn_escape;

use super::filter;
use crate::{
    identifier::{Identifier, IdentifierKind},
    legacy::LegacyError,
};

/// How the name that somebody binds with is made of what they typed.
#[derive(Clone, Debug)]
pub(super) struct Template {
    kind: IdentifierKind,
    before: String,
    after: String,
}

impl Template {
    pub(super) fn parse(kind: IdentifierKind, text: &str) -> Result<Self, LegacyError> {
        match text.split_once("{}") {
            Some((before, after)) if !after.contains("{}") => {
                Ok(Self { kind, before: before.to_owned(), after: after.to_owned() })
            }
            _ => Err(LegacyError::misconfigured("a template for binds has one `{}` in it")),
        }
    }

    /// The name that somebody binds with; `None` for those who have none.
    pub(super) fn name(&self, identifier: &Identifier) -> Option<String> {
        let value = identifier.normal();
        if identifier.kind() != self.kind || !filter::can_be_value(value) {
            return None;
        }
        if self.makes_dns() {
            return Some(format!("{}{}{}", self.before, dn_escape(value), self.after));
        }
        // `{}@corp.example.com` and `CORP\{}` have no way to escape, so that what they are made of must not be in it.
        (!value.contains(['@', '\\', '/'])).then(|| format!("{}{value}{}", self.before, self.after))
    }

    /// Whether the names are those of entries.
    pub(super) fn makes_dns(&self) -> bool {
        self.before.ends_with('=')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn username(text: &str) -> Identifier {
        Identifier::from_parts(IdentifierKind::Username, text, text)
    }

    #[test]
    fn nothing_that_is_typed_gets_out_of_its_place_in_a_dn() {
        let template = Template::parse(IdentifierKind::Username, "uid={},ou=people,dc=example,dc=com").unwrap();
        for (typed, dn) in [
            ("ada", "uid=ada,ou=people,dc=example,dc=com"),
            ("zoë", "uid=zoë,ou=people,dc=example,dc=com"),
            ("ada,ou=admins", r"uid=ada\2cou\3dadmins,ou=people,dc=example,dc=com"),
            ("#ada+x=y ", r"uid=\23ada\2bx\3dy\20,ou=people,dc=example,dc=com"),
            (r#"\";<>"#, r"uid=\5c\22\3b\3c\3e,ou=people,dc=example,dc=com"),
        ] {
            assert_eq!(template.name(&username(typed)).unwrap(), dn);
        }
        for typed in ["", " ", "ada\0", &"x".repeat(2_000)] {
            assert_eq!(template.name(&username(typed)), None);
        }
        let email = Identifier::from_parts(IdentifierKind::Email, "ada@example.com", "ada@example.com");
        assert_eq!(template.name(&email), None);
    }

    #[test]
    fn a_name_with_a_domain_takes_nobody_to_another() {
        for (template, name) in [("{}@corp.example.com", "ada@corp.example.com"), (r"CORP\{}", r"CORP\ada")] {
            let template = Template::parse(IdentifierKind::Username, template).unwrap();
            assert_eq!(template.name(&username("ada")).unwrap(), name);
            for typed in ["ada@evil.example.com", r"EVIL\ada", "evil.example.com/ada"] {
                assert_eq!(template.name(&username(typed)), None, "{typed}");
            }
        }
    }

    #[test]
    fn a_template_has_one_place() {
        for junk in ["", "uid=ada", "uid={},ou={}"] {
            assert!(Template::parse(IdentifierKind::Username, junk).is_err(), "{junk}");
        }
    }
}
