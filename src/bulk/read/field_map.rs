use std::mem;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::bulk::record::KEYS;

/// Most parts of a path. Each is a level of nesting, and neither the stack nor a record has many of them.
const MOST_PARTS: usize = 16;

/// Most columns of a header, and most fields of a map.
pub(super) const MOST_FIELDS: usize = 1_000;

/// Which column, or member, of another system's records is which field of the import schema.
///
/// A source is the name of a CSV column or, in JSON, a pointer (RFC 6901). A target is a key of the import schema, or a path
/// with dots into one that is an object. What is not named keeps its own name: in CSV always, so that an unknown column is
/// refused; in JSON where it is a key of the import schema (with what the map does not take out of it), and anything else is
/// left out. Where the format is another system's, its users are read as ever, and what the map names is put on top. A map
/// has at most 1,000 fields, and a pointer or a path at most 16 parts: an input under any other is a
/// [`ReadError`](crate::bulk::ReadError) with the code `fields.map`.
///
/// ```
/// use waystation::bulk::{FieldMap, ReadOptions, RecordReader, RecordSource};
///
/// let text = "UID;mail;plan;active;joined\n7;ada@example.com;gold;no;2019\n";
/// let map = FieldMap::default()
///     .field("UID", "user_id")
///     .field("mail", "email")
///     .field("plan", "app_metadata.plan")
///     .negated("active", "blocked")
///     .without("joined")
///     .constant("app_metadata.from", "the old shop");
/// let mut reader = RecordReader::new(text.as_bytes(), None, ReadOptions::default().fields(map))?;
/// let user = reader.next()?.unwrap().user.unwrap();
/// assert_eq!((&user.profile.app_metadata["plan"], user.profile.blocked), (&"gold".into(), true));
/// # Ok::<(), waystation::bulk::ReadError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldMap {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Rule {
    Field { source: String, target: String },
    Negated { source: String, target: String },
    Without { source: String },
    Constant { target: String, value: Value },
}

impl Rule {
    fn source(&self) -> Option<&str> {
        match self {
            Self::Field { source, .. } | Self::Negated { source, .. } | Self::Without { source } => Some(source),
            Self::Constant { .. } => None,
        }
    }

    fn target(&self) -> Option<&str> {
        match self {
            Self::Field { target, .. } | Self::Negated { target, .. } | Self::Constant { target, .. } => Some(target),
            Self::Without { .. } => None,
        }
    }
}

/// What becomes of a column.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) path: String,
    pub(super) negated: bool,
}

impl FieldMap {
    /// What stands at `source` is `target`.
    pub fn field(self, source: impl Into<String>, target: impl Into<String>) -> Self {
        self.with(Rule::Field { source: source.into(), target: target.into() })
    }

    /// The contrary of what stands at `source` is `target`: whoever is not active is blocked. What is neither true nor false
    /// stays as it is.
    pub fn negated(self, source: impl Into<String>, target: impl Into<String>) -> Self {
        self.with(Rule::Negated { source: source.into(), target: target.into() })
    }

    /// What stands at `source` is not wanted.
    pub fn without(self, source: impl Into<String>) -> Self {
        self.with(Rule::Without { source: source.into() })
    }

    /// Every record has this `value` at `target`: what all of them have in common and none says, such as the algorithm of their
    /// `custom_password_hash`. That one gets its constants only where the record has something else in it.
    pub fn constant(self, target: impl Into<String>, value: impl Into<Value>) -> Self {
        self.with(Rule::Constant { target: target.into(), value: value.into() })
    }

    fn with(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Whether every field keeps its name, and none is added.
    pub const fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What is wrong with the map itself.
    pub(super) fn problem(&self) -> Option<&'static str> {
        if self.rules.len() > MOST_FIELDS {
            return Some("the field map has more than 1,000 fields: name those that users need");
        }
        let is_deep = |rule: &Rule| {
            let pointer = rule.source().and_then(|source| source.strip_prefix('/'));
            pointer.is_some_and(|pointer| pointer.split('/').count() > MOST_PARTS)
                || rule.target().is_some_and(is_too_deep)
        };
        let deep = "a pointer or a path of the field map has more than 16 parts: name a place that is less deep";
        if self.rules.iter().any(is_deep) {
            return Some(deep);
        }
        let targets = self.rules.iter().filter_map(Rule::target);
        overlap(targets).then_some("two fields of the field map have the same target, or one is a part of the other")
    }

    /// Whether it can be used.
    pub(super) fn is_sound(&self) -> bool {
        self.problem().is_none()
    }

    /// The target of a column; `None` if it is not wanted.
    pub(super) fn target(&self, column: &str) -> Option<Target> {
        let rule = self.rules.iter().find(|rule| rule.source() == Some(column));
        let path = rule.map_or(Some(column), Rule::target)?.to_owned();
        Some(Target { path, negated: matches!(rule, Some(Rule::Negated { .. })) })
    }

