//! A row of the CSV that Amazon Cognito imports and that exporters write: the header of `aws cognito-idp get-csv-header`.
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-using-import-tool.html>

use serde_json::{Map, Value};

use super::{Translated, carry, extend, flag, merge, text, wrong_type};
use crate::bulk::{Fault, record::Faults};

/// What goes into `user_metadata` under its own name: the other standard attributes of a pool.
const KEPT: &[&str] = &[
    "address",
    "birthdate",
    "gender",
    "locale",
    "middle_name",
    "preferred_username",
    "profile",
    "website",
    "zoneinfo",
];

pub(super) fn user(mut row: Map<String, Value>, faults: &mut Faults) -> Translated {
    let (mut record, mut rest) = (Map::new(), Map::new());
    let (mut metadata, mut attributes) = (Map::new(), Map::new());
    for key in ["name", "given_name", "family_name", "nickname", "picture", "email", "phone_number"] {
        carry(&mut row, key, &mut record, key);
    }
    for (key, target) in [("email_verified", "email_verified"), ("phone_number_verified", "phone_verified")] {
        if let Some(is_verified) = faults.or_default(flag(&mut row, key)) {
            record.insert(target.to_owned(), is_verified.into());
        }
    }
    let username = faults.or_default(text(&mut row, "cognito:username"));
    carry(&mut row, "sub", &mut record, "user_id");
    if let Some(username) = username {
        // Its name in the pool never changes. Where people log in with an address, it is one or a UUID, and nobody types it.
        record.entry("user_id").or_insert_with(|| username.as_str().into());
        if username.contains('@') {
            record.entry("email").or_insert_with(|| username.into());
        } else if uuid::Uuid::try_parse(&username).is_err() {
            record.insert("username".to_owned(), username.into());
        }
    }
    for key in KEPT {
        carry(&mut row, key, &mut attributes, key);
    }
    if let Some(at) = faults.or_default(updated_at(&mut row)) {
        rest.insert("updated_at".to_owned(), at.into());
    }
    if let Some(is_on) = faults.or_default(flag(&mut row, "cognito:mfa_enabled")) {
        metadata.insert("cognito:mfa_enabled".to_owned(), is_on.into());
    }
    let own: Vec<_> =
        row.keys().filter(|key| key.starts_with("custom:") || key.starts_with("dev:custom:")).cloned().collect();
    for key in own {
        carry(&mut row, &key, &mut metadata, &key);
    }
    merge(&mut row, "app_metadata", metadata, &mut rest);
    merge(&mut row, "user_metadata", attributes, &mut rest);
    extend(&mut record, rest);
    record.extend(row);
    Translated::Record(record)
}

/// In microseconds.
fn updated_at(row: &mut Map<String, Value>) -> Result<Option<i64>, Fault> {
    let Some(seconds) = text(row, "updated_at")? else { return Ok(None) };
    let seconds: i64 = seconds.parse().map_err(|_| wrong_type("/updated_at".to_owned(), "seconds since 1970"))?;
    Ok(Some(seconds.saturating_mul(1_000_000)))
}
