//! A row of Supabase's table `auth.users`: of `pg_dump`, of `\copy auth.users TO … CSV HEADER`, of the dashboard's CSV, or as
//! JSON.
//! <https://github.com/supabase/auth/blob/master/internal/models/user.go>

use serde_json::{Map, Value};

use super::{Translated, carry, credential, extend, flag, merge, text, wrong_type};
use crate::{
    bulk::{
        Fault, FaultCode, ReadOptions,
        record::{Faults, date},
    },
    clock::Timestamp,
};

/// The schema and the table.
pub(in crate::bulk) const TABLE: (&str, &str) = ("auth", "users");

/// What says nothing that is kept here, tokens among it.
const LEFT_OUT: &[&str] = &[
    "aud",
    "confirmation_sent_at",
    "confirmation_token",
    "confirmed_at",
    "email_change",
    "email_change_confirm_status",
    "email_change_sent_at",
    "email_change_token_current",
    "email_change_token_new",
    "instance_id",
    "invited_at",
    "is_sso_user",
    "is_super_admin",
    "phone_change",
    "phone_change_sent_at",
    "phone_change_token",
    "reauthentication_sent_at",
    "reauthentication_token",
    "recovery_sent_at",
    "recovery_token",
];

pub(super) fn user(mut row: Map<String, Value>, options: &ReadOptions, faults: &mut Faults) -> Translated {
    // An empty text is nothing in the table, too.
    row.retain(|_, value| !value.is_null() && value.as_str() != Some(""));
    if row.contains_key("deleted_at") {
        return Translated::Skipped;
    }
    let (mut record, mut rest) = (Map::new(), Map::new());
    carry(&mut row, "id", &mut record, "user_id");
    carry(&mut row, "email", &mut record, "email");
    if let Some(phone) = faults.or_default(text(&mut row, "phone")) {
        // It is kept without the sign.
        let phone = if phone.bytes().all(|byte| byte.is_ascii_digit()) { format!("+{phone}") } else { phone };
        record.insert("phone_number".to_owned(), phone.into());
    }
    for (key, target, of) in
        [("email_confirmed_at", "email_verified", "email"), ("phone_confirmed_at", "phone_verified", "phone_number")]
    {
        let is_confirmed = row.remove(key).is_some();
        if record.contains_key(of) {
            record.insert(target.to_owned(), is_confirmed.into());
        }
    }
    for (key, target) in [("created_at", "created_at"), ("last_sign_in_at", "last_login"), ("updated_at", "updated_at")]
    {
        if let Some(at) = faults.or_default(timestamp(&mut row, key)) {
            rest.insert(target.to_owned(), date::written(at));
        }
    }
    let banned_until = faults.or_default(timestamp(&mut row, "banned_until"));
    let is_banned = banned_until.is_some_and(|until| until > options.clock.now());
    record.insert("blocked".to_owned(), is_banned.into());
    let mut metadata = faults.or_default(object(&mut row, "raw_app_meta_data"));
    let user_metadata = faults.or_default(object(&mut row, "raw_user_meta_data"));
    carry(&mut row, "banned_reason", &mut metadata, "banned_reason");
    if row.get("role").is_some_and(|role| role != "authenticated") {
        carry(&mut row, "role", &mut metadata, "role");
    }
    row.remove("role");
    if faults.or_default(flag(&mut row, "is_anonymous")).unwrap_or(false) {
        metadata.insert("is_anonymous".to_owned(), true.into());
        rest.insert("credential".to_owned(), "none".into());
    }
    if let Some(hash) = faults.or_default(text(&mut row, "encrypted_password")) {
        let hash = credential(options.record.declared(&hash), "/encrypted_password", options);
        rest.extend(faults.ok(hash).map(|hash| ("credential".to_owned(), hash)));
    }
    merge(&mut row, "app_metadata", metadata, &mut rest);
    merge(&mut row, "user_metadata", user_metadata, &mut rest);
    extend(&mut record, rest);
    // Columns of a later release or of one's own: refused by name.
    record.extend(row.into_iter().filter(|(key, _)| !LEFT_OUT.contains(&key.as_str())));
    Translated::Record(record)
}

/// JSON in a column, or as a text in it.
fn object(row: &mut Map<String, Value>, key: &str) -> Result<Map<String, Value>, Fault> {
    match row.remove(key) {
        None => Ok(Map::new()),
        Some(Value::Object(members)) => Ok(members),
        Some(Value::String(json)) => serde_json::from_str(&json).map_err(|_| {
            Fault::new(FaultCode::Format, "json.syntax", format!("/{key}"), "it is not a JSON object in a text")
        }),
        Some(_) => Err(wrong_type(format!("/{key}"), "an object")),
    }
}

/// A point in time as PostgreSQL writes it: `2024-11-14 10:26:40.5+00`, with a `T` in JSON, or `infinity`.
fn timestamp(row: &mut Map<String, Value>, key: &str) -> Result<Option<Timestamp>, Fault> {
    let Some(text) = text(row, key)? else { return Ok(None) };
    if text == "infinity" {
        return Ok(Some(Timestamp::from_micros(i64::MAX)));
    }
    let fault = |_| Fault::new(FaultCode::Format, "date.syntax", format!("/{key}"), "it is not a date with its offset");
    let at: jiff::Timestamp = text.parse().map_err(fault)?;
    Ok(Some(Timestamp::from_micros(at.as_microsecond())))
}
