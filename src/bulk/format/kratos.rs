//! An identity of Ory Kratos, as its admin API lists it, `kratos list identities --format json` prints it, and
//! `POST /admin/identities` takes it.
//! <https://www.ory.sh/docs/kratos/reference/api#tag/identity/operation/listIdentities>

use serde_json::{Map, Value, json};

use super::{Translated, carry, credential, extend, refused_import, wrong_type};
use crate::{
    bulk::{Fault, FaultCode, ReadOptions, record::Faults},
    password::vendor::KratosHash,
    user::MfaFactor,
};

/// What says nothing that is kept here.
const LEFT_OUT: &[&str] = &["recovery_addresses", "schema_url", "state_changed_at"];

/// What goes into `app_metadata` under its own name.
const KEPT: &[&str] = &["external_id", "metadata_admin", "metadata_public", "organization_id", "schema_id"];

/// The traits that have a field here; the others become `user_metadata`.
const TRAITS: &[(&str, &str)] = &[
    ("email", "email"),
    ("username", "username"),
    ("phone", "phone_number"),
    ("phone_number", "phone_number"),
    ("given_name", "given_name"),
    ("first_name", "given_name"),
    ("family_name", "family_name"),
    ("last_name", "family_name"),
    ("nickname", "nickname"),
    ("picture", "picture"),
];

pub(super) fn user(mut identity: Map<String, Value>, options: &ReadOptions, faults: &mut Faults) -> Translated {
    let (mut record, mut rest, mut metadata) = (Map::new(), Map::new(), Map::new());
    carry(&mut identity, "id", &mut record, "user_id");
    carry(&mut identity, "created_at", &mut rest, "created_at");
    carry(&mut identity, "updated_at", &mut rest, "updated_at");
    match identity.remove("state") {
        None | Some(Value::Null) => {}
        Some(state) if state == "active" || state == "inactive" => {
            record.insert("blocked".to_owned(), (state == "inactive").into());
        }
        Some(_) => {
            let message = "it is neither active nor inactive";
            faults.push(Fault::new(FaultCode::EnumMismatch, "kratos.state", "/state", message));
        }
    }
    for key in KEPT {
        carry(&mut identity, key, &mut metadata, key);
    }
    let traits = faults.or_default(object(&mut identity, "traits", "/traits"));
    let traits = of_traits(traits, &mut record);
    let mut credentials = faults.or_default(object(&mut identity, "credentials", "/credentials"));
    let password = faults.or_default(object(&mut credentials, "password", "/credentials/password"));
    name_by_password(&password, &mut record);
    faults.or_default(verified(identity.remove("verifiable_addresses"), &mut record));
    if let Some(password) = faults.or_default(of_password(password, options)) {
        rest.insert("credential".to_owned(), password);
    }
    let oidc = faults.or_default(object(&mut credentials, "oidc", "/credentials/oidc"));
    let linked = linked(oidc, faults);
    let factors = factors(credentials, faults);
    for (key, value) in [
        ("identities", Value::Array(linked)),
        ("mfa_factors", json!(factors)),
        ("app_metadata", metadata.into()),
        ("user_metadata", traits.into()),
    ] {
        if value.as_array().is_none_or(|list| !list.is_empty()) && value.as_object().is_none_or(|map| !map.is_empty()) {
            rest.insert(key.to_owned(), value);
        }
    }
    extend(&mut record, rest);
    record.extend(identity.into_iter().filter(|(key, value)| !LEFT_OUT.contains(&key.as_str()) && !value.is_null()));
    Translated::Record(record)
}

fn object(from: &mut Map<String, Value>, key: &str, pointer: &str) -> Result<Map<String, Value>, Fault> {
    match from.remove(key) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(members)) => Ok(members),
        Some(_) => Err(wrong_type(pointer.to_owned(), "an object")),
    }
}

/// Takes what has a field, and gives the rest. A schema may call anything anything: what is of another type stays there.
fn of_traits(mut traits: Map<String, Value>, record: &mut Map<String, Value>) -> Map<String, Value> {
    for (key, target) in TRAITS {
        if traits.get(*key).is_some_and(Value::is_string) && !record.contains_key(*target) {
            carry(&mut traits, key, record, target);
        }
    }
    match traits.remove("name") {
        Some(Value::String(name)) => {
            record.insert("name".to_owned(), name.into());
        }
        Some(Value::Object(mut names)) => {
            for (key, target) in [("first", "given_name"), ("last", "family_name")] {
                if names.get(key).is_some_and(Value::is_string) {
                    carry(&mut names, key, record, target);
                }
            }
            if !names.is_empty() {
                traits.insert("name".to_owned(), names.into());
            }
        }
        Some(other) => {
            traits.insert("name".to_owned(), other);
        }
        None => {}
    }
    traits
}

