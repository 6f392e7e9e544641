use jiff::{civil, tz::TimeZone};
use serde_json::{Map, Value};

use crate::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierError, IdentifierKind, IdentifierRules},
    legacy::LegacyError,
    user::Metadata,
};

/// No text of an answer is longer: a bound on what one broken member may cost, in bytes.
const MAX_TEXT_BYTES: usize = 65_536;

/// No answer nests deeper. Profiles are stored as JSON inside of JSON, and have to be readable there.
const MAX_DEPTH: usize = 32;

/// Parses an answer.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, LegacyError> {
    // The parser's own message may quote the text.
    let value = serde_json::from_slice(bytes).map_err(|_| LegacyError::malformed("not JSON", "body"))?;
    if is_deeper(&value, MAX_DEPTH) {
        return Err(LegacyError::malformed("nested too deeply", "body"));
    }
    Ok(value)
}

fn is_deeper(value: &Value, depth: usize) -> bool {
    let is_deeper_inside = |inner: &Value| depth == 0 || is_deeper(inner, depth - 1);
    match value {
        Value::Array(items) => items.iter().any(is_deeper_inside),
        Value::Object(members) => members.values().any(is_deeper_inside),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// An object of an answer, read by the names of its members. What cannot be read is an error that names the JSON
/// pointer and never the value. An absent member is the same as `null`.
#[derive(Debug)]
pub(super) struct Object<'a> {
    members: &'a Map<String, Value>,
    pointer: String,
}

impl<'a> Object<'a> {
    /// The answer as a whole.
    pub(super) fn root(value: &'a Value) -> Result<Self, LegacyError> {
        Self::at(value, String::new())
    }

    fn at(value: &'a Value, pointer: String) -> Result<Self, LegacyError> {
        match value {
            Value::Object(members) => Ok(Self { members, pointer }),
            _ => Err(LegacyError::malformed("not an object", place(pointer))),
        }
    }

    /// Where the member is.
    pub(super) fn place(&self, key: &str) -> String {
        format!("{}/{}", self.pointer, key.replace('~', "~0").replace('/', "~1"))
    }

    pub(super) fn malformed(&self, what: &'static str, key: &str) -> LegacyError {
        LegacyError::malformed(what, self.place(key))
    }

    fn member(&self, key: &str) -> Option<&'a Value> {
        self.members.get(key).filter(|value| !value.is_null())
    }

    /// Refuses members of any other name: most of them are a known one that was misspelt.
    pub(super) fn has_only(&self, known: &[&str]) -> Result<(), LegacyError> {
        match self.members.keys().find(|key| !known.contains(&key.as_str())) {
            // Not named: the answer may have the name from a person.
            Some(_) => {
                Err(LegacyError::malformed("a member that the contract does not know", place(self.pointer.clone())))
            }
            None => Ok(()),
        }
    }

    /// The members of any other name, as they are.
    pub(super) fn others(&self, known: &[&str]) -> Metadata {
        let others = self.members.iter().filter(|(key, value)| !known.contains(&key.as_str()) && !value.is_null());
        others.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    pub(super) fn object(&self, key: &str) -> Result<Option<Self>, LegacyError> {
        self.member(key).map(|value| Self::at(value, self.place(key))).transpose()
    }

    pub(super) fn required_object(&self, key: &str) -> Result<Self, LegacyError> {
        self.object(key)?.ok_or_else(|| self.malformed("missing", key))
    }

    /// The objects of a list; none where there is no list.
    pub(super) fn objects(&self, key: &str) -> Result<Vec<Self>, LegacyError> {
        let items = match self.member(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(self.malformed("not a list", key)),
        };
        items.iter().enumerate().map(|(at, item)| Self::at(item, format!("{}/{at}", self.place(key)))).collect()
    }

    pub(super) fn required_objects(&self, key: &str) -> Result<Vec<Self>, LegacyError> {
        if self.member(key).is_none() {
            return Err(self.malformed("missing", key));
        }
        self.objects(key)
    }

    /// A list of texts; none where there is no list.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<&'a str>, LegacyError> {
        match self.member(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                let texts = items.iter().map(Value::as_str);
                texts.collect::<Option<_>>().ok_or_else(|| self.malformed("not a list of texts", key))
            }
            Some(_) => Err(self.malformed("not a list of texts", key)),
        }
    }

    /// Text; nothing but white space is `None`.
    pub(super) fn text(&self, key: &str) -> Result<Option<&'a str>, LegacyError> {
        match self.member(key) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() > MAX_TEXT_BYTES => Err(self.malformed("longer than 64 KiB", key)),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.trim().is_empty())),
            Some(_) => Err(self.malformed("not text", key)),
        }
    }

    pub(super) fn required_text(&self, key: &str) -> Result<&'a str, LegacyError> {
        self.text(key)?.ok_or_else(|| self.malformed("missing or empty", key))
    }

    pub(super) fn owned_text(&self, key: &str) -> Result<Option<String>, LegacyError> {
        Ok(self.text(key)?.map(str::to_owned))
    }

    /// An id, which some systems write as a whole number.
    pub(super) fn id(&self, key: &str) -> Result<Option<String>, LegacyError> {
        match self.member(key) {
            Some(Value::Number(number)) if number.is_i64() || number.is_u64() => Ok(Some(number.to_string())),
            _ => self.owned_text(key),
        }
    }

    pub(super) fn required_id(&self, key: &str) -> Result<String, LegacyError> {
        self.id(key)?.ok_or_else(|| self.malformed("missing or empty", key))
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, LegacyError> {
        match self.member(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(self.malformed("not true or false", key)),
        }
    }

    /// A flag that may also be written as the text `true` or `false`.
    pub(super) fn loose_flag(&self, key: &str) -> Result<Option<bool>, LegacyError> {
        match self.member(key) {
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            _ => self.flag(key),
        }
    }

    pub(super) fn count(&self, key: &str) -> Result<Option<u64>, LegacyError> {
        match self.member(key) {
            None => Ok(None),
            Some(value) => value.as_u64().map(Some).ok_or_else(|| self.malformed("not a count", key)),
        }
    }

    /// A date of RFC 3339; without an offset it is UTC. Nobody's account is older than 1970: a date before that is the
    /// zero of some other calendar.
    pub(super) fn date(&self, key: &str) -> Result<Option<Timestamp>, LegacyError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let instant = text.trim().parse::<jiff::Timestamp>().or_else(|_| {
            let local = text.trim().parse::<civil::DateTime>()?;
            local.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp())
        });
        match instant.map(jiff::Timestamp::as_microsecond) {
            Ok(micros) if micros < 0 => Err(self.malformed("a date before 1970", key)),
            Ok(micros) => Ok(Some(Timestamp::from_micros(micros))),
            Err(_) if is_after_9999(text.trim()) => Err(self.malformed("a date after 9999", key)),
            Err(_) => Err(self.malformed("not a date", key)),
        }
    }

    /// An object of the legacy system's own meaning.
    pub(super) fn metadata(&self, key: &str) -> Result<Metadata, LegacyError> {
        Ok(self.object(key)?.map(|object| object.members.clone()).unwrap_or_default())
    }

    /// A value of the legacy system's own meaning.
    pub(super) fn value(&self, key: &str) -> Option<&'a Value> {
        self.member(key)
    }

    /// An identifier by the service's rules; `None` also where they take none of this kind.
    pub(super) fn identifier(
        &self,
        key: &str,
        kind: IdentifierKind,
        rules: &dyn IdentifierRules,
    ) -> Result<Option<Identifier>, LegacyError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        match rules.parse_as(kind, text) {
            Ok(identifier) => Ok(Some(identifier)),
            Err(IdentifierError::KindNotAccepted { .. }) => Ok(None),
            Err(error) => Err(LegacyError::malformed_because("not a usable identifier", self.place(key), error)),
        }
    }
}

