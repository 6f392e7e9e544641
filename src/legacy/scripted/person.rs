use std::fmt;

use crate::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierError, IdentifierRules, StandardRules},
    legacy::LegacyUser,
    password::{Password, constant_time_eq},
    user::{LegacyKey, Profile, SourceName},
};

/// Somebody whom a [`ScriptedConnection`](super::ScriptedConnection) knows.
#[derive(Clone)]
pub struct ScriptedPerson {
    id: String,
    password: Password,
    must_change: bool,
    pub(super) profile: Profile,
    created_at: Option<Timestamp>,
    last_login: Option<Timestamp>,
    login_count: u64,
}

impl ScriptedPerson {
    /// The person whom the legacy system calls `id`.
    pub fn new(id: impl Into<String>, identifier: Identifier, password: impl Into<Password>) -> Self {
        let mut profile = Profile::default();
        profile.set_identifier(identifier);
        Self {
            id: id.into(),
            password: password.into(),
            must_change: false,
            profile,
            created_at: None,
            last_login: None,
            login_count: 0,
        }
    }

    /// The same, with an identifier read by the [`StandardRules`].
    ///
    /// # Errors
    ///
    /// When the rules refuse the text.
    pub fn parse(
        id: impl Into<String>,
        identifier: &str,
        password: impl Into<Password>,
    ) -> Result<Self, IdentifierError> {
        Ok(Self::new(id, StandardRules::new().parse(identifier)?, password))
    }

    /// Gives the person one more identifier, or another of the same kind.
    pub fn identifier(mut self, identifier: Identifier) -> Self {
        self.profile.set_identifier(identifier);
        self
    }

    /// Replaces all that is known of the person. Identifiers that `profile` lacks stay.
    pub fn profile(mut self, profile: Profile) -> Self {
        let before = std::mem::replace(&mut self.profile, profile);
        for identifier in before.identifiers() {
            if self.profile.identifier(identifier.kind()).is_none() {
                self.profile.set_identifier(identifier.clone());
            }
        }
        self
    }

    /// Bars the account: a right password is answered with [`Verdict::Blocked`](crate::legacy::Verdict::Blocked).
    pub const fn blocked(mut self) -> Self {
        self.profile.blocked = true;
        self
    }

    /// A right password is answered with [`Verdict::MatchMustChange`](crate::legacy::Verdict::MatchMustChange).
    pub const fn must_change(mut self) -> Self {
        self.must_change = true;
        self
    }

    /// Sets when the account was made.
    pub const fn created_at(mut self, at: Timestamp) -> Self {
        self.created_at = Some(at);
        self
    }

    /// Sets the last log-in and the number of log-ins.
    pub const fn logged_in(mut self, last: Timestamp, count: u64) -> Self {
        self.last_login = Some(last);
        self.login_count = count;
        self
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn user(&self, source: &SourceName) -> LegacyUser {
        let mut user = LegacyUser::new(LegacyKey::new(source.clone(), &*self.id), self.profile.clone());
        user.created_at = self.created_at;
        user.last_login = self.last_login;
        user.login_count = self.login_count;
        user
    }

    pub(super) fn opens_with(&self, password: &Password) -> bool {
        !password.is_empty() && constant_time_eq(self.password.expose(), password.expose())
    }

    pub(super) const fn has_to_change(&self) -> bool {
        self.must_change
    }

    pub(super) fn set_password(&mut self, password: Password) {
        self.password = password;
    }
}

impl fmt::Debug for ScriptedPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedPerson").field("profile", &self.profile).finish_non_exhaustive()
    }
}
