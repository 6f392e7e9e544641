use sqlx::{
    Postgres, TypeInfo as _,
    encode::{Encode, IsNull},
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgTypeInfo},
};
use uuid::Uuid;

use super::cell::EPOCH;
use crate::legacy::{
    LegacyError,
    sql::{date::in_sql, values::Value},
};

/// A value in the form of the type that the server wants at its place.
///
/// So `id = ?1` is asked about numbers as numbers, by way of the index, and not about every row as text.
#[derive(Debug)]
pub(super) struct Parameter {
    kind: PgTypeInfo,
    /// None is NULL.
    bytes: Option<Vec<u8>>,
}

impl Parameter {
    /// `None` if no value of the type is written so.
    pub(super) fn of(text: &str, kind: &PgTypeInfo) -> Result<Option<Self>, LegacyError> {
        let bytes = match kind.name() {
            "INT2" => text.parse().map(|number: i16| number.to_be_bytes().to_vec()).ok(),
            "INT4" => text.parse().map(|number: i32| number.to_be_bytes().to_vec()).ok(),
            "INT8" => text.parse().map(|number: i64| number.to_be_bytes().to_vec()).ok(),
            "UUID" => text.parse().map(|id: Uuid| id.as_bytes().to_vec()).ok(),
            "BYTEA" => Some(text.as_bytes().to_vec()),
            // The server has no text with a NUL in it.
            "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "UNKNOWN" | "citext" => {
                Some(text.as_bytes().to_vec()).filter(|bytes| !bytes.contains(&0))
            }
            other => {
                let what = format!("a parameter is compared with a column of type {other}: cast the column to text");
                return Err(LegacyError::misconfigured(what));
            }
        };
        Ok(bytes.map(|bytes| Self::new(kind, bytes)))
    }

    /// A value of a command, at a place of this type.
    pub(super) fn of_value(value: &Value, kind: &PgTypeInfo) -> Result<Self, LegacyError> {
        let parameter = match (value, kind.name()) {
            (Value::Null, _) => return Ok(Self { kind: kind.clone(), bytes: None }),
            (Value::Flag(flag), "BOOL") => Some(Self::new(kind, vec![(*flag).into()])),
            (Value::Flag(flag), _) => Self::of(if *flag { "1" } else { "0" }, kind)?,
            (Value::Instant(instant), "TIMESTAMP" | "TIMESTAMPTZ") => {
                Some(Self::new(kind, instant.as_micros().saturating_sub(EPOCH).to_be_bytes().to_vec()))
            }
            (Value::Instant(instant), _) => Self::of(&in_sql(*instant), kind)?,
            (Value::Number(number), _) => Self::of(&number.to_string(), kind)?,
            (Value::Text(text), "JSON") => Some(Self::new(kind, text.as_bytes().to_vec())),
            // A version before the text.
            (Value::Text(text), "JSONB") => Some(Self::new(kind, [&[1], text.as_bytes()].concat())),
            (Value::Text(text), _) => Self::of(text, kind)?,
        };
        parameter.ok_or(LegacyError::Refused { what: "a value that its column cannot have" })
    }

    fn new(kind: &PgTypeInfo, bytes: Vec<u8>) -> Self {
        Self { kind: kind.clone(), bytes: Some(bytes) }
    }
}

impl Encode<'_, Postgres> for Parameter {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let Some(bytes) = &self.bytes else { return Ok(IsNull::Yes) };
        buffer.extend_from_slice(bytes);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.kind.clone())
    }
}

impl sqlx::Type<Postgres> for Parameter {
    fn type_info() -> PgTypeInfo {
        <str as sqlx::Type<Postgres>>::type_info()
    }
}
