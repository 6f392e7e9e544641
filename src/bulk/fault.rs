use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

/// What is wrong with a record, and where in it. Never what it said.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Fault {
    /// The reference product's code.
    pub code: FaultCode,
    /// Ours, finer and stable: `email.syntax`, `hash.too_costly`.
    pub detail: Cow<'static, str>,
    /// A JSON pointer (RFC 6901) into the record; empty for the whole of it. In CSV, the pointer of the field that the
    /// column becomes. Where another system's record cannot become one of the import schema, it points into that record, or
    /// is `/` and the name of its column or attribute.
    pub pointer: String,
    /// One sentence for people.
    pub message: Cow<'static, str>,
}

impl Fault {
    /// A fault at `pointer`.
    pub fn new(
        code: FaultCode,
        detail: &'static str,
        pointer: impl Into<String>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { code, detail: Cow::Borrowed(detail), pointer: pointer.into(), message: message.into() }
    }

    /// Bytes of its texts.
    pub(super) fn size(&self) -> usize {
        self.detail.len() + self.pointer.len() + self.message.len()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the record" } else { &self.pointer };
        write!(f, "{place}: {} ({})", self.message, self.detail)
    }
}

macro_rules! fault_codes {
    ($($(#[$doc:meta])+ $name:ident = $text:literal,)+) => {
        /// The codes that the reference product gives to what is wrong with a record.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum FaultCode {
            $($(#[$doc])+ #[serde(rename = $text)] $name,)+
        }

        impl FaultCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code as the reference product writes it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

fault_codes! {
    /// None of several fields is there, and one is needed.
    AnyOfMissing = "ANY_OF_MISSING",
    /// Too many elements.
    ArrayLengthLong = "ARRAY_LENGTH_LONG",
    /// Too few elements.
    ArrayLengthShort = "ARRAY_LENGTH_SHORT",
    /// The user in the store and the record do not go together.
    Conflict = "CONFLICT",
    /// Another user has this e-mail address.
    ConflictEmail = "CONFLICT_EMAIL",
    /// Another user has this user name.
    ConflictUsername = "CONFLICT_USERNAME",
    /// There is no such connection.
    ConnectionNotFound = "CONNECTION_NOT_FOUND",
    /// An earlier record of the same input has this key.
    DuplicatedUser = "DUPLICATED_USER",
    /// Not one of the values that there are.
    EnumMismatch = "ENUM_MISMATCH",
    /// Not of the form that is needed.
    Format = "FORMAT",
    /// Of another JSON type.
    InvalidType = "INVALID_TYPE",
    /// Too long.
    MaxLength = "MAX_LENGTH",
    /// Too great.
    Maximum = "MAXIMUM",
    /// The user is stored, the second factors are not.
    MfaFactorsFailed = "MFA_FACTORS_FAILED",
    /// Too short.
    MinLength = "MIN_LENGTH",
    /// Too small.
    Minimum = "MINIMUM",
    /// Something that may not be there.
    NotPassed = "NOT_PASSED",
    /// Not an object.
    ObjectRequired = "OBJECT_REQUIRED",
    /// Not of the pattern.
    Pattern = "PATTERN",
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
