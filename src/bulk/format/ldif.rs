//! People of a directory: `inetOrgPerson` (RFC 2798), `posixAccount` (RFC 2307) and the users of Active Directory, with
//! the attributes that `LdapMapping` reads by default, so that both bring the same person.

mod entry;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Translated, extend};
use crate::{
    bulk::{
        Fault, FaultCode, ReadOptions,
        record::{Faults, date, hash},
    },
    clock::{Timestamp, directory},
    password::HashError,
};
pub(in crate::bulk) use entry::{Entry, entry_text};

/// The classes of people who log in. Entries without a class are of an export that left it out, and are people.
const PEOPLE: &[&str] = &["account", "inetorgperson", "organizationalperson", "person", "posixaccount", "user"];

/// The classes of what Active Directory derives from them, and which is nobody.
const NOBODY: &[&str] = &["computer", "contact", "msds-groupmanagedserviceaccount", "msds-managedserviceaccount"];

/// What goes into `app_metadata` under its own name: one value as text, several as a list. Anything else is left out, and
/// so no secret of a directory is kept where nobody looks for one.
const KEPT: &[&str] = &[
    "company",
    "department",
    "departmentNumber",
    "employeeNumber",
    "employeeType",
    "gidNumber",
    "l",
    "manager",
    "mobile",
    "o",
    "ou",
    "preferredLanguage",
    "telephoneNumber",
    "title",
    "uidNumber",
    "userPrincipalName",
];

/// Passwords that live elsewhere, of which the entry has the name only.
const ELSEWHERE: &[&str] = &["{KERBEROS}", "{RADIUS}", "{SASL}"];

const ACCOUNT_DISABLED: i64 = 0x2;

/// What `ppolicy` writes for "until an administrator unlocks it".
const LOCKED_FOR_GOOD: &str = "000001010000Z";

pub(super) fn user(entry: &Entry, options: &ReadOptions, faults: &mut Faults) -> Translated {
    let classes = faults.or_default(entry.texts("objectClass"));
    let is_of = |names: &[&str]| classes.iter().any(|class| names.iter().any(|name| class.eq_ignore_ascii_case(name)));
    if !classes.is_empty() && (is_of(NOBODY) || !is_of(PEOPLE)) {
        return Translated::Skipped;
    }
    let is_active_directory = !matches!(entry.text("sAMAccountName"), Ok(None));
    let (username, name) = if is_active_directory { ("sAMAccountName", "displayName") } else { ("uid", "cn") };
    let (mut record, mut rest) = (Map::new(), Map::new());
    if let Some(id) = faults.or_default(id(entry)) {
        record.insert("user_id".to_owned(), id.into());
    }
    for (attribute, target) in
        [("mail", "email"), (username, "username"), (name, "name"), ("givenName", "given_name"), ("sn", "family_name")]
    {
        if let Some(text) = faults.or_default(entry.text(attribute)) {
            record.insert(target.to_owned(), text.into());
        }
    }
    for (target, at) in dates(entry, faults) {
        rest.insert(target.to_owned(), date::written(at));
    }
    let (password, matches_none) = faults.or_default(password(entry, options));
    let is_barred = is_barred(entry, is_active_directory, options.clock.now(), faults);
    let is_blocked = matches_none || is_barred;
    record.insert("blocked".to_owned(), is_blocked.into());
    if faults.or_default(flag(entry, "pwdReset")) {
        // There is no flag for it in a store, and the password that others know must not stay one.
        rest.insert("credential".to_owned(), "pending_password".into());
    } else if let Some(hash) = password {
        record.insert("password_hash".to_owned(), hash.into());
    }
    rest.insert("app_metadata".to_owned(), metadata(entry, faults).into());
    extend(&mut record, rest);
    Translated::Record(record)
}

/// The permanent id. The name of an entry is none: it changes when somebody marries or moves.
fn id(entry: &Entry) -> Result<Option<String>, Fault> {
    let fault = |attribute, detail, message| Fault::new(FaultCode::Format, detail, format!("/{attribute}"), message);
    if let Some(text) = entry.text("entryUUID")? {
        let uuid = Uuid::try_parse(text).map_err(|_| fault("entryUUID", "ldif.uuid", "it is not a UUID"))?;
        return Ok(Some(uuid.to_string()));
    }
    if let Some(bytes) = entry.values("objectGUID").first() {
        let bytes = <[u8; 16]>::try_from(*bytes).map_err(|_| fault("objectGUID", "ldif.guid", "it is not 16 bytes"))?;
        return Ok(Some(Uuid::from_bytes_le(bytes).to_string()));
    }
    for attribute in ["nsUniqueId", "ipaUniqueID"] {
        if let Some(text) = entry.text(attribute)? {
            return Ok(Some(text.to_owned()));
        }
    }
    Ok(None)
}

type DateReader = fn(&str) -> Result<Option<Timestamp>, &'static str>;

