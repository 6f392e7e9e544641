use std::{cmp::Ordering, fmt, ops::Bound};

use serde_json::{Number, Value};

use super::Pattern;
use crate::user::{Metadata, Profile};

/// Whose metadata.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum MetadataOf {
    /// `app_metadata`: what only the application may edit.
    App,
    /// `user_metadata`: what the person may edit.
    User,
}

impl MetadataOf {
    /// The name of the field of the profile.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app_metadata",
            Self::User => "user_metadata",
        }
    }
}

/// A place in metadata: the names of objects' members from the root. Lists on the way are passed through: the path
/// `addresses`, `city` is every city of a list of addresses.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MetadataPath {
    /// Whose metadata.
    pub of: MetadataOf,
    /// The names. None is the whole.
    pub keys: Vec<String>,
}

impl MetadataPath {
    /// The place of these names.
    pub fn new<T: Into<String>>(of: MetadataOf, keys: impl IntoIterator<Item = T>) -> Self {
        Self { of, keys: keys.into_iter().map(Into::into).collect() }
    }
}

/// What is asked of the values at a [`MetadataPath`]; one value that passes is enough.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ValueTest {
    /// There is one: not null, and not a list or an object in which there is nothing.
    Exists,
    /// It is this text, compared byte by byte; or, if the pattern is all text, a number or a truth value that is
    /// written so: `42` is 42 and 42.0, `true` is true.
    Like(Pattern),
    /// It is in this range.
    Within(ValueRange),
}

/// A range of values of one kind. `Debug` does not show its ends.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum ValueRange {
    /// Numbers; what is not a number is not in it.
    Numbers(Bound<Number>, Bound<Number>),
    /// Texts, in the order of their bytes; what is not text is not in it.
    Texts(Bound<String>, Bound<String>),
}

impl fmt::Debug for ValueRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Numbers(..) => "Numbers(..)",
            Self::Texts(..) => "Texts(..)",
        })
    }
}

impl ValueTest {
    /// Whether a value at this place passes.
    pub(super) fn matches(&self, profile: &Profile, path: &MetadataPath) -> bool {
        let metadata = match path.of {
            MetadataOf::App => &profile.app_metadata,
            MetadataOf::User => &profile.user_metadata,
        };
        let number = match self {
            Self::Like(pattern) => pattern.as_exact().and_then(number),
            Self::Exists | Self::Within(_) => None,
        };
        any_member(metadata, &path.keys, &|value| self.passes(value, number.as_ref()))
    }

    /// `number` is what the pattern is if it is read as one.
    fn passes(&self, value: &Value, number: Option<&Number>) -> bool {
        match self {
            Self::Exists => is_there(value),
            Self::Like(pattern) => match value {
                Value::Bool(flag) => pattern.as_exact() == Some(if *flag { "true" } else { "false" }),
                Value::Number(value) => number.is_some_and(|number| compare(value, number) == Some(Ordering::Equal)),
                Value::String(text) => pattern.matches(text),
                Value::Array(_) | Value::Null | Value::Object(_) => false,
            },
            Self::Within(range) => range.contains(value),
        }
    }
}

impl ValueRange {
    fn contains(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Numbers(low, high), Value::Number(number)) => {
                lies(low, |bound| compare(number, bound)) && lies(high, |bound| compare(bound, number))
            }
            (Self::Texts(low, high), Value::String(text)) => {
                lies(low, |bound| Some(text.cmp(bound))) && lies(high, |bound| Some(bound.cmp(text)))
            }
            (
                Self::Numbers(..) | Self::Texts(..),
                Value::Array(_) | Value::Bool(_) | Value::Null | Value::Number(_) | Value::Object(_) | Value::String(_),
            ) => false,
        }
    }
}

/// Whether what is compared with the bound, so that it is greater where it is further inside, lies inside.
fn lies<T>(bound: &Bound<T>, compared: impl Fn(&T) -> Option<Ordering>) -> bool {
    match bound {
        Bound::Unbounded => true,
        Bound::Included(bound) => compared(bound).is_some_and(Ordering::is_ge),
        Bound::Excluded(bound) => compared(bound).is_some_and(Ordering::is_gt),
    }
}

/// Whole numbers to the letter, and others as doubles.
fn compare(one: &Number, other: &Number) -> Option<Ordering> {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

/// The number that this text is in JSON.
pub(crate) fn number(text: &str) -> Option<Number> {
    // JSON may have white space around it.
    let is_bare = text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && text.ends_with(|last: char| last.is_ascii_digit());
    if is_bare { serde_json::from_str(text).ok() } else { None }
}

fn any_member(object: &Metadata, keys: &[String], passes: &dyn Fn(&Value) -> bool) -> bool {
    match keys.split_first() {
        Some((key, rest)) => object.get(key).is_some_and(|value| any(value, rest, passes)),
        None => object.values().any(|value| any(value, keys, passes)),
    }
}

fn any(value: &Value, keys: &[String], passes: &dyn Fn(&Value) -> bool) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| any(item, keys, passes)),
        Value::Object(object) if !keys.is_empty() => any_member(object, keys, passes),
        Value::Bool(_) | Value::Null | Value::Number(_) | Value::Object(_) | Value::String(_) => {
            keys.is_empty() && passes(value)
        }
    }
}

fn is_there(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => items.iter().any(is_there),
        Value::Object(object) => object.values().any(is_there),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}
