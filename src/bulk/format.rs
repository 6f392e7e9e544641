//! Other systems' records in the import schema, each format in its file.

mod clerk;
mod cognito;
mod django;
mod firebase;
mod hash_export;
mod keycloak;
mod kratos;
mod ldif;
mod okta;
mod supabase;
mod users_export;

use serde_json::{Map, Value, json};

use super::{
    Fault, FaultCode, ImportFormat, ReadOptions,
    record::{Faults, hash},
};
use crate::{
    password::{
        HashError, PasswordHash,
        vendor::{ImportError, ImportProblem},
    },
    user::Credential,
};
pub(super) use firebase::{COLUMNS as FIREBASE_COLUMNS, FEWEST_COLUMNS as FEWEST_FIREBASE_COLUMNS};
pub use hash_export::HashExport;
pub(super) use ldif::entry_text;
pub(super) use supabase::TABLE as SUPABASE_TABLE;

/// What becomes of a record of another system.
pub(super) enum Translated {
    /// A record of the import schema.
    Record(Map<String, Value>),
    /// It is no user.
    Skipped,
    /// What is wrong with it, and what the schema would have of the rest.
    Refused(Vec<Fault>, Map<String, Value>),
}

/// What reads the records of a system. What is wrong is told, and left out.
type Translation = fn(Map<String, Value>, &ReadOptions, &mut Faults) -> Translated;

/// `None` for the formats that are the import schema already.
fn translation(format: Option<ImportFormat>) -> Option<Translation> {
    match format {
        // Entries of LDIF are no JSON.
        None | Some(ImportFormat::Csv | ImportFormat::Json | ImportFormat::JsonLines | ImportFormat::Ldif) => None,
        Some(ImportFormat::Clerk) => Some(clerk::user),
        Some(ImportFormat::Cognito) => Some(|row, _, faults| cognito::user(row, faults)),
        Some(ImportFormat::Django) => Some(django::user),
        Some(ImportFormat::Firebase) => Some(firebase::user),
        Some(ImportFormat::Keycloak) => Some(keycloak::user),
        Some(ImportFormat::Kratos) => Some(kratos::user),
        Some(ImportFormat::Okta) => Some(|row, _, faults| okta::user(row, faults)),
        Some(ImportFormat::Supabase) => Some(supabase::user),
        Some(ImportFormat::UsersExport) => Some(|export, _, _| users_export::user(export)),
    }
}

/// Reads a record of another system. `None` for one of the import schema.
pub(super) fn translate(format: Option<ImportFormat>, text: &[u8], options: &ReadOptions) -> Option<Translated> {
    let (fields, of) = (&options.fields, translation(format));
    if of.is_none() && fields.is_empty() {
        return None;
    }
    let members = match object(text) {
        Ok(members) => members,
        Err(faults) => return Some(Translated::Refused(faults, Map::new())),
    };
    let mut faults = Faults::default();
    let translated = match of {
        None => Translated::Record(fields.renamed(members)),
        Some(of) if fields.is_empty() => of(members, options, &mut faults),
        Some(of) => {
            let mut wanted = members.clone();
            fields.take_away(&mut wanted);
            let mut translated = of(wanted, options, &mut faults);
            if let Translated::Record(record) = &mut translated {
                fields.put_on(record, members);
            }
            translated
        }
    };
    Some(settled(translated, faults, options))
}

/// Reads an entry of LDIF, by a map of its attributes or as directories name them.
pub(super) fn translate_entry(text: &[u8], options: &ReadOptions) -> Translated {
    let mut faults = Faults::default();
    let translated = match ldif::Entry::read(text) {
        Err(fault) => return Translated::Refused(vec![fault], Map::new()),
        Ok(None) => Translated::Skipped,
        Ok(Some(entry)) if options.fields.is_empty() => ldif::user(&entry, options, &mut faults),
        Ok(Some(entry)) => Translated::Record(options.fields.renamed(entry.into_members())),
    };
    settled(translated, faults, options)
}

/// Reads a row of another system.
pub(super) fn translate_row(
    format: Option<ImportFormat>,
    row: Map<String, Value>,
    options: &ReadOptions,
) -> Translated {
    let mut faults = Faults::default();
    let translated = match format {
        Some(ImportFormat::Firebase) => firebase::user(firebase::row(row, &mut faults), options, &mut faults),
        Some(ImportFormat::UsersExport) => users_export::row(row),
        other => match translation(other) {
            Some(of) => of(row, options, &mut faults),
            None => Translated::Record(row),
        },
    };
    settled(translated, faults, options)
}

