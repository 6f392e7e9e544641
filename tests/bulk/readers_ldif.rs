//! LDIF: what directories write, what is wrong with it, and the reader against a slow one.

use std::{
    io::{Cursor, Read},
    sync::Arc,
};

use base64ct::{Base64, Encoding as _};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use waystation::{
    bulk::{FieldMap, ImportFormat, Place, ReadOptions, RecordReader, RecordSource, RecordSplitter},
    clock::{ManualClock, Timestamp},
    user::Credential,
};

use crate::readers_vendors::{imported, opens, read, spec, user};

const PASSWORD: &str = "correct horse battery staple";

/// 2026-11-29.
fn options() -> ReadOptions {
    ReadOptions::default().clock(Arc::new(ManualClock::at(Timestamp::from_micros(1_795_910_400_000_000))))
}

#[tokio::test]
async fn a_dump_of_openldap_brings_its_people_with_their_passwords() {
    let (store, report) = imported(spec("ldif_openldap.ldif", ImportFormat::Ldif), options()).await;
    // Of six people one has a hash that nothing here can verify; a domain, a unit and a group are nobody.
    assert_eq!((report.inserted, report.failed), (5, 1), "{report:?}");
    let ada = user(&store, "ada").await.unwrap();
    assert!(opens(&ada, PASSWORD).await);
    assert_eq!(ada.id.as_str().len(), 36);
    assert_eq!(ada.password_set_at, Some(Timestamp::from_micros(1_731_580_000_000_000)));
    assert_eq!(
        (ada.profile.name.as_deref(), ada.profile.email.as_ref().unwrap().original()),
        (Some("Ada Lovelace"), "ada@example.com")
    );
    let metadata = &ada.profile.app_metadata;
    assert_eq!(metadata["dn"], "uid=ada,ou=people,dc=example,dc=com");
    assert_eq!(metadata["telephoneNumber"], json!(["+44 20 7946 0000", "+44 20 7946 0001"]));
    assert!(metadata["title"].as_str().unwrap().ends_with("seventy-six characters that she wrote the first program"));
    assert!(!metadata.contains_key("userPassword"));
    let zoe = user(&store, "zoe").await.unwrap();
    assert_eq!(zoe.profile.family_name.as_deref(), Some("Straße"));
    assert!(opens(&zoe, PASSWORD).await);
    let grace = user(&store, "grace").await.unwrap();
    assert!(grace.profile.blocked && opens(&grace, PASSWORD).await);
    assert_eq!(user(&store, "edsger").await.unwrap().credential, Credential::PendingPassword);
    // The password lives at Kerberos.
    assert_eq!(user(&store, "barbara").await.unwrap().credential, Credential::PendingPassword);
    assert!(user(&store, "alan").await.is_none());
}

#[tokio::test]
async fn an_export_of_active_directory_brings_its_people_without_passwords() {
    let (store, report) = imported(spec("ldif_active_directory.ldif", ImportFormat::Ldif), options()).await;
    assert_eq!((report.inserted, report.failed), (3, 0), "{report:?}");
    let ada = user(&store, "ada").await.unwrap();
    assert_eq!(ada.id.as_str(), "24d8403d-559c-4879-8ff3-37e03c14e0f2");
    assert_eq!((ada.credential, ada.profile.blocked), (Credential::PendingPassword, false));
    assert_eq!(ada.profile.app_metadata["groups"], json!(["CN=Staff,DC=example,DC=com"]));
    assert_eq!(ada.password_set_at, Some(Timestamp::from_micros(1_554_192_930_000_000)));
    // Disabled, and expired in 2019.
    assert!(user(&store, "grace").await.unwrap().profile.blocked);
    assert!(user(&store, "edsger").await.unwrap().profile.blocked);
}

