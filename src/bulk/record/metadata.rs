//! `user_metadata` and `app_metadata` of the reference schema.

use super::{Faults, Json, Pointer, json};
use crate::{bulk::FaultCode, user::Metadata};

/// What `app_metadata` may not have: the reference product keeps these itself.
pub(super) const FORBIDDEN: &[&str] = &[
    "__tenant",
    "_id",
    "blocked",
    "clientID",
    "created_at",
    "email",
    "email_verified",
    "globalClientID",
    "global_client_id",
    "identities",
    "lastIP",
    "lastLogin",
    "loginsCount",
    "metadata",
    "multifactor",
    "multifactor_last_modified",
    "updated_at",
    "user_id",
];

/// An object none of whose keys is in `forbidden`, or has a `.` or a `$` at any level.
pub(super) fn metadata(value: Json<'_>, forbidden: &[&str], place: &Pointer<'_>, faults: &mut Faults) -> Metadata {
    let Json::Object(members) = value else {
        faults.wrong_type(place, "an object");
        return Metadata::new();
    };
    for (key, value) in &members {
        if forbidden.contains(&&**key) {
            let message = "the reference product keeps this itself, so it cannot be metadata";
            faults.add(FaultCode::NotPassed, "metadata.forbidden", &place.member(key), message);
        }
        check_key(key, place, faults);
        check_keys(value, &place.member(key), faults);
    }
    json::into_map(members, place, faults)
}

fn check_keys(value: &Json<'_>, place: &Pointer<'_>, faults: &mut Faults) {
    match value {
        Json::Object(members) => {
            for (key, value) in members {
                check_key(key, place, faults);
                check_keys(value, &place.member(key), faults);
            }
        }
        Json::List(items) => {
            for (index, item) in items.iter().enumerate() {
                check_keys(item, &place.item(index), faults);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {}
    }
}

fn check_key(key: &str, place: &Pointer<'_>, faults: &mut Faults) {
    if key.contains(['.', '$']) {
        faults.add(FaultCode::Pattern, "metadata.key", place, "a key in it has a `.` or a `$`");
    }
}

/// Whether the reference schema takes it.
pub(super) fn is_taken(metadata: &Metadata, forbidden: &[&str]) -> bool {
    metadata.iter().all(|(key, value)| !forbidden.contains(&key.as_str()) && plain_key(key) && plain_keys(value))
}

fn plain_key(key: &str) -> bool {
    memchr::memchr2(b'.', b'$', key.as_bytes()).is_none()
}

fn plain_keys(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Object(members) => members.iter().all(|(key, value)| plain_key(key) && plain_keys(value)),
        serde_json::Value::Array(items) => items.iter().all(plain_keys),
        _ => true,
    }
}
