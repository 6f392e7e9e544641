use ldap3::asn1::{PL, StructureTag, TagClass};

use super::LdapDate;
use crate::{clock::Timestamp, legacy::LegacyError};

/// No value of an entry is longer: a bound on what one broken value may cost, in bytes.
const MAX_VALUE_BYTES: usize = 65_536;

const ENTRY: u64 = 4;

/// One entry of a directory, and typed reading of its attributes. Errors name the attribute and never show a value.
pub(super) struct Entry {
    dn: String,
    attributes: Vec<(String, Vec<Vec<u8>>)>,
}

impl Entry {
    /// The entry in a message of a search; `None` where it is a reference to another server, which is not followed.
    pub(super) fn parse(message: StructureTag) -> Result<Option<Self>, LegacyError> {
        if message.class != TagClass::Application || message.id != ENTRY {
            return Ok(None);
        }
        Self::read(message).map(Some).ok_or_else(|| LegacyError::malformed("not an entry", "the answer to a search"))
    }

    fn read(message: StructureTag) -> Option<Self> {
        let [dn, attributes] = parts(message)?.try_into().ok()?;
        let mut entry = Self { dn: text(dn)?, attributes: Vec::new() };
        for attribute in parts(attributes)? {
            let [name, values] = parts(attribute)?.try_into().ok()?;
            entry.attributes.push((text(name)?, parts(values)?.into_iter().map(bytes).collect::<Option<_>>()?));
        }
        Some(entry)
    }

    /// The entry's name. Never to be shown.
    pub(super) fn dn(&self) -> &str {
        &self.dn
    }

    /// All values, in the directory's order. None is the same as an attribute that is not there, or not readable.
    pub(super) fn values(&self, attribute: &str) -> Result<&[Vec<u8>], LegacyError> {
        let Some((_, values)) = self.attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(attribute)) else {
            return Ok(&[]);
        };
        if values.iter().any(|value| value.len() > MAX_VALUE_BYTES) {
            return Err(LegacyError::malformed("longer than 64 KiB", attribute));
        }
        // Active Directory gives long lists in parts: an empty attribute, and one with the part's range in its name.
        let is_part = |name: &str| {
            let option = name.get(attribute.len()..).unwrap_or("");
            name.get(..attribute.len()).is_some_and(|name| name.eq_ignore_ascii_case(attribute))
                && option.get(..7).is_some_and(|option| option.eq_ignore_ascii_case(";range="))
        };
        if values.is_empty() && self.attributes.iter().any(|(name, _)| is_part(name)) {
            return Err(LegacyError::malformed("too many values for one answer", attribute));
        }
        Ok(values)
    }

    /// All values as text.
    pub(super) fn texts(&self, attribute: &str) -> Result<Vec<&str>, LegacyError> {
        let values = self.values(attribute)?.iter();
        let texts = values.map(|value| std::str::from_utf8(value)).collect::<Result<_, _>>();
        texts.map_err(|error| LegacyError::malformed_because("not UTF-8", attribute, error))
    }

    /// The first value as text, for attributes that may have many; nothing but white space is `None`.
    pub(super) fn first_text(&self, attribute: &str) -> Result<Option<&str>, LegacyError> {
        Ok(self.texts(attribute)?.into_iter().find(|text| !text.trim().is_empty()))
    }

    /// The one value, as bytes.
    pub(super) fn only_value(&self, attribute: &str) -> Result<Option<&[u8]>, LegacyError> {
        match self.values(attribute)? {
            [] => Ok(None),
            [value] => Ok(Some(value)),
            _ => Err(LegacyError::malformed("more than one value", attribute)),
        }
    }

    /// The one value, as text.
    pub(super) fn only_text(&self, attribute: &str) -> Result<Option<&str>, LegacyError> {
        let text = self.only_value(attribute)?.map(std::str::from_utf8).transpose();
        text.map_err(|error| LegacyError::malformed_because("not UTF-8", attribute, error))
    }

    /// `TRUE` or `FALSE`, or one of the usual words for them.
    pub(super) fn flag(&self, attribute: &str) -> Result<Option<bool>, LegacyError> {
        let Some(text) = self.only_text(attribute)? else { return Ok(None) };
        match text.to_ascii_lowercase().as_str() {
            "false" | "0" | "no" | "off" => Ok(Some(false)),
            "true" | "1" | "yes" | "on" => Ok(Some(true)),
            _ => Err(LegacyError::malformed("not a flag", attribute)),
        }
    }

    /// A whole number.
    pub(super) fn number(&self, attribute: &str) -> Result<Option<i64>, LegacyError> {
        let number = self.only_text(attribute)?.map(str::parse).transpose();
        number.map_err(|_| LegacyError::malformed("not a whole number", attribute))
    }

    pub(super) fn date(&self, attribute: &str, format: LdapDate) -> Result<Option<Timestamp>, LegacyError> {
        let Some(text) = self.only_text(attribute)? else { return Ok(None) };
        format.read(text).map_err(|what| LegacyError::malformed(what, attribute))
    }
}

