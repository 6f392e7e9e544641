//! A user as clients see them.

use serde_json::{Map, Value, json};

use super::{Connection, parameters::Parameters, problem::Problem};
use crate::{
    clock::Timestamp,
    identifier::Identifier,
    user::{LegacyKey, MfaFactor, User, UserId},
};

/// Which members of a user are wanted.
#[derive(Debug)]
pub(super) struct Members {
    names: Vec<String>,
    are_left_out: bool,
}

impl Members {
    pub(super) const PARAMETERS: [&'static str; 2] = ["fields", "include_fields"];

    pub(super) fn of(parameters: &Parameters) -> Result<Self, Problem> {
        let names = parameters.text("fields").unwrap_or_default().split(',').map(str::trim);
        let names: Vec<_> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Ok(Self { names, are_left_out: !parameters.flag("include_fields")?.unwrap_or(true) })
    }

    pub(super) fn of_object(&self, whole: Value) -> Value {
        match whole {
            Value::Object(members) if !self.names.is_empty() => {
                let is_wanted = |name: &String| self.names.contains(name) != self.are_left_out;
                Value::Object(members.into_iter().filter(|(name, _)| is_wanted(name)).collect())
            }
            whole => whole,
        }
    }
}

/// The user, with what there is of them. Never a hash nor the secret of a factor.
pub(super) fn person(user: &User, connection: &Connection) -> Value {
    let profile = &user.profile;
    let mut whole = Map::new();
    let mut add = |name: &str, value: Value| {
        if !value.is_null() {
            whole.insert(name.to_owned(), value);
        }
    };
    let original = |identifier: &Option<Identifier>| json!(identifier.as_ref().map(Identifier::original));
    add("user_id", user.id.as_str().into());
    add("email", original(&profile.email));
    add("email_verified", profile.email_verified.into());
    add("username", original(&profile.username));
    add("phone_number", original(&profile.phone));
    if profile.phone.is_some() {
        add("phone_verified", profile.phone_verified.into());
    }
    add("name", json!(profile.name));
    add("given_name", json!(profile.given_name));
    add("family_name", json!(profile.family_name));
    add("nickname", json!(profile.nickname));
    add("picture", json!(profile.picture));
    add("user_metadata", Value::Object(profile.user_metadata.clone()));
    add("app_metadata", Value::Object(profile.app_metadata.clone()));
    add("blocked", profile.blocked.into());
    add("identities", identities(user, connection));
    add("multifactor", profile.mfa_factors.iter().map(MfaFactor::kind).collect());
    add("created_at", date(user.created_at));
    add("updated_at", date(user.updated_at));
    add("last_login", user.last_login.map_or(Value::Null, date));
    add("logins_count", user.login_count.into());
    add("last_password_reset", user.password_set_at.map_or(Value::Null, date));
    // What the reference product cannot say: where they come from, and how and when they moved.
    let legacy = user.legacy.as_ref();
    add(
        "waystation",
        json!({
            "credential": user.credential.kind().as_str(),
            "source": legacy.map(|legacy| legacy.source().as_str()),
            "legacy_id": legacy.map(LegacyKey::id),
            "moved_at": user.moved.map(|moved| date(moved.at)),
            "moved_by": user.moved.map(|moved| moved.by.as_str()),
        }),
    );
    Value::Object(whole)
}

/// Their accounts, the first being the one that they are in the store.
pub(super) fn identities(user: &User, connection: &Connection) -> Value {
    let (provider, subject) = parted(&user.id, connection);
    let primary = json!({
        "connection": connection.name(),
        "provider": provider,
        "user_id": subject,
        "isSocial": false,
    });
    let linked = user.profile.identities.iter().map(|identity| {
        let mut linked = json!({
            "connection": identity.provider,
            "provider": identity.provider,
            "user_id": identity.subject,
            "isSocial": identity.provider != connection.as_provider(),
        });
        if let (Some(linked), false) = (linked.as_object_mut(), identity.profile.is_empty()) {
            linked.insert("profileData".to_owned(), Value::Object(identity.profile.clone()));
        }
        linked
    });
    std::iter::once(primary).chain(linked).collect()
}

/// An id as provider and id there.
pub(super) fn parted<'a>(id: &'a UserId, connection: &'a Connection) -> (&'a str, &'a str) {
    match id.as_str().split_once('|') {
        Some((provider, subject)) if !provider.is_empty() && !subject.is_empty() => (provider, subject),
        _ => (connection.as_provider(), id.as_str()),
    }
}

/// A date as the reference product writes it: RFC 3339 to the millisecond. Where it has no such form, nothing.
pub(super) fn date(at: Timestamp) -> Value {
    let millis = at.as_micros().div_euclid(1_000).rem_euclid(1_000);
    let seconds = Timestamp::from_micros(at.as_micros().div_euclid(1_000_000).saturating_mul(1_000_000));
    match seconds.to_rfc3339() {
        Some(text) => format!("{}.{millis:03}Z", text.trim_end_matches('Z')).into(),
        None => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_milliseconds() {
        assert_eq!(date(Timestamp::from_micros(0)), "1970-01-01T00:00:00.000Z");
        assert_eq!(date(Timestamp::from_micros(1_767_225_600_123_999)), "2026-01-01T00:00:00.123Z");
        assert_eq!(date(Timestamp::from_micros(-1)), "1969-12-31T23:59:59.999Z");
        assert_eq!(date(Timestamp::from_micros(i64::MAX)), Value::Null);
    }

    #[test]
    fn an_id_is_parted_at_its_first_bar() {
        let connection = Connection::new("customers");
        for (id, parts) in [
            ("auth0|1|2", ("auth0", "1|2")),
            ("django|42", ("django", "42")),
            ("42", ("auth0", "42")),
            ("|42", ("auth0", "|42")),
            ("django|", ("auth0", "django|")),
        ] {
            assert_eq!(parted(&UserId::new(id), &connection), parts, "{id}");
        }
    }
}
