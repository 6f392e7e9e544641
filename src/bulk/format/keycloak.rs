//! A user in Keycloak's exports: `UserRepresentation` and its `CredentialRepresentation`s.
//! <https://www.keycloak.org/docs-api/latest/rest-api/index.html#UserRepresentation>

use serde_json::{Map, Value, json};

use super::{Translated, base32, carry, credential, extend, millis, turn_round, wrong_type};
use crate::{
    bulk::{Fault, FaultCode, ReadOptions, record::Faults},
    password::PasswordHash,
    user::MfaFactor,
};

/// What says nothing that is kept here.
const LEFT_OUT: &[&str] =
    &["access", "clientConsents", "disableableCredentialTypes", "notBefore", "self", "totp", "userProfileMetadata"];

/// What goes into `app_metadata` under its own name.
const KEPT: &[&str] = &["clientRoles", "federationLink", "groups", "origin", "realmRoles"];

pub(super) fn user(mut export: Map<String, Value>, options: &ReadOptions, faults: &mut Faults) -> Translated {
    if export.contains_key("realm") && !export.contains_key("username") {
        let message = "it is a realm and not a user: export one realm to a file";
        faults.push(Fault::new(FaultCode::NotPassed, "keycloak.realm", "", message));
        return Translated::Record(Map::new());
    }
    let names_client = |key| export.get(key).is_some_and(|client| !client.is_null());
    if names_client("serviceAccountClientId") || names_client("serviceAccountClientLink") {
        return Translated::Skipped;
    }
    let (mut record, mut rest, mut metadata) = (Map::new(), Map::new(), Map::new());
    for (key, target) in [
        ("id", "user_id"),
        ("username", "username"),
        ("email", "email"),
        ("emailVerified", "email_verified"),
        ("firstName", "given_name"),
        ("lastName", "family_name"),
    ] {
        carry(&mut export, key, &mut record, target);
    }
    faults.or_default(turn_round(&mut export, "enabled", &mut record, "blocked"));
    if let Some(date) = faults.or_default(millis(&mut export, "createdTimestamp")) {
        rest.insert("created_at".to_owned(), date);
    }
    carry(&mut export, "attributes", &mut rest, "user_metadata");
    for key in KEPT {
        carry(&mut export, key, &mut metadata, key);
    }
    let credentials = faults.or_default(list(&mut export, "credentials"));
    let credentials = Credentials::read(credentials, faults);
    let actions = faults.or_default(list(&mut export, "requiredActions"));
    let (due, actions): (Vec<_>, Vec<_>) = actions.into_iter().partition(|action| action == "UPDATE_PASSWORD");
    if !actions.is_empty() {
        metadata.insert("requiredActions".to_owned(), actions.into());
    }
    faults.or_default(credentials.write(!due.is_empty(), &mut rest, options));
    let identities = faults.or_default(list(&mut export, "federatedIdentities"));
    let linked: Vec<_> = identities.into_iter().enumerate().filter_map(|it| faults.ok(linked(it))).collect();
    if !linked.is_empty() {
        rest.insert("identities".to_owned(), linked.into());
    }
    metadata.retain(|_, value| !is_empty(value));
    if !metadata.is_empty() {
        rest.insert("app_metadata".to_owned(), metadata.into());
    }
    extend(&mut record, rest);
    record.extend(export.into_iter().filter(|(key, value)| !LEFT_OUT.contains(&key.as_str()) && !value.is_null()));
    Translated::Record(record)
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty)
}

fn list(export: &mut Map<String, Value>, key: &str) -> Result<Vec<Value>, Fault> {
    match export.remove(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(wrong_type(format!("/{key}"), "an array")),
    }
}

/// An account elsewhere.
fn linked((index, identity): (usize, Value)) -> Result<Value, Fault> {
    let pointer = format!("/federatedIdentities/{index}");
    let Value::Object(mut identity) = identity else { return Err(wrong_type(pointer, "an object")) };
    let missing =
        |key| Fault::new(FaultCode::AnyOfMissing, "field.missing", format!("{pointer}/{key}"), "it is missing");
    let provider = identity.remove("identityProvider").ok_or_else(|| missing("identityProvider"))?;
    let subject = identity.remove("userId").ok_or_else(|| missing("userId"))?;
    Ok(json!({"provider": provider, "subject": subject, "profile": identity}))
}

