//! Everything that is wrong with a record of another system is told, and not only the first of it.

use serde_json::json;
use waystation::{
    bulk::{ImportFormat, ReadOptions},
    clock::Timestamp,
};

use crate::readers_vendors::read;

/// Several things that are wrong with a record of each system, and where.
fn faulty() -> Vec<(ImportFormat, String, &'static str)> {
    let keycloak = json!({"users": [{"id": "u1", "username": "ada", "email": 7, "enabled": "yes", "createdTimestamp": "soon",
        "credentials": [7, {"type": "password", "value": "plain"}], "federatedIdentities": [{"userId": "1"}, 3], "hair": "red"}]});
    let kratos = json!([{"id": "k1", "state": "odd", "traits": {"email": "nobody"}, "created_at": 1.5,
        "verifiable_addresses": 7, "credentials": {"password": {"config": {"hashed_password": "{VAX}x"}},
            "oidc": {"config": {"providers": [{"provider": "x"}, {"subject": "y"}]}}, "webauthn": {"config": 3}}}]);
    let supabase = json!([{"id": "1", "email": "a@example.com", "phone": 3, "created_at": "soon", "is_anonymous": "perhaps",
        "raw_user_meta_data": "{", "encrypted_password": "$2b$10$short"}]);
    let firebase = json!({"users": [{"localId": "u1", "email": "nobody", "createdAt": "soon", "customAttributes": "no",
        "passwordHash": "aGFzaA=="}]});
    let django = json!([{"model": "auth.user", "pk": null,
        "fields": {"username": "", "email": "nobody", "password": "vax$1", "date_joined": "soon", "hair": 1}}]);
    let ldif = "dn: uid=a,dc=x\nobjectClass: person\nentryUUID: none\nmail: nobody\nsAMAccountName: ada\n\
        userAccountControl: much\nwhenChanged: soon\naccountExpires: never\npwdReset: perhaps\ndepartment:: /w==\n";
    let exported = r#"{"user_id":7,"email":"nobody","logins_count":"three","created_at":"soon","hair":1}"#;
    vec![
        (
            ImportFormat::Clerk,
            "id,primary_email_address,primary_phone_number,password_digest,totp_secret,hair\nu1,nobody,one,abc,!,red\n"
                .into(),
            "/password_hasher hash.incomplete, /phone_number phone.syntax, /email email.syntax, \
             /mfa_factors/0/totp/secret mfa.secret, /hair key.unknown",
        ),
        (
            ImportFormat::Cognito,
            "cognito:username,email,email_verified,phone_number_verified,cognito:mfa_enabled,updated_at\n\
             ada,nobody,maybe,x,y,soon\n"
                .into(),
            "/email_verified value.type, /phone_number_verified value.type, /updated_at value.type, \
             /cognito:mfa_enabled value.type, /email email.syntax",
        ),
        (
            ImportFormat::Django,
            django.to_string(),
            "/pk value.type, /fields/password hash.unsupported, /email email.syntax, /hair key.unknown, \
             /waystation/created_at date.syntax",
        ),
        (
            ImportFormat::Firebase,
            firebase.to_string(),
            "/createdAt date.syntax, /customAttributes json.syntax, /passwordHash hash.incomplete, /email email.syntax",
        ),
        (
            ImportFormat::Keycloak,
            keycloak.to_string(),
            "/enabled value.type, /createdTimestamp date.syntax, /credentials/0 value.type, /credentials/1/value hash.plaintext, \
             /federatedIdentities/0/identityProvider field.missing, /federatedIdentities/1 value.type, /email value.type, \
             /hair key.unknown",
        ),
        (
            ImportFormat::Kratos,
            kratos.to_string(),
            "/state kratos.state, /verifiable_addresses value.type, /credentials/password/config/hashed_password hash.unknown, \
             /credentials/oidc/config/providers/0/subject value.type, \
             /credentials/oidc/config/providers/1/provider value.type, /credentials value.type, /email email.syntax, \
             /waystation/created_at value.type",
        ),
        (
            ImportFormat::Ldif,
            ldif.into(),
            "/entryUUID ldif.uuid, /whenChanged date.syntax, /accountExpires date.syntax, /userAccountControl value.type, \
             /pwdReset value.type, /department ldif.utf8, /email email.syntax",
        ),
        (
            ImportFormat::Okta,
            "login,email,displayName,hair,eyes\nada,nobody,Ada,red,blue\n".into(),
            "/email email.syntax, /eyes key.unknown, /hair key.unknown",
        ),
        (
            ImportFormat::Supabase,
            supabase.to_string(),
            "/phone value.type, /created_at date.syntax, /raw_user_meta_data json.syntax, /is_anonymous value.type, \
             /encrypted_password hash.malformed",
        ),
        (
            ImportFormat::UsersExport,
            exported.into(),
            "/email email.syntax, /hair key.unknown, /user_id value.type, /waystation/created_at date.syntax, \
             /waystation/login_count value.type",
        ),
    ]
}

#[test]
fn everything_that_is_wrong_with_a_record_of_another_system_is_told_once() {
    let sorted = |text: &str| {
        let mut faults: Vec<String> = text.split(", ").map(str::to_owned).collect();
        faults.sort_unstable();
        faults
    };
    let told = faulty().into_iter().map(|(format, text, expected)| {
        let [found] = &read(text, format, ReadOptions::default())[..] else { panic!("{format}: one record") };
        (format, sorted(found.as_ref().unwrap_err()), sorted(expected))
    });
    let differ: Vec<_> = told.filter(|(_, found, expected)| found != expected).collect();
    assert!(differ.is_empty(), "{differ:#?}");
}

/// That nobody is named is no fault of its own where the name was one.
#[test]
fn what_is_left_out_for_its_fault_is_not_missed() {
    let options = || ReadOptions::default().record(waystation::bulk::RecordOptions::default().strict());
    let found = read("login,email\nada,\n", ImportFormat::Okta, options());
    assert_eq!(found, [Err("/email email.missing".to_owned())]);
    let only = r#"[{"id": null, "phone": 3}]"#;
    assert_eq!(read(only, ImportFormat::Supabase, ReadOptions::default()), [Err("/phone value.type".to_owned())]);
    assert_eq!(read(r#"["ada"]"#, ImportFormat::Supabase, ReadOptions::default()), [Err(" record.type".to_owned())]);
    let twice = r#"[{"id": "1", "id": "2", "email": "a@example.com", "email": "b@example.com"}]"#;
    let expected = "/id json.duplicate, /email json.duplicate";
    assert_eq!(read(twice, ImportFormat::Supabase, ReadOptions::default()), [Err(expected.to_owned())]);
}

#[test]
fn when_a_record_was_changed_is_kept() {
    let ldif = |line: &str| format!("dn: uid=a,dc=x\nobjectClass: person\nmail: a@example.com\n{line}\n");
    let kratos = r#"[{"id": "k1", "traits": {"email": "a@example.com"}, "updated_at": "2026-11-29T17:13:28Z"}]"#;
    for (format, text) in [
        (ImportFormat::Kratos, kratos.to_owned()),
        (ImportFormat::Ldif, ldif("modifyTimestamp: 20261129171328Z")),
        (ImportFormat::Ldif, ldif("whenChanged: 20261129171328.0Z")),
    ] {
        let user = read(text, format, ReadOptions::default()).remove(0).unwrap();
        assert_eq!(user.updated_at, Some(Timestamp::from_micros(1_795_972_408_000_000)), "{format}");
    }
}
