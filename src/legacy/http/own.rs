use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use serde_json::Value;

use super::{
    contract::{Contract, Site, Who},
    json::Object,
    request::Request,
    sealed::{Sealed, Sealer},
};
use crate::{
    entropy::Entropy,
    identifier::{Identifier, IdentifierKind},
    legacy::{DirectoryEntry, LegacyError, LegacyUser, Verdict},
    password::Password,
    user::LegacyKey,
};

mod person;

use person::{NamedAs, Written};

/// The contract of this crate, `src/guide/http_contract.md`.
#[derive(Debug)]
pub(super) struct Own {
    sealer: Option<Sealer>,
    entropy: Arc<dyn Entropy>,
}

/// Every question of the contract: each has some of these.
#[derive(Default, Serialize)]
struct Question<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<NamedAs<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Written<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_jwe: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<usize>,
}

impl<'a> Question<'a> {
    fn about(who: Who<'a>) -> Self {
        match who.id {
            Some(id) => Self { id: Some(id), ..Self::default() },
            None => Self { identifier: Some(NamedAs::from(who.identifier)), ..Self::default() },
        }
    }

    fn of(user: &'a LegacyKey) -> Self {
        Self { id: Some(user.id()), ..Self::default() }
    }
}

impl Own {
    pub(super) fn new(sealer: Option<Sealer>, entropy: Arc<dyn Entropy>) -> Self {
        Self { sealer, entropy }
    }

    pub(super) async fn count(&self, site: &Site) -> Result<u64, LegacyError> {
        let body = self.ask(site, "count", &Question::default()).await?;
        let answer = Object::root(&body)?;
        answer.has_only(&["count"])?;
        answer.count("count")?.ok_or_else(|| answer.malformed("missing", "count"))
    }

    pub(super) async fn scan(
        &self,
        site: &Site,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<DirectoryEntry>, LegacyError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let body = self.ask(site, "scan", &Question { after, limit: Some(limit), ..Question::default() }).await?;
        let answer = Object::root(&body)?;
        answer.has_only(&["users"])?;
        let users = answer.required_objects("users")?;
        if users.len() > limit {
            return Err(answer.malformed("more users than were asked for", "users"));
        }
        let entry = |user: &Object<'_>| {
            // Without an id there is no going on from the user, so that one fails the page.
            let id = user.required_id("id")?;
            Ok(DirectoryEntry::new(LegacyKey::new(site.source.clone(), id), person::read(site, user)))
        };
        users.iter().map(entry).collect()
    }

    pub(super) async fn create(
        &self,
        site: &Site,
        user: &LegacyUser,
        password: &Password,
    ) -> Result<LegacyKey, LegacyError> {
        let question = Question { user: Some(Written::from(user)), ..Question::default() };
        let body = self.ask_with_password(site, "create", question, text(password)?).await?;
        let answer = done(&body)?;
        Ok(LegacyKey::new(site.source.clone(), answer.required_id("id")?))
    }

    pub(super) async fn verify_email(&self, site: &Site, user: &LegacyKey) -> Result<(), LegacyError> {
        done(&self.ask(site, "verify-email", &Question::of(user)).await?).map(drop)
    }

    pub(super) async fn change_password(
        &self,
        site: &Site,
        user: &LegacyKey,
        password: &Password,
    ) -> Result<(), LegacyError> {
        let body = self.ask_with_password(site, "change-password", Question::of(user), text(password)?).await?;
        done(&body).map(drop)
    }

    pub(super) async fn change_email(
        &self,
        site: &Site,
        user: &LegacyKey,
        email: &Identifier,
        verified: bool,
    ) -> Result<(), LegacyError> {
        let question = Question { email: Some(email.original()), email_verified: Some(verified), ..Question::of(user) };
        done(&self.ask(site, "change-email", &question).await?).map(drop)
    }

    pub(super) async fn delete(&self, site: &Site, user: &LegacyKey) -> Result<(), LegacyError> {
        match done(&self.ask(site, "delete", &Question::of(user)).await?) {
            Ok(_) | Err(LegacyError::Gone) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn ask(&self, site: &Site, endpoint: &str, question: &Question<'_>) -> Result<Value, LegacyError> {
        let answer = site.transport.send(Request::json(endpoint, question)?).await?;
        if answer.status() == 200 { answer.json() } else { Err(answer.unexpected()) }
    }

    /// Asks with a password, sealed if it is to be, and holds the answer to the nonce.
    async fn ask_with_password(
        &self,
        site: &Site,
        endpoint: &str,
        question: Question<'_>,
        password: &str,
    ) -> Result<Value, LegacyError> {
        let sealed = match &self.sealer {
            Some(sealer) => Some(sealer.seal(password, &*self.entropy)?),
            None => None,
        };
        let question = Question {
            password: sealed.is_none().then_some(password),
            password_jwe: sealed.as_ref().map(|sealed| &*sealed.jwe),
            ..question
        };
        let body = self.ask(site, endpoint, &question).await?;
        if let Some(sealed) = sealed {
            answers(&sealed, &body)?;
        }
        Ok(body)
    }
}

fn answers(sealed: &Sealed, body: &Value) -> Result<(), LegacyError> {
    let answer = Object::root(body)?;
    if sealed.is_answered_by(answer.required_text("nonce")?) {
        Ok(())
    } else {
        Err(answer.malformed("not the nonce of the question", "nonce"))
    }
}

/// The answer to a change that was made.
fn done(body: &Value) -> Result<Object<'_>, LegacyError> {
    let answer = Object::root(body)?;
    answer.has_only(&["result", "id", "nonce"])?;
    match answer.required_text("result")? {
        "done" => Ok(answer),
        "gone" => Err(LegacyError::Gone),
        "refused" => Err(LegacyError::Refused { what: "the change" }),
        _ => Err(answer.malformed("not a result of the contract", "result")),
    }
}

