use std::{collections::BTreeSet, error::Error as StdError, fmt};

use async_trait::async_trait;

use super::Scope;

/// Says what the bearer of a token may do.
///
/// The host's to write: a look at its sessions, a call to its authorisation server, a JWT that is verified. Until one
/// is given, everybody is refused.
///
/// ```
/// use async_trait::async_trait;
/// use waystation::api::{Authoriser, Denied, Scopes};
///
/// /// Asks the service that knows.
/// #[derive(Debug)]
/// struct Introspection;
///
/// # impl Introspection {
/// #     async fn ask(&self, _: &str) -> Result<Option<String>, std::io::Error> { Ok(Some("read:users".into())) }
/// # }
/// #[async_trait]
/// impl Authoriser for Introspection {
///     async fn authorise(&self, token: &str) -> Result<Scopes, Denied> {
///         match self.ask(token).await {
///             Ok(Some(scope)) => Ok(Scopes::parse(&scope)),
///             Ok(None) => Err(Denied::Invalid),
///             Err(error) => Err(Denied::unavailable(error)),
///         }
///     }
/// }
/// ```
#[async_trait]
pub trait Authoriser: fmt::Debug + Send + Sync + 'static {
    /// What the bearer of `token` may do. The token is what the client sent, 8 KiB at most, and nothing else is known
    /// of it.
    ///
    /// # Errors
    ///
    /// When it is nobody's token, or that could not be found out.
    async fn authorise(&self, token: &str) -> Result<Scopes, Denied>;
}

/// What a caller may do.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// These.
    pub fn new(scopes: impl IntoIterator<Item = Scope>) -> Self {
        Self(scopes.into_iter().collect())
    }

    /// The `scope` of a token: names with blanks between them (RFC 6749, section 3.3). Those of other services are
    /// left out.
    pub fn parse(scope: &str) -> Self {
        let named = |name: &str| Scope::ALL.iter().copied().find(|scope| scope.as_str() == name);
        Self(scope.split(' ').filter_map(named).collect())
    }

    /// Whether this is one of them.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }
}

/// Why nobody was let in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Denied {
    /// The token is nobody's, or its time is up.
    #[error("the token is not valid")]
    Invalid,
    /// It cannot be found out now.
    #[error("the token cannot be checked now")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
}

impl Denied {
    /// It cannot be found out now, for this reason. It is logged, so it must not hold the token.
    pub fn unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }
}

/// Lets nobody in.
#[derive(Debug)]
pub(super) struct Nobody;

#[async_trait]
impl Authoriser for Nobody {
    async fn authorise(&self, _: &str) -> Result<Scopes, Denied> {
        Err(Denied::Invalid)
    }
}
