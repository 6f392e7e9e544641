//! Rows of CSV (RFC 4180): found by their quotes, and taken apart.

use memchr::{memchr, memchr2};

use super::window::Window;
use crate::bulk::ReadError;

const UNCLOSED: &str = "the input ends within quotes, or a quote of this row is missing: repair it, or fetch it again";

/// Finds the line feed that ends a row: the first one outside of quotes.
#[derive(Debug, Default)]
pub(super) struct RowScan {
    quoted: bool,
}

impl RowScan {
    fn end_in(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            let rest = bytes.get(at..)?;
            if self.quoted {
                at += memchr(b'"', rest)? + 1;
                self.quoted = false;
            } else {
                let found = memchr2(b'"', b'\n', rest)?;
                if rest.get(found) == Some(&b'\n') {
                    return Some(at + found);
                }
                at += found + 1;
                self.quoted = true;
            }
        }
    }
}

/// A row that was found.
pub(super) struct Found {
    /// Its bytes, and those with its line feed.
    pub(super) length: usize,
    pub(super) with_feed: usize,
    /// Whether it was too long to be kept.
    pub(super) dropped: bool,
}

/// Finds the end of the row that begins where the window stands. What is too long is consumed on the way.
pub(super) fn find(window: &mut Window, record_bytes: usize) -> Result<Found, ReadError> {
    let place = window.place();
    let mut scan = RowScan::default();
    let (mut scanned, mut dropped) = (0, false);
    loop {
        if let Some(found) = scan.end_in(window.rest().get(scanned..).unwrap_or_default()) {
            let length = scanned + found;
            return Ok(Found { length, with_feed: length + 1, dropped: dropped || length > record_bytes });
        }
        scanned = window.rest().len();
        if scanned > record_bytes {
            window.consume(scanned);
            (scanned, dropped) = (0, true);
        }
        if !window.fill()? {
            if scan.quoted {
                return Err(ReadError::new(place, "csv.unclosed", UNCLOSED));
            }
            return Ok(Found { length: scanned, with_feed: scanned, dropped });
        }
    }
}

/// The first row, without consuming it, and how long it is with its line feed.
pub(super) fn first(window: &mut Window, record_bytes: usize) -> Result<(Vec<u8>, usize), ReadError> {
    let found = find(window, record_bytes)?;
    if found.dropped {
        return Err(ReadError::new(window.place(), "csv.header", "the first row is too long to be names of columns"));
    }
    Ok((window.rest().get(..found.length).unwrap_or_default().to_vec(), found.with_feed))
}

/// The fields of a row without its line feed.
///
/// # Errors
///
/// The code and what is wrong.
pub(super) fn fields(row: &[u8], delimiter: u8) -> Result<Vec<String>, (&'static str, &'static str)> {
    let row = row.strip_suffix(b"\r").unwrap_or(row);
    let row = std::str::from_utf8(row).map_err(|_| ("csv.utf8", "the row is not UTF-8"))?;
    let delimiter = char::from(delimiter);
    let (mut fields, mut rest) = (Vec::new(), row);
    loop {
        let Some(quoted) = rest.strip_prefix('"') else {
            let (field, after) = match rest.split_once(delimiter) {
                Some((field, after)) => (field, Some(after)),
                None => (rest, None),
            };
            if field.contains('"') {
                return Err(("csv.quote", "a quote stands within a field that has none around it"));
            }
            fields.push(field.to_owned());
            let Some(after) = after else { return Ok(fields) };
            rest = after;
            continue;
        };
        let mut field = String::new();
        let mut inside = quoted;
        let after = loop {
            let (text, after) = inside.split_once('"').ok_or(("csv.quote", "a quote is not closed"))?;
            field.push_str(text);
            match after.strip_prefix('"') {
                Some(more) => {
                    field.push('"');
                    inside = more;
                }
                None => break after,
            }
        };
        fields.push(field);
        match after.strip_prefix(delimiter) {
            Some(more) => rest = more,
            None if after.is_empty() => return Ok(fields),
            None => return Err(("csv.quote", "something stands between a closing quote and the end of its field")),
        }
    }
}
