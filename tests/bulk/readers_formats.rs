//! Other systems' files, in the shapes that their makers publish.

use std::io::Cursor;

use serde_json::json;
use waystation::{
    bulk::{
        FieldMap, HashExport, ImportFormat, ImportRecord, ReadError, ReadOptions, RecordOptions, RecordReader,
        RecordSource,
    },
    clock::Timestamp,
    password::{Password, PasswordHash, Passwords, Verification, vendor::FirebaseProject},
    user::{Credential, LinkedIdentity},
};

const BCRYPT: &str = "$2b$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG";

fn auth0() -> ReadOptions {
    ReadOptions::default().record(RecordOptions::default().id_prefix("auth0|"))
}

fn users(mut reader: RecordReader) -> Result<Vec<Result<ImportRecord, String>>, ReadError> {
    let mut users = Vec::new();
    while let Some(record) = reader.next()? {
        users.push(record.user.map(|user| *user).map_err(|faults| {
            faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect::<Vec<_>>().join(", ")
        }));
    }
    Ok(users)
}

fn lines(values: impl Iterator<Item = serde_json::Value>) -> String {
    values.flat_map(|value| [value.to_string(), "\n".to_owned()]).collect()
}

#[test]
fn an_export_of_users_is_imported_with_their_history() {
    let text = json!({
        "user_id": "auth0|5dea9f9c82dd7c0e76e4ec93", "email": "euclid@example.com", "email_verified": true, "name": "Euclid",
        "nickname": "euclid", "given_name": null, "picture": "https://s.gravatar.com/avatar/1", "created_at": "2019-12-06T18:36:12.412Z",
        "updated_at": "2020-01-01T00:00:00.000Z", "last_login": "2020-01-01T00:00:00.000Z", "last_ip": "127.0.0.1", "logins_count": 7,
        "last_password_reset": "2019-12-07T00:00:00.000Z", "multifactor": ["guardian"], "blocked": false,
        "user_metadata": {"hobby": "geometry"}, "app_metadata": {"plan": "full"},
        "identities": [
            {"connection": "Username-Password-Authentication", "provider": "auth0", "user_id": "5dea9f9c82dd7c0e76e4ec93", "isSocial": false},
            {"connection": "google-oauth2", "provider": "google-oauth2", "user_id": "107", "isSocial": true, "profileData": {"name": "E."}},
            {"connection": "github", "provider": "github", "user_id": 42, "isSocial": true}
        ]
    });
    let text = format!("{text}\n{}\n", json!({"user_id": "auth0|2", "email": "x@example.com", "Connection": "db"}));
    let reader = RecordReader::new(Cursor::new(text), Some(ImportFormat::UsersExport), auth0()).unwrap();
    let users = users(reader).unwrap();
    let euclid = users[0].as_ref().unwrap();
    assert_eq!(euclid.id.as_ref().unwrap().as_str(), "5dea9f9c82dd7c0e76e4ec93");
    assert_eq!(euclid.created_at, Some(Timestamp::from_micros(1_575_657_372_412_000)));
    assert_eq!(euclid.last_login, Some(Timestamp::from_micros(1_577_836_800_000_000)));
    assert_eq!((euclid.login_count, euclid.password_set_at.is_some()), (Some(7), true));
    let google = euclid.profile.identities[0].clone();
    assert_eq!(
        (google.provider.as_str(), google.subject.as_str(), &google.profile["name"]),
        ("google-oauth2", "107", &json!("E."))
    );
    assert_eq!(euclid.profile.identities[1], LinkedIdentity::new("github", "42"));
    assert_eq!(users[1], Err("/Connection key.unknown".to_owned()));
}

