use serde_json::{Map, Value};

use super::{
    FieldMap, RawRecord,
    field_map::{MOST_FIELDS, cell, is_too_deep, overlap, put},
    row,
    window::Window,
};
use crate::bulk::{Fault, FaultCode, ReadError};

/// Rows under a header.
#[derive(Debug)]
pub(super) struct Rows {
    delimiter: u8,
    /// The target of each column; `None` where it is not wanted.
    columns: Vec<Option<String>>,
    /// The fewest fields that a row may have.
    fewest: usize,
    record_bytes: usize,
    /// Whether a text may have a `'` before it, so that no spreadsheet takes it for a formula.
    is_marked: bool,
}

impl Rows {
    /// Reads the header.
    pub(super) fn open(
        window: &mut Window,
        delimiter: u8,
        fields: &FieldMap,
        record_bytes: usize,
    ) -> Result<Self, ReadError> {
        let (header, length) = row::first(window, record_bytes)?;
        let names =
            row::fields(&header, delimiter).map_err(|(code, problem)| ReadError::new(window.place(), code, problem))?;
        let refused = |problem| Err(ReadError::new(window.place(), "csv.header", problem));
        if names.len() > MOST_FIELDS {
            return refused("the first row has more than 1,000 columns: leave out what users do not need");
        }
        if !fields.has_all_in(&names) {
            let problem = "the field map names a column that is not in the first row: correct it, or leave it out";
            return Err(ReadError::new(window.place(), "fields.map", problem));
        }
        let columns: Vec<_> = names.iter().map(|name| fields.target(name.trim()).map(str::to_owned)).collect();
        if overlap(columns.iter().flatten().map(String::as_str)) {
            return refused(
                "two columns are of the same field, or one is of a part of the other: name or map them apart",
            );
        }
        if columns.iter().flatten().any(|target| is_too_deep(target)) {
            return refused("the name of a column is a path of more than 16 parts: map it to a field, or leave it out");
        }
        window.consume(length);
        Ok(Self { delimiter, fewest: columns.len(), columns, record_bytes, is_marked: false })
    }

    /// The same rows, whose texts may have a `'` before them that is none of theirs.
    pub(super) const fn marked(mut self, is_marked: bool) -> Self {
        self.is_marked = is_marked;
        self
    }

    /// Rows without a header, whose columns are known; the last ones may be missing. A comma may stand behind a row.
    pub(super) fn fixed(names: &[&str], fewest: usize, fields: &FieldMap, record_bytes: usize) -> Self {
        let columns = names.iter().map(|name| fields.target(name).map(str::to_owned));
        Self { delimiter: b',', columns: columns.chain([None]).collect(), fewest, record_bytes, is_marked: false }
    }

    pub(super) fn next<'w>(&mut self, window: &'w mut Window) -> Result<Option<RawRecord<'w>>, ReadError> {
        // Empty lines are no rows.
        loop {
            match window.rest() {
                [b'\n', ..] => window.consume(1),
                [b'\r', b'\n', ..] => window.consume(2),
                [] | [b'\r'] => {
                    if !window.fill()? {
                        window.consume(1);
                        return Ok(None);
                    }
                }
                _ => break,
            }
        }
        let place = window.place();
        let found = row::find(window, &[self.delimiter], self.record_bytes)?;
        window.consume(found.with_feed);
        window.count_record();
        let text = || window.consumed(found.with_feed).get(..found.length).unwrap_or_default();
        Ok(Some(RawRecord { place, end: window.place(), text: (!found.dropped).then(text) }))
    }

    /// The row as a record of the import schema, and what keeps it from being one.
    pub(super) fn record(&self, text: &[u8]) -> (Map<String, Value>, Option<Fault>) {
        let fields = match row::fields(text, self.delimiter) {
            Ok(fields) => fields,
            Err((detail, message)) => {
                // What it was is kept as far as it can be in JSON.
                let row = String::from_utf8_lossy(text);
                return (
                    [("csv_row".to_owned(), row.into())].into_iter().collect(),
                    Some(Fault::new(FaultCode::Format, detail, "", message)),
                );
            }
        };
        let mut record = Map::new();
        let wanted = self.columns.iter().zip(&fields).filter_map(|(target, text)| Some((target.as_deref()?, text)));
        for (target, text) in wanted {
            let text = text.strip_prefix('\'').filter(|_| self.is_marked).unwrap_or(text);
            if let Some(value) = cell(target, text) {
                put(&mut record, target, value);
            }
        }
        let fault = match fields.len() {
            length if (self.fewest..=self.columns.len()).contains(&length) => None,
            length if length < self.fewest => {
                Some((FaultCode::ArrayLengthShort, "the row has fewer fields than the header"))
            }
            _ => {
                let rest = fields.iter().skip(self.columns.len()).map(|field| Value::from(field.as_str()));
                record.insert("csv_rest".to_owned(), rest.collect());
                Some((FaultCode::ArrayLengthLong, "the row has more fields than the header"))
            }
        };
        (record, fault.map(|(code, message)| Fault::new(code, "csv.ragged", "", message)))
    }
}
