use std::{fmt, ops::Range};

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
        let (before, marked) = (self.expression.get(..self.at.start), self.expression.get(self.at.clone()));
        let width = |text: Option<&str>| text.unwrap_or_default().chars().count();
        let one_line = self.expression.chars().map(|character| if character.is_control() { ' ' } else { character });
        write!(f, "{}\n  {}\n  ", self.what, one_line.collect::<String>())?;
        write!(f, "{}{}", " ".repeat(width(before)), "^".repeat(width(marked).max(1)))
    }
}

impl std::error::Error for ExpressionError {}
