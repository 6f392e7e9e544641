use std::{fmt, ops::Range};

use crate::caret::Caret;

/// Why a text is no [`Query`](super::Query). It says where and never what stood there: queries have addresses in them.
///
/// ```
/// use waystation::search::{Query, QueryErrorKind};
///
/// let text = "email:ada* AND last_ip:10.0.0.1";
/// let error = Query::parse(text).unwrap_err();
/// assert_eq!((error.kind(), error.at()), (QueryErrorKind::Field, 15..22));
/// assert_eq!(error.to_string(), "this field is not kept, at byte 15");
/// // For whoever wrote the query:
/// assert_eq!(
///     error.pointing_into(text).to_string(),
///     "this field is not kept\n  email:ada* AND last_ip:10.0.0.1\n                 ^^^^^^^",
/// );
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct QueryError {
    kind: QueryErrorKind,
    at: Range<usize>,
    what: &'static str,
}

/// What is wrong with a query, for programs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum QueryErrorKind {
    /// There is no such field, or it is not kept.
    Field,
    /// It is not of the syntax.
    Syntax,
    /// It is nested too deep.
    TooDeep,
    /// It is too long.
    TooLong,
    /// It has too many clauses.
    TooManyClauses,
    /// The field cannot have this value, or cannot be asked for it in this way.
    Value,
}

impl QueryError {
    pub(super) const fn new(kind: QueryErrorKind, at: Range<usize>, what: &'static str) -> Self {
        Self { kind, at, what }
    }

    /// What is wrong, for programs.
    pub const fn kind(&self) -> QueryErrorKind {
        self.kind
    }

    /// Where it is, in bytes of the query.
    pub fn at(&self) -> Range<usize> {
        self.at.clone()
    }

    /// What is wrong there, in words.
    pub const fn what(&self) -> &'static str {
        self.what
    }

    /// What is wrong, and below it the query with the place marked: for whoever wrote the query, and not for logs.
    pub fn pointing_into<'a>(&'a self, query: &'a str) -> impl fmt::Display + 'a {
        Caret { what: self.what, text: query, at: self.at.clone() }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at byte {}", self.what, self.at.start)
    }
}

impl std::error::Error for QueryError {}
