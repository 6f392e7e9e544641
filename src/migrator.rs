//! What a host calls.

use std::{fmt, sync::Arc};

use async_trait::async_trait;

use crate::{error::Error, identifier::Identifier, user::UserId};

mod background;
mod draft;
mod flight;
mod floor;
mod lazy;
mod outcome;
mod recovery;
mod request;
mod throttle;
mod unknown;
#[cfg(feature = "write-back")]
mod write_back;

pub mod machine;

pub use draft::UserIds;
#[cfg(feature = "bulk")]
pub(crate) use draft::generated_id;
pub use floor::LatencyFloor;
pub use lazy::{LazyMigrator, LazyMigratorBuilder};
pub use outcome::{
    ChangeOutcome, LogInOutcome, MustChange, Origin, RecoveryOutcome, Refusal, Session, SignUpOutcome,
    WriteBackOutcome, WriteBackReport,
};
pub use recovery::{Delivery, Recovery, RecoveryToken};
pub use request::{ChangeIdentifier, ChangePassword, CompleteRecovery, LogIn, SignUp, VerifiedIdentity};
pub use throttle::{Throttle, ThrottleBuilder};
#[cfg(feature = "write-back")]
#[cfg_attr(docsrs, doc(cfg(feature = "write-back")))]
pub use write_back::WriteBack;

/// Log-in, sign-up, recovery and the rest of a user's life, across two systems.
///
/// A trait, so that a host's own tests can replace it and decorators can wrap it. [`LazyMigrator`] is the one that
/// migrates.
///
/// An *outcome* is a decision, "wrong password" among them. An [`Error`] means that nothing could be decided: it never
/// counts as a failed attempt, and [`Error::is_unavailable`] tells an outage from a fault.
///
/// Every future may be dropped at any point: the user has then moved, or has not.
///
/// ```
/// use async_trait::async_trait;
/// use waystation::migrator::*;
/// use waystation::{Error, Identifier, UserId};
///
/// /// Refuses everybody during maintenance.
/// #[derive(Debug)]
/// struct Maintenance;
///
/// #[async_trait]
/// impl Migrator for Maintenance {
///     async fn log_in(&self, _: LogIn) -> Result<LogInOutcome, Error> {
///         Err(Error::unavailable("maintenance"))
///     }
///
///     async fn sign_up(&self, _: SignUp) -> Result<SignUpOutcome, Error> {
///         Err(Error::unavailable("maintenance"))
///     }
///
///     async fn begin_recovery(&self, _: &Identifier) -> Result<Recovery, Error> {
///         Err(Error::unavailable("maintenance"))
///     }
///
///     async fn complete_recovery(&self, _: CompleteRecovery) -> Result<RecoveryOutcome, Error> {
///         Err(Error::unavailable("maintenance"))
///     }
///
///     async fn change_password(&self, _: ChangePassword) -> Result<ChangeOutcome, Error> {
///         Err(Error::unavailable("maintenance"))
///     }
///
///     async fn change_identifier(&self, _: ChangeIdentifier) -> Result<ChangeOutcome, Error> {
///         Err(Error::unavailable("maintenance"))
///     }
///
///     async fn adopt(&self, _: VerifiedIdentity) -> Result<LogInOutcome, Error> {
///         Err(Error::unavailable("maintenance"))
///     }
///
///     async fn delete(&self, _: &UserId) -> Result<bool, Error> {
///         Err(Error::unavailable("maintenance"))
///     }
/// }
/// ```
#[async_trait]
pub trait Migrator: fmt::Debug + Send + Sync + 'static {
    /// Logs a person in with a password, and moves them if this is the first time.
    ///
    /// # Errors
    ///
    /// When it could not be decided whether the password is right.
    async fn log_in(&self, attempt: LogIn) -> Result<LogInOutcome, Error>;

    /// Makes an account, unless one with the same identifier exists here or waits at the legacy system.
    ///
    /// # Errors
    ///
    /// When either system could not be asked: a sign-up fails closed, or a stranger could take the address of somebody
    /// who has not moved yet.
    async fn sign_up(&self, request: SignUp) -> Result<SignUpOutcome, Error>;

    /// Prepares a message to somebody who lost their password, whether they have moved or not.
    ///
    /// Answers the same in every case, and no sooner than the floor that the migrator was built with. Tell the person the same
    /// sentence whatever [`Recovery::delivery`] says. What the person typed becomes an [`Identifier`] by
    /// [`IdentifierRules::parse`](crate::IdentifierRules::parse) of the same rules as the migrator's; where it does not,
    /// nobody has it, and the sentence is the same.
    ///
    /// # Errors
    ///
    /// When the store could not be asked. That the legacy system could not be asked is a [`Delivery`], so that an
    /// outage does not tell who has moved.
    async fn begin_recovery(&self, identifier: &Identifier) -> Result<Recovery, Error>;

    /// Sets a new password with a token from [`begin_recovery`](Self::begin_recovery), and moves the person if need
    /// be. From then on their legacy password is worth nothing here.
    ///
    /// # Errors
    ///
    /// When it could not be done now. The token stays good.
    async fn complete_recovery(&self, request: CompleteRecovery) -> Result<RecoveryOutcome, Error>;

    /// Gives a user another password.
    ///
    /// # Errors
    ///
    /// When the present password could not be checked, or the new one not be stored.
    async fn change_password(&self, request: ChangePassword) -> Result<ChangeOutcome, Error>;

    /// Gives a user another e-mail address, phone number or user name.
    ///
    /// # Errors
    ///
    /// When it could not be decided whether the identifier is free.
    async fn change_identifier(&self, request: ChangeIdentifier) -> Result<ChangeOutcome, Error>;

    /// Lets in a person whose identity was proven without a password, by an identity provider or a link in a mail, and
    /// moves their profile if this is the first time. The password follows at the first log-in with one.
    ///
    /// # Errors
    ///
    /// When either system could not be asked.
    async fn adopt(&self, proof: VerifiedIdentity) -> Result<LogInOutcome, Error>;

    /// Deletes a user and sees to it that the legacy system does not bring them back. `false` if there is no such user.
    ///
    /// # Errors
    ///
    /// When the store could not be asked.
    async fn delete(&self, id: &UserId) -> Result<bool, Error>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<M: Migrator + ?Sized> Migrator for Arc<M> {
    async fn log_in(&self, attempt: LogIn) -> Result<LogInOutcome, Error> {
        (**self).log_in(attempt).await
    }

    async fn sign_up(&self, request: SignUp) -> Result<SignUpOutcome, Error> {
        (**self).sign_up(request).await
    }

    async fn begin_recovery(&self, identifier: &Identifier) -> Result<Recovery, Error> {
        (**self).begin_recovery(identifier).await
    }

    async fn complete_recovery(&self, request: CompleteRecovery) -> Result<RecoveryOutcome, Error> {
        (**self).complete_recovery(request).await
    }

    async fn change_password(&self, request: ChangePassword) -> Result<ChangeOutcome, Error> {
        (**self).change_password(request).await
    }

    async fn change_identifier(&self, request: ChangeIdentifier) -> Result<ChangeOutcome, Error> {
        (**self).change_identifier(request).await
    }

    async fn adopt(&self, proof: VerifiedIdentity) -> Result<LogInOutcome, Error> {
        (**self).adopt(proof).await
    }

    async fn delete(&self, id: &UserId) -> Result<bool, Error> {
        (**self).delete(id).await
    }
}
