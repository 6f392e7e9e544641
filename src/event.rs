//! What happened, for audit logs and metrics.

use std::{fmt, time::Duration};

use crate::{
    clock::Timestamp,
    migrator::{MustChange, Origin, Refusal, WriteBackOutcome},
    store::KeyKind,
    user::{MovedBy, SourceName, UserId},
};

/// Something that happened. Made from types that hold no secret and no identifier: an observer cannot log what it is
/// not given. The [`UserId`] names a row to those who can look it up.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
}

impl Event {
    /// What happened at `at`. For tests of observers, and for decorators that tell observers of their own.
    pub const fn new(at: Timestamp, kind: EventKind) -> Self {
        Self { at, kind }
    }
}

/// The kinds of [`Event`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EventKind {
    /// Somebody came in without a password.
    Adopted {
        /// Who.
        user: UserId,
    },
    /// Somebody came in with a password.
    Authenticated {
        /// Who.
        user: UserId,
        /// By which road.
        origin: Origin,
        /// The scheme of the stored hash.
        scheme: Option<String>,
        /// Whether the password must be changed.
        must_change: Option<MustChange>,
    },
    /// A profile was kept for the first time of somebody who stays at the legacy system for now.
    Cached {
        /// Who.
        user: UserId,
        /// Which legacy system.
        source: Option<SourceName>,
    },
    /// A person with a right password could not move, because another row has one of their keys: an operator must look.
    Conflict {
        /// Which kind of key.
        key: KeyKind,
    },
    /// Somebody was deleted.
    Deleted {
        /// Who.
        user: UserId,
    },
    /// An attempt could not be decided.
    Failed {
        /// The class of the failure.
        kind: crate::error::ErrorKind,
    },
    /// An identifier was changed.
    IdentifierChanged {
        /// Whose.
        user: UserId,
    },
    /// A legacy system was asked.
    LegacyAsked {
        /// What came of it: a verdict, or the class of the error.
        answer: &'static str,
        /// How long it took.
        took: Duration,
    },
    /// Somebody has moved.
    Migrated {
        /// Who.
        user: UserId,
        /// From which legacy system.
        source: Option<SourceName>,
        /// How.
        by: MovedBy,
    },
    /// A password was chosen anew.
    PasswordChanged {
        /// Whose.
        user: UserId,
    },
    /// In [`Phase::Shadow`](crate::phase::Phase::Shadow), the copy of a profile was not what the legacy system has now.
    ProfileDiffered {
        /// Whose.
        user: UserId,
        /// The names of the fields that differed.
        fields: Vec<&'static str>,
    },
    /// A message to somebody who lost their password is due, or would be if there were such an account.
    RecoveryBegun {
        /// Whether there is somebody to send it to.
        deliverable: bool,
    },
    /// Somebody was refused. The reason is the true one, also where the caller was told less.
    Refused {
        /// Why.
        reason: Refusal,
    },
    /// A stored hash was replaced by a stronger one of the same password, or it should have been.
    Rehashed {
        /// Whose.
        user: UserId,
        /// The scheme it was.
        from: Option<String>,
        /// Whether it was replaced. If not, the next log-in tries again.
        replaced: bool,
    },
    /// In [`Phase::Shadow`](crate::phase::Phase::Shadow), the store would have decided otherwise than the legacy system.
    ShadowDiffers {
        /// Who.
        user: UserId,
        /// What the legacy system decided.
        legacy_let_in: bool,
        /// What the store would have decided.
        store_would_let_in: bool,
    },
    /// Somebody signed up.
    SignedUp {
        /// Who.
        user: UserId,
    },
    /// The legacy system was told of a change, or could not be told.
    WrittenBack {
        /// Whose.
        user: UserId,
        /// What came of it.
        outcome: WriteBackOutcome,
    },
}

impl EventKind {
    /// The stable name of the kind.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Adopted { .. } => "adopted",
            Self::Authenticated { .. } => "authenticated",
            Self::Cached { .. } => "cached",
            Self::Conflict { .. } => "conflict",
            Self::Deleted { .. } => "deleted",
            Self::Failed { .. } => "failed",
            Self::IdentifierChanged { .. } => "identifier_changed",
            Self::LegacyAsked { .. } => "legacy_asked",
            Self::Migrated { .. } => "migrated",
            Self::PasswordChanged { .. } => "password_changed",
            Self::ProfileDiffered { .. } => "profile_differed",
            Self::RecoveryBegun { .. } => "recovery_begun",
            Self::Refused { .. } => "refused",
            Self::Rehashed { .. } => "rehashed",
            Self::ShadowDiffers { .. } => "shadow_differs",
            Self::SignedUp { .. } => "signed_up",
            Self::WrittenBack { .. } => "written_back",
        }
    }
}

/// Told of every [`Event`] of a [`LazyMigrator`](crate::LazyMigrator). What a decorator around it answers by itself, as
/// a [`Throttle`](crate::migrator::Throttle) does above its limit, is told to the caller alone.
///
/// Called on the attempt's own task, so it must be quick: hand the event to a channel for anything slower. A panic in
/// an observer is caught and costs the attempt nothing.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use waystation::event::{Event, EventKind, Observer};
///
/// /// Counts those who have moved.
/// #[derive(Debug, Default)]
/// struct Counter(AtomicU64);
///
/// impl Observer for Counter {
///     fn observe(&self, event: &Event) {
///         if let EventKind::Migrated { .. } = event.kind {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// // Its test needs no migrator:
/// use waystation::{UserId, clock::Timestamp};
///
/// let counter = Counter::default();
/// counter.observe(&Event::new(Timestamp::from_micros(0), EventKind::Deleted { user: UserId::new("1") }));
/// assert_eq!(counter.0.into_inner(), 0);
/// ```
pub trait Observer: fmt::Debug + Send + Sync + 'static {
    /// Something happened.
    fn observe(&self, event: &Event);
}
