use crate::{
    clock::Timestamp,
    user::{Moved, User},
};

/// A time that is kept of a user.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum TimeField {
    /// When the account was made.
    CreatedAt,
    /// The last log-in.
    LastLogin,
    /// When the user moved here.
    MovedAt,
    /// When the password was chosen.
    PasswordSetAt,
    /// When the row was last changed.
    UpdatedAt,
}

impl TimeField {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::CreatedAt, Self::LastLogin, Self::MovedAt, Self::PasswordSetAt, Self::UpdatedAt];

    /// The time, if the user has one.
    pub fn value(self, user: &User) -> Option<Timestamp> {
        match self {
            Self::CreatedAt => Some(user.created_at),
            Self::LastLogin => user.last_login,
            Self::MovedAt => user.moved.map(|Moved { at, .. }| at),
            Self::PasswordSetAt => user.password_set_at,
            Self::UpdatedAt => Some(user.updated_at),
        }
    }

    /// Whether every user has one.
    pub const fn is_always_there(self) -> bool {
        match self {
            Self::CreatedAt | Self::UpdatedAt => true,
            Self::LastLogin | Self::MovedAt | Self::PasswordSetAt => false,
        }
    }
}

/// A stretch of time; an end that is `None` is open.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct TimeRange {
    /// Its first moment.
    pub from: Option<Timestamp>,
    /// The first moment after it.
    pub until: Option<Timestamp>,
}

impl TimeRange {
    /// All of time.
    pub const ALL: Self = Self { from: None, until: None };

    /// At or after `from`, and before `until`.
    pub const fn new(from: Timestamp, until: Timestamp) -> Self {
        Self { from: Some(from), until: Some(until) }
    }

    /// Whether `at` is in it.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}