fn text(password: &Password) -> Result<&str, LegacyError> {
    password.expose_text().ok_or(LegacyError::Refused { what: "a password that is not text" })
}

#[async_trait]
impl Contract for Own {
    fn name(&self) -> &'static str {
        "waystation"
    }

    fn takes_ids(&self) -> bool {
        true
    }

    fn place_of(&self, kind: IdentifierKind) -> &'static str {
        match kind {
            IdentifierKind::Email => "/user/email",
            IdentifierKind::Phone => "/user/phone",
            IdentifierKind::Username => "/user/username",
        }
    }

    fn place_of_id(&self) -> &'static str {
        "/user/id"
    }

    async fn authenticate(&self, site: &Site, who: Who<'_>, password: &str) -> Result<Verdict, LegacyError> {
        let body = self.ask_with_password(site, "authenticate", Question::about(who), password).await?;
        let answer = Object::root(&body)?;
        answer.has_only(&["result", "user", "nonce"])?;
        let user = || Ok::<_, LegacyError>(Box::new(person::read(site, &answer.required_object("user")?)?));
        Ok(match answer.required_text("result")? {
            "match" => Verdict::Match(user()?),
            "match_must_change" => Verdict::MatchMustChange(user()?),
            "mismatch" => Verdict::Mismatch,
            "blocked" => Verdict::Blocked,
            "not_found" => Verdict::NotFound,
            "ambiguous" => return Err(LegacyError::ambiguous("the legacy system says so")),
            _ => return Err(answer.malformed("not a result of the contract", "result")),
        })
    }

    async fn find(&self, site: &Site, who: Who<'_>) -> Result<Option<LegacyUser>, LegacyError> {
        let body = self.ask(site, "find", &Question::about(who)).await?;
        let answer = Object::root(&body)?;
        answer.has_only(&["result", "user"])?;
        match answer.required_text("result")? {
            "found" => person::read(site, &answer.required_object("user")?).map(Some),
            "not_found" => Ok(None),
            "ambiguous" => Err(LegacyError::ambiguous("the legacy system says so")),
            _ => Err(answer.malformed("not a result of the contract", "result")),
        }
    }

    async fn check(&self, site: &Site, nobody: Who<'_>) -> Result<(), LegacyError> {
        self.find(site, nobody).await.map(drop)
    }

    fn as_own(&self) -> Option<&Own> {
        Some(self)
    }
}
