use base64ct::{Base64UrlUnpadded, Encoding as _};
use uuid::Builder;

use super::{placeholders::named, query::Sql};
use crate::{
    clock::Timestamp,
    identifier::Identifier,
    legacy::{LegacyError, LegacyUser},
    password::PasswordHash,
    user::LegacyKey,
};

/// What the parameters of a command stand for.
#[derive(Debug)]
pub(super) struct Values(Vec<(&'static str, Value)>);

/// One of them. Its type is that of the column that it goes into, as far as the engine tells.
#[derive(PartialEq)]
pub(super) enum Value {
    Flag(bool),
    Instant(Timestamp),
    Null,
    Number(i64),
    Text(String),
}

/// Nothing of a value is for a log.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Value(..)")
    }
}

impl Value {
    fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.to_owned()))
    }
}

impl Values {
    /// What every command has: the time, and what nobody can guess.
    pub(super) fn new(now: Timestamp, random: [u8; 32]) -> Self {
        let (of_id, of_text) = random.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
        let id = Builder::from_random_bytes(*of_id).into_uuid().to_string();
        Self(vec![("new_id", Value::Text(id)), ("random", Value::Text(Base64UrlUnpadded::encode_string(of_text)))])
            .instant(["now", "now_seconds", "now_millis"], now)
    }

    /// Who is changed.
    pub(super) fn of(self, user: &LegacyKey) -> Self {
        self.with("id", Value::Text(user.id().to_owned()))
    }

    pub(super) fn hash(self, hash: &PasswordHash) -> Self {
        self.with("hash", Value::Text(hash.expose().to_owned()))
    }

    pub(super) fn email(self, email: Option<&Identifier>, verified: bool) -> Self {
        self.with("email", Value::text(email.map(Identifier::original)))
            .with("email_normal", Value::text(email.map(Identifier::normal)))
            .with("email_verified", Value::Flag(verified))
    }

    /// Who is created.
    pub(super) fn user(self, user: &LegacyUser, now: Timestamp) -> Self {
        let profile = &user.profile;
        let (username, phone) = (profile.username.as_ref(), profile.phone.as_ref());
        self.email(profile.email.as_ref(), profile.email.is_some() && profile.email_verified)
            .with("username", Value::text(username.map(Identifier::original)))
            .with("username_normal", Value::text(username.map(Identifier::normal)))
            .with("phone", Value::text(phone.map(Identifier::normal)))
            .with("phone_verified", Value::Flag(phone.is_some() && profile.phone_verified))
            .with("name", Value::text(profile.name.as_deref()))
            .with("given_name", Value::text(profile.given_name.as_deref()))
            .with("family_name", Value::text(profile.family_name.as_deref()))
            .with("nickname", Value::text(profile.nickname.as_deref()))
            .with("picture", Value::text(profile.picture.as_deref()))
            .with("blocked", Value::Flag(profile.blocked))
            .with("active", Value::Flag(!profile.blocked))
            .with("app_metadata", Value::Text(serde_json::Value::from(profile.app_metadata.clone()).to_string()))
            .with("user_metadata", Value::Text(serde_json::Value::from(profile.user_metadata.clone()).to_string()))
            .instant(["created_at", "created_at_seconds", "created_at_millis"], user.created_at.unwrap_or(now))
    }

    fn instant(self, [at, seconds, millis]: [&'static str; 3], instant: Timestamp) -> Self {
        self.with(at, Value::Instant(instant))
            .with(seconds, Value::Number(instant.as_seconds()))
            .with(millis, Value::Number(instant.as_micros().div_euclid(1_000)))
    }

    fn with(mut self, name: &'static str, value: Value) -> Self {
        self.0.push((name, value));
        self
    }

    /// The statement with `write`'s placeholders, and what each of them stands for.
    pub(super) fn put_into(
        &self,
        sql: &Sql,
        write: impl Fn(usize) -> String,
    ) -> Result<(String, Vec<&Value>), LegacyError> {
        let (text, names) = named(sql.as_str(), write);
        let value = |name: &&str| {
            let found = self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            found.ok_or_else(|| {
                LegacyError::misconfigured(format!("a command has the parameter :{name}, which is not one of its"))
            })
        };
        let values = names.iter().map(value).collect::<Result<_, _>>()?;
        Ok((text, values))
    }
}
