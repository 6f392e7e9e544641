use serde::{Serialize, Serializer};

use super::super::{contract::Site, json::Object};
use crate::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierKind},
    legacy::{LegacyError, LegacyUser},
    password::PasswordHash,
    user::{LegacyKey, LinkedIdentity, Metadata, MfaFactor, Profile},
};

/// The members of a user, as `contract.schema.json` lists them.
const MEMBERS: [&str; 21] = [
    "id",
    "email",
    "email_verified",
    "username",
    "phone",
    "phone_verified",
    "name",
    "given_name",
    "family_name",
    "nickname",
    "picture",
    "blocked",
    "created_at",
    "last_login",
    "login_count",
    "password_set_at",
    "password_hash",
    "user_metadata",
    "app_metadata",
    "mfa_factors",
    "identities",
];

pub(super) fn read(site: &Site, user: &Object<'_>) -> Result<LegacyUser, LegacyError> {
    user.has_only(&MEMBERS)?;
    let mut read = LegacyUser::new(LegacyKey::new(site.source.clone(), user.required_id("id")?), profile(site, user)?);
    if let Some(hash) = user.object("password_hash")? {
        read.password_hash = Some(password_hash(&hash)?);
    }
    read.created_at = user.date("created_at")?;
    read.last_login = user.date("last_login")?;
    read.login_count = user.count("login_count")?.unwrap_or(0);
    read.password_set_at = user.date("password_set_at")?;
    Ok(read)
}

fn profile(site: &Site, user: &Object<'_>) -> Result<Profile, LegacyError> {
    let mut profile = Profile::default();
    for kind in IdentifierKind::ALL {
        if let Some(identifier) = user.identifier(kind.as_str(), kind, &*site.rules)? {
            profile.set_identifier(identifier);
        }
    }
    profile.email_verified = user.flag("email_verified")?.unwrap_or(site.emails_verified) && profile.email.is_some();
    profile.phone_verified = user.flag("phone_verified")?.unwrap_or(false) && profile.phone.is_some();
    profile.name = user.owned_text("name")?;
    profile.given_name = user.owned_text("given_name")?;
    profile.family_name = user.owned_text("family_name")?;
    profile.nickname = user.owned_text("nickname")?;
    profile.picture = user.owned_text("picture")?;
    profile.blocked = user.flag("blocked")?.unwrap_or(false);
    profile.user_metadata = user.metadata("user_metadata")?;
    profile.app_metadata = user.metadata("app_metadata")?;
    profile.mfa_factors = user.objects("mfa_factors")?.iter().map(factor).collect::<Result<_, _>>()?;
    profile.identities = user.objects("identities")?.iter().map(identity).collect::<Result<_, _>>()?;
    Ok(profile)
}

fn password_hash(hash: &Object<'_>) -> Result<PasswordHash, LegacyError> {
    hash.has_only(&["scheme", "text"])?;
    let text = hash.required_text("text")?;
    Ok(match hash.text("scheme")? {
        Some(scheme) => PasswordHash::declared(scheme, text),
        None => PasswordHash::new(text),
    })
}

fn factor(factor: &Object<'_>) -> Result<MfaFactor, LegacyError> {
    factor.has_only(&["kind", "value"])?;
    let text = || Ok::<_, LegacyError>(factor.required_text("value")?.to_owned());
    Ok(match factor.required_text("kind")? {
        "email" => MfaFactor::Email { value: text()? },
        "phone" => MfaFactor::Phone { value: text()? },
        "totp" => MfaFactor::Totp { secret: text()? },
        kind => {
            let value = factor.value("value").cloned().ok_or_else(|| factor.malformed("missing", "value"))?;
            MfaFactor::Other { kind: kind.to_owned(), value }
        }
    })
}

fn identity(identity: &Object<'_>) -> Result<LinkedIdentity, LegacyError> {
    identity.has_only(&["provider", "subject", "profile"])?;
    let mut linked = LinkedIdentity::new(identity.required_text("provider")?, identity.required_id("subject")?);
    linked.profile = identity.metadata("profile")?;
    Ok(linked)
}

/// An identifier in a question: as it was typed, and the form that this service compares.
#[derive(Serialize)]
pub(super) struct NamedAs<'a> {
    kind: &'static str,
    normal: &'a str,
    typed: &'a str,
}

impl<'a> From<&'a Identifier> for NamedAs<'a> {
    fn from(identifier: &'a Identifier) -> Self {
        Self { kind: identifier.kind().as_str(), normal: identifier.normal(), typed: identifier.original() }
    }
}

/// A user in a question. The id is the one that this service knows; the legacy system is free to give another.
#[derive(Serialize)]
pub(super) struct Written<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    email_verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    phone_verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<&'a str>,
    blocked: bool,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    created_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    user_metadata: &'a Metadata,
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    app_metadata: &'a Metadata,
}

impl<'a> From<&'a LegacyUser> for Written<'a> {
    fn from(user: &'a LegacyUser) -> Self {
        let profile = &user.profile;
        Self {
            id: user.key.id(),
            email: profile.email.as_ref().map(Identifier::original),
            email_verified: profile.email_verified,
            username: profile.username.as_ref().map(Identifier::original),
            phone: profile.phone.as_ref().map(Identifier::original),
            phone_verified: profile.phone_verified,
            name: profile.name.as_deref(),
            given_name: profile.given_name.as_deref(),
            family_name: profile.family_name.as_deref(),
            nickname: profile.nickname.as_deref(),
            picture: profile.picture.as_deref(),
            blocked: profile.blocked,
            created_at: user.created_at,
            user_metadata: &profile.user_metadata,
            app_metadata: &profile.app_metadata,
        }
    }
}

#[expect(clippy::ref_option, reason = "the signature that serde calls")]
fn as_text<S: Serializer>(date: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    let instant = date.and_then(|date| jiff::Timestamp::from_microsecond(date.as_micros()).ok());
    instant.map(|instant| instant.to_string()).serialize(serializer)
}
