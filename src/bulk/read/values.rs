use super::{
    Piece,
    value::ValueScan,
    window::{Window, is_white},
};
use crate::bulk::{Place, ReadError};

/// Values one after the other: the elements of an array, or a concatenation.
#[derive(Debug)]
pub(super) struct Values {
    array: bool,
    next: Next,
    record_bytes: usize,
}

#[derive(Debug)]
enum Next {
    /// `[`.
    Open,
    /// A value or `]`.
    First,
    /// A value.
    Value,
    /// `,` or `]`.
    Comma,
    /// Nothing.
    End,
}

impl Values {
    /// The elements of an array.
    pub(super) const fn of_array(record_bytes: usize) -> Self {
        Self { array: true, next: Next::Open, record_bytes }
    }

    /// Values with or without white space between them.
    pub(super) const fn concatenated(record_bytes: usize) -> Self {
        Self { array: false, next: Next::Value, record_bytes }
    }

    /// Goes on behind a value.
    pub(super) const fn behind_value(mut self) -> Self {
        if self.array {
            self.next = Next::Comma;
        }
        self
    }

    pub(super) fn next<'w>(&mut self, window: &'w mut Window) -> Result<Option<Piece<'w>>, ReadError> {
        loop {
            let byte = window.skip_white()?;
            match (&self.next, byte) {
                (Next::Open, Some(b'[')) => self.step(window, Next::First),
                (Next::First | Next::Comma, Some(b']')) => self.step(window, Next::End),
                (Next::Comma, Some(b',')) => self.step(window, Next::Value),
                (Next::End, None) => return Ok(None),
                (Next::Value, None) if !self.array => return Ok(None),
                (Next::Open, _) => return Err(at(window, "json.array", "it does not begin with [")),
                (Next::First | Next::Value | Next::Comma, None) => {
                    return Err(at(window, "json.unclosed", UNCLOSED_ARRAY));
                }
                (Next::End, Some(_)) => {
                    return Err(at(
                        window,
                        "json.trailing",
                        "something stands after the end of the array: take it away",
                    ));
                }
                (Next::Comma, Some(_)) => {
                    return Err(at(window, "json.comma", "there is no comma between this record and the one before"));
                }
                (Next::First | Next::Value, Some(b',' | b']')) if self.array => {
                    return Err(at(window, "json.comma", "a comma stands where a record should be: take it away"));
                }
                (Next::Value, Some(b',')) => {
                    return Err(at(window, "json.comma", "records with commas between them need [ before and ] after"));
                }
                (Next::First | Next::Value, Some(first)) => {
                    self.next = if self.array { Next::Comma } else { Next::Value };
                    return self.value(first, window).map(Some);
                }
            }
        }
    }

    fn step(&mut self, window: &mut Window, next: Next) {
        window.consume(1);
        self.next = next;
    }

    fn value<'w>(&self, first: u8, window: &'w mut Window) -> Result<Piece<'w>, ReadError> {
        let place = window.place();
        let mut scan = ValueScan::default();
        let closed = matches!(first, b'{' | b'[' | b'"');
        let (mut scanned, mut dropped) = (0, false);
        let length = loop {
            let bytes = window.rest().get(scanned..).unwrap_or_default();
            let found = if closed { scan.end_in(bytes) } else { bare_end(bytes, scanned == 0 && !dropped) };
            if let Some(end) = found {
                break scanned + end;
            }
            scanned = window.rest().len();
            if scanned > self.record_bytes {
                window.consume(scanned);
                (scanned, dropped) = (0, true);
            }
            if !window.fill()? {
                if closed {
                    return Err(ReadError::new(place, "json.unclosed", UNCLOSED));
                }
                break scanned;
            }
        };
        window.consume(length);
        window.count_record();
        let kept = !dropped && length <= self.record_bytes;
        Ok(Piece { place, end: window.place(), text: kept.then(|| window.consumed(length)) })
    }
}

pub(super) const UNCLOSED: &str =
    "the input ends in the middle of this record, or a quote or bracket of it is missing: repair it, or fetch it again";
const UNCLOSED_ARRAY: &str = "the array is not closed, so the input was cut off: fetch it again";

fn at(window: &Window, code: &'static str, problem: &'static str) -> ReadError {
    let place: Place = window.place();
    ReadError::new(place, code, problem)
}

/// Where a number, a word or anything else ends that has neither quotes nor brackets. Its first byte is a part of it.
fn bare_end(bytes: &[u8], first: bool) -> Option<usize> {
    let skipped = usize::from(first);
    let rest = bytes.get(skipped..)?;
    let end = rest.iter().position(|byte| is_white(*byte) || matches!(byte, b',' | b'[' | b']' | b'{' | b'"'))?;
    Some(skipped + end)
}
