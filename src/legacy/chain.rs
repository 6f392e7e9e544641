use std::{collections::HashSet, fmt};

use async_trait::async_trait;

use super::{LegacyAttempt, LegacyConnection, LegacyDirectory, LegacyError, LegacyUser, LegacyWriter, Verdict};
use crate::{
    identifier::Identifier,
    user::{LegacyKey, SourceName},
};

mod directory;
mod member;
mod route;
mod writer;

pub use member::ChainMember;

/// Several legacy systems as one: asked in order, each for the people whom its route leads there.
///
/// An identifier means one person in the whole chain: the one in the first system that knows it. Put first whose word
/// is to count, and give systems that share no people routes that do not overlap.
///
/// ```
/// use waystation::legacy::{Chain, ChainMember, Guard, ScriptedConnection};
///
/// // Stand for an `LdapConnection` and a `SqlConnection`.
/// let (staff, shop) = (ScriptedConnection::new("ldap-emea"), ScriptedConnection::new("old-shop"));
/// let legacy = Chain::new([
///     ChainMember::new("ldap-emea", Guard::new(staff)).domains(["emea.example.com"]),
///     ChainMember::new("old-shop", Guard::new(shop)),
/// ])?;
/// # let _ = legacy;
/// # Ok::<(), waystation::legacy::LegacyError>(())
/// ```
///
/// # Who is asked
///
/// | the question | asked |
/// |---|---|
/// | a log-in of somebody whose stored row names a system | that member only, whatever its route |
/// | another log-in | members whose route fits identifier and tenant, in order |
/// | a look-up, which has no tenant | members whose route fits the identifier, whatever their tenants, in order |
///
/// A row that names a system which is no member, or two systems at once, is [`LegacyError::Misconfigured`] and never a
/// verdict.
///
/// # What is answered
///
/// | a member says | the chain |
/// |---|---|
/// | that the person is not there | asks the next |
/// | anything else of a password, `Mismatch` too | answers that |
/// | `Mismatch`, of people whom it does not know too | looks them up there, if [so told](ChainMember::look_up_on_mismatch), and takes nobody for `NotFound` |
/// | who it is | answers that; but see below if the member has tenants |
/// | that it is down: [`LegacyError::Unavailable`] | answers that |
/// | that it is down, and may be [passed over](ChainMember::pass_over_when_down) | asks the next. If one of the later ones takes the password for right (`Blocked` too) or finds somebody, that is the answer; `Mismatch` and "nobody" become the outage |
/// | any other error | answers that |
/// | somebody of another system than its own name | answers [`LegacyError::Misconfigured`] |
///
/// After the last, and where no route fits: `NotFound`, or nobody.
///
/// **Why a `Mismatch` ends it**: two members that know one identifier may mean two people. If the next were asked,
/// whoever registers somebody else's address at the weaker system would come in as that person here; somebody barred in
/// one system would come in with their old password of another; and a match would not be whom
/// [`find`](LegacyConnection::find) finds.
///
/// **Why an outage ends it**: only the member that is down can say whether the person is its own, so neither "no such
/// person" nor "wrong password" would be true.
///
/// **Where tenants share an address** a look-up cannot know which person is meant: when two members have it and a log-in
/// would reach either, by tenant, it is [`LegacyError::Ambiguous`]. Otherwise the first has it, as in a log-in. To tell,
/// all are looked in, and there is no passing over once somebody was found.
///
/// Errors name the member: in what they say, or for an outage in their [source](std::error::Error::source).
///
/// # One member's outage
///
/// Each member gets a [`Guard`](super::Guard) of its own, so that it has its own deadline, retry, breaker and bulkhead.
/// The guard that a migrator puts around the whole chain must then leave that to them, or the outage of one would open
/// its circuit to all: no retry, no breaker, room for the calls of all members together, and a deadline above the sum
/// of those that one question can meet.
///
/// ```
/// # use std::{sync::Arc, time::Duration};
/// # use waystation::{legacy::*, migrator::LazyMigrator, MemoryStore};
/// # let (ldap, sql) = (ScriptedConnection::new("ldap"), ScriptedConnection::new("sql"));
/// let deadline = Duration::from_millis(900);
/// let chain = Chain::new([
///     ChainMember::new("ldap", Guard::new(ldap).with_deadline(deadline)),
///     ChainMember::new("sql", Guard::new(sql).with_deadline(deadline)),
/// ])?;
/// let migrator = LazyMigrator::builder(Arc::new(MemoryStore::new()), Arc::new(chain))
///     .guard(|guard| {
///         guard
///             .without_retry()
///             .with_breaker(0, Duration::ZERO)
///             .with_max_in_flight(32)
///             .with_deadline(Duration::from_secs(2))
///     })
///     .build()?;
/// # let _ = migrator;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A member that has [answered](LegacyAttempt::answered) stops the clocks of both guards. Keep an `Arc` of a member's
/// guard to see how it stands.
///
/// # Lists and changes
///
/// The chain has a list of users if every member has one: the lists one after another, whatever the routes. Who is in
/// two systems stands in it twice.
///
/// It can be changed if one member can. Users are changed at the member that their key names. New ones are made there
/// too or, if the key names no member, at the first that can be changed, has no tenants, and whose route fits one of
/// their identifiers. An identifier that somebody has at another member is [refused](LegacyError::Refused); those
/// members are asked before each change of it, which keeps out mistakes and not two changes at once. No member that is
/// down is passed over here.
///
/// A chain is no member of another chain, since its users have its members' names.
pub struct Chain {
    members: Vec<ChainMember>,
}