#[test]
fn what_is_wrong_with_an_entry_is_named_and_costs_it_alone() {
    let person = "dn: uid=a,dc=x\nobjectClass: inetOrgPerson\nuid: ada\n";
    let entries = [
        (" mail: a@example.com\n".to_owned(), " ldif.fold"),
        ("uid: ada\n".to_owned(), " ldif.dn"),
        (format!("{person}{person}"), "/dn ldif.dn"),
        (format!("{person}jpegPhoto:< file:///etc/passwd\n"), " ldif.url"),
        (format!("{person}mail\n"), " ldif.line"),
        (format!("{person}mäil: a\n"), " ldif.attribute"),
        (format!("{person}mail:: a@example.com\n"), " ldif.base64"),
        (format!("{person}cn:: /w==\n"), "/cn ldif.utf8"),
        (format!("{person}entryUUID: 1\n"), "/entryUUID ldif.uuid"),
        (format!("{person}objectGUID:: AAAA\n"), "/objectGUID ldif.guid"),
        (format!("{person}createTimestamp: yesterday\n"), "/createTimestamp date.syntax"),
        (format!("{person}nsAccountLock: perhaps\n"), "/nsAccountLock value.type"),
        (format!("{person}sAMAccountName: ada\n"), "/userAccountControl field.missing"),
        (format!("{person}userPassword: secret\n"), "/password_hash hash.unsupported"),
        (format!("{person}userPassword: {{SSHA}}AAAA\n"), "/password_hash hash.malformed"),
        ("dn: uid=a,dc=x\nchangetype: modify\nadd: mail\nmail: a@example.com\n-\n".to_owned(), " ldif.line"),
        ("dn: uid=a,dc=x\nchangetype: delete\n".to_owned(), " ldif.change"),
        ("dn: dc=x\n".to_owned(), " record.nobody"),
        ("search: 2\nresult: 4 Size limit exceeded\n".to_owned(), "/result ldif.incomplete"),
    ];
    let good = "dn: uid=b,dc=x\nchangetype: add\nuid: grace\n";
    let text: String = entries.iter().flat_map(|(entry, _)| [entry.as_str(), "\n", good, "\n"]).collect();
    let text = format!("# extended LDIF\n#\n\nversion: 1\n\n{text}# search result\nsearch: 2\nresult: 0 Success\n");
    let mut found = read(text, ImportFormat::Ldif, options());
    assert!(found.iter().skip(1).step_by(2).all(Result::is_ok));
    found.retain(Result::is_err);
    let faults: Vec<_> = found.into_iter().map(Result::unwrap_err).collect();
    assert_eq!(faults, entries.map(|(_, fault)| fault));
    for (text, code) in [
        ("version: 2\n\ndn: dc=x\n", "ldif.version"),
        ("dn: uid=a,dc=x\nuid: a\n\ndn: uid=b,dc=x\nuid: gra", "ldif.cut"),
    ] {
        assert_eq!(read(text, ImportFormat::Ldif, options()).pop(), Some(Err(code.to_owned())), "{text}");
    }
}

#[test]
fn an_account_that_is_locked_arrives_blocked_and_one_whose_lock_is_over_does_not() {
    let blocked = |lines: &str| {
        let text = format!("dn: uid=a,dc=x\nuid: ada\n{lines}\n");
        read(text, ImportFormat::Ldif, options()).remove(0).unwrap().profile.blocked
    };
    for lines in [
        "userPassword: {CRYPT}!$6$salt$x",
        "userPassword: {CRYPT}*",
        "nsAccountLock: TRUE",
        "shadowExpire: 17000",
        "pwdAccountLockedTime: 000001010000Z",
        "msDS-UserAccountDisabled: true",
        "userAccountControl: 66050",
    ] {
        assert!(blocked(lines), "{lines}");
    }
    for lines in
        ["", "nsAccountLock: false", "shadowExpire: -1", "shadowExpire: 30000", "pwdAccountLockedTime: 20190402081530Z"]
    {
        assert!(!blocked(lines), "{lines}");
    }
}