    /// Whether each source is one of these columns.
    pub(super) fn has_all_in(&self, columns: &[String]) -> bool {
        self.sources().all(|source| columns.iter().any(|column| column.trim() == source))
    }

    /// Whether a source is no pointer, and so finds nothing in JSON.
    pub(super) fn has_columns(&self) -> bool {
        self.sources().any(|source| !source.starts_with('/'))
    }

    fn sources(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter_map(Rule::source)
    }

    /// A record of another schema in ours.
    pub(in crate::bulk) fn renamed(&self, members: Map<String, Value>) -> Map<String, Value> {
        let original = Value::Object(members);
        let mut rest = original.clone();
        take_out(&mut rest, self.sources());
        let mut record = match rest {
            Value::Object(rest) => rest,
            _ => Map::new(),
        };
        // What is left of an object after everything in it was taken is not a member.
        let is_emptied =
            |name: &str, value: &Value| value == &Value::Object(Map::new()) && original.get(name) != Some(value);
        record.retain(|name, value| KEYS.contains(&name.as_str()) && !is_emptied(name, value));
        self.put_of(&mut record, &original);
        record
    }

    /// Puts what the map names of an object on a record of ours.
    pub(in crate::bulk) fn put_on(&self, record: &mut Map<String, Value>, members: Map<String, Value>) {
        self.put_of(record, &Value::Object(members));
    }

    fn put_of(&self, record: &mut Map<String, Value>, value: &Value) {
        let at = |source: &str| value.pointer(source).filter(|found| !found.is_null()).cloned();
        for rule in &self.rules {
            let (found, target) = match rule {
                Rule::Field { source, target } => (at(source), target),
                Rule::Negated { source, target } => (at(source).map(contrary), target),
                Rule::Without { .. } | Rule::Constant { .. } => continue,
            };
            if let Some(found) = found {
                put(record, target, found);
            }
        }
    }

    /// Puts what every record has on one of ours.
    pub(in crate::bulk) fn put_constants(&self, record: &mut Map<String, Value>) {
        // Who has no password is not given half of one.
        let has_hash = record.contains_key("custom_password_hash");
        for rule in &self.rules {
            if let Rule::Constant { target, value } = rule
                && (has_hash || !target.starts_with("custom_password_hash."))
            {
                put(record, target, value.clone());
            }
        }
    }

    /// Takes away what the map says is not wanted.
    pub(in crate::bulk) fn take_away(&self, members: &mut Map<String, Value>) {
        let unwanted = self.rules.iter().filter(|rule| matches!(rule, Rule::Without { .. }));
        let mut value = Value::Object(mem::take(members));
        take_out(&mut value, unwanted.filter_map(Rule::source));
        if let Value::Object(rest) = value {
            *members = rest;
        }
    }
}

/// False for true, and true for false.
pub(super) fn contrary(value: Value) -> Value {
    match value {
        Value::Bool(truth) => Value::Bool(!truth),
        other => other,
    }
}

/// Takes the members out to which these pointers lead.
fn take_out<'a>(value: &mut Value, pointers: impl Iterator<Item = &'a str>) {
    for (around, last) in pointers.filter_map(|pointer| pointer.rsplit_once('/')) {
        if let Some(Value::Object(members)) = value.pointer_mut(around) {
            members.remove(&unescaped(last));
        }
    }
}

/// A part of a pointer as it is meant (RFC 6901, section 4).
fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// Whether a path with dots has more parts than may be put.
pub(super) fn is_too_deep(path: &str) -> bool {
    path.split('.').count() > MOST_PARTS
}

/// Whether two of these paths are the same, or one is a part of the other: what is put at one would be lost.
pub(super) fn overlap<'a>(paths: impl Iterator<Item = &'a str>) -> bool {
    let mut paths: Vec<&str> = paths.collect();
    // By their parts, so that what begins with a path comes right after it.
    paths.sort_unstable_by(|one, next| one.split('.').cmp(next.split('.')));
    paths.windows(2).any(|pair| match pair {
        [one, next] => next.strip_prefix(one).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        _ => false,
    })
}

/// Puts a value where a path with dots leads, which is not too deep.
pub(in crate::bulk) fn put(record: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            record.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = record.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// What the text of a cell is in a field of the import schema; `None` for an empty one.
pub(in crate::bulk) fn cell(target: &str, text: &str) -> Option<Value> {
    if text.is_empty() {
        return None;
    }
    let as_text = || Value::String(text.to_owned());
    Some(match target {
        "blocked" | "email_verified" | "phone_verified" => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "t" => Value::Bool(true),
            "false" | "0" | "no" | "f" => Value::Bool(false),
            _ => as_text(),
        },
        "app_metadata" | "custom_password_hash" | "identities" | "mfa_factors" | "user_metadata" | "waystation" => {
            serde_json::from_str(text).unwrap_or_else(|_| as_text())
        }
        "waystation.login_count" => text.parse::<u64>().map_or_else(|_| as_text(), Value::from),
        _ => as_text(),
    })
}
