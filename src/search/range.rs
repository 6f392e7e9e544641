use std::ops::{Bound, Range, RangeInclusive};

use super::{
    date,
    error::{QueryError, QueryErrorKind},
    field::Field,
    word::Word,
};
use crate::{
    clock::Timestamp,
    store::{Filter, TimeRange, ValueRange, ValueTest, number},
};

/// What text that is no count should have been.
pub(super) const COUNT_EXPECTED: &str = "expected a whole number that is not negative";

/// A range as it stands in a query.
pub(super) struct RawRange<'a> {
    low: End<'a>,
    high: End<'a>,
}

/// One end of a range; `None` is open.
pub(super) struct End<'a> {
    pub(super) word: Option<Word<'a>>,
    pub(super) is_included: bool,
}

impl<'a> RawRange<'a> {
    pub(super) const fn new(low: End<'a>, high: End<'a>) -> Self {
        Self { low, high }
    }
}

impl End<'_> {
    /// The text, and whether it was in quotes.
    fn said(&self) -> Option<(&str, bool)> {
        self.word.as_ref().and_then(|word| word.pattern.as_exact().map(|text| (text, word.is_quoted)))
    }

    fn read<T>(&self, read: fn(&str) -> Option<T>, expected: &'static str) -> Result<Option<T>, QueryError> {
        let Some(word) = &self.word else { return Ok(None) };
        let value = word.pattern.as_exact().and_then(read);
        value.map(Some).ok_or_else(|| QueryError::new(QueryErrorKind::Value, word.at.clone(), expected))
    }

    fn bound<T>(&self, value: Option<T>) -> Bound<T> {
        match value {
            None => Bound::Unbounded,
            Some(value) if self.is_included => Bound::Included(value),
            Some(value) => Bound::Excluded(value),
        }
    }
}

/// Those whose field is in the range, which stands at `at`.
pub(super) fn filter(field: &Field, range: &RawRange<'_>, at: Range<usize>) -> Result<Filter, QueryError> {
    if range.low.word.is_none() && range.high.word.is_none() {
        return Ok(field.exists());
    }
    match field {
        Field::LoginCount => {
            let low = range.low.read(count, COUNT_EXPECTED)?;
            let high = range.high.read(count, COUNT_EXPECTED)?;
            let low = low.unwrap_or(0).checked_add(u64::from(range.low.word.is_some() && !range.low.is_included));
            let high =
                high.unwrap_or(u64::MAX).checked_sub(u64::from(range.high.word.is_some() && !range.high.is_included));
            // There is nothing above the largest number and nothing below the smallest.
            Ok(Filter::LoginCount(low.zip(high).map_or(RangeInclusive::new(1, 0), |(low, high)| low..=high)))
        }
        Field::Time(field) => {
            let low = range.low.read(date::parse, date::EXPECTED)?;
            let high = range.high.read(date::parse, date::EXPECTED)?;
            let from = low.map(|(start, end)| if range.low.is_included { start } else { end });
            let until = high.map(|(start, end)| if range.high.is_included { end } else { start });
            let mut within = TimeRange::ALL;
            within.from = from.map(Timestamp::from_micros);
            within.until = until.map(Timestamp::from_micros);
            Ok(Filter::Time(*field, within))
        }
        Field::Metadata(path) => {
            let test = ValueTest::Within(values(range));
            Ok(Filter::Metadata(path.clone(), test))
        }
        Field::Credential | Field::Flag(_) | Field::MovedBy | Field::Text(_) => {
            let what = "ranges are for times, counts and metadata";
            Err(QueryError::new(QueryErrorKind::Value, at, what))
        }
    }
}

/// Numbers, if what stands there is numbers and not in quotes; else texts.
fn values(range: &RawRange<'_>) -> ValueRange {
    let (low, high) = (range.low.said(), range.high.said());
    let as_number = |said: Option<(&str, bool)>| match said {
        Some((text, false)) => number(text).map(Some),
        Some((_, true)) => None,
        None => Some(None),
    };
    if let (Some(low), Some(high)) = (as_number(low), as_number(high)) {
        return ValueRange::Numbers(range.low.bound(low), range.high.bound(high));
    }
    let text = |said: Option<(&str, bool)>| said.map(|(text, _)| text.to_owned());
    ValueRange::Texts(range.low.bound(text(low)), range.high.bound(text(high)))
}

/// A count of log-ins.
pub(super) fn count(text: &str) -> Option<u64> {
    // Rust's numbers may have a plus.
    text.parse().ok().filter(|_| text.starts_with(|first: char| first.is_ascii_digit()))
}

/// The time that a date names.
pub(super) fn stretch(text: &str) -> Option<TimeRange> {
    let (start, end) = date::parse(text)?;
    Some(TimeRange::new(Timestamp::from_micros(start), Timestamp::from_micros(end)))
}