fn parts(tag: StructureTag) -> Option<Vec<StructureTag>> {
    match tag.payload {
        PL::C(parts) => Some(parts),
        PL::P(_) => None,
    }
}

fn bytes(tag: StructureTag) -> Option<Vec<u8>> {
    match tag.payload {
        PL::P(bytes) => Some(bytes),
        PL::C(_) => None,
    }
}

fn text(tag: StructureTag) -> Option<String> {
    String::from_utf8(bytes(tag)?).ok()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn tag(class: TagClass, id: u64, payload: PL) -> StructureTag {
        StructureTag { class, id, payload }
    }

    fn octets(bytes: &[u8]) -> StructureTag {
        tag(TagClass::Universal, 4, PL::P(bytes.to_vec()))
    }

    fn list(parts: Vec<StructureTag>) -> StructureTag {
        tag(TagClass::Universal, 16, PL::C(parts))
    }

    /// The message of an entry. Values of one attribute stand next to each other.
    fn message(attributes: &[(&str, &[u8])]) -> StructureTag {
        let attributes = attributes.chunk_by(|left, right| left.0 == right.0).map(|values| {
            let name = octets(values[0].0.as_bytes());
            list(vec![name, list(values.iter().map(|(_, value)| octets(value)).collect())])
        });
        let dn = octets(b"uid=ada,dc=example,dc=com");
        tag(TagClass::Application, 4, PL::C(vec![dn, list(attributes.collect())]))
    }

    /// An entry with these attributes, for the tests of whoever reads one.
    pub(in crate::legacy::ldap) fn entry(attributes: &[(&str, &str)]) -> Entry {
        let attributes: Vec<_> = attributes.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        Entry::parse(message(&attributes)).unwrap().unwrap()
    }

    fn fault<T>(read: Result<T, LegacyError>) -> (&'static str, String) {
        match read {
            Err(LegacyError::Malformed { what, place, .. }) => (what, place),
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("it was read"),
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_attribute() {
        let long = vec![b'x'; MAX_VALUE_BYTES + 1];
        let entry = Entry::parse(message(&[
            ("cn", b"Caf\xe9"),
            ("uid", b"ada"),
            ("uid", b"lovelace"),
            ("description", &long),
            ("locked", b"perhaps"),
            ("logins", b"12 times"),
            ("created", b"yesterday"),
        ]));
        let entry = entry.unwrap().unwrap();
        assert_eq!(fault(entry.first_text("cn")), ("not UTF-8", "cn".into()));
        assert_eq!(fault(entry.only_text("uid")), ("more than one value", "uid".into()));
        assert_eq!(fault(entry.first_text("description")), ("longer than 64 KiB", "description".into()));
        assert_eq!(fault(entry.flag("locked")), ("not a flag", "locked".into()));
        assert_eq!(fault(entry.number("logins")), ("not a whole number", "logins".into()));
        assert_eq!(fault(entry.date("created", LdapDate::GeneralizedTime)), ("not a date", "created".into()));
        assert_eq!(entry.first_text("UID").unwrap(), Some("ada"));
        assert_eq!(entry.first_text("mail").unwrap(), None);
    }

    #[test]
    fn a_list_that_comes_in_parts_is_not_taken_for_an_empty_one() {
        let empty = list(vec![octets(b"memberOf"), list(vec![])]);
        let part = list(vec![octets(b"memberOf;range=0-1499"), list(vec![octets(b"cn=staff")])]);
        let message = tag(TagClass::Application, 4, PL::C(vec![octets(b"cn=ada"), list(vec![empty, part])]));
        let entry = Entry::parse(message).unwrap().unwrap();
        assert_eq!(fault(entry.texts("memberOf")), ("too many values for one answer", "memberOf".into()));
    }

    #[test]
    fn a_message_that_is_no_entry_is_an_error_and_a_reference_is_passed_over() {
        let reference = tag(TagClass::Application, 19, PL::C(vec![octets(b"ldap://elsewhere.example.com")]));
        assert!(Entry::parse(reference).unwrap().is_none());
        for parts in [
            vec![],
            vec![octets(b"cn=ada")],
            vec![octets(b"cn=\xff"), list(vec![])],
            vec![list(vec![]), list(vec![])],
            vec![octets(b"cn=ada"), octets(b"")],
            vec![octets(b"cn=ada"), list(vec![octets(b"")])],
            vec![octets(b"cn=ada"), list(vec![list(vec![octets(b"cn")])])],
            vec![octets(b"cn=ada"), list(vec![list(vec![octets(b"cn"), list(vec![list(vec![])])])])],
        ] {
            let read = Entry::parse(tag(TagClass::Application, 4, PL::C(parts)));
            assert_eq!(fault(read), ("not an entry", "the answer to a search".into()));
        }
        assert_eq!(fault(Entry::parse(tag(TagClass::Application, 4, PL::P(vec![])))).0, "not an entry");
    }
}
