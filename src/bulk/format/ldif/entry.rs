//! One entry of LDIF (RFC 2849): its lines unfolded, its values decoded.

use std::fmt;

use base64ct::{Base64, Encoding};
use serde_json::{Map, Value};

use crate::bulk::{Fault, FaultCode};

/// The attributes of an entry, in their order. Their names are compared without case.
///
/// `Debug` shows how many there are.
pub(in crate::bulk) struct Entry {
    dn: Vec<u8>,
    attributes: Vec<(String, Vec<u8>)>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({} values)", self.attributes.len())
    }
}

impl Entry {
    /// Reads the lines of an entry. `None` for the result of a search, which `ldapsearch` writes behind the entries.
    ///
    /// # Errors
    ///
    /// The first line that is none of LDIF, or what makes something else of it than an entry.
    pub(in crate::bulk) fn read(text: &[u8]) -> Result<Option<Self>, Fault> {
        let mut attributes = Vec::new();
        for (number, line) in unfolded(text)? {
            attributes.push(value(&line, number)?);
        }
        if is_result(&attributes)? {
            return Ok(None);
        }
        let mut attributes = attributes.into_iter();
        let first = attributes.next().filter(|(name, _)| name.eq_ignore_ascii_case("dn"));
        let missing = "it does not begin with the name of an entry, dn";
        let (_, dn) = first.ok_or_else(|| Fault::new(FaultCode::AnyOfMissing, "ldif.dn", "", missing))?;
        let mut entry = Self { dn, attributes: attributes.collect() };
        entry.is_whole()?;
        // What ldifde writes with every entry that it exports.
        entry.attributes.retain(|(name, _)| !name.eq_ignore_ascii_case("changetype"));
        Ok(Some(entry))
    }

    /// Whether it is an entry, and not a change of one or two that have run into each other.
    fn is_whole(&self) -> Result<(), Fault> {
        let has = |key: &str| self.attributes.iter().any(|(name, _)| name.eq_ignore_ascii_case(key));
        let adds = |(name, value): &(String, Vec<u8>)| {
            !name.eq_ignore_ascii_case("changetype") || value.eq_ignore_ascii_case(b"add")
        };
        if has("control") || !self.attributes.iter().all(adds) {
            let message = "it is a change of an entry and not an entry: export the entries themselves";
            return Err(Fault::new(FaultCode::NotPassed, "ldif.change", "", message));
        }
        if has("dn") {
            let message = "it has a second dn: an empty line is missing between two entries";
            return Err(Fault::new(FaultCode::NotPassed, "ldif.dn", "/dn", message));
        }
        Ok(())
    }

    /// The name, if it is text.
    pub(super) fn dn(&self) -> Option<&str> {
        std::str::from_utf8(&self.dn).ok()
    }

    /// The values of an attribute: those without options such as a language, or else those with.
    pub(super) fn values(&self, attribute: &str) -> Vec<&[u8]> {
        let named = |with_options: bool| {
            let is_it = move |(name, _): &&(String, Vec<u8>)| match name.split_once(';') {
                None => !with_options && name.eq_ignore_ascii_case(attribute),
                Some((name, _)) => with_options && name.eq_ignore_ascii_case(attribute),
            };
            self.attributes.iter().filter(is_it).map(|(_, value)| value.as_slice()).collect::<Vec<_>>()
        };
        let plain = named(false);
        if plain.is_empty() { named(true) } else { plain }
    }

    /// The values of an attribute as text, without empty ones.
    pub(super) fn texts(&self, attribute: &str) -> Result<Vec<&str>, Fault> {
        let fault = || Fault::new(FaultCode::Format, "ldif.utf8", format!("/{attribute}"), "it is not UTF-8");
        let values = self.values(attribute).into_iter().map(|value| std::str::from_utf8(value).map_err(|_| fault()));
        values.filter(|text| text.as_ref().map_or(true, |text| !text.trim().is_empty())).collect()
    }

    /// The first value as text.
    pub(super) fn text(&self, attribute: &str) -> Result<Option<&str>, Fault> {
        Ok(self.texts(attribute)?.into_iter().next())
    }

