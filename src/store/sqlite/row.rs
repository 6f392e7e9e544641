//! Rows, as SQLite shows them and as they outlive their statement.

use std::ops::Range;

use rusqlite::{
    Row,
    types::{FromSqlResult, ValueRef},
};

use crate::{sqlite::fault::Fault, store::sql::engine::StoredRow};

/// Room for most, in bytes, so that they need not be moved while they come.
const ROOM: usize = 512;

/// A row for itself.
pub(super) struct OwnedRow {
    values: Vec<OwnedValue>,
    /// The bytes of all values one after the other. A text is not known to be UTF-8 before somebody asks for it, and can say
    /// in which column it is not.
    bytes: Vec<u8>,
}

enum OwnedValue {
    Blob(Range<usize>),
    Integer(i64),
    Null,
    Real(f64),
    Text(Range<usize>),
}

impl OwnedRow {
    pub(super) fn new(row: &Row<'_>, width: usize) -> Result<Self, rusqlite::Error> {
        let mut owned = Self { values: Vec::with_capacity(width), bytes: Vec::with_capacity(ROOM) };
        for place in 0..width {
            let value = match row.get_ref(place)? {
                ValueRef::Blob(bytes) => OwnedValue::Blob(owned.own(bytes)),
                ValueRef::Integer(number) => OwnedValue::Integer(number),
                ValueRef::Null => OwnedValue::Null,
                ValueRef::Real(number) => OwnedValue::Real(number),
                ValueRef::Text(text) => OwnedValue::Text(owned.own(text)),
            };
            owned.values.push(value);
        }
        Ok(owned)
    }

    fn own(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    fn value(&self, place: usize) -> Result<ValueRef<'_>, rusqlite::Error> {
        let bytes = |range: &Range<usize>| self.bytes.get(range.clone()).unwrap_or_default();
        let value = self.values.get(place).ok_or(rusqlite::Error::InvalidColumnIndex(place))?;
        Ok(match value {
            OwnedValue::Blob(range) => ValueRef::Blob(bytes(range)),
            OwnedValue::Integer(number) => ValueRef::Integer(*number),
            OwnedValue::Null => ValueRef::Null,
            OwnedValue::Real(number) => ValueRef::Real(*number),
            OwnedValue::Text(range) => ValueRef::Text(bytes(range)),
        })
    }
}

fn read<'r, T>(
    value: ValueRef<'r>,
    place: usize,
    read: impl FnOnce(&ValueRef<'r>) -> FromSqlResult<T>,
) -> Result<T, Fault> {
    let misfit = |error| rusqlite::Error::FromSqlConversionFailure(place, value.data_type(), Box::new(error));
    read(&value).map_err(|error| Fault::Sqlite(misfit(error)))
}

/// The same for every row whose values can be seen.
macro_rules! stored_row {
    ($row:ty, $value:ident) => {
        impl StoredRow for $row {
            type Error = Fault;

            fn text(&self, place: usize) -> Result<Option<&str>, Fault> {
                read(self.$value(place)?, place, ValueRef::as_str_or_null)
            }

            fn number(&self, place: usize) -> Result<Option<i64>, Fault> {
                read(self.$value(place)?, place, ValueRef::as_i64_or_null)
            }

            fn bytes(&self, place: usize) -> Result<Option<&[u8]>, Fault> {
                read(self.$value(place)?, place, ValueRef::as_bytes_or_null)
            }

            fn flag(&self, place: usize) -> Result<bool, Fault> {
                Ok(self.number(place)?.is_some_and(|number| number != 0))
            }
        }
    };
}

stored_row!(OwnedRow, value);
stored_row!(Row<'_>, get_ref);