#[test]
fn an_export_as_csv_loses_the_apostrophes_that_keep_spreadsheets_from_computing() {
    let text = "\"user_id\",\"email\",\"email_verified\",\"name\",\"logins_count\",\"created_at\",\"identities[0].connection\",\"user_metadata.note\"\n\
        \"'auth0|1\",\"'a@example.com\",true,\"'=1+\"\"1\"\"\",3,2019-12-06T18:36:12.412Z,\"'db\",\"'it's\"\n";
    let reader = RecordReader::new(text.as_bytes(), Some(ImportFormat::UsersExport), auth0()).unwrap();
    let users = users(reader).unwrap();
    let user = users[0].as_ref().unwrap();
    assert_eq!(user.id.as_ref().unwrap().as_str(), "1");
    assert_eq!(user.profile.name.as_deref(), Some("=1+\"1\""));
    assert_eq!((user.login_count, user.created_at.is_some(), user.profile.email_verified), (Some(3), true, true));
    assert_eq!(user.profile.user_metadata["note"], "it's");
}

#[tokio::test]
async fn hashes_and_users_of_two_exports_become_one() {
    // As the support article shows them: one with an id of its own, one without, one whose password is gone.
    let hashes = format!(
        "{}\n{}\n{}\n",
        json!({"_id": {"$oid": "5dea9f9c82dd7c0e76e4ec93"}, "alt_id": "euclid", "email": "u@x.io", "email_verified": false,
            "passwordHash": BCRYPT, "password_set_date": {"$date": "2019-12-06T18:36:12.412Z"}, "tenant": "t",
            "connection": "Username-Password-Authentication", "_tmp_is_unique": true,
            "identifiers": [{"type": "email", "value": "u@x.io", "verified": false}]}),
        json!({"_id": {"$oid": "5dea9f9c82dd7c0e76e4ec94"}, "passwordHash": BCRYPT,
            "password_set_date": {"$date": {"$numberLong": "1575657372412"}}}),
        json!({"_id": {"$oid": "5dea9f9c82dd7c0e76e4ec95"}}),
    );
    let profiles = [
        "auth0|euclid",
        "auth0|5dea9f9c82dd7c0e76e4ec94",
        "auth0|5dea9f9c82dd7c0e76e4ec95",
        "auth0|5dea9f9c82dd7c0e76e4ec93",
    ];
    let text = lines(profiles.iter().map(|id| json!({"user_id": id, "name": "x", "logins_count": 1})));
    let export = HashExport::read(Cursor::new(hashes)).unwrap();
    assert_eq!(export.len(), 2);
    let reader = RecordReader::new(Cursor::new(text), Some(ImportFormat::UsersExport), auth0()).unwrap();
    let users: Vec<_> = users(reader.with_hashes(export)).unwrap().into_iter().map(Result::unwrap).collect();
    let hash = Some(Credential::Hash(PasswordHash::declared("bcrypt", BCRYPT)));
    let set = Some(Timestamp::from_micros(1_575_657_372_412_000));
    let found: Vec<_> = users.iter().map(|user| (user.credential.clone(), user.password_set_at)).collect();
    assert_eq!(found, [(hash.clone(), set), (hash, set), (None, None), (None, None)]);
    let Some(Credential::Hash(hash)) = &users[0].credential else { panic!("no hash") };
    let verified = Passwords::builder().build().unwrap().verify(&Password::from("shh"), hash).await.unwrap();
    assert!(matches!(verified, Verification::Match { .. }));
}

#[test]
fn ten_thousand_hashes_find_their_users() {
    // Five letters of the digest tell them apart.
    let hash = |index: usize| BCRYPT.replace("xCKKF", &format!("{index:05}"));
    let count = 10_000;
    let hashes =
        lines((0..count).map(|index| json!({"_id": {"$oid": format!("{index:024x}")}, "passwordHash": hash(index)})));
    let profiles = lines((0..count).rev().map(|index| json!({"user_id": format!("auth0|{index:024x}"), "name": "x"})));
    let export = HashExport::read(Cursor::new(hashes)).unwrap();
    let reader = RecordReader::new(Cursor::new(profiles), Some(ImportFormat::UsersExport), auth0()).unwrap();
    let users = users(reader.with_hashes(export)).unwrap();
    assert_eq!(users.len(), count);
    for (user, index) in users.into_iter().zip((0..count).rev()) {
        let Some(Credential::Hash(found)) = user.unwrap().credential else { panic!("user {index} has no hash") };
        assert_eq!(found.expose(), hash(index));
    }
}

