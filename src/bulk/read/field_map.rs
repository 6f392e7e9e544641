use serde_json::{Map, Value};

/// Which column, or member, of another system's records is which field of the import schema.
///
/// A source is the name of a CSV column or, in JSON, a pointer (RFC 6901). A target is a key of the import schema, or a path
/// with dots into one that is an object. What is not named keeps its own name in CSV, so that an unknown column is refused,
/// and is left out in JSON.
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

    /// The target of a column; `None` if it is not wanted.
    pub(in crate::bulk) fn target<'a>(&'a self, column: &'a str) -> Option<&'a str> {
        match self.fields.iter().find(|(source, _)| source == column) {
            Some((_, target)) => target.as_deref(),
            None => Some(column),
        }
    }

    /// A record of another schema in ours. What is not JSON stays as it is, and is refused as that.
    pub(in crate::bulk) fn renamed(&self, text: &[u8]) -> Vec<u8> {
        let Ok(value) = serde_json::from_slice::<Value>(text) else { return text.to_vec() };
        let mut record = Map::new();
        for (source, target) in &self.fields {
            let found = value.pointer(source).filter(|found| !found.is_null());
            if let (Some(found), Some(target)) = (found, target) {
                put(&mut record, target, found.clone());
            }
        }
        serde_json::to_vec(&record).unwrap_or_default()
    }
}

/// Puts a value where a path with dots leads.
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
        "app_metadata" | "custom_password_hash" | "mfa_factors" | "user_metadata" | "waystation" => {
            serde_json::from_str(text).unwrap_or_else(|_| as_text())
        }
        "waystation.login_count" => text.parse::<u64>().map_or_else(|_| as_text(), Value::from),
        _ => as_text(),
    })
}
