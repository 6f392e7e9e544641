use super::{
    RawRecord,
    value::ValueScan,
    window::{Window, is_white},
};
use crate::bulk::{Place, ReadError};

/// Values one after the other: the elements of an array, or a concatenation.
#[derive(Debug)]
pub(super) struct Values {
    array: bool,
    /// The member of an object that the array is.
    member: Option<&'static str>,
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
    /// What the object has after its array.
    Rest,
    /// Nothing.
    End,
}

impl Values {
    /// The elements of an array.
    pub(super) const fn of_array(record_bytes: usize) -> Self {
        Self { array: true, member: None, next: Next::Open, record_bytes }
    }

    /// The elements of an array that is the member of this name of an object.
    pub(super) const fn of_member(name: &'static str, record_bytes: usize) -> Self {
        Self { array: true, member: Some(name), next: Next::Open, record_bytes }
    }

    /// Values with or without white space between them.
    pub(super) const fn concatenated(record_bytes: usize) -> Self {
        Self { array: false, member: None, next: Next::Value, record_bytes }
    }

    /// Goes on behind a value.
    pub(super) const fn behind_value(mut self) -> Self {
        if self.array {
            self.next = Next::Comma;
        }
        self
    }

    pub(super) fn next<'w>(&mut self, window: &'w mut Window) -> Result<Option<RawRecord<'w>>, ReadError> {
        loop {
            let byte = window.skip_white()?;
            match (&self.next, byte) {
                (Next::Open, Some(b'{')) if self.member.is_some() => {
                    self.next = enter(window, self.member.unwrap_or_default())?;
                }
                (Next::Open, Some(b'[')) => self.step(window, Next::First),
                (Next::First | Next::Comma, Some(b']')) if self.member.is_some() => self.step(window, Next::Rest),
                (Next::First | Next::Comma, Some(b']')) => self.step(window, Next::End),
                (Next::Rest, _) => {
                    let found = pass(window, &mut ValueScan::within_object(), true, 0)?;
                    window.consume(found.length);
                    self.next = Next::End;
                }
                (Next::Comma, Some(b',')) => self.step(window, Next::Value),
                (Next::End, None) => return Ok(None),
                (Next::Value, None) if !self.array => return Ok(None),
                (Next::Open, _) => {
                    return Err(at(window, "json.array", "the array of the records does not begin here"));
                }
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

    fn value<'w>(&self, first: u8, window: &'w mut Window) -> Result<RawRecord<'w>, ReadError> {
        let place = window.place();
        let Passed { length, dropped } = pass(window, &mut ValueScan::default(), is_closed(first), self.record_bytes)?;
        window.consume(length);
        window.count_record();
        let kept = !dropped && length <= self.record_bytes;
        Ok(RawRecord { place, end: window.place(), text: kept.then(|| window.consumed(length)) })
    }
}

/// Whether what begins like this says itself where it ends.
const fn is_closed(first: u8) -> bool {
    matches!(first, b'{' | b'[' | b'"')
}

/// What was passed over: its length, or that of the last part of it if what came before was too long to be kept.
struct Passed {
    length: usize,
    dropped: bool,
}

/// Finds the end of a value. As many bytes of it are kept as a record may have.
fn pass(window: &mut Window, scan: &mut ValueScan, closed: bool, most: usize) -> Result<Passed, ReadError> {
    let place = window.place();
    let (mut scanned, mut dropped) = (0, false);
    loop {
        let bytes = window.rest().get(scanned..).unwrap_or_default();
        let found = if closed { scan.end_in(bytes) } else { bare_end(bytes, scanned == 0 && !dropped) };
        if let Some(end) = found {
            return Ok(Passed { length: scanned + end, dropped });
        }
        scanned = window.rest().len();
        if scanned > most {
            window.consume(scanned);
            (scanned, dropped) = (0, true);
        }
        if !window.fill()? {
            if closed {
                return Err(ReadError::new(place, "json.unclosed", UNCLOSED));
            }
            return Ok(Passed { length: scanned, dropped });
        }
    }
}

/// Goes into an object as far as the array that is its member of this name.
fn enter(window: &mut Window, name: &str) -> Result<Next, ReadError> {
    /// No name that is looked for is longer.
    const MAX_KEY_BYTES: usize = 1 << 10;
    window.consume(1);
    loop {
        match window.skip_white()? {
            None => return Err(at(window, "json.unclosed", UNCLOSED)),
            Some(b'}') => {
                window.consume(1);
                return Ok(Next::End);
            }
            Some(b',') => window.consume(1),
            Some(b'"') => {
                let key = pass(window, &mut ValueScan::default(), true, MAX_KEY_BYTES)?;
                window.consume(key.length);
                let text = window.consumed(key.length);
                let sought = !key.dropped
                    && text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")) == Some(name.as_bytes());
                if window.skip_white()? != Some(b':') {
                    return Err(at(window, "json.object", "a key of the object around the records has no value"));
                }
                window.consume(1);
                match window.skip_white()? {
                    None => return Err(at(window, "json.unclosed", UNCLOSED)),
                    Some(b'[') if sought => {
                        window.consume(1);
                        return Ok(Next::First);
                    }
                    Some(first) => {
                        let value = pass(window, &mut ValueScan::default(), is_closed(first), 0)?;
                        window.consume(value.length);
                    }
                }
            }
            Some(_) => return Err(at(window, "json.object", "the object around the records is none")),
        }
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
    let end =
        rest.iter().position(|byte| is_white(*byte) || matches!(byte, b',' | b'[' | b']' | b'{' | b'}' | b'"'))?;
    Some(skipped + end)
}