/// A pointer as errors show it: the empty one is the whole answer.
fn place(pointer: String) -> String {
    if pointer.is_empty() { "/".into() } else { pointer }
}

/// Whether a date's year has more than four digits.
fn is_after_9999(text: &str) -> bool {
    let year = text.strip_prefix('+').unwrap_or(text);
    let digits = year.bytes().take_while(u8::is_ascii_digit).count();
    digits > 4 && year.as_bytes().get(digits) == Some(&b'-')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::identifier::StandardRules;

    fn error<T: std::fmt::Debug>(result: Result<T, LegacyError>) -> (&'static str, String) {
        match result {
            Err(LegacyError::Malformed { what, place, .. }) => (what, place),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_pointer() {
        let answer = json!({"user": {"n": 1, "t": "x", "l": [1], "o/~": [{"f": "yes"}]}});
        let root = Object::root(&answer).unwrap();
        let user = root.required_object("user").unwrap();
        assert_eq!(error(user.text("n")), ("not text", "/user/n".into()));
        assert_eq!(error(user.flag("t")), ("not true or false", "/user/t".into()));
        assert_eq!(error(user.count("t")), ("not a count", "/user/t".into()));
        assert_eq!(error(user.texts("l")), ("not a list of texts", "/user/l".into()));
        assert_eq!(error(user.objects("l")), ("not an object", "/user/l/0".into()));
        assert_eq!(error(user.objects("t")), ("not a list", "/user/t".into()));
        assert_eq!(error(user.object("t")), ("not an object", "/user/t".into()));
        assert_eq!(error(user.metadata("l")), ("not an object", "/user/l".into()));
        assert_eq!(error(user.required_text("missing")), ("missing or empty", "/user/missing".into()));
        assert_eq!(error(user.has_only(&["n"])), ("a member that the contract does not know", "/user".into()));
        let item = user.objects("o/~").unwrap().remove(0);
        assert_eq!(error(item.loose_flag("f")), ("not true or false", "/user/o~1~0/0/f".into()));
        assert_eq!(error(Object::root(&json!([]))), ("not an object", "/".into()));
        let name = user.identifier("t", IdentifierKind::Email, &StandardRules::new());
        assert_eq!(error(name), ("not a usable identifier", "/user/t".into()));
    }

    #[test]
    fn null_and_blank_are_absent() {
        let answer = json!({"a": null, "b": "  "});
        let root = Object::root(&answer).unwrap();
        for key in ["a", "b", "c"] {
            assert_eq!((root.text(key).unwrap(), root.date(key).unwrap()), (None, None));
        }
        assert!(root.others(&[]).contains_key("b") && !root.others(&[]).contains_key("a"));
    }

    #[test]
    fn dates_are_between_1970_and_9999() {
        let read =
            |text: &str| Object::root(&json!({ "d": text })).unwrap().date("d").map(|date| date.unwrap().as_micros());
        assert_eq!(read("2019-04-02T10:15:30.123456+02:00").unwrap(), 1_554_192_930_123_456);
        assert_eq!(read("2019-04-02 08:15:30").unwrap(), 1_554_192_930_000_000);
        assert_eq!(read("1970-01-01T00:00:00Z").unwrap(), 0);
        for (text, what) in [
            ("1969-12-31T23:59:59Z", "a date before 1970"),
            ("0001-01-01T00:00:00", "a date before 1970"),
            ("10000-01-01T00:00:00Z", "a date after 9999"),
            ("+275760-09-13T00:00:00.000Z", "a date after 9999"),
            ("yesterday", "not a date"),
            ("2019-02-30T00:00:00Z", "not a date"),
            ("1554192930", "not a date"),
        ] {
            assert_eq!(error(read(text)), (what, "/d".into()), "{text}");
        }
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(error(parse(nested(MAX_DEPTH + 1).as_bytes())), ("nested too deeply", "body".into()));
        assert_eq!(error(parse(nested(100_000).as_bytes())), ("not JSON", "body".into()));
    }
}
