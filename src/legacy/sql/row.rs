use super::date::{NOT_A_DATE, in_range, written};
use crate::{
    clock::Timestamp,
    legacy::{DateFormat, LegacyError},
};

/// No text of a user row is longer: a bound on what one broken cell may cost, in bytes.
const MAX_TEXT_BYTES: usize = 65_536;

/// One cell, as the database holds it: SQLite columns hold what was put in, whatever they were declared to hold.
#[cfg_attr(
    not(all(feature = "mysql", any(feature = "postgres", feature = "sqlite"))),
    expect(dead_code, reason = "no one engine has them all")
)]
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    /// Not necessarily UTF-8.
    Text(Vec<u8>),
    Blob(Vec<u8>),
    /// Microseconds since 1970, from a column of dates. May be beyond every calendar.
    Instant(i64),
    /// What a column of dates holds that is none: `0000-00-00`.
    NotADate,
    /// Of a type that has no place in a user's row, such as an array or a shape.
    Unreadable,
}

impl Cell {
    /// A number that was written in decimal.
    #[cfg(any(feature = "mysql", feature = "postgres"))]
    pub(super) fn decimal(text: &str) -> Self {
        if let Ok(number) = text.parse() {
            return Self::Integer(number);
        }
        match text.parse() {
            Ok(number) if text.contains('.') => Self::Real(number),
            // An id that is longer than our numbers.
            _ => Self::Text(text.into()),
        }
    }
}

/// One row of a result, by column.
#[derive(Debug, Default)]
pub(super) struct Row {
    cells: Vec<(String, Cell)>,
}

impl Row {
    pub(super) fn push(&mut self, column: &str, cell: Cell) {
        self.cells.push((column.to_owned(), cell));
    }

    /// The row read as one of `table`, which errors name.
    pub(super) const fn of<'r>(&'r self, table: &'r str) -> Reader<'r> {
        Reader { table, row: self }
    }

    /// The only number of a row that has one cell.
    pub(super) fn only_number(&self) -> Option<u64> {
        match self.cells.as_slice() {
            [(_, Cell::Integer(number))] => u64::try_from(*number).ok(),
            _ => None,
        }
    }
}

/// Reads typed values out of a row, and says which column is at fault where that fails. Never shows a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'r> {
    table: &'r str,
    row: &'r Row,
}

impl<'r> Reader<'r> {
    pub(super) fn place(&self, column: &str) -> String {
        format!("{}.{column}", self.table)
    }

