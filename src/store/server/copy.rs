//! The binary format of PostgreSQL's COPY, in both directions:
//! <https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4>.

use std::io;

use super::server_engine::utf8;
use crate::store::{
    StoredUsers,
    sql::{
        engine::{StoredRow, StoredRows},
        row,
        rows::ListStatement,
        statement::Value,
    },
};

/// What begins it, without flags and without an extension.
pub(super) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What ends it, in the place of a number of fields.
pub(super) const TRAILER: &[u8] = &(-1_i16).to_be_bytes();

/// Adds a list as COPY reads it.
pub(super) fn push_list(data: &mut Vec<u8>, list: &ListStatement<'_>) {
    data.reserve(list.rows.size() + 4 * list.rows.len() * 24);
    for row in list.rows.iter() {
        data.extend_from_slice(&i16::try_from(row.len()).unwrap_or_default().to_be_bytes());
        for value in row {
            match value {
                Value::Bytes(_) | Value::Text(_) => push_field(data, value.bytes()),
                Value::Flag(flag) => {
                    push_field(data, flag.map(|flag| [u8::from(flag)]).as_ref().map(<[u8; 1]>::as_slice));
                }
                Value::Number(number) => {
                    push_field(data, number.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
                }
            }
        }
    }
}

fn push_field(data: &mut Vec<u8>, field: Option<&[u8]>) {
    // A length that no message can have is refused by the server.
    let length = field.map_or(-1, |field| i32::try_from(field.len()).unwrap_or(i32::MAX));
    data.extend_from_slice(&length.to_be_bytes());
    data.extend_from_slice(field.unwrap_or_default());
}

/// Rows of users as COPY has written them, in one buffer.
pub(crate) struct CopiedRows {
    data: Vec<u8>,
    /// Where the fields of each row begin.
    rows: Vec<usize>,
}

impl CopiedRows {
    /// # Errors
    ///
    /// When it is no such data, or rows have another width.
    pub(super) fn new(data: Vec<u8>) -> Result<Self, sqlx::Error> {
        let rows = starts(&data).map_err(|misfit| sqlx::Error::Decode(misfit.into()))?;
        Ok(Self { data, rows })
    }

    fn row(&self, place: usize) -> CopiedRow<'_> {
        let mut rest = Rest(self.rows.get(place).and_then(|start| self.data.get(*start..)).unwrap_or_default());
        CopiedRow { fields: std::array::from_fn(|_| rest.field().ok().flatten()) }
    }
}

impl StoredRows for CopiedRows {
    type Error = sqlx::Error;

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn bytes(&self) -> usize {
        self.data.len()
    }

    fn id(&self, place: usize) -> Result<Option<String>, sqlx::Error> {
        Ok(self.row(place).text(row::ID)?.map(str::to_owned))
    }

    fn into_users(self, count: usize) -> StoredUsers {
        Box::new((0..count.min(self.len())).map(move |place| row::decode(&self.row(place), 0)))
    }
}

/// It is not what COPY writes, or not all of it.
#[derive(Debug, thiserror::Error)]
#[error("COPY brought what is no row of a user")]
struct Misfit;

/// Where the fields of each row begin, up to the trailer.
fn starts(data: &[u8]) -> Result<Vec<usize>, Misfit> {
    let mut rest = Rest(data);
    let signature = rest.bytes(11)?;
    let [flags, extension] = [rest.number()?, rest.number()?];
    // No flag of today says anything of rows without OIDs, and one of tomorrow may.
    if flags != 0 || !HEADER.starts_with(signature) {
        return Err(Misfit);
    }
    rest.bytes(extension)?;
    let mut rows = Vec::new();
    loop {
        let (width, after) = rest.0.split_first_chunk().ok_or(Misfit)?;
        match i16::from_be_bytes(*width) {
            -1 if after.is_empty() => return Ok(rows),
            width if usize::try_from(width) == Ok(row::WIDTH) => {}
            _ => return Err(Misfit),
        }
        rows.push(data.len() - after.len());
        rest = Rest(after);
        for _ in 0..row::WIDTH {
            rest.field()?;
        }
    }
}

