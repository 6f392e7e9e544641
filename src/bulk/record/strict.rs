//! What the reference product asks of a field beyond its type: in its import schema, and of the profile that it imports into.
//! Nothing of it is asked unless the reference schema alone is taken.
//!
//! Sources: <https://auth0.com/docs/manage-users/user-migration/bulk-user-import-database-schema-and-examples>,
//! <https://auth0.com/docs/manage-users/user-accounts/user-profiles/user-profile-structure> and
//! <https://auth0.com/docs/authenticate/database-connections/require-username>.

use super::{Field, Json, factor};
use crate::{bulk::FaultCode, identifier::IdentifierKind};

/// Most characters of a nickname, and of any other name.
const NICKNAME_CHARS: usize = 350;
const NAME_CHARS: usize = 150;

/// Most characters of a user name on any connection. One takes 15 unless it is set otherwise, which no file can know:
/// [`StandardRules::username_chars`](crate::identifier::StandardRules::username_chars) is that setting.
const USERNAME_CHARS: usize = 128;

/// Most bytes of an e-mail address, and of its part before the `@`.
const EMAIL_BYTES: usize = 254;
const LOCAL_PART_BYTES: usize = 64;

/// Most bytes of a part of a domain.
const LABEL_BYTES: usize = 63;

/// What is wrong with a field: the codes, and a sentence for people.
pub(super) type Refusal = (FaultCode, &'static str, &'static str);

/// An identifier as it is written: the service's rules drop and fold what the reference product does not take.
pub(super) fn identifier(kind: IdentifierKind, text: &str) -> Result<(), Refusal> {
    match kind {
        IdentifierKind::Email => email(text),
        IdentifierKind::Phone if factor::is_e164(text) => Ok(()),
        IdentifierKind::Phone => Err((FaultCode::Pattern, "phone.syntax", "it is not + and 1 to 15 digits")),
        IdentifierKind::Username => username(text),
    }
}

/// `format: email`, in the form that all who check it agree on: no quotes and no addresses of the network.
fn email(text: &str) -> Result<(), Refusal> {
    const MALFORMED: Refusal = (FaultCode::Format, "email.syntax", "it is not an e-mail address in ASCII");
    let (local, domain) = text.split_once('@').ok_or(MALFORMED)?;
    let is_atom = |atom: &str| {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
        !atom.is_empty() && atom.bytes().all(letter)
    };
    if !local.split('.').all(is_atom) || !domain.split('.').all(is_label) {
        return Err(MALFORMED);
    }
    if local.len() > LOCAL_PART_BYTES {
        return Err((FaultCode::MaxLength, "email.too_long", "what stands before its @ is longer than 64 bytes"));
    }
    if text.len() > EMAIL_BYTES {
        return Err((FaultCode::MaxLength, "email.too_long", "it is longer than 254 bytes"));
    }
    Ok(())
}

/// A part of the name of a host (RFC 1123).
fn is_label(label: &str) -> bool {
    (1..=LABEL_BYTES).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Capital letters are taken, since it is stored in small ones.
fn username(text: &str) -> Result<(), Refusal> {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"@^$.!`#+'~_-".contains(&byte);
    if text.is_empty() || !text.bytes().all(is_known) {
        let message = "it has something else than letters from A to Z, digits and @^$.!`#+'~_-";
        return Err((FaultCode::Pattern, "username.syntax", message));
    }
    let is_around = |(before, behind): (&str, &str)| !before.is_empty() && !behind.is_empty() && !behind.contains('@');
    if text.split_once('@').is_some_and(is_around) {
        return Err((FaultCode::Pattern, "username.syntax", "it looks like an e-mail address"));
    }
    if text.len() > USERNAME_CHARS {
        return Err((FaultCode::MaxLength, "username.too_long", "it is longer than 128 characters"));
    }
    Ok(())
}

/// A given, family or full name, or a nickname.
pub(super) fn name(field: Field, text: &str) -> Result<(), Refusal> {
    let (most, message) = if field == Field::Nickname {
        (NICKNAME_CHARS, "it is longer than 350 characters")
    } else {
        (NAME_CHARS, "it is longer than 150 characters")
    };
    if text.is_empty() {
        return Err((FaultCode::MinLength, "name.empty", "it is empty"));
    }
    // There are never more characters than bytes, so most names are not counted.
    if text.len() > most && text.chars().count() > most {
        return Err((FaultCode::MaxLength, "name.too_long", message));
    }
    Ok(())
}

/// bcrypt as the reference product makes it itself.
pub(super) fn password_hash(text: &str) -> Result<(), Refusal> {
    let Some(rest) = text.strip_prefix("$2a$").or_else(|| text.strip_prefix("$2b$")) else {
        let message = "it is not a bcrypt hash of the kind $2a$ or $2b$";
        return Err((FaultCode::Pattern, "hash.not_bcrypt", message));
    };
    if !rest.starts_with("10$") {
        return Err((FaultCode::Pattern, "hash.rounds", "it is not a bcrypt hash of 10 rounds"));
    }
    Ok(())
}

/// A date and time of RFC 3339 to the letter, as far as JavaScript has it: no leap second. Whether there is such a day is asked
/// later.
pub(super) fn date(value: &Json<'_>) -> Result<(), Refusal> {
    const REFUSAL: Refusal = (FaultCode::Format, "date.syntax", "it is not a date and time of RFC 3339");
    match value {
        Json::Text(text) if is_date_time(text) => Ok(()),
        Json::Text(_) => Err(REFUSAL),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => {
            Err((FaultCode::InvalidType, "value.type", "it is not a date of RFC 3339"))
        }
    }
}

fn is_date_time(text: &str) -> bool {
    // A `0` stands for any digit, and a letter for itself in either case.
    let fits = |text: &str, shape: &str| {
        let fits = |(byte, shape): (u8, u8)| match shape {
            b'0' => byte.is_ascii_digit(),
            _ => byte.eq_ignore_ascii_case(&shape),
        };
        text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
    };
    let Some((date, rest)) = text.split_at_checked("0000-00-00T00:00:00".len()) else { return false };
    let (fraction, offset) = match rest.find(['Z', 'z', '+', '-']) {
        Some(at) => rest.split_at(at),
        None => return false,
    };
    let is_fraction = fraction.is_empty()
        || fraction
            .strip_prefix('.')
            .is_some_and(|digits| (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()));
    let is_offset = fits(offset, "Z")
        || (fits(offset, "+00:00") || fits(offset, "-00:00"))
            && offset.get(1..3).is_some_and(|hours| hours <= "23")
            && offset.get(4..).is_some_and(|minutes| minutes <= "59");
    fits(date, "0000-00-00T00:00:00") && !date.ends_with("60") && is_fraction && is_offset
}
