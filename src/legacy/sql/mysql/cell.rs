//! Values as the server sends them,
//! <https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html>.

use jiff::{civil, tz::TimeZone};

use crate::legacy::sql::row::Cell;

/// Reads a value of a type; one that has no place in a user's row is only named.
///
/// Texts and bytes are not told apart, since the server does not tell texts with a binary collation from bytes.
pub(super) fn cell(kind: &str, bytes: Vec<u8>) -> Cell {
    let read = match kind {
        "BOOLEAN" | "TINYINT" => number(&bytes).map(|bytes| Cell::Integer(i8::from_le_bytes(bytes).into())),
        "TINYINT UNSIGNED" => number(&bytes).map(|bytes| Cell::Integer(u8::from_le_bytes(bytes).into())),
        "SMALLINT" => number(&bytes).map(|bytes| Cell::Integer(i16::from_le_bytes(bytes).into())),
        "SMALLINT UNSIGNED" | "YEAR" => number(&bytes).map(|bytes| Cell::Integer(u16::from_le_bytes(bytes).into())),
        "INT" | "MEDIUMINT" => number(&bytes).map(|bytes| Cell::Integer(i32::from_le_bytes(bytes).into())),
        "INT UNSIGNED" | "MEDIUMINT UNSIGNED" => {
            number(&bytes).map(|bytes| Cell::Integer(u32::from_le_bytes(bytes).into()))
        }
        "BIGINT" => number(&bytes).map(|bytes| Cell::Integer(i64::from_le_bytes(bytes))),
        "BIGINT UNSIGNED" => number(&bytes).map(|bytes| Cell::decimal(&u64::from_le_bytes(bytes).to_string())),
        "FLOAT" => number(&bytes).map(|bytes| Cell::Real(f32::from_le_bytes(bytes).into())),
        "DOUBLE" => number(&bytes).map(|bytes| Cell::Real(f64::from_le_bytes(bytes))),
        "DECIMAL" => std::str::from_utf8(&bytes).ok().map(Cell::decimal),
        "BIT" => bits(&bytes),
        "DATE" | "DATETIME" | "TIMESTAMP" => Some(date(&bytes).map_or(Cell::NotADate, Cell::Instant)),
        "CHAR" | "VARCHAR" | "TINYTEXT" | "TEXT" | "MEDIUMTEXT" | "LONGTEXT" | "BINARY" | "VARBINARY" | "TINYBLOB"
        | "BLOB" | "MEDIUMBLOB" | "LONGBLOB" | "ENUM" | "SET" | "JSON" => return Cell::Text(bytes),
        _ => None,
    };
    read.unwrap_or(Cell::Unreadable)
}

fn number<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

/// As many bits as a number has, the first byte the highest.
fn bits(bytes: &[u8]) -> Option<Cell> {
    let folded = bytes.iter().try_fold(0_i64, |bits, byte| Some(bits.checked_mul(256)? + i64::from(*byte)));
    folded.map(Cell::Integer)
}

/// Microseconds since 1970 of a date that the calendar has: the server also keeps `0000-00-00` and `2019-02-00`.
fn date(bytes: &[u8]) -> Option<i64> {
    let (length, fields) = bytes.split_first()?;
    let byte = |at: usize| fields.get(at).copied().unwrap_or(0).cast_signed();
    // Left out from the end on where they are zero; a date without even a year is `0000-00-00`.
    if !matches!((length, fields.len()), (4, 4) | (7, 7) | (11, 11)) {
        return None;
    }
    let year = i16::from_le_bytes(number(fields.get(..2)?)?);
    let micros = fields.get(7..11).and_then(number).map_or(0, i32::from_le_bytes);
    let date = civil::Date::new(year, byte(2), byte(3)).ok()?;
    let time = civil::Time::new(byte(4), byte(5), byte(6), micros.checked_mul(1_000)?).ok()?;
    Some(date.to_datetime(time).to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}
