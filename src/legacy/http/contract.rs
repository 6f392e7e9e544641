use std::{fmt, sync::Arc};

use async_trait::async_trait;

use super::{json::Object, own::Own, transport::Transport};
use crate::{
    identifier::{Identifier, IdentifierKind, IdentifierRules},
    legacy::{LegacyError, LegacyUser, Verdict},
    user::SourceName,
};

/// What one kind of legacy system understands and answers.
///
/// [`HttpConnection`](super::HttpConnection) checks of every answer that it is about the person asked for; a contract
/// that asks twice does so before it sends the password.
#[async_trait]
pub(super) trait Contract: fmt::Debug + Send + Sync {
    /// The product's name.
    fn name(&self) -> &'static str;

    /// Whether people can be asked about by their id. Without it they are asked about by what they typed, and whoever
    /// has another id than the known one is nobody.
    fn takes_ids(&self) -> bool;

    /// Where in an answer the identifiers of a kind stand: a JSON pointer.
    fn place_of(&self, kind: IdentifierKind) -> &'static str;

    /// Where in an answer the id stands.
    fn place_of_id(&self) -> &'static str;

    async fn authenticate(&self, site: &Site, who: Who<'_>, password: &str) -> Result<Verdict, LegacyError>;

    async fn find(&self, site: &Site, who: Who<'_>) -> Result<Option<LegacyUser>, LegacyError>;

    /// Asks about `nobody`, as cheaply as the contract allows.
    async fn check(&self, site: &Site, nobody: Who<'_>) -> Result<(), LegacyError>;

    /// This crate's own contract, which alone can list and write.
    fn as_own(&self) -> Option<&Own>;
}

/// The legacy system that is asked.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) source: SourceName,
    pub(super) transport: Transport,
    pub(super) rules: Arc<dyn IdentifierRules>,
    /// Whether addresses count as verified of which the answer says nothing.
    pub(super) emails_verified: bool,
    pub(super) as_typed: bool,
}

impl Site {
    /// The spelling of an identifier that the legacy system is asked for.
    pub(super) fn spelling<'i>(&self, identifier: &'i Identifier) -> &'i str {
        if self.as_typed { identifier.original() } else { identifier.normal() }
    }

    /// A user name, unless it is only the address once more: many systems put that there for people without one.
    pub(super) fn username(
        &self,
        user: &Object<'_>,
        key: &str,
        email: Option<&Identifier>,
    ) -> Result<Option<Identifier>, LegacyError> {
        let name = user.identifier(key, IdentifierKind::Username, &*self.rules)?;
        let is_address = |name: &Identifier| {
            email.is_some_and(|email| self.rules.parse_as(IdentifierKind::Email, name.original()).as_ref() == Ok(email))
        };
        Ok(name.filter(|name| !is_address(name)))
    }

    /// The identifier in a name of which the contract does not say what kind it is.
    pub(super) fn parse(&self, name: &str, place: &str) -> Result<Identifier, LegacyError> {
        self.rules.parse(name).map_err(|error| LegacyError::malformed_because("not a usable identifier", place, error))
    }
}

/// Whom a question is about.
#[derive(Clone, Copy)]
pub(super) struct Who<'a> {
    /// Who they are there, if that is known.
    pub(super) id: Option<&'a str>,
    pub(super) identifier: &'a Identifier,
}

/// Refuses an answer about somebody else. `None` where the person of a known id is no longer behind the name.
pub(super) fn identify(
    contract: &dyn Contract,
    who: Who<'_>,
    user: LegacyUser,
) -> Result<Option<LegacyUser>, LegacyError> {
    const ANOTHER: &str = "another user than the one asked for";
    match who.id {
        Some(id) if user.key.id() == id => Ok(Some(user)),
        Some(_) if contract.takes_ids() => Err(LegacyError::malformed(ANOTHER, contract.place_of_id())),
        Some(_) => Ok(None),
        None if user.profile.has(who.identifier) => Ok(Some(user)),
        None => Err(LegacyError::malformed(ANOTHER, contract.place_of(who.identifier.kind()))),
    }
}
