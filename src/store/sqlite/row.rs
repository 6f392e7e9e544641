//! Rows, as SQLite shows them and as they outlive their statement.

use rusqlite::{
    Row,
    types::{FromSqlResult, ValueRef},
};

use crate::{sqlite::fault::Fault, store::sql::engine::StoredRow};

/// A row for itself.
pub(super) struct OwnedRow(Vec<OwnedValue>);

/// A value for itself. A text is not known to be UTF-8 before somebody asks for it, and can say in which column it is not.
enum OwnedValue {
    Blob(Vec<u8>),
    Integer(i64),
    Null,
    Real(f64),
    Text(Vec<u8>),
}

impl OwnedRow {
    pub(super) fn new(row: &Row<'_>, width: usize) -> Result<Self, rusqlite::Error> {
        (0..width).map(|place| row.get_ref(place).map(OwnedValue::from)).collect::<Result<_, _>>().map(Self)
    }

    fn value(&self, place: usize) -> Result<ValueRef<'_>, rusqlite::Error> {
        self.0.get(place).map(ValueRef::from).ok_or(rusqlite::Error::InvalidColumnIndex(place))
    }
}

impl From<ValueRef<'_>> for OwnedValue {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Null => Self::Null,
            ValueRef::Real(number) => Self::Real(number),
            ValueRef::Text(text) => Self::Text(text.to_vec()),
        }
    }
}

impl<'r> From<&'r OwnedValue> for ValueRef<'r> {
    fn from(value: &'r OwnedValue) -> Self {
        match value {
            OwnedValue::Blob(bytes) => Self::Blob(bytes),
            OwnedValue::Integer(number) => Self::Integer(*number),
            OwnedValue::Null => Self::Null,
            OwnedValue::Real(number) => Self::Real(*number),
            OwnedValue::Text(text) => Self::Text(text),
        }
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