impl Chain {
    /// These members, in the order in which they are asked.
    ///
    /// # Errors
    ///
    /// [`LegacyError::Misconfigured`] when there are none, when two have one name, when a domain is not one, and when a
    /// member is routed by an empty list.
    pub fn new(members: impl IntoIterator<Item = ChainMember>) -> Result<Self, LegacyError> {
        let members: Vec<_> = members.into_iter().collect();
        if members.is_empty() {
            return Err(LegacyError::misconfigured("a chain of no members"));
        }
        let mut names = HashSet::new();
        for member in &members {
            if let Some(fault) = member.route().fault() {
                return Err(LegacyError::misconfigured(format!("{} {fault}", member.name())));
            }
            if !names.insert(member.name()) {
                return Err(LegacyError::misconfigured(format!(
                    "two members of the chain are called {}",
                    member.name()
                )));
            }
        }
        Ok(Self { members })
    }

    /// The names of the members, in order.
    pub fn sources(&self) -> impl Iterator<Item = &SourceName> {
        self.members.iter().map(ChainMember::name)
    }

    fn member(&self, source: &SourceName) -> Result<&ChainMember, LegacyError> {
        let member = self.members.iter().find(|member| member.name() == source);
        member.ok_or_else(|| LegacyError::misconfigured(format!("{source} is no member of the chain")))
    }

    /// The one member that an attempt is meant for, if its stored row says so.
    fn only(&self, attempt: &LegacyAttempt<'_>) -> Result<Option<&ChainMember>, LegacyError> {
        match (attempt.source(), attempt.legacy_key().map(LegacyKey::source)) {
            (Some(one), Some(other)) if one != other => {
                Err(LegacyError::misconfigured(format!("a row of {other} whose password is at {one}")))
            }
            (Some(source), _) | (None, Some(source)) => self.member(source).map(Some),
            (None, None) => Ok(None),
        }
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chain")?;
        f.debug_list().entries(self.sources().map(SourceName::as_str)).finish()
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl LegacyConnection for Chain {
    async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        if let Some(member) = self.only(attempt)? {
            return member.authenticate(attempt).await;
        }
        let mut outage = None;
        for member in self.members.iter().filter(|member| member.route().takes(attempt)) {
            match member.authenticate_stranger(attempt).await {
                Ok(Verdict::NotFound) => {}
                Ok(Verdict::Mismatch) => return outage.map_or(Ok(Verdict::Mismatch), Err),
                Ok(right @ (Verdict::Blocked | Verdict::Match(_) | Verdict::MatchMustChange(_))) => return Ok(right),
                Err(error) if member.may_be_passed_over(&error) => pass_over(member, error, &mut outage),
                Err(error) => return Err(error),
            }
        }
        outage.map_or(Ok(Verdict::NotFound), Err)
    }

    async fn find(&self, identifier: &Identifier) -> Result<Option<LegacyUser>, LegacyError> {
        let mut found: Option<(&ChainMember, LegacyUser)> = None;
        let mut outage = None;
        for member in self.members.iter().filter(|member| member.route().may_take(identifier)) {
            if found.as_ref().is_some_and(|(earlier, _)| earlier.route().always_goes_before(member.route())) {
                continue;
            }
            match (member.find(identifier).await, &found) {
                (Ok(None), _) => {}
                (Ok(Some(user)), None) => found = Some((member, user)),
                (Ok(Some(_)), Some((earlier, _))) => {
                    return Err(LegacyError::ambiguous(format!("{} and {}", earlier.name(), member.name())));
                }
                (Err(error), None) if member.may_be_passed_over(&error) => pass_over(member, error, &mut outage),
                (Err(error), _) => return Err(error),
            }
        }
        match (found, outage) {
            (Some((_, user)), _) => Ok(Some(user)),
            (None, Some(outage)) => Err(outage),
            (None, None) => Ok(None),
        }
    }

    fn as_directory(&self) -> Option<&dyn LegacyDirectory> {
        self.members.iter().all(ChainMember::has_directory).then_some(self)
    }

    fn as_writer(&self) -> Option<&dyn LegacyWriter> {
        self.members.iter().any(ChainMember::has_writer).then_some(self)
    }
}

/// Keeps the first outage: the answer, unless a later member has a better one.
fn pass_over(member: &ChainMember, error: LegacyError, outage: &mut Option<LegacyError>) {
    tracing::warn!(source = member.name().as_str(), "a member of the chain is down and passed over");
    outage.get_or_insert(error);
}
