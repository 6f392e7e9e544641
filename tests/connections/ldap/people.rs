//! What a directory knows of people.

use serde_json::json;
use waystation::{
    IdentifierRules, LegacyConnection, Password,
    clock::Timestamp,
    identifier::{IdentifierKind, StandardRules},
    legacy::{LdapConnection, LdapGroups, LdapMapping, LegacyAttempt, LegacyError, Verdict},
    user::LegacyKey,
};

use super::{BASE, ask, directory, email, found, mapped, mapping, searching, templated, username};
use crate::slapd::SUFFIX;

#[tokio::test]
async fn a_match_carries_all_that_is_known_of_a_person() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = searching(&directory).source("shop").build().unwrap();
    let Verdict::Match(ada) = ask(&legacy, &username("ada"), "correct horse").await.unwrap() else {
        panic!("no match")
    };
    let profile = &ada.profile;
    assert_eq!(profile.username.as_ref().unwrap().original(), "ada");
    assert_eq!(profile.email.as_ref().unwrap().original(), "Ada.Lovelace@example.com");
    assert!(profile.email_verified);
    assert!(!profile.blocked);
    assert_eq!(profile.name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(profile.given_name.as_deref(), Some("Ada"));
    assert_eq!(profile.family_name.as_deref(), Some("Lovelace"));
    assert_eq!(
        serde_json::Value::from(profile.app_metadata.clone()),
        json!({
            "departments": ["engines", "notes"],
            "groups": ["cn=engineers,ou=groups,dc=example,dc=com", "cn=staff,ou=groups,dc=example,dc=com"],
        })
    );
    assert_eq!(ada.key.source().as_str(), "shop");
    assert_eq!(uuid::Uuid::try_parse(ada.key.id()).unwrap().to_string(), ada.key.id());
    assert_eq!(ada.created_at, Some(Timestamp::from_micros(-14_182_940_000_000)));
    assert_eq!(ada.last_login, Some(Timestamp::from_micros(1_554_192_930_000_000)));
    assert!(ada.password_hash.unwrap().expose().starts_with("{SSHA}"));

    let grace = found(&legacy, "grace").await.unwrap();
    assert!(!grace.profile.email_verified);
    assert_eq!(serde_json::Value::from(grace.profile.app_metadata), json!({ "groups": [] }));
}

#[tokio::test]
async fn every_value_of_an_identifier_finds_its_person_and_is_theirs() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = searching(&directory).build().unwrap();
    let id = found(&legacy, "ada").await.unwrap().key;
    for address in ["ada.lovelace@example.com", "COUNTESS@example.com"] {
        let user = legacy.find(&email(address)).await.unwrap().unwrap();
        assert_eq!(user.key, id);
        assert!(user.profile.has(&email(address)), "{address}");
    }
    for (typed, is_found) in [("zoë", true), ("ZOE\u{308}", true), ("zoe", false)] {
        let identifier = StandardRules::new().parse(typed).unwrap();
        assert_eq!(legacy.find(&identifier).await.unwrap().is_some(), is_found, "{typed}");
    }
}

#[tokio::test]
async fn two_people_with_one_address_are_a_collision_and_never_the_first_of_them() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = searching(&directory).build().unwrap();
    let twins = email("twins@example.com");
    for error in [legacy.find(&twins).await.unwrap_err(), ask(&legacy, &twins, "one").await.unwrap_err()] {
        assert!(matches!(&error, LegacyError::Ambiguous { place } if place == "mail"), "{error}");
    }
    assert!(matches!(ask(&legacy, &username("twin-1"), "one").await, Ok(Verdict::Match(_))));
    assert!(matches!(ask(&legacy, &username("twin-1"), "two").await, Ok(Verdict::Mismatch)));
}

#[tokio::test]
async fn groups_of_every_kind_are_found() {
    let Some(directory) = directory().unwrap() else { return };
    let groups = format!("ou=groups,{SUFFIX}");
    for (kind, who, expected) in [
        (LdapGroups::posix(&*groups), "grace", json!(["cn=unix,ou=groups,dc=example,dc=com"])),
        (LdapGroups::under(&*groups, "member"), "sso", json!([])),
        (LdapGroups::under(&*groups, "uniqueMember"), "ada", json!([])),
        (LdapGroups::listed_in("ou"), "ada", json!(["engines", "notes"])),
    ] {
        let legacy = mapped(&directory, LdapMapping::inet_org_person().groups(kind)).build().unwrap();
        let user = found(&legacy, who).await.unwrap();
        assert_eq!(user.profile.app_metadata["groups"], expected, "{who}");
    }
}

