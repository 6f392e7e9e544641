use std::fmt;

/// Where in a record something is: a JSON pointer (RFC 6901) that is written only when there is a fault.
///
/// A key can be a person's data. So one that is not an identifier of at most 64 letters, digits, `_` and `-` is not
/// written, and neither is what lies beneath it: the pointer ends at the object that has it.
#[derive(Clone, Copy)]
pub(super) enum Pointer<'a> {
    Root,
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
            Self::Root => true,
            Self::Member(parent, key) => parent.is_shown() && is_plain(key),
            Self::Item(parent, _) => parent.is_shown(),
        }
    }

    /// Writes it, and says whether that was all of it.
    fn write(&self, f: &mut fmt::Formatter<'_>) -> Result<bool, fmt::Error> {
        match self {
            Self::Root => Ok(true),
            Self::Member(parent, key) => {
                let whole = parent.write(f)? && is_plain(key);
                if whole {
                    write!(f, "/{key}")?;
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

/// Whether a key looks like one that a programmer chose.
fn is_plain(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    key.len() <= 64
        && key.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && key.bytes().all(plain)
}
