use crate::{
    clock::Timestamp,
    password::PasswordHash,
    user::{LegacyKey, Profile},
};

/// A person as the legacy system knows them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LegacyUser {
    /// Who they are there.
    pub key: LegacyKey,
    /// What is known of them.
    pub profile: Profile,
    /// The stored hash, where the connection can read it: for bulk import. A log-in never needs it.
    pub password_hash: Option<PasswordHash>,
    /// With a [`Verdict::Match`](super::Verdict::Match): whether the scheme of `password_hash` looked at a part of the
    /// password only. The rest was never proven, so the hash itself moves, not a new one of the whole. Without a hash
    /// that can be verified here the log-in is an error.
    pub truncated: bool,
    /// When the account was made.
    pub created_at: Option<Timestamp>,
    /// The last log-in there.
    pub last_login: Option<Timestamp>,
    /// Number of log-ins there.
    pub login_count: u64,
    /// When the password was last chosen.
    pub password_set_at: Option<Timestamp>,
}

impl LegacyUser {
    /// A person of whom no more is known than this.
    pub const fn new(key: LegacyKey, profile: Profile) -> Self {
        Self {
            key,
            profile,
            password_hash: None,
            truncated: false,
            created_at: None,
            last_login: None,
            login_count: 0,
            password_set_at: None,
        }
    }
}
