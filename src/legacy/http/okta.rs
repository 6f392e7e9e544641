use async_trait::async_trait;
use serde::Serialize;

use super::{
    answer::Answer,
    contract::{Contract, Site, Who, identify},
    json::Object,
    own::Own,
    request::{Credentials, Request, segment},
};
use crate::{
    identifier::IdentifierKind,
    legacy::{LegacyError, LegacyUser, Verdict},
    user::{LegacyKey, Profile},
};

/// Okta's Authentication API and its look-up of users.
#[derive(Debug)]
pub(super) struct Okta;

#[derive(Serialize)]
struct PrimaryAuthentication<'a> {
    username: &'a str,
    password: &'a str,
    options: Options,
}

/// Nobody sits at this log-in who could act on a warning or enrol a factor.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    multi_optional_factor_enroll: bool,
    warn_before_password_expired: bool,
}

/// What a transaction says of the password.
enum Transaction {
    Right { user_id: String, must_change: bool },
    LockedOut,
    Refused,
}

/// A user, and the name they log in with.
struct Person {
    user: LegacyUser,
    login: String,
}

/// The attributes of a profile that have a place of their own here.
const PLACED: [&str; 7] = ["login", "email", "firstName", "lastName", "displayName", "nickName", "picture"];

impl Okta {
    async fn transaction(&self, site: &Site, login: &str, password: &str) -> Result<Transaction, LegacyError> {
        let options = Options { multi_optional_factor_enroll: false, warn_before_password_expired: false };
        let question = PrimaryAuthentication { username: login, password, options };
        let request = Request::json("api/v1/authn", &question)?.credentials(Credentials::None);
        let answer = site.transport.send(request).await?;
        match answer.status() {
            200 => {}
            401 if error_code(&answer).as_deref() == Some("E0000004") => return Ok(Transaction::Refused),
            _ => return Err(answer.unexpected()),
        }
        let body = answer.json()?;
        let transaction = Object::root(&body)?;
        let must_change = match transaction.required_text("status")? {
            // With a second factor to come the password is right as well; the factor is the host's to ask for.
            "SUCCESS" | "PASSWORD_WARN" | "MFA_REQUIRED" | "MFA_ENROLL" | "MFA_CHALLENGE" | "MFA_ENROLL_ACTIVATE" => {
                false
            }
            "PASSWORD_EXPIRED" => true,
            "LOCKED_OUT" => return Ok(Transaction::LockedOut),
            _ => return Err(transaction.malformed("not a status of a log-in", "status")),
        };
        let user = transaction.required_object("_embedded")?.required_object("user")?;
        Ok(Transaction::Right { user_id: user.required_id("id")?, must_change })
    }

    /// The user whom Okta knows by this id or login.
    async fn person(&self, site: &Site, name: &str) -> Result<Option<Person>, LegacyError> {
        let Some(name) = segment(name) else { return Ok(None) };
        let answer = site.transport.send(Request::get(format!("api/v1/users/{name}"))).await?;
        match answer.status() {
            404 if error_code(&answer).as_deref() == Some("E0000007") => return Ok(None),
            200 => {}
            _ => return Err(answer.unexpected()),
        }
        read(site, &Object::root(&answer.json()?)?).map(Some)
    }
}

fn error_code(answer: &Answer) -> Option<String> {
    Object::root(&answer.any_json()?).ok()?.owned_text("errorCode").ok()?
}

fn read(site: &Site, user: &Object<'_>) -> Result<Person, LegacyError> {
    let attributes = user.required_object("profile")?;
    let rules = &*site.rules;
    let mut profile = Profile::default();
    let login = attributes.required_text("login")?;
    let name = site.parse(login, &attributes.place("login"))?;
    profile.app_metadata = attributes.others(&PLACED);
    match attributes.identifier("email", IdentifierKind::Email, rules)? {
        Some(email) if name.kind() != IdentifierKind::Email => profile.set_identifier(email),
        Some(email) if email != name => {
            profile.app_metadata.insert("email".into(), email.original().into());
        }
        Some(_) | None => {}
    }
    profile.set_identifier(name);
    profile.email_verified = profile.email.is_some() && site.emails_verified;
    profile.name = attributes.owned_text("displayName")?;
    profile.given_name = attributes.owned_text("firstName")?;
    profile.family_name = attributes.owned_text("lastName")?;
    profile.nickname = attributes.owned_text("nickName")?;
    profile.picture = attributes.owned_text("picture")?;
    let status = user.required_text("status")?;
    profile.blocked = matches!(status, "SUSPENDED" | "DEPROVISIONED" | "LOCKED_OUT");

    let mut read = LegacyUser::new(LegacyKey::new(site.source.clone(), user.required_id("id")?), profile);
    read.created_at = user.date("created")?;
    read.last_login = user.date("lastLogin")?;
    read.password_set_at = user.date("passwordChanged")?;
    Ok(Person { user: read, login: login.to_owned() })
}

#[async_trait]
impl Contract for Okta {
    fn name(&self) -> &'static str {
        "okta"
    }

    fn takes_ids(&self) -> bool {
        true
    }

    fn place_of(&self, kind: IdentifierKind) -> &'static str {
        match kind {
            IdentifierKind::Email => "/profile/email",
            IdentifierKind::Phone | IdentifierKind::Username => "/profile/login",
        }
    }

    fn place_of_id(&self) -> &'static str {
        "/id"
    }

    async fn authenticate(&self, site: &Site, who: Who<'_>, password: &str) -> Result<Verdict, LegacyError> {
        let known = match who.id {
            None => None,
            Some(id) => {
                let Some(person) = self.person(site, id).await? else { return Ok(Verdict::NotFound) };
                identify(self, who, person.user)?;
                Some(person.login)
            }
        };
        let login = known.as_deref().unwrap_or_else(|| site.spelling(who.identifier));
        let (id, must_change) = match self.transaction(site, login, password).await? {
            Transaction::Refused => return Ok(Verdict::Mismatch),
            Transaction::LockedOut => return Ok(Verdict::Blocked),
            Transaction::Right { user_id, must_change } => (user_id, must_change),
        };
        Ok(match self.person(site, &id).await? {
            // Deleted between the two questions.
            None => Verdict::NotFound,
            Some(person) if person.user.key.id() != id => {
                return Err(LegacyError::malformed("another user than the one who logged in", "/id"));
            }
            Some(person) if must_change => Verdict::MatchMustChange(Box::new(person.user)),
            Some(person) => Verdict::Match(Box::new(person.user)),
        })
    }

    async fn find(&self, site: &Site, who: Who<'_>) -> Result<Option<LegacyUser>, LegacyError> {
        Ok(self.person(site, site.spelling(who.identifier)).await?.map(|person| person.user))
    }

    async fn check(&self, site: &Site, nobody: Who<'_>) -> Result<(), LegacyError> {
        self.find(site, nobody).await.map(drop)
    }

    fn as_own(&self) -> Option<&Own> {
        None
    }
}
