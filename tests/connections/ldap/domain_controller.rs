//! Active Directory, as far as its answers go: there is none to be started for a test.

use std::time::Duration;

use waystation::{
    LegacyConnection, Password,
    clock::Timestamp,
    identifier::IdentifierKind,
    legacy::{LdapConnection, LegacyAttempt, LegacyError, Verdict},
    user::LegacyKey,
};

use super::{ask, email, username};
use crate::scripted_ldap::{BIND, SEARCH, ScriptedLdap, entry, reference, result};

const ADA: &str = "CN=Ada Lovelace,CN=Users,DC=corp,DC=example,DC=com";
const GUID: [u8; 16] = [0x34, 0x8a, 0x5e, 0x2f, 0x9d, 0x1b, 0x62, 0x4c, 0xa3, 0xd7, 1, 0x23, 0x45, 0x67, 0x89, 0xab];
const ID: &str = "2f5e8a34-1b9d-4c62-a3d7-0123456789ab";

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// A domain with Ada in it. Her password is `right`; `data XYZ` is refused with that sub-code.
async fn domain(control: &'static str, password_last_set: &'static str) -> ScriptedLdap {
    let script = move |operation, content: &[u8]| match operation {
        BIND if contains(content, b"service@") || contains(content, b"right") => vec![result(0x61, 0, "")],
        BIND => {
            let text = String::from_utf8_lossy(content);
            let data = text.split_once("data ").map_or("52e", |(_, data)| data);
            let said =
                format!("80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data {data}, v3839");
            vec![result(0x61, 49, &said)]
        }
        SEARCH if contains(content, b"ada") || contains(content, &GUID) => vec![
            entry(
                ADA,
                &[
                    ("objectGUID", &[&GUID]),
                    ("sAMAccountName", &[b"ada"]),
                    ("mail", &[b"ada@corp.example.com"]),
                    ("userAccountControl", &[control.as_bytes()]),
                    ("accountExpires", &[b"9223372036854775807"]),
                    ("pwdLastSet", &[password_last_set.as_bytes()]),
                    ("lastLogonTimestamp", &[b"131986665300000000"]),
                    ("whenCreated", &[b"20190402081530.0Z"]),
                    ("memberOf", &[b"CN=Staff,DC=corp,DC=example,DC=com"]),
                ],
            ),
            reference("ldap://ForestDnsZones.corp.example.com/DC=ForestDnsZones,DC=corp,DC=example,DC=com"),
            result(0x65, 0, ""),
        ],
        SEARCH => vec![result(0x65, 0, "")],
        _ => vec![],
    };
    ScriptedLdap::start(script).await.unwrap()
}

fn legacy(domain: &ScriptedLdap) -> LdapConnection {
    let builder = LdapConnection::active_directory(domain.url("ldap"), "DC=corp,DC=example,DC=com").without_tls();
    let builder = builder.service_account("service@corp.example.com", "secret");
    builder.connect_limit(Duration::from_secs(30)).operation_limit(Duration::from_secs(30)).build().unwrap()
}

#[tokio::test]
async fn a_user_of_a_domain_is_found_whole_and_references_are_passed_over() {
    let domain = domain("512", "131986665300000000").await;
    let legacy = legacy(&domain);
    let Ok(Verdict::Match(ada)) = ask(&legacy, &email("ada@corp.example.com"), "right").await else {
        panic!("no match")
    };
    assert_eq!(ada.key, LegacyKey::new("active-directory", ID));
    assert_eq!(ada.profile.username.as_ref().unwrap().original(), "ada");
    assert_eq!(ada.profile.app_metadata["groups"], serde_json::json!(["CN=Staff,DC=corp,DC=example,DC=com"]));
    let set = Some(Timestamp::from_micros(1_554_192_930_000_000));
    assert_eq!((ada.created_at, ada.last_login, ada.password_set_at), (set, set, set));

    let (stranger, password) = (username("stranger"), Password::from("right"));
    let by_id = LegacyAttempt::new(&stranger, &password);
    assert!(matches!(legacy.authenticate(&by_id.known_as(&ada.key)).await, Ok(Verdict::Match(_))));
    assert!(legacy.find(&stranger).await.unwrap().is_none());
}

#[tokio::test]
async fn every_sub_code_is_what_it_says() {
    let domain = domain("512", "131986665300000000").await;
    let legacy = legacy(&domain);
    for (password, expected) in [
        ("data 525", "not_found"),
        ("data 52e", "mismatch"),
        ("data 530", "blocked"),
        ("data 532", "match_must_change"),
        ("data 533", "blocked"),
        ("data 701", "blocked"),
        ("data 773", "match_must_change"),
        ("data 775", "blocked"),
    ] {
        let verdict = ask(&legacy, &username("ada"), password).await.unwrap();
        assert_eq!(verdict.as_str(), expected, "{password}");
    }
    // No log-on servers: an outage, and not a wrong password.
    assert!(ask(&legacy, &username("ada"), "data 51f").await.unwrap_err().is_unavailable());
}

#[tokio::test]
async fn account_flags_count_after_a_right_password() {
    for (control, set, expected) in [
        ("514", "131986665300000000", "blocked"),
        ("512", "0", "match_must_change"),
        ("8389120", "1", "match_must_change"),
    ] {
        let domain = domain(control, set).await;
        let legacy = legacy(&domain);
        assert_eq!(ask(&legacy, &username("ada"), "right").await.unwrap().as_str(), expected, "{control}");
        assert!(matches!(ask(&legacy, &username("ada"), "wrong").await, Ok(Verdict::Mismatch)));
    }
    let domain = domain("", "1").await;
    let error = ask(&legacy(&domain), &username("ada"), "right").await.unwrap_err();
    assert!(matches!(&error, LegacyError::Malformed { place, .. } if place == "userAccountControl"), "{error}");
}

#[tokio::test]
async fn somebody_binds_with_their_name_in_the_domain() {
    let domain = domain("512", "131986665300000000").await;
    let legacy = LdapConnection::active_directory(domain.url("ldap"), "DC=corp,DC=example,DC=com")
        .without_tls()
        .bind_template(IdentifierKind::Username, "{}@corp.example.com")
        .build()
        .unwrap();
    assert!(matches!(ask(&legacy, &username("ada"), "right").await, Ok(Verdict::Match(user)) if user.key.id() == ID));
    assert!(matches!(ask(&legacy, &username("ada"), "wrong").await, Ok(Verdict::Mismatch)));
    // Only a service account could tell who this is.
    assert!(matches!(ask(&legacy, &username("ada"), "data 532").await, Err(LegacyError::Misconfigured { .. })));
    assert!(matches!(ask(&legacy, &email("ada@corp.example.com"), "right").await, Ok(Verdict::NotFound)));
}
