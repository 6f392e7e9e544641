use sqlx::{
    Postgres, TypeInfo as _,
    encode::{Encode, IsNull},
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgTypeInfo},
};
use uuid::Uuid;

use crate::legacy::LegacyError;

/// A text in the form of the type that the server wants at its place.
///
/// So `id = ?1` is asked about numbers as numbers, by way of the index, and not about every row as text.
#[derive(Debug)]
pub(super) struct Parameter {
    kind: PgTypeInfo,
    bytes: Vec<u8>,
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
        Ok(bytes.map(|bytes| Self { kind: kind.clone(), bytes }))
    }
}

impl Encode<'_, Postgres> for Parameter {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.extend_from_slice(&self.bytes);
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
