//! `mfa_factors` of the reference schema.

use super::{Faults, Json, Pointer, RecordOptions, json::Members, strict};
use crate::{bulk::FaultCode, identifier::IdentifierKind, user::MfaFactor};

/// Most factors of a person.
pub(super) const MOST: usize = 10;

/// One to ten objects, each with one of `totp`, `phone` and `email`.
pub(super) fn factors(
    value: Json<'_>,
    place: &Pointer<'_>,
    options: &RecordOptions,
    faults: &mut Faults,
) -> Vec<MfaFactor> {
    let Json::List(items) = value else {
        faults.wrong_type(place, "an array");
        return Vec::new();
    };
    if items.is_empty() {
        faults.add(FaultCode::ArrayLengthShort, "mfa.too_few", place, "there is no factor in it");
    }
    if items.len() > MOST {
        faults.add(FaultCode::ArrayLengthLong, "mfa.too_many", place, "there are more than 10 factors in it");
    }
    let items = items.into_iter().take(MOST).enumerate();
    items.filter_map(|(index, item)| factor(item, &place.item(index), options, faults)).collect()
}

fn factor(value: Json<'_>, place: &Pointer<'_>, options: &RecordOptions, faults: &mut Faults) -> Option<MfaFactor> {
    let Json::Object(members) = value else {
        faults.wrong_type(place, "an object");
        return None;
    };
    super::json::find_repeated(&members, place, faults);
    match members.len() {
        0 => faults.add(FaultCode::AnyOfMissing, "mfa.empty", place, "it has none of totp, phone and email"),
        1 => {}
        _ => faults.add(FaultCode::NotPassed, "mfa.several", place, "each factor is an object of its own"),
    }
    let mut found = None;
    for (key, value) in members {
        let place = &place.member(&key);
        let factor = match &*key {
            "totp" => only(value, "secret", place, faults).and_then(|secret| {
                let secret = pattern(secret, is_base32, "mfa.secret", &place.member("secret"), faults);
                secret.map(|secret| MfaFactor::Totp { secret })
            }),
            "phone" => only(value, "value", place, faults).and_then(|value| {
                let value = pattern(value, is_e164, "mfa.phone", &place.member("value"), faults);
                value.map(|value| MfaFactor::Phone { value })
            }),
            "email" => only(value, "value", place, faults).and_then(|value| {
                if options.rules.parse_as(IdentifierKind::Email, &value).is_err()
                    || options.strict && strict::identifier(IdentifierKind::Email, &value).is_err()
                {
                    let message = "it is not an e-mail address";
                    faults.add(FaultCode::Format, "mfa.email", &place.member("value"), message);
                    return None;
                }
                Some(MfaFactor::Email { value })
            }),
            _ => {
                faults.unknown_key(place);
                None
            }
        };
        found = found.or(factor);
    }
    found
}

/// The text of the one member that an object has.
fn only(value: Json<'_>, key: &str, place: &Pointer<'_>, faults: &mut Faults) -> Option<String> {
    let Json::Object(members) = value else {
        faults.wrong_type(place, "an object");
        return None;
    };
    super::json::find_repeated(&members, place, faults);
    let missing = !members.iter().any(|(name, _)| name == key);
    if missing {
        faults.add(FaultCode::AnyOfMissing, "mfa.missing", &place.member(key), "it is missing");
    }
    take(members, key, place, faults)
}

fn take(members: Members<'_>, key: &str, place: &Pointer<'_>, faults: &mut Faults) -> Option<String> {
    let mut found = None;
    for (name, value) in members {
        match value {
            _ if name != key => faults.unknown_key(&place.member(&name)),
            Json::Text(text) => found = Some(text.into_owned()),
            _ => faults.wrong_type(&place.member(key), "a string"),
        }
    }
    found
}

fn pattern(
    text: String,
    fits: fn(&str) -> bool,
    detail: &'static str,
    place: &Pointer<'_>,
    faults: &mut Faults,
) -> Option<String> {
    if fits(&text) {
        return Some(text);
    }
    let message = match detail {
        "mfa.secret" => "it is not base32 in capital letters without padding",
        _ => "it is not + and 1 to 15 digits",
    };
    faults.add(FaultCode::Pattern, detail, place, message);
    None
}

/// `^[A-Z2-7]+$`
pub(super) fn is_base32(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'))
}

/// `^\+[0-9]{1,15}$`
pub(super) fn is_e164(text: &str) -> bool {
    text.strip_prefix('+')
        .is_some_and(|digits| (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
