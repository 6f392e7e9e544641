use std::fmt;

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use zeroize::Zeroizing;

use super::{
    contract::{Contract, Site, Who},
    json::Object,
    own::Own,
    request::{Credentials, Request},
};
use crate::{
    identifier::IdentifierKind,
    legacy::{LegacyError, LegacyUser, Verdict},
    user::{LegacyKey, Profile},
};

/// The grant type of the reference product that names the database to look in.
const PASSWORD_REALM: &str = "http://auth0.com/oauth/grant-type/password-realm";

/// The claims that have a place of their own here, and those that are about the token.
const PLACED: [&str; 13] = [
    "sub",
    "email",
    "email_verified",
    "preferred_username",
    "phone_number",
    "phone_number_verified",
    "name",
    "given_name",
    "family_name",
    "nickname",
    "picture",
    "updated_at",
    "iss",
];

/// How to ask an OAuth 2 server for a token with a person's password, and where.
///
/// ```
/// use waystation::legacy::{HttpConnection, PasswordGrant};
///
/// # fn main() -> Result<(), waystation::legacy::LegacyError> {
/// let grant = PasswordGrant::new("client id").secret("client secret").realm("Username-Password-Authentication");
/// let legacy = HttpConnection::oauth("https://tenant.example", grant).source("tenant").build()?;
/// # let _ = legacy;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PasswordGrant {
    client_id: String,
    secret: Option<Zeroizing<String>>,
    scope: String,
    realm: Option<String>,
    audience: Option<String>,
    token_path: String,
    userinfo_path: String,
}

impl PasswordGrant {
    /// A grant to the client with this id, with the scope `openid profile email`, from `oauth/token` and `userinfo`.
    pub fn new(client_id: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            secret: None,
            scope: "openid profile email".into(),
            realm: None,
            audience: None,
            token_path: "oauth/token".into(),
            userinfo_path: "userinfo".into(),
        }
    }

    /// Sets the client's secret, sent in the form (`client_secret_post`).
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = Some(Zeroizing::new(secret.into()));
        self
    }

    /// Sets the scope. Userinfo needs `openid`.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// Looks in this database only, by the grant type `password-realm`.
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// Sets the audience of the token, for servers that want one.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// Sets the paths of the token endpoint and of userinfo under the base URL. Keycloak has them at
    /// `protocol/openid-connect/token` and `protocol/openid-connect/userinfo` of a realm.
    pub fn endpoints(mut self, token_path: impl Into<String>, userinfo_path: impl Into<String>) -> Self {
        let relative = |path: String| path.trim_start_matches('/').to_owned();
        self.token_path = relative(token_path.into());
        self.userinfo_path = relative(userinfo_path.into());
        self
    }
}

impl fmt::Debug for PasswordGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordGrant").field("scope", &self.scope).field("realm", &self.realm).finish_non_exhaustive()
    }
}

/// An OAuth 2 password grant, and OpenID Connect's userinfo for the profile.
#[derive(Debug)]
pub(super) struct OAuth {
    grant: PasswordGrant,
}

/// What the token endpoint says of the password.
enum Token {
    Granted(Credentials),
    Refused(Verdict),
}

impl OAuth {
    pub(super) const fn new(grant: PasswordGrant) -> Self {
        Self { grant }
    }

