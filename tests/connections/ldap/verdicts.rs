//! What a directory says of passwords.

use std::error::Error;

use waystation::{
    LegacyConnection, Password,
    identifier::IdentifierKind,
    legacy::{LdapConnection, LdapGroups, LdapMapping, LegacyAttempt, LegacyError, Verdict},
};

use super::{BASE, ask, directory, found, mapping, searching, templated, username};
use crate::slapd::{SERVICE, SERVICE_PASSWORD, SUFFIX, Slapd};

/// A connection that trusts the directory's own authority.
pub(super) fn encrypted(directory: &Slapd, url: String) -> Result<LdapConnection, Box<dyn Error>> {
    let builder = LdapConnection::builder(url, BASE, mapping())
        .service_account(SERVICE, SERVICE_PASSWORD)
        .certificate_authority(directory.authority()?);
    Ok(builder.build()?)
}

#[tokio::test]
async fn a_password_policy_decides_who_may_log_in() {
    let Some(directory) = directory().unwrap() else { return };
    let found_first = searching(&directory).build().unwrap();
    let templated = templated(&directory).build().unwrap();
    for legacy in [&found_first, &templated] {
        for (who, password, expected) in [
            ("ada", "correct horse", "match"),
            ("ada", "Correct horse", "mismatch"),
            ("ada", "correct horse\0", "mismatch"),
            ("zoë", "Café", "match"),
            ("zoë", "Cafe\u{301}", "mismatch"),
            ("reset", "a first password", "match_must_change"),
            ("reset", "another", "mismatch"),
            ("expired", "an old password", "match_must_change"),
            ("expired", "another", "mismatch"),
            ("grace-log-in", "an old password", "match_must_change"),
            ("mallory", "let me in", "blocked"),
            ("mallory", "let me out", "mismatch"),
            ("locked", "right", "blocked"),
            ("sso", "anything", "mismatch"),
            ("nobody", "anything", "not_found"),
        ] {
            let verdict = ask(legacy, &username(who), password).await.unwrap();
            assert_eq!(verdict.as_str(), expected, "{who}, {password}");
        }
    }
}

#[tokio::test]
async fn wrong_guesses_lock_an_account_at_the_directory() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = searching(&directory).build().unwrap();
    for _ in 0..3 {
        assert!(matches!(ask(&legacy, &username("guessed"), "wrong").await, Ok(Verdict::Mismatch)));
    }
    assert!(matches!(ask(&legacy, &username("guessed"), "right").await, Ok(Verdict::Blocked)));
}

#[tokio::test]
async fn an_empty_password_is_not_even_sent() {
    // A server that was asked would be out of reach, and that would be an error.
    let legacy = LdapConnection::builder("ldap://127.0.0.1:1", BASE, mapping())
        .without_tls()
        .bind_template(IdentifierKind::Username, format!("uid={{}},{BASE}"))
        .build()
        .unwrap();
    assert!(matches!(ask(&legacy, &username("ada"), "").await, Ok(Verdict::Mismatch)));
    assert!(ask(&legacy, &username("ada"), "x").await.unwrap_err().is_unavailable());
}

#[tokio::test]
async fn a_password_that_no_directory_takes_is_not_sent_either() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = searching(&directory).build().unwrap();
    let verdict = |bytes: Vec<u8>| {
        let legacy = &legacy;
        async move {
            let (ada, password) = (username("ada"), Password::from_bytes(bytes));
            legacy.authenticate(&LegacyAttempt::new(&ada, &password)).await
        }
    };
    assert!(matches!(verdict(vec![0xff, 0xfe]).await, Ok(Verdict::Mismatch)));
    assert!(matches!(verdict(vec![b'x'; 4_096]).await, Ok(Verdict::Mismatch)));
    assert!(matches!(verdict(vec![b'x'; 4_097]).await, Err(LegacyError::Refused { .. })));
}

#[tokio::test]
async fn a_template_alone_knows_people_by_their_password_only() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = LdapConnection::builder(directory.url(), BASE, mapping().groups(LdapGroups::listed_in("ou")))
        .without_tls()
        .bind_template(IdentifierKind::Username, format!("uid={{}},{BASE}"))
        .build()
        .unwrap();
    legacy.check().await.unwrap();
    let Ok(Verdict::Match(ada)) = ask(&legacy, &username("ADA"), "correct horse").await else { panic!("no match") };
    assert_eq!(ada.profile.name.as_deref(), Some("Ada Lovelace"));
    assert!(matches!(ask(&legacy, &username("ada"), "wrong").await, Ok(Verdict::Mismatch)));
    assert!(matches!(ask(&legacy, &username("nobody"), "wrong").await, Ok(Verdict::Mismatch)));
    // Only a service account could read who this is.
    let expired = ask(&legacy, &username("expired"), "an old password").await;
    assert!(matches!(expired, Err(LegacyError::Misconfigured { .. })));
}

#[tokio::test]
async fn both_kinds_of_tls_protect_every_question() {
    let Some(directory) = directory().unwrap() else { return };
    for url in [directory.url(), directory.tls_url()] {
        let legacy = encrypted(&directory, url).unwrap();
        legacy.check().await.unwrap();
        assert!(matches!(ask(&legacy, &username("ada"), "correct horse").await, Ok(Verdict::Match(_))));
        assert!(matches!(ask(&legacy, &username("ada"), "wrong").await, Ok(Verdict::Mismatch)));
        assert!(found(&legacy, "grace").await.is_ok());
    }
}

#[tokio::test]
async fn a_wrong_set_up_shows_at_the_check_and_is_no_verdict() {
    let Some(directory) = directory().unwrap() else { return };
    let start =
        |base: &str| LdapConnection::builder(directory.url(), base, LdapMapping::inet_org_person()).without_tls();
    for (legacy, part) in [
        (start(BASE).service_account(SERVICE, "wrong"), "refuses the service account"),
        (start(BASE).service_account("cn=nobody,dc=example,dc=com", "x"), "refuses the service account"),
        (start(BASE).service_account("not a name", "x"), "not well formed"),
        (start("ou=nowhere,dc=example,dc=com").service_account(SERVICE, SERVICE_PASSWORD), "search base"),
        (start("dc=elsewhere").service_account(SERVICE, SERVICE_PASSWORD), "search base"),
        (start(SUFFIX).anonymous(), "search base"),
    ] {
        let legacy = legacy.build().unwrap();
        for error in [legacy.check().await.unwrap_err(), ask(&legacy, &username("ada"), "x").await.unwrap_err()] {
            assert!(
                matches!(&error, LegacyError::Misconfigured { what, .. } if what.contains(part)),
                "{part}: {error}"
            );
        }
    }
}
