use std::fmt;

/// Where in a record something is: a JSON pointer (RFC 6901) that is written only when there is a fault.
///
/// A key can be a person's data. So one that is not an identifier of at most 64 letters, digits, `_` and `-` is not
/// written, and neither is what lies beneath it: the pointer ends at the object that has it. The title of a column is not: who
/// made the table chose it, so it may have spaces and any letters.
#[derive(Clone, Copy)]
pub(super) enum Pointer<'a> {
    Root,
    /// The root of a row, whose keys are titles of columns.
    Row,
    Member(&'a Self, &'a str),
    Item(&'a Self, usize),
}

impl<'a> Pointer<'a> {
    pub(super) const fn member(&'a self, key: &'a str) -> Self {
        Self::Member(self, key)
    }

    pub(super) const fn item(&'a self, index: usize) -> Self {
        Self::Item(self, index)
    }

    /// Whether all of it is written.
    pub(super) fn is_shown(&self) -> bool {
        match self {
            Self::Root | Self::Row => true,
            Self::Member(parent, key) => parent.is_shown() && parent.shows(key),
            Self::Item(parent, _) => parent.is_shown(),
        }
    }

    /// Whether a key in it is written.
    fn shows(&self, key: &str) -> bool {
        is_plain(key) || matches!(self, Self::Row) && is_title(key)
    }

    /// Writes it, and says whether that was all of it.
    fn write(&self, f: &mut fmt::Formatter<'_>) -> Result<bool, fmt::Error> {
        match self {
            Self::Root | Self::Row => Ok(true),
            Self::Member(parent, key) => {
                let whole = parent.write(f)? && parent.shows(key);
                if whole {
                    write!(f, "/{}", key.replace('~', "~0").replace('/', "~1"))?;
                }
                Ok(whole)
            }
            Self::Item(parent, index) => {
                let whole = parent.write(f)?;
                if whole {
                    write!(f, "/{index}")?;
                }
                Ok(whole)
            }
        }
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f).map(|_| ())
    }
}

/// Whether the title of a column is short enough to be told, and looks like what it is.
fn is_title(title: &str) -> bool {
    title.chars().count() <= 64 && !title.contains(char::is_control)
}

/// Whether a key looks like one that a programmer chose.
fn is_plain(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    key.len() <= 64
        && key.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && key.bytes().all(plain)
}
