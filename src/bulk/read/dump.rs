use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{
    FieldMap, RawRecord,
    columns::Columns,
    sql::{Form, Header, Literal, Scan, copied, literals},
    statements::{CUT, Statements, skip},
    window::Window,
};
use crate::bulk::{Fault, FaultCode, Place, ReadError};

/// The rows of one table in what `pg_dump` writes as plain text: with `COPY` or, with `--column-inserts`, with `INSERT`.
/// <https://www.postgresql.org/docs/current/app-pgdump.html>
#[derive(Debug)]
pub(super) struct Dump {
    header: Header,
    /// Its text, with which every `INSERT` of the table begins.
    header_text: Vec<u8>,
    columns: Columns,
    statements: Statements,
    /// Whether the window stands among the rows of a statement.
    is_among_rows: bool,
    record_bytes: usize,
}

/// Whether a dump begins here.
pub(super) fn begins(window: &mut Window) -> Result<bool, ReadError> {
    const ARCHIVE: &str = "it is an archive of pg_dump: write it as plain text, with pg_restore --file=-";
    const BEGINNINGS: [&[u8]; 6] = [b"--", b"/*", b"\\restrict", b"SET ", b"COPY ", b"INSERT INTO "];
    window.skip_white()?;
    while window.rest().len() < 16 && window.fill()? {}
    if window.rest().starts_with(b"PGDMP") {
        return Err(ReadError::new(window.place(), "dump.archive", ARCHIVE));
    }
    Ok(BEGINNINGS.iter().any(|beginning| window.rest().starts_with(beginning)))
}

impl Dump {
    /// Goes to the first row of the table.
    pub(super) fn open(
        window: &mut Window,
        (schema, table): (&str, &str),
        fields: &FieldMap,
        record_bytes: usize,
    ) -> Result<Self, ReadError> {
        const NO_COLUMNS: &str =
            "its rows do not name their columns: make it without --inserts, or with --column-inserts instead";
        const NO_ROWS: &str = "no rows of the table are in it: make it with pg_dump --data-only --table=auth.users";
        let mut statements = Statements::new();
        while statements.reach(window)? {
            let header = match Header::read(window.rest()) {
                Some(header) if (&*header.schema, &*header.table) == (schema, table) => header,
                other => {
                    statements.pass(window, other.as_ref())?;
                    continue;
                }
            };
            let refused = |code, problem| ReadError::new(window.place(), code, problem);
            let names = header.columns.as_deref().ok_or_else(|| refused("dump.columns", NO_COLUMNS))?;
            let columns = Columns::named(names, fields).map_err(|(code, problem)| refused(code, problem))?;
            let header_text = window.rest().get(..header.length).unwrap_or_default().to_vec();
            window.consume(header.length);
            return Ok(Self { header, header_text, columns, statements, is_among_rows: true, record_bytes });
        }
        Err(ReadError::new(window.place(), "dump.table", NO_ROWS))
    }

    pub(super) fn next<'w>(&mut self, window: &'w mut Window) -> Result<Option<RawRecord<'w>>, ReadError> {
        let row = loop {
            if !self.is_among_rows && !self.reach(window)? {
                return Ok(None);
            }
            let row = match self.header.form {
                Form::Copy => line(window, self.record_bytes)?,
                Form::Insert => list(window, self.record_bytes)?,
            };
            self.is_among_rows = row.is_some();
            if let Some(row) = row {
                break row;
            }
        };
        window.consume(row.with_end);
        window.count_record();
        let text = || window.consumed(row.with_end).get(..row.length).unwrap_or_default();
        Ok(Some(RawRecord { place: row.place, end: window.place(), text: (!row.dropped).then(text) }))
    }

    /// Goes to the next rows of the table. `false` at the end.
    fn reach(&mut self, window: &mut Window) -> Result<bool, ReadError> {
        const OTHERS: &str = "it has rows of the table with other columns, too: make a dump of its own of each";
        self.statements.is_behind_rows(self.header.form);
        while self.statements.reach(window)? {
            if window.rest().starts_with(&self.header_text) {
                window.consume(self.header_text.len());
                return Ok(true);
            }
            let header = Header::read(window.rest());
            if let Some(header) = &header
                && (&header.schema, &header.table) == (&self.header.schema, &self.header.table)
            {
                return Err(ReadError::new(window.place(), "dump.columns", OTHERS));
            }
            self.statements.pass(window, header.as_ref())?;
        }
        Ok(false)
    }

    /// The row as a record of the import schema, and what keeps it from being one.
    pub(super) fn record(&self, text: &[u8]) -> (Map<String, Value>, Option<Fault>) {
        let fields = match self.header.form {
            Form::Copy => Some(copied(text)),
            Form::Insert => literals(text, self.statements.has_escapes()),
        };
        let written = |field| match field {
            Literal::Text(text) => String::from_utf8(text.into_owned()).ok(),
            Literal::Null => Some(String::new()),
        };
        let Some(fields) = fields.and_then(|fields| fields.into_iter().map(written).collect::<Option<Vec<_>>>()) else {
            let fault = Fault::new(
                FaultCode::Format,
                "dump.row",
                "",
                "the row is not as pg_dump writes it with --encoding=UTF8",
            );
            return (
                [("dump_row".to_owned(), String::from_utf8_lossy(text).into())].into_iter().collect(),
                Some(fault),
            );
        };
        let mut record = self.columns.record(fields.iter().map(String::as_str));
        let (code, message) = match fields.len().cmp(&self.columns.len()) {
            Ordering::Equal => return (record, None),
            Ordering::Less => (FaultCode::ArrayLengthShort, "the row has fewer fields than columns"),
            Ordering::Greater => (FaultCode::ArrayLengthLong, "the row has more fields than columns"),
        };
        // No record has this member, so that a row that was put aside is not taken before somebody has looked at it.
        record.insert("dump_rest".to_owned(), fields.into_iter().skip(self.columns.len()).collect());
        (record, Some(Fault::new(code, "dump.ragged", "", message)))
    }
}

