use std::{fmt, sync::OnceLock};

use super::text_field::folded;

/// Text that is to be found, with places where anything may stand: `ada`, `ada*`, `*@example.com`.
///
/// Nothing in the text itself is special. `Debug` shows where anything may stand, and none of the text.
///
/// ```
/// use waystation::store::Pattern;
///
/// assert!(Pattern::prefix("ada").matches("ada@example.com"));
/// assert!(Pattern::of_pieces(["j", "sm", "th"]).matches("jane smith"));
/// assert!(!Pattern::exact("a*").matches("ab"));
/// ```
#[derive(Clone)]
pub struct Pattern {
    /// What stands before, between and after the places; only the first and the last may be empty.
    pieces: Vec<String>,
    /// The same, folded, since one pattern is compared with the names of many users.
    folded: OnceLock<Vec<String>>,
}

impl Eq for Pattern {}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.pieces == other.pieces
    }
}

impl Pattern {
    const fn new(pieces: Vec<String>) -> Self {
        Self { pieces, folded: OnceLock::new() }
    }

    /// Nothing but this text.
    pub fn exact(text: impl Into<String>) -> Self {
        Self::new(vec![text.into()])
    }

    /// What begins with this text.
    pub fn prefix(text: impl Into<String>) -> Self {
        Self::new(vec![text.into(), String::new()])
    }

    /// What has this text in it.
    pub fn contains(text: impl Into<String>) -> Self {
        Self::of_pieces([String::new(), text.into(), String::new()])
    }

    /// What begins with the first piece, ends with the last, and has the others in between, in their order. One piece
    /// is the whole text, and none is the empty one.
    pub fn of_pieces<T: Into<String>>(pieces: impl IntoIterator<Item = T>) -> Self {
        let mut pieces: Vec<String> = pieces.into_iter().map(Into::into).collect();
        let last = pieces.len().saturating_sub(1);
        let mut place = 0;
        pieces.retain(|piece| {
            place += 1;
            place == 1 || place == last + 1 || !piece.is_empty()
        });
        if pieces.is_empty() {
            pieces.push(String::new());
        }
        Self::new(pieces)
    }

    /// What stands before, between and after the places where anything may stand. At least one; the middle ones are
    /// not empty.
    pub fn pieces(&self) -> &[String] {
        &self.pieces
    }

    /// The whole text, if there is no place where anything may stand.
    pub fn as_exact(&self) -> Option<&str> {
        match &*self.pieces {
            [whole] => Some(whole),
            _ => None,
        }
    }

    /// Whether every text matches.
    pub fn is_anything(&self) -> bool {
        self.pieces.len() > 1 && self.pieces.iter().all(String::is_empty)
    }

    /// Whether `text` matches.
    pub fn matches(&self, text: &str) -> bool {
        is_made_of(&self.pieces, text)
    }

    /// Whether a text that is folded matches what is folded of this.
    pub(super) fn matches_folded(&self, text: &str) -> bool {
        let folded = || self.pieces.iter().map(|piece| folded(piece).into_owned()).collect();
        is_made_of(self.folded.get_or_init(folded), text)
    }

    /// The same with other text.
    pub(crate) fn map(&self, text: impl Fn(&str) -> String) -> Self {
        Self::of_pieces(self.pieces.iter().map(|piece| text(piece)))
    }
}

fn is_made_of(pieces: &[String], text: &str) -> bool {
    match pieces {
        [] => text.is_empty(),
        [whole] => whole == text,
        [first, middle @ .., last] => {
            let Some(rest) = text.strip_prefix(first.as_str()) else { return false };
            let Some(mut rest) = rest.strip_suffix(last.as_str()) else { return false };
            // The first place that fits leaves the most for those to come.
            for piece in middle {
                match rest.split_once(piece.as_str()) {
                    Some((_, after)) => rest = after,
                    None => return false,
                }
            }
            true
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<_> = self.pieces.iter().map(|piece| if piece.is_empty() { "" } else { ".." }).collect();
        write!(f, "Pattern({})", shown.join("*"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Tries every length of every place.
    fn slow(pieces: &[String], text: &str) -> bool {
        match pieces {
            [] => text.is_empty(),
            [whole] => whole == text,
            [first, rest @ ..] => text.strip_prefix(first.as_str()).is_some_and(|text| {
                let starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
                starts.into_iter().any(|at| text.get(at..).is_some_and(|text| slow(rest, text)))
            }),
        }
    }

    proptest! {
        #[test]
        fn a_pattern_matches_what_trying_everything_matches(
            pieces in prop::collection::vec("[ab\u{e9}]{0,2}", 1..4),
            text in "[ab\u{e9}]{0,6}",
        ) {
            let pattern = Pattern::of_pieces(pieces);
            prop_assert_eq!(pattern.matches(&text), slow(pattern.pieces(), &text), "{:?} {}", pattern.pieces(), text);
        }
    }

    #[test]
    fn a_pattern_does_not_show_its_text() {
        assert_eq!(format!("{:?}", Pattern::prefix("ada")), "Pattern(..*)");
        assert_eq!(format!("{:?}", Pattern::exact("ada")), "Pattern(..)");
    }
}
