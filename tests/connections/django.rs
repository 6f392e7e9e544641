//! Everybody in a real Django database.

use waystation::{
    Identifier, LegacyConnection,
    clock::Timestamp,
    identifier::IdentifierKind,
    legacy::{
        LegacyAttempt, LegacyError, LegacyUser, SqlConnection, Verdict,
        preset::{Django, DjangoColumn},
    },
    password::Password,
    user::LegacyKey,
};

use crate::people::{Person, ask, database, identifier, passwords, people, username};

fn legacy() -> SqlConnection {
    Django::new().sqlite(database(), passwords()).build()
}

fn instant(text: &str) -> Timestamp {
    Timestamp::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

/// Everything that Django knows of a person, beside what came over.
pub(crate) fn assert_is(user: &LegacyUser, person: &Person) {
    let profile = &user.profile;
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    assert_eq!(profile.username.as_ref(), Some(&person.by_username()));
    assert_eq!(profile.username.as_ref().unwrap().original(), person.username);
    assert_eq!(profile.email, person.by_email());
    assert_eq!(profile.email.as_ref().map_or("", |email| email.original()), person.email);
    assert!(!profile.email_verified);
    assert_eq!(profile.given_name, some(&person.first_name));
    assert_eq!(profile.family_name, some(&person.last_name));
    assert_eq!(profile.name, some(format!("{} {}", person.first_name, person.last_name).trim()));
    assert_eq!(profile.blocked, !person.active);
    assert_eq!(
        serde_json::Value::from(profile.app_metadata.clone()),
        serde_json::json!({"is_staff": person.staff, "is_superuser": person.superuser, "groups": person.groups}),
    );
    assert_eq!(user.key.source().as_str(), "django");
    assert_eq!(user.created_at, Some(instant(&person.date_joined)));
    assert_eq!(user.last_login, person.last_login.as_deref().map(instant));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_right_password_of_each_matches_with_their_whole_profile() {
    let legacy = legacy();
    let (mut matched, mut blocked) = (0, 0);
    for person in people() {
        let Some(password) = &person.password else { continue };
        for password in std::iter::once(password).chain(&person.also_opens) {
            match ask(&legacy, &person.by_username(), password).await {
                Ok(Verdict::Match(user)) => {
                    assert_is(&user, &person);
                    matched += 1;
                }
                Ok(Verdict::Blocked) => {
                    assert!(!person.active);
                    blocked += 1;
                }
                other => panic!("{}: {other:?}", person.username),
            }
        }
    }
    println!("{matched} passwords matched, {blocked} blocked");
    assert_eq!(blocked, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wrong_password_of_each_is_a_mismatch_and_so_is_any_for_accounts_without_one() {
    let legacy = legacy();
    for person in people() {
        let verdict = ask(&legacy, &person.by_username(), &person.wrong_password).await;
        assert!(matches!(verdict, Ok(Verdict::Mismatch)), "{}: {verdict:?}", person.username);
    }
    for text in ["", "!", "dDpFDaoyZgVH2UPsl43ai5i5xS9kdI", "None"] {
        for who in ["sso.only", "departed", "ada"] {
            let verdict = ask(&legacy, &username(who), text).await;
            assert!(matches!(verdict, Ok(Verdict::Mismatch)), "{who}: {verdict:?}");
        }
    }
}

#[tokio::test]
async fn everybody_is_found_by_either_name_and_shared_addresses_are_named() {
    let legacy = legacy();
    for person in people() {
        assert_is(&legacy.find(&person.by_username()).await.unwrap().unwrap(), &person);
        let Some(email) = person.by_email() else { continue };
        match legacy.find(&email).await {
            Ok(Some(user)) => assert_is(&user, &person),
            Err(LegacyError::Ambiguous { place }) => {
                assert!(person.shares_their_email());
                assert_eq!(place, "auth_user.email");
            }
            other => panic!("{}: {other:?}", person.username),
        }
    }
    let ines = people().into_iter().find(|person| person.username == "ines").unwrap();
    let by_email = ask(&legacy, &ines.by_email().unwrap(), "azulejo-azul").await;
    assert!(matches!(by_email, Err(LegacyError::Ambiguous { .. })));
    assert!(matches!(ask(&legacy, &ines.by_username(), "azulejo-azul").await, Ok(Verdict::Match(_))));
}

#[tokio::test]
async fn every_spelling_finds_the_person_and_no_other_does() {
    let legacy = legacy();
    for (spelling, found) in [
        ("ada.lovelace@example.com", Some("ada")),
        (" ADA.LOVELACE@EXAMPLE.COM ", Some("ada")),
        ("ADA", Some("ada")),
        ("ａｄａ", Some("ada")),
        ("saoirse", Some("Saoirse")),
        ("zoe\u{308}", Some("zoë")),
        ("ZOË", Some("zoë")),
        ("ZOË.BRONTË@EXAMPLE.ORG", Some("zoë")),
        ("zoe\u{308}.bronte\u{308}@example.org", Some("zoë")),
        ("New.Arrival@example.org", Some("new.arrival@example.org")),
        ("zoe", None),
        ("ada@example.com", None),
        ("ada.lovelace@example.com.", None),
        ("ad_", None),
        ("%", None),
        ("ada' OR '1'='1", None),
        ("ada\"; DROP TABLE auth_user; --", None),
        ("\u{1F511}", None),
    ] {
        let Ok(identifier) =
            waystation::IdentifierRules::parse(&waystation::identifier::StandardRules::new(), spelling)
        else {
            continue;
        };
        let user = legacy.find(&identifier).await.unwrap();
        let username = user.as_ref().and_then(|user| user.profile.username.as_ref()).map(Identifier::original);
        assert_eq!(username, found, "{spelling}");
    }
}

#[tokio::test]
async fn the_directory_meets_everybody_once_in_the_order_of_ids() {
    let legacy = legacy();
    let directory = legacy.as_directory().unwrap();
    let people = people();
    for page in [1, 7, 34, 1_000] {
        let (mut met, mut after) = (Vec::new(), None);
        loop {
            let entries = directory.scan(after.as_ref(), page).await.unwrap();
            let Some(last) = entries.last() else { break };
            after = Some(last.key.clone());
            met.extend(entries.into_iter().map(|entry| entry.user.unwrap()));
        }
        assert_eq!(met.len(), people.len());
        assert_eq!(directory.count().await.unwrap().values().sum::<u64>(), people.len() as u64);
        for (user, person) in met.iter().zip(&people) {
            assert_is(user, person);
            assert!(user.password_hash.is_some());
        }
    }
    assert!(directory.scan(None, 0).await.unwrap().is_empty());
}

#[tokio::test]
async fn people_who_changed_their_address_are_looked_up_by_their_id() {
    let legacy = legacy();
    let password = Password::from("Notes-on-the-Engine-G");
    let renamed = identifier("countess@example.com");
    let verdict = |key| {
        let (legacy, renamed, password) = (&legacy, &renamed, &password);
        async move { legacy.authenticate(&LegacyAttempt::new(renamed, password).known_as(&key)).await }
    };
    assert!(matches!(verdict(LegacyKey::new("django", "21")).await, Ok(Verdict::Match(user)) if user.key.id() == "21"));
    for unknown in ["0", "021", "21.0", " 21", "21\0", "", "ada", "99999999999999999999"] {
        assert!(matches!(verdict(LegacyKey::new("django", unknown)).await, Ok(Verdict::NotFound)), "{unknown:?}");
    }
    assert!(matches!(verdict(LegacyKey::new("ldap", "21")).await, Err(LegacyError::Misconfigured { .. })));
}

#[tokio::test]
async fn a_site_can_leave_things_out_and_name_what_is_missing() {
    let by_username = Django::new()
        .found_by(&[IdentifierKind::Username])
        .without(DjangoColumn::IsStaff)
        .without(DjangoColumn::LastName)
        .without_groups()
        .emails_verified(true)
        .mapping(|mapping| mapping.nickname("username"))
        .sqlite(database(), passwords())
        .source("intranet")
        .build();
    assert!(by_username.find(&identifier("ada.lovelace@example.com")).await.unwrap().is_none());
    let ada = by_username.find(&username("ada")).await.unwrap().unwrap();
    assert_eq!(ada.key, LegacyKey::new("intranet", "21"));
    assert_eq!((ada.profile.name, ada.profile.nickname), (None, Some("ada".into())));
    assert!(ada.profile.email_verified);
    assert_eq!(ada.profile.app_metadata.keys().collect::<Vec<_>>(), ["is_superuser"]);

    for (django, what) in [
        (Django::new().user_table("members"), "no such table: members"),
        (Django::new().user_table("members").without_groups(), "no such table: members"),
        (Django::new().column(DjangoColumn::Email, "mail"), "no such column: u.mail"),
        (Django::new().column(DjangoColumn::IsStaff, "staff"), "the query returns no column staff for auth_user"),
        (Django::new().groups_table("auth_user_groups", "member"), "no such column: m.member"),
        (Django::new().user_table("x\" WHERE 1=1 --"), "no such table"),
    ] {
        let error = django.sqlite(database(), passwords()).build().check().await.unwrap_err();
        assert!(matches!(&error, LegacyError::Misconfigured { what: text, .. } if text.contains(what)), "{error}");
    }
    legacy().check().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_its_hash_does_not_read_to_the_end_is_said_to_be_so() {
    let legacy = legacy();
    for person in people().iter().filter(|person| person.hasher.starts_with("bcrypt")) {
        let right = person.password.as_ref().unwrap();
        for password in std::iter::once(right).chain(&person.also_opens) {
            let Ok(Verdict::Match(user)) = ask(&legacy, &person.by_username(), password).await else {
                panic!("{}: no match", person.username)
            };
            let is_cut = person.hasher == "bcrypt" && password.len() > 72;
            assert_eq!(user.truncated, is_cut, "{}", person.username);
        }
    }
}
