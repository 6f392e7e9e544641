//! Names full of what filters and DNs understand, and entries that cannot be read.

use waystation::{
    LegacyConnection,
    legacy::{LdapDate, LdapMapping, LegacyError, Verdict},
};

use super::{ask, directory, email, found, mapped, searching, templated, username};

const ODD: &str = "#odd, \"name\" +; <(*)> \\ =x";

#[tokio::test]
async fn every_special_character_is_only_a_character() {
    let Some(directory) = directory().unwrap() else { return };
    for legacy in [searching(&directory).build().unwrap(), templated(&directory).build().unwrap()] {
        let odd = legacy.find(&username(ODD)).await.unwrap();
        if let Some(user) = &odd {
            // Whether this is a user name is up to the rules.
            assert_eq!(user.profile.username.as_ref().unwrap().original(), ODD);
        }
        for text in [
            "*",
            "a*",
            "ada)(uid=*",
            "*)(|(uid=*",
            "ada))(&(1=0",
            "\\61da",
            "ada\\",
            "ada,ou=people",
            "ada+cn=x",
            "#616461",
            "ada\0",
            "ada\u{0}x",
            "(",
            ")",
            "&",
            "|",
            "!",
            "=",
            "~=",
            ">=",
            "ada ou=x;",
            "\"ada\"",
            "<ada>",
            " ",
            "",
            "ада",
            "a\u{200b}da",
            "../ada",
            "uid=ada,ou=people,dc=example,dc=com",
        ] {
            let who = username(text);
            assert!(legacy.find(&who).await.unwrap().is_none(), "{text}");
            let verdict = ask(&legacy, &who, "correct horse").await.unwrap();
            assert!(matches!(verdict, Verdict::NotFound), "{text}: {verdict:?}");
        }
        let long = username(&"x".repeat(1 << 20));
        assert!(matches!(ask(&legacy, &long, "correct horse").await, Ok(Verdict::NotFound)));
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_named_by_its_attribute_and_shows_no_value() {
    let Some(directory) = directory().unwrap() else { return };
    let base = || LdapMapping::new("uid").username("uid");
    for (mapping, what, place) in [
        (base().email("mail"), "not a usable identifier", "mail"),
        (base().nickname("oldName"), "not UTF-8", "oldName"),
        (base().last_login("lastVisit", LdapDate::GeneralizedTime), "not a date", "lastVisit"),
        (base().last_login("lastVisit", LdapDate::FileTime), "not a date", "lastVisit"),
        (base().blocked("lastVisit"), "not a flag", "lastVisit"),
        (LdapMapping::new("employeeNumber").username("uid"), "missing", "employeeNumber"),
        (LdapMapping::new("x").uuid("uid").username("uid"), "not a UUID", "uid"),
    ] {
        let legacy = mapped(&directory, mapping).build().unwrap();
        for error in [
            found(&legacy, "broken").await.unwrap_err(),
            ask(&legacy, &username("broken"), "broken").await.unwrap_err(),
        ] {
            let LegacyError::Malformed { what: said, place: there, .. } = &error else { panic!("{error}") };
            assert_eq!((*said, there.as_str()), (what, place));
            let shown = format!("{error:?} {error}");
            for value in ["yesterday", "not an address", "broken"] {
                assert!(!shown.contains(value), "{shown}");
            }
        }
        // A wrong password is one, whatever else is wrong.
        assert!(matches!(ask(&legacy, &username("broken"), "wrong").await, Ok(Verdict::Mismatch)));
    }
    let lenient = mapped(&directory, base().email("mail").drop_malformed_identifiers()).build().unwrap();
    assert!(found(&lenient, "broken").await.unwrap().profile.email.is_none());
}

#[tokio::test]
async fn an_attribute_that_is_missing_is_nothing_known() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = searching(&directory).build().unwrap();
    let sso = found(&legacy, "sso").await.unwrap();
    assert_eq!((sso.profile.email, sso.profile.given_name, sso.last_login), (None, None, None));
    assert!(sso.created_at.is_some());
    assert!(legacy.find(&email("sso@example.com")).await.unwrap().is_none());
}

#[tokio::test]
async fn an_id_that_two_entries_share_is_named() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = mapped(&directory, LdapMapping::new("cn").username("uid")).build().unwrap();
    let error = legacy.as_directory().unwrap().count().await.unwrap_err();
    assert!(matches!(&error, LegacyError::Ambiguous { place } if place == "cn"), "{error}");
}