#[test]
fn a_hash_export_that_would_lose_a_password_is_refused() {
    let one = json!({"_id": {"$oid": "1"}, "passwordHash": BCRYPT});
    for (text, code) in [
        (format!("{one}\n{one}\n"), "hashes.twice"),
        (format!("{one}\n{{\"passwordHash\": 1}}\n"), "hashes.record"),
        (format!("{one}\n{{\"_id\": "), "json.unclosed"),
        ("{\"_id\": }\n".to_owned(), "hashes.record"),
    ] {
        assert_eq!(HashExport::read(Cursor::new(text)).unwrap_err().code, code);
    }
}

#[test]
fn a_dump_of_django_gives_its_users_and_passes_over_the_rest() {
    let md5 = "md5$qvKZ9mBd2Iz5$8f4de5a5a22d6e1ab8b7c5cd2ce02b13";
    let user =
        |pk: serde_json::Value, fields: serde_json::Value| json!({"model": "auth.user", "pk": pk, "fields": fields});
    let text = json!([
        {"model": "auth.group", "pk": 1, "fields": {"name": "support", "permissions": []}},
        user(json!(1), json!({
            "password": md5, "last_login": "2024-11-30T17:45:00.000001Z", "is_superuser": false, "username": "george",
            "first_name": "George", "last_name": "Stoddart", "email": "george@example.com", "is_staff": true, "is_active": true,
            "date_joined": "2019-04-02T08:15:30.123456Z", "groups": [1], "user_permissions": []
        })),
        user(json!(2), json!({
            "password": "!WgGW1IqoGJ", "last_login": null, "is_superuser": false, "username": "agatha", "first_name": "",
            "last_name": "", "email": "", "is_staff": false, "is_active": false, "date_joined": "2019-04-02T08:15:30Z",
            "groups": [], "user_permissions": []
        })),
        {"model": "shop.user", "pk": "9b2f", "fields": {"password": md5, "email": "a@example.com", "shoe_size": 43}},
        {"model": "auth.user", "pk": null, "fields": {}},
    ])
    .to_string();
    let reader = RecordReader::new(Cursor::new(text), Some(ImportFormat::Django), ReadOptions::default()).unwrap();
    let users = users(reader).unwrap();
    let george = users[0].as_ref().unwrap();
    assert_eq!(george.id.as_ref().unwrap().as_str(), "1");
    assert_eq!(george.credential, Some(Credential::Hash(PasswordHash::declared("django-md5", md5))));
    assert_eq!(george.profile.app_metadata["groups"], json!([1]));
    assert_eq!(george.last_login, Some(Timestamp::from_micros(1_732_988_700_000_001)));
    assert!(!george.profile.blocked);
    let agatha = users[1].as_ref().unwrap();
    assert_eq!((&agatha.credential, agatha.profile.blocked), (&Some(Credential::None), true));
    assert!(agatha.profile.email.is_none() && agatha.profile.given_name.is_none());
    assert_eq!(users[2], Err("/shoe_size key.unknown".to_owned()));
    assert_eq!(users[3], Err("/pk value.type".to_owned()));
    assert_eq!(users.len(), 4);
}

