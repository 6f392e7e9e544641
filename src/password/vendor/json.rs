//! Reads the objects of providers so that no error shows a value, and a member that stands twice is refused.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use zeroize::Zeroizing;

use super::{ImportError, ImportProblem};

/// A text of an object. Wiped when dropped; `Debug` does not show it.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct Text(Zeroizing<String>);

impl Text {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text(..)")
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A value of JSON, as far as providers use it.
pub(super) enum Json {
    Object(BTreeMap<String, Self>),
    Text(Text),
    /// A whole number that is not negative.
    Number(u64),
    /// Anything else.
    Other,
}

impl Json {
    pub(super) fn read(text: &str) -> Result<Self, ImportError> {
        serde_json::from_str(text).map_err(|error| {
            // The only data that is refused here is a member that stands twice.
            let repeated = error.classify() == serde_json::error::Category::Data;
            ImportError::new("", if repeated { ImportProblem::Repeated } else { ImportProblem::NotJson })
        })
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, Json>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a member stands there twice"));
            }
        }
        Ok(Json::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        while seq.next_element::<Json>()?.is_some() {}
        Ok(Json::Other)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number))
    }

    fn visit_i64<E: Error>(self, _number: i64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_f64<E: Error>(self, _number: f64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_bool<E: Error>(self, _truth: bool) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Other)
    }
}

/// The members of an object that are not read yet. Each is asked for by its JSON pointer, the last part of which is its
/// name.
pub(super) struct Members {
    place: &'static str,
    unread: BTreeMap<String, Json>,
}

impl Members {
    pub(super) fn of(place: &'static str, json: Json) -> Result<Self, ImportError> {
        match json {
            Json::Object(unread) => Ok(Self { place, unread }),
            _ => Err(ImportError::new(place, ImportProblem::WrongType { expected: "an object" })),
        }
    }

    fn take(&mut self, place: &'static str) -> Option<Json> {
        // Most members are asked for where none is left.
        if self.unread.is_empty() {
            return None;
        }
        self.unread.remove(place.rsplit('/').next()?)
    }

    pub(super) fn object(&mut self, place: &'static str) -> Result<Option<Self>, ImportError> {
        self.take(place).map(|json| Self::of(place, json)).transpose()
    }

    pub(super) fn text(&mut self, place: &'static str) -> Result<Option<Text>, ImportError> {
        match self.take(place) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text)),
            Some(_) => Err(ImportError::new(place, ImportProblem::WrongType { expected: "a text" })),
        }
    }

    pub(super) fn number(&mut self, place: &'static str) -> Result<Option<u64>, ImportError> {
        match self.take(place) {
            None => Ok(None),
            Some(Json::Number(number)) => Ok(Some(number)),
            Some(_) => {
                Err(ImportError::new(place, ImportProblem::WrongType { expected: "a whole number, zero or more" }))
            }
        }
    }

    pub(super) fn needed_text(&mut self, place: &'static str) -> Result<Text, ImportError> {
        self.text(place)?.ok_or(ImportError::new(place, ImportProblem::Missing))
    }

    pub(super) fn needed_number(&mut self, place: &'static str) -> Result<u64, ImportError> {
        self.number(place)?.ok_or(ImportError::new(place, ImportProblem::Missing))
    }

    /// Refuses what was not asked for.
    pub(super) fn end(self) -> Result<(), ImportError> {
        if self.unread.is_empty() { Ok(()) } else { Err(ImportError::new(self.place, ImportProblem::UnknownMember)) }
    }
}
