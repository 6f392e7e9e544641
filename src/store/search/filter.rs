use std::ops::RangeInclusive;

use super::{MetadataPath, Pattern, TextField, TimeField, TimeRange, ValueTest, text_field::Person};
use crate::{
    clock::Timestamp,
    user::{CredentialKind, MovedBy, SourceName, User},
};

/// Which users. A [`Query`](crate::search::Query) is the same, written as text.
///
/// Whoever lacks a value does not match what is asked of it, and matches the negation. `Debug` does not show what is
/// searched for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Filter {
    /// Everybody.
    All,
    /// Those who match every one.
    And(Vec<Filter>),
    /// Whether barred by the operator.
    Blocked(bool),
    /// Those with this kind of credential.
    Credential(CredentialKind),
    /// Whether the e-mail address was shown to be the person's.
    EmailVerified(bool),
    /// Those who logged in this often.
    LoginCount(RangeInclusive<u64>),
    /// Those with such a value in their metadata.
    Metadata(MetadataPath, ValueTest),
    /// Those who moved this way.
    MovedBy(MovedBy),
    /// Those who do not match.
    Not(Box<Filter>),
    /// Those who match at least one.
    Or(Vec<Filter>),
    /// Whether the phone number was shown to be the person's.
    PhoneVerified(bool),
    /// Those with such a text. One that [anything](Pattern::is_anything) matches is there.
    Text(TextField, Pattern),
    /// Those with this time, in this range.
    Time(TimeField, TimeRange),
}

impl Filter {
    /// Those whose e-mail address begins with this normal form.
    pub fn email_prefix(prefix: impl Into<String>) -> Self {
        Self::Text(TextField::Email, Pattern::prefix(prefix))
    }

    /// Those whose user name begins with this normal form.
    pub fn username_prefix(prefix: impl Into<String>) -> Self {
        Self::Text(TextField::Username, Pattern::prefix(prefix))
    }

    /// Those who come from this legacy system.
    pub fn source(source: &SourceName) -> Self {
        Self::Text(TextField::Source, Pattern::exact(source.as_str()))
    }

    /// Those who have moved.
    pub const fn moved() -> Self {
        Self::Time(TimeField::MovedAt, TimeRange::ALL)
    }

    /// Those made at or after the first time and before the second.
    pub const fn created_within(from: Timestamp, until: Timestamp) -> Self {
        Self::Time(TimeField::CreatedAt, TimeRange::new(from, until))
    }

    /// Those whose last log-in was at or after the first time and before the second.
    pub const fn last_login_within(from: Timestamp, until: Timestamp) -> Self {
        Self::Time(TimeField::LastLogin, TimeRange::new(from, until))
    }

    /// Those who do not match this one.
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Whether `user` matches: the meaning that every store's own search must have.
    pub fn matches(&self, user: &User) -> bool {
        self.holds_for(&Person::new(user))
    }

    fn holds_for(&self, person: &Person<'_>) -> bool {
        let user = person.user;
        match self {
            Self::All => true,
            Self::And(filters) => filters.iter().all(|filter| filter.holds_for(person)),
            Self::Blocked(blocked) => user.is_blocked() == *blocked,
            Self::Credential(kind) => user.credential.kind() == *kind,
            Self::EmailVerified(verified) => user.profile.email_verified == *verified,
            Self::LoginCount(range) => range.contains(&user.login_count),
            Self::Metadata(path, test) => test.matches(&user.profile, path),
            Self::MovedBy(by) => user.moved.is_some_and(|moved| moved.by == *by),
            Self::Not(filter) => !filter.holds_for(person),
            Self::Or(filters) => filters.iter().any(|filter| filter.holds_for(person)),
            Self::PhoneVerified(verified) => user.profile.phone_verified == *verified,
            Self::Text(field, pattern) => field.matches(person, pattern),
            Self::Time(field, range) => field.value(user).is_some_and(|at| range.contains(at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MetadataOf;

    #[test]
    fn a_filter_does_not_show_what_is_searched_for() {
        let by = [Filter::email_prefix("ada@example.com"), Filter::username_prefix("ada")];
        let plan = MetadataPath::new(MetadataOf::App, ["plan"]);
        let gold = Filter::Metadata(plan, ValueTest::Like(Pattern::exact("gold")));
        let search = format!("{:?}", Filter::And(vec![Filter::Or(by.to_vec()), gold.negated()]));
        let by = "Or([Text(Email, Pattern(..*)), Text(Username, Pattern(..*))])";
        let plan = r#"Not(Metadata(MetadataPath { of: App, keys: ["plan"] }, Like(Pattern(..))))"#;
        assert_eq!(search, format!("And([{by}, {plan}])"));
    }
}
