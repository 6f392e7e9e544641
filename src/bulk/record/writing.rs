//! A record as an export writes it, so that it can be imported again with nothing lost but the time of the last change.

use std::sync::LazyLock;

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

use super::{Field, ImportRecord, date, factor, metadata};
use crate::{
    password::{Limits, PasswordHash, Schemes, vendor::CustomPasswordHash},
    user::{Credential, Delegation, MfaFactor, User},
};

impl ImportRecord {
    /// What an import needs to make this user again, wherever it is.
    ///
    /// It names what the user has: a name that is not set here is not unset there. The version is not part of it.
    pub fn of(user: &User) -> Self {
        Self::from(user.clone())
    }

    /// The record as one line of JSON without a line feed, which [`from_json`](Self::from_json) reads.
    ///
    /// What the reference schema has a place for stands there, the rest under `waystation`. Secrets are password hashes
    /// and second factors: without `secrets`, a user who has a hash is written without a credential, one whose password
    /// lives elsewhere without the hash to compare, and nobody with factors.
    pub fn to_json(&self, secrets: bool) -> Vec<u8> {
        // Keys are texts and nothing fails to be written to memory, so there is always a text.
        serde_json::to_vec(&Written { record: self, secrets }).unwrap_or_default()
    }

    /// The hash, if the reference schema has a place for it.
    fn plain_hash(&self) -> Option<PlainHash<'_>> {
        let Some(Credential::Hash(hash)) = &self.credential else { return None };
        PlainHash::of(hash)
    }

    fn has_plain_factors(&self) -> bool {
        let factors = &self.profile.mfa_factors;
        (1..=factor::MOST).contains(&factors.len())
            && factors.iter().all(|factor| match factor {
                // Whether it is an address is for the rules to say, and they are not known here.
                MfaFactor::Email { .. } | MfaFactor::Other { .. } => false,
                MfaFactor::Phone { value } => factor::is_e164(value),
                MfaFactor::Totp { secret } => factor::is_base32(secret),
            })
    }
}

impl From<User> for ImportRecord {
    /// As [`ImportRecord::of`].
    fn from(user: User) -> Self {
        let mut record = Self {
            id: Some(user.id),
            profile: user.profile,
            credential: Some(user.credential),
            legacy: user.legacy,
            moved: user.moved,
            created_at: Some(user.created_at),
            updated_at: Some(user.updated_at),
            last_login: user.last_login,
            login_count: Some(user.login_count),
            password_set_at: user.password_set_at,
            ..Self::new()
        };
        let profile = &record.profile;
        let named = [
            (Field::AppMetadata, !profile.app_metadata.is_empty()),
            (Field::Blocked, true),
            (Field::CreatedAt, true),
            (Field::Email, profile.email.is_some()),
            (Field::EmailVerified, profile.email.is_some() || profile.email_verified),
            (Field::FamilyName, profile.family_name.is_some()),
            (Field::GivenName, profile.given_name.is_some()),
            (Field::Identities, !profile.identities.is_empty()),
            (Field::LastLogin, record.last_login.is_some()),
            (Field::LoginCount, true),
            (Field::MfaFactors, !profile.mfa_factors.is_empty()),
            (Field::Name, profile.name.is_some()),
            (Field::Nickname, profile.nickname.is_some()),
            (Field::Password, true),
            (Field::PasswordSetAt, record.password_set_at.is_some()),
            (Field::Phone, profile.phone.is_some()),
            (Field::PhoneVerified, profile.phone.is_some() || profile.phone_verified),
            (Field::Picture, profile.picture.is_some()),
            (Field::UserId, true),
            (Field::UserMetadata, !profile.user_metadata.is_empty()),
            (Field::Username, profile.username.is_some()),
        ];
        for (field, _) in named.into_iter().filter(|(_, named)| *named) {
            record.fields.insert(field);
        }
        record
    }
}

enum PlainHash<'a> {
    Text(&'a str),
    Custom(CustomPasswordHash),
}

/// The schemes that the reference schema has a place for.
static PLAIN: LazyLock<Schemes> =
    LazyLock::new(|| Schemes::standard().only(&["argon2", "bcrypt", "custom-password-hash"]));

impl<'a> PlainHash<'a> {
    /// What is read again as the same hash of the same scheme. A store may hold hashes that no import takes: those are
    /// written as they are, beside the reference schema.
    fn of(hash: &'a PasswordHash) -> Option<Self> {
        let text = hash.expose();
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| text.starts_with(prefix));
        let plain = match hash.scheme()? {
            _ if hash.context().is_some() => None,
            "argon2" => starts(&["$argon2i$", "$argon2id$"]).then_some(Self::Text(text)),
            "bcrypt" => starts(&["$2a$", "$2b$", "$2y$"]).then_some(Self::Text(text)),
            _ => {
                let object = CustomPasswordHash::try_from(hash).ok()?;
                (PasswordHash::from(&object) == *hash).then_some(Self::Custom(object))
            }
        };
        plain.filter(|_| PLAIN.parse(hash, &Limits::default()).is_ok())
    }
}

