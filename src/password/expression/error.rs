use std::{fmt, ops::Range};

use crate::caret::Caret;

/// Why a text is no [`Expression`](super::Expression). Shows the place.
///
/// ```
/// use waystation::password::Expression;
///
/// let error = "md5(sha7($pass) . $salt)".parse::<Expression>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "there is no such function\n  md5(sha7($pass) . $salt)\n      ^^^^",
/// );
/// assert_eq!(error.at(), 4..8);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExpressionError {
    pub(super) expression: String,
    pub(super) at: Range<usize>,
    pub(super) what: &'static str,
}

impl ExpressionError {
    /// Where it is, in bytes of the expression.
    pub fn at(&self) -> Range<usize> {
        self.at.clone()
    }

    /// What is wrong there.
    pub fn what(&self) -> &'static str {
        self.what
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Caret { what: self.what, text: &self.expression, at: self.at.clone() }.fmt(f)
    }
}

impl std::error::Error for ExpressionError {}