#[tokio::test]
async fn people_who_changed_their_address_are_looked_up_by_their_id() {
    let Some(directory) = directory().unwrap() else { return };
    for legacy in [searching(&directory).build().unwrap(), templated(&directory).build().unwrap()] {
        let key = found(&legacy, "ada").await.unwrap().key;
        let (renamed, password) = (username("somebody-else"), Password::from("correct horse"));
        let ask = |key| {
            let (legacy, renamed, password) = (&legacy, &renamed, &password);
            async move { legacy.authenticate(&LegacyAttempt::new(renamed, password).known_as(&key)).await }
        };
        assert!(matches!(ask(key.clone()).await, Ok(Verdict::Match(user)) if user.key == key));
        for id in ["", "*", "ada", "00000000-0000-0000-0000-000000000000", &key.id().to_uppercase()] {
            assert!(matches!(ask(LegacyKey::new("ldap", id)).await, Ok(Verdict::NotFound)), "{id}");
        }
        let elsewhere = ask(LegacyKey::new("crm", key.id())).await;
        assert!(matches!(elsewhere, Err(LegacyError::Misconfigured { .. })));
    }
}

#[tokio::test]
async fn the_directory_meets_everybody_once_in_the_order_of_their_ids() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = searching(&directory).build().unwrap();
    let members = legacy.as_directory().unwrap();
    let count = members.count().await.unwrap().values().sum::<u64>();
    assert_eq!(count, 14);
    for page in [1, 5, 14, 1_000] {
        let (mut met, mut after) = (Vec::new(), None);
        loop {
            let entries = members.scan(after.as_ref(), page).await.unwrap();
            let Some(last) = entries.last() else { break };
            after = Some(last.key.clone());
            met.extend(entries);
        }
        assert_eq!(met.len() as u64, count);
        assert!(met.is_sorted_by(|left, right| left.key.id() < right.key.id()));
        // The one entry that cannot be read costs nobody else.
        let broken: Vec<_> = met.iter().filter_map(|entry| entry.user.as_ref().err()).collect();
        assert!(matches!(broken[..], [LegacyError::Malformed { .. }]), "{broken:?}");
    }
    assert!(members.scan(None, 0).await.unwrap().is_empty());
}

#[tokio::test]
async fn more_people_than_fit_into_a_page_are_all_listed() {
    if !crate::slapd::Slapd::is_installed() {
        return;
    }
    let person =
        |number| format!("dn: uid=p{number},{BASE}\nobjectClass: inetOrgPerson\nuid: p{number}\ncn: P\nsn: P\n\n");
    let directory = crate::slapd::Slapd::start(&(0..1_234).map(person).collect::<String>()).unwrap();
    let legacy = mapped(&directory, LdapMapping::new("uid").username("uid")).build().unwrap();
    let list = legacy.as_directory().unwrap();
    assert_eq!(list.count().await.unwrap().values().sum::<u64>(), 1_234);
    let first = list.scan(None, 1_000).await.unwrap();
    let rest = list.scan(first.last().map(|entry| &entry.key), 1_000).await.unwrap();
    assert_eq!((first.len(), rest.len()), (1_000, 234));
}

#[tokio::test]
async fn who_was_deleted_during_a_walk_does_not_end_it() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = searching(&directory).build().unwrap();
    let (list, writer) = (legacy.as_directory().unwrap(), legacy.as_writer().unwrap());
    let everybody = list.scan(None, 100).await.unwrap();
    let first = &list.scan(None, 1).await.unwrap()[0].key;
    for gone in &everybody[1..4] {
        writer.delete(&gone.key).await.unwrap();
    }
    let next = list.scan(Some(first), 1).await.unwrap();
    assert_eq!(next[0].key, everybody[4].key);
}

#[tokio::test]
async fn a_directory_that_nobody_may_list_is_none() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = LdapConnection::builder(directory.url(), BASE, mapping())
        .without_tls()
        .bind_template(IdentifierKind::Username, format!("uid={{}},{BASE}"))
        .build()
        .unwrap();
    assert!(legacy.as_directory().is_none());
    assert!(legacy.as_writer().is_none());
    assert!(matches!(legacy.find(&username("ada")).await, Err(LegacyError::Misconfigured { .. })));
}