#[tokio::test]
async fn an_export_of_firebase_is_read_with_the_parameters_of_its_project() {
    // User and project of https://github.com/firebase/scrypt, whose password is `user1password`.
    let project: FirebaseProject = json!({
        "algorithm": "SCRYPT", "base64_salt_separator": "Bw==", "rounds": 8, "mem_cost": 14,
        "base64_signer_key": "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
    })
    .to_string()
    .parse()
    .unwrap();
    let text = json!({
        "kind": "identitytoolkit#DownloadAccountResponse", "note": {"users": [{"localId": "not this"}]}, "n": 1,
        "users": [
            {"localId": "u1", "email": "user1@example.com", "emailVerified": true, "displayName": "One", "salt": "42xEC+ixf3L2lw==",
             "passwordHash": "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
             "createdAt": "1486324442000", "lastSignedInAt": "1494726309000", "phoneNumber": "+15551234567", "disabled": true,
             "customAttributes": "{\"admin.level\":3}",
             "providerUserInfo": [{"providerId": "password"}, {"providerId": "google.com", "rawId": "107", "email": "u@gmail.com"}]},
            {"localId": "u2", "createdAt": "soon", "providerUserInfo": []},
            {"localId": "u3", "passwordHash": "AAAA", "salt": "AAAA"},
        ],
        "after": ["}"]
    })
    .to_string();
    let options = ReadOptions::default().firebase(project);
    let read = |options: ReadOptions| {
        users(RecordReader::new(Cursor::new(text.clone()), Some(ImportFormat::Firebase), options).unwrap()).unwrap()
    };
    let found = read(options.clone());
    let one = found[0].as_ref().unwrap();
    assert_eq!((one.profile.blocked, one.profile.phone_verified), (true, true));
    assert_eq!(one.created_at, Some(Timestamp::from_micros(1_486_324_442_000_000)));
    assert_eq!(one.profile.app_metadata["admin.level"], 3);
    assert_eq!((one.profile.identities.len(), one.profile.identities[0].subject.as_str()), (1, "107"));
    let Some(Credential::Hash(hash)) = &one.credential else { panic!("no hash") };
    let verified = Passwords::builder().build().unwrap().verify(&Password::from("user1password"), hash).await.unwrap();
    assert!(matches!(verified, Verification::Match { .. }));
    assert_eq!(found[1], Err("/createdAt date.syntax".to_owned()));
    assert_eq!(found[2], Err("/passwordHash hash.malformed".to_owned()));
    assert_eq!(read(ReadOptions::default())[0], Err("/passwordHash hash.incomplete".to_owned()));

    // Reading goes on in the middle, and a file that is cut off is one.
    let mut reader =
        RecordReader::new(Cursor::new(text.clone()), Some(ImportFormat::Firebase), options.clone()).unwrap();
    let end = reader.next().unwrap().unwrap().end;
    let mut again =
        RecordReader::new(Cursor::new(text.clone()), Some(ImportFormat::Firebase), options.clone()).unwrap();
    again.resume(end).unwrap();
    assert_eq!(again.next().unwrap().unwrap().place.record, 1);
    let cut = text[..text.len() - 2].to_owned();
    let cut = RecordReader::new(Cursor::new(cut), Some(ImportFormat::Firebase), options.clone()).unwrap();
    assert_eq!(users(cut).unwrap_err().code, "json.unclosed");
    let none = RecordReader::new(&br#"{"users" 1}"#[..], Some(ImportFormat::Firebase), options).unwrap();
    assert_eq!(users(none).unwrap_err().code, "json.object");
}

#[test]
fn a_field_map_reads_any_schema() {
    let text = r#"{"UID": "7", "profile": {"email": "ada@example.com", "firstName": "Ada"}, "data": {"tier": 3}, "isActive": true}"#;
    let map = FieldMap::default()
        .field("/UID", "user_id")
        .field("/profile/email", "email")
        .field("/profile/firstName", "given_name")
        .field("/data/tier", "app_metadata.loyalty.tier")
        .field("/profile/lastName", "family_name");
    let reader = RecordReader::new(text.as_bytes(), None, ReadOptions::default().fields(map.clone())).unwrap();
    let user = users(reader).unwrap().remove(0).unwrap();
    assert_eq!(
        (user.profile.given_name.as_deref(), &user.profile.app_metadata["loyalty"]["tier"]),
        (Some("Ada"), &json!(3))
    );
    assert!(user.profile.family_name.is_none());
    let twice = r#"{"UID": "7", "UID": "8"}"#;
    let reader = RecordReader::new(twice.as_bytes(), None, ReadOptions::default().fields(map)).unwrap();
    assert_eq!(users(reader).unwrap(), [Err("/UID json.duplicate".to_owned())]);
}

#[test]
fn a_field_map_over_json_loses_nothing_that_is_named_as_here() {
    let text =
        r#"{"user_id": "1", "mail": "ada@example.com", "blocked": true, "name": {"first": "Ada"}, "hair": "red"}"#;
    let read = |map: FieldMap| {
        let reader = RecordReader::new(text.as_bytes(), None, ReadOptions::default().fields(map)).unwrap();
        users(reader).map(|mut users| users.remove(0))
    };
    let map = FieldMap::default().field("/mail", "email").field("/name/first", "name");
    let ada = read(map.clone()).unwrap().unwrap();
    assert_eq!((ada.id.as_ref().unwrap().as_str(), ada.profile.blocked), ("1", true));
    assert_eq!(ada.profile.name.as_deref(), Some("Ada"));
    assert!(!read(map.without("/blocked")).unwrap().unwrap().profile.blocked);
    // What a pointer takes out of an object leaves the rest of it.
    let text =
        r#"{"email": "ada@example.com", "user_metadata": {"plan": "gold", "old": 1, "lang": "de"}, "hue": "red"}"#;
    let map = FieldMap::default()
        .field("/user_metadata/plan", "app_metadata.plan")
        .field("/hue", "user_metadata.hue")
        .without("/user_metadata/old");
    let reader = RecordReader::new(text.as_bytes(), None, ReadOptions::default().fields(map)).unwrap();
    let profile = users(reader).unwrap().remove(0).unwrap().profile;
    assert_eq!(json!(profile.user_metadata), json!({"hue": "red", "lang": "de"}));
    assert_eq!(json!(profile.app_metadata), json!({"plan": "gold"}));
    // A name that is the other system's for something else is told, and not lost.
    let unnamed = read(FieldMap::default().field("/mail", "email")).unwrap();
    assert_eq!(unnamed, Err("/name value.type".to_owned()));
    assert_eq!(read(FieldMap::default().field("mail", "email")).unwrap_err().code, "fields.map");
}

#[test]
fn a_field_map_is_put_on_top_of_what_a_format_reads() {
    let text = r#"{"users": [{"id": "k-1", "username": "ada", "email": "ada@example.com", "enabled": true,
        "attributes": {"badge": ["7"]}, "createdTimestamp": 1600000000000}]}"#;
    let map = FieldMap::default().field("/attributes/badge/0", "app_metadata.badge").without("/email");
    let options = ReadOptions::default().fields(map);
    let reader = RecordReader::new(Cursor::new(text), Some(ImportFormat::Keycloak), options).unwrap();
    let ada = users(reader).unwrap().remove(0).unwrap();
    assert_eq!((&ada.profile.app_metadata["badge"], ada.profile.email.is_none()), (&json!("7"), true));
    assert_eq!(ada.profile.username.unwrap().original(), "ada");
}