fn settled(translated: Translated, faults: Faults, options: &ReadOptions) -> Translated {
    match translated {
        Translated::Record(mut record) => {
            options.fields.put_constants(&mut record);
            if faults.is_empty() { Translated::Record(record) } else { Translated::Refused(faults.into_vec(), record) }
        }
        Translated::Skipped | Translated::Refused(..) => translated,
    }
}

/// The members of a record.
pub(super) fn object(text: &[u8]) -> Result<Map<String, Value>, Vec<Fault>> {
    let members = super::record::members(text)?;
    members.ok_or_else(|| vec![Fault::new(FaultCode::ObjectRequired, "record.type", "", "it is not an object")])
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

/// Reads a flag that says who may come in, where the schema asks who may not.
fn turn_round(
    from: &mut Map<String, Value>,
    key: &str,
    to: &mut Map<String, Value>,
    target: &str,
) -> Result<(), Fault> {
    match from.remove(key) {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Bool(truth)) => {
            to.insert(target.to_owned(), (!truth).into());
            Ok(())
        }
        Some(_) => Err(wrong_type(format!("/{key}"), "true or false")),
    }
}

/// Takes a text.
fn text(from: &mut Map<String, Value>, key: &str) -> Result<Option<String>, Fault> {
    match from.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong_type(format!("/{key}"), "a string")),
    }
}

/// Takes a flag, which a cell of CSV has as a text.
fn flag(from: &mut Map<String, Value>, key: &str) -> Result<Option<bool>, Fault> {
    let is_word = |text: &str, words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    match from.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(truth)) => Ok(Some(truth)),
        Some(Value::String(text)) if is_word(&text, &["t", "true", "1"]) => Ok(Some(true)),
        Some(Value::String(text)) if is_word(&text, &["f", "false", "0"]) => Ok(Some(false)),
        Some(_) => Err(wrong_type(format!("/{key}"), "true or false")),
    }
}

/// Puts metadata together: what a field map made of a row's own columns, and what is there besides.
fn merge(row: &mut Map<String, Value>, key: &str, more: Map<String, Value>, rest: &mut Map<String, Value>) {
    let mut all = match row.remove(key) {
        Some(Value::Object(members)) => members,
        Some(other) => {
            // It is none: the schema says so.
            row.insert(key.to_owned(), other);
            Map::new()
        }
        None => Map::new(),
    };
    all.extend(more);
    if !all.is_empty() {
        rest.insert(key.to_owned(), all.into());
    }
}

/// A value of another type than `expected`, such as `a string`.
fn wrong_type(pointer: String, expected: &'static str) -> Fault {
    Fault::new(FaultCode::InvalidType, "value.type", pointer, format!("it is not {expected}"))
}

/// A date in milliseconds since 1970, as a number or a text, in the microseconds of the schema.
fn millis(from: &mut Map<String, Value>, key: &str) -> Result<Option<Value>, Fault> {
    let Some(date) = from.remove(key).filter(|date| !date.is_null()) else { return Ok(None) };
    let millis = date.as_i64().or_else(|| date.as_str()?.parse().ok());
    let fault = || Fault::new(FaultCode::Format, "date.syntax", format!("/{key}"), "it is not milliseconds since 1970");
    Ok(Some(millis.ok_or_else(fault)?.saturating_mul(1_000).into()))
}

/// A hash as the record's credential, if a password will ever open it.
fn credential(hash: PasswordHash, pointer: &str, options: &ReadOptions) -> Result<Value, Fault> {
    let hash = hash::verifiable(hash, &options.record).map_err(|error| refused_hash(&error, pointer))?;
    Ok(json!(Credential::Hash(hash)))
}

fn refused_hash(error: &HashError, pointer: &str) -> Fault {
    let (code, detail) = hash::codes(error);
    Fault::new(code, detail, pointer, error.to_string())
}

/// What a vendor's own shape of a hash cannot be.
fn refused_import(error: &ImportError, pointer: &str) -> Fault {
    let (code, detail) = match error.problem {
        ImportProblem::Unsupported { .. } => (FaultCode::EnumMismatch, "hash.unsupported"),
        _ => (FaultCode::EnumMismatch, "hash.unknown"),
    };
    Fault::new(code, detail, pointer, error.problem.to_string())
}

/// Base32 (RFC 4648, section 6) without padding: how secrets of one-time passwords are written.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let group = chunk.iter().fold(0_u64, |group, byte| group << 8 | u64::from(*byte)) << (8 * (5 - chunk.len()));
        for digit in 0..(chunk.len() * 8).div_ceil(5) {
            let index = (group >> (35 - 5 * digit)) & 31;
            text.extend(
                usize::try_from(index).ok().and_then(|index| ALPHABET.get(index)).map(|byte| char::from(*byte)),
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_of_any_length_has_no_padding() {
        // RFC 4648, section 10.
        for (text, encoded) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(text.as_bytes()), encoded);
        }
    }
}
