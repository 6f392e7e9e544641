//! Dates as text: RFC 3339, and what it begins with.

use std::{fmt::Write as _, ops::RangeInclusive};

use crate::clock::Timestamp;

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
    let is_printed = |micros| print(Timestamp::from_micros(micros)).is_some();
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

/// The moment as [`parse`] reads it, to the microsecond; `None` if it is in no year of four digits.
pub(crate) fn print(at: Timestamp) -> Option<String> {
    let (year, month, day) = civil(at.day());
    if !(0..=9_999).contains(&year) {
        return None;
    }
    let micros = at.as_micros().rem_euclid(DAY);
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if fraction > 0 {
        // Writing to a string does not fail.
        let _always = write!(text, ".{fraction:06}");
    }
    text.push('Z');
    Some(text)
}

/// Days from 1970-01-01 to this date of the Gregorian calendar, whose years are counted from March so that a leap day is
/// a year's last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let in_years = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    in_years + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// Year, month and day of the date so many days after 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, in_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let month = (5 * in_year + 2) / 153;
    let day = in_year - (153 * month + 2) / 5 + 1;
    let year = year + era * 400;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_all_of_what_it_names() {
        let stretch = |text: &str| {
            let (start, end) = parse(text).unwrap();
            [start, end].map(|micros| print(Timestamp::from_micros(micros)).unwrap())
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

    #[test]
    fn days_and_dates_are_each_others_inverse() {
        let mut expected = (0, 1, 1);
        for number in days(0, 1, 1)..days(3_000, 1, 1) {
            assert_eq!(civil(number), expected);
            assert_eq!(days(expected.0, expected.1, expected.2), number);
            let (year, month, day) = expected;
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last = match month {
                2 => 28 + i64::from(is_leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected = match (month, day == last) {
                (_, false) => (year, month, day + 1),
                (12, true) => (year + 1, 1, 1),
                (_, true) => (year, month + 1, 1),
            };
        }
    }
}
