use async_trait::async_trait;
use serde::Serialize;
use serde_json::Value;

use super::{
    contract::{Contract, Site, Who, identify},
    json::Object,
    own::Own,
    request::{Request, segment},
};
use crate::{
    identifier::IdentifierKind,
    legacy::{LegacyError, LegacyUser, Verdict},
    user::{LegacyKey, MfaFactor, Profile},
};

/// The endpoints of the plugin keycloak-user-migration.
#[derive(Debug)]
pub(super) struct Keycloak {
    pub(super) verifies_by_id: bool,
}

#[derive(Serialize)]
struct Question<'a> {
    password: &'a str,
}

/// A user, and what of the answer is not kept.
struct Person {
    user: LegacyUser,
    /// The name under which the password is asked about.
    name: String,
    must_change: bool,
}

impl Keycloak {
    async fn person(&self, site: &Site, who: Who<'_>) -> Result<Option<Person>, LegacyError> {
        let Some(path) = segment(site.spelling(who.identifier)) else { return Ok(None) };
        let answer = site.transport.send(Request::get(path)).await?;
        match answer.status() {
            404 => return Ok(None),
            200 => {}
            _ => return Err(answer.unexpected()),
        }
        self.read(site, &Object::root(&answer.json()?)?).map(Some)
    }

    fn read(&self, site: &Site, user: &Object<'_>) -> Result<Person, LegacyError> {
        let mut profile = Profile::default();
        profile.email = user.identifier("email", IdentifierKind::Email, &*site.rules)?;
        profile.username = site.username(user, "username", profile.email.as_ref())?;
        let username = user.required_text("username")?;
        let id = match user.id("id")? {
            Some(id) => id,
            None => site.parse(username, "/username")?.normal().to_owned(),
        };
        let email_verified = user.loose_flag("emailVerified")?.unwrap_or(site.emails_verified);
        profile.email_verified = profile.email.is_some() && email_verified;
        profile.given_name = user.owned_text("firstName")?;
        profile.family_name = user.owned_text("lastName")?;
        profile.blocked = !user.loose_flag("enabled")?.unwrap_or(true);
        profile.user_metadata = user.metadata("attributes")?;
        profile.mfa_factors = user.objects("totps")?.iter().map(factor).collect::<Result<_, _>>()?;
        let actions = user.texts("requiredActions")?;
        for key in ["roles", "groups", "organizations"] {
            if let Some(value) = user.value(key) {
                profile.app_metadata.insert(key.into(), value.clone());
            }
        }
        Ok(Person {
            name: if self.verifies_by_id { id.clone() } else { username.to_owned() },
            user: LegacyUser::new(LegacyKey::new(site.source.clone(), id), profile),
            must_change: actions.contains(&"UPDATE_PASSWORD"),
        })
    }
}

fn factor(totp: &Object<'_>) -> Result<MfaFactor, LegacyError> {
    let secret = totp.required_text("secret")?;
    Ok(match totp.text("encoding")? {
        Some("BASE32") => MfaFactor::Totp { secret: secret.trim_end_matches('=').to_owned() },
        // Kept whole, with the encoding that says how to read it.
        _ => MfaFactor::Other { kind: "keycloak_totp".into(), value: Value::Object(totp.others(&[])) },
    })
}

#[async_trait]
impl Contract for Keycloak {
    fn name(&self) -> &'static str {
        "keycloak"
    }

    fn takes_ids(&self) -> bool {
        false
    }

    fn place_of(&self, kind: IdentifierKind) -> &'static str {
        match kind {
            IdentifierKind::Email => "/email",
            IdentifierKind::Phone | IdentifierKind::Username => "/username",
        }
    }

    fn place_of_id(&self) -> &'static str {
        "/id"
    }

    async fn authenticate(&self, site: &Site, who: Who<'_>, password: &str) -> Result<Verdict, LegacyError> {
        let Some(person) = self.person(site, who).await? else { return Ok(Verdict::NotFound) };
        let Some(user) = identify(self, who, person.user)? else { return Ok(Verdict::NotFound) };
        let Some(path) = segment(&person.name) else {
            return Err(LegacyError::malformed("a name that no URL can hold", "/username"));
        };
        let answer = site.transport.send(Request::json(path, &Question { password })?).await?;
        match answer.status() {
            200 if person.must_change => Ok(Verdict::MatchMustChange(Box::new(user))),
            200 => Ok(Verdict::Match(Box::new(user))),
            400 | 401 | 403 | 404 | 422 => Ok(Verdict::Mismatch),
            _ => Err(answer.unexpected()),
        }
    }

    async fn find(&self, site: &Site, who: Who<'_>) -> Result<Option<LegacyUser>, LegacyError> {
        Ok(self.person(site, who).await?.map(|person| person.user))
    }

    async fn check(&self, site: &Site, nobody: Who<'_>) -> Result<(), LegacyError> {
        self.find(site, nobody).await.map(drop)
    }

    fn as_own(&self) -> Option<&Own> {
        None
    }
}