#[test]
fn an_entry_that_is_too_long_costs_itself_alone_and_reading_goes_on_at_any_place() {
    let long = format!("dn: uid=b,dc=x\r\ndescription: {}\r\n\r\n", "x".repeat(1 << 20));
    let text = format!(
        "# one\r\n\r\ndn: uid=a,dc=x\r\nuid: ada\r\n\r\n{long}\r\n# three\r\n x\r\ndn: uid=c,dc=x\r\nuid: carol\r\n"
    );
    let small = || options().record_bytes(100);
    let mut reader = RecordReader::new(Cursor::new(text.clone()), Some(ImportFormat::Ldif), small()).unwrap();
    let first = reader.next().unwrap().unwrap();
    assert_eq!((first.place.record, first.place.offset, first.place.line), (0, 9, 2));
    assert!(first.user.is_ok());
    let second = reader.next().unwrap().unwrap();
    assert_eq!((second.place, second.user.unwrap_err()[0].detail.as_ref()), (first.end, "record.too_large"));
    let third = reader.next().unwrap().unwrap();
    assert_eq!((third.place.record, third.place.line), (2, 11));
    assert!(text[usize::try_from(third.place.offset).unwrap()..].starts_with("dn: uid=c"));
    assert!(reader.next().unwrap().is_none());
    for (from, name) in [(second.end, "carol"), (Place::START, "ada")] {
        let mut again = RecordReader::new(Cursor::new(text.clone()), Some(ImportFormat::Ldif), small()).unwrap();
        again.resume(from).unwrap();
        let record = again.next().unwrap().unwrap();
        assert_eq!(record.user.unwrap().profile.username.unwrap().original(), name);
    }
}

/// Attributes `a` and `b` of entries, as a field map has them.
fn mapped() -> ReadOptions {
    let map = FieldMap::default().field("/dn", "user_id").field("/a", "user_metadata.a").field("/b", "user_metadata.b");
    ReadOptions::default().fields(map)
}

/// What a slow reader finds: unfolds first, then groups, then takes each line apart.
fn slowly(text: &str) -> Vec<Result<Value, &'static str>> {
    let text = text.replace("\r\n", "\n");
    let mut groups: Vec<Vec<String>> = vec![Vec::new()];
    for line in text.split('\n') {
        let group = groups.last_mut().unwrap();
        let leads = |line: &String| line.starts_with('#') || line.starts_with("version:");
        // A version before an entry is never folded.
        let is_version = group.iter().all(leads) && group.last().is_some_and(|line| line.starts_with("version:"));
        match (line.strip_prefix(' '), group.last_mut()) {
            _ if line.is_empty() => groups.push(Vec::new()),
            (Some(rest), Some(before)) if !is_version => before.push_str(rest),
            _ => group.push(line.to_owned()),
        }
    }
    for group in &mut groups {
        let begins = group.iter().position(|line| !line.starts_with('#') && !line.starts_with("version:"));
        group.drain(..begins.unwrap_or(group.len()));
        group.retain(|line| !line.starts_with('#'));
    }
    groups.retain(|group| !group.is_empty());
    groups.iter().map(|group| entry(group)).collect()
}

fn entry(lines: &[String]) -> Result<Value, &'static str> {
    let mut found = json!({});
    let mut names = Vec::new();
    if lines[0].starts_with(' ') {
        return Err("ldif.fold");
    }
    for line in lines {
        let (name, value) = line.split_once(':').ok_or("ldif.line")?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err("ldif.attribute");
        }
        let value = match value.as_bytes().first() {
            Some(b':') => {
                let bytes = Base64::decode_vec(value[1..].trim()).map_err(|_| "ldif.base64")?;
                // What is no text stays base64.
                String::from_utf8(bytes).unwrap_or_else(|error| Base64::encode_string(error.as_bytes()))
            }
            Some(b'<') => return Err("ldif.url"),
            _ => value.trim_start_matches(' ').to_owned(),
        };
        names.push(name);
        if !["dn", "a", "b"].contains(&name) {
            continue;
        }
        match &mut found[name] {
            empty @ Value::Null => *empty = value.into(),
            Value::Array(list) => list.push(value.into()),
            one => *one = json!([one.take(), value]),
        }
    }
    match names.as_slice() {
        ["dn", rest @ ..] if rest.contains(&"dn") => Err("ldif.dn"),
        ["dn", ..] => Ok(found),
        _ => Err("ldif.dn"),
    }
}

/// What the reader finds, however the text arrives.
fn quickly(text: &str, at_once: usize) -> Vec<Result<Value, String>> {
    let input = Slow(Cursor::new(text.as_bytes().to_vec()), at_once);
    let mut reader = RecordReader::new(input, Some(ImportFormat::Ldif), mapped()).unwrap();
    let mut found = Vec::new();
    while let Some(record) = reader.next().unwrap() {
        found.push(match record.user {
            Ok(user) => {
                let mut value = Value::Object(user.profile.user_metadata);
                value["dn"] = user.id.unwrap().as_str().into();
                Ok(value)
            }
            Err(faults) => Err(faults[0].detail.to_string()),
        });
    }
    found
}

