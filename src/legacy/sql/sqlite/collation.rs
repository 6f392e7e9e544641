use std::{
    cmp::Ordering,
    sync::{Arc, Mutex, PoisonError},
};

use crate::identifier::{IdentifierKind, IdentifierRules};

/// What makes `=` in SQLite mean the same as in the identifier rules.
///
/// Only equality means anything: no index and no `ORDER BY` is made with it.
#[derive(Debug)]
pub(super) struct Collation {
    kind: IdentifierKind,
    rules: Arc<dyn IdentifierRules>,
    has_short_cut: bool,
    /// A scan compares every row with the same parameter: its spelling, and its normal form.
    parameter: Mutex<(String, Option<String>)>,
}

impl Collation {
    pub(super) fn new(kind: IdentifierKind, rules: Arc<dyn IdentifierRules>, rules_are_standard: bool) -> Self {
        // The standard rules do no more to ASCII than to trim it and to lower its case, phone numbers excepted.
        let has_short_cut = rules_are_standard && kind != IdentifierKind::Phone;
        Self { kind, rules, has_short_cut, parameter: Mutex::default() }
    }

    pub(super) fn name(&self) -> String {
        format!("waystation_{}", self.kind)
    }

    pub(super) fn compare(&self, left: &str, right: &str) -> Ordering {
        if left != right && self.are_one(left, right) { Ordering::Equal } else { left.cmp(right) }
    }

    fn are_one(&self, left: &str, right: &str) -> bool {
        if self.has_short_cut && left.is_ascii() && right.is_ascii() {
            return left.trim().eq_ignore_ascii_case(right.trim());
        }
        let mut parameter = self.parameter.lock().unwrap_or_else(PoisonError::into_inner);
        if parameter.0 != left && parameter.0 != right {
            // Which side the parameter is on is not known. A wrong guess costs one more at the next row.
            *parameter = (right.to_owned(), self.normal(right));
        }
        let row = if parameter.0 == right { left } else { right };
        // Of ASCII they make nothing but ASCII, so a name that is not need not be the costliest to ask about.
        if self.has_short_cut && row.is_ascii() && parameter.1.as_ref().is_some_and(|normal| !normal.is_ascii()) {
            return false;
        }
        parameter.1.is_some() && self.normal(row) == parameter.1
    }

    fn normal(&self, text: &str) -> Option<String> {
        self.rules.parse_as(self.kind, text).ok().map(|identifier| identifier.normal().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::identifier::StandardRules;

    fn collation(kind: IdentifierKind, short_cut: bool) -> Collation {
        Collation::new(kind, Arc::new(StandardRules::new()), short_cut)
    }

    #[test]
    fn spellings_of_one_person_are_equal_from_either_side() {
        let email = collation(IdentifierKind::Email, true);
        for (left, right, equal) in [
            ("Ada@Example.COM", "ada@example.com", Ordering::Equal),
            (" ada@example.com\n", "ada@example.com", Ordering::Equal),
            ("ZOË@bücher.example", "zoë@xn--bcher-kva.example", Ordering::Equal),
            ("ada@example.com", "ada@example.org", Ordering::Less),
            ("not an address", "ada@example.com", Ordering::Greater),
            ("\u{fffd}", "ada@example.com", Ordering::Greater),
            ("", "ada@example.com", Ordering::Less),
        ] {
            assert_eq!(email.compare(left, right), equal, "{left:?} {right:?}");
            assert_eq!(email.compare(right, left), equal.reverse(), "{right:?} {left:?}");
        }
        let phone = collation(IdentifierKind::Phone, true);
        assert_eq!(phone.compare("+1 (555) 010-0000", "+15550100000"), Ordering::Equal);
    }

    proptest! {
        #[test]
        fn the_short_cut_changes_no_answer(wanted in "[ -~\u{e9}\u{130}\u{212a}]{1,12}(@[A-Za-z.-]{1,12})?", row in "[ -~\u{e9}]{1,12}", flip in any::<u32>()) {
            // The same letters in other cases, so that not everything differs.
            let respelt: String = wanted.chars().enumerate().map(|(at, c)| {
                if flip >> (at % 32) & 1 == 1 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
            }).collect();
            for kind in [IdentifierKind::Email, IdentifierKind::Username] {
                let Ok(wanted) = StandardRules::new().parse_as(kind, &wanted) else { continue };
                for row in [&row, &respelt] {
                    prop_assert_eq!(
                        collation(kind, true).compare(row, wanted.normal()) == Ordering::Equal,
                        collation(kind, false).compare(row, wanted.normal()) == Ordering::Equal
                    );
                }
            }
        }
    }
}
