use std::fmt;

use async_trait::async_trait;

use super::StoreError;
use crate::{
    clock::Timestamp,
    user::{CredentialKind, MovedBy, SourceName, User, UserId},
};

/// The capability to find users by what is known of them.
#[async_trait]
pub trait SearchStore: fmt::Debug + Send + Sync {
    /// One page of the users that match, in the order asked for.
    ///
    /// The order is total (ties are broken by id), so pages walked by [`SearchPage::next`] neither repeat nor skip a
    /// user who is there for the whole walk and does not change.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn search(&self, search: &Search) -> Result<SearchPage, StoreError>;

    /// How many users match.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn count(&self, filter: &Filter) -> Result<u64, StoreError>;
}

/// Which users. Text is compared byte by byte in its normal form. `Debug` does not show prefixes of identifiers.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Filter {
    /// Everybody.
    All,
    /// Those who match every one.
    And(Vec<Filter>),
    /// Whether barred by the operator.
    Blocked(bool),
    /// Those made at or after the first time and before the second.
    CreatedWithin(Timestamp, Timestamp),
    /// Those with this kind of credential.
    Credential(CredentialKind),
    /// Those whose e-mail address begins with this normal form.
    EmailPrefix(String),
    /// Those whose last log-in was at or after the first time and before the second.
    LastLoginWithin(Timestamp, Timestamp),
    /// Those who have moved, or have not.
    Moved(bool),
    /// Those who moved this way.
    MovedBy(MovedBy),
    /// Those who do not match.
    Not(Box<Filter>),
    /// Those who match at least one.
    Or(Vec<Filter>),
    /// Those who come from this legacy system.
    Source(SourceName),
    /// Those whose user name begins with this normal form.
    UsernamePrefix(String),
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("All"),
            Self::And(filters) => f.debug_tuple("And").field(filters).finish(),
            Self::Blocked(blocked) => f.debug_tuple("Blocked").field(blocked).finish(),
            Self::CreatedWithin(from, to) => f.debug_tuple("CreatedWithin").field(from).field(to).finish(),
            Self::Credential(kind) => f.debug_tuple("Credential").field(kind).finish(),
            Self::EmailPrefix(_) => f.write_str("EmailPrefix(..)"),
            Self::LastLoginWithin(from, to) => f.debug_tuple("LastLoginWithin").field(from).field(to).finish(),
            Self::Moved(moved) => f.debug_tuple("Moved").field(moved).finish(),
            Self::MovedBy(by) => f.debug_tuple("MovedBy").field(by).finish(),
            Self::Not(filter) => f.debug_tuple("Not").field(filter).finish(),
            Self::Or(filters) => f.debug_tuple("Or").field(filters).finish(),
            Self::Source(source) => f.debug_tuple("Source").field(source).finish(),
            Self::UsernamePrefix(_) => f.write_str("UsernamePrefix(..)"),
        }
    }
}

/// In which order. Users without the value come last.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Order {
    /// By id.
    #[default]
    Id,
    /// By the time the account was made, the newest first.
    NewestFirst,
    /// By the last log-in, the latest first.
    LatestLoginFirst,
}

/// A search: who, in which order, which page.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Search {
    /// Which users.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// Where the page begins: what the page before gave as [`SearchPage::next`].
    pub after: Option<SearchCursor>,
    /// How many users a page holds at most.
    pub limit: usize,
}

impl Search {
    /// The first page of the users that match, 50 at most, by id.
    pub const fn new(filter: Filter) -> Self {
        Self { filter, order: Order::Id, after: None, limit: 50 }
    }

    /// In this order.
    pub const fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// This many users at most.
    pub const fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// The page that begins here.
    pub fn after(mut self, cursor: SearchCursor) -> Self {
        self.after = Some(cursor);
        self
    }
}

/// A place in an ordered list of users.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SearchCursor {
    /// The last user's value of the order: microseconds, or `None` for users without it and for the order by id.
    pub value: Option<i64>,
    /// The last user's id.
    pub id: UserId,
}

impl SearchCursor {
    /// The place after `user` in this order. For store authors.
    pub fn after(user: &User, order: Order) -> Self {
        Self { value: order.value(user), id: user.id.clone() }
    }
}

impl Order {
    /// The number that users are ordered by, in microseconds; `None` for the order by id and where there is none.
    pub fn value(self, user: &User) -> Option<i64> {
        match self {
            Self::Id => None,
            Self::NewestFirst => Some(user.created_at.as_micros()),
            Self::LatestLoginFirst => user.last_login.map(Timestamp::as_micros),
        }
    }
}

/// One page of a search.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SearchPage {
    /// The users.
    pub users: Vec<User>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<SearchCursor>,
}

impl SearchPage {
    /// A page. For store authors.
    pub const fn new(users: Vec<User>, next: Option<SearchCursor>) -> Self {
        Self { users, next }
    }
}

impl Filter {
    /// Whether `user` matches: the meaning that every store's own search must have.
    pub fn matches(&self, user: &User) -> bool {
        match self {
            Self::All => true,
            Self::And(filters) => filters.iter().all(|filter| filter.matches(user)),
            Self::Blocked(blocked) => user.is_blocked() == *blocked,
            Self::CreatedWithin(from, to) => (*from..*to).contains(&user.created_at),
            Self::Credential(kind) => user.credential.kind() == *kind,
            Self::EmailPrefix(prefix) => {
                user.profile.email.as_ref().is_some_and(|email| email.normal().starts_with(prefix))
            }
            Self::LastLoginWithin(from, to) => user.last_login.is_some_and(|at| (*from..*to).contains(&at)),
            Self::Moved(moved) => user.moved.is_some() == *moved,
            Self::MovedBy(by) => user.moved.is_some_and(|moved| moved.by == *by),
            Self::Not(filter) => !filter.matches(user),
            Self::Or(filters) => filters.iter().any(|filter| filter.matches(user)),
            Self::Source(source) => user.legacy.as_ref().is_some_and(|legacy| legacy.source() == source),
            Self::UsernamePrefix(prefix) => {
                user.profile.username.as_ref().is_some_and(|name| name.normal().starts_with(prefix))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_does_not_show_what_is_searched_for() {
        let by = [Filter::EmailPrefix("ada@example.com".into()), Filter::UsernamePrefix("ada".into())];
        let search = format!("{:?}", Filter::And(vec![Filter::Or(by.to_vec()), Filter::Not(Box::new(Filter::All))]));
        assert_eq!(search, "And([Or([EmailPrefix(..), UsernamePrefix(..)]), Not(All)])");
    }
}
