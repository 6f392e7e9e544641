//! What somebody wants of a migrator.

use crate::{
    identifier::Identifier,
    migrator::{ChangePassword, VerifiedIdentity, machine::Flow, recovery::Claims},
    password::Password,
    phase::Conduct,
    user::{Profile, User, UserId},
};

/// What somebody wants, with everything that it takes.
pub(super) enum Task {
    Adopt { proof: VerifiedIdentity, conduct: Conduct },
    BeginRecovery { identifier: Identifier, conduct: Conduct },
    ChangeIdentifier { user: UserId, identifier: Identifier, verified: bool, conduct: Conduct },
    ChangePassword { request: ChangePassword, conduct: Conduct },
    CompleteRecovery { claims: Claims, password: Password, conduct: Conduct },
    Delete { user: UserId, conduct: Conduct },
    LogIn { identifier: Identifier, password: Password, tenant: Option<String>, conduct: Conduct },
    Rehash { user: Box<User>, password: Password },
    SignUp { id: Option<UserId>, profile: Box<Profile>, password: Password, conduct: Conduct },
}

impl Task {
    pub(super) const fn flow(&self) -> Flow {
        match self {
            Self::Adopt { .. } => Flow::Adopt,
            Self::BeginRecovery { .. } => Flow::BeginRecovery,
            Self::ChangeIdentifier { .. } => Flow::ChangeIdentifier,
            Self::ChangePassword { request, .. } => Flow::ChangePassword { proof: request.current.is_some() },
            Self::CompleteRecovery { claims, .. } => Flow::CompleteRecovery { unmoved: claims.unmoved },
            Self::Delete { .. } => Flow::Delete,
            Self::LogIn { .. } => Flow::LogIn,
            Self::Rehash { .. } => Flow::Rehash,
            Self::SignUp { .. } => Flow::SignUp,
        }
    }

    pub(super) const fn conduct(&self) -> Conduct {
        match self {
            Self::Adopt { conduct, .. }
            | Self::BeginRecovery { conduct, .. }
            | Self::ChangeIdentifier { conduct, .. }
            | Self::ChangePassword { conduct, .. }
            | Self::CompleteRecovery { conduct, .. }
            | Self::Delete { conduct, .. }
            | Self::LogIn { conduct, .. }
            | Self::SignUp { conduct, .. } => *conduct,
            Self::Rehash { .. } => Conduct::SEALED,
        }
    }

    /// The password to be proven.
    pub(super) const fn shown(&self) -> Option<&Password> {
        match self {
            Self::ChangePassword { request, .. } => request.current.as_ref(),
            _ => self.wanted(),
        }
    }

    /// The password to be stored.
    pub(super) const fn wanted(&self) -> Option<&Password> {
        match self {
            Self::ChangePassword { request, .. } => Some(&request.new),
            Self::CompleteRecovery { password, .. }
            | Self::LogIn { password, .. }
            | Self::Rehash { password, .. }
            | Self::SignUp { password, .. } => Some(password),
            Self::Adopt { .. } | Self::BeginRecovery { .. } | Self::ChangeIdentifier { .. } | Self::Delete { .. } => {
                None
            }
        }
    }

    /// The tenant that decides whom the legacy system may be asked about.
    pub(super) fn tenant(&self) -> Option<&str> {
        match self {
            Self::LogIn { tenant, .. } => tenant.as_deref(),
            Self::Adopt { .. }
            | Self::BeginRecovery { .. }
            | Self::ChangeIdentifier { .. }
            | Self::ChangePassword { .. }
            | Self::CompleteRecovery { .. }
            | Self::Delete { .. }
            | Self::Rehash { .. }
            | Self::SignUp { .. } => None,
        }
    }

    /// The identifier that the attempt is about.
    pub(super) const fn identifier(&self) -> Option<&Identifier> {
        match self {
            Self::Adopt { proof, .. } => Some(&proof.identifier),
            Self::BeginRecovery { identifier, .. }
            | Self::ChangeIdentifier { identifier, .. }
            | Self::LogIn { identifier, .. } => Some(identifier),
            Self::CompleteRecovery { claims, .. } => Some(&claims.identifier),
            Self::ChangePassword { .. } | Self::Delete { .. } | Self::Rehash { .. } | Self::SignUp { .. } => None,
        }
    }
}
