use std::{fmt, ops::Range};

use super::unpacked::Unpacked;
use crate::bulk::{Place, ReadError};

/// What is read at once, as long as no record is longer.
const WINDOW: usize = 256 << 10;

/// The part of a text that is in memory: from where the reader stands to what has been read so far.
pub(super) struct Window {
    input: Unpacked,
    buffer: Vec<u8>,
    /// What is left to be looked at.
    live: Range<usize>,
    /// Where `live` begins.
    place: Place,
    ended: bool,
}

impl Window {
    pub(super) fn new(input: Unpacked) -> Self {
        Self { input, buffer: vec![0; WINDOW], live: 0..0, place: Place::START, ended: false }
    }

    pub(super) const fn place(&self) -> Place {
        self.place
    }

    pub(super) fn packed_bytes(&self) -> Option<u64> {
        self.input.taken()
    }

    pub(super) fn rest(&self) -> &[u8] {
        self.buffer.get(self.live.clone()).unwrap_or_default()
    }

    /// The last bytes that were consumed, so many of them. There until the next [`fill`](Self::fill).
    pub(super) fn consumed(&self, bytes: usize) -> &[u8] {
        self.buffer.get(self.live.start.saturating_sub(bytes)..self.live.start).unwrap_or_default()
    }

    /// Reads on. `false` at the end of the input. The window grows only where all of it is still needed.
    pub(super) fn fill(&mut self) -> Result<bool, ReadError> {
        if self.ended {
            return Ok(false);
        }
        // What is behind is given up when there is little room left, so that few bytes are moved and reads are long.
        if self.live.start > 0 && self.buffer.len() - self.live.end < self.buffer.len() / 2 {
            self.buffer.copy_within(self.live.clone(), 0);
            self.live = 0..self.live.len();
        }
        if self.live.end == self.buffer.len() {
            self.buffer.resize(2 * self.buffer.len(), 0);
        }
        let mut at = self.place;
        at.offset += self.live.len() as u64;
        let room = self.buffer.get_mut(self.live.end..).unwrap_or_default();
        let read = self.input.read(room, at)?;
        self.live.end += read;
        self.ended = read == 0;
        Ok(read > 0)
    }

    /// Moves on by so many bytes of the rest.
    pub(super) fn consume(&mut self, bytes: usize) {
        let bytes = bytes.min(self.live.len());
        let gone = self.live.start..self.live.start + bytes;
        let lines = memchr::memchr_iter(b'\n', self.buffer.get(gone).unwrap_or_default()).count();
        self.place.offset += bytes as u64;
        self.place.line += lines as u64;
        self.live.start += bytes;
    }

    /// One more record is behind.
    pub(super) const fn count_record(&mut self) {
        self.place.record += 1;
    }

    /// The first byte that is not white space, after moving to it; `None` at the end.
    pub(super) fn skip_white(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            let white = self.rest().iter().position(|byte| !is_white(*byte));
            self.consume(white.unwrap_or(self.live.len()));
            if white.is_some() || !self.fill()? {
                return Ok(self.rest().first().copied());
            }
        }
    }

    /// Goes behind the line, however long it is. `false` if it has no end.
    pub(super) fn skip_line(&mut self) -> Result<bool, ReadError> {
        loop {
            let found = memchr::memchr(b'\n', self.rest());
            self.consume(found.map_or(self.live.len(), |feed| feed + 1));
            if found.is_some() || !self.fill()? {
                return Ok(found.is_some());
            }
        }
    }

    /// Moves to a place that an earlier reading gave.
    pub(super) fn go_to(&mut self, place: Place) -> Result<(), ReadError> {
        const SHORTER: &str = "the input ends before the place from where it was to be read on: it is another one";
        if place.offset > self.place.offset + self.live.len() as u64 && self.input.seek(place)? {
            self.live = 0..0;
            self.place = place;
            // The byte before is read again: there must be one.
            let before = Place { offset: place.offset.saturating_sub(1), ..place };
            self.input.seek(before)?;
            if !self.fill()? {
                return Err(ReadError::new(place, "resume.short", SHORTER));
            }
            self.live.start += 1;
            return Ok(());
        }
        while self.place.offset < place.offset {
            let missing = usize::try_from(place.offset - self.place.offset).unwrap_or(usize::MAX);
            self.consume(missing);
            if self.place.offset < place.offset && !self.fill()? {
                return Err(ReadError::new(self.place, "resume.short", SHORTER));
            }
        }
        if self.place.line != place.line {
            let problem = "it has other lines before the place from where it was to be read on: it is another one";
            return Err(ReadError::new(self.place, "resume.changed", problem));
        }
        self.place = place;
        Ok(())
    }
}

/// JSON's white space.
pub(super) const fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// Without the text, which is people's.
impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window").field("input", &self.input).field("place", &self.place).finish_non_exhaustive()
    }
}
