use std::time::Duration;

use crate::{policy::Weakness, user::User};

/// What came of a log-in or an adoption.
#[derive(Clone, Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "hosts must answer every one; another would be a breaking change")]
pub enum LogInOutcome {
    /// The person is who they say. The host makes the session.
    Authenticated(Box<Session>),
    /// Not let in. The reason is for the audit log; show the person [`Refusal::SENTENCE`].
    Refused(Refusal),
}

/// A person who was let in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Session {
    /// Who it is.
    pub user: User,
    /// By which road they came in.
    pub origin: Origin,
    /// Whether they must choose another password next.
    pub must_change_password: Option<MustChange>,
}

impl Session {
    /// A session of `user`. For authors of migrators.
    pub const fn new(user: User, origin: Origin) -> Self {
        Self { user, origin, must_change_password: None }
    }
}

/// By which road a person came in.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Origin {
    /// Identity proven without a password; the profile has just moved.
    Adopted,
    /// The legacy system said so, and the person stays there for now.
    Legacy,
    /// The legacy system said so, and the person has just moved.
    Migrated,
    /// The store said so.
    Store,
}

impl Origin {
    /// The name that events show.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Adopted => "adopted",
            Self::Legacy => "legacy",
            Self::Migrated => "migrated",
            Self::Store => "store",
        }
    }
}

/// Why a person must choose another password.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum MustChange {
    /// The legacy system says so: it has expired there.
    Legacy,
    /// The policy says so.
    Policy(Weakness),
    /// The old hash looked at a part of the password only, and the host wants one that is proven whole
    /// ([`Truncation::MustChange`](crate::password::Truncation::MustChange)).
    Truncated,
}

impl MustChange {
    /// The stable name that metrics show.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Legacy => "legacy",
            Self::Policy(_) => "policy",
            Self::Truncated => "truncated",
        }
    }
}

/// Why somebody was refused: for logs and metrics.
///
/// Do not show it to the person, nor answer differently by it: it tells who exists and who has moved.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// The operator barred the account, here or at the legacy system. Only after a right password where it lives here.
    Blocked,
    /// The password is right, and one of the person's keys belongs to another row: an operator must look.
    Conflict,
    /// What was typed cannot be anybody's identifier.
    InvalidIdentifier,
    /// The policy does not take the password.
    PasswordRejected(Weakness),
    /// The password is longer than is ever hashed.
    PasswordTooLong,
    /// The account has no password that works: recovery is the way in. Told only to a [trusted](super::LogIn::trusted)
    /// caller; others are told [`WrongPassword`](Self::WrongPassword).
    ResetRequired,
    /// The identifier belongs to somebody, here or at the legacy system.
    Taken,
    /// Too many attempts.
    Throttled {
        /// When the next attempt will be heard.
        retry_after: Duration,
    },
    /// The token is too old.
    TokenExpired,
    /// The token was not made here.
    TokenInvalid,
    /// The token was used, or something happened to the account since it was made.
    TokenUsed,
    /// Nobody has this identifier.
    Unknown,
    /// The address was proven by the caller, but is not known to be the user's.
    Unverified,
    /// Wrong password.
    WrongPassword,
}

impl Refusal {
    /// What to tell a person whose log-in was refused, whatever the reason.
    pub const SENTENCE: &'static str = "The name or the password is not right.";

    /// The stable name that events and metrics show.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Conflict => "conflict",
            Self::InvalidIdentifier => "invalid_identifier",
            Self::PasswordRejected(_) => "password_rejected",
            Self::PasswordTooLong => "password_too_long",
            Self::ResetRequired => "reset_required",
            Self::Taken => "taken",
            Self::Throttled { .. } => "throttled",
            Self::TokenExpired => "token_expired",
            Self::TokenInvalid => "token_invalid",
            Self::TokenUsed => "token_used",
            Self::Unknown => "unknown",
            Self::Unverified => "unverified",
            Self::WrongPassword => "wrong_password",
        }
    }
}

/// What came of a sign-up.
#[derive(Clone, Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "hosts must answer every one; another would be a breaking change")]
pub enum SignUpOutcome {
    /// There is an account now.
    Created(Box<User>),
    /// There is none: [`Refusal::Taken`], [`Refusal::PasswordRejected`], [`Refusal::InvalidIdentifier`] and so on.
    Refused(Refusal),
}

/// What came of a recovery.
#[derive(Clone, Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "hosts must answer every one; another would be a breaking change")]
pub enum RecoveryOutcome {
    /// The new password is the user's. They are not logged in by it.
    Completed(Box<User>),
    /// Nothing was changed.
    Refused(Refusal),
}

/// What came of a change.
#[derive(Clone, Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "hosts must answer every one; another would be a breaking change")]
pub enum ChangeOutcome {
    /// The user as they are now.
    Changed(Box<User>),
    /// There is no such user.
    NoSuchUser,
    /// Nothing was changed.
    Refused(Refusal),
}

/// What came of telling the legacy system of a change.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum WriteBackOutcome {
    /// It knows.
    Delivered,
    /// It will not be told.
    Dropped {
        /// Why: `expired`, `gone` (the user is, here or there), or the class of the
        /// [error](crate::legacy::LegacyError::as_str) that the last attempt ended in.
        why: &'static str,
    },
    /// It is told later.
    Postponed {
        /// Why: `sealed` (no key opens the message), or the class of the error.
        why: &'static str,
    },
}

/// How many changes the legacy system was told of.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct WriteBackReport {
    /// Those that it knows now.
    pub delivered: u64,
    /// Those that it will not be told.
    pub dropped: u64,
    /// Those that it is told later.
    pub postponed: u64,
}

impl WriteBackReport {
    /// Counts one.
    pub const fn add(&mut self, outcome: WriteBackOutcome) {
        match outcome {
            WriteBackOutcome::Delivered => self.delivered += 1,
            WriteBackOutcome::Dropped { .. } => self.dropped += 1,
            WriteBackOutcome::Postponed { .. } => self.postponed += 1,
        }
    }
}
