use std::fmt;

/// Why an object or a row of a provider is not a password hash: where, and what is wrong there. Holds none of its values.
///
/// ```
/// use waystation::password::vendor::{CustomPasswordHash, ImportError, ImportProblem};
///
/// let object = r#"{"algorithm": "md5", "hash": {"value": "67a1e09bb1f83f5007dc119c14d663a", "encoding": "hex"}}"#;
/// let error = object.parse::<CustomPasswordHash>().unwrap_err();
/// assert_eq!(error, ImportError::new("/hash/value", ImportProblem::Encoding { encoding: "hex" }));
/// assert_eq!(error.to_string(), "/hash/value: not in the encoding hex");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ImportError {
    /// A JSON pointer (RFC 6901), such as `/hash/encoding`; empty for the whole.
    pub place: &'static str,
    /// What is wrong there.
    pub problem: ImportProblem,
}

/// What is wrong with an imported hash.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ImportProblem {
    /// The text is not in the encoding that it should be in, or that stands beside it.
    Encoding {
        /// The encoding.
        encoding: &'static str,
    },
    /// The decoded digest has not the length of its algorithm.
    Length {
        /// The length in bytes that it should have.
        expected: u64,
    },
    /// The text has not the form of its algorithm.
    Malformed {
        /// What is wrong with it.
        what: &'static str,
    },
    /// A member that must be there is not.
    Missing,
    /// A member, or this value of it, that does not go with the rest of the object.
    NotAllowed,
    /// Not JSON at all.
    NotJson,
    /// A number outside of its range.
    OutOfRange,
    /// A member that stands there twice.
    Repeated,
    /// A member that is not known stands there.
    UnknownMember,
    /// Not one of the values that are known there.
    UnknownValue,
    /// Understood, and not verified by this crate.
    Unsupported {
        /// The provider's name for it.
        name: &'static str,
    },
    /// A value of another type of JSON.
    WrongType {
        /// The type that it should be of.
        expected: &'static str,
    },
}

impl ImportError {
    /// A problem at a place.
    pub const fn new(place: &'static str, problem: ImportProblem) -> Self {
        Self { place, problem }
    }

    /// The problem in few words, for an error that has no place.
    pub(super) const fn what(&self) -> &'static str {
        match self.problem {
            ImportProblem::Encoding { .. } => "a value is not in its encoding",
            ImportProblem::Length { .. } => "the digest is not of its length",
            ImportProblem::Malformed { what } => what,
            ImportProblem::Missing => "a member is missing",
            ImportProblem::NotAllowed => "a member does not go with the algorithm",
            ImportProblem::NotJson => "it is not JSON",
            ImportProblem::OutOfRange => "a number is out of its range",
            ImportProblem::Repeated => "a member stands there twice",
            ImportProblem::UnknownMember => "it has an unknown member",
            ImportProblem::UnknownValue => "a name is not known",
            ImportProblem::Unsupported { .. } => "it is not supported",
            ImportProblem::WrongType { .. } => "a value is of another type",
        }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.place.is_empty() { "the object" } else { self.place }, self.problem)
    }
}

impl fmt::Display for ImportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding { encoding } => write!(f, "not in the encoding {encoding}"),
            Self::Length { expected } => write!(f, "the digest has not its {expected} bytes"),
            Self::Malformed { what } => f.write_str(what),
            Self::Missing => f.write_str("missing"),
            Self::NotAllowed => f.write_str("not allowed with the rest of the object"),
            Self::NotJson => f.write_str("not JSON"),
            Self::OutOfRange => f.write_str("out of its range"),
            Self::Repeated => f.write_str("a member stands there twice"),
            Self::UnknownMember => f.write_str("an unknown member stands there"),
            Self::UnknownValue => f.write_str("not one of the known values"),
            Self::Unsupported { name } => write!(f, "{name} is not supported"),
            Self::WrongType { expected } => write!(f, "not {expected}"),
        }
    }
}

impl std::error::Error for ImportError {}
