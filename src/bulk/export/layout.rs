use serde_json::{Map, Value};

use super::{CsvTexts, ExportField, ExportFormat, cell, field};
use crate::{bulk::ImportRecord, user::User};

/// How users are written.
#[derive(Clone, Default)]
pub(super) struct Layout {
    pub(super) format: ExportFormat,
    /// Without any, whole users are written, which CSV cannot.
    pub(super) fields: Vec<ExportField>,
    pub(super) texts: CsvTexts,
    pub(super) secrets: bool,
    pub(super) primary: Option<(String, String)>,
}

impl Layout {
    /// Whether two fields have one name, so that an object could have only one of them.
    pub(super) fn repeats_a_name(&self) -> bool {
        let mut names: Vec<_> = self.fields.iter().map(ExportField::name).collect();
        names.sort_unstable();
        self.format != ExportFormat::Csv && names.windows(2).any(|pair| matches!(pair, [one, next] if one == next))
    }

    /// What stands before all users.
    pub(super) fn begin(&self) -> Vec<u8> {
        match self.format {
            ExportFormat::Csv => {
                let names: Vec<_> = self.fields.iter().map(|field| cell::name(field.name())).collect();
                format!("{}\n", names.join(",")).into_bytes()
            }
            ExportFormat::Json => b"[".to_vec(),
            ExportFormat::JsonLines => Vec::new(),
        }
    }

    /// What stands after all users.
    pub(super) const fn end(&self, is_empty: bool) -> &'static [u8] {
        match self.format {
            ExportFormat::Csv | ExportFormat::JsonLines => b"",
            ExportFormat::Json if is_empty => b"]\n",
            ExportFormat::Json => b"\n]\n",
        }
    }

    /// The text of a page, of whose users the first is the first of all or not.
    pub(super) fn page<'t>(&self, text: &'t [u8], is_first: bool) -> &'t [u8] {
        if is_first && self.format == ExportFormat::Json { text.strip_prefix(b",").unwrap_or(text) } else { text }
    }

    /// Adds a user to the text of a page.
    pub(super) fn push(&self, text: &mut Vec<u8>, user: User) {
        if self.format == ExportFormat::Json {
            text.extend_from_slice(b",\n");
        }
        if self.fields.is_empty() {
            ImportRecord::from(user).write_json(text, self.secrets);
        } else {
            let whole = field::shown(&user, self.primary.as_ref());
            let values = self.fields.iter().map(|field| (field.name(), field.value(&whole)));
            if self.format == ExportFormat::Csv {
                let cells: Vec<_> = values.map(|(_, value)| cell::cell(&value, self.texts)).collect();
                let row = cells.join(",");
                // A line with nothing in it is no row to whoever reads it.
                text.extend_from_slice(if row.is_empty() { b"\"\"" } else { row.as_bytes() });
            } else {
                let object: Map<_, _> = values.map(|(name, value)| (name.to_owned(), value)).collect();
                text.extend_from_slice(Value::Object(object).to_string().as_bytes());
            }
        }
        if self.format != ExportFormat::Json {
            text.push(b'\n');
        }
    }
}