/// What a user proves themselves with.
struct Credentials {
    password: Option<Password>,
    factors: Vec<MfaFactor>,
}

struct Password {
    pointer: String,
    hash: PasswordHash,
    set_at: Option<Value>,
    /// Whether it is to be changed at the first log-in.
    is_temporary: bool,
}

impl Credentials {
    fn read(list: Vec<Value>, faults: &mut Faults) -> Self {
        let mut found = Self { password: None, factors: Vec::new() };
        for (index, item) in list.into_iter().enumerate() {
            let pointer = format!("/credentials/{index}");
            let Value::Object(item) = item else {
                faults.push(wrong_type(pointer, "an object"));
                continue;
            };
            match item.get("type").and_then(Value::as_str) {
                None => faults.push(wrong_type(pointer + "/type", "a string")),
                // Keycloak tries the first one alone, too.
                Some("password") if found.password.is_none() => {
                    found.password = faults.ok(password(item, pointer));
                }
                // What was the password once.
                Some("password" | "password-history") => {}
                Some(_) => found.factors.push(factor(item)),
            }
        }
        found
    }

    fn write(self, is_due: bool, rest: &mut Map<String, Value>, options: &ReadOptions) -> Result<(), Fault> {
        if !self.factors.is_empty() {
            rest.insert("mfa_factors".to_owned(), json!(self.factors));
        }
        let is_due = is_due || self.password.as_ref().is_some_and(|password| password.is_temporary);
        if is_due {
            // There is no flag for it in a store, and the password that others know must not stay one.
            rest.insert("credential".to_owned(), "pending_password".into());
        } else if let Some(password) = self.password {
            rest.insert("credential".to_owned(), credential(password.hash, &password.pointer, options)?);
            if let Some(date) = password.set_at {
                rest.insert("password_set_at".to_owned(), date);
            }
        }
        Ok(())
    }
}

fn password(mut credential: Map<String, Value>, pointer: String) -> Result<Password, Fault> {
    if credential.get("value").is_some_and(|value| !value.is_null()) {
        let message = "it is a password and not a hash of one, as only files made by hand have it";
        return Err(Fault::new(FaultCode::NotPassed, "hash.plaintext", pointer + "/value", message));
    }
    let is_temporary = credential.get("temporary") == Some(&Value::Bool(true));
    let set_at = millis(&mut credential, "createdDate")
        .map_err(|fault| Fault { pointer: format!("{pointer}{}", fault.pointer), ..fault })?;
    credential.retain(|_, value| !value.is_null());
    let hash = PasswordHash::declared("keycloak", Value::Object(credential).to_string());
    Ok(Password { pointer, hash, set_at, is_temporary })
}

/// A second factor: a time-based one as every authenticator has it, any other as it came.
fn factor(credential: Map<String, Value>) -> MfaFactor {
    if let Some(secret) = usual_totp(&credential) {
        return MfaFactor::Totp { secret };
    }
    let kind = credential.get("type").and_then(Value::as_str).unwrap_or_default();
    MfaFactor::Other { kind: format!("keycloak-{kind}"), value: credential.into() }
}

/// The secret of a TOTP with the parameters that are usual: SHA-1, six digits, 30 seconds.
fn usual_totp(credential: &Map<String, Value>) -> Option<String> {
    let within = |key| -> Option<Value> { serde_json::from_str(credential.get(key)?.as_str()?).ok() };
    if credential.get("type")? != "otp" {
        return None;
    }
    let (secret, settings) = (within("secretData")?, within("credentialData")?);
    let usual =
        [("subType", json!("totp")), ("digits", json!(6)), ("period", json!(30)), ("algorithm", json!("HmacSHA1"))];
    if usual.iter().any(|(key, value)| settings.get(key) != Some(value)) {
        return None;
    }
    let secret = secret.get("value")?.as_str().filter(|secret| !secret.is_empty())?;
    match settings.get("secretEncoding").and_then(Value::as_str) {
        // The text itself is the secret, and not what it would be decoded to.
        None => Some(base32(secret.as_bytes())),
        Some("BASE32") => Some(secret.trim_end_matches('=').to_ascii_uppercase()),
        Some(_) => None,
    }
}