#[test]
fn columns_of_any_name_are_read_once_somebody_says_what_they_are() {
    let text = "Anmeldung;E-Mail;Vorname\nada;ada@example.com;Ada\n";
    let read = |text: &'static str, format, map: FieldMap| {
        let options = ReadOptions::default().fields(map);
        RecordReader::new(text.as_bytes(), format, options).and_then(users)
    };
    let map = || FieldMap::default().field("E-Mail", "email").field("Vorname", "given_name").without("Anmeldung");
    for format in [Some(ImportFormat::Csv), None] {
        let ada = read(text, format, map()).unwrap().remove(0).unwrap();
        assert_eq!(ada.profile.given_name.as_deref(), Some("Ada"));
    }
    // What is not said is told by name.
    let unnamed = read(text, Some(ImportFormat::Csv), FieldMap::default()).unwrap().remove(0).unwrap_err();
    assert!(unnamed.contains("/E-Mail key.unknown"), "{unnamed}");
    assert_eq!(read(text, None, FieldMap::default()).unwrap_err().code, "format.unknown");
    for wrong in [map().field("Nachname", "family_name"), map().field("/E-Mail", "name"), map().without("e-mail")] {
        assert_eq!(read(text, Some(ImportFormat::Csv), wrong).unwrap_err().code, "fields.map");
    }
    let one = read("login\nada,b\n", Some(ImportFormat::Csv), FieldMap::default().field("login", "username"));
    assert_eq!(one.unwrap(), [Err(" csv.ragged".to_owned())], "a comma stands between fields, unless others do");
    let latin_1: &[u8] = b"email;pr\xe9nom\nada@example.com;Ada\n";
    for (format, code) in [(None, "encoding.utf8"), (Some(ImportFormat::Csv), "csv.utf8")] {
        let reader = RecordReader::new(latin_1, format, ReadOptions::default()).unwrap();
        assert_eq!(users(reader).unwrap_err().code, code);
    }
}

