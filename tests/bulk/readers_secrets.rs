//! Whatever is wrong with a value, in whichever format: what is told of it says where it is, and nothing of what it is.

use std::{fs, io::Cursor, path::Path};

use serde_json::{Value, json};
use waystation::bulk::{ImportFormat, ReadOptions, RecordReader, RecordSource as _, RecordSplitter};

use crate::readers_vendors::complaints;

const SECRET: &str = "Zq9Xw7";

/// Files of other systems, or rows as they write them.
fn samples() -> Vec<(ImportFormat, Sample)> {
    let file = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/exports").join(name);
        fs::read_to_string(path).unwrap()
    };
    let json = |name: &str| Sample::Json(serde_json::from_str(&file(name)).unwrap());
    let hash = "$2b$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG";
    let md5 = json!({"algorithm": "md5", "hash": {"value": "67a1e09bb1f83f5007dc119c14d663aa", "encoding": "hex"},
        "salt": {"value": "salt", "position": "prefix"}});
    let user = json!({"user_id": "7", "email": "ada@example.com", "email_verified": true, "username": "ada",
        "phone_number": "+447700900123", "name": "Ada", "blocked": false, "custom_password_hash": md5,
        "password_set_date": "2024-11-14T10:26:40Z", "user_metadata": {"a": 1}, "app_metadata": {"b": [1]},
        "mfa_factors": [{"totp": {"secret": "JBSWY3DPEHPK3PXP"}}, {"phone": {"value": "+447700900123"}}],
        "waystation": {"login_count": 1, "created_at": "2024-11-14T10:26:40Z"}});
    let kratos = json!([{"id": "9f425a8d-7efc-4768-8f23-000000000001", "state": "active",
        "traits": {"email": "ada@example.com", "name": {"first": "Ada"}}, "created_at": "2024-11-14T10:26:40Z",
        "verifiable_addresses": [{"value": "ada@example.com", "verified": true, "via": "email"}],
        "credentials": {"password": {"identifiers": ["ada@example.com"], "config": {"hashed_password": hash}}}}]);
    let django = json!([{"model": "auth.user", "pk": 1, "fields": {"password": "md5$salt$8f4de5a5a22d6e1ab8b7c5cd2ce02b13",
        "username": "george", "email": "george@example.com", "is_active": true, "groups": [1],
        "date_joined": "2019-04-02T08:15:30Z", "last_login": null}}]);
    let firebase = json!({"users": [{"localId": "u1", "email": "ada@example.com", "emailVerified": true, "disabled": false,
        "createdAt": "1486324442000", "phoneNumber": "+15551234567", "customAttributes": "{\"level\": 3}",
        "providerUserInfo": [{"providerId": "google.com", "rawId": "107"}]}]});
    let exported = json!({"user_id": "auth0|7", "email": "ada@example.com", "created_at": "2024-11-14T10:26:40Z",
        "identities": [{"connection": "db", "provider": "auth0", "user_id": "7", "isSocial": false}], "logins_count": 3,
        "last_login": "2024-11-14T10:26:40Z", "user_metadata": {"a": 1}});
    vec![
        (
            ImportFormat::Clerk,
            Sample::row(
                "id,first_name,primary_email_address,primary_phone_number,totp_secret,password_digest,password_hasher",
                &["user_1", "Ada", "ada@example.com", "+447700900123", "JBSWY3DPEHPK3PXP", hash, "bcrypt"],
            ),
        ),
        (
            ImportFormat::Cognito,
            Sample::row(
                "name,email,email_verified,phone_number,phone_number_verified,updated_at,cognito:mfa_enabled,cognito:username",
                &["Ada", "ada@example.com", "TRUE", "+447700900123", "FALSE", "1731580000", "true", "ada"],
            ),
        ),
        (
            ImportFormat::Csv,
            Sample::row(
                "user_id,email,email_verified,blocked,password_hash,user_metadata.a,app_metadata",
                &["7", "ada@example.com", "true", "false", hash, "1", "{}"],
            ),
        ),
        (ImportFormat::Django, Sample::Json(django)),
        (ImportFormat::Firebase, Sample::Json(firebase)),
        (ImportFormat::Json, Sample::Json(json!([user]))),
        (ImportFormat::JsonLines, Sample::Json(user)),
        (ImportFormat::Keycloak, json("keycloak_realm.json")),
        (ImportFormat::Kratos, Sample::Json(kratos)),
        (ImportFormat::Ldif, Sample::Lines(file("ldif_openldap.ldif"))),
        (
            ImportFormat::Okta,
            Sample::row(
                "login,firstName,email,mobilePhone,displayName",
                &["ada", "Ada", "ada@example.com", "+44 7700 900123", "Ada"],
            ),
        ),
        (ImportFormat::Supabase, json("supabase_users.json")),
        (ImportFormat::UsersExport, Sample::Json(exported)),
    ]
}

enum Sample {
    Json(Value),
    Lines(String),
    Row(Vec<String>, Vec<String>),
}

impl Sample {
    fn row(header: &str, row: &[&str]) -> Self {
        Self::Row(header.split(',').map(str::to_owned).collect(), row.iter().map(|cell| (*cell).to_owned()).collect())
    }

