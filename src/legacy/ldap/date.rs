use std::{ops::Range, str::FromStr};

use jiff::{civil, tz::Offset};

use crate::clock::Timestamp;

/// How an attribute writes a date.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum LdapDate {
    /// Whole days since 1970, as `shadowLastChange` has them.
    Days,
    /// Active Directory's ticks of 100 ns since 1601, as `pwdLastSet` has them. 0 and the largest number are *never*.
    FileTime,
    /// `20190402081530Z`, as `createTimestamp` has it: the syntax Generalized Time of RFC 4517.
    GeneralizedTime,
}

const NOT_A_DATE: &str = "not a date";
const OUT_OF_RANGE: &str = "date out of range";

/// From 1601 to 1970, in microseconds.
const FILE_TIME_EPOCH_MICROS: i64 = 11_644_473_600_000_000;

impl LdapDate {
    /// The date that a value is; `None` where it says *never*.
    pub(super) fn read(self, text: &str) -> Result<Option<Timestamp>, &'static str> {
        match self {
            Self::Days => {
                let days: i64 = text.parse().map_err(|_| NOT_A_DATE)?;
                in_range(days.checked_mul(86_400_000_000)).map(Some)
            }
            Self::FileTime => match text.parse().map_err(|_| NOT_A_DATE)? {
                0 | i64::MAX => Ok(None),
                ticks => in_range((ticks / 10).checked_sub(FILE_TIME_EPOCH_MICROS)).map(Some),
            },
            Self::GeneralizedTime => generalized_time(text).map(Some),
        }
    }
}

/// Year, month, day and hour; minute and second, which may be missing; a fraction of the last of them; an offset.
fn generalized_time(text: &str) -> Result<Timestamp, &'static str> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: LdapDate, text: &str) -> Result<Option<i64>, &'static str> {
        format.read(text).map(|date| date.map(Timestamp::as_micros))
    }

    #[test]
    fn spellings_of_one_instant() {
        let micros = 1_554_192_930_000_000;
        for spelling in
            ["20190402081530Z", "20190402081530.0Z", "20190402101530+0200", "20190402051530,000-03", "201904020815.5Z"]
        {
            assert_eq!(read(LdapDate::GeneralizedTime, spelling), Ok(Some(micros)), "{spelling}");
        }
        assert_eq!(read(LdapDate::GeneralizedTime, "20190402081530.123456789Z"), Ok(Some(micros + 123_456)));
        assert_eq!(read(LdapDate::GeneralizedTime, "2019040208Z"), Ok(Some(1_554_192_000_000_000)));
        assert_eq!(read(LdapDate::GeneralizedTime, "20161231235960Z"), Ok(Some(1_483_228_799_000_000)));
        assert_eq!(read(LdapDate::FileTime, "131986665300000000"), Ok(Some(micros)));
        assert_eq!(read(LdapDate::Days, "17988"), Ok(Some(1_554_163_200_000_000)));
    }

    #[test]
    fn dates_before_1970_and_at_the_end_of_time() {
        assert_eq!(read(LdapDate::GeneralizedTime, "19691231235959Z"), Ok(Some(-1_000_000)));
        assert_eq!(read(LdapDate::GeneralizedTime, "16010101000000Z"), Ok(Some(-FILE_TIME_EPOCH_MICROS)));
        assert_eq!(read(LdapDate::GeneralizedTime, "99991231235959Z"), Err(OUT_OF_RANGE));
        assert_eq!(read(LdapDate::FileTime, "10"), Ok(Some(1 - FILE_TIME_EPOCH_MICROS)));
        for never in ["0", "9223372036854775807"] {
            assert_eq!(read(LdapDate::FileTime, never), Ok(None));
        }
        assert_eq!(read(LdapDate::FileTime, "9223372036854775806"), Err(OUT_OF_RANGE));
        assert_eq!(read(LdapDate::FileTime, "-9223372036854775808"), Err(OUT_OF_RANGE));
        assert_eq!(read(LdapDate::Days, "-1"), Ok(Some(-86_400_000_000)));
        for days in ["9223372036854775807", "3000000", "-5000000"] {
            assert_eq!(read(LdapDate::Days, days), Err(OUT_OF_RANGE));
        }
    }

    #[test]
    fn what_is_no_date() {
        for junk in [
            "",
            "Z",
            "2019",
            "20190402",
            "20190402081530",
            "20190402081530z",
            "20190402081530.Z",
            "20191302081530Z",
            "20190230081530Z",
            "20190402241530Z",
            "20190402086030Z",
            "20190402081561Z.",
            "201904020815301Z",
            "20190402081530+2",
            "20190402081530+0260",
            "20190402081530+9900",
            "100000402081530Z",
            "+0190402081530Z",
            "２０１９0402081530Z",
            "yesterday",
        ] {
            assert_eq!(read(LdapDate::GeneralizedTime, junk), Err(NOT_A_DATE), "{junk}");
        }
        for junk in ["", "1.5", "today", "9223372036854775808", " 1"] {
            assert_eq!(read(LdapDate::FileTime, junk), Err(NOT_A_DATE), "{junk}");
            assert_eq!(read(LdapDate::Days, junk), Err(NOT_A_DATE), "{junk}");
        }
    }
}