struct Written<'a> {
    record: &'a ImportRecord,
    secrets: bool,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { record, secrets } = self;
        let profile = &record.profile;
        let mut map = serializer.serialize_map(None)?;
        if let Some(id) = &record.id {
            map.serialize_entry("user_id", id.as_str())?;
        }
        for (key, identifier) in
            [("email", &profile.email), ("username", &profile.username), ("phone_number", &profile.phone)]
        {
            if let Some(identifier) = identifier {
                map.serialize_entry(key, identifier.original())?;
            }
        }
        for (field, flag) in [
            (Field::EmailVerified, profile.email_verified),
            (Field::PhoneVerified, profile.phone_verified),
            (Field::Blocked, profile.blocked),
        ] {
            if record.fields.contains(field) {
                map.serialize_entry(field.as_str(), &flag)?;
            }
        }
        for (field, text) in [
            (Field::Name, &profile.name),
            (Field::GivenName, &profile.given_name),
            (Field::FamilyName, &profile.family_name),
            (Field::Nickname, &profile.nickname),
            (Field::Picture, &profile.picture),
        ] {
            if let Some(text) = text {
                map.serialize_entry(field.as_str(), text)?;
            }
        }
        for (field, metadata, forbidden) in record.metadata() {
            if record.fields.contains(field) && metadata::is_taken(metadata, forbidden) {
                map.serialize_entry(field.as_str(), metadata)?;
            }
        }
        if *secrets {
            if record.has_plain_factors() {
                map.serialize_entry(Field::MfaFactors.as_str(), &profile.mfa_factors)?;
            }
            match record.plain_hash() {
                Some(PlainHash::Text(text)) => map.serialize_entry("password_hash", text)?,
                Some(PlainHash::Custom(object)) => map.serialize_entry("custom_password_hash", &object)?,
                None => {}
            }
        }
        let rest = record.rest(*secrets);
        if !rest.is_empty() {
            map.serialize_entry("waystation", &rest)?;
        }
        map.end()
    }
}

impl ImportRecord {
    fn metadata(&self) -> [(Field, &crate::user::Metadata, &'static [&'static str]); 2] {
        [
            (Field::UserMetadata, &self.profile.user_metadata, &[]),
            (Field::AppMetadata, &self.profile.app_metadata, metadata::FORBIDDEN),
        ]
    }

    /// What the reference schema has no place for.
    fn rest(&self, secrets: bool) -> serde_json::Map<String, Value> {
        let mut rest = serde_json::Map::new();
        let mut add = |key: &str, value: Value| rest.insert(key.to_owned(), value);
        for (key, at) in [
            ("created_at", self.created_at),
            ("updated_at", self.updated_at),
            ("last_login", self.last_login),
            ("password_set_at", self.password_set_at),
        ] {
            at.and_then(|at| add(key, date::written(at)));
        }
        if let Some(count) = self.login_count {
            add("login_count", count.into());
        }
        if let Some(legacy) = &self.legacy {
            add("legacy", serde_json::json!({"source": legacy.source().as_str(), "id": legacy.id()}));
        }
        if let Some(moved) = &self.moved {
            add("moved", serde_json::json!({"at": date::written(moved.at), "by": moved.by.as_str()}));
        }
        for (field, metadata, forbidden) in self.metadata() {
            if self.fields.contains(field) && !metadata::is_taken(metadata, forbidden) {
                add(field.as_str(), Value::Object(metadata.clone()));
            }
        }
        if self.fields.contains(Field::Identities) {
            add("identities", serde_json::to_value(&self.profile.identities).unwrap_or_default());
        }
        if secrets && self.fields.contains(Field::MfaFactors) && !self.has_plain_factors() {
            add("mfa_factors", serde_json::to_value(&self.profile.mfa_factors).unwrap_or_default());
        }
        if let Some(credential) = self.credential.as_ref().and_then(|credential| self.written(credential, secrets)) {
            add("credential", serde_json::to_value(credential).unwrap_or_default());
        }
        rest
    }

    /// The credential, unless it stands in the reference schema or must not be shown.
    fn written(&self, credential: &Credential, secrets: bool) -> Option<Credential> {
        match credential {
            Credential::Hash(_) => (secrets && self.plain_hash().is_none()).then(|| credential.clone()),
            Credential::Delegated(delegation) if !secrets => {
                Some(Credential::Delegated(Delegation::to(delegation.source.clone())))
            }
            Credential::Delegated(_) | Credential::None | Credential::PendingPassword => Some(credential.clone()),
        }
    }
}
