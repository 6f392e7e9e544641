use serde_json::{Map, Value};

use super::{
    FieldMap,
    field_map::{MOST_FIELDS, Target, cell, contrary, is_too_deep, overlap, put},
};

/// The columns of a table.
#[derive(Debug)]
pub(super) struct Columns {
    /// The target of each; `None` where it is not wanted.
    targets: Vec<Option<Target>>,
    has_titles: bool,
}

impl Columns {
    /// # Errors
    ///
    /// The code and what is wrong, where it does not go with the field map or with itself.
    pub(super) fn named(names: &[String], fields: &FieldMap) -> Result<Self, (&'static str, &'static str)> {
        let refused = |problem| Err(("csv.header", problem));
        if names.len() > MOST_FIELDS {
            return refused("there are more than 1,000 columns: leave out what users do not need");
        }
        if !fields.has_all_in(names) {
            return Err(("fields.map", "the field map names a column that is not there: correct it, or leave it out"));
        }
        let columns: Vec<_> = names.iter().map(|name| fields.target(name.trim())).collect();
        if overlap(columns.iter().flatten().map(|target| target.path.as_str())) {
            return refused(
                "two columns are of the same field, or one is of a part of the other: name or map them apart",
            );
        }
        if columns.iter().flatten().any(|target| is_too_deep(&target.path)) {
            return refused("the name of a column is a path of more than 16 parts: map it to a field, or leave it out");
        }
        let has_titles = !names.iter().any(|name| is_of_a_person(name));
        Ok(Self { targets: columns, has_titles })
    }

    /// Columns that are known, and one more, which is not wanted.
    pub(super) fn fixed(names: &[&str], fields: &FieldMap) -> Self {
        let targets = names.iter().map(|name| fields.target(name)).chain([None]).collect();
        Self { targets, has_titles: false }
    }

    pub(super) const fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether the first row names columns, and no person.
    pub(super) const fn has_titles(&self) -> bool {
        self.has_titles
    }

    /// The texts of a row as a record of the import schema.
    pub(super) fn record<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Map<String, Value> {
        let mut record = Map::new();
        let wanted = self.targets.iter().zip(texts).filter_map(|(target, text)| Some((target.as_ref()?, text)));
        for (Target { path, negated }, text) in wanted {
            if let Some(value) = cell(path, text) {
                put(&mut record, path, if *negated { contrary(value) } else { value });
            }
        }
        record
    }
}

/// Whether what should be a title is an address or a number, since the header is missing.
fn is_of_a_person(title: &str) -> bool {
    let is_number = title.contains(|letter: char| letter.is_ascii_digit()) && !title.contains(char::is_alphabetic);
    title.contains('@') || is_number
}
