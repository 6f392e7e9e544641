use super::{
    FieldMap, row,
    value::ValueScan,
    window::{Window, is_white},
};
use crate::bulk::{Place, ReadError};

/// How the records of a text stand beside each other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Layout {
    /// `[{…}, {…}]`
    Array,
    /// `{…}{…}`, over as many lines as it likes.
    Concatenated,
    /// A header and rows, with this between the fields.
    Csv { delimiter: u8 },
    /// The rows of a table in a dump of PostgreSQL.
    Dump,
    /// Entries of LDIF, with empty lines between them.
    Entries,
    /// Rows of CSV whose columns the format knows.
    Headless,
    /// One record a line.
    Lines,
}

impl Layout {
    /// Finds it by looking at the beginning. `None` for an input with nothing in it.
    pub(super) fn find(window: &mut Window, record_bytes: usize, fields: &FieldMap) -> Result<Option<Self>, ReadError> {
        Ok(match window.skip_white()? {
            None => None,
            Some(b'[') => Some(Self::Array),
            Some(b'{') => Some(Self::of_objects(window, record_bytes)?),
            Some(_) => Some(Self::csv(window, record_bytes, fields, false)?),
        })
    }

    /// Lines, if the first one is a whole object and nothing else; or if it is half of one, and the next one begins another.
    fn of_objects(window: &mut Window, record_bytes: usize) -> Result<Self, ReadError> {
        loop {
            // No further than the longest record, however much there is: so the answer is the same however it arrives.
            let text = window.rest();
            let (text, enough) = (text.get(..record_bytes).unwrap_or(text), text.len() >= record_bytes);
            if let Some(feed) = memchr::memchr(b'\n', text) {
                let (line, after) = text.split_at(feed);
                let next = after.iter().find(|byte| !is_white(**byte));
                match ValueScan::default().end_in(line) {
                    Some(end) if line.iter().skip(end).all(|byte| is_white(*byte)) => return Ok(Self::Lines),
                    Some(_) => return Ok(Self::Concatenated),
                    None => match (next, after.get(1)) {
                        (Some(_), Some(b'{')) if line.trim_ascii().len() > 1 => return Ok(Self::Lines),
                        (Some(_), _) => return Ok(Self::Concatenated),
                        (None, _) => {}
                    },
                }
            }
            if enough || !window.fill()? {
                return Ok(Self::Concatenated);
            }
        }
    }

    /// CSV, if somebody said so or the first row has a column that users have.
    pub(super) fn csv(
        window: &mut Window,
        record_bytes: usize,
        fields: &FieldMap,
        is_named: bool,
    ) -> Result<Self, ReadError> {
        const KNOWN: &[&str] = &["email", "user_id", "username", "phone_number", "id", "mail"];
        let (header, _) = row::first(window, record_bytes)?;
        if !is_named && std::str::from_utf8(&header).is_err() {
            const ENCODING: &str = "it is not UTF-8: write it so, for example with iconv -f WINDOWS-1252 -t UTF-8";
            return Err(ReadError::new(window.place(), "encoding.utf8", ENCODING));
        }
        // The first of those that are as good as each other, which is the comma.
        let best = row::DELIMITERS.iter().rev().map(|&delimiter| {
            let columns = row::fields(&header, delimiter).unwrap_or_default();
            let target = |column: &String| Some(fields.target(column.trim())?.path.to_ascii_lowercase());
            let known = columns.iter().filter_map(target).any(|column| KNOWN.contains(&&*column));
            (known, columns.len(), delimiter)
        });
        match best.max_by_key(|(known, columns, _)| (*known, *columns)) {
            Some((known, _, delimiter)) if known || is_named => Ok(Self::Csv { delimiter }),
            _ => Err(ReadError::new(
                window.place(),
                "format.unknown",
                "it is neither JSON nor CSV with a column that names people: say which format it is, or which column is which \
                 field",
            )),
        }
    }
}

/// Skips a byte order mark. Refuses text that is not in UTF-8.
pub(super) fn begin(window: &mut Window) -> Result<(), ReadError> {
    const UTF_16: &str = "it is UTF-16: write it as UTF-8, for example with iconv -f UTF-16 -t UTF-8";
    while window.rest().len() < 4 && window.fill()? {}
    match window.rest() {
        [0xef, 0xbb, 0xbf, ..] => window.consume(3),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=u8::MAX, ..] | [1..=u8::MAX, 0, ..] => {
            return Err(ReadError::new(Place::START, "encoding.utf16", UTF_16));
        }
        _ => {}
    }
    Ok(())
}

/// Whether an object begins here with this key, quotes and all.
pub(super) fn has_first_key(window: &mut Window, key: &[u8]) -> Result<bool, ReadError> {
    /// White space before it, at the most.
    const INDENT: usize = 64;
    while window.rest().len() < key.len() + INDENT && window.fill()? {}
    let inside = window.rest().strip_prefix(b"{").unwrap_or_default();
    Ok(inside.trim_ascii_start().starts_with(key))
}
