use std::fmt;

use async_trait::async_trait;
use zeroize::Zeroizing;

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

/// The migration endpoints of the reference product's WordPress plugin.
pub(super) struct WordPress {
    pub(super) token: Zeroizing<String>,
}

impl WordPress {
    /// Asks one of the two endpoints. `None` for the plugin's `Invalid credentials`.
    async fn ask(
        &self,
        site: &Site,
        endpoint: &str,
        fields: &[(&str, &str)],
    ) -> Result<Option<LegacyUser>, LegacyError> {
        let fields: Vec<_> = fields.iter().copied().chain([("access_token", self.token.as_str())]).collect();
        let answer = site.transport.send(Request::form(endpoint, &fields)).await?;
        if !matches!(answer.status(), 200 | 400..=499) {
            return Err(answer.unexpected());
        }
        let body = match answer.status() {
            200 => answer.unlabelled_json()?,
            _ => answer.any_json().ok_or_else(|| answer.unexpected())?,
        };
        let body = Object::root(&body)?;
        // An error may come with status 200 and its own status inside.
        match body.text("error")? {
            None if answer.status() == 200 => read(site, &body).map(Some),
            Some(text) if text.trim_end_matches('.').eq_ignore_ascii_case("invalid credentials") => Ok(None),
            None | Some(_) if body.count("status")?.is_some_and(|status| status >= 500) => {
                Err(LegacyError::unavailable("the WordPress plugin failed"))
            }
            None | Some(_) => Err(LegacyError::misconfigured("the WordPress plugin refuses our token or our address")),
        }
    }
}

fn read(site: &Site, user: &Object<'_>) -> Result<LegacyUser, LegacyError> {
    let data = user.required_object("data")?;
    let mut profile = Profile::default();
    profile.email = data.identifier("user_email", IdentifierKind::Email, &*site.rules)?;
    profile.username = site.username(&data, "user_login", profile.email.as_ref())?;
    profile.email_verified = profile.email.is_some() && site.emails_verified;
    profile.name = data.owned_text("display_name")?;
    if let Some(roles) = user.value("roles") {
        profile.app_metadata.insert("roles".into(), roles.clone());
    }
    let mut read = LegacyUser::new(LegacyKey::new(site.source.clone(), data.required_id("ID")?), profile);
    read.created_at = data.date("user_registered")?;
    Ok(read)
}

#[async_trait]
impl Contract for WordPress {
    fn name(&self) -> &'static str {
        "wordpress"
    }

    fn takes_ids(&self) -> bool {
        false
    }

    fn place_of(&self, kind: IdentifierKind) -> &'static str {
        match kind {
            IdentifierKind::Email => "/data/user_email",
            IdentifierKind::Phone | IdentifierKind::Username => "/data/user_login",
        }
    }

    fn place_of_id(&self) -> &'static str {
        "/data/ID"
    }

    async fn authenticate(&self, site: &Site, who: Who<'_>, password: &str) -> Result<Verdict, LegacyError> {
        let fields = [("username", site.spelling(who.identifier)), ("password", password)];
        Ok(match self.ask(site, "migration-ws-login", &fields).await? {
            Some(user) => Verdict::Match(Box::new(user)),
            None => Verdict::Mismatch,
        })
    }

    async fn find(&self, site: &Site, who: Who<'_>) -> Result<Option<LegacyUser>, LegacyError> {
        self.ask(site, "migration-ws-get-user", &[("username", site.spelling(who.identifier))]).await
    }

    async fn check(&self, site: &Site, nobody: Who<'_>) -> Result<(), LegacyError> {
        self.find(site, nobody).await.map(drop)
    }

    fn as_own(&self) -> Option<&Own> {
        None
    }
}

impl fmt::Debug for WordPress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WordPress")
    }
}
