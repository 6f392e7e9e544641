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
/// left out. Where the format is another
/// system's, its users are read as ever, and what the map names is put on top. A map has at most 1,000 fields, and a pointer or a path at most 16 parts: an input under any other
/// is a [`ReadError`](crate::bulk::ReadError) with the code `fields.map`.
///
/// ```
/// use waystation::bulk::{FieldMap, ReadOptions, RecordReader, RecordSource};
///
/// let text = "UID;mail;plan;joined\n7;ada@example.com;gold;2019\n";
/// let map = FieldMap::default()
///     .field("UID", "user_id")
///     .field("mail", "email")
///     .field("plan", "app_metadata.plan")
///     .without("joined");
/// let mut reader = RecordReader::new(text.as_bytes(), None, ReadOptions::default().fields(map))?;
/// let user = reader.next()?.unwrap().user.unwrap();
/// assert_eq!(user.profile.app_metadata["plan"], "gold");
/// # Ok::<(), waystation::bulk::ReadError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FieldMap {
    fields: Vec<(String, Option<String>)>,
}

impl FieldMap {
    /// What stands at `source` is `target`.
    pub fn field(mut self, source: impl Into<String>, target: impl Into<String>) -> Self {
        self.fields.push((source.into(), Some(target.into())));
        self
    }

    /// What stands at `source` is not wanted.
    pub fn without(mut self, source: impl Into<String>) -> Self {
        self.fields.push((source.into(), None));
        self
    }

    /// Whether every field keeps its name.
    pub(in crate::bulk) const fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// What is wrong with the map itself.
    pub(super) fn problem(&self) -> Option<&'static str> {
        if self.fields.len() > MOST_FIELDS {
            return Some("the field map has more than 1,000 fields: name those that users need");
        }
        let is_deep = |(source, target): &(String, Option<String>)| {
            let pointer = source.strip_prefix('/');
            pointer.is_some_and(|pointer| pointer.split('/').count() > MOST_PARTS)
                || target.as_deref().is_some_and(is_too_deep)
        };
        let deep = "a pointer or a path of the field map has more than 16 parts: name a place that is less deep";
        if self.fields.iter().any(is_deep) {
            return Some(deep);
        }
        let targets = self.fields.iter().filter_map(|(_, target)| target.as_deref());
        overlap(targets).then_some("two fields of the field map have the same target, or one is a part of the other")
    }

    /// The target of a column; `None` if it is not wanted.
    pub(in crate::bulk) fn target<'a>(&'a self, column: &'a str) -> Option<&'a str> {
        match self.fields.iter().find(|(source, _)| source == column) {
            Some((_, target)) => target.as_deref(),
            None => Some(column),
        }
    }

    /// Whether each source is one of these columns.
    pub(super) fn has_all_in(&self, columns: &[String]) -> bool {
        self.fields.iter().all(|(source, _)| columns.iter().any(|column| column.trim() == source))
    }

    /// Whether a source is no pointer, and so finds nothing in JSON.
    pub(super) fn has_columns(&self) -> bool {
        self.fields.iter().any(|(source, _)| !source.starts_with('/'))
    }

    /// A record of another schema in ours.
    pub(in crate::bulk) fn renamed(&self, members: Map<String, Value>) -> Map<String, Value> {
        let original = Value::Object(members);
        let mut rest = original.clone();
        take_out(&mut rest, self.fields.iter().map(|(source, _)| source));
        let mut record = match rest {
            Value::Object(rest) => rest,
            _ => Map::new(),
        };
        // What is left of an object after everything in it was taken is not a member.
        let is_emptied =
            |name: &str, value: &Value| value == &Value::Object(Map::new()) && original.get(name) != Some(value);
        record.retain(|name, value| KEYS.contains(&name.as_str()) && !is_emptied(name, value));
        self.put_on(&mut record, &original);
        record
    }

    /// Puts what the map names of an object on a record of ours.
    pub(in crate::bulk) fn put_on(&self, record: &mut Map<String, Value>, value: &Value) {
        for (source, target) in &self.fields {
            let found = value.pointer(source).filter(|found| !found.is_null());
            if let (Some(found), Some(target)) = (found, target) {
                put(record, target, found.clone());
            }
        }
    }

    /// Takes away what the map says is not wanted.
    pub(in crate::bulk) fn take_away(&self, value: &mut Value) {
        take_out(value, self.fields.iter().filter(|(_, target)| target.is_none()).map(|(source, _)| source));
    }
}

/// Takes the members out to which these pointers lead.
fn take_out<'a>(value: &mut Value, pointers: impl Iterator<Item = &'a String>) {
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
