//! Any JSON as a tree that borrows its texts, keeps members that stand twice, and can be asked where they do.

use std::{borrow::Cow, cell::Cell, collections::HashSet, fmt};

use serde::{
    Deserializer, Serialize, Serializer,
    de::{
        self, DeserializeSeed, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Number, Value};

use super::{Faults, Pointer};
use crate::{
    bulk::{Fault, FaultCode},
    user::Metadata,
};

/// A value.
#[derive(Clone)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Members<'a>),
}

/// The members of an object, in their order.
pub(super) type Members<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

impl<'a> Json<'a> {
    /// Reads one value and nothing after it, nested at most so deep.
    pub(super) fn read(bytes: &'a [u8], nesting: usize) -> Result<Self, Fault> {
        let whole = |detail, message| Fault::new(FaultCode::Format, detail, "", message);
        let text = std::str::from_utf8(bytes).map_err(|_| whole("json.utf8", "it is not UTF-8"))?;
        let deep = Cell::new(false);
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let seed = Seed { left: nesting, deep: &deep, expected: MEMBERS };
        let read = seed.deserialize(&mut deserializer).and_then(|json| deserializer.end().map(|()| json));
        read.map_err(|_| match () {
            () if deep.get() => whole("json.depth", "it is nested too deeply"),
            () if has_lone_surrogate(text) => whole("json.surrogate", "it has one half of a surrogate pair"),
            () => whole("json.syntax", "it is not one JSON value"),
        })
    }

    /// The value as `serde_json` has it; a member that stands twice is a fault.
    pub(super) fn into_value(self, place: &Pointer<'_>, faults: &mut Faults) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(truth) => Value::Bool(truth),
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::String(text.into_owned()),
            Self::List(items) => {
                let items = items.into_iter().enumerate();
                Value::Array(items.map(|(index, item)| item.into_value(&place.item(index), faults)).collect())
            }
            Self::Object(members) => Value::Object(into_map(members, place, faults)),
        }
    }
}

/// What the keys begin with that `serde_json` takes for something else than keys: whoever was stored with one could not be read
/// again.
const RESERVED: &str = "$serde_json::private::";

/// The members as `serde_json` has them; one that stands twice is a fault.
pub(super) fn into_map(members: Members<'_>, place: &Pointer<'_>, faults: &mut Faults) -> Metadata {
    let mut map = Metadata::new();
    for (key, value) in members {
        let value = value.into_value(&place.member(&key), faults);
        if map.contains_key(&*key) {
            add_repeated(&place.member(&key), faults);
        }
        if key.starts_with(RESERVED) {
            faults.add(
                FaultCode::Pattern,
                "json.reserved",
                &place.member(&key),
                "a key in it begins with a reserved name",
            );
        }
        map.insert(key.into_owned(), value);
    }
    map
}

/// Finds the members that stand twice, of this object alone.
pub(super) fn find_repeated(members: &Members<'_>, place: &Pointer<'_>, faults: &mut Faults) {
    // So few are compared faster than they are hashed.
    const FEW: usize = 24;
    let mut seen = HashSet::new();
    for (index, (key, _)) in members.iter().enumerate() {
        let twice = match members.len() {
            ..FEW => members.iter().take(index).any(|(other, _)| other == key),
            _ => !seen.insert(&**key),
        };
        if twice {
            add_repeated(&place.member(key), faults);
        }
    }
}

fn add_repeated(place: &Pointer<'_>, faults: &mut Faults) {
    faults.add(FaultCode::NotPassed, "json.duplicate", place, "this key stands there twice");
}

/// Whether a `\u` escape is one half of a pair whose other half is not beside it.
fn has_lone_surrogate(text: &str) -> bool {
    let mut rest = text.as_bytes();
    let unit = |bytes: &[u8]| {
        let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    while let Some(at) = memchr::memchr(b'\\', rest) {
        rest = rest.get(at..).unwrap_or_default();
        let length = match unit(rest) {
            Some(0xD800..=0xDBFF) if matches!(unit(rest.get(6..).unwrap_or_default()), Some(0xDC00..=0xDFFF)) => 12,
            Some(0xD800..=0xDFFF) => return true,
            Some(_) => 6,
            None => 2,
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    false
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => serializer.collect_map(members.iter().map(|(key, value)| (key, value))),
        }
    }
}

/// Reads what is parsed already as something else.
impl<'de> Deserializer<'de> for &Json<'de> {
    type Error = de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Json::Null => visitor.visit_unit(),
            Json::Bool(truth) => visitor.visit_bool(*truth),
            Json::Number(number) => number.deserialize_any(visitor).map_err(Self::Error::custom),
            Json::Text(text) => visitor.visit_str(text),
            Json::List(items) => visitor.visit_seq(SeqDeserializer::new(items.iter())),
            Json::Object(members) => {
                visitor.visit_map(MapDeserializer::new(members.iter().map(|(key, value)| (&**key, value))))
            }
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de> for &Json<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// How many members most records have at most.
const MEMBERS: usize = 16;

struct Seed<'c> {
    /// How many levels there may still be.
    left: usize,
    deep: &'c Cell<bool>,
    /// For how many members there is room from the beginning.
    expected: usize,
}

impl Seed<'_> {
    fn inner<E: Error>(&self) -> Result<Self, E> {
        let left = self.left.checked_sub(1).ok_or_else(|| {
            self.deep.set(true);
            E::custom("nested too deeply")
        })?;
        Ok(Self { left, deep: self.deep, expected: 0 })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let inner = self.inner()?;
        let mut members = Vec::with_capacity(self.expected);
        while let Some(key) = map.next_key_seed(Key)? {
            members.push((key, map.next_value_seed(Seed { ..inner })?));
        }
        Ok(Json::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json<'de>, A::Error> {
        let inner = self.inner()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Seed { ..inner })? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Json<'de>, E> {
        Number::from_f64(number).map(Json::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(truth))
    }

    fn visit_unit<E: Error>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }
}

/// A key, borrowed where it has no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}