/// The first attribute of each that says something.
fn dates(entry: &Entry, faults: &mut Faults) -> Vec<(&'static str, Timestamp)> {
    const GENERALIZED: DateReader = |text| directory::from_generalized_time(text).map(Some);
    const DAYS: DateReader = |text| directory::from_days(text).map(Some);
    let sources: [(&str, &str, DateReader); 9] = [
        ("created_at", "createTimestamp", GENERALIZED),
        ("created_at", "whenCreated", GENERALIZED),
        ("updated_at", "modifyTimestamp", GENERALIZED),
        ("updated_at", "whenChanged", GENERALIZED),
        ("last_login", "pwdLastSuccess", GENERALIZED),
        ("last_login", "lastLogonTimestamp", directory::from_file_time),
        ("password_set_at", "pwdChangedTime", GENERALIZED),
        ("password_set_at", "pwdLastSet", directory::from_file_time),
        ("password_set_at", "shadowLastChange", DAYS),
    ];
    let mut dates: Vec<(&str, Timestamp)> = Vec::new();
    for (target, attribute, read) in sources {
        let at = faults.or_default(date_of(entry, attribute, read));
        let at = at.filter(|_| !dates.iter().any(|(found, _)| *found == target));
        dates.extend(at.map(|at| (target, at)));
    }
    dates
}

fn date_of(entry: &Entry, attribute: &str, read: DateReader) -> Result<Option<Timestamp>, Fault> {
    let fault = |what| Fault::new(FaultCode::Format, "date.syntax", format!("/{attribute}"), format!("it is {what}"));
    let text = entry.text(attribute)?;
    Ok(text.map(read).transpose().map_err(fault)?.flatten())
}

/// The hash, and whether it is one that matches no password.
///
/// Of several it is the first that can be verified here. One that cannot is a fault of the record, by its text.
fn password(entry: &Entry, options: &ReadOptions) -> Result<(Option<String>, bool), Fault> {
    let texts = entry.texts("userPassword")?;
    let lives_here = |text: &&&str| {
        !ELSEWHERE.iter().any(|tag| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag)))
    };
    let texts: Vec<&str> = texts.iter().filter(lives_here).copied().collect();
    let verdict = |text: &&str| hash::verifiable(options.record.declared(text), &options.record);
    if let Some(text) = texts.iter().find(|text| verdict(text).is_ok()) {
        return Ok((Some((*text).to_owned()), false));
    }
    match texts.first() {
        Some(text) if matches!(verdict(text), Err(HashError::Locked)) => Ok((None, true)),
        first => Ok((first.map(|text| (*text).to_owned()), false)),
    }
}

/// Whether the account may not be used: disabled, locked by an administrator, or expired.
fn is_barred(entry: &Entry, is_active_directory: bool, now: Timestamp, faults: &mut Faults) -> bool {
    let expiry = faults.or_default(date_of(entry, "accountExpires", directory::from_file_time));
    let has_expired = |date: Option<Timestamp>| date.is_some_and(|date| date <= now);
    let marks = [
        faults.or_default(account_control(entry, is_active_directory)) & ACCOUNT_DISABLED != 0,
        faults.or_default(flag(entry, "nsAccountLock")),
        faults.or_default(flag(entry, "msDS-UserAccountDisabled")),
        faults.or_default(entry.text("pwdAccountLockedTime")) == Some(LOCKED_FOR_GOOD),
        has_expired(expiry),
        has_expired(faults.or_default(shadow_expiry(entry))),
    ];
    marks.contains(&true)
}

fn account_control(entry: &Entry, is_active_directory: bool) -> Result<i64, Fault> {
    match entry.text("userAccountControl")? {
        Some(text) => text.parse().map_err(|_| wrong_number("userAccountControl")),
        // Without it nobody could tell a disabled account from one that is not.
        None if is_active_directory => {
            let message = "it is missing, and without it a disabled account looks like any other";
            Err(Fault::new(FaultCode::AnyOfMissing, "field.missing", "/userAccountControl", message))
        }
        None => Ok(0),
    }
}

/// The day on which the account of Unix expires; -1 is never.
fn shadow_expiry(entry: &Entry) -> Result<Option<Timestamp>, Fault> {
    date_of(
        entry,
        "shadowExpire",
        |text| {
            if text.trim() == "-1" { Ok(None) } else { directory::from_days(text).map(Some) }
        },
    )
}

fn wrong_number(attribute: &str) -> Fault {
    Fault::new(FaultCode::InvalidType, "value.type", format!("/{attribute}"), "it is not a whole number")
}

fn flag(entry: &Entry, attribute: &str) -> Result<bool, Fault> {
    match entry.text(attribute)? {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(_) => Err(super::wrong_type(format!("/{attribute}"), "TRUE or FALSE")),
    }
}

fn metadata(entry: &Entry, faults: &mut Faults) -> Map<String, Value> {
    let mut metadata = Map::new();
    if let Some(dn) = entry.dn() {
        metadata.insert("dn".to_owned(), dn.into());
    }
    for attribute in KEPT {
        match faults.or_default(entry.texts(attribute)).as_slice() {
            [] => {}
            [one] => {
                metadata.insert((*attribute).to_owned(), (*one).into());
            }
            several => {
                metadata.insert((*attribute).to_owned(), json!(several));
            }
        }
    }
    let groups = faults.or_default(entry.texts("memberOf"));
    if !groups.is_empty() {
        metadata.insert("groups".to_owned(), json!(groups));
    }
    metadata
}
