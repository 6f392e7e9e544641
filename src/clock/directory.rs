//! Dates as directories write them: RFC 4517's Generalized Time, Microsoft's ticks, whole days.

use std::{ops::Range, str::FromStr};

use jiff::{civil, tz::Offset};

use super::Timestamp;

pub(crate) const NOT_A_DATE: &str = "not a date";
pub(crate) const OUT_OF_RANGE: &str = "date out of range";

/// From 1601 to 1970, in microseconds.
const FILE_TIME_EPOCH_MICROS: i64 = 11_644_473_600_000_000;

/// Whole days since 1970.
pub(crate) fn from_days(text: &str) -> Result<Timestamp, &'static str> {
    let days: i64 = text.parse().map_err(|_| NOT_A_DATE)?;
    in_range(days.checked_mul(86_400_000_000))
}

/// Ticks of 100 ns since 1601. 0 and the largest number are *never*.
pub(crate) fn from_file_time(text: &str) -> Result<Option<Timestamp>, &'static str> {
    match text.parse().map_err(|_| NOT_A_DATE)? {
        0 | i64::MAX => Ok(None),
        ticks => in_range((ticks / 10).checked_sub(FILE_TIME_EPOCH_MICROS)).map(Some),
    }
}

/// Year, month, day and hour; minute and second, which may be missing; a fraction of the last of them; an offset.
pub(crate) fn from_generalized_time(text: &str) -> Result<Timestamp, &'static str> {
    let (digits, rest) = split_digits(text);
    let (date, time) = digits.split_at_checked(8).ok_or(NOT_A_DATE)?;
    let date = civil::Date::new(number(date, 0..4)?, number(date, 4..6)?, number(date, 6..8)?);
    let (minute, second, last_unit) = match time.len() {
        2 => (0, 0, 3_600_000_000),
        4 => (number(time, 2..4)?, 0, 60_000_000),
        // The syntax has leap seconds, which clocks that count from 1970 have not.
        6 => (number(time, 2..4)?, number::<i8>(time, 4..6)?.min(59), 1_000_000),
        _ => return Err(NOT_A_DATE),
    };
    let time = civil::Time::new(number(time, 0..2)?, minute, second, 0);
    let local = date.and_then(|date| Ok(date.to_datetime(time?))).map_err(|_| NOT_A_DATE)?;
    let (fraction, zone) = match rest.strip_prefix(['.', ',']) {
        Some(rest) => split_digits(rest),
        None => ("0", rest),
    };
    let instant = offset(zone)?.to_timestamp(local).map_err(|_| OUT_OF_RANGE)?;
    in_range(instant.as_microsecond().checked_add(part_of(last_unit, fraction)?))
}

/// `Z`, or hours and perhaps minutes from it.
fn offset(zone: &str) -> Result<Offset, &'static str> {
    if zone == "Z" {
        return Ok(Offset::UTC);
    }
    let (sign, digits) = match zone.split_at_checked(1) {
        Some(("+", digits)) => (1, digits),
        Some(("-", digits)) => (-1, digits),
        _ => return Err(NOT_A_DATE),
    };
    let (hours, minutes) = match digits.len() {
        2 => (number::<i32>(digits, 0..2)?, 0),
        4 => (number(digits, 0..2)?, number(digits, 2..4)?),
        _ => return Err(NOT_A_DATE),
    };
    if minutes > 59 {
        return Err(NOT_A_DATE);
    }
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).map_err(|_| NOT_A_DATE)
}

/// The microseconds of `0.fraction` of a unit of time. What is less than a billionth of it is cut.
fn part_of(unit: i64, fraction: &str) -> Result<i64, &'static str> {
    let (digits, mut part, mut scale) = (fraction.bytes().take(9), 0, 1);
    if fraction.is_empty() {
        return Err(NOT_A_DATE);
    }
    for digit in digits {
        part = part * 10 + i64::from(digit - b'0');
        scale *= 10;
    }
    Ok(unit * part / scale)
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

fn number<N: FromStr>(digits: &str, range: Range<usize>) -> Result<N, &'static str> {
    digits
        .get(range)
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        .map(str::parse)
        .and_then(Result::ok)
        .ok_or(NOT_A_DATE)
}

/// The years -9999 to 9999, which is as far as dates can be written.
fn in_range(micros: Option<i64>) -> Result<Timestamp, &'static str> {
    let micros = micros.ok_or(OUT_OF_RANGE)?;
    jiff::Timestamp::from_microsecond(micros).map(|_| Timestamp::from_micros(micros)).map_err(|_| OUT_OF_RANGE)
}
