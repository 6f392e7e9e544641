//! A row of Okta's template for users in CSV: the base attributes of an Okta profile.
//! <https://help.okta.com/en-us/content/topics/users-groups-profiles/usgp-import-users-csv.htm>; the attributes are those of
//! <https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/>.

use serde_json::{Map, Value};

use super::{Translated, carry, extend, merge, text};
use crate::bulk::record::Faults;

/// What goes into `user_metadata` under its own name.
const KEPT: &[&str] = &[
    "city",
    "costCenter",
    "countryCode",
    "department",
    "division",
    "employeeNumber",
    "honorificPrefix",
    "honorificSuffix",
    "locale",
    "manager",
    "managerId",
    "middleName",
    "mobilePhone",
    "organization",
    "postalAddress",
    "preferredLanguage",
    "primaryPhone",
    "profileUrl",
    "secondEmail",
    "state",
    "streetAddress",
    "timezone",
    "title",
    "userType",
    "zipCode",
];

pub(super) fn user(mut row: Map<String, Value>, faults: &mut Faults) -> Translated {
    let (mut record, mut rest) = (Map::new(), Map::new());
    let (mut metadata, mut attributes) = (Map::new(), Map::new());
    for (key, target) in [
        ("email", "email"),
        ("firstName", "given_name"),
        ("lastName", "family_name"),
        ("displayName", "name"),
        ("nickName", "nickname"),
    ] {
        carry(&mut row, key, &mut record, target);
    }
    if let Some(login) = faults.or_default(text(&mut row, "login")) {
        // Okta asks for the form of an address unless it was told otherwise.
        let is_address = login.contains('@');
        let is_email = record.get("email").and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(&login));
        if !is_address {
            record.insert("username".to_owned(), login.into());
        } else if !record.contains_key("email") {
            record.insert("email".to_owned(), login.into());
        } else if !is_email {
            metadata.insert("login".to_owned(), login.into());
        }
    }
    for key in KEPT {
        carry(&mut row, key, &mut attributes, key);
    }
    merge(&mut row, "app_metadata", metadata, &mut rest);
    merge(&mut row, "user_metadata", attributes, &mut rest);
    extend(&mut record, rest);
    // Attributes of one's own: refused by name, unless a field map says what they are.
    record.extend(row);
    Translated::Record(record)
}
