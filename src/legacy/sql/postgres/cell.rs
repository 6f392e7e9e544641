//! Values as the server sends them, <https://www.postgresql.org/docs/current/protocol-overview.html>: the binary forms
//! are those of the types' `*_send` functions.

use uuid::Uuid;

use crate::legacy::sql::row::Cell;

const DAY: i64 = 86_400_000_000;

/// From 1970 to 2000, where the server's clock begins, in microseconds.
pub(super) const EPOCH: i64 = 10_957 * DAY;

/// Reads a value of a type; one that has no place in a user's row is only named.
pub(super) fn cell(kind: &str, bytes: Option<&[u8]>) -> Cell {
    let Some(bytes) = bytes else { return Cell::Null };
    let read = match kind {
        "BOOL" => number(bytes).map(|[byte]: [u8; 1]| Cell::Integer(byte.into())),
        "INT2" => number(bytes).map(|bytes| Cell::Integer(i16::from_be_bytes(bytes).into())),
        "INT4" => number(bytes).map(|bytes| Cell::Integer(i32::from_be_bytes(bytes).into())),
        "INT8" => number(bytes).map(|bytes| Cell::Integer(i64::from_be_bytes(bytes))),
        "OID" => number(bytes).map(|bytes| Cell::Integer(u32::from_be_bytes(bytes).into())),
        "FLOAT4" => number(bytes).map(|bytes| Cell::Real(f32::from_be_bytes(bytes).into())),
        "FLOAT8" => number(bytes).map(|bytes| Cell::Real(f64::from_be_bytes(bytes))),
        "NUMERIC" => numeric(bytes).map(|text| Cell::decimal(&text)),
        "TIMESTAMP" | "TIMESTAMPTZ" => {
            // What is infinite there stays beyond every calendar.
            number(bytes).map(|bytes| Cell::Instant(i64::from_be_bytes(bytes).saturating_add(EPOCH)))
        }
        "DATE" => number(bytes).map(|bytes| {
            let days = i64::from(i32::from_be_bytes(bytes));
            Cell::Instant(days.saturating_mul(DAY).saturating_add(EPOCH))
        }),
        "UUID" => number(bytes).map(|bytes| Cell::Text(Uuid::from_bytes(bytes).to_string().into())),
        "BYTEA" => Some(Cell::Blob(bytes.to_vec())),
        // A version before the text.
        "JSONB" => bytes.strip_prefix(&[1]).map(|text| Cell::Text(text.to_vec())),
        "TEXT" | "VARCHAR" | "CHAR" | "\"CHAR\"" | "NAME" | "UNKNOWN" | "JSON" | "XML" => {
            Some(Cell::Text(bytes.to_vec()))
        }
        // Of the types that a database defines, these send themselves as text.
        other if other.eq_ignore_ascii_case("citext") => Some(Cell::Text(bytes.to_vec())),
        _ => None,
    };
    read.unwrap_or(Cell::Unreadable)
}

fn number<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

/// Base-10,000 digits: how many, the power of the first, the sign, how many decimals to show.
fn numeric(bytes: &[u8]) -> Option<String> {
    let mut words = bytes.chunks_exact(2).filter_map(|word| number(word).map(i16::from_be_bytes));
    let (count, weight, sign, scale) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let digits: Vec<i16> = words.collect();
    // A bound on what a number may be written as; NaN and the infinities have other signs.
    if digits.len() != usize::try_from(count).ok()? || !matches!(sign, 0 | 0x4000) || weight > 64 || scale > 256 {
        return None;
    }
    let digit = |power: i16| usize::try_from(i32::from(weight) - i32::from(power)).ok().and_then(|at| digits.get(at));
    let group = |power: i16| format!("{:04}", digit(power).copied().unwrap_or(0));
    let whole: Vec<_> = (0..=weight.max(0)).rev().map(group).collect();
    let mut text = whole.concat().trim_start_matches('0').to_owned();
    if text.is_empty() {
        text.push('0');
    }
    if sign != 0 {
        text.insert(0, '-');
    }
    let decimals: Vec<_> = (1..=(scale + 3) / 4).map(|at| group(-at)).collect();
    let decimals = decimals.concat();
    let decimals = decimals.get(..usize::try_from(scale).ok()?)?;
    Some(if decimals.is_empty() { text } else { format!("{text}.{decimals}") })
}
