//! Tables of other systems' users: Supabase's dump from `tests/data/exports`, and CSV in the columns that their makers
//! publish.

use std::{io::Cursor, sync::Arc};

use serde_json::json;
use waystation::{
    bulk::{
        Fault, FaultCode, FieldMap, ImportFormat, ImportRecord, Place, ReadOptions, Record, RecordReader, RecordSource,
    },
    clock::{ManualClock, Timestamp},
    password::{Password, Passwords, Verification, vendor::FirebaseProject},
    user::{Credential, MfaFactor},
};

use crate::readers_vendors::{imported, opens, read, spec, user};

const PASSWORD: &str = "correct horse battery staple";

/// Of the password `shh`.
const BCRYPT: &str = "$2b$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG";

/// 2026-11-29.
fn options() -> ReadOptions {
    ReadOptions::default().clock(Arc::new(ManualClock::at(Timestamp::from_micros(1_795_910_400_000_000))))
}

async fn record_opens(record: &ImportRecord, password: &str) -> bool {
    let (Ok(passwords), Some(Credential::Hash(hash))) = (Passwords::builder().build(), &record.credential) else {
        return false;
    };
    matches!(passwords.verify(&Password::from(password), hash).await, Ok(Verification::Match { .. }))
}

#[tokio::test]
async fn a_dump_of_supabase_brings_its_people_with_their_passwords() {
    for file in ["supabase_users.csv", "supabase_users.json", "supabase_dump.sql", "supabase_data.sql"] {
        let (store, report) = imported(spec(file, ImportFormat::Supabase), options()).await;
        // Of seven one is deleted, and the hash of one is encrypted.
        assert_eq!((report.inserted, report.failed), (5, 1), "{file}: {report:?}");
        let ada = user(&store, "ada@example.com").await.unwrap();
        assert!(opens(&ada, PASSWORD).await);
        assert_eq!(ada.id.as_str(), "f1a0c4d2-0000-4000-8000-000000000001");
        assert!(ada.profile.email_verified && !ada.profile.blocked && !ada.profile.phone_verified);
        assert_eq!(ada.profile.phone.as_ref().unwrap().original(), "+447700900123");
        assert_eq!(ada.profile.user_metadata["full_name"], "Ada, \"Countess\"");
        assert_eq!(ada.profile.user_metadata["note"], "two\nlines");
        assert_eq!(ada.profile.app_metadata["plan"], "gold");
        assert_eq!(ada.created_at, Timestamp::from_micros(1_731_580_000_000_000));
        assert_eq!(ada.last_login, Some(Timestamp::from_micros(1_731_657_600_123_456)));
        // Banned until 2099, and until last week.
        let (grace, edsger) =
            (user(&store, "grace@example.com").await.unwrap(), user(&store, "edsger@example.com").await.unwrap());
        assert_eq!((grace.profile.blocked, grace.profile.email_verified), (true, false));
        assert_eq!((edsger.profile.blocked, &edsger.profile.app_metadata["role"]), (false, &json!("service")));
        assert_eq!(user(&store, "barbara@example.com").await.unwrap().credential, Credential::PendingPassword);
        assert!(user(&store, "gone@example.com").await.is_none() && user(&store, "alan@example.com").await.is_none());
    }
}

#[test]
fn what_is_wrong_with_a_row_of_supabase_is_named_by_its_column() {
    let csv = "id,email,encrypted_password,banned_until,raw_user_meta_data,shoe_size\n\
        1,a@example.com,$1$nonsense,,,\n2,b@example.com,,soon,,\n3,c@example.com,,,not json,\n4,d@example.com,,,,38\n\
        5,e@example.com,,2024-11-14 10:26:40,,\n6,f@example.com,,,,\n7,g@example.com\n";
    let found = read(csv, ImportFormat::Supabase, options());
    let faults: Vec<_> = found.into_iter().map(|user| user.map_or_else(|fault| fault, |_| String::new())).collect();
    assert_eq!(
        faults,
        [
            "/encrypted_password hash.malformed",
            "/banned_until date.syntax",
            "/raw_user_meta_data json.syntax",
            "/shoe_size key.unknown",
            "/banned_until date.syntax",
            "",
            " csv.ragged",
        ]
    );
    let json = json!([{"id": "1", "email": 2}, {"id": "1", "phone": 2}, {"id": "1", "is_anonymous": "perhaps"}]);
    let faults: Vec<_> = read(json.to_string(), ImportFormat::Supabase, options());
    let faults: Vec<_> = faults.into_iter().map(Result::unwrap_err).collect();
    assert_eq!(faults, ["/email value.type", "/phone value.type", "/is_anonymous value.type"]);
}

