use std::{marker::PhantomData, ops::RangeInclusive};

use super::{engine::Engine, statement::Statement};
use crate::store::{Filter, Pattern, TextField, TimeField, TimeRange, ValueTest};

/// What a condition says of the users for whom it holds.
///
/// Databases differ in what they make of JSON, of wildcards and of case, so SQL does not decide on these. It looks for
/// what must stand in a profile's text, and whoever may match is decided on by [`Filter::matches`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Side {
    /// They may match; all others do not.
    May,
    /// They match; others may too.
    Must,
}

impl Side {
    const fn other(self) -> Self {
        match self {
            Self::May => Self::Must,
            Self::Must => Self::May,
        }
    }
}

/// How many pieces of a pattern a statement names: more make it longer, and hardly anybody is ruled out by them alone.
const PIECES: usize = 4;

/// Whether both sides are the same, so that SQL decides alone.
pub(super) fn is_exact(filter: &Filter) -> bool {
    match filter {
        Filter::All
        | Filter::Blocked(_)
        | Filter::Credential(_)
        | Filter::LoginCount(_)
        | Filter::MovedBy(_)
        | Filter::Time(..) => true,
        Filter::And(filters) | Filter::Or(filters) => filters.iter().all(is_exact),
        Filter::EmailVerified(_) | Filter::Metadata(..) | Filter::PhoneVerified(_) => false,
        Filter::Not(filter) => is_exact(filter),
        Filter::Text(field, pattern) => match place(*field) {
            Place::Column(_) => is_simple(pattern),
            // The domain is what stands after the last `@`, which SQL cannot tell from others.
            Place::AfterAt => pattern.is_anything(),
            Place::Profile(_) => false,
        },
    }
}

/// Whether a key is named, or how it begins, so that hardly anybody matches whose key is not looked for.
pub(super) fn names_a_key(filter: &Filter) -> bool {
    match filter {
        Filter::And(filters) => filters.iter().any(names_a_key),
        Filter::Or(filters) => !filters.is_empty() && filters.iter().all(names_a_key),
        Filter::Text(field, pattern) => {
            key(*field).is_some() && pattern.pieces().first().is_some_and(|first| !first.is_empty())
        }
        Filter::All
        | Filter::Blocked(_)
        | Filter::Credential(_)
        | Filter::EmailVerified(_)
        | Filter::LoginCount(_)
        | Filter::Metadata(..)
        | Filter::MovedBy(_)
        | Filter::Not(_)
        | Filter::PhoneVerified(_)
        | Filter::Time(..) => false,
    }
}

/// Whether the answer stands in the index of a key, one after the other: whoever has one, or those whose keys begin so, in the
/// order of these keys, which is that of the column `by`.
pub(super) fn is_walk_along_key(filter: &Filter, by: Option<&str>) -> bool {
    let Filter::Text(field, pattern) = filter else { return false };
    let is_prefix = matches!(pattern.pieces(), [_, end] if end.is_empty());
    key(*field).is_some_and(|key| pattern.as_exact().is_some() || (is_prefix && by == Some(key)))
}

/// The column with the keys of users, of which hardly two are the same.
fn key(field: TextField) -> Option<&'static str> {
    match place(field) {
        // Everybody may be of one source.
        Place::Column(column) => Some(column).filter(|_| field != TextField::Source),
        Place::AfterAt | Place::Profile(_) => None,
    }
}

/// Writes the condition that `filter` means; every value is bound.
///
/// No condition is ever NULL, so that `NOT` of one that does not hold does.
pub(super) fn push<E: Engine>(query: &mut Statement<'_>, filter: &Filter, side: Side) {
    Condition::<E> { query, engine: PhantomData }.push(filter, side);
}

struct Condition<'q, 's, E> {
    query: &'q mut Statement<'s>,
    engine: PhantomData<E>,
}

