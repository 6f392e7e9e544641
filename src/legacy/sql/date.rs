use jiff::{civil, tz::TimeZone};

use crate::clock::Timestamp;

/// How a legacy column writes a date. A column of a server's own type for dates is read as that, whatever is said here.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DateFormat {
    /// ISO 8601 as SQL writes it: `2019-04-02 08:15:30.123456`, with `T` or a blank. Without an offset it is UTC;
    /// without a time, midnight.
    Text,
    /// Milliseconds since 1970.
    UnixMillis,
    /// Seconds since 1970, whole or not.
    UnixSeconds,
}

pub(super) const NOT_A_DATE: &str = "not a date";
const OUT_OF_RANGE: &str = "date out of range";

impl DateFormat {
    pub(super) fn read_integer(self, number: i64) -> Result<Timestamp, &'static str> {
        let micros = match self {
            Self::Text => return Err(NOT_A_DATE),
            Self::UnixMillis => number.checked_mul(1_000),
            Self::UnixSeconds => number.checked_mul(1_000_000),
        };
        in_range(micros.ok_or(OUT_OF_RANGE)?)
    }

    pub(super) fn read_real(self, number: f64) -> Result<Timestamp, &'static str> {
        let micros = match self {
            Self::Text => return Err(NOT_A_DATE),
            Self::UnixMillis => number * 1e3,
            Self::UnixSeconds => number * 1e6,
        };
        if !micros.is_finite() || micros.abs() >= 9e18 {
            return Err(OUT_OF_RANGE);
        }
        #[expect(clippy::cast_possible_truncation, reason = "checked above; less than a microsecond is cut")]
        in_range(micros.round() as i64)
    }

    pub(super) fn read_text(self, text: &str) -> Result<Timestamp, &'static str> {
        match self {
            Self::Text => {}
            Self::UnixMillis | Self::UnixSeconds => {
                return text.parse().map_err(|_| NOT_A_DATE).and_then(|number| self.read_integer(number));
            }
        }
        if let Ok(instant) = text.parse::<jiff::Timestamp>() {
            return Ok(Timestamp::from_micros(instant.as_microsecond()));
        }
        let local: civil::DateTime = text.parse().map_err(|_| NOT_A_DATE)?;
        let instant = local.to_zoned(TimeZone::UTC).map_err(|_| OUT_OF_RANGE)?;
        Ok(Timestamp::from_micros(instant.timestamp().as_microsecond()))
    }
}

/// The years -9999 to 9999, which is as far as dates can be written.
pub(super) fn in_range(micros: i64) -> Result<Timestamp, &'static str> {
    jiff::Timestamp::from_microsecond(micros).map(|_| Timestamp::from_micros(micros)).map_err(|_| OUT_OF_RANGE)
}

/// As SQL writes it, in UTC: `2019-04-02 08:15:30.123456`, without a fraction of no microseconds.
pub(super) fn in_sql(instant: Timestamp) -> String {
    let format = if instant.as_micros() % 1_000_000 == 0 { "%F %T" } else { "%F %T.%6f" };
    let written = jiff::Timestamp::from_microsecond(instant.as_micros());
    written.map_or_else(|_| String::new(), |instant| instant.strftime(format).to_string())
}

/// In ISO 8601, for metadata.
pub(super) fn written(instant: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(instant.as_micros()).map_or_else(|_| String::new(), |instant| instant.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Result<i64, &'static str> {
        DateFormat::Text.read_text(text).map(Timestamp::as_micros)
    }

    #[test]
    fn spellings_of_one_instant() {
        let micros = 1_554_192_930_123_456;
        for spelling in [
            "2019-04-02 08:15:30.123456",
            "2019-04-02T08:15:30.123456",
            "2019-04-02T08:15:30.123456Z",
            "2019-04-02 10:15:30.123456+02:00",
        ] {
            assert_eq!(text(spelling), Ok(micros), "{spelling}");
        }
        assert_eq!(text("2019-04-02"), Ok(1_554_163_200_000_000));
        assert_eq!(DateFormat::UnixSeconds.read_integer(1_554_192_930).unwrap().as_seconds(), 1_554_192_930);
        assert_eq!(DateFormat::UnixSeconds.read_text("-1").unwrap().as_micros(), -1_000_000);
        assert_eq!(DateFormat::UnixMillis.read_integer(-1).unwrap().as_micros(), -1_000);
        assert_eq!(DateFormat::UnixSeconds.read_real(1.5).unwrap().as_micros(), 1_500_000);
    }

    #[test]
    fn what_is_no_date() {
        for junk in ["", "yesterday", "2019-13-01 00:00:00", "2019-02-30", "0000-00-00 00:00:00", "12345-01-01"] {
            assert_eq!(text(junk), Err(NOT_A_DATE), "{junk}");
        }
        assert_eq!(DateFormat::Text.read_integer(0), Err(NOT_A_DATE));
        assert_eq!(DateFormat::UnixSeconds.read_text("1.5"), Err(NOT_A_DATE));
        for huge in [i64::MAX, i64::MIN, 300_000_000_000] {
            assert_eq!(DateFormat::UnixSeconds.read_integer(huge), Err(OUT_OF_RANGE));
        }
        for huge in [f64::NAN, f64::INFINITY, -1e300] {
            assert_eq!(DateFormat::UnixSeconds.read_real(huge), Err(OUT_OF_RANGE));
        }
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        for (micros, written) in [
            (1_554_192_930_123_456, "2019-04-02 08:15:30.123456"),
            (1_554_192_930_000_400, "2019-04-02 08:15:30.000400"),
            (1_554_192_930_000_000, "2019-04-02 08:15:30"),
            (-1_000_000, "1969-12-31 23:59:59"),
        ] {
            assert_eq!(in_sql(Timestamp::from_micros(micros)), written);
            assert_eq!(text(written), Ok(micros));
        }
    }

    #[test]
    fn dates_before_1970_and_at_the_end_of_time() {
        assert_eq!(text("1969-12-31 23:59:59"), Ok(-1_000_000));
        assert_eq!(text("9999-12-31 23:59:59.999999").map(|micros| micros / 1_000_000), Err(OUT_OF_RANGE));
    }
}