    fn text(&self) -> String {
        match self {
            Self::Json(value) => value.to_string(),
            Self::Lines(text) => text.clone(),
            Self::Row(header, row) => format!("{}\n{}\n", header.join(","), row.join(",")),
        }
    }

    /// Each place of it with each value in it.
    fn spoilt(&self, values: &[Value]) -> Vec<String> {
        let places = match self {
            Self::Json(value) => {
                let mut pointers = Vec::new();
                push_pointers(&mut pointers, String::new(), value);
                return pointers
                    .iter()
                    .flat_map(|pointer| {
                        values.iter().map(move |other| {
                            let mut value = value.clone();
                            *value.pointer_mut(pointer).unwrap() = other.clone();
                            value.to_string()
                        })
                    })
                    .collect();
            }
            Self::Lines(text) => text.lines().count(),
            Self::Row(_, row) => row.len(),
        };
        let texts = values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        let texts: Vec<_> = texts.collect();
        let with = |place: usize, other: &String| match self {
            Self::Row(header, row) => {
                let mut row = row.clone();
                row[place] = format!("\"{}\"", other.replace('"', "\"\""));
                Self::Row(header.clone(), row).text()
            }
            Self::Json(_) | Self::Lines(_) => {
                let spoil = |(number, line): (usize, &str)| match line.split_once(':') {
                    Some((name, _)) if number == place => format!("{name}: {other}\n"),
                    _ => format!("{line}\n"),
                };
                self.text().lines().enumerate().map(spoil).collect()
            }
        };
        (0..places).flat_map(|place| texts.iter().map(move |other| with(place, other)).collect::<Vec<_>>()).collect()
    }
}

fn push_pointers(pointers: &mut Vec<String>, pointer: String, value: &Value) {
    match value {
        Value::Array(values) => {
            for (place, value) in values.iter().enumerate() {
                push_pointers(pointers, format!("{pointer}/{place}"), value);
            }
        }
        Value::Object(members) => {
            for (key, value) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                push_pointers(pointers, format!("{pointer}/{key}"), value);
            }
        }
        _ => {}
    }
    pointers.push(pointer);
}

#[test]
fn no_complaint_repeats_a_value() {
    let values = [
        json!(SECRET),
        json!([SECRET]),
        json!({"key": SECRET}),
        json!([{"value": [SECRET]}]),
        json!(format!("{{\"{SECRET}")),
        json!(format!("$2b$31${SECRET}")),
        json!(format!("{SECRET}@@{SECRET}")),
        json!(format!("+1{SECRET}")),
        json!(format!("2024-11-{SECRET}")),
        json!(SECRET.repeat(300)),
    ];
    for (format, sample) in samples() {
        let whole = complaints(sample.text(), format, ReadOptions::default());
        let name = format.as_str();
        let mut told = 0;
        for text in sample.spoilt(&values) {
            for complaint in complaints(text.as_str(), format, ReadOptions::default()) {
                assert!(!complaint.to_lowercase().contains(&SECRET.to_lowercase()), "{name}: {complaint}\nof {text}");
                told += 1;
            }
        }
        assert!(told > whole.len() * values.len() + 8, "{name}: only {told} were told");
    }
}

/// A host may log whatever it holds.
#[test]
fn readers_and_records_do_not_show_what_they_read() {
    let json = format!("{{\"email\": \"{SECRET}@example.com\"}}\n").repeat(2);
    let dump = format!("COPY auth.users (id, email) FROM stdin;\n1\t{SECRET}\n2\t{SECRET}@example.com\n\\.\n");
    let insert = format!("INSERT INTO auth.users (id, email) VALUES (1, '{SECRET}'), (2, '{SECRET}@example.com');\n");
    let entry = format!("dn: uid={SECRET},dc=x\nobjectClass: person\nmail: {SECRET}\n\n").repeat(2);
    for (format, text) in [
        (None, json),
        (Some(ImportFormat::Csv), format!("email,name\n{SECRET}@example.com,\"{SECRET}\nx\"\n{SECRET},x\n")),
        (Some(ImportFormat::Supabase), dump),
        (Some(ImportFormat::Supabase), insert),
        (Some(ImportFormat::Ldif), entry),
        (
            Some(ImportFormat::Firebase),
            format!("{{\"users\": [{{\"localId\": \"{SECRET}\"}}, {{\"localId\": \"{SECRET}\"}}]}}"),
        ),
    ] {
        let in_bytes = SECRET.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ");
        let is_quiet = |shown: String| assert!(!shown.contains(SECRET) && !shown.contains(&in_bytes), "{shown:.400}");
        let input = || Cursor::new(text.clone().into_bytes());
        let mut reader = RecordReader::new(input(), format, ReadOptions::default()).unwrap();
        let mut splitter = RecordSplitter::new(input(), format, ReadOptions::default()).unwrap();
        while let Some(record) = reader.next().unwrap() {
            is_quiet(format!("{reader:?}"));
            is_quiet(format!("{record:?}"));
            is_quiet(splitter.next().unwrap().map(|raw| format!("{raw:?}")).unwrap_or_default());
            is_quiet(format!("{splitter:?}"));
        }
    }
}
