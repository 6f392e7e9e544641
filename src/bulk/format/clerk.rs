//! A row of the CSV that Clerk's dashboard exports.
//! <https://clerk.com/docs/guides/development/migrating/export-from-clerk>; the columns are those that
//! <https://github.com/workos/migrate-clerk-users> reads.

use serde_json::{Map, Value, json};

use super::{Translated, carry, credential, extend, merge, refused_import, text};
use crate::{
    bulk::{Fault, FaultCode, ReadOptions, record::Faults},
    password::vendor::ClerkHash,
};

/// Lists of addresses and numbers that a user may have besides the primary ones.
const LISTS: &[&str] =
    &["unverified_email_addresses", "unverified_phone_numbers", "verified_email_addresses", "verified_phone_numbers"];

pub(super) fn user(mut row: Map<String, Value>, options: &ReadOptions, faults: &mut Faults) -> Translated {
    let (mut record, mut rest, mut metadata) = (Map::new(), Map::new(), Map::new());
    for (key, target) in [
        ("id", "user_id"),
        ("username", "username"),
        ("first_name", "given_name"),
        ("last_name", "family_name"),
        ("primary_email_address", "email"),
        ("primary_phone_number", "phone_number"),
    ] {
        carry(&mut row, key, &mut record, target);
    }
    for (list, key, target) in [
        ("verified_email_addresses", "email", "email_verified"),
        ("verified_phone_numbers", "phone_number", "phone_verified"),
    ] {
        let verified = row.get(list).and_then(Value::as_str).unwrap_or_default();
        if let Some(own) = record.get(key).and_then(Value::as_str) {
            let is_verified = listed(verified).any(|listed| listed.eq_ignore_ascii_case(own));
            record.insert(target.to_owned(), is_verified.into());
        }
    }
    // The primary ones alone are in the record already.
    let primary: Vec<String> = ["email", "phone_number"]
        .iter()
        .filter_map(|key| record.get(*key).and_then(Value::as_str).map(str::to_owned))
        .collect();
    for list in LISTS {
        let others = faults.or_default(text(&mut row, list)).unwrap_or_default();
        let others: Vec<&str> = listed(&others).filter(|other| !primary.iter().any(|own| own == other)).collect();
        if !others.is_empty() {
            metadata.insert((*list).to_owned(), json!(others));
        }
    }
    if let Some(secret) = faults.or_default(text(&mut row, "totp_secret")) {
        let secret = secret.trim_end_matches('=').to_ascii_uppercase();
        record.insert("mfa_factors".to_owned(), json!([{"totp": {"secret": secret}}]));
    }
    if let Some(hash) = faults.or_default(password(&mut row, options)) {
        rest.insert("credential".to_owned(), hash);
    }
    merge(&mut row, "app_metadata", metadata, &mut rest);
    extend(&mut record, rest);
    record.extend(row);
    Translated::Record(record)
}

fn password(row: &mut Map<String, Value>, options: &ReadOptions) -> Result<Option<Value>, Fault> {
    let (hasher, digest) = (text(row, "password_hasher"), text(row, "password_digest"));
    let Some(digest) = digest? else { return Ok(None) };
    let hasher = hasher?.ok_or_else(|| {
        let message = "it is missing, and nothing else tells which scheme the digest is of";
        Fault::new(FaultCode::AnyOfMissing, "hash.incomplete", "/password_hasher", message)
    })?;
    let hash = ClerkHash::new(&hasher, digest).map_err(|error| refused_import(&error, "/password_hasher"))?;
    credential(hash.into(), "/password_digest", options).map(Some)
}

/// The members of a list. No address and no number has what stands between them.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(['|', ',', ';', ' ', '\n']).filter(|member| !member.is_empty())
}
