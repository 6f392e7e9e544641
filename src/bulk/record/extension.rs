//! The member `waystation`: what a store holds of a person and the reference schema has no place for.

use serde::de::DeserializeOwned;

use super::{
    Faults, Field, Json, MAX_ID_BYTES, MAX_NAME_BYTES, Pointer, date, factor,
    json::{Members, find_repeated},
    reading::Reading,
};
use crate::{
    bulk::FaultCode,
    password::PasswordHash,
    user::{Credential, LegacyKey, LinkedIdentity, MfaFactor, Moved, MovedBy},
};

impl Reading<'_> {
    pub(super) fn extension(&mut self, value: Json<'_>, place: &Pointer<'_>) {
        let Some(members) = object(value, place, &mut self.faults) else { return };
        for (key, value) in members {
            let place = &place.member(&key);
            match &*key {
                "app_metadata" => {
                    if self.name(Field::AppMetadata, place)
                        && let Some(members) = object(value, place, &mut self.faults)
                    {
                        self.record.profile.app_metadata = super::json::into_map(members, place, &mut self.faults);
                    }
                }
                "created_at" => self.record.created_at = self.date(Field::CreatedAt, &value, place),
                "credential" => self.credential(value, place),
                "identities" => {
                    if self.name(Field::Identities, place) {
                        let what = "an identity with its provider and subject";
                        self.record.profile.identities =
                            self.list::<LinkedIdentity>(value, "identity.syntax", what, place);
                    }
                }
                "last_login" => self.record.last_login = self.date(Field::LastLogin, &value, place),
                "legacy" => self.legacy(value, place),
                "login_count" => self.login_count(&value, place),
                "mfa_factors" => {
                    if self.name(Field::MfaFactors, place) {
                        let what = "a factor of a known kind";
                        self.record.profile.mfa_factors = self.list::<MfaFactor>(value, "mfa.syntax", what, place);
                    }
                }
                "moved" => self.moved(value, place),
                "password_set_at" => self.record.password_set_at = self.date(Field::PasswordSetAt, &value, place),
                "updated_at" => self.record.updated_at = date::read(&value, place, &mut self.faults),
                "user_metadata" => {
                    if self.name(Field::UserMetadata, place)
                        && let Some(members) = object(value, place, &mut self.faults)
                    {
                        self.record.profile.user_metadata = super::json::into_map(members, place, &mut self.faults);
                    }
                }
                _ => self.faults.unknown_key(place),
            }
        }
    }

    /// As a store held it: a hash that no scheme knows is kept, and stays of no use.
    fn credential(&mut self, value: Json<'_>, place: &Pointer<'_>) {
        if !self.name(Field::Password, place) {
            return;
        }
        let value = value.into_value(place, &mut self.faults);
        if let Ok(credential) = serde_json::from_value::<Credential>(value) {
            if is_storable(&credential) {
                self.record.credential = Some(credential);
            } else {
                let message = format!("the name of its source or scheme is longer than {MAX_NAME_BYTES} bytes");
                self.faults.add(FaultCode::MaxLength, "credential.too_long", place, message);
            }
        } else {
            let message = "it is neither none, pending_password, a hash nor a delegation";
            self.faults.add(FaultCode::EnumMismatch, "credential.syntax", place, message);
        }
    }

    fn list<T: DeserializeOwned>(
        &mut self,
        value: Json<'_>,
        detail: &'static str,
        what: &'static str,
        place: &Pointer<'_>,
    ) -> Vec<T> {
        let Json::List(items) = value else {
            self.faults.wrong_type(place, "an array");
            return Vec::new();
        };
        let mut list = Vec::with_capacity(items.len().min(factor::MOST));
        for (index, item) in items.into_iter().enumerate() {
            let place = &place.item(index);
            match serde_json::from_value(item.into_value(place, &mut self.faults)) {
                Ok(item) => list.push(item),
                Err(_) => self.faults.add(FaultCode::Format, detail, place, format!("it is not {what}")),
            }
        }
        list
    }

    fn login_count(&mut self, value: &Json<'_>, place: &Pointer<'_>) {
        self.record.fields.insert(Field::LoginCount);
        match value {
            Json::Number(number) if number.is_u64() => self.record.login_count = number.as_u64(),
            Json::Number(number) if number.is_i64() => {
                self.faults.add(FaultCode::Minimum, "login_count.negative", place, "it is less than 0");
            }
            _ => self.faults.wrong_type(place, "a whole number"),
        }
    }

    fn legacy(&mut self, value: Json<'_>, place: &Pointer<'_>) {
        let Some([source, id]) = two(value, ["source", "id"], place, &mut self.faults) else { return };
        let source = self.legacy_part(source, MAX_NAME_BYTES, &place.member("source"));
        let id = self.legacy_part(id, MAX_ID_BYTES, &place.member("id"));
        if let (Some(source), Some(id)) = (source, id) {
            self.record.legacy = Some(LegacyKey::new(source, id));
        }
    }

    fn legacy_part(&mut self, value: Json<'_>, most: usize, place: &Pointer<'_>) -> Option<String> {
        let Json::Text(text) = value else {
            self.faults.wrong_type(place, "a string");
            return None;
        };
        self.bounded(&text, most, "legacy.empty", "legacy.too_long", place).then(|| text.into_owned())
    }

    fn moved(&mut self, value: Json<'_>, place: &Pointer<'_>) {
        self.record.fields.insert(Field::Moved);
        // Of somebody who signed up.
        if matches!(value, Json::Null) {
            return;
        }
        let Some([at, by]) = two(value, ["at", "by"], place, &mut self.faults) else { return };
        let at = date::read(&at, &place.member("at"), &mut self.faults);
        let by = match by {
            Json::Text(text) => MovedBy::ALL.into_iter().find(|by| by.as_str() == text),
            _ => None,
        };
        if by.is_none() {
            let message = "it is none of the ways in which people move";
            self.faults.add(FaultCode::EnumMismatch, "moved.by", &place.member("by"), message);
        }
        if let (Some(at), Some(by)) = (at, by) {
            self.record.moved = Some(Moved::new(at, by));
        }
    }
}