    /// As JSON: an attribute with one value is a text, with several a list of them. What is not UTF-8 is base64.
    pub(in crate::bulk) fn into_members(self) -> Map<String, Value> {
        let mut members = Map::new();
        let entry = std::iter::once(("dn".to_owned(), self.dn)).chain(self.attributes);
        for (name, value) in entry {
            let value = String::from_utf8(value).unwrap_or_else(|error| Base64::encode_string(error.as_bytes()));
            match members.get_mut(&name) {
                None => {
                    members.insert(name, value.into());
                }
                Some(Value::Array(values)) => values.push(value.into()),
                Some(one) => *one = Value::Array(vec![one.take(), value.into()]),
            }
        }
        members
    }
}

/// The lines of an entry as text. A value that is not UTF-8 becomes base64, as RFC 2849 would have had it, so that nothing of
/// it is lost.
pub(in crate::bulk) fn entry_text(text: &[u8]) -> String {
    // What has no such lines is refused for that, whatever its bytes are.
    let lossy = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    match (std::str::from_utf8(text), unfolded(text)) {
        (Ok(text), _) => text.to_owned(),
        (Err(_), Err(_)) => lossy(text),
        (Err(_), Ok(lines)) => {
            let line = |(number, line): (usize, Vec<u8>)| match (std::str::from_utf8(&line), value(&line, number)) {
                (Err(_), Ok((name, value))) => format!("{name}:: {}\n", Base64::encode_string(&value)),
                _ => lossy(&line) + "\n",
            };
            lines.into_iter().map(line).collect::<Vec<_>>().concat()
        }
    }
}

/// Whether these are the lines of a search's result. One that did not end well is an error: entries are missing.
fn is_result(lines: &[(String, Vec<u8>)]) -> Result<bool, Fault> {
    let is_named = |line: Option<&(String, Vec<u8>)>, key| line.is_some_and(|(name, _)| name == key);
    if !is_named(lines.first(), "search") || !is_named(lines.get(1), "result") {
        return Ok(false);
    }
    let ended_well = lines.get(1).is_some_and(|(_, value)| value == b"0" || value.starts_with(b"0 "));
    let message =
        "the search behind this file did not end well, so entries are missing: see its result, and search again";
    if ended_well { Ok(true) } else { Err(Fault::new(FaultCode::NotPassed, "ldif.incomplete", "/result", message)) }
}

/// The lines without their folding, each with the number of the one where it begins; comments are left out.
fn unfolded(text: &[u8]) -> Result<Vec<(usize, Vec<u8>)>, Fault> {
    let mut lines: Vec<(usize, Vec<u8>)> = Vec::new();
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match (line.strip_prefix(b" "), lines.last_mut()) {
            (Some(rest), Some((_, before))) => before.extend_from_slice(rest),
            (Some(_), None) => return Err(refused("ldif.fold", number, "goes on with a line that is not there")),
            (None, _) => lines.push((number, line.to_vec())),
        }
    }
    lines.retain(|(_, line)| !line.starts_with(b"#"));
    Ok(lines)
}

/// An attribute and its value.
fn value(line: &[u8], number: usize) -> Result<(String, Vec<u8>), Fault> {
    let colon = line.iter().position(|byte| *byte == b':');
    let (name, rest) = match colon {
        Some(at) => line.split_at(at),
        None => return Err(refused("ldif.line", number, "has no colon behind the name of an attribute")),
    };
    let is_named = name.first().is_some_and(u8::is_ascii_alphanumeric)
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b';' | b'_'));
    let Some(name) = std::str::from_utf8(name).ok().filter(|_| is_named) else {
        return Err(refused("ldif.attribute", number, "does not begin with the name of an attribute"));
    };
    let value = match rest {
        [b':', b':', encoded @ ..] => {
            let encoded = std::str::from_utf8(encoded.trim_ascii()).ok();
            let decoded = encoded.and_then(|text| Base64::decode_vec(text).ok());
            decoded.ok_or_else(|| refused("ldif.base64", number, "has two colons and no base64 behind them"))?
        }
        [b':', b'<', ..] => {
            return Err(refused(
                "ldif.url",
                number,
                "has its value at a URL, and no URL is opened: put the value there",
            ));
        }
        [b':', value @ ..] => {
            let spaces = value.iter().take_while(|byte| **byte == b' ').count();
            value.get(spaces..).unwrap_or_default().to_vec()
        }
        _ => Vec::new(),
    };
    Ok((name.to_owned(), value))
}

/// A line that is none of LDIF, by its place in the entry.
fn refused(detail: &'static str, number: usize, what: &'static str) -> Fault {
    Fault::new(FaultCode::Format, detail, "", format!("line {} of the entry {what}", number + 1))
}
