use super::{RawRecord, window::Window};
use crate::bulk::ReadError;

const CUT: &str =
    "the input ends within a line, so it was cut off: fetch it again, or end its last line if it is whole";
const VERSION: &str = "it is LDIF of another version than 1, which RFC 2849 defines: write it as version 1";

/// Longest line that says the version.
const MOST_VERSION_BYTES: usize = 1 << 10;

/// Entries of LDIF (RFC 2849): lines, with an empty one behind each entry. Comments and versions before one are no part of
/// it.
#[derive(Debug)]
pub(super) struct Entries {
    record_bytes: usize,
}

impl Entries {
    pub(super) const fn new(record_bytes: usize) -> Self {
        Self { record_bytes }
    }

    pub(super) fn next<'w>(&mut self, window: &'w mut Window) -> Result<Option<RawRecord<'w>>, ReadError> {
        if !reach(window)? {
            return Ok(None);
        }
        let place = window.place();
        let (mut scan, mut scanned, mut dropped) = (EntryScan::default(), 0, false);
        let (length, with_end) = loop {
            if let Some(found) = scan.end_in(window.rest().get(scanned..).unwrap_or_default()) {
                let with_end = scanned + found;
                break (with_end.saturating_sub(scan.end_bytes()), with_end);
            }
            scanned = window.rest().len();
            if scanned > self.record_bytes.saturating_add(2) {
                window.consume(scanned);
                (scanned, dropped) = (0, true);
            }
            if !window.fill()? {
                match scan.line {
                    Line::Empty => break (scanned, scanned),
                    Line::Return => break (scanned.saturating_sub(1), scanned),
                    Line::Text => return Err(ReadError::new(place, "ldif.cut", CUT)),
                }
            }
        };
        window.consume(with_end);
        window.count_record();
        let kept = !dropped && length <= self.record_bytes;
        let text = || window.consumed(with_end).get(..length).unwrap_or_default();
        Ok(Some(RawRecord { place, end: window.place(), text: kept.then(text) }))
    }
}

/// Moves to the first line of an entry. `false` at the end.
fn reach(window: &mut Window) -> Result<bool, ReadError> {
    // What follows a comment and begins with a space goes on with it.
    let mut comment = false;
    loop {
        while window.rest().len() < VERSION_KEY.len() && window.fill()? {}
        match window.rest() {
            [] => return Ok(false),
            [b'\n', ..] | [b'\r', b'\n', ..] | [b'\r'] => comment = false,
            [b'#', ..] => comment = true,
            [b' ', ..] if comment => {}
            rest if rest.get(..VERSION_KEY.len()).is_some_and(|key| key.eq_ignore_ascii_case(VERSION_KEY)) => {
                comment = false;
                if !is_version_1(window)? {
                    return Err(ReadError::new(window.place(), "ldif.version", VERSION));
                }
            }
            _ => return Ok(true),
        }
        window.skip_line()?;
    }
}

const VERSION_KEY: &[u8] = b"version:";

fn is_version_1(window: &mut Window) -> Result<bool, ReadError> {
    loop {
        let text = window.rest();
        if let Some(feed) = memchr::memchr(b'\n', text) {
            let line = text.get(VERSION_KEY.len()..feed).unwrap_or_default();
            return Ok(line.trim_ascii() == b"1");
        }
        if text.len() > MOST_VERSION_BYTES || !window.fill()? {
            return Ok(window.rest().get(VERSION_KEY.len()..).unwrap_or_default().trim_ascii() == b"1");
        }
    }
}

/// Finds the empty line that ends an entry.
#[derive(Debug, Default)]
struct EntryScan {
    line: Line,
}

/// What there is of a line so far.
#[derive(Debug, Default)]
enum Line {
    #[default]
    Empty,
    /// A carriage return, which is nothing if the line ends there.
    Return,
    Text,
}

impl EntryScan {
    /// After how many of the next bytes the empty line ends, if it does.
    fn end_in(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            let rest = bytes.get(at..)?;
            let feed = memchr::memchr(b'\n', rest);
            self.line = match (&self.line, rest.get(..feed.unwrap_or(rest.len())).unwrap_or_default()) {
                (Line::Empty, []) => Line::Empty,
                (Line::Empty, b"\r") | (Line::Return, []) => Line::Return,
                _ => Line::Text,
            };
            at += feed? + 1;
            if !matches!(self.line, Line::Text) {
                return Some(at);
            }
            self.line = Line::Empty;
        }
    }

    /// How long the empty line is.
    const fn end_bytes(&self) -> usize {
        match self.line {
            Line::Return => 2,
            Line::Empty | Line::Text => 1,
        }
    }
}
