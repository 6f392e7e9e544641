use std::fmt;

use crate::{
    identifier::{Identifier, IdentifierKind},
    migrator::RecoveryToken,
    password::Password,
    user::{LinkedIdentity, Profile, UserId},
};

/// A log-in with a password. `Debug` shows nothing of the person.
#[derive(Clone)]
#[non_exhaustive]
pub struct LogIn {
    /// What was typed as name.
    pub identifier: String,
    /// What was typed as password.
    pub password: Password,
    /// Where the attempt comes from, as throttling should count it: the client's address, say.
    pub origin: Option<String>,
    /// Which tenant the person logs in to: for [cohorts](crate::phase::Cohort::tenants), and for the
    /// [legacy system](crate::legacy::LegacyAttempt::tenant).
    pub tenant: Option<String>,
    /// Whether the caller may know that the account exists.
    pub trusted: bool,
}

impl LogIn {
    /// A log-in of whoever is called `identifier`.
    pub fn new(identifier: impl Into<String>, password: impl Into<Password>) -> Self {
        Self { identifier: identifier.into(), password: password.into(), origin: None, tenant: None, trusted: false }
    }

    /// Where the attempt comes from.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }

    /// Which tenant the person logs in to.
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// The caller already knows that the account exists (a support desk, a client with a proven e-mail address) and
    /// may be told that a reset is required.
    pub const fn trusted(mut self) -> Self {
        self.trusted = true;
        self
    }
}

impl fmt::Debug for LogIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogIn").field("trusted", &self.trusted).finish_non_exhaustive()
    }
}

/// A new account. `Debug` shows nothing of the person.
#[derive(Clone)]
#[non_exhaustive]
pub struct SignUp {
    /// The identifiers as they were typed, at most one a kind.
    pub identifiers: Vec<(IdentifierKind, String)>,
    /// The password.
    pub password: Password,
    /// Names and metadata. Identifiers in it are ignored, and whether they are verified.
    pub profile: Profile,
    /// The permanent id, where the host chooses it; one that is taken is [`Refusal::Taken`](super::Refusal::Taken).
    pub id: Option<UserId>,
    /// The kinds of identifiers that the host vouches for: they are stored as verified.
    pub verified: Vec<IdentifierKind>,
    /// Which tenant the person signs up to.
    pub tenant: Option<String>,
}

impl SignUp {
    /// An account with this e-mail address.
    pub fn email(email: impl Into<String>, password: impl Into<Password>) -> Self {
        Self::with(IdentifierKind::Email, email, password)
    }

    /// An account with this user name.
    pub fn username(username: impl Into<String>, password: impl Into<Password>) -> Self {
        Self::with(IdentifierKind::Username, username, password)
    }

    /// An account with this identifier.
    pub fn with(kind: IdentifierKind, identifier: impl Into<String>, password: impl Into<Password>) -> Self {
        Self {
            identifiers: vec![(kind, identifier.into())],
            password: password.into(),
            profile: Profile::default(),
            id: None,
            verified: Vec::new(),
            tenant: None,
        }
    }

    /// Under this permanent id, which nobody has. A new one is made unless given.
    pub fn id(mut self, id: UserId) -> Self {
        self.id = Some(id);
        self
    }

    /// The host vouches for the identifier of this kind: an administrator types it, or the person has just proven it.
    pub fn verified(mut self, kind: IdentifierKind) -> Self {
        self.verified.push(kind);
        self
    }

    /// Another identifier.
    pub fn and(mut self, kind: IdentifierKind, identifier: impl Into<String>) -> Self {
        self.identifiers.push((kind, identifier.into()));
        self
    }

    /// Names and metadata.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Which tenant the person signs up to.
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }
}

impl fmt::Debug for SignUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignUp").field("profile", &self.profile).finish_non_exhaustive()
    }
}

/// The end of a recovery.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CompleteRecovery {
    /// What came back from the person's mail.
    pub token: RecoveryToken,
    /// The password that they want.
    pub password: Password,
}

impl CompleteRecovery {
    /// Sets `password` by the proof of `token`.
    pub fn new(token: impl Into<RecoveryToken>, password: impl Into<Password>) -> Self {
        Self { token: token.into(), password: password.into() }
    }
}

/// A change of password.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChangePassword {
    /// Whose.
    pub user: UserId,
    /// The present password; `None` if the host vouches for the caller.
    pub current: Option<Password>,
    /// The new one.
    pub new: Password,
}

impl ChangePassword {
    /// A change by the user, who shows the present password.
    pub fn by_user(user: UserId, current: impl Into<Password>, new: impl Into<Password>) -> Self {
        Self { user, current: Some(current.into()), new: new.into() }
    }

    /// A change by somebody for whom the host vouches: an administrator.
    pub fn by_authority(user: UserId, new: impl Into<Password>) -> Self {
        Self { user, current: None, new: new.into() }
    }
}

/// A change of identifier, for whose caller the host vouches. `Debug` shows the kind only.
#[derive(Clone)]
#[non_exhaustive]
pub struct ChangeIdentifier {
    /// Whose.
    pub user: UserId,
    /// Which.
    pub kind: IdentifierKind,
    /// What it is to be, as it was typed.
    pub identifier: String,
    /// Whether the person was shown to own it.
    pub verified: bool,
}

impl ChangeIdentifier {
    /// Gives `user` this identifier, not verified.
    pub fn new(user: UserId, kind: IdentifierKind, identifier: impl Into<String>) -> Self {
        Self { user, kind, identifier: identifier.into(), verified: false }
    }

    /// The person was shown to own it.
    pub const fn verified(mut self) -> Self {
        self.verified = true;
        self
    }
}

impl fmt::Debug for ChangeIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeIdentifier").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// An identity that the host has proven without a password.
///
/// Only pass an identifier that the proof is about: an address that the provider says is *verified*, or one to which
/// a link was mailed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifiedIdentity {
    /// The identifier that was proven.
    pub identifier: Identifier,
    /// The account at the identity provider, to be linked to the user when they move.
    pub identity: Option<LinkedIdentity>,
    /// Which tenant the person comes in to.
    pub tenant: Option<String>,
}

impl VerifiedIdentity {
    /// The person with `identifier`.
    pub const fn new(identifier: Identifier) -> Self {
        Self { identifier, identity: None, tenant: None }
    }

    /// Proven by this account at an identity provider. It is linked to the user when they move.
    pub fn identity(mut self, identity: LinkedIdentity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Which tenant the person comes in to.
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }
}