    /// Text; NULL and nothing but white space are `None`.
    pub(super) fn text(&self, column: &str) -> Result<Option<&'r str>, LegacyError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Text(bytes) if bytes.len() > MAX_TEXT_BYTES => Err(self.malformed("longer than 64 KiB", column)),
            Cell::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
                Err(error) => Err(LegacyError::malformed_because("not UTF-8", self.place(column), error)),
            },
            Cell::Unreadable => Err(self.malformed("of a type that cannot be read", column)),
            _ => Err(self.malformed("not text", column)),
        }
    }

    /// Text as it is, white space and all; NULL is `None`.
    pub(super) fn exact_text(&self, column: &str) -> Result<Option<&'r str>, LegacyError> {
        let text = self.bytes(column)?.map(std::str::from_utf8).transpose();
        text.map_err(|error| LegacyError::malformed_because("not UTF-8", self.place(column), error))
    }

    /// The bytes of text or of a blob; NULL is `None`.
    pub(super) fn bytes(&self, column: &str) -> Result<Option<&'r [u8]>, LegacyError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Blob(bytes) | Cell::Text(bytes) if bytes.len() > MAX_TEXT_BYTES => {
                Err(self.malformed("longer than 64 KiB", column))
            }
            Cell::Blob(bytes) | Cell::Text(bytes) => Ok(Some(bytes)),
            _ => Err(self.malformed("neither text nor bytes", column)),
        }
    }

    /// A name that may also be stored as a whole number: an id, a staff number, a phone number.
    pub(super) fn name(&self, column: &str) -> Result<Option<String>, LegacyError> {
        match self.cell(column)? {
            Cell::Integer(number) => Ok(Some(number.to_string())),
            _ => Ok(self.text(column)?.map(str::to_owned)),
        }
    }

    /// A name that must be there.
    pub(super) fn required_name(&self, column: &str) -> Result<String, LegacyError> {
        self.name(column)?.ok_or_else(|| self.malformed("NULL or empty", column))
    }

    /// 0 or 1, or one of the usual words for them. NULL is neither.
    pub(super) fn flag(&self, column: &str) -> Result<bool, LegacyError> {
        match self.cell(column)? {
            Cell::Integer(0) => Ok(false),
            Cell::Integer(1) => Ok(true),
            Cell::Null => Err(self.malformed("NULL", column)),
            Cell::Text(text) => match text.to_ascii_lowercase().as_slice() {
                b"0" | b"f" | b"n" | b"no" | b"false" => Ok(false),
                b"1" | b"t" | b"y" | b"yes" | b"true" => Ok(true),
                _ => Err(self.malformed("not a flag", column)),
            },
            _ => Err(self.malformed("not a flag", column)),
        }
    }

    /// A whole number, not below zero; NULL is `None`.
    pub(super) fn count(&self, column: &str) -> Result<Option<u64>, LegacyError> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Integer(number) => u64::try_from(*number).map(Some).map_err(|_| self.malformed("negative", column)),
            _ => Err(self.malformed("not a whole number", column)),
        }
    }

    /// A date; NULL and empty text are `None`.
    pub(super) fn date(&self, column: &str, format: DateFormat) -> Result<Option<Timestamp>, LegacyError> {
        let read = match self.cell(column)? {
            Cell::Null => return Ok(None),
            Cell::Integer(number) => format.read_integer(*number),
            Cell::Real(number) => format.read_real(*number),
            Cell::Text(_) => match self.text(column)? {
                Some(text) => format.read_text(text.trim()),
                None => return Ok(None),
            },
            // The type of the column says it all, whatever the format.
            Cell::Instant(micros) => in_range(*micros),
            Cell::Blob(_) | Cell::NotADate | Cell::Unreadable => Err(NOT_A_DATE),
        };
        read.map(Some).map_err(|what| self.malformed(what, column))
    }

    /// A value for metadata; NULL is `None`.
    pub(super) fn json(&self, column: &str, kind: JsonType) -> Result<Option<serde_json::Value>, LegacyError> {
        let cell = self.cell(column)?;
        if *cell == Cell::Null {
            return Ok(None);
        }
        Ok(match kind {
            JsonType::Boolean => Some(self.flag(column)?.into()),
            JsonType::Number => match cell {
                Cell::Integer(number) => Some((*number).into()),
                Cell::Real(number) if number.is_finite() => Some((*number).into()),
                _ => return Err(self.malformed("not a number", column)),
            },
            JsonType::Text => match cell {
                Cell::Instant(_) => self.date(column, DateFormat::Text)?.map(|instant| written(instant).into()),
                _ => self.text(column)?.map(Into::into),
            },
            JsonType::Json => match self.text(column)? {
                Some(text) => Some(
                    // The parser's own message may quote the text.
                    serde_json::from_str(text).map_err(|_| self.malformed("not JSON", column))?,
                ),
                None => None,
            },
        })
    }

    fn cell(&self, column: &str) -> Result<&'r Cell, LegacyError> {
        let found = self.row.cells.iter().find(|(name, _)| name.eq_ignore_ascii_case(column));
        found.map(|(_, cell)| cell).ok_or_else(|| {
            LegacyError::misconfigured(format!("the query returns no column {} for {}", column, self.table))
        })
    }

    fn malformed(&self, what: &'static str, column: &str) -> LegacyError {
        LegacyError::malformed(what, self.place(column))
    }
}

/// What a column that goes into metadata holds.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum JsonType {
    /// A flag: 0 or 1, or a word for it.
    Boolean,
    /// JSON text.
    Json,
    /// A number.
    Number,
    /// Text.
    Text,
}
