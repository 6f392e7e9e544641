//! Users of a statement in one value.
//!
//! A row that sqlx hands over is a message between threads, and a copy for each of its columns. For a page of users, that
//! is several times the work of reading them from the file.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    store::{
        StoreError,
        sql::{
            engine::StoredRow,
            row::{self, JsonProblem, columns},
        },
    },
    user::User,
};

/// The statement, which selects the columns of users, as one that selects all of them as JSON: an array for each.
///
/// The profile is JSON already, and stands behind the other columns as it is. The users are in their order: an aggregate
/// takes rows as a query with an `ORDER BY` and a `LIMIT` hands them out.
pub(super) fn bundled(statement: &str) -> String {
    let others = columns!().replace("profile", "NULL");
    format!("SELECT group_concat('[' || json_array({others}) || ',' || profile || ']', '') FROM ({statement})")
}

/// The users in such a text.
pub(super) fn users(bundle: &str) -> Result<Vec<User>, StoreError> {
    let rows = serde_json::Deserializer::from_str(bundle).into_iter::<BundledRow<'_>>();
    rows.map(|row| {
        let row = row.map_err(|error| StoreError::corrupt("users", JsonProblem::from(&error)))?;
        row::decode(&row, 0)
    })
    .collect()
}

/// The columns, and the profile, which is null among them.
#[derive(Deserialize)]
struct BundledRow<'a>(#[serde(borrow)] [Cell<'a>; row::WIDTH], #[serde(borrow)] &'a RawValue);

enum Cell<'a> {
    Null,
    Number(i64),
    Text(Cow<'a, str>),
}

impl BundledRow<'_> {
    fn cell(&self, place: usize) -> Result<&Cell<'_>, sqlx::Error> {
        self.0.get(place).ok_or(sqlx::Error::ColumnIndexOutOfBounds { index: place, len: row::WIDTH })
    }
}

impl StoredRow for BundledRow<'_> {
    fn text(&self, place: usize) -> Result<Option<&str>, sqlx::Error> {
        match self.cell(place)? {
            Cell::Null if place == row::PROFILE => Ok(Some(self.1.get())),
            Cell::Null => Ok(None),
            Cell::Number(_) => Err(misfit(place, "a number in place of a text")),
            Cell::Text(text) => Ok(Some(text)),
        }
    }

    fn number(&self, place: usize) -> Result<Option<i64>, sqlx::Error> {
        match self.cell(place)? {
            Cell::Null => Ok(None),
            Cell::Number(number) => Ok(Some(*number)),
            Cell::Text(_) => Err(misfit(place, "a text in place of a number")),
        }
    }

    fn bytes(&self, place: usize) -> Result<Option<&[u8]>, sqlx::Error> {
        Ok(self.text(place)?.map(str::as_bytes))
    }

    fn flag(&self, place: usize) -> Result<bool, sqlx::Error> {
        Ok(self.number(place)?.is_some_and(|number| number != 0))
    }
}

fn misfit(place: usize, what: &'static str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: place.to_string(), source: what.into() }
}

impl<'de: 'a, 'a> Deserialize<'de> for Cell<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyCell)
    }
}

struct AnyCell;

impl<'de> Visitor<'de> for AnyCell {
    type Value = Cell<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a whole number or nothing")
    }

    fn visit_unit<E: Error>(self) -> Result<Cell<'de>, E> {
        Ok(Cell::Null)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Cell<'de>, E> {
        Ok(Cell::Number(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Cell<'de>, E> {
        i64::try_from(number).map(Cell::Number).map_err(E::custom)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Cell<'de>, E> {
        Ok(Cell::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Cell<'de>, E> {
        Ok(Cell::Text(Cow::Owned(text.to_owned())))
    }
}
