//! What a person types to say who they are, and the one function that makes it comparable.

use std::fmt;

use serde::{Deserialize, Serialize};

mod standard;

pub use standard::StandardRules;
pub(crate) use standard::{folded_username, lower_address};

/// What kind of name an [`Identifier`] is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IdentifierKind {
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A user name.
    Username,
}

impl IdentifierKind {
    /// Every kind, in a fixed order.
    pub const ALL: [Self; 3] = [Self::Email, Self::Phone, Self::Username];

    /// The kind as stores and events write it: `email`, `phone` or `username`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Username => "username",
        }
    }
}

impl fmt::Display for IdentifierKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An e-mail address, phone number or user name that has been through [`IdentifierRules`].
///
/// Two identifiers are equal when their kind and their *normal form* are: the original spelling is kept to show and to
/// write to the legacy system, and never compared. Stores compare the normal form byte by byte.
///
/// `Debug` shows the kind only.
#[derive(Clone, Serialize, Deserialize)]
pub struct Identifier {
    kind: IdentifierKind,
    normal: String,
    original: String,
}

impl Identifier {
    /// An identifier whose normal form is already known: for authors of [`IdentifierRules`] and of stores.
    pub fn from_parts(kind: IdentifierKind, normal: impl Into<String>, original: impl Into<String>) -> Self {
        Self { kind, normal: normal.into(), original: original.into() }
    }

    /// The kind.
    pub const fn kind(&self) -> IdentifierKind {
        self.kind
    }

    /// The form that is compared and indexed.
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// The spelling as it was typed, trimmed.
    pub fn original(&self) -> &str {
        &self.original
    }
}

impl PartialEq for Identifier {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.normal == other.normal
    }
}

impl Eq for Identifier {}

impl std::hash::Hash for Identifier {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
        self.normal.hash(state);
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identifier({}, ..)", self.kind)
    }
}

/// How text becomes an [`Identifier`]: the host's to replace, and the same for both systems.
///
/// The rules decide which two spellings mean one person. They must be *idempotent* (the normal form of a normal form
/// is itself) and must not change once users are stored.
///
/// ```
/// use waystation::identifier::{Identifier, IdentifierError, IdentifierKind, IdentifierRules};
///
/// /// Staff numbers: six digits, with or without the letter in front.
/// #[derive(Debug)]
/// struct StaffNumbers;
///
/// impl IdentifierRules for StaffNumbers {
///     fn parse(&self, text: &str) -> Result<Identifier, IdentifierError> {
///         self.parse_as(IdentifierKind::Username, text)
///     }
///
///     fn parse_as(&self, kind: IdentifierKind, text: &str) -> Result<Identifier, IdentifierError> {
///         let text = text.trim();
///         let digits = text.strip_prefix(['S', 's']).unwrap_or(text);
///         if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
///             return Err(IdentifierError::Malformed { kind });
///         }
///         Ok(Identifier::from_parts(kind, digits, text))
///     }
/// }
///
/// assert_eq!(StaffNumbers.parse("S001234"), StaffNumbers.parse("001234"));
/// ```
pub trait IdentifierRules: fmt::Debug + Send + Sync + 'static {
    /// Parses what a person typed into a log-in form, deciding what kind it is.
    ///
    /// # Errors
    ///
    /// When it cannot be anybody's identifier. Work must be bounded whatever the length of `text`.
    fn parse(&self, text: &str) -> Result<Identifier, IdentifierError>;

    /// Parses text that is known to be of one kind, such as a column of a legacy table.
    ///
    /// # Errors
    ///
    /// When it cannot be an identifier of that kind.
    fn parse_as(&self, kind: IdentifierKind, text: &str) -> Result<Identifier, IdentifierError>;
}

/// Why text is not an identifier. Never holds the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentifierError {
    /// Nothing but white space.
    #[error("the identifier is empty")]
    Empty,
    /// The rules take no identifiers of this kind.
    #[error("identifiers of kind {kind} are not accepted")]
    KindNotAccepted {
        /// The kind that the text is.
        kind: IdentifierKind,
    },
    /// Not of the kind's form.
    #[error("not a well-formed {kind}")]
    Malformed {
        /// The kind that was expected.
        kind: IdentifierKind,
    },
    /// Longer than the rules allow.
    #[error("the {part} is longer than {max} {unit}")]
    TooLong {
        /// Which part is too long: `local part`, `address`, `user name`, `phone number` or `identifier`.
        part: &'static str,
        /// The limit.
        max: usize,
        /// What the limit counts: `bytes`, `characters` or `digits`.
        unit: &'static str,
    },
    /// Shorter than the rules allow.
    #[error("the {part} is shorter than {min} {unit}")]
    TooShort {
        /// Which part is too short.
        part: &'static str,
        /// The limit.
        min: usize,
        /// What the limit counts.
        unit: &'static str,
    },
}
