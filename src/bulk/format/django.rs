//! What `manage.py dumpdata auth.user` writes: an array of all objects, of which those of a user model are read.
//! <https://docs.djangoproject.com/en/stable/topics/serialization/#serialization-formats-json>

use serde_json::{Map, Value};

use super::{Translated, carry, credential, extend, wrong_type};
use crate::{
    bulk::{ReadOptions, record::Faults},
    password::{Dialect, PasswordHash},
};

pub(super) fn user(mut object: Map<String, Value>, options: &ReadOptions, faults: &mut Faults) -> Translated {
    let is_user = object.get("model").and_then(Value::as_str).is_some_and(is_user_model);
    let fields = object.remove("fields");
    let Some(Value::Object(mut fields)) = fields.filter(|_| is_user) else { return Translated::Skipped };
    let (mut record, mut rest, mut metadata) = (Map::new(), Map::new(), Map::new());
    match object.remove("pk") {
        Some(Value::Number(number)) => drop(record.insert("user_id".to_owned(), number.to_string().into())),
        Some(id @ Value::String(_)) => drop(record.insert("user_id".to_owned(), id)),
        _ => faults.push(wrong_type("/pk".to_owned(), "a number or a string")),
    }
    // Django writes an empty text where there is none.
    fields.retain(|_, value| value.as_str() != Some(""));
    for (key, target) in
        [("username", "username"), ("email", "email"), ("first_name", "given_name"), ("last_name", "family_name")]
    {
        carry(&mut fields, key, &mut record, target);
    }
    if let Some(Value::Bool(active)) = fields.remove("is_active") {
        record.insert("blocked".to_owned(), (!active).into());
    }
    match fields.remove("password") {
        // Django's mark for nobody's password.
        Some(Value::String(hash)) if hash.starts_with('!') => {
            rest.insert("credential".to_owned(), "none".into());
        }
        Some(Value::String(text)) => {
            // Django's older hashes are spelt like other systems'.
            let hash = match &options.record.hash_format {
                Some(scheme) => PasswordHash::declared(scheme.as_str(), text),
                None => Dialect::DJANGO.hash(text),
            };
            let hash = faults.ok(credential(hash, "/fields/password", options));
            rest.extend(hash.map(|hash| ("credential".to_owned(), hash)));
        }
        Some(other) => {
            record.insert("password_hash".to_owned(), other);
        }
        None => {}
    }
    carry(&mut fields, "date_joined", &mut rest, "created_at");
    carry(&mut fields, "last_login", &mut rest, "last_login");
    for key in ["is_staff", "is_superuser", "groups", "user_permissions"] {
        carry(&mut fields, key, &mut metadata, key);
    }
    metadata.retain(|_, value| !value.as_array().is_some_and(Vec::is_empty));
    if !metadata.is_empty() {
        record.insert("app_metadata".to_owned(), metadata.into());
    }
    extend(&mut record, rest);
    // Columns of a model of one's own: refused by name.
    record.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
    Translated::Record(record)
}

/// A user model of one's own is called `user` by nearly everybody, in an application of another name.
fn is_user_model(model: &str) -> bool {
    model.rsplit_once('.').is_some_and(|(_, name)| name == "user")
}