/// What has not been read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn number(&mut self) -> Result<i32, Misfit> {
        let (number, rest) = self.0.split_first_chunk().ok_or(Misfit)?;
        self.0 = rest;
        Ok(i32::from_be_bytes(*number))
    }

    fn bytes(&mut self, length: i32) -> Result<&'a [u8], Misfit> {
        let length = usize::try_from(length).map_err(|_| Misfit)?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Misfit)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// A field; `None` is NULL.
    fn field(&mut self) -> Result<Option<&'a [u8]>, Misfit> {
        match self.number()? {
            -1 => Ok(None),
            length => self.bytes(length).map(Some),
        }
    }
}

struct CopiedRow<'a> {
    fields: [Option<&'a [u8]>; row::WIDTH],
}

impl StoredRow for CopiedRow<'_> {
    type Error = sqlx::Error;

    fn text(&self, place: usize) -> Result<Option<&str>, sqlx::Error> {
        utf8(place, self.bytes(place)?)
    }

    fn number(&self, place: usize) -> Result<Option<i64>, sqlx::Error> {
        self.bytes(place)?.map(|field| fixed(place, field).map(i64::from_be_bytes)).transpose()
    }

    fn bytes(&self, place: usize) -> Result<Option<&[u8]>, sqlx::Error> {
        Ok(self.fields.get(place).copied().flatten())
    }

    fn flag(&self, place: usize) -> Result<bool, sqlx::Error> {
        let [flag] = fixed(place, self.bytes(place)?.unwrap_or_default())?;
        Ok(flag != 0)
    }
}

/// A field of a type whose values all have the same length.
fn fixed<const LENGTH: usize>(place: usize, field: &[u8]) -> Result<[u8; LENGTH], sqlx::Error> {
    field.try_into().map_err(|_| sqlx::Error::ColumnDecode {
        index: place.to_string(),
        source: io::Error::from(io::ErrorKind::InvalidData).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rows, whose ids are `a` and `b`, and the rest of which is NULL.
    fn copied() -> Vec<u8> {
        let mut data = HEADER.to_vec();
        for id in ["a", "b"] {
            data.extend(i16::try_from(row::WIDTH).unwrap().to_be_bytes());
            push_field(&mut data, Some(id.as_bytes()));
            (1..row::WIDTH).for_each(|_| push_field(&mut data, None));
        }
        data.extend(TRAILER);
        data
    }

    #[test]
    fn rows_are_found_by_their_place() {
        let rows = CopiedRows::new(copied()).unwrap();
        assert_eq!((rows.len(), rows.id(0).unwrap(), rows.id(1).unwrap()), (2, Some("a".into()), Some("b".into())));
        assert_eq!(rows.id(2).unwrap(), None);
        assert_eq!(rows.row(0).number(1).unwrap(), None);
        assert!(rows.row(0).number(0).is_err(), "a text is no number");
        let mut users = rows.into_users(1);
        assert_eq!(users.len(), 1);
        assert!(users.next().unwrap().is_err(), "nobody is without a profile");
    }

    #[test]
    fn what_is_cut_anywhere_or_has_another_width_is_refused() {
        let whole = copied();
        for length in 0..whole.len() {
            assert!(CopiedRows::new(whole.get(..length).unwrap().to_vec()).is_err(), "{length}");
        }
        let mut narrow = HEADER.to_vec();
        narrow.extend([0, 1, 0, 0, 0, 0]);
        narrow.extend(TRAILER);
        assert!(CopiedRows::new(narrow).is_err());
        let mut long = HEADER.to_vec();
        long.extend(i16::try_from(row::WIDTH).unwrap().to_be_bytes());
        long.extend(i32::MAX.to_be_bytes());
        assert!(CopiedRows::new(long).is_err());
    }
}
