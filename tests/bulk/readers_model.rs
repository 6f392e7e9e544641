//! Every format of another system but LDIF, which has its own, against a model: people are written as that system's documentation says, by hand and
//! packed in any way, and come back as who they are.

use std::io::{Cursor, Write};

use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use waystation::bulk::{FieldMap, ImportFormat, ImportRecord, ReadOptions, RecordOptions, RecordReader, RecordSource};

/// What most systems keep of somebody.
#[derive(Clone, Debug, PartialEq)]
struct Person {
    id: String,
    email: String,
    is_verified: bool,
    given: String,
    family: String,
    is_blocked: bool,
}

/// What a format may say of a person besides the address.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Part {
    Blocked,
    Id,
    Names,
    Verified,
}

use Part::{Blocked, Id, Names, Verified};

impl Person {
    fn known_by(mut self, parts: &[Part]) -> Self {
        let has = |part| parts.contains(&part);
        self.is_verified &= has(Verified);
        self.is_blocked &= has(Blocked);
        for (text, part) in [(&mut self.id, Id), (&mut self.given, Names), (&mut self.family, Names)] {
            if !has(part) {
                text.clear();
            }
        }
        self
    }

    fn of(record: ImportRecord) -> Self {
        let profile = record.profile;
        Self {
            id: record.id.map(|id| id.as_str().to_owned()).unwrap_or_default(),
            email: profile.email.map(|email| email.original().to_owned()).unwrap_or_default(),
            is_verified: profile.email_verified,
            given: profile.given_name.unwrap_or_default(),
            family: profile.family_name.unwrap_or_default(),
            is_blocked: profile.blocked,
        }
    }
}

fn person() -> impl Strategy<Value = Person> {
    // Nothing at an edge that a format would take for space.
    let name = "[A-ZÉ][ a-zé,;|\"'{}\\\\\n-]{0,12}[a-z🜁]";
    ("[a-z0-9-]{1,12}", "[a-z0-9]{1,8}@example\\.com", any::<bool>(), name, name, any::<bool>()).prop_map(
        |(id, email, is_verified, given, family, is_blocked)| Person {
            id,
            email,
            is_verified,
            given,
            family,
            is_blocked,
        },
    )
}

