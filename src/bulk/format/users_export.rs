//! The reference product's export of users: NDJSON or CSV, with the attributes of its user profile.
//! <https://auth0.com/docs/manage-users/user-migration/bulk-user-exports>

use serde_json::{Map, Value};

use super::{Translated, carry, extend};
use crate::bulk::{export::USUAL, read::cell};

/// What stands there under the same name.
const SAME: &[&str] = &[
    "app_metadata",
    "blocked",
    "email",
    "email_verified",
    "family_name",
    "given_name",
    "name",
    "nickname",
    "phone_number",
    "phone_verified",
    "picture",
    "user_id",
    "user_metadata",
    "username",
];

/// What has another name.
const RENAMED: &[(&str, &str)] = &[
    ("created_at", "created_at"),
    ("updated_at", "updated_at"),
    ("last_login", "last_login"),
    ("last_password_reset", "password_set_at"),
    ("logins_count", "login_count"),
];

/// What says nothing of the person that is kept here: the names of second factors without their secrets, among it.
const LEFT_OUT: &[&str] = &["last_ip", "multifactor", "multifactor_last_modified"];

pub(super) fn user(mut export: Map<String, Value>) -> Translated {
    let (mut record, mut rest) = (Map::new(), Map::new());
    for key in SAME {
        carry(&mut export, key, &mut record, key);
    }
    for (key, target) in RENAMED {
        carry(&mut export, key, &mut rest, target);
    }
    match export.remove("identities") {
        None | Some(Value::Null) => {}
        Some(Value::Array(identities)) => {
            let linked: Vec<Value> = identities.into_iter().filter_map(linked).collect();
            if !linked.is_empty() {
                rest.insert("identities".to_owned(), linked.into());
            }
        }
        // It is no list: the schema refuses it by its name.
        Some(other) => drop(record.insert("identities".to_owned(), other)),
    }
    extend(&mut record, rest);
    // What an export was told to write under other names is refused by them, unless a field map knows better.
    let unknown = |(key, value): &(String, Value)| !LEFT_OUT.contains(&key.as_str()) && !value.is_null();
    record.extend(export.into_iter().filter(unknown).filter(|(key, _)| !key.starts_with("identities[")));
    Translated::Record(record)
}

/// A row: numbers are texts. Columns may have the names that the product's own tool gives them.
pub(super) fn row(mut row: Map<String, Value>) -> Translated {
    for (path, name) in USUAL {
        // What is there twice is refused by its second name.
        if !row.contains_key(path)
            && let Some(Value::String(text)) = row.remove(name)
        {
            row.extend(cell(path, &text).map(|value| (path.to_owned(), value)));
        }
    }
    if let Some(Value::String(count)) = row.get("logins_count")
        && let Ok(count) = count.parse::<u64>()
    {
        row.insert("logins_count".to_owned(), count.into());
    }
    user(row)
}

/// An account elsewhere. The one of the user database itself is the user.
fn linked(identity: Value) -> Option<Value> {
    let Value::Object(mut identity) = identity else { return None };
    let provider = identity.remove("provider")?;
    if provider == "auth0" {
        return None;
    }
    let mut linked = Map::new();
    linked.insert("provider".to_owned(), provider);
    let subject = match identity.remove("user_id")? {
        // Some providers have numbers.
        Value::Number(number) => number.to_string().into(),
        other => other,
    };
    linked.insert("subject".to_owned(), subject);
    carry(&mut identity, "profileData", &mut linked, "profile");
    Some(Value::Object(linked))
}
