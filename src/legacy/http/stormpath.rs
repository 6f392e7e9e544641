use async_trait::async_trait;
use base64ct::{Base64, Encoding};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    contract::{Contract, Site, Who, identify},
    json::Object,
    own::Own,
    request::{Request, component, segment},
};
use crate::{
    identifier::IdentifierKind,
    legacy::{LegacyError, LegacyUser, Verdict},
    user::{LegacyKey, Profile},
};

/// Most accounts that a search may bring: it takes `*` for anything, so what is not the person is passed over.
const MAX_CANDIDATES: usize = 16;

/// What Stormpath adds to an account's custom data.
const ADDED: [&str; 6] = ["href", "createdAt", "modifiedAt", "sp_meta", "sp_http_status", "spMeta"];

/// Stormpath's REST API.
#[derive(Debug)]
pub(super) struct Stormpath {
    /// The id of the application.
    pub(super) application: String,
}

#[derive(Serialize)]
struct LoginAttempt<'a> {
    r#type: &'static str,
    value: &'a str,
}

/// What an attempt says of the password.
enum Attempt {
    Right { account: String },
    Refused(Verdict),
}

impl Stormpath {
    fn path(&self, resource: &str) -> Result<String, LegacyError> {
        let application = segment(&self.application)
            .ok_or_else(|| LegacyError::misconfigured("the id of the Stormpath application is empty"))?;
        Ok(format!("applications/{application}/{resource}"))
    }

    async fn attempt(&self, site: &Site, login: &str, password: &str) -> Result<Attempt, LegacyError> {
        let pair = Zeroizing::new(format!("{login}:{password}"));
        let value = Zeroizing::new(Base64::encode_string(pair.as_bytes()));
        let question = LoginAttempt { r#type: "basic", value: &value };
        let answer = site.transport.send(Request::json(self.path("loginAttempts")?, &question)?).await?;
        match answer.status() {
            200 => {
                let body = answer.json()?;
                let account = Object::root(&body)?.required_object("account")?;
                Ok(Attempt::Right { account: id(&account)? })
            }
            400 => {
                let code = answer.any_json().and_then(|body| Object::root(&body).ok()?.count("code").ok()?);
                match code {
                    Some(7100) => Ok(Attempt::Refused(Verdict::Mismatch)),
                    Some(7101..=7103) => Ok(Attempt::Refused(Verdict::Blocked)),
                    Some(7104) => Ok(Attempt::Refused(Verdict::NotFound)),
                    Some(_) | None => Err(answer.unexpected()),
                }
            }
            _ => Err(answer.unexpected()),
        }
    }

    async fn account(&self, site: &Site, id: &str) -> Result<Option<LegacyUser>, LegacyError> {
        let Some(id) = segment(id) else { return Ok(None) };
        let answer = site.transport.send(Request::get(format!("accounts/{id}?expand=customData"))).await?;
        match answer.status() {
            404 => Ok(None),
            200 => read(site, &Object::root(&answer.json()?)?).map(Some),
            _ => Err(answer.unexpected()),
        }
    }
}

/// The last segment of an account's address.
fn id(account: &Object<'_>) -> Result<String, LegacyError> {
    match account.required_text("href")?.trim_end_matches('/').rsplit('/').next() {
        Some(id) if !id.is_empty() => Ok(id.to_owned()),
        Some(_) | None => Err(account.malformed("not the address of an account", "href")),
    }
}

fn read(site: &Site, account: &Object<'_>) -> Result<LegacyUser, LegacyError> {
    let mut profile = Profile::default();
    profile.email = account.identifier("email", IdentifierKind::Email, &*site.rules)?;
    profile.username = site.username(account, "username", profile.email.as_ref())?;
    let verified = account.text("emailVerificationStatus")?.map(|status| status == "VERIFIED");
    profile.email_verified = profile.email.is_some() && verified.unwrap_or(site.emails_verified);
    profile.name = account.owned_text("fullName")?;
    profile.given_name = account.owned_text("givenName")?;
    profile.family_name = account.owned_text("surname")?;
    profile.blocked = account.required_text("status")? != "ENABLED";
    if let Some(data) = account.object("customData")? {
        profile.app_metadata = data.others(&ADDED);
    }
    let mut user = LegacyUser::new(LegacyKey::new(site.source.clone(), id(account)?), profile);
    user.created_at = account.date("createdAt")?;
    user.password_set_at = account.date("passwordModifiedAt")?;
    Ok(user)
}

#[async_trait]
impl Contract for Stormpath {
    fn name(&self) -> &'static str {
        "stormpath"
    }

    fn takes_ids(&self) -> bool {
        true
    }

    fn place_of(&self, kind: IdentifierKind) -> &'static str {
        match kind {
            IdentifierKind::Email => "/email",
            IdentifierKind::Phone | IdentifierKind::Username => "/username",
        }
    }

    fn place_of_id(&self) -> &'static str {
        "/href"
    }

    async fn authenticate(&self, site: &Site, who: Who<'_>, password: &str) -> Result<Verdict, LegacyError> {
        let known = match who.id {
            None => None,
            Some(id) => {
                let Some(account) = self.account(site, id).await? else { return Ok(Verdict::NotFound) };
                let account = identify(self, who, account)?;
                account.and_then(|account| account.profile.identifiers().next().cloned())
            }
        };
        let login = known.as_ref().unwrap_or(who.identifier);
        let id = match self.attempt(site, site.spelling(login), password).await? {
            Attempt::Refused(verdict) => return Ok(verdict),
            Attempt::Right { account } => account,
        };
        Ok(match self.account(site, &id).await? {
            // Deleted between the two questions.
            None => Verdict::NotFound,
            Some(account) if account.key.id() != id => {
                return Err(LegacyError::malformed("another user than the one who logged in", "/href"));
            }
            Some(account) => Verdict::Match(Box::new(account)),
        })
    }

    async fn find(&self, site: &Site, who: Who<'_>) -> Result<Option<LegacyUser>, LegacyError> {
        let attribute = match who.identifier.kind() {
            IdentifierKind::Email => "email",
            IdentifierKind::Username => "username",
            // An account has none.
            IdentifierKind::Phone => return Ok(None),
        };
        let name = component(site.spelling(who.identifier));
        let path = self.path(&format!("accounts?{attribute}={name}&expand=customData&limit={MAX_CANDIDATES}"))?;
        let answer = site.transport.send(Request::get(path)).await?;
        if answer.status() != 200 {
            return Err(answer.unexpected());
        }
        let body = answer.json()?;
        let candidates = Object::root(&body)?.required_objects("items")?;
        let mut found = None;
        for candidate in &candidates {
            let identifier = candidate.identifier(attribute, who.identifier.kind(), &*site.rules);
            // Somebody else's unusable name is not this person's trouble.
            if identifier.is_ok_and(|identifier| identifier.as_ref() == Some(who.identifier))
                && found.replace(read(site, candidate)?).is_some()
            {
                return Err(LegacyError::ambiguous(candidate.place(attribute)));
            }
        }
        if found.is_none() && candidates.len() >= MAX_CANDIDATES {
            return Err(LegacyError::misconfigured("the search for one account brings too many others"));
        }
        Ok(found)
    }

    async fn check(&self, site: &Site, nobody: Who<'_>) -> Result<(), LegacyError> {
        self.find(site, nobody).await.map(drop)
    }

    fn as_own(&self) -> Option<&Own> {
        None
    }
}
