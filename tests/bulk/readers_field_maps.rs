//! Field maps with constants and contraries, and how they are kept with what is put aside.

use std::io::Cursor;

use serde_json::json;
use waystation::{
    bulk::{FieldMap, FileSpec, ImportFormat, ImportRecord, ReadOptions, RecordReader, RecordSource},
    password::{Password, Passwords, Verification},
    user::Credential,
};

use crate::readers_vendors::read;

/// A table with salted hashes whose columns say nothing of how they were made.
fn home_made() -> FieldMap {
    FieldMap::default()
        .field("login", "username")
        .field("pw", "custom_password_hash.hash.value")
        .field("salt", "custom_password_hash.salt.value")
        .negated("active", "blocked")
        .constant("custom_password_hash.algorithm", "md5")
        .constant("custom_password_hash.hash.encoding", "hex")
        .constant("custom_password_hash.salt.position", "prefix")
        .constant("app_metadata.from", json!({"shop": 3}))
}

#[tokio::test]
async fn hashes_and_salts_of_columns_are_read_with_what_constants_say_of_them() {
    // MD5 of `pepper` and `shh`.
    let text = "login,pw,salt,active\nada,d6a61f580071e3bfc2a6c307360fa734,pepper,yes\nbob,,,0\neve,,,perhaps\n";
    let found = read(text, ImportFormat::Csv, ReadOptions::default().fields(home_made()));
    let (ada, bob) = (found[0].as_ref().unwrap(), found[1].as_ref().unwrap());
    let Some(Credential::Hash(hash)) = &ada.credential else { panic!("{ada:?}") };
    let passwords = Passwords::builder().build().unwrap();
    for (password, expected) in [("shh", true), ("shhh", false)] {
        let verified = passwords.verify(&Password::from(password), hash).await.unwrap();
        assert_eq!(matches!(verified, Verification::Match { .. }), expected);
    }
    assert_eq!((ada.profile.blocked, &ada.profile.app_metadata["from"]), (false, &json!({"shop": 3})));
    assert_eq!((bob.profile.blocked, &bob.credential), (true, &None), "who has no password is given half of one");
    assert_eq!(found[2], Err("/blocked value.type".to_owned()));
}

#[test]
fn whoever_gigya_does_not_call_active_arrives_blocked() {
    let accounts = json!([
        {"UID": "1", "isActive": true, "profile": {"email": "ada@example.com"}},
        {"UID": "2", "isActive": false, "profile": {"email": "bob@example.com"}},
        {"UID": "3", "profile": {"email": "eve@example.com"}},
        {"UID": "4", "isActive": "no", "profile": {"email": "pat@example.com"}},
    ]);
    let map = FieldMap::default()
        .field("/UID", "user_id")
        .field("/profile/email", "email")
        .negated("/isActive", "blocked")
        .constant("user_metadata.from", "gigya");
    let found = read(accounts.to_string(), ImportFormat::Json, ReadOptions::default().fields(map));
    let blocked: Vec<_> = found.iter().map(|user| user.as_ref().map(|user| user.profile.blocked)).collect();
    assert_eq!(blocked, [Ok(false), Ok(true), Ok(false), Err(&"/blocked value.type".to_owned())]);
}