/// A row where the window stands.
struct Row {
    place: Place,
    /// How long it is, and with what ends it.
    length: usize,
    with_end: usize,
    /// Whether it is too long to be kept. Its beginning is gone then.
    dropped: bool,
}

/// The next line of `COPY`. `None` behind the last one.
fn line(window: &mut Window, record_bytes: usize) -> Result<Option<Row>, ReadError> {
    let place = window.place();
    let (mut scanned, mut dropped) = (0, false);
    loop {
        if let Some(found) = memchr::memchr(b'\n', window.rest().get(scanned..).unwrap_or_default()) {
            let length = scanned + found;
            let text = window.rest().get(..length).unwrap_or_default();
            if !dropped && matches!(text, b"\\." | b"\\.\r") {
                window.consume(length + 1);
                return Ok(None);
            }
            return Ok(Some(Row { place, length, with_end: length + 1, dropped: dropped || length > record_bytes }));
        }
        scanned = window.rest().len();
        if scanned > record_bytes {
            window.consume(scanned);
            (scanned, dropped) = (0, true);
        }
        if !window.fill()? {
            return Err(ReadError::new(place, "dump.cut", CUT));
        }
    }
}

/// The next list of `INSERT`. `None` behind the last one.
fn list(window: &mut Window, record_bytes: usize) -> Result<Option<Row>, ReadError> {
    const OTHER: &str = "between its rows stands what pg_dump does not write: make it again, or mend it there";
    /// With which option it writes one behind the rows.
    const CONFLICT: &[u8] = b"ON CONFLICT";
    loop {
        window.skip_white()?;
        while window.rest().len() < CONFLICT.len() && window.fill()? {}
        match window.rest() {
            [b',', ..] => window.consume(1),
            [b'(', ..] => break,
            [b'-', b'-', ..] => {
                window.skip_line()?;
            }
            [b'/', b'*', ..] => skip(window, Scan::comment())?,
            [] => return Err(ReadError::new(window.place(), "dump.cut", CUT)),
            rest if rest.starts_with(b";") || rest.starts_with(CONFLICT) => {
                skip(window, Scan::statement())?;
                return Ok(None);
            }
            rest if CONFLICT.starts_with(rest) => return Err(ReadError::new(window.place(), "dump.cut", CUT)),
            _ => return Err(ReadError::new(window.place(), "dump.between", OTHER)),
        }
    }
    let place = window.place();
    let (mut scan, mut scanned, mut dropped) = (Scan::list(), 0, false);
    loop {
        if let Some(found) = scan.end_in(window.rest().get(scanned..).unwrap_or_default()) {
            let length = scanned + found;
            return Ok(Some(Row { place, length, with_end: length, dropped: dropped || length > record_bytes }));
        }
        scanned = window.rest().len();
        if scanned > record_bytes {
            window.consume(scanned);
            (scanned, dropped) = (0, true);
        }
        if !window.fill()? {
            return Err(ReadError::new(place, "dump.cut", CUT));
        }
    }
}