    async fn token(&self, site: &Site, name: &str, password: &str) -> Result<Token, LegacyError> {
        let grant = &self.grant;
        let grant_type = if grant.realm.is_some() { PASSWORD_REALM } else { "password" };
        let mut fields = vec![("grant_type", grant_type), ("username", name), ("password", password)];
        fields.extend([("client_id", &*grant.client_id), ("scope", &*grant.scope)]);
        let secret = grant.secret.as_ref().map(|secret| secret.as_str());
        let optional =
            [("client_secret", secret), ("realm", grant.realm.as_deref()), ("audience", grant.audience.as_deref())];
        fields.extend(optional.iter().filter_map(|(name, value)| value.map(|value| (*name, value))));
        let answer = site.transport.send(Request::form(&*grant.token_path, &fields)).await?;
        if answer.status() == 200 {
            let body = answer.json()?;
            let token = Object::root(&body)?;
            let header = Zeroizing::new(format!("Bearer {}", token.required_text("access_token")?));
            let mut value = HeaderValue::from_str(&header)
                .map_err(|_| token.malformed("not a token that a header can carry", "access_token"))?;
            value.set_sensitive(true);
            return Ok(Token::Granted(Credentials::Header(AUTHORIZATION, value)));
        }
        let error = answer.any_json().and_then(|body| Object::root(&body).ok()?.owned_text("error").ok()?);
        match (answer.status(), error.as_deref()) {
            (400 | 401 | 403, Some("invalid_grant")) => Ok(Token::Refused(Verdict::Mismatch)),
            (401 | 403, Some("unauthorized")) => Ok(Token::Refused(Verdict::Blocked)),
            (_, Some("mfa_required")) => Err(LegacyError::misconfigured(
                "the token endpoint asks for a second factor before it shows the profile: exempt this client",
            )),
            (_, Some("invalid_client" | "unauthorized_client")) => {
                Err(LegacyError::misconfigured("the token endpoint refuses our client, or its password grant"))
            }
            _ => Err(answer.unexpected()),
        }
    }
}

fn read(site: &Site, claims: &Object<'_>) -> Result<LegacyUser, LegacyError> {
    let mut profile = Profile::default();
    profile.email = claims.identifier("email", IdentifierKind::Email, &*site.rules)?;
    profile.phone = claims.identifier("phone_number", IdentifierKind::Phone, &*site.rules)?;
    profile.username = site.username(claims, "preferred_username", profile.email.as_ref())?;
    // Some servers write it as text, against the specification.
    let email_verified = claims.loose_flag("email_verified")?.unwrap_or(site.emails_verified);
    profile.email_verified = profile.email.is_some() && email_verified;
    let phone_verified = claims.loose_flag("phone_number_verified")?.unwrap_or(false);
    profile.phone_verified = profile.phone.is_some() && phone_verified;
    profile.name = claims.owned_text("name")?;
    profile.given_name = claims.owned_text("given_name")?;
    profile.family_name = claims.owned_text("family_name")?;
    profile.nickname = claims.owned_text("nickname")?;
    profile.picture = claims.owned_text("picture")?;
    profile.app_metadata = claims.others(&PLACED);
    Ok(LegacyUser::new(LegacyKey::new(site.source.clone(), claims.required_id("sub")?), profile))
}

#[async_trait]
impl Contract for OAuth {
    fn name(&self) -> &'static str {
        "oauth"
    }

    fn takes_ids(&self) -> bool {
        false
    }

    fn place_of(&self, kind: IdentifierKind) -> &'static str {
        match kind {
            IdentifierKind::Email => "/email",
            IdentifierKind::Phone => "/phone_number",
            IdentifierKind::Username => "/preferred_username",
        }
    }

    fn place_of_id(&self) -> &'static str {
        "/sub"
    }

    async fn authenticate(&self, site: &Site, who: Who<'_>, password: &str) -> Result<Verdict, LegacyError> {
        let credentials = match self.token(site, site.spelling(who.identifier), password).await? {
            Token::Refused(verdict) => return Ok(verdict),
            Token::Granted(credentials) => credentials,
        };
        let answer = site.transport.send(Request::get(&*self.grant.userinfo_path).credentials(credentials)).await?;
        if answer.status() != 200 {
            return Err(answer.unexpected());
        }
        Ok(Verdict::Match(Box::new(read(site, &Object::root(&answer.json()?)?)?)))
    }

    async fn find(&self, _: &Site, _: Who<'_>) -> Result<Option<LegacyUser>, LegacyError> {
        Err(LegacyError::misconfigured("an OAuth 2 server looks nobody up"))
    }

    async fn check(&self, site: &Site, nobody: Who<'_>) -> Result<(), LegacyError> {
        self.token(site, nobody.identifier.normal(), nobody.identifier.normal()).await.map(drop)
    }

    fn as_own(&self) -> Option<&Own> {
        None
    }
}