fn first(text: impl Into<Vec<u8>>, format: Option<ImportFormat>) -> Record {
    let mut reader = RecordReader::new(Cursor::new(text.into()), format, options()).unwrap();
    reader.next().unwrap().unwrap()
}

/// It may have lost what bars somebody.
#[test]
fn a_row_with_too_few_fields_is_refused_until_somebody_has_looked_at_it() {
    for (format, text, mark) in [
        (ImportFormat::Csv, "user_id,email,blocked\n7,a@example.com\n", r#""csv_rest":[],"#),
        (ImportFormat::Firebase, "7,a@example.com,true\n", r#""csv_rest":[],"#),
        (ImportFormat::Supabase, "id,email,banned_until\n7,a@example.com\n", r#""csv_rest":[],"#),
        (
            ImportFormat::Supabase,
            "COPY auth.users (id, email, banned_until) FROM stdin;\n7\ta@example.com\n\\.\n",
            r#""dump_rest":[],"#,
        ),
        (
            ImportFormat::Supabase,
            "INSERT INTO auth.users (id, email, banned_until) VALUES (7, 'a@example.com');",
            r#""dump_rest":[],"#,
        ),
    ] {
        let refused = first(text, Some(format));
        assert_eq!(refused.user.unwrap_err()[0].code, FaultCode::ArrayLengthShort, "{format}");
        let aside = String::from_utf8(refused.raw).unwrap();
        assert!(first(aside.clone(), None).user.is_err(), "{format}: {aside}");
        let corrected = aside.replace(mark, "");
        assert_eq!(first(corrected, None).user.unwrap().profile.email.unwrap().original(), "a@example.com");
    }
}

#[test]
fn nothing_is_lost_of_an_entry_that_is_not_utf_8() {
    let text = b"dn: uid=a,dc=x\nobjectClass: inetOrgPerson\nmail: a@example.com\n# M\xfcller\nuid: m\xfc\n ller\n";
    let refused = first(*text, Some(ImportFormat::Ldif));
    let detail = |faults: Vec<Fault>| faults[0].detail.to_string();
    assert_eq!(refused.user.map_err(detail).unwrap_err(), "ldif.utf8");
    let aside = String::from_utf8(refused.raw).unwrap();
    let again = first(aside.clone(), None).user.map_err(detail);
    assert_eq!(again.unwrap_err(), "ldif.utf8", "{aside}");
    let user = first(aside.replace("uid:: bfxsbGVy", "uid: müller"), None).user.unwrap();
    assert_eq!(user.profile.username.unwrap().original(), "müller");
}

/// Whatever it was, it needs no more than to be corrected.
#[test]
fn what_is_put_aside_of_any_format_is_read_again_among_records_of_the_import_schema() {
    let firebase = format!("u1,a@example.com,perhaps{},1486324233000,1486324233000,,,\n", ",".repeat(20));
    let columns = "id,username,primary_email_address,password_digest,password_hasher";
    let clerk = format!("{columns}\nu1,ada,a@example.com,{BCRYPT},vax\n");
    let django = "[{\"model\":\"auth.user\",\"pk\":null,\"fields\":{\"username\":\"ada\",\"password\":\
        \"sha1$a1b2c$2d9c1ed1ff5a3b0a54d8b6ec1b0ec2b7a0d64b2b\"}}]";
    let users = r#"{"users":[{"id":"u1","username":"ada","email":"a@example.com","federatedIdentities":"x"}]}"#;
    for (format, text, wrong, right) in [
        (ImportFormat::Clerk, &*clerk, "vax", "bcrypt"),
        (
            ImportFormat::Cognito,
            "cognito:username,email,email_verified,phone_number_verified,cognito:mfa_enabled\nada,a@example.com,maybe,false,false\n",
            "maybe",
            "true",
        ),
        (ImportFormat::Django, django, r#""pk":null"#, r#""pk":3"#),
        (ImportFormat::Firebase, &firebase, "perhaps", "true"),
        (
            ImportFormat::Firebase,
            r#"{"users":[{"localId":"u1","email":"a@example.com","customAttributes":"no"}]}"#,
            r#""no""#,
            r#""{}""#,
        ),
        (ImportFormat::Keycloak, users, r#""x""#, "[]"),
        (ImportFormat::Kratos, r#"[{"id":"u1","state":"odd","traits":{"email":"a@example.com"}}]"#, "odd", "active"),
        (
            ImportFormat::Ldif,
            "dn: uid=a,dc=x\nobjectClass: inetOrgPerson\nentryUUID: 0190f0a8-0000-7000-8000-000000000001\nuid a\nmail: a@example.com\n",
            "uid a",
            "uid: a",
        ),
        (ImportFormat::Supabase, "id,email,banned_until\n1,a@example.com,soon\n", "soon", "2030-01-01T00:00:00Z"),
        (
            ImportFormat::Supabase,
            r#"[{"id":"1","email":"a@example.com","is_anonymous":"perhaps"}]"#,
            r#""perhaps""#,
            "false",
        ),
    ] {
        let refused = first(text.to_owned(), Some(format));
        assert!(refused.user.is_err(), "{format}");
        let aside = String::from_utf8(refused.raw).unwrap();
        assert_eq!(aside.matches(wrong).count(), 1, "{format}: {aside}");
        assert!(first(aside.clone(), None).user.is_err(), "{format}: it is not corrected yet");
        let corrected = aside.replace(wrong, right);
        let expected = first(text.replace(wrong, right), Some(format)).user.unwrap();
        let own = "{\"email\": \"b@example.com\"}\n";
        for beside in [corrected.clone(), format!("{corrected}\n{own}"), format!("[{corrected},{own}]")] {
            let came = first(beside, None).user.unwrap_or_else(|faults| panic!("{format}: {faults:?}"));
            assert!(came == expected, "{format}");
        }
    }
    // What only the schema refuses is put aside as a record of it.
    let exported = r#"{"user_id":"auth0|7","email":"nobody","logins_count":3,"created_at":"2024-11-14T10:26:40Z"}"#;
    for (format, text) in [
        (ImportFormat::Csv, "user_id,email,blocked\n7,nobody,true\n"),
        (ImportFormat::Okta, "login,email,firstName,mobilePhone\nada,nobody,Ada,+447700900123\n"),
        (ImportFormat::UsersExport, exported),
        (ImportFormat::UsersExport, "user_id,email,logins_count\nauth0|7,nobody,3\n"),
    ] {
        let refused = first(text.to_owned(), Some(format));
        assert_eq!(refused.user.unwrap_err()[0].detail, "email.syntax", "{format}");
        let corrected = String::from_utf8(refused.raw).unwrap().replace("nobody", "a@example.com");
        let expected = first(text.replace("nobody", "a@example.com"), Some(format)).user.unwrap();
        assert!(first(corrected, None).user.unwrap() == expected, "{format}");
    }
    for broken in [
        r#"{"quarantined_from": "vax", "record": {}}"#,
        r#"{"quarantined_from": "django"}"#,
        r#"{"quarantined_from": "okta", "row": 1}"#,
    ] {
        let mut reader = RecordReader::new(broken.as_bytes(), None, options()).unwrap();
        assert!(reader.next().unwrap().unwrap().user.is_err(), "{broken}");
    }
}

#[tokio::test]
async fn the_csv_of_firebase_says_what_its_json_says() {
    // User and project of https://github.com/firebase/scrypt, whose password is `user1password`.
    let project: FirebaseProject = json!({
        "algorithm": "SCRYPT", "base64_salt_separator": "Bw==", "rounds": 8, "mem_cost": 14,
        "base64_signer_key": "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
    })
    .to_string()
    .parse()
    .unwrap();
    let hash = "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==";
    // As `accountExporter.ts` of firebase-tools 14 writes rows: a name is quoted where it has a comma, claims always, and a
    // comma stands behind each. The last one is of a release without `disabled` and claims.
    let csv = format!(
        "u1,user1@example.com,true,{hash},42xEC+ixf3L2lw==,\"One, User\",https://x/1.png,107,u@gmail.com,U,,,,,,,,,,,,,,\
         1486324442000,1494726309000,+15551234567,true,\"{{\"\"admin.level\"\":3}}\",\n\
         u2,,false,,,,,,,,,,,,,,,,,,,,,1486324442000,,+15551234568,false,,\n\
         u3,u3@example.com,false,,,,,,,,,,,,,,,,,,42,,,1486324442000,,,\n\
         u4,u4@example.com,false\n\
         u5,u5@example.com,false,,,Bob \"B\" Smith,,,,,,,,,,,,,,,,,,1486324442000,,,false,,\n"
    );
    let mut reader = RecordReader::new(Cursor::new(csv.clone()), Some(ImportFormat::Firebase), options()).unwrap();
    let (first, second) = (reader.next().unwrap().unwrap(), reader.next().unwrap().unwrap());
    assert_eq!((first.place, second.place.record), (Place::START, 1));
    let mut again = RecordReader::new(Cursor::new(csv.clone()), Some(ImportFormat::Firebase), options()).unwrap();
    again.resume(first.end).unwrap();
    assert_eq!(again.next().unwrap().unwrap().place, second.place);
    let found = read(csv, ImportFormat::Firebase, options().firebase(project));
    let one = found[0].as_ref().unwrap();
    assert!(record_opens(one, "user1password").await);
    assert_eq!((one.profile.blocked, one.profile.email_verified, one.profile.phone_verified), (true, true, true));
    assert_eq!((one.profile.name.as_deref(), &one.profile.app_metadata["admin.level"]), (Some("One, User"), &json!(3)));
    assert_eq!(
        (one.profile.identities[0].provider.as_str(), one.profile.identities[0].subject.as_str()),
        ("google.com", "107")
    );
    assert_eq!(one.last_login, Some(Timestamp::from_micros(1_494_726_309_000_000)));
    assert_eq!(found[1].as_ref().unwrap().profile.phone.as_ref().unwrap().original(), "+15551234568");
    assert_eq!(found[2].as_ref().unwrap().profile.identities.len(), 0);
    assert_eq!((found[3].clone(), found[4].clone()), (Err(" csv.ragged".to_owned()), Err(" csv.quote".to_owned())));
}

#[tokio::test]
async fn the_csv_of_clerk_brings_passwords_and_one_time_passwords() {
    let csv = format!(
        "id,first_name,last_name,username,primary_email_address,primary_phone_number,verified_email_addresses,\
         unverified_email_addresses,verified_phone_numbers,unverified_phone_numbers,totp_secret,password_digest,password_hasher\n\
         user_1,Ada,Lovelace,ada,ada@example.com,+447700900123,ada@example.com|ada@work.example,,,+447700900123,\
         JBSWY3DPEHPK3PXP,{BCRYPT},bcrypt\n\
         user_2,Grace,,,grace@example.com,,,grace@example.com,,,,,\n\
         user_3,,,,alan@example.com,,,,,,,secret,awscognito\n\
         user_4,,,,bob@example.com,,,,,,,$2b$10$short,bcrypt\n\
         user_5,,,,eve@example.com,,,,,,,{BCRYPT},\n"
    );
    let found = read(csv, ImportFormat::Clerk, options());
    let ada = found[0].as_ref().unwrap();
    assert!(record_opens(ada, "shh").await);
    assert_eq!((ada.profile.email_verified, ada.profile.phone_verified), (true, false));
    assert_eq!(ada.profile.app_metadata["verified_email_addresses"], json!(["ada@work.example"]));
    assert_eq!(ada.profile.mfa_factors, [MfaFactor::Totp { secret: "JBSWY3DPEHPK3PXP".into() }]);
    let grace = found[1].as_ref().unwrap();
    assert_eq!((grace.profile.email_verified, &grace.credential), (false, &None));
    let faults: Vec<_> = found[2..].iter().map(|user| user.clone().unwrap_err()).collect();
    assert_eq!(
        faults,
        ["/password_hasher hash.unsupported", "/password_digest hash.malformed", "/password_hasher hash.incomplete"]
    );
}

#[test]
fn the_csv_of_cognito_brings_people_without_passwords() {
    let csv = "name,given_name,family_name,middle_name,nickname,preferred_username,profile,picture,website,email,\
        email_verified,gender,birthdate,zoneinfo,locale,phone_number,phone_number_verified,address,updated_at,\
        cognito:mfa_enabled,cognito:username,custom:tier\n\
        Ada Lovelace,Ada,Lovelace,King,,,,,,ada@example.com,TRUE,,1815-12-10,,en,+447700900123,FALSE,,1731580000,true,ada,gold\n\
        ,,,,,,,,,,FALSE,,,,,,,,,FALSE,24d8403d-559c-4879-8ff3-37e03c14e0f2,\n\
        ,,,,,,,,,,TRUE,,,,,,,,,FALSE,grace@example.com,\n\
        ,,,,,,,,,,perhaps,,,,,,,,,FALSE,alan,\n\
        ,,,,,,,,,,TRUE,,,,,,,,yesterday,FALSE,bob,\n";
    let found = read(csv, ImportFormat::Cognito, options());
    let ada = found[0].as_ref().unwrap();
    assert_eq!(ada.profile.username.as_ref().unwrap().original(), "ada");
    assert_eq!((ada.id.as_ref().unwrap().as_str(), &ada.credential), ("ada", &None));
    assert_eq!((ada.profile.email_verified, ada.profile.phone_verified), (true, false));
    assert_eq!(ada.updated_at, Some(Timestamp::from_micros(1_731_580_000_000_000)));
    assert_eq!(
        ada.profile.app_metadata,
        *json!({"cognito:mfa_enabled": true, "custom:tier": "gold"}).as_object().unwrap()
    );
    assert_eq!(ada.profile.user_metadata["birthdate"], "1815-12-10");
    let nobody = found[1].as_ref().unwrap();
    assert_eq!((nobody.id.is_some(), &nobody.profile.username), (true, &None));
    assert_eq!(found[2].as_ref().unwrap().profile.email.as_ref().unwrap().original(), "grace@example.com");
    assert_eq!(found[3], Err("/email_verified value.type".to_owned()));
    assert_eq!(found[4], Err("/updated_at value.type".to_owned()));
}

#[test]
fn the_csv_of_okta_brings_people_without_passwords() {
    let csv = "login,firstName,lastName,middleName,honorificPrefix,honorificSuffix,email,title,displayName,nickName,profileUrl,\
        secondEmail,mobilePhone,primaryPhone,streetAddress,city,state,zipCode,countryCode,postalAddress,preferredLanguage,locale,\
        timezone,userType,employeeNumber,costCenter,organization,division,department,managerId,manager,badge\n\
        ada@corp.example,Ada,Lovelace,,,,ada@example.com,Countess,Ada Lovelace,,,,+44 7700 900123,,,London,,,GB,,,,,,7,,,,,,,\n\
        grace,Grace,Hopper,,,,grace@example.com,,,,,,,,,,,,,,,,,,,,,,,,,\n\
        Alan@example.com,Alan,Turing,,,,alan@example.com,,,,,,,,,,,,,,,,,,,,,,,,,\n\
        bob@example.com,Bob,,,,,bob@example.com,,,,,,,,,,,,,,,,,,,,,,,,,1001\n";
    let found = read(csv, ImportFormat::Okta, options());
    let ada = found[0].as_ref().unwrap();
    assert_eq!((ada.profile.email.as_ref().unwrap().original(), &ada.credential), ("ada@example.com", &None));
    assert_eq!(ada.profile.app_metadata["login"], "ada@corp.example");
    assert_eq!(
        (&ada.profile.user_metadata["city"], ada.profile.name.as_deref()),
        (&json!("London"), Some("Ada Lovelace"))
    );
    assert_eq!(found[1].as_ref().unwrap().profile.username.as_ref().unwrap().original(), "grace");
    assert!(found[2].as_ref().unwrap().profile.app_metadata.is_empty());
    assert_eq!(found[3], Err("/badge key.unknown".to_owned()));
    // A field map says what one's own columns are, and loses nothing that has its place.
    let csv_of_supabase = "id,email,raw_user_meta_data,shoe_size\n1,a@example.com,\"{\"\"a\"\": 1}\",38\n";
    let mapped = options().fields(FieldMap::default().field("shoe_size", "user_metadata.shoes"));
    let found = read(csv_of_supabase, ImportFormat::Supabase, mapped).remove(0).unwrap();
    assert_eq!(found.profile.user_metadata, *json!({"a": 1, "shoes": "38"}).as_object().unwrap());
    let mapped =
        options().fields(FieldMap::default().field("badge", "user_metadata.badge").field("title", "app_metadata.rank"));
    let found = read(csv, ImportFormat::Okta, mapped);
    let (ada, bob) = (found[0].as_ref().unwrap(), found[3].as_ref().unwrap());
    assert_eq!(
        (&ada.profile.app_metadata["rank"], &ada.profile.app_metadata["login"]),
        (&json!("Countess"), &json!("ada@corp.example"))
    );
    assert_eq!(bob.profile.user_metadata["badge"], "1001");
}
