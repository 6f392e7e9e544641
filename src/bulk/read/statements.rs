use super::{
    sql::{Form, Header, Scan},
    window::{Window, is_white},
};
use crate::bulk::ReadError;

/// The longest beginning of a statement after which rows follow, in bytes.
const MOST_HEADER_BYTES: usize = 64 << 10;

/// What a comment of `pg_dump` says first, and last.
const BEGIN: &[u8] = b"-- PostgreSQL database dump";
const END: &[u8] = b"-- PostgreSQL database dump complete";

pub(super) const CUT: &str = "the input ends before the dump does, so it was cut off: make it again";

/// The statements of a dump, one after the other.
#[derive(Debug)]
pub(super) struct Statements {
    /// Whether the window stands at the beginning of a line.
    begins_line: bool,
    extent: Extent,
    /// Whether a backslash in a text stands before what it escapes, though no `E` says so.
    has_escapes: bool,
}

/// How far a dump is, as its comments say.
#[derive(Debug)]
enum Extent {
    /// They say nothing.
    Untold,
    Begun,
    Complete,
}

impl Statements {
    pub(super) const fn new() -> Self {
        Self { begins_line: true, extent: Extent::Untold, has_escapes: false }
    }

    pub(super) const fn has_escapes(&self) -> bool {
        self.has_escapes
    }

    /// Moves to the next statement that begins a line, as all do that are the dump's own: what looks like one in the body of a
    /// function is indented. `false` at the end.
    pub(super) fn reach(&mut self, window: &mut Window) -> Result<bool, ReadError> {
        loop {
            self.skip_white(window)?;
            while window.rest().len() < MOST_HEADER_BYTES && window.fill()? {}
            match window.rest() {
                [] if matches!(self.extent, Extent::Begun) => {
                    return Err(ReadError::new(window.place(), "dump.cut", CUT));
                }
                [] => return Ok(false),
                [b'-', b'-', ..] => {
                    self.note(window.rest());
                    self.begins_line = window.skip_line()?;
                }
                [b'/', b'*', ..] => {
                    // As white as what stands around it.
                    let begins_line = self.begins_line;
                    skip(window, Scan::comment())?;
                    self.skip_white(window)?;
                    self.begins_line |= begins_line;
                }
                // For psql.
                [b'\\', ..] => self.begins_line = window.skip_line()?,
                _ if self.begins_line => return Ok(true),
                _ => skip(window, Scan::statement())?,
            }
        }
    }

    fn note(&mut self, comment: &[u8]) {
        let end = memchr::memchr(b'\n', comment).unwrap_or(comment.len());
        let comment = comment.get(..end).unwrap_or_default().trim_ascii_end();
        // A dump of all databases is one of each after the other.
        if comment == BEGIN {
            self.extent = Extent::Begun;
        } else if comment == END {
            self.extent = Extent::Complete;
        }
    }

    /// Goes behind the statement, which has this header if rows follow it.
    pub(super) fn pass(&mut self, window: &mut Window, header: Option<&Header>) -> Result<(), ReadError> {
        // As the server was set that the dump was made from.
        if let Some(value) = window.rest().strip_prefix(b"SET standard_conforming_strings = ") {
            self.has_escapes = value.starts_with(b"off");
        }
        match header {
            Some(Header { form: Form::Copy, length, .. }) => {
                window.consume(*length);
                skip_rows(window)?;
                self.is_behind_rows(Form::Copy);
            }
            Some(Header { form: Form::Insert, .. }) | None => {
                skip(window, Scan::statement())?;
                self.begins_line = false;
            }
        }
        Ok(())
    }

    /// The rows of a statement have been read.
    pub(super) const fn is_behind_rows(&mut self, form: Form) {
        self.begins_line = matches!(form, Form::Copy);
    }

    fn skip_white(&mut self, window: &mut Window) -> Result<(), ReadError> {
        loop {
            let white = window.rest().iter().position(|byte| !is_white(*byte));
            let length = white.unwrap_or(window.rest().len());
            if let Some(last) = length.checked_sub(1).and_then(|last| window.rest().get(last)) {
                self.begins_line = *last == b'\n';
            }
            window.consume(length);
            if white.is_some() || !window.fill()? {
                return Ok(());
            }
        }
    }
}

/// Goes to where this ends.
pub(super) fn skip(window: &mut Window, mut scan: Scan) -> Result<(), ReadError> {
    let place = window.place();
    loop {
        let found = scan.end_in(window.rest());
        window.consume(found.unwrap_or(window.rest().len()));
        if found.is_some() {
            return Ok(());
        }
        if !window.fill()? {
            return Err(ReadError::new(place, "dump.cut", CUT));
        }
    }
}

/// Goes behind the lines of `COPY`.
fn skip_rows(window: &mut Window) -> Result<(), ReadError> {
    let place = window.place();
    loop {
        while window.rest().len() < 4 && window.fill()? {}
        let is_last = matches!(window.rest(), [b'\\', b'.', b'\n', ..] | [b'\\', b'.', b'\r', b'\n', ..]);
        if !window.skip_line()? {
            return Err(ReadError::new(place, "dump.cut", CUT));
        }
        if is_last {
            return Ok(());
        }
    }
}