/// A format, what it says, and people in it.
type Writer = (ImportFormat, &'static [Part], fn(&[Person]) -> String);

const WRITERS: [Writer; 14] = [
    (ImportFormat::Clerk, &[Id, Names, Verified], clerk),
    (ImportFormat::Cognito, &[Id, Names, Verified], cognito),
    (ImportFormat::Csv, &[Blocked, Id, Names, Verified], csv),
    (ImportFormat::Django, &[Blocked, Id, Names], django),
    (ImportFormat::Firebase, &[Blocked, Id, Verified], firebase),
    (ImportFormat::Firebase, &[Blocked, Id, Verified], firebase_table),
    (ImportFormat::JsonLines, &[Blocked, Id, Names, Verified], json_lines),
    (ImportFormat::Keycloak, &[Blocked, Id, Names, Verified], keycloak),
    (ImportFormat::Kratos, &[Blocked, Id, Names, Verified], kratos),
    (ImportFormat::Okta, &[Names], okta),
    (ImportFormat::Supabase, &[Id, Verified], supabase),
    (ImportFormat::Supabase, &[Id, Verified], supabase_table),
    (ImportFormat::UsersExport, &[Blocked, Id, Names, Verified], users_export),
    (ImportFormat::UsersExport, &[Id, Names, Verified], users_export_table),
];

fn table<const N: usize>(header: [&str; N], people: &[Person], row: impl Fn(&Person) -> [String; N]) -> String {
    let line = |cells: Vec<String>| cells.join(",") + "\r\n";
    let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let rows = people.iter().map(|person| line(row(person).iter().map(quoted).collect()));
    std::iter::once(line(header.map(str::to_owned).to_vec())).chain(rows).collect()
}

fn lines(people: &[Person], object: impl Fn(&Person) -> Value) -> String {
    people.iter().flat_map(|person| [object(person).to_string(), "\n".to_owned()]).collect()
}

fn list(people: &[Person], object: impl Fn(&Person) -> Value) -> Value {
    people.iter().map(object).collect()
}

fn clerk(people: &[Person]) -> String {
    let header = [
        "id",
        "first_name",
        "last_name",
        "primary_email_address",
        "verified_email_addresses",
        "unverified_email_addresses",
    ];
    table(header, people, |it| {
        let (verified, unverified) = if it.is_verified { (&*it.email, "") } else { ("", &*it.email) };
        [&it.id, &it.given, &it.family, &it.email, verified, unverified].map(str::to_owned)
    })
}

fn cognito(people: &[Person]) -> String {
    let header = ["given_name", "family_name", "email", "email_verified", "cognito:mfa_enabled", "cognito:username"];
    table(header, people, |it| {
        let verified = if it.is_verified { "TRUE" } else { "FALSE" };
        [&it.given, &it.family, &it.email, verified, "FALSE", &it.id].map(str::to_owned)
    })
}

fn csv(people: &[Person]) -> String {
    let header = ["user_id", "email", "email_verified", "given_name", "family_name", "blocked"];
    table(header, people, |it| {
        let flags = [it.is_verified, it.is_blocked].map(|flag| flag.to_string());
        [&it.id, &it.email, &flags[0], &it.given, &it.family, &flags[1]].map(String::clone)
    })
}

fn django(people: &[Person]) -> String {
    list(people, |it| {
        let fields =
            json!({"email": it.email, "first_name": it.given, "last_name": it.family, "is_active": !it.is_blocked});
        json!({"model": "auth.user", "pk": it.id, "fields": fields})
    })
    .to_string()
}

fn firebase(people: &[Person]) -> String {
    let user = |it: &Person| {
        json!({"localId": it.id, "email": it.email, "emailVerified": it.is_verified,
            "displayName": format!("{} {}", it.given, it.family), "disabled": it.is_blocked, "providerUserInfo": []})
    };
    json!({"users": list(people, user)}).to_string()
}

/// 28 columns without a header, and a comma behind the last.
fn firebase_table(people: &[Person]) -> String {
    let row = |it: &Person| {
        let name = format!("{} {}", it.given, it.family).replace('"', "\"\"");
        let (before, between) = (",".repeat(3), ",".repeat(17));
        let (id, email, is_verified, is_blocked) = (&it.id, &it.email, it.is_verified, it.is_blocked);
        format!("{id},{email},{is_verified}{before}\"{name}\"{between},1731580000000,1731580000000,,{is_blocked},,\n")
    };
    people.iter().map(row).collect()
}

fn own(it: &Person) -> Value {
    json!({"user_id": it.id, "email": it.email, "email_verified": it.is_verified, "given_name": it.given,
        "family_name": it.family, "blocked": it.is_blocked})
}

fn json_lines(people: &[Person]) -> String {
    lines(people, own)
}

fn keycloak(people: &[Person]) -> String {
    let user = |it: &Person| {
        json!({"id": it.id, "email": it.email, "emailVerified": it.is_verified, "firstName": it.given,
            "lastName": it.family, "enabled": !it.is_blocked})
    };
    json!({"realm": "shop", "users": list(people, user), "roles": {"realm": []}}).to_string()
}

fn kratos(people: &[Person]) -> String {
    list(people, |it| {
        json!({"id": it.id, "schema_id": "default", "state": if it.is_blocked { "inactive" } else { "active" },
            "traits": {"email": it.email, "name": {"first": it.given, "last": it.family}},
            "verifiable_addresses": [{"value": it.email, "verified": it.is_verified, "via": "email"}]})
    })
    .to_string()
}

fn okta(people: &[Person]) -> String {
    table(["login", "firstName", "lastName", "email"], people, |it| {
        [&it.email, &it.given, &it.family, &it.email].map(String::clone)
    })
}

fn supabase(people: &[Person]) -> String {
    list(people, |it| {
        let at = it.is_verified.then_some("2024-11-14 10:26:40+00");
        json!({"id": it.id, "email": it.email, "email_confirmed_at": at, "raw_user_meta_data": {"name": it.given}})
    })
    .to_string()
}

fn supabase_table(people: &[Person]) -> String {
    let header = ["instance_id", "id", "aud", "email", "email_confirmed_at", "raw_user_meta_data", "banned_until"];
    table(header, people, |it| {
        let at = if it.is_verified { "2024-11-14 10:26:40.123456+00" } else { "" };
        let metadata = json!({"name": it.given}).to_string();
        ["", &it.id, "authenticated", &it.email, at, &metadata, ""].map(str::to_owned)
    })
}

fn users_export(people: &[Person]) -> String {
    lines(people, |it| {
        let mut user = own(it);
        user["user_id"] = format!("auth0|{}", it.id).into();
        user["logins_count"] = 1.into();
        user
    })
}

/// The columns as the product's own tool calls them.
fn users_export_table(people: &[Person]) -> String {
    let header = ["Id", "Given Name", "Family Name", "Email", "Email Verified", "Connection", "Created At"];
    table(header, people, |it| {
        let (id, is_verified) = (format!("auth0|{}", it.id), it.is_verified.to_string());
        [&*id, &it.given, &it.family, &it.email, &is_verified, "shop", "2024-11-14T10:26:40.000Z"].map(str::to_owned)
    })
}

fn packed(text: &str, packing: u8) -> Vec<u8> {
    match packing {
        0 => text.into(),
        1 => {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(text.as_bytes()).unwrap();
            packer.finish().unwrap()
        }
        _ => zstd::encode_all(text.as_bytes(), 1).unwrap(),
    }
}

fn people_of(text: Vec<u8>, format: ImportFormat, options: ReadOptions) -> Result<Vec<Person>, String> {
    let told = |error: waystation::bulk::ReadError| error.to_string();
    let mut reader = RecordReader::new(Cursor::new(text), Some(format), options).map_err(told)?;
    let mut people = Vec::new();
    while let Some(record) = reader.next().map_err(told)? {
        let user = record.user.map_err(|faults| format!("{} {}", faults[0].pointer, faults[0].detail))?;
        people.push(Person::of(*user));
    }
    Ok(people)
}

proptest! {
    #[test]
    fn people_come_back_from_every_format_as_they_are(people in vec(person(), 0..6), packing in 0..3_u8) {
        for (format, parts, write) in WRITERS {
            let text = write(&people);
            let options = ReadOptions::default().record(RecordOptions::default().id_prefix("auth0|"));
            let expected: Vec<_> = people.iter().map(|person| person.clone().known_by(parts)).collect();
            let found = people_of(packed(&text, packing), format, options);
            prop_assert_eq!(found, Ok(expected), "{}: {}", format.as_str(), text);
        }
    }

    #[test]
    fn people_come_back_through_a_field_map_as_they_are(people in vec(person(), 0..6), packing in 0..3_u8) {
        let named = [("mail", "email"), ("isVerified", "email_verified"), ("first", "given_name"), ("last", "family_name"),
            ("isBlocked", "blocked"), ("UID", "user_id")];
        let expected = Ok(people.clone());
        let header = named.map(|(source, _)| source);
        let text = table(header, &people, |it| {
            let flags = [it.is_verified, it.is_blocked].map(|flag| flag.to_string());
            [&it.email, &flags[0], &it.given, &it.family, &flags[1], &it.id].map(String::clone)
        });
        let map = named.iter().fold(FieldMap::default(), |map, (source, field)| map.field(*source, *field));
        let found = people_of(packed(&text, packing), ImportFormat::Csv, ReadOptions::default().fields(map));
        prop_assert_eq!(&found, &expected, "{}", text);

        let text = lines(&people, |it| json!({"UID": it.id, "flags": {"isBlocked": it.is_blocked, "isVerified": it.is_verified},
            "contact": {"mail": it.email, "name": [{"first": it.given}, {"last": it.family}]}}));
        let places = [("/UID", "user_id"), ("/flags/isBlocked", "blocked"), ("/flags/isVerified", "email_verified"),
            ("/contact/mail", "email"), ("/contact/name/0/first", "given_name"), ("/contact/name/1/last", "family_name")];
        let map = places.iter().fold(FieldMap::default(), |map, (source, field)| map.field(*source, *field));
        let found = people_of(packed(&text, packing), ImportFormat::JsonLines, ReadOptions::default().fields(map));
        prop_assert_eq!(&found, &expected, "{}", text);
    }
}
