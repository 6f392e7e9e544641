//! Records of other systems that were put aside as they came, and are read again among those of the import schema.

use serde_json::{Map, Value};

use super::{FieldMap, ImportFormat, ReadOptions};
use crate::bulk::{
    Fault, FaultCode,
    format::{self, Translated},
};

/// The member that such a record begins with, which no record of the import schema has: the name of its format.
const FROM: &str = "quarantined_from";

/// Under which name the record stands beside it: by what it was.
const ENTRY: &str = "entry";
const RECORD: &str = "record";
const ROW: &str = "row";

/// And beside that the field map it was read by, if there was one.
const FIELDS: &str = "fields";

/// What a record was.
pub(super) enum Original<'a> {
    /// An entry of LDIF.
    Entry(&'a [u8]),
    /// JSON.
    Record(&'a [u8]),
    /// A row of CSV, by its columns.
    Row(Map<String, Value>),
}

/// A record of another system as it is put aside.
pub(super) fn put_aside(from: ImportFormat, fields: &FieldMap, original: Original<'_>) -> Vec<u8> {
    let (name, json) = match original {
        Original::Entry(text) => (ENTRY, Value::from(format::entry_text(text)).to_string().into_bytes()),
        Original::Record(text) => (RECORD, text.to_vec()),
        Original::Row(row) => (ROW, Value::Object(row).to_string().into_bytes()),
    };
    let mut line = format!("{{\"{FROM}\":\"{from}\",").into_bytes();
    if !fields.is_empty() {
        // Rules of texts and JSON are always written.
        let rules = serde_json::to_string(fields).unwrap_or_default();
        line.extend(format!("\"{FIELDS}\":{rules},").into_bytes());
    }
    line.extend(format!("\"{name}\":").into_bytes());
    line.extend(json);
    line.push(b'}');
    line
}

/// A record that was put aside.
pub(super) struct Quarantined {
    from: ImportFormat,
    fields: Option<FieldMap>,
    original: Value,
    name: &'static str,
}

impl Quarantined {
    /// `None` for a record of the import schema.
    pub(super) fn read(text: &[u8]) -> Option<Result<Self, Vec<Fault>>> {
        let first = text.trim_ascii_start().strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"")?;
        if !first.starts_with(FROM.as_bytes()) {
            return None;
        }
        Some(format::object(text).and_then(|mut members| {
            let from = members.get(FROM).and_then(Value::as_str).and_then(|name| name.parse().ok());
            let original = [ENTRY, RECORD, ROW].into_iter().find_map(|name| Some((name, members.remove(name)?)));
            let fields = members.remove(FIELDS).map(serde_json::from_value::<FieldMap>).transpose();
            let fields = fields.ok().filter(|fields| fields.as_ref().is_none_or(FieldMap::is_sound));
            let (Some(from), Some(fields), Some((name, original))) = (from, fields, original) else {
                let message = "it names no format, has no `record`, `row` or `entry`, or another field map than it had";
                return Err(vec![Fault::new(FaultCode::Format, "quarantine.form", "", message)]);
            };
            Ok(Self { from, fields, original, name })
        }))
    }

    pub(super) fn translate(self, options: &ReadOptions) -> Translated {
        let refused = || {
            let pointer = format!("/{}", self.name);
            let fault = Fault::new(FaultCode::InvalidType, "value.type", pointer, "it is not as it was");
            Translated::Refused(vec![fault], Map::new())
        };
        let of_then = self.fields.map(|fields| ReadOptions { fields, ..options.clone() });
        let options = of_then.as_ref().unwrap_or(options);
        match (self.name, self.original) {
            (ENTRY, Value::String(text)) => format::translate_entry(text.as_bytes(), options),
            (ROW, Value::Object(row)) => format::translate_row(Some(self.from), row, options),
            (RECORD, original @ Value::Object(_)) => {
                let text = original.to_string();
                format::translate(Some(self.from), text.as_bytes(), options).unwrap_or_else(refused)
            }
            _ => refused(),
        }
    }
}
