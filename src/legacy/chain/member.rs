use std::{error::Error as StdError, fmt};

use super::route::Route;
use crate::{
    identifier::Identifier,
    legacy::{LegacyAttempt, LegacyConnection, LegacyDirectory, LegacyError, LegacyUser, LegacyWriter, Verdict},
    user::{LegacyKey, SourceName},
};

/// One legacy system of a [`Chain`](super::Chain): its name, the way to it, and who is looked for there.
///
/// Without a route, everybody is. Several conditions must all hold.
///
/// ```
/// use waystation::identifier::IdentifierKind;
/// use waystation::legacy::{ChainMember, ScriptedConnection};
///
/// let acme = ChainMember::new("acme-ldap", ScriptedConnection::new("acme-ldap"))
///     .domains(["acme.example"])
///     .including_subdomains();
/// let wholesale = ChainMember::new("wholesale", ScriptedConnection::new("wholesale")).tenants(["trade", "export"]);
/// let by_name = ChainMember::new("mainframe", ScriptedConnection::new("mainframe"))
///     .when(|identifier| identifier.kind() == IdentifierKind::Username);
/// # let _ = (acme, wholesale, by_name);
/// ```
pub struct ChainMember {
    name: SourceName,
    connection: Box<dyn LegacyConnection>,
    route: Route,
    pass_over_when_down: bool,
    look_up_on_mismatch: bool,
}

impl ChainMember {
    /// The system that `connection` leads to. `name` must be the source that the connection's users have in their
    /// [`LegacyKey`]: stored rows remember it.
    pub fn new(name: impl Into<SourceName>, connection: impl LegacyConnection) -> Self {
        Self {
            name: name.into(),
            connection: Box::new(connection),
            route: Route::default(),
            pass_over_when_down: false,
            look_up_on_mismatch: false,
        }
    }

    /// Routes people here by the domain of their e-mail address: one of these exactly, in any spelling. User names and
    /// phone numbers have no domain and do not come here.
    ///
    /// The domains are brought to the normal form of the
    /// [`StandardRules`](crate::identifier::StandardRules): lower case, ASCII through IDNA.
    pub fn domains<D: AsRef<str>>(mut self, domains: impl IntoIterator<Item = D>) -> Self {
        self.route.set_domains(domains);
        self
    }

    /// Routes the sub-domains of its [`domains`](Self::domains) here as well, however deep.
    pub const fn including_subdomains(mut self) -> Self {
        self.route.including_subdomains = true;
        self
    }

    /// Routes log-ins here by the tenant that the person logs in to, as
    /// [`LogIn::tenant`](crate::migrator::LogIn::tenant) names it. Log-ins without a tenant do not come here; look-ups,
    /// which have none, do.
    pub fn tenants<T: Into<String>>(mut self, tenants: impl IntoIterator<Item = T>) -> Self {
        self.route.tenants = Some(tenants.into_iter().map(Into::into).collect());
        self
    }

    /// Routes those people here for whose identifier `predicate` holds. It must not change its mind, and must be quick:
    /// it is asked at every question.
    pub fn when(mut self, predicate: impl Fn(&Identifier) -> bool + Send + Sync + 'static) -> Self {
        self.route.when = Some(Box::new(predicate));
        self
    }

    /// While this system is down, the next may let people in. Only where an identifier that both have is one person's:
    /// otherwise somebody of the next system takes the place of somebody of this one.
    ///
    /// Without it, an outage here keeps out everybody who would have been looked for here, except those whose stored row
    /// names another system.
    pub const fn pass_over_when_down(mut self) -> Self {
        self.pass_over_when_down = true;
        self
    }

    /// For systems that say [`Verdict::Mismatch`] of people whom they do not know, as several HTTP contracts do: looks
    /// them up before the next member is asked. Whoever is found has the wrong password; whoever is not is not there.
    ///
    /// A system that can neither tell nor look up ends the chain for all who are routed to it: put it last.
    pub const fn look_up_on_mismatch(mut self) -> Self {
        self.look_up_on_mismatch = true;
        self
    }

