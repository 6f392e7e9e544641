//! Other systems' records in the import schema, each format in its file.

mod django;
mod firebase;
mod hash_export;
mod users_export;

use serde_json::{Map, Value};

use super::{Fault, FaultCode, ImportFormat, ReadOptions};
pub use hash_export::HashExport;

/// What becomes of a record of another system.
pub(super) enum Translated {
    /// A record of the import schema.
    Record(Map<String, Value>),
    /// It is no user.
    Skipped,
}

/// What reads the records of a system.
type Translation = fn(Map<String, Value>, &ReadOptions) -> Result<Translated, Fault>;

/// `None` for the formats that are the import schema already.
fn translation(format: Option<ImportFormat>) -> Option<Translation> {
    match format {
        None | Some(ImportFormat::Csv | ImportFormat::Json | ImportFormat::JsonLines) => None,
        Some(ImportFormat::Django) => Some(|object, _| django::user(object)),
        Some(ImportFormat::Firebase) => Some(firebase::user),
        Some(ImportFormat::UsersExport) => Some(|export, _| Ok(users_export::user(export))),
    }
}

/// Reads a record of another system. `None` for one of the import schema.
pub(super) fn translate(
    format: Option<ImportFormat>,
    text: &[u8],
    options: &ReadOptions,
) -> Option<Result<Translated, Fault>> {
    translation(format).map(|of| object(text).and_then(|members| of(members, options)))
}

/// Reads a row of another system.
pub(super) fn translate_row(
    format: Option<ImportFormat>,
    row: Map<String, Value>,
    options: &ReadOptions,
) -> Result<Translated, Fault> {
    match format {
        Some(ImportFormat::UsersExport) => Ok(users_export::row(row)),
        other => match translation(other) {
            Some(of) => of(row, options),
            None => Ok(Translated::Record(row)),
        },
    }
}

/// The members of a record.
pub(super) fn object(text: &[u8]) -> Result<Map<String, Value>, Fault> {
    let members = super::record::members(text)?;
    let object = Fault::new(FaultCode::ObjectRequired, "record.type", "", "it is not an object");
    members.ok_or(object)
}

/// Moves a member to another place of the import schema. `null` is nothing.
fn carry(from: &mut Map<String, Value>, key: &str, to: &mut Map<String, Value>, target: &str) {
    if let Some(value) = from.remove(key).filter(|value| !value.is_null()) {
        to.insert(target.to_owned(), value);
    }
}

/// Puts what there is beside the reference schema into its member.
fn extend(record: &mut Map<String, Value>, rest: Map<String, Value>) {
    if !rest.is_empty() {
        record.insert("waystation".to_owned(), Value::Object(rest));
    }
}
