use std::{fmt, future::Future, pin::Pin};

use async_trait::async_trait;

use super::{LegacyAttempt, LegacyConnection, LegacyError, LegacyUser, Verdict};
use crate::{
    identifier::Identifier,
    password::Password,
    user::{LegacyKey, SourceName},
};

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, LegacyError>> + Send>>;

/// A connection made of two closures: the shortest way to a legacy system that this crate has no connection for.
///
/// The closures get owned values, so that what they return may live as long as it likes; clone into them what they
/// need. No list of users and no way to change any: implement [`LegacyConnection`] for that.
///
/// ```
/// use waystation::legacy::{FunctionConnection, LegacyUser, Verdict};
/// use waystation::user::{LegacyKey, Profile};
///
/// let person = |identifier| {
///     let mut profile = Profile::default();
///     profile.set_identifier(identifier);
///     LegacyUser::new(LegacyKey::new("everybody", "1"), profile)
/// };
/// let connection = FunctionConnection::new(
///     move |attempt| async move {
///         Ok(match attempt.password.expose() {
///             b"correct horse" => Verdict::Match(Box::new(person(attempt.identifier))),
///             _ => Verdict::Mismatch,
///         })
///     },
///     move |identifier| async move { Ok(Some(person(identifier))) },
/// )
/// .source("everybody");
/// # let _ = connection;
/// ```
pub struct FunctionConnection {
    source: Option<SourceName>,
    authenticate: Box<dyn Fn(FunctionAttempt) -> Answer<Verdict> + Send + Sync>,
    find: Box<dyn Fn(Identifier) -> Answer<Option<LegacyUser>> + Send + Sync>,
}

impl FunctionConnection {
    /// A connection that asks `authenticate` whether a password is right, and `find` who somebody is.
    pub fn new<A, AF, F, FF>(authenticate: A, find: F) -> Self
    where
        A: Fn(FunctionAttempt) -> AF + Send + Sync + 'static,
        AF: Future<Output = Result<Verdict, LegacyError>> + Send + 'static,
        F: Fn(Identifier) -> FF + Send + Sync + 'static,
        FF: Future<Output = Result<Option<LegacyUser>, LegacyError>> + Send + 'static,
    {
        Self {
            source: None,
            authenticate: Box::new(move |attempt| Box::pin(authenticate(attempt))),
            find: Box::new(move |identifier| Box::pin(find(identifier))),
        }
    }

    /// Names the system. Attempts that are meant for another one are then refused with
    /// [`LegacyError::Misconfigured`]; without a name, every attempt is passed on.
    pub fn source(mut self, name: impl Into<SourceName>) -> Self {
        self.source = Some(name.into());
        self
    }
}

impl fmt::Debug for FunctionConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionConnection").field("source", &self.source).finish_non_exhaustive()
    }
}

#[async_trait]
impl LegacyConnection for FunctionConnection {
    async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        if let Some(source) = &self.source {
            attempt.id_at(source)?;
        }
        // The one promise that a closure forgets most easily is kept for it.
        if attempt.password().is_empty() {
            return Ok(Verdict::Mismatch);
        }
        (self.authenticate)(FunctionAttempt::from(attempt)).await
    }

    async fn find(&self, identifier: &Identifier) -> Result<Option<LegacyUser>, LegacyError> {
        (self.find)(identifier.clone()).await
    }
}

/// A [`LegacyAttempt`] that owns what it asks about. `Debug` shows nothing that was typed.
#[derive(Clone)]
#[non_exhaustive]
pub struct FunctionAttempt {
    /// What the person typed.
    pub identifier: Identifier,
    /// The password that the person typed. Never empty.
    pub password: Password,
    /// The tenant that the person logs in to.
    pub tenant: Option<String>,
    /// The one legacy system to ask, if that is known.
    pub source: Option<SourceName>,
    /// Who the person is at the legacy system, if that is known: to be looked up instead of the identifier.
    pub legacy_key: Option<LegacyKey>,
}

impl FunctionAttempt {
    /// The same question, borrowed: to pass it on to another connection.
    pub const fn borrow(&self) -> LegacyAttempt<'_> {
        let mut attempt = LegacyAttempt::new(&self.identifier, &self.password);
        if let Some(tenant) = &self.tenant {
            attempt = attempt.of_tenant(tenant.as_str());
        }
        if let Some(source) = &self.source {
            attempt = attempt.at(source);
        }
        if let Some(key) = &self.legacy_key {
            attempt = attempt.known_as(key);
        }
        attempt
    }
}

impl fmt::Debug for FunctionAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.borrow(), f)
    }
}

impl From<&LegacyAttempt<'_>> for FunctionAttempt {
    fn from(attempt: &LegacyAttempt<'_>) -> Self {
        Self {
            identifier: attempt.identifier().clone(),
            password: attempt.password().clone(),
            tenant: attempt.tenant().map(str::to_owned),
            source: attempt.source().cloned(),
            legacy_key: attempt.legacy_key().cloned(),
        }
    }
}
