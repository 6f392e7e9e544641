use std::borrow::Cow;

/// SQL with its values, in the order of its question marks.
///
/// The text is put together from literals, and numbers of ours; whatever a person can have typed is a value.
#[derive(Debug, Default)]
pub(crate) struct Statement<'a> {
    text: Cow<'static, str>,
    values: Vec<Value<'a>>,
    made_once: bool,
}

/// A value as all databases know it. What is absent is NULL, of the type of its column.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    Bytes(Option<Vec<u8>>),
    Flag(Option<bool>),
    Number(Option<i64>),
    Text(Option<Cow<'a, str>>),
}

impl<'a> Statement<'a> {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text: Cow::Borrowed(text), values: Vec::new(), made_once: false }
    }

    /// One whose text depends on what is asked, so that it is not worth keeping prepared.
    pub(crate) fn made_once(text: &'static str) -> Self {
        Self { made_once: true, ..Self::new(text) }
    }

    /// The same, not to be kept prepared.
    #[cfg(any(feature = "mysql", feature = "sqlite"))]
    pub(crate) fn once(self) -> Self {
        Self { made_once: true, ..self }
    }

    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// A number in the text, of which there are few.
    #[cfg(feature = "postgres")]
    pub(crate) fn push_number(&mut self, number: i64) -> &mut Self {
        self.text.to_mut().push_str(&number.to_string());
        self
    }

    pub(crate) fn bind(mut self, value: impl Into<Value<'a>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// A question mark and its value.
    pub(crate) fn push_bind(&mut self, value: impl Into<Value<'a>>) -> &mut Self {
        self.push("?").values.push(value.into());
        self
    }

    /// The text where parameters are question marks. A literal is not copied.
    pub(crate) fn text(&self) -> Cow<'static, str> {
        self.text.clone()
    }

    /// Whether the database keeps it prepared.
    pub(crate) fn is_kept(&self) -> bool {
        !self.made_once
    }

    /// The text and its values.
    #[cfg(feature = "postgres")]
    pub(crate) fn into_parts(self) -> (Cow<'static, str>, Vec<Value<'a>>) {
        (self.text, self.values)
    }

    pub(crate) fn values(&self) -> &[Value<'a>] {
        &self.values
    }
}

/// The text where a database numbers its parameters. No literal of ours has a question mark in it.
#[cfg(feature = "postgres")]
pub(crate) fn numbered(text: &str) -> String {
    use std::fmt::Write as _;

    let mut parts = text.split('?');
    let mut numbered = parts.next().unwrap_or_default().to_owned();
    for (place, part) in parts.enumerate() {
        // Writing to a string does not fail.
        let _always = write!(numbered, "${}{part}", place + 1);
    }
    numbered
}

/// The text with its values in it, for a database that takes none beside it. What a person can have typed stands there in
/// hexadecimal.
#[cfg(feature = "postgres")]
pub(crate) fn spelled(statement: &Statement<'_>) -> String {
    use std::fmt::Write as _;

    let mut parts = statement.text.split('?');
    let mut spelled = parts.next().unwrap_or_default().to_owned();
    let mut values = statement.values.iter();
    for part in parts {
        // A parameter without a value is the server's to refuse.
        let Some(value) = values.next() else {
            spelled.push('?');
            spelled.push_str(part);
            continue;
        };
        match value {
            Value::Bytes(_) | Value::Text(_) => match value.bytes() {
                Some(bytes) => {
                    spelled.push_str("decode('");
                    for byte in bytes {
                        // Writing to a string does not fail.
                        let _always = write!(spelled, "{byte:02x}");
                    }
                    spelled.push_str("', 'hex')");
                }
                None => spelled.push_str("NULL::bytea"),
            },
            Value::Flag(Some(true)) => spelled.push_str("TRUE"),
            Value::Flag(Some(false)) => spelled.push_str("FALSE"),
            Value::Flag(None) => spelled.push_str("NULL::boolean"),
            Value::Number(Some(number)) => {
                let _always = write!(spelled, "'{number}'::bigint");
            }
            Value::Number(None) => spelled.push_str("NULL::bigint"),
        }
        spelled.push_str(part);
    }
    spelled
}

impl Value<'_> {
    /// How many bytes it has.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.as_ref().map_or(0, Vec::len),
            Self::Flag(_) => 1,
            Self::Number(_) => 8,
            Self::Text(text) => text.as_ref().map_or(0, |text| text.len()),
        }
    }
}

/// What a value of each type holds; nothing if it is of another.
#[cfg(feature = "postgres")]
impl Value<'_> {
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => bytes.as_deref(),
            Self::Text(text) => text.as_deref().map(str::as_bytes),
            Self::Flag(_) | Self::Number(_) => None,
        }
    }

    pub(crate) const fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => *flag,
            Self::Bytes(_) | Self::Number(_) | Self::Text(_) => None,
        }
    }

    pub(crate) const fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => *number,
            Self::Bytes(_) | Self::Flag(_) | Self::Text(_) => None,
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Self::Text(text.map(Cow::Borrowed))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Some(Cow::Owned(text)))
    }
}

impl From<Option<String>> for Value<'_> {
    fn from(text: Option<String>) -> Self {
        Self::Text(text.map(Cow::Owned))
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(Some(flag))
    }
}

impl From<Option<bool>> for Value<'_> {
    fn from(flag: Option<bool>) -> Self {
        Self::Flag(flag)
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Some(bytes))
    }
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use super::*;

    #[test]
    fn values_in_the_text_are_nothing_that_ends_a_literal() {
        let mut statement = Statement::new("a = ");
        statement.push_bind("o'\\").push(" AND b = ").push_bind(vec![0, 255]).push(" AND c = ").push_bind(-5);
        statement.push(" AND d = ").push_bind(true).push(" AND e = ").push_bind(None::<i64>);
        assert_eq!(
            spelled(&statement),
            "a = decode('6f275c', 'hex') AND b = decode('00ff', 'hex') AND c = '-5'::bigint AND d = TRUE AND e = NULL::bigint"
        );
        assert_eq!(numbered(&statement.text()), "a = $1 AND b = $2 AND c = $3 AND d = $4 AND e = $5");
    }
}
