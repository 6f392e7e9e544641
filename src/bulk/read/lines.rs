use super::{
    Piece,
    value::ValueScan,
    values::UNCLOSED,
    window::{Window, is_white},
};
use crate::bulk::ReadError;

/// One record a line. Empty lines are none.
#[derive(Debug)]
pub(super) struct Lines {
    record_bytes: usize,
}

impl Lines {
    pub(super) const fn new(record_bytes: usize) -> Self {
        Self { record_bytes }
    }

    pub(super) fn next<'w>(&mut self, window: &'w mut Window) -> Result<Option<Piece<'w>>, ReadError> {
        if window.skip_white()?.is_none() {
            return Ok(None);
        }
        let place = window.place();
        let (mut scanned, mut dropped) = (0, false);
        let (length, feed) = loop {
            if let Some(found) = memchr::memchr(b'\n', window.rest().get(scanned..).unwrap_or_default()) {
                break (scanned + found, true);
            }
            scanned = window.rest().len();
            // One more for the carriage return.
            if scanned > self.record_bytes.saturating_add(1) {
                window.consume(scanned);
                (scanned, dropped) = (0, true);
            }
            if !window.fill()? {
                break (scanned, false);
            }
        };
        // A last line without its end that is no whole object: the rest of the file is missing.
        let line = window.rest().get(..length).unwrap_or_default();
        if !feed && !dropped && line.starts_with(b"{") && ValueScan::default().end_in(line).is_none() {
            return Err(ReadError::new(place, "json.unclosed", UNCLOSED));
        }
        let trimmed = line.iter().rposition(|byte| !is_white(*byte)).map_or(0, |last| last + 1);
        let consumed = length + usize::from(feed);
        window.consume(consumed);
        window.count_record();
        let kept = !dropped && trimmed <= self.record_bytes;
        let text = || window.consumed(consumed).get(..trimmed).unwrap_or_default();
        Ok(Some(Piece { place, end: window.place(), text: kept.then(text) }))
    }
}
