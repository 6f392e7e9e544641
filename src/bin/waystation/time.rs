use waystation::clock::Timestamp;

/// RFC 3339, or the number where the year has more than four digits.
pub(crate) fn show(at: Timestamp) -> String {
    at.to_rfc3339().unwrap_or_else(|| format!("{} µs", at.as_micros()))
}

/// The date of a number of days since 1970-01-01.
pub(crate) fn date(day: i64) -> String {
    let mut at = show(Timestamp::from_micros(day.saturating_mul(86_400_000_000)));
    at.truncate(at.find('T').unwrap_or(at.len()));
    at
}