#[test]
fn a_fault_in_a_column_names_it_and_one_in_json_keeps_the_key() {
    let csv = |text: &str, map: FieldMap| {
        let input = Cursor::new(text.to_owned().into_bytes());
        let options = ReadOptions::default().fields(map);
        let found = RecordReader::new(input, Some(ImportFormat::Csv), options).and_then(users).unwrap();
        found.into_iter().map(Result::unwrap_err).collect::<Vec<_>>()
    };
    let unmapped = FieldMap::default;
    let mapped = || unmapped().field("E-Mail Adresse", "email");
    let text = "E-Mail Adresse;Plän.x\nada@example.com;gold\nnobody;\n";
    let both = "/E-Mail Adresse key.unknown, /Plän key.unknown,  record.nobody";
    assert_eq!(csv(text, unmapped()), [both, "/E-Mail Adresse key.unknown,  record.nobody"]);
    assert_eq!(csv(text, mapped()), ["/Plän key.unknown", "/email email.syntax"]);
    let json = RecordReader::new(
        &br#"{"E-Mail Adresse": "ada@example.com", "Pl\u00e4n": {"x": 1}}"#[..],
        None,
        ReadOptions::default(),
    );
    let hidden = " key.unknown,  key.unknown,  record.nobody";
    assert_eq!(users(json.unwrap()).unwrap(), [Err(hidden.to_owned())]);

    // A pointer all the same, of bounded length, that does nothing to a terminal.
    let titled = |title: &str| csv(&format!("user_id;\"{title}\"\n7;x\n"), unmapped()).remove(0);
    for (title, place) in [
        ("a/b c~d", "/a~1b c~0d"),
        (&"ä".repeat(64), &format!("/{}", "ä".repeat(64))),
        (&"ä".repeat(65), ""),
        ("a\u{1b}[2J", ""),
        ("two\nlines", ""),
    ] {
        assert_eq!(titled(title), format!("{place} key.unknown"), "{title:?}");
    }
    // What is in a cell is somebody's.
    let inner = csv("user_id;waystation\n7;\"{\"\"ada lovelace\"\": 1}\"\n", unmapped());
    assert_eq!(inner, ["/waystation key.unknown"]);
    // Nor is the first person told where there is no header.
    for first in ["Ada Lovelace;ada@example.com", "Ada Lovelace;+44 20 7946-0000"] {
        let found = csv(&format!("{first}\nGrace Hopper;x\n"), unmapped());
        assert_eq!(found, [hidden], "{first}");
    }
}

#[test]
fn a_field_map_that_is_too_deep_or_too_long_is_refused_and_not_followed() {
    let deep = "x.".repeat(20_000);
    let many = (0..1_001).fold(FieldMap::default(), |map, number| map.field(format!("/{number}"), "email"));
    let maps = [
        FieldMap::default().field("email", &deep),
        FieldMap::default().field("/email", "x.".repeat(16)),
        FieldMap::default().field("/x".repeat(17), "email"),
        many,
    ];
    for map in maps {
        for text in ["email\na@example.com\n", r#"{"email": "a@example.com"}"#] {
            let reader = RecordReader::new(text.as_bytes(), None, ReadOptions::default().fields(map.clone())).unwrap();
            assert_eq!(users(reader).unwrap_err().code, "fields.map");
        }
    }
    let map = FieldMap::default().field("/x".repeat(16), format!("user_metadata{}", ".x".repeat(15)));
    let text = format!("{}1{}", r#"{"x":"#.repeat(16), "}".repeat(16));
    let reader = RecordReader::new(Cursor::new(text), None, ReadOptions::default().fields(map)).unwrap();
    assert_eq!(users(reader).unwrap(), [Err(" record.nobody".to_owned())]);
}
