use waystation::clock::Timestamp;

/// RFC 3339, or the number where the year has more than four digits.
pub(crate) fn show(at: Timestamp) -> String {
    match jiff::Timestamp::from_microsecond(at.as_micros()) {
        Ok(at) => at.to_string(),
        Err(_) => format!("{} µs", at.as_micros()),
    }
}

/// The date of a number of days since 1970-01-01.
pub(crate) fn date(day: i64) -> String {
    let at = show(Timestamp::from_micros(day.saturating_mul(86_400_000_000)));
    at.split_once('T').map_or_else(|| at.clone(), |(date, _)| date.to_owned())
}
