use async_trait::async_trait;
use serde::Serialize;

use super::{
    contract::{Contract, Site, Who},
    json::Object,
    own::Own,
    request::Request,
};
use crate::{
    identifier::IdentifierKind,
    legacy::{LegacyError, LegacyUser, Verdict},
    user::{LegacyKey, Profile},
};

/// Ory Kratos's password migration hook. It says yes or no, and nothing of the person.
#[derive(Debug)]
pub(super) struct Kratos;

#[derive(Serialize)]
struct Question<'a> {
    identifier: &'a str,
    password: &'a str,
}

#[async_trait]
impl Contract for Kratos {
    fn name(&self) -> &'static str {
        "kratos"
    }

    /// Their identifier is all that the hook knows anybody by.
    fn takes_ids(&self) -> bool {
        false
    }

    fn place_of(&self, _: IdentifierKind) -> &'static str {
        "/status"
    }

    fn place_of_id(&self) -> &'static str {
        "/status"
    }

    async fn authenticate(&self, site: &Site, who: Who<'_>, password: &str) -> Result<Verdict, LegacyError> {
        let question = Question { identifier: site.spelling(who.identifier), password };
        let answer = site.transport.send(Request::json("", &question)?).await?;
        match answer.status() {
            403 => return Ok(Verdict::Mismatch),
            200 => {}
            _ => return Err(answer.unexpected()),
        }
        let body = answer.json()?;
        if Object::root(&body)?.text("status")? != Some("password_match") {
            return Ok(Verdict::Mismatch);
        }
        let mut profile = Profile::default();
        profile.set_identifier(who.identifier.clone());
        profile.email_verified = profile.email.is_some() && site.emails_verified;
        let key = LegacyKey::new(site.source.clone(), who.identifier.normal());
        Ok(Verdict::Match(Box::new(LegacyUser::new(key, profile))))
    }

    async fn find(&self, _: &Site, _: Who<'_>) -> Result<Option<LegacyUser>, LegacyError> {
        Err(LegacyError::misconfigured("the hook of Ory Kratos looks nobody up"))
    }

    async fn check(&self, site: &Site, nobody: Who<'_>) -> Result<(), LegacyError> {
        self.authenticate(site, nobody, nobody.identifier.normal()).await.map(drop)
    }

    fn as_own(&self) -> Option<&Own> {
        None
    }
}
