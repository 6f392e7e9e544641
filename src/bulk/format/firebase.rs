//! What `firebase auth:export` writes of a user, as JSON or as CSV.
//! <https://firebase.google.com/docs/cli/auth#auth-export>; the columns are those of
//! <https://github.com/firebase/firebase-tools/blob/master/src/accountExporter.ts>.

use serde_json::{Map, Value, json};

use super::{Translated, carry, extend, flag, millis};
use crate::{
    bulk::{Fault, FaultCode, ReadOptions, record::Faults},
    password::PasswordHash,
    user::Credential,
};

/// What says nothing that is kept here.
const LEFT_OUT: &[&str] = &["lastRefreshAt", "tokensValidAfterTime", "validSince", "version"];

/// The columns, which no header names. Behind each row is a comma.
pub(in crate::bulk) const COLUMNS: [&str; 28] = [
    "localId",
    "email",
    "emailVerified",
    "passwordHash",
    "salt",
    "displayName",
    "photoUrl",
    "google:rawId",
    "google:email",
    "google:displayName",
    "google:photoUrl",
    "facebook:rawId",
    "facebook:email",
    "facebook:displayName",
    "facebook:photoUrl",
    "twitter:rawId",
    "twitter:email",
    "twitter:displayName",
    "twitter:photoUrl",
    "github:rawId",
    "github:email",
    "github:displayName",
    "github:photoUrl",
    "createdAt",
    "lastSignedInAt",
    "phoneNumber",
    "disabled",
    "customAttributes",
];

/// The fewest columns: older releases of the tool end with the phone number.
pub(in crate::bulk) const FEWEST_COLUMNS: usize = 26;

/// A row as the JSON export has the same user.
pub(super) fn row(mut row: Map<String, Value>, faults: &mut Faults) -> Map<String, Value> {
    for key in ["emailVerified", "disabled"] {
        if let Some(truth) = faults.or_default(flag(&mut row, key)) {
            row.insert(key.to_owned(), truth.into());
        }
    }
    let mut providers = Vec::new();
    for provider in ["google", "facebook", "twitter", "github"] {
        let mut info = Map::new();
        for key in ["rawId", "email", "displayName", "photoUrl"] {
            carry(&mut row, &format!("{provider}:{key}"), &mut info, key);
        }
        if !info.is_empty() {
            info.insert("providerId".to_owned(), format!("{provider}.com").into());
            providers.push(Value::Object(info));
        }
    }
    if !providers.is_empty() {
        row.insert("providerUserInfo".to_owned(), providers.into());
    }
    row
}

pub(super) fn user(mut export: Map<String, Value>, options: &ReadOptions, faults: &mut Faults) -> Translated {
    let (mut record, mut rest) = (Map::new(), Map::new());
    for (key, target) in [
        ("localId", "user_id"),
        ("email", "email"),
        ("emailVerified", "email_verified"),
        ("displayName", "name"),
        ("photoUrl", "picture"),
        ("phoneNumber", "phone_number"),
        ("disabled", "blocked"),
    ] {
        carry(&mut export, key, &mut record, target);
    }
    // Firebase knows numbers only that were shown to be the person's.
    if record.contains_key("phone_number") {
        record.insert("phone_verified".to_owned(), true.into());
    }
    for (key, target) in
        [("createdAt", "created_at"), ("lastSignedInAt", "last_login"), ("passwordUpdatedAt", "password_set_at")]
    {
        if let Some(date) = faults.or_default(millis(&mut export, key)) {
            rest.insert(target.to_owned(), date);
        }
    }
    if let Some(Value::String(claims)) = export.remove("customAttributes") {
        let claims = serde_json::from_str::<Map<String, Value>>(&claims).map_err(|_| {
            Fault::new(FaultCode::Format, "json.syntax", "/customAttributes", "it is not a JSON object in a string")
        });
        // Claims are called as their issuer likes.
        rest.insert("app_metadata".to_owned(), faults.or_default(claims).into());
    }
    if let Some(hash) = faults.or_default(password(&mut export, options)) {
        rest.insert("credential".to_owned(), json!(Credential::Hash(hash)));
    }
    if let Some(Value::Array(providers)) = export.remove("providerUserInfo") {
        let linked: Vec<Value> = providers.into_iter().filter_map(linked).collect();
        if !linked.is_empty() {
            rest.insert("identities".to_owned(), linked.into());
        }
    }
    extend(&mut record, rest);
    record.extend(export.into_iter().filter(|(key, value)| !LEFT_OUT.contains(&key.as_str()) && !value.is_null()));
    Translated::Record(record)
}

fn password(export: &mut Map<String, Value>, options: &ReadOptions) -> Result<Option<PasswordHash>, Fault> {
    let mut text = |key| match export.remove(key) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    let (hash, salt) = (text("passwordHash"), text("salt"));
    let Some(hash) = hash else { return Ok(None) };
    let fault = |code, detail, message: String| Fault::new(code, detail, "/passwordHash", message);
    let project = options.firebase.as_ref().ok_or_else(|| {
        fault(FaultCode::AnyOfMissing, "hash.incomplete", "the hash needs the parameters of its project".to_owned())
    })?;
    let hash = project.hash(&hash, &salt.unwrap_or_default());
    hash.map(Some).map_err(|error| fault(FaultCode::Format, "hash.malformed", error.problem.to_string()))
}

/// An account elsewhere. Password and phone are the user's own.
fn linked(info: Value) -> Option<Value> {
    let Value::Object(mut info) = info else { return None };
    let provider = info.remove("providerId")?;
    if provider == "password" || provider == "phone" {
        return None;
    }
    let subject = info.remove("rawId")?;
    Some(json!({"provider": provider, "subject": subject, "profile": info}))
}