/// Whom no trait names is called as they log in with their password.
fn name_by_password(password: &Map<String, Value>, record: &mut Map<String, Value>) {
    if ["email", "username", "phone_number"].iter().any(|key| record.contains_key(*key)) {
        return;
    }
    let identifiers = password.get("identifiers").and_then(Value::as_array);
    for identifier in identifiers.into_iter().flatten().filter_map(Value::as_str) {
        let target = if identifier.contains('@') { "email" } else { "username" };
        record.entry(target).or_insert_with(|| identifier.into());
    }
}

fn verified(addresses: Option<Value>, record: &mut Map<String, Value>) -> Result<(), Fault> {
    let addresses = match addresses {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(addresses)) => addresses,
        Some(_) => return Err(wrong_type("/verifiable_addresses".to_owned(), "an array")),
    };
    for (key, target) in [("email", "email_verified"), ("phone_number", "phone_verified")] {
        let Some(own) = record.get(key).and_then(Value::as_str) else { continue };
        let is_own = |address: &&Value| {
            let value = address.get("value").and_then(Value::as_str);
            value.is_some_and(|value| value.eq_ignore_ascii_case(own))
        };
        let is_verified =
            addresses.iter().find(is_own).is_some_and(|address| address.get("verified") == Some(&true.into()));
        record.insert(target.to_owned(), is_verified.into());
    }
    Ok(())
}

fn of_password(mut password: Map<String, Value>, options: &ReadOptions) -> Result<Option<Value>, Fault> {
    let config = object(&mut password, "config", "/credentials/password/config")?;
    let set = |key: &str| config.get(key).filter(|value| !value.is_null() && value.as_str() != Some(""));
    if set("password").is_some() {
        let message = "it is a password and not a hash of one, as only files made by hand have it";
        let pointer = "/credentials/password/config/password";
        return Err(Fault::new(FaultCode::NotPassed, "hash.plaintext", pointer, message));
    }
    let pointer = "/credentials/password/config/hashed_password";
    match set("hashed_password") {
        None => Ok(None),
        Some(Value::String(text)) => {
            let hash = KratosHash::new(text.as_str()).map_err(|error| refused_import(&error, pointer))?;
            credential(hash.into(), pointer, options).map(Some)
        }
        Some(_) => Err(wrong_type(pointer.to_owned(), "a string")),
    }
}

fn linked(mut oidc: Map<String, Value>, faults: &mut Faults) -> Vec<Value> {
    let pointer = "/credentials/oidc/config";
    let mut config = faults.or_default(object(&mut oidc, "config", pointer));
    let Some(Value::Array(providers)) = config.remove("providers") else { return Vec::new() };
    let named = |(index, provider): (usize, Value)| {
        let text = |key: &str| {
            let missing = || wrong_type(format!("{pointer}/providers/{index}/{key}"), "a string");
            provider.get(key).and_then(Value::as_str).ok_or_else(missing)
        };
        Ok(json!({"provider": text("provider")?, "subject": text("subject")?}))
    };
    providers.into_iter().enumerate().filter_map(|it| faults.ok(named(it))).collect()
}

/// Second factors: a usual TOTP as every authenticator has it, passkeys and recovery codes as they came.
fn factors(credentials: Map<String, Value>, faults: &mut Faults) -> Vec<MfaFactor> {
    let mut factors = Vec::new();
    for (kind, credential) in credentials {
        // Codes go to an address that the identity has.
        if credential.is_null() || kind == "code" {
            continue;
        }
        let Some(config) = credential.get("config").filter(|config| !config.is_null()) else { continue };
        let secret = config.get("totp_url").and_then(Value::as_str).and_then(usual_totp);
        factors.push(match secret.filter(|_| kind == "totp") {
            Some(secret) => MfaFactor::Totp { secret },
            // What it is called may be anything, and is not shown.
            None if !config.is_object() => {
                let message = "a credential in it has a config that is not an object";
                faults.push(Fault::new(FaultCode::InvalidType, "value.type", "/credentials", message));
                continue;
            }
            None => MfaFactor::Other { kind: format!("kratos-{kind}"), value: config.clone() },
        });
    }
    factors
}

/// The secret of a key URI whose other parameters are those that every authenticator takes.
/// <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>
fn usual_totp(url: &str) -> Option<String> {
    let (_, query) = url.strip_prefix("otpauth://totp/")?.split_once('?')?;
    let mut secret = None;
    for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        match (key, value) {
            ("secret", value) => secret = Some(value.trim_end_matches("%3D").to_ascii_uppercase()),
            ("algorithm", "SHA1") | ("digits", "6") | ("period", "30") => {}
            ("algorithm" | "digits" | "period", _) => return None,
            _ => {}
        }
    }
    secret.filter(|secret| !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
