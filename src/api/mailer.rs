use std::{error::Error as StdError, fmt};

use async_trait::async_trait;

use crate::{bulk::ImportStatus, identifier::Identifier, user::UserId};

/// Sends the messages that the API has to send: the host's to write. The worker calls it, and no request waits for it.
#[async_trait]
pub trait Mailer: fmt::Debug + Send + Sync + 'static {
    /// Asks a person to show that an address is theirs, by a link to a page of the host's that gives the ticket to
    /// [`Api::verify_email`](super::Api::verify_email).
    ///
    /// # Errors
    ///
    /// When it cannot be handed on now. It is tried again, with pauses, five times in all.
    async fn verification_email(&self, message: VerificationEmail) -> Result<(), MailError>;

    /// Tells whoever should know that an import is over, whose request did not decline it.
    ///
    /// # Errors
    ///
    /// When it cannot be handed on. It is logged, and not tried again.
    async fn import_finished(&self, job: &ImportStatus) -> Result<(), MailError>;
}

/// What a person is to be sent. `Debug` shows nothing of it.
#[derive(Clone)]
#[non_exhaustive]
pub struct VerificationEmail {
    /// The address.
    pub to: Identifier,
    /// Whose it is to be.
    pub user: UserId,
    /// What [`Api::verify_email`](super::Api::verify_email) takes: URL-safe text, good for
    /// [`ApiLimits::verification`](super::ApiLimits::verification).
    pub ticket: String,
}

impl VerificationEmail {
    pub(super) const fn new(to: Identifier, user: UserId, ticket: String) -> Self {
        Self { to, user, ticket }
    }
}

impl fmt::Debug for VerificationEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerificationEmail(..)")
    }
}

/// A message could not be handed on.
#[derive(Debug, thiserror::Error)]
#[error("the message cannot be handed on")]
pub struct MailError(#[source] Box<dyn StdError + Send + Sync>);

impl MailError {
    /// For this reason. It is logged, so it must not hold an address.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(source.into())
    }
}
