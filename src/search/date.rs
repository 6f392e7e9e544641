//! Dates as text: RFC 3339, and what it begins with.

use std::ops::RangeInclusive;

use crate::clock::{Timestamp, days};

const DAY: i64 = 86_400_000_000;

/// What text that is no date should have been.
pub(super) const EXPECTED: &str = "expected a date such as 2024-12-31, 2024-12 or 2024-12-31T23:59:59Z";

/// The stretch of time that a date names, in microseconds: its beginning and the first moment after it.
///
/// A date is a year, a month, a day, or a time of RFC 3339 whose seconds may have up to six digits after the point, and
/// names all of it. Without an offset it is of UTC.
pub(crate) fn parse(text: &str) -> Option<(i64, i64)> {
    let mut rest = Rest(text);
    let (start, long) = rest.date()?;
    let (start, long) = match rest.pass(&['T', 't', ' ']) {
        Some(_) if long == DAY => {
            let (time, long) = rest.time()?;
            (start + time - rest.offset()?, long)
        }
        _ => (start, long),
    };
    let is_printed = |micros| Timestamp::from_micros(micros).to_rfc3339().is_some();
    (rest.0.is_empty() && is_printed(start) && is_printed(start + long - 1)).then_some((start, start + long))
}

/// What is left to read.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    /// A number of so many digits.
    fn number(&mut self, digits: usize, within: RangeInclusive<i64>) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.0 = rest;
        number.parse().ok().filter(|number| within.contains(number))
    }

    /// One of these characters.
    fn pass(&mut self, any: &[char]) -> Option<char> {
        let mut characters = self.0.chars();
        let first = characters.next().filter(|first| any.contains(first))?;
        self.0 = characters.as_str();
        Some(first)
    }

    /// When a year, a month or a day begins, and how long it is.
    fn date(&mut self) -> Option<(i64, i64)> {
        let year = self.number(4, 0..=9_999)?;
        let begins = |year, month, day| days(year, month, day) * DAY;
        if self.pass(&['-']).is_none() {
            return Some((begins(year, 1, 1), begins(year + 1, 1, 1) - begins(year, 1, 1)));
        }
        let month = self.number(2, 1..=12)?;
        let next = if month == 12 { begins(year + 1, 1, 1) } else { begins(year, month + 1, 1) };
        let start = begins(year, month, 1);
        if self.pass(&['-']).is_none() {
            return Some((start, next - start));
        }
        let day = self.number(2, 1..=31)?;
        Some((begins(year, month, day), DAY)).filter(|(start, _)| *start < next)
    }

    /// How long after midnight a minute, a second or a part of one begins, and how long it is.
    fn time(&mut self) -> Option<(i64, i64)> {
        let hour = self.number(2, 0..=23)?;
        self.pass(&[':'])?;
        let start = (hour * 60 + self.number(2, 0..=59)?) * 60_000_000;
        if self.pass(&[':']).is_none() {
            return Some((start, 60_000_000));
        }
        let (mut start, mut long) = (start + self.number(2, 0..=59)? * 1_000_000, 1_000_000);
        if self.pass(&['.']).is_some() {
            let mut digit = self.number(1, 0..=9);
            digit?;
            while let Some(value) = digit {
                long /= 10;
                start += value * long;
                digit = self.number(1, 0..=9);
            }
        }
        // Seven digits and more are finer than what is kept.
        (long > 0).then_some((start, long))
    }

    /// How far local time is ahead of UTC.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.pass(&['Z', 'z', '+', '-']) {
            None | Some('Z' | 'z') => return Some(0),
            Some('-') => -1,
            Some(_) => 1,
        };
        let hours = self.number(2, 0..=23)?;
        self.pass(&[':'])?;
        Some(sign * (hours * 60 + self.number(2, 0..=59)?) * 60_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_all_of_what_it_names() {
        let stretch = |text: &str| {
            let (start, end) = parse(text).unwrap();
            [start, end].map(|micros| Timestamp::from_micros(micros).to_rfc3339().unwrap())
        };
        for (text, start, end) in [
            ("1970", "1970-01-01T00:00:00Z", "1971-01-01T00:00:00Z"),
            ("2024-02", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
            ("2024-12", "2024-12-01T00:00:00Z", "2025-01-01T00:00:00Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
            ("1969-12-31", "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z"),
            ("2024-12-31T23:59", "2024-12-31T23:59:00Z", "2025-01-01T00:00:00Z"),
            ("2024-12-31T23:59:59+01:30", "2024-12-31T22:29:59Z", "2024-12-31T22:30:00Z"),
            ("2024-12-31 00:00:00.5Z", "2024-12-31T00:00:00.500000Z", "2024-12-31T00:00:00.600000Z"),
            ("0001-01-01T00:00:00.000001-00:01", "0001-01-01T00:01:00.000001Z", "0001-01-01T00:01:00.000002Z"),
        ] {
            assert_eq!(stretch(text), [start, end], "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "24",
            "2024-",
            "2024-13",
            "2024-00",
            "2024-1",
            "2023-02-29",
            "1900-02-29",
            "2024-04-31",
            "2024-01-01T",
            "2024-01-01T24:00",
            "2024-01-01T10",
            "2024-01-01T10:00:60Z",
            "2024-01-01T10:00:00.Z",
            "2024T10:00",
            "2024-01-01T10:00:00.1234567Z",
            "2024-01-01T10:00+1",
            "2024-01-01Z",
            "+2024",
            "2024-01-01x",
            "\u{661}024",
            "9999-12-31T23:59-01:00",
            "0000-01-01T00:00+00:01",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
