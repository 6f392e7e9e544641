use serde_json::{Map, Value};

use super::{FieldMap, RawRecord, columns::Columns, row, window::Window};
use crate::bulk::{Fault, FaultCode, ReadError};

/// Rows under a header.
#[derive(Debug)]
pub(super) struct Rows {
    delimiter: u8,
    columns: Columns,
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
        let columns =
            Columns::named(&names, fields).map_err(|(code, problem)| ReadError::new(window.place(), code, problem))?;
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
        let columns = Columns::fixed(names, fields);
        Self { delimiter: b',', columns, fewest, record_bytes, is_marked: false }
    }

    /// Whether faults may name the columns.
    pub(super) const fn has_titles(&self) -> bool {
        self.columns.has_titles()
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
        let texts = fields.iter().map(|field| text_of(field, self.is_marked));
        let mut record = self.columns.record(texts);
        let (code, message) = match fields.len() {
            length if (self.fewest..=self.columns.len()).contains(&length) => return (record, None),
            length if length < self.fewest => (FaultCode::ArrayLengthShort, "the row has fewer fields than the header"),
            _ => (FaultCode::ArrayLengthLong, "the row has more fields than the header"),
        };
        // No record has this member, so that a row that was put aside is not taken before somebody has looked at it.
        let rest = fields.iter().skip(self.columns.len()).map(|field| Value::from(field.as_str()));
        record.insert("csv_rest".to_owned(), rest.collect());
        (record, Some(Fault::new(code, "csv.ragged", "", message)))
    }
}

/// The text of a field, without the `'` that may stand before it.
fn text_of(field: &str, is_marked: bool) -> &str {
    field.strip_prefix('\'').filter(|_| is_marked).unwrap_or(field)
}