    pub(super) const fn name(&self) -> &SourceName {
        &self.name
    }

    pub(super) const fn route(&self) -> &Route {
        &self.route
    }

    pub(super) const fn may_be_passed_over(&self, error: &LegacyError) -> bool {
        self.pass_over_when_down && matches!(error, LegacyError::Unavailable { .. })
    }

    pub(super) fn has_directory(&self) -> bool {
        self.connection.as_directory().is_some()
    }

    pub(super) fn has_writer(&self) -> bool {
        self.connection.as_writer().is_some()
    }

    pub(super) fn directory(&self) -> Result<&dyn LegacyDirectory, LegacyError> {
        let directory = self.connection.as_directory();
        directory.ok_or_else(|| LegacyError::misconfigured(format!("{} has no list of users", self.name)))
    }

    pub(super) fn writer(&self) -> Result<&dyn LegacyWriter, LegacyError> {
        self.connection.as_writer().ok_or(LegacyError::Refused { what: "a change at a member that is only read" })
    }

    pub(super) async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        let verdict = self.connection.authenticate(attempt).await.map_err(|error| self.named(error))?;
        if let Verdict::Match(user) | Verdict::MatchMustChange(user) = &verdict {
            self.check_own(&user.key)?;
        }
        Ok(verdict)
    }

    /// Asks about somebody of whom it is not known whether they are here.
    pub(super) async fn authenticate_stranger(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        let verdict = self.authenticate(attempt).await?;
        let is_open = self.look_up_on_mismatch && matches!(verdict, Verdict::Mismatch);
        Ok(if is_open && self.find(attempt.identifier()).await?.is_none() { Verdict::NotFound } else { verdict })
    }

    pub(super) async fn find(&self, identifier: &Identifier) -> Result<Option<LegacyUser>, LegacyError> {
        let user = self.connection.find(identifier).await.map_err(|error| self.named(error))?;
        if let Some(user) = &user {
            self.check_own(&user.key)?;
        }
        Ok(user)
    }

    /// Whether a key is of this system: a row that remembers another name would never be asked about here again.
    pub(super) fn check_own(&self, key: &LegacyKey) -> Result<(), LegacyError> {
        if *key.source() == self.name {
            return Ok(());
        }
        Err(LegacyError::misconfigured(format!("{} answered with a user of {}", self.name, key.source())))
    }

    /// The error, with the name of the member that it is of.
    pub(super) fn named(&self, error: LegacyError) -> LegacyError {
        let name = &self.name;
        match error {
            LegacyError::Ambiguous { place } => LegacyError::Ambiguous { place: format!("{name}: {place}") },
            LegacyError::Conflict { place } => LegacyError::Conflict { place: format!("{name}: {place}") },
            LegacyError::Malformed { what, place, source } => {
                LegacyError::Malformed { what, place: format!("{name}: {place}"), source }
            }
            LegacyError::Misconfigured { what, source } => {
                LegacyError::Misconfigured { what: format!("{name}: {what}"), source }
            }
            LegacyError::Unavailable { what, retry_after, source } => {
                let source = Some(MemberError { member: name.clone(), source }.into());
                LegacyError::Unavailable { what, retry_after, source }
            }
            LegacyError::UnusableHash { place, source } => {
                LegacyError::UnusableHash { place: format!("{name}: {place}"), source }
            }
            error @ (LegacyError::Gone | LegacyError::Password(_) | LegacyError::Refused { .. }) => error,
        }
    }
}

impl fmt::Debug for ChainMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainMember").field("name", &self.name.as_str()).finish_non_exhaustive()
    }
}

/// Which member was down.
#[derive(Debug, thiserror::Error)]
#[error("at {member}")]
struct MemberError {
    member: SourceName,
    source: Option<Box<dyn StdError + Send + Sync>>,
}
