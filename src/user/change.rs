use super::{Credential, LegacyKey, Moved, Profile, UserId};
use crate::{clock::Timestamp, store::Outgoing};

/// A user to be inserted, whole.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewUser {
    /// Permanent id.
    pub id: UserId,
    /// Identifiers, names, metadata, factors.
    pub profile: Profile,
    /// How the user proves themselves.
    pub credential: Credential,
    /// Who they are at the legacy system.
    pub legacy: Option<LegacyKey>,
    /// When and how they moved.
    pub moved: Option<Moved>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// The last log-in.
    pub last_login: Option<Timestamp>,
    /// Number of log-ins.
    pub login_count: u64,
    /// When the password was last chosen by its owner.
    pub password_set_at: Option<Timestamp>,
    /// The time of the insert; becomes `updated_at`.
    pub at: Timestamp,
    /// What is to be queued in the same step. See [`OutboxStore`](crate::store::OutboxStore).
    pub outgoing: Vec<Outgoing>,
}

impl NewUser {
    /// A user made at `at`, who has never logged in.
    pub const fn new(id: UserId, profile: Profile, credential: Credential, at: Timestamp) -> Self {
        Self {
            id,
            profile,
            credential,
            legacy: None,
            moved: None,
            created_at: at,
            last_login: None,
            login_count: 0,
            password_set_at: None,
            at,
            outgoing: Vec::new(),
        }
    }
}

/// What to change of a user. Fields that are `None` stay as they are.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UserChange {
    /// The whole new profile.
    pub profile: Option<Profile>,
    /// The new credential.
    pub credential: Option<CredentialChange>,
    /// Who they are at the legacy system.
    pub legacy: Option<LegacyKey>,
    /// When and how they moved.
    pub moved: Option<Moved>,
    /// The time of the change; becomes `updated_at`.
    pub at: Timestamp,
    /// What is to be queued in the same step. See [`OutboxStore`](crate::store::OutboxStore).
    pub outgoing: Vec<Outgoing>,
}

impl UserChange {
    /// A change at `at` that changes nothing yet.
    pub const fn at(at: Timestamp) -> Self {
        Self { profile: None, credential: None, legacy: None, moved: None, at, outgoing: Vec::new() }
    }

    /// Replaces the profile.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = Some(profile);
        self
    }

    /// Replaces the credential by one that the owner just chose: the age of the password starts anew.
    pub fn new_password(mut self, credential: Credential) -> Self {
        self.credential = Some(CredentialChange { credential, password_set_at: Some(self.at) });
        self
    }

    /// Replaces the credential by another form of the same password: the age of the password stays.
    pub fn same_password(mut self, credential: Credential) -> Self {
        self.credential = Some(CredentialChange { credential, password_set_at: None });
        self
    }

    /// Sets who they are at the legacy system.
    pub fn legacy(mut self, legacy: LegacyKey) -> Self {
        self.legacy = Some(legacy);
        self
    }

    /// Sets when and how they moved.
    pub const fn moved(mut self, moved: Moved) -> Self {
        self.moved = Some(moved);
        self
    }
}

/// A new credential, and whether the password behind it is a new one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CredentialChange {
    /// The credential.
    pub credential: Credential,
    /// When its owner chose the password; `None` keeps the date that the row has.
    pub password_set_at: Option<Timestamp>,
}