/// What was refused in translation was not mapped yet.
#[test]
fn what_is_put_aside_keeps_its_field_map() {
    let entry = "dn: uid=a,dc=x\nobjectClass: inetOrgPerson\nuid a\nmail: a@example.com\nroomNumber: 7\n";
    let realm = r#"{"users":[{"id":"u1","email":"a@example.com","emailVerified":"x","attributes":{"badge":["7"]}}]}"#;
    let cognito = "cognito:username,email,email_verified,badge\nada,a@example.com,maybe,7\n";
    let of_row = || FieldMap::default().field("badge", "user_metadata.badge");
    for (format, text, map, wrong, right) in [
        (
            ImportFormat::Ldif,
            entry,
            FieldMap::default().field("/mail", "email").field("/roomNumber", "user_metadata.badge"),
            "uid a",
            "uid: a",
        ),
        (
            ImportFormat::Keycloak,
            realm,
            FieldMap::default().field("/attributes/badge/0", "user_metadata.badge").without("/attributes"),
            r#""x""#,
            "true",
        ),
        (ImportFormat::Cognito, cognito, of_row(), "maybe", "true"),
        (
            ImportFormat::JsonLines,
            r#"{"mail":"a@example.com","badge":"7","badge":"8"}"#,
            FieldMap::default().field("/mail", "email").field("/badge", "user_metadata.badge"),
            r#","badge":"8""#,
            "",
        ),
    ] {
        let options = || ReadOptions::default().fields(map.clone().constant("app_metadata.from", format.to_string()));
        let first = |text: String, format, options| -> (Vec<u8>, Result<ImportRecord, _>) {
            let record = RecordReader::new(Cursor::new(text), format, options).unwrap().next().unwrap().unwrap();
            (record.raw, record.user.map(|user| *user))
        };
        let (aside, refused) = first(text.to_owned(), Some(format), options());
        assert!(refused.is_err(), "{format}");
        let corrected = String::from_utf8(aside).unwrap().replace(wrong, right);
        let (_, came) = first(corrected, None, ReadOptions::default());
        let (_, expected) = first(text.replace(wrong, right), Some(format), options());
        let (came, expected) = (came.unwrap(), expected.unwrap());
        assert_eq!(came.profile.user_metadata["badge"], json!("7"), "{format}");
        assert_eq!(came.profile.app_metadata["from"], json!(format.to_string()));
        assert!(came == expected, "{format}");
    }
}

#[test]
fn a_row_with_too_few_fields_keeps_what_everybody_of_the_file_has() {
    let map = FieldMap::default().constant("blocked", true);
    let options = ReadOptions::default().fields(map);
    let first = |text: Vec<u8>, format, options| {
        RecordReader::new(Cursor::new(text), format, options).unwrap().next().unwrap().unwrap()
    };
    let refused = first(b"email,name\na@example.com\n".to_vec(), Some(ImportFormat::Csv), options);
    let corrected = String::from_utf8(refused.raw).unwrap().replace(r#""csv_rest":[],"#, "");
    assert!(first(corrected.into_bytes(), None, ReadOptions::default()).user.unwrap().profile.blocked);
}

#[test]
fn a_map_that_cannot_be_meant_is_refused() {
    let (deep, email) = ("a.".repeat(16) + "a", r#"{"email": "a@example.com"}"#);
    for map in [
        FieldMap::default().constant("email", "x").field("/mail", "email"),
        FieldMap::default().constant("app_metadata", json!({})).constant("app_metadata.from", 1),
        FieldMap::default().constant(deep, 1),
        FieldMap::default().negated("/a".repeat(20), "blocked"),
    ] {
        let mut reader = RecordReader::new(email.as_bytes(), None, ReadOptions::default().fields(map.clone())).unwrap();
        assert_eq!(reader.next().unwrap_err().code, "fields.map");
        let fields = json!(map);
        let kept = format!(r#"{{"quarantined_from": "okta", "fields": {fields}, "row": {{"login": "ada"}}}}"#);
        let mut reader = RecordReader::new(Cursor::new(kept), None, ReadOptions::default()).unwrap();
        let faults = reader.next().unwrap().unwrap().user.unwrap_err();
        assert_eq!(faults[0].detail, "quarantine.form");
    }
}

#[test]
fn a_job_keeps_how_its_file_is_read() {
    let mut spec = FileSpec::new("/srv/users.csv");
    (spec.fields, spec.record_bytes, spec.ratio) = (home_made().without("joined"), Some(1 << 22), Some(500));
    let kept = spec.to_value();
    assert_eq!(serde_json::from_value::<FileSpec>(kept.clone()).unwrap(), spec);
    assert_eq!(kept["fields"][0], json!({"field": {"source": "login", "target": "username"}}));
}
