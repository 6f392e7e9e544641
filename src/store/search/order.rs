use std::{cmp::Ordering, fmt, str::FromStr};

use super::TimeField;
use crate::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierKind},
    user::{User, UserId},
};

/// In which order: by one value, up or down. Users without the value come last either way, and users with the same are
/// in the order of their ids.
///
/// As text it is what the reference product takes: the field, and `1` for up or `-1` for down.
///
/// ```
/// use waystation::store::{Order, OrderBy};
///
/// assert_eq!("created_at:-1".parse::<Order>()?, Order::NEWEST_FIRST);
/// assert_eq!(Order::ascending(OrderBy::Email).to_string(), "email:1");
/// # Ok::<(), waystation::store::OrderError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Order {
    by: OrderBy,
    descending: bool,
}

/// What users can be ordered by. Text is ordered by the bytes of its normal form.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum OrderBy {
    /// When the account was made.
    CreatedAt,
    /// The e-mail address.
    Email,
    /// The permanent id.
    #[default]
    Id,
    /// The last log-in.
    LastLogin,
    /// Number of log-ins.
    LoginCount,
    /// The phone number.
    Phone,
    /// When the row was last changed.
    UpdatedAt,
    /// The user name.
    Username,
}

/// What a user is ordered by.
#[derive(Clone, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum OrderValue {
    /// A time in microseconds since 1970, or a count.
    Number(i64),
    /// A normal form.
    Text(String),
}

impl fmt::Debug for OrderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "Number({number})"),
            Self::Text(_) => f.write_str("Text(..)"),
        }
    }
}

impl OrderBy {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::CreatedAt,
        Self::Email,
        Self::Id,
        Self::LastLogin,
        Self::LoginCount,
        Self::Phone,
        Self::UpdatedAt,
        Self::Username,
    ];

    /// The field's name in the query syntax.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::Email => "email",
            Self::Id => "user_id",
            Self::LastLogin => "last_login",
            Self::LoginCount => "logins_count",
            Self::Phone => "phone_number",
            Self::UpdatedAt => "updated_at",
            Self::Username => "username",
        }
    }

    /// Whether some users may have no such value.
    pub const fn may_be_missing(self) -> bool {
        match self {
            Self::CreatedAt | Self::Id | Self::LoginCount | Self::UpdatedAt => false,
            Self::Email | Self::LastLogin | Self::Phone | Self::Username => true,
        }
    }

    /// Whether the value is text; if not, it is a number. The id counts as neither: it is always compared last.
    pub(super) const fn is_text(self) -> bool {
        match self {
            Self::Email | Self::Phone | Self::Username => true,
            Self::CreatedAt | Self::Id | Self::LastLogin | Self::LoginCount | Self::UpdatedAt => false,
        }
    }
}

impl Order {
    /// By id.
    pub const ID: Self = Self::ascending(OrderBy::Id);
    /// By the last log-in, the latest first.
    pub const LATEST_LOGIN_FIRST: Self = Self::descending(OrderBy::LastLogin);
    /// By the time the account was made, the newest first.
    pub const NEWEST_FIRST: Self = Self::descending(OrderBy::CreatedAt);

    /// The smallest, the earliest or the first of the alphabet first.
    pub const fn ascending(by: OrderBy) -> Self {
        Self { by, descending: false }
    }

    /// The largest, the latest or the last of the alphabet first.
    pub const fn descending(by: OrderBy) -> Self {
        Self { by, descending: true }
    }

    /// What users are ordered by.
    pub const fn by(self) -> OrderBy {
        self.by
    }

    /// Whether the largest comes first.
    pub const fn is_descending(self) -> bool {
        self.descending
    }

    /// The value that the user is ordered by; `None` for the order by id, and where there is none. For store authors.
    pub fn value(self, user: &User) -> Option<OrderValue> {
        let time = |field: TimeField| field.value(user).map(Timestamp::as_micros).map(OrderValue::Number);
        let text =
            |kind| user.profile.identifier(kind).map(Identifier::normal).map(str::to_owned).map(OrderValue::Text);
        match self.by {
            OrderBy::CreatedAt => time(TimeField::CreatedAt),
            OrderBy::Email => text(IdentifierKind::Email),
            OrderBy::Id => None,
            OrderBy::LastLogin => time(TimeField::LastLogin),
            OrderBy::LoginCount => Some(OrderValue::Number(i64::try_from(user.login_count).unwrap_or(i64::MAX))),
            OrderBy::Phone => text(IdentifierKind::Phone),
            OrderBy::UpdatedAt => time(TimeField::UpdatedAt),
            OrderBy::Username => text(IdentifierKind::Username),
        }
    }

    /// Which of two places, each a value and an id, comes first. For store authors.
    pub fn compare(self, one: (Option<&OrderValue>, &UserId), other: (Option<&OrderValue>, &UserId)) -> Ordering {
        let turned = |ordering: Ordering| if self.descending { ordering.reverse() } else { ordering };
        match (one.0, other.0) {
            (Some(value), Some(others)) => turned(value.cmp(others)),
            (one, other) => one.is_none().cmp(&other.is_none()),
        }
        .then_with(|| turned(one.1.cmp(other.1)))
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.by.as_str(), if self.descending { "-1" } else { "1" })
    }
}

impl FromStr for Order {
    type Err = OrderError;

    fn from_str(text: &str) -> Result<Self, OrderError> {
        let (field, direction) = text.split_once(':').ok_or(OrderError::Form)?;
        let by = OrderBy::ALL.into_iter().find(|by| by.as_str() == field).ok_or(OrderError::Field)?;
        match direction {
            "1" => Ok(Self::ascending(by)),
            "-1" => Ok(Self::descending(by)),
            _ => Err(OrderError::Form),
        }
    }
}

/// Why a text is no [`Order`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// Users are not ordered by this field.
    #[error(
        "users are ordered by created_at, email, user_id, last_login, logins_count, phone_number, updated_at or username"
    )]
    Field,
    /// Not a field, a colon and a direction.
    #[error("an order is a field, a colon, and 1 or -1: created_at:-1")]
    Form,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_as_it_is_written() {
        for by in OrderBy::ALL {
            for order in [Order::ascending(by), Order::descending(by)] {
                assert_eq!(order.to_string().parse(), Ok(order));
            }
        }
        for (text, error) in [
            ("", OrderError::Form),
            ("email", OrderError::Form),
            ("email:", OrderError::Form),
            ("email:+1", OrderError::Form),
            ("email:1 ", OrderError::Form),
            ("name:1", OrderError::Field),
            (" email:1", OrderError::Field),
        ] {
            assert_eq!(text.parse::<Order>(), Err(error), "{text}");
        }
    }
}