/// Whether its names are such as every store keeps.
fn is_storable(credential: &Credential) -> bool {
    let (source, hash) = match credential {
        Credential::Delegated(delegation) => (Some(delegation.source.as_str()), delegation.shadow.as_ref()),
        Credential::Hash(hash) => (None, Some(hash)),
        Credential::None | Credential::PendingPassword => (None, None),
    };
    source.into_iter().chain(hash.and_then(PasswordHash::scheme)).all(|name| name.len() <= MAX_NAME_BYTES)
}

fn object<'a>(value: Json<'a>, place: &Pointer<'_>, faults: &mut Faults) -> Option<Members<'a>> {
    let Json::Object(members) = value else {
        faults.wrong_type(place, "an object");
        return None;
    };
    find_repeated(&members, place, faults);
    Some(members)
}

/// The two members that an object must have, and no other.
fn two<'a>(value: Json<'a>, keys: [&str; 2], place: &Pointer<'_>, faults: &mut Faults) -> Option<[Json<'a>; 2]> {
    let members = object(value, place, faults)?;
    let mut found = [None, None];
    for (key, value) in members {
        match keys.iter().zip(&mut found).find(|(name, _)| **name == key) {
            Some((_, slot)) => *slot = Some(value),
            None => faults.unknown_key(&place.member(&key)),
        }
    }
    for (key, _) in keys.iter().zip(&found).filter(|(_, found)| found.is_none()) {
        faults.add(FaultCode::AnyOfMissing, "field.missing", &place.member(key), "it is missing");
    }
    let [first, second] = found;
    Some([first?, second?])
}
