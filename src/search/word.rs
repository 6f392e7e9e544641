use std::ops::Range;

use super::error::{QueryError, QueryErrorKind};
use crate::store::Pattern;

/// A run of characters that belongs together: a term, a field's name, or a text in quotes.
#[derive(Debug)]
pub(super) struct Word<'a> {
    /// Where it stands.
    pub(super) at: Range<usize>,
    /// As it stands there.
    pub(super) raw: &'a str,
    /// What it says; anything stands for a `*`.
    pub(super) pattern: Pattern,
    pub(super) is_quoted: bool,
}

/// What ends a word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ends {
    /// A colon too, since what stood before is a field's name.
    Name,
    /// White space, brackets and quotes.
    Value,
}

impl<'a> Word<'a> {
    /// The word that begins at `start`; `None` if there is none.
    pub(super) fn read(text: &'a str, start: usize, ends: Ends) -> Result<Option<Self>, QueryError> {
        let rest = text.get(start..).unwrap_or_default();
        if rest.starts_with('"') {
            return Self::quoted(rest, start).map(Some);
        }
        let mut pieces = vec![String::new()];
        let mut end = rest.len();
        let mut characters = rest.char_indices();
        while let Some((at, character)) = characters.next() {
            let place = start + at..start + at + character.len_utf8();
            let escaped = match character {
                '\\' => {
                    let next = characters.next();
                    let nothing = || syntax(place.clone(), "`\\` stands before the character that it takes literally");
                    next.map(|(_, escaped)| escaped).ok_or_else(nothing)?
                }
                '*' => {
                    pieces.push(String::new());
                    continue;
                }
                '?' => {
                    return Err(syntax(place, "`?` is not supported: `*` stands for any text, and `\\?` for itself"));
                }
                '~' => return Err(syntax(place, "fuzzy search with `~` is not supported: `\\~` stands for itself")),
                '^' => return Err(syntax(place, "weights with `^` are not supported: `\\^` stands for itself")),
                '/' if at == 0 => {
                    return Err(syntax(place, "regular expressions are not supported: `\\/` stands for itself"));
                }
                other if is_end(other, ends) => {
                    end = at;
                    break;
                }
                other => other,
            };
            if let Some(piece) = pieces.last_mut() {
                piece.push(escaped);
            }
        }
        let raw = rest.get(..end).unwrap_or_default();
        let at = start..start + end;
        Ok((end > 0).then(|| Self { at, raw, pattern: Pattern::of_pieces(pieces), is_quoted: false }))
    }

    fn quoted(rest: &'a str, start: usize) -> Result<Self, QueryError> {
        let mut said = String::new();
        let mut characters = rest.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    let raw = rest.get(..=at).unwrap_or_default();
                    let pattern = Pattern::exact(said);
                    return Ok(Self { at: start..start + at + 1, raw, pattern, is_quoted: true });
                }
                '\\' => said.extend(characters.next().map(|(_, escaped)| escaped)),
                other => said.push(other),
            }
        }
        Err(syntax(start..start + 1, "the quotation does not end"))
    }

    /// The words of a field's name, which has points between them.
    pub(super) fn names(&self) -> Option<Vec<String>> {
        if self.is_quoted || self.pattern.as_exact().is_none() {
            return None;
        }
        let mut names = vec![String::new()];
        let mut characters = self.raw.chars();
        while let Some(character) = characters.next() {
            match character {
                '.' => names.push(String::new()),
                '\\' => names.last_mut()?.extend(characters.next()),
                other => names.last_mut()?.push(other),
            }
        }
        (!names.iter().any(String::is_empty)).then_some(names)
    }
}

fn is_end(character: char, ends: Ends) -> bool {
    match character {
        '(' | ')' | '"' | '[' | ']' | '{' | '}' => true,
        ':' => ends == Ends::Name,
        other => other.is_whitespace(),
    }
}

/// The text as a word of its own, and not a part of the syntax.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        // A sign, an operator or a comparison begins with one of these; a backslash before what needs none does no harm.
        if !character.is_alphanumeric() && !matches!(character, '_' | '-' | '@')
            || character == '-' && escaped.is_empty()
        {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

pub(super) const fn syntax(at: Range<usize>, what: &'static str) -> QueryError {
    QueryError::new(QueryErrorKind::Syntax, at, what)
}