struct Slow(Cursor<Vec<u8>>, usize);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(self.1);
        self.0.read(&mut buffer[..most])
    }
}

/// A value as LDIF may have it: as it is where it can be, and folded anywhere.
fn written(name: &str, value: &str, encode: bool, widths: &[usize]) -> String {
    let is_safe = value.is_ascii() && !value.contains(['\n', '\r', '\0']) && !value.starts_with([' ', ':', '<']);
    let line = if encode || !is_safe {
        format!("{name}:: {}", Base64::encode_string(value.as_bytes()))
    } else {
        format!("{name}: {value}")
    };
    let (mut text, mut rest) = (String::new(), line.as_str());
    for width in widths {
        let Some((first, after)) = rest.split_at_checked(*width).filter(|(_, after)| !after.is_empty()) else { break };
        text = format!("{text}{first}\n ");
        rest = after;
    }
    format!("{text}{rest}\n")
}

proptest! {
    #[test]
    fn the_reader_finds_what_a_slow_one_finds(
        lines in vec(prop::sample::select(vec![
            "dn: x", "dn: x", "dn:: eA==", "a: 1", "a:2", "b:  two", "a:: YQ==", "a:: /w==", "dn:: /w==", "a:: !",
            "b:< file:///x", "junk", "", "", "",
            " folded", "  ", " :", "# note", "#a: 3", "version: 1", "b:",
        ]), 0..40),
        returns in any::<u64>(),
        at_once in 1_usize..9,
    ) {
        let ends = (0..lines.len()).map(|index| if returns >> (index % 64) & 1 == 1 { "\r\n" } else { "\n" });
        let text: String = lines.iter().zip(ends).flat_map(|(line, end)| [*line, end]).collect();
        let expected: Vec<_> = slowly(&text).into_iter().map(|entry| entry.map_err(str::to_owned)).collect();
        // What has no name or an empty one is refused later, by the schema.
        prop_assert_eq!(quickly(&text, at_once), expected, "{}", text);
    }

    #[test]
    fn what_is_written_as_ldif_is_read_as_it_was(
        entries in vec((vec((any::<String>(), any::<bool>(), vec(1_usize..20, 0..6)), 1..5), any::<bool>()), 1..5),
    ) {
        let mut text = "version: 1\n\n".to_owned();
        for (index, (values, comment)) in entries.iter().enumerate() {
            if *comment {
                text += "# a comment,\n  folded\n";
            }
            text += &written("dn", &index.to_string(), false, &[]);
            text.extend(values.iter().map(|(value, encode, widths)| written("a", value, *encode, widths)));
            text += "\n";
        }
        let expected = entries.iter().enumerate().map(|(index, (values, _))| {
            let mut values: Vec<_> = values.iter().map(|(value, ..)| json!(value)).collect();
            let value = if values.len() == 1 { values.remove(0) } else { Value::Array(values) };
            Ok(json!({"dn": index.to_string(), "a": value}))
        });
        prop_assert_eq!(quickly(&text, 7), expected.collect::<Vec<_>>(), "{}", text);
    }

    #[test]
    fn any_bytes_are_split_in_the_same_way_however_they_arrive(
        bytes in vec(prop::sample::select(b"\n\n\n\r :#dn1\xff".to_vec()), 0..200),
        at_once in 1_usize..5,
    ) {
        let split = |at_once| {
            let input = Slow(Cursor::new(bytes.clone()), at_once);
            let mut splitter =
                RecordSplitter::new(input, Some(ImportFormat::Ldif), options().record_bytes(64)).unwrap();
            let mut found = Vec::new();
            loop {
                match splitter.next() {
                    Ok(Some(record)) => found.push((record.place, record.end, record.text.map(<[u8]>::to_vec))),
                    Ok(None) => return (found, None),
                    Err(error) => return (found, Some(error.code)),
                }
            }
        };
        let (found, error) = split(at_once);
        let mut end = 0;
        for (place, next, _) in &found {
            prop_assert!(place.offset >= end && next.offset > place.offset);
            end = next.offset;
        }
        prop_assert_eq!((found, error), split(usize::MAX));
    }
}
