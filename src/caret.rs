use std::{fmt, ops::Range};

/// What is wrong with a text, and the text with the place marked below it.
#[derive(Debug)]
pub(crate) struct Caret<'a> {
    pub(crate) what: &'a str,
    pub(crate) text: &'a str,
    pub(crate) at: Range<usize>,
}

impl fmt::Display for Caret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, marked) = (self.text.get(..self.at.start), self.text.get(self.at.clone()));
        let width = |text: Option<&str>| text.unwrap_or_default().chars().count();
        let one_line = self.text.chars().map(|character| if character.is_control() { ' ' } else { character });
        write!(f, "{}\n  {}\n  ", self.what, one_line.collect::<String>())?;
        write!(f, "{}{}", " ".repeat(width(before)), "^".repeat(width(marked).max(1)))
    }
}
