use std::{borrow::Cow, fmt};

use crate::identifier::IdentifierKind;

/// SQL text that nothing a person typed can have got into: a literal, or what an operator vouches for.
#[derive(Clone, Eq, PartialEq)]
pub struct Sql(Cow<'static, str>);

impl Sql {
    /// SQL that was put together at run time, and that the caller vouches for: no part of it comes from a user.
    pub const fn assert_safe(text: String) -> Self {
        Self(Cow::Owned(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl fmt::Debug for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The questions that an [`SqlConnection`](super::SqlConnection) asks, each a statement that returns whole rows.
///
/// Every look-up has two parameters and may use either or both, as often as it likes: `?1` is the identifier's normal
/// form, `?2` the spelling as it was typed. They are written so for every engine, and become `$1` or `?` on the way to
/// the servers; a question mark without a number, in quotes or in a comment is left alone. PostgreSQL gets each in the
/// type of what it is compared with, so that `id = ?1` uses the index of a column of numbers.
///
/// What comes back are *candidates*: a row counts only if the mapped column, read by the same
/// [`IdentifierRules`](crate::IdentifierRules), is the identifier that was asked for. So a query may return too much
/// (16 rows at most), and must not return too little. On each engine:
///
/// | written in SQL | finds | cost |
/// |---|---|---|
/// | SQLite: `email = ?1 COLLATE waystation_email`, likewise `waystation_username`, `waystation_phone` | exactly the rows that the rules make equal, whatever their case and Unicode form | every row is read: some 30 ms for 100,000 that are ASCII, several times that for others |
/// | SQLite: `lower(email) = ?1` | rows that differ in the case of ASCII letters only: SQLite's `lower` knows no others | as above, or next to nothing with an index on `lower(email)` |
/// | PostgreSQL: `lower(email) IN (?1, lower(?2))` | rows that differ in the case of what the database's locale knows | every row is read, or next to nothing with an index on `lower(email)` |
/// | MySQL: `email IN (?1, ?2)` | rows that the column's collation makes equal: with `_ci`, whatever their case | next to nothing with an index on `email` |
/// | SQLite and PostgreSQL: `email IN (?1, ?2)` | rows spelt in the normal form or as typed | next to nothing with an index on `email` |
///
/// All but the first miss people whose stored spelling differs in more than they allow. Such a person is unknown until
/// they type their name as it is stored, and somebody else could sign up under another spelling meanwhile.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Queries {
    by_email: Option<Sql>,
    by_username: Option<Sql>,
    by_phone: Option<Sql>,
    pub(super) by_id: Option<Sql>,
    pub(super) first_page: Option<Sql>,
    pub(super) next_page: Option<Sql>,
    pub(super) count: Option<Sql>,
}

impl Queries {
    /// No questions yet. At least one look-up by an identifier is needed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks an e-mail address up. Without this, nobody is found by one.
    pub fn by_email(mut self, sql: impl Into<Sql>) -> Self {
        self.by_email = Some(sql.into());
        self
    }

    /// Looks a user name up. Without this, nobody is found by one.
    pub fn by_username(mut self, sql: impl Into<Sql>) -> Self {
        self.by_username = Some(sql.into());
        self
    }

    /// Looks a phone number up. Without this, nobody is found by one.
    pub fn by_phone(mut self, sql: impl Into<Sql>) -> Self {
        self.by_phone = Some(sql.into());
        self
    }

    /// Looks a permanent id up; `?1` is the id, as text. Needed for people whose password still lives there after they
    /// changed their address here.
    pub fn by_id(mut self, sql: impl Into<Sql>) -> Self {
        self.by_id = Some(sql.into());
        self
    }

    /// Lists everybody in the order of their ids, page by page: `first` has the parameter `?2`, the length of the
    /// page; `next` has `?1` as well, the last id of the page before. `count` returns one number.
    pub fn directory(mut self, first: impl Into<Sql>, next: impl Into<Sql>, count: impl Into<Sql>) -> Self {
        self.first_page = Some(first.into());
        self.next_page = Some(next.into());
        self.count = Some(count.into());
        self
    }

    pub(super) const fn by(&self, kind: IdentifierKind) -> Option<&Sql> {
        match kind {
            IdentifierKind::Email => self.by_email.as_ref(),
            IdentifierKind::Phone => self.by_phone.as_ref(),
            IdentifierKind::Username => self.by_username.as_ref(),
        }
    }

    pub(super) const fn has_directory(&self) -> bool {
        self.count.is_some()
    }
}
