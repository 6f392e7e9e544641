use super::statement::Statement;
use crate::{clock::Timestamp, store::Filter};

/// Writes the condition that `filter` means; every value is bound.
///
/// No condition is ever NULL, so that `NOT` of one that does not hold does.
pub(super) fn push(query: &mut Statement<'_>, filter: &Filter) {
    match filter {
        Filter::All => {
            query.push("TRUE");
        }
        Filter::And(filters) => push_joined(query, filters, " AND ", "TRUE"),
        Filter::Blocked(blocked) => {
            query.push("blocked = ").push_bind(*blocked);
        }
        Filter::CreatedWithin(from, to) => push_within(query, "created_at", *from, *to),
        Filter::Credential(kind) => {
            query.push("credential = ").push_bind(kind.as_str());
        }
        Filter::EmailPrefix(prefix) => push_prefix(query, "email", prefix),
        Filter::LastLoginWithin(from, to) => push_within(query, "last_login", *from, *to),
        Filter::Moved(moved) => {
            query.push(if *moved { "moved_at IS NOT NULL" } else { "moved_at IS NULL" });
        }
        Filter::MovedBy(by) => push_equal(query, "moved_by", by.as_str().to_owned()),
        Filter::Not(filter) => {
            query.push("NOT (");
            push(query, filter);
            query.push(")");
        }
        Filter::Or(filters) => push_joined(query, filters, " OR ", "FALSE"),
        Filter::Source(source) => push_equal(query, "legacy_source", source.as_str().to_owned()),
        Filter::UsernamePrefix(prefix) => push_prefix(query, "username", prefix),
    }
}

/// Joins by halves: a chain of a thousand in a row would be deeper than SQLite's parser goes.
fn push_joined(query: &mut Statement<'_>, filters: &[Filter], operator: &'static str, none: &'static str) {
    query.push("(");
    match filters {
        [] => {
            query.push(none);
        }
        [one] => push(query, one),
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            push_joined(query, left, operator, none);
            query.push(operator);
            push_joined(query, right, operator, none);
        }
    }
    query.push(")");
}

fn push_equal(query: &mut Statement<'_>, column: &'static str, value: String) {
    query.push("(").push(column).push(" IS NOT NULL AND ").push(column).push(" = ").push_bind(value).push(")");
}

fn push_within(query: &mut Statement<'_>, column: &'static str, from: Timestamp, to: Timestamp) {
    query.push("(").push(column).push(" IS NOT NULL AND ").push(column).push(" >= ").push_bind(from.as_micros());
    query.push(" AND ").push(column).push(" < ").push_bind(to.as_micros()).push(")");
}

/// A prefix as a range, which the column's index answers; `LIKE` would fold case and read `%` and `_`.
fn push_prefix(query: &mut Statement<'_>, column: &'static str, prefix: &str) {
    query.push("(").push(column).push(" IS NOT NULL AND ").push(column).push(" >= ").push_bind(prefix.to_owned());
    if let Some(end) = after_every(prefix) {
        query.push(" AND ").push(column).push(" < ").push_bind(end);
    }
    query.push(")");
}

/// The first text after all that begin with `prefix`, in the order of bytes, which for UTF-8 is the order of
/// characters. `None` if there is no such text.
fn after_every(prefix: &str) -> Option<String> {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        // Skips the surrogates, which no text holds.
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix_is_the_next_text_that_can_be() {
        assert_eq!(after_every("ab").as_deref(), Some("ac"));
        assert_eq!(after_every("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
        assert_eq!(after_every("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after_every("\u{10ffff}"), None);
        assert_eq!(after_every(""), None);
    }
}
