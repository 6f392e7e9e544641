//! A record as an export writes it, so that it can be imported again with nothing lost but the time of the last change.

use std::{borrow::Cow, sync::LazyLock};

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, value::RawValue};

use super::{Field, ImportRecord, date, factor, metadata};
use crate::{
    password::{Limits, PasswordHash, Schemes, vendor::CustomPasswordHash},
    user::{Credential, Delegation, LinkedIdentity, Metadata, MfaFactor, User},
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
        let mut text = Vec::new();
        self.write_json(&mut text, secrets);
        text
    }

    /// Adds it to a text.
    pub(in crate::bulk) fn write_json(&self, text: &mut Vec<u8>, secrets: bool) {
        // Keys are texts and nothing fails to be written to memory, so there is nothing to be told.
        let _written = serde_json::to_writer(text, &Written::of(self, secrets));
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
            (Field::Moved, true),
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

/// A hash as the reference schema has it.
enum PlainHash<'a> {
    Text(&'a str),
    Custom(Box<RawValue>),
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
            _ if hash.context().is_some() => return None,
            "argon2" if starts(&["$argon2i$", "$argon2id$"]) => Self::Text(text),
            "bcrypt" if starts(&["$2a$", "$2b$", "$2y$"]) => Self::Text(text),
            "argon2" | "bcrypt" => return None,
            _ => {
                let object = CustomPasswordHash::try_from(hash).ok()?;
                let written = serde_json::value::to_raw_value(&object).ok()?;
                let is_plain = written.get() == text && PLAIN.parse_object(hash, &object, &Limits::default()).is_ok();
                return is_plain.then_some(Self::Custom(written));
            }
        };
        PLAIN.parse(hash, &Limits::default()).is_ok().then_some(plain)
    }
}

/// A record on its way out: what goes where.
struct Written<'a> {
    record: &'a ImportRecord,
    secrets: bool,
    plain_hash: Option<PlainHash<'a>>,
    /// User metadata and app metadata, and whether the reference schema takes them.
    metadata: [(Field, &'a Metadata, bool); 2],
}

impl<'a> Written<'a> {
    fn of(record: &'a ImportRecord, secrets: bool) -> Self {
        let metadata = |field, metadata, forbidden| (field, metadata, metadata::is_taken(metadata, forbidden));
        Self {
            record,
            secrets,
            plain_hash: if secrets { record.plain_hash() } else { None },
            metadata: [
                metadata(Field::UserMetadata, &record.profile.user_metadata, &[]),
                metadata(Field::AppMetadata, &record.profile.app_metadata, metadata::FORBIDDEN),
            ],
        }
    }

    /// What the reference schema has no place for.
    fn rest(&self) -> Vec<(&'static str, Member<'a>)> {
        let Self { record, secrets, .. } = *self;
        let mut rest = Vec::with_capacity(8);
        let dates = [
            ("created_at", record.created_at),
            ("updated_at", record.updated_at),
            ("last_login", record.last_login),
            ("password_set_at", record.password_set_at),
        ];
        rest.extend(dates.into_iter().filter_map(|(key, at)| Some((key, Member::Date(date::written(at?))))));
        if let Some(count) = record.login_count {
            rest.push(("login_count", Member::Count(count)));
        }
        if let Some(legacy) = &record.legacy {
            rest.push(("legacy", Member::Legacy { source: legacy.source().as_str(), id: legacy.id() }));
        }
        if let Some(moved) = &record.moved {
            rest.push(("moved", Member::Moved { at: date::written(moved.at), by: moved.by.as_str() }));
        } else if record.fields.contains(Field::Moved) {
            rest.push(("moved", Member::Never));
        }
        for (field, metadata, is_taken) in self.metadata {
            if record.fields.contains(field) && !is_taken {
                rest.push((field.as_str(), Member::Metadata(metadata)));
            }
        }
        if record.fields.contains(Field::Identities) {
            rest.push(("identities", Member::Identities(&record.profile.identities)));
        }
        if secrets && record.fields.contains(Field::MfaFactors) && !record.has_plain_factors() {
            rest.push(("mfa_factors", Member::Factors(&record.profile.mfa_factors)));
        }
        if let Some(credential) = record.credential.as_ref().and_then(|credential| self.credential(credential)) {
            rest.push(("credential", Member::Credential(credential)));
        }
        rest
    }

    /// The credential, unless it stands in the reference schema or must not be shown.
    fn credential(&self, credential: &'a Credential) -> Option<Cow<'a, Credential>> {
        match credential {
            Credential::Hash(_) => (self.secrets && self.plain_hash.is_none()).then_some(Cow::Borrowed(credential)),
            Credential::Delegated(delegation) if !self.secrets => {
                let shown = Credential::Delegated(Delegation::to(delegation.source.clone()));
                Some(Cow::Owned(shown))
            }
            Credential::Delegated(_) | Credential::None | Credential::PendingPassword => {
                Some(Cow::Borrowed(credential))
            }
        }
    }
}

/// A member of `waystation`.
#[derive(Serialize)]
#[serde(untagged)]
enum Member<'a> {
    Count(u64),
    Credential(Cow<'a, Credential>),
    Date(Value),
    Factors(&'a [MfaFactor]),
    Identities(&'a [LinkedIdentity]),
    Legacy {
        source: &'a str,
        id: &'a str,
    },
    Metadata(&'a Metadata),
    Moved {
        at: Value,
        by: &'static str,
    },
    /// `null`.
    Never,
}

/// Members in their order, as an object.
struct Members<'a>(Vec<(&'static str, Member<'a>)>);

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, member)| (key, member)))
    }
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record = self.record;
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
        for (field, metadata, is_taken) in self.metadata {
            if record.fields.contains(field) && is_taken {
                map.serialize_entry(field.as_str(), metadata)?;
            }
        }
        if self.secrets && record.has_plain_factors() {
            map.serialize_entry(Field::MfaFactors.as_str(), &profile.mfa_factors)?;
        }
        match &self.plain_hash {
            Some(PlainHash::Text(text)) => map.serialize_entry("password_hash", text)?,
            Some(PlainHash::Custom(object)) => map.serialize_entry("custom_password_hash", object)?,
            None => {}
        }
        let rest = Members(self.rest());
        if !rest.0.is_empty() {
            map.serialize_entry("waystation", &rest)?;
        }
        map.end()
    }
}
