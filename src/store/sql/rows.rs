#[cfg(feature = "sqlite")]
use std::borrow::Cow;

use super::statement::{Statement, Value};

/// Rows of values that one statement takes at once: rows to insert, or keys to look for.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    width: usize,
    values: Vec<Value<'a>>,
    /// Bytes of the values.
    size: usize,
}

impl<'a> Rows<'a> {
    pub(crate) const fn new(width: usize) -> Self {
        Self { width, values: Vec::new(), size: 0 }
    }

    /// With room for so many rows.
    pub(crate) fn with_capacity(width: usize, rows: usize) -> Self {
        Self { values: Vec::with_capacity(width * rows), ..Self::new(width) }
    }

    /// Adds a row, whose values are of the same types as those of the others.
    pub(crate) fn push(&mut self, row: impl IntoIterator<Item = Value<'a>>) {
        let length = self.values.len();
        self.values.extend(row);
        self.size += self.values.iter().skip(length).map(Value::size).sum::<usize>();
    }

    /// How many rows.
    pub(crate) fn len(&self) -> usize {
        self.values.len() / self.width
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many bytes the values have.
    pub(crate) const fn size(&self) -> usize {
        self.size
    }
}

/// A statement with a list of rows in it, which engines write in different ways.
#[derive(Debug)]
pub(crate) struct ListStatement<'a> {
    pub(crate) before: Statement<'a>,
    pub(crate) rows: Rows<'a>,
    pub(crate) after: &'static str,
}

#[cfg(any(feature = "mysql", feature = "sqlite"))]
impl<'a> ListStatement<'a> {
    /// With every value for itself: `before (?, ?), (?, ?) after`. It is kept prepared if it has as many rows as a
    /// statement may have, since then there will be others like it.
    pub(crate) fn spread(self, most: usize) -> Statement<'a> {
        let Self { before, rows, after } = self;
        let (width, length) = (rows.width, rows.len());
        let mut statement = if length == most { before } else { before.once() };
        for row in 0..length {
            statement.push(if row == 0 { "(?" } else { ", (?" });
            for _ in 1..width {
                statement.push(", ?");
            }
            statement.push(")");
        }
        statement.push(after);
        rows.values.into_iter().fold(statement, Statement::bind)
    }
}

#[cfg(feature = "sqlite")]
impl<'a> ListStatement<'a> {
    /// The text of a statement of one row, with the values of all rows and how many a row has. There are none before the rows.
    pub(crate) fn row_by_row(self) -> (Cow<'static, str>, Vec<Value<'a>>, usize) {
        let Self { mut before, rows, after } = self;
        before.push("(?");
        for _ in 1..rows.width {
            before.push(", ?");
        }
        before.push(")").push(after);
        (before.text(), rows.values, rows.width)
    }
}

/// A column of all rows, where an engine takes it as one value.
#[cfg(feature = "postgres")]
#[derive(Debug)]
pub(crate) enum Column<'r> {
    Bytes(Vec<Option<&'r [u8]>>),
    Flags(Vec<Option<bool>>),
    Numbers(Vec<Option<i64>>),
}

#[cfg(feature = "postgres")]
impl Rows<'_> {
    /// Row by row.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[Value<'_>]> {
        self.values.chunks(self.width)
    }

    /// The columns from left to right, with text as the bytes that it is kept as.
    pub(crate) fn columns(&self) -> impl Iterator<Item = Column<'_>> {
        (0..self.width).map(|place| {
            let column = || self.values.iter().skip(place).step_by(self.width);
            match self.values.get(place) {
                Some(Value::Flag(_)) => Column::Flags(column().map(Value::flag).collect()),
                Some(Value::Number(_)) => Column::Numbers(column().map(Value::number).collect()),
                Some(Value::Bytes(_) | Value::Text(_)) | None => Column::Bytes(column().map(Value::bytes).collect()),
            }
        })
    }
}