impl<E: Engine> Condition<'_, '_, E> {
    fn push(&mut self, filter: &Filter, side: Side) {
        match filter {
            Filter::All => self.truth(true),
            Filter::And(filters) => self.joined(filters, side, " AND ", true),
            Filter::Blocked(blocked) => {
                self.query.push("blocked = ").push_bind(*blocked);
            }
            Filter::Credential(kind) => {
                self.query.push("credential = ").push_bind(kind.as_str());
            }
            Filter::EmailVerified(verified) => self.flag("email_verified", *verified, side),
            Filter::LoginCount(range) => self.login_count(range),
            Filter::Metadata(path, test) => {
                let key = path.keys.last().map_or_else(|| path.of.as_str(), String::as_str);
                let needles = match test {
                    ValueTest::Exists | ValueTest::Within(_) => Vec::new(),
                    ValueTest::Like(pattern) => match pattern.as_exact() {
                        // Numbers and truth values are not written in quotes.
                        Some(whole) if crate::store::number(whole).is_some() || matches!(whole, "true" | "false") => {
                            Vec::new()
                        }
                        Some(_) | None => in_json(pattern),
                    },
                };
                self.in_profile(key, needles, side);
            }
            Filter::MovedBy(by) => self.equal("moved_by", by.as_str().to_owned()),
            Filter::Not(filter) => {
                self.query.push("NOT (");
                self.push(filter, side.other());
                self.query.push(")");
            }
            Filter::Or(filters) => self.joined(filters, side, " OR ", false),
            Filter::PhoneVerified(verified) => self.flag("phone_verified", *verified, side),
            Filter::Text(field, pattern) => self.text(*field, pattern, side),
            Filter::Time(field, range) => self.time(*field, *range),
        }
    }

    fn truth(&mut self, truth: bool) {
        self.query.push(if truth { "TRUE" } else { "FALSE" });
    }

    /// Joins by halves: a chain of a thousand in a row would be deeper than SQLite's parser goes.
    fn joined(&mut self, filters: &[Filter], side: Side, operator: &'static str, none: bool) {
        self.query.push("(");
        match filters {
            [] => self.truth(none),
            [one] => self.push(one, side),
            many => {
                let (left, right) = many.split_at(many.len() / 2);
                self.joined(left, side, operator, none);
                self.query.push(operator);
                self.joined(right, side, operator, none);
            }
        }
        self.query.push(")");
    }

    fn there(&mut self, column: &'static str) {
        self.query.push("(").push(column).push(" IS NOT NULL");
    }

    fn equal(&mut self, column: &'static str, value: String) {
        self.there(column);
        self.query.push(" AND ").push(column).push(" = ").push_bind(value).push(")");
    }

    fn holds(&mut self, column: &'static str, text: String) {
        E::push_holds(self.query, column, text);
    }

    fn login_count(&mut self, range: &RangeInclusive<u64>) {
        let Ok(from) = i64::try_from(*range.start()) else { return self.truth(false) };
        self.query.push("(login_count >= ").push_bind(from);
        // Counting stops at the largest number that the column holds.
        if let Ok(until) = i64::try_from(*range.end()) {
            self.query.push(" AND login_count <= ").push_bind(until);
        }
        self.query.push(")");
    }

    fn time(&mut self, field: TimeField, range: TimeRange) {
        let column = match field {
            TimeField::CreatedAt => "created_at",
            TimeField::LastLogin => "last_login",
            TimeField::MovedAt => "moved_at",
            TimeField::PasswordSetAt => "password_set_at",
            TimeField::UpdatedAt => "updated_at",
        };
        self.there(column);
        if let Some(from) = range.from {
            self.query.push(" AND ").push(column).push(" >= ").push_bind(from.as_micros());
        }
        if let Some(until) = range.until {
            self.query.push(" AND ").push(column).push(" < ").push_bind(until.as_micros());
        }
        self.query.push(")");
    }

    fn text(&mut self, field: TextField, pattern: &Pattern, side: Side) {
        match place(field) {
            Place::AfterAt => self.domain(pattern, side),
            Place::Column(column) => self.column(column, pattern, side),
            Place::Profile(key) => {
                // What is folded, or is a key in one form of a value and a value in another, is not looked for.
                let is_looked_for = !field.is_folded() && field != TextField::Factor;
                self.in_profile(key, if is_looked_for { in_json(pattern) } else { Vec::new() }, side);
            }
        }
    }

