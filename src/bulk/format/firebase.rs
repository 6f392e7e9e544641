//! What `firebase auth:export` writes of a user, as JSON or as CSV.
//! <https://firebase.google.com/docs/cli/auth#auth-export>; the columns are those of
//! <https://github.com/firebase/firebase-tools/blob/master/src/accountExporter.ts>.

use serde_json::{Map, Value, json};

use super::{Translated, carry, extend, flag, millis};
use crate::{
    bulk::{Fault, FaultCode, ReadOptions},
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
pub(super) fn row(mut row: Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    for key in ["emailVerified", "disabled"] {
        if let Some(truth) = flag(&mut row, key)? {
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
    Ok(row)
}

pub(super) fn user(mut export: Map<String, Value>, options: &ReadOptions) -> Result<Translated, Fault> {
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
        if let Some(date) = millis(&mut export, key)? {
            rest.insert(target.to_owned(), date);
        }
    }
    if let Some(Value::String(claims)) = export.remove("customAttributes") {
        let fault =
            || Fault::new(FaultCode::Format, "json.syntax", "/customAttributes", "it is not a JSON object in a string");
        let claims: Map<String, Value> = serde_json::from_str(&claims).map_err(|_| fault())?;
        // Claims are called as their issuer likes.
        rest.insert("app_metadata".to_owned(), claims.into());
    }
    let text = |export: &mut Map<String, Value>, key| match export.remove(key) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    if let (Some(hash), salt) = (text(&mut export, "passwordHash"), text(&mut export, "salt")) {
        let fault = |code, detail, message: String| Fault::new(code, detail, "/passwordHash", message);
        let needed = "the hash needs the parameters of its project".to_owned();
        let project = options.firebase.as_ref().ok_or(fault(FaultCode::AnyOfMissing, "hash.incomplete", needed))?;
        let hash = project.hash(&hash, &salt.unwrap_or_default());
        let hash = hash.map_err(|error| fault(FaultCode::Format, "hash.malformed", error.problem.to_string()))?;
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
    Ok(Translated::Record(record))
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
