//! Points in time as text: RFC 3339 to the microsecond.

use super::{Faults, Json, Pointer};
use crate::{bulk::FaultCode, clock::Timestamp};

/// A date of RFC 3339, or a whole number of microseconds since 1970.
pub(super) fn read(value: &Json<'_>, place: &Pointer<'_>, faults: &mut Faults) -> Option<Timestamp> {
    match value {
        Json::Text(text) => {
            let read = text.parse::<jiff::Timestamp>().map(|date| Timestamp::from_micros(date.as_microsecond()));
            read.map_err(|_| faults.add(FaultCode::Format, "date.syntax", place, "it is not a date of RFC 3339")).ok()
        }
        Json::Number(number) if number.is_i64() => number.as_i64().map(Timestamp::from_micros),
        _ => {
            faults.wrong_type(place, "a date of RFC 3339");
            None
        }
    }
}

/// The date in RFC 3339, or the microseconds since 1970 where its year has more than four digits, or will have within the day:
/// the date may then be another one elsewhere, and is not read.
pub(in crate::bulk) fn written(date: Timestamp) -> serde_json::Value {
    let is_read = date.as_micros() <= jiff::Timestamp::MAX.as_microsecond();
    date.to_rfc3339().filter(|_| is_read).map_or_else(|| date.as_micros().into(), Into::into)
}