    fn column(&mut self, column: &'static str, pattern: &Pattern, side: Side) {
        if let Some(text) = pattern.as_exact() {
            return self.equal(column, text.to_owned());
        }
        if side == Side::Must && !is_simple(pattern) {
            return self.truth(false);
        }
        self.there(column);
        let (prefix, rest) = pattern.pieces().split_first().map_or(("", &[][..]), |(first, rest)| (first, rest));
        // A prefix as a range, which the column's index answers; `LIKE` would fold case and read `%` and `_`.
        if !prefix.is_empty() {
            self.query.push(" AND ").push(column).push(" >= ").push_bind(prefix.to_owned());
            if let Some(end) = after_every(prefix) {
                self.query.push(" AND ").push(column).push(" < ").push_bind(end);
            }
        }
        for piece in rest.iter().filter(|piece| !piece.is_empty()).take(PIECES) {
            self.query.push(" AND ");
            self.holds(column, piece.clone());
        }
        self.query.push(")");
    }

    fn domain(&mut self, pattern: &Pattern, side: Side) {
        if side == Side::Must && !pattern.is_anything() {
            return self.truth(false);
        }
        self.there("email");
        let (first, rest) = pattern.pieces().split_first().map_or(("", &[][..]), |(first, rest)| (first, rest));
        self.query.push(" AND ");
        self.holds("email", format!("@{first}"));
        for piece in rest.iter().filter(|piece| !piece.is_empty()).take(PIECES) {
            self.query.push(" AND ");
            self.holds("email", piece.clone());
        }
        self.query.push(")");
    }

    /// A truth value of the profile: its member is in the text, and in metadata there may be one that is called the same.
    fn flag(&mut self, key: &'static str, wanted: bool, side: Side) {
        let member = |value: bool| format!("\"{key}\":{value}");
        // `false` is also what is meant by no member at all, so both sides are said of `true`.
        let side = if wanted { side } else { side.other() };
        self.query.push(if wanted { "(" } else { "NOT (" });
        self.holds("profile", member(true));
        if side == Side::Must {
            self.query.push(" AND NOT ");
            self.holds("profile", member(false));
        }
        self.query.push(")");
    }

    /// Profiles in whose text there is a member of this name, and all of these.
    fn in_profile(&mut self, key: &str, needles: Vec<String>, side: Side) {
        if side == Side::Must {
            return self.truth(false);
        }
        self.query.push("(");
        self.holds("profile", format!("{}:", json(key)));
        for needle in needles {
            self.query.push(" AND ");
            self.holds("profile", needle);
        }
        self.query.push(")");
    }
}

/// Where a text is found.
enum Place {
    /// In a part of the column with the e-mail address.
    AfterAt,
    /// In a column of its own.
    Column(&'static str),
    /// In the profile, under this key.
    Profile(&'static str),
}

const fn place(field: TextField) -> Place {
    match field {
        TextField::Email => Place::Column("email"),
        TextField::EmailDomain => Place::AfterAt,
        TextField::Factor => Place::Profile("mfa_factors"),
        TextField::FamilyName => Place::Profile("family_name"),
        TextField::GivenName => Place::Profile("given_name"),
        TextField::IdentityProvider => Place::Profile("provider"),
        TextField::IdentitySubject => Place::Profile("subject"),
        TextField::LegacyId => Place::Column("legacy_id"),
        TextField::Name => Place::Profile("name"),
        TextField::Nickname => Place::Profile("nickname"),
        TextField::Phone => Place::Column("phone"),
        TextField::Picture => Place::Profile("picture"),
        TextField::Source => Place::Column("legacy_source"),
        TextField::UserId => Place::Column("id"),
        TextField::Username => Place::Column("username"),
    }
}

/// Whether a column's condition is the pattern's whole meaning: the whole text, a beginning, or something anywhere.
fn is_simple(pattern: &Pattern) -> bool {
    match pattern.pieces() {
        [first, middle @ .., last] if last.is_empty() => middle.is_empty() || (first.is_empty() && middle.len() == 1),
        pieces => pieces.len() < 2,
    }
}

/// What stands in the text of a profile whose value matches. JSON writes each character for itself, so a piece of a
/// value is a piece of what is written.
fn in_json(pattern: &Pattern) -> Vec<String> {
    if let Some(text) = pattern.as_exact() {
        return vec![json(text)];
    }
    let pieces = pattern.pieces().iter().filter(|piece| !piece.is_empty()).take(PIECES);
    let without_quotes = |piece: &String| {
        let quoted = json(piece);
        quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
    };
    pieces.map(without_quotes).collect()
}

/// The text as JSON writes it.
fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
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
