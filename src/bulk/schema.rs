/// The import schema as JSON Schema (draft 2020-12): whatever [`ImportRecord`](super::ImportRecord) reads by its default options
/// is in it.
///
/// It is for the editor or the program in which a record is made. It cannot say all: whether a hash is whole and can be verified,
/// whether the service's rules take an identifier, and that no field stands both in `waystation` and outside of it.
/// [`STRICT_IMPORT_SCHEMA`] is the one for the reference product's records.
///
/// ```
/// use serde_json::Value;
/// use waystation::bulk::{Field, IMPORT_SCHEMA};
///
/// let schema: Value = serde_json::from_str(IMPORT_SCHEMA)?;
/// assert_eq!(schema["properties"][Field::Nickname.as_str()]["type"], "string");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub const IMPORT_SCHEMA: &str = include_str!("import.schema.json");

/// The reference product's import schema alone, which is what is read [strictly](super::RecordOptions::strict): with the lengths
/// and patterns that its documentation gives, and without what this crate takes besides.
///
/// What is in it is read, and nothing else, where `format` is checked, too; but for this:
///
/// - of a hash it says how it begins, and nothing of its length, its encoding and what it costs to verify;
/// - `32.0` is a whole number in JSON Schema, and none here;
/// - a key that stands twice, more than 64 levels, an id of more than 1,024 bytes that are fewer characters, a domain with `xn--`
///   and no Punycode after it, and the last hours of the year 9999 are beyond it;
/// - a service whose rules refuse more identifiers than the default ones refuses more.
///
/// ```
/// use serde_json::{Value, json};
/// use waystation::bulk::STRICT_IMPORT_SCHEMA;
///
/// let schema: Value = serde_json::from_str(STRICT_IMPORT_SCHEMA)?;
/// assert_eq!(schema["required"], json!(["email"]));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub const STRICT_IMPORT_SCHEMA: &str = include_str!("import.strict.schema.json");
