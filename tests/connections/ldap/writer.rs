//! Changes to a directory, beyond what the suite asks of every writer.

use waystation::{
    LegacyConnection, Password,
    legacy::{LdapNewUsers, LegacyError, LegacyUser, Verdict},
    user::{LegacyKey, Profile},
};

use super::{BASE, ask, directory, email, found, mapped, mapping, searching, username};

fn newcomer(name: &str, address: &str) -> LegacyUser {
    let mut profile = Profile::default();
    profile.set_identifier(username(name));
    profile.set_identifier(email(address));
    profile.email_verified = true;
    profile.name = Some("Mary Somerville".into());
    LegacyUser::new(LegacyKey::new("here", "17"), profile)
}

#[tokio::test]
async fn a_new_user_is_written_whole_and_the_directory_hashes_their_password() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = searching(&directory).build().unwrap();
    let writer = legacy.as_writer().unwrap();
    let mary = newcomer("mary, somerville", "mary@example.com");
    let key = writer.create(&mary, &Password::from("celestial")).await.unwrap();
    let Verdict::Match(user) = ask(&legacy, &email("mary@example.com"), "celestial").await.unwrap() else {
        panic!("no match")
    };
    assert_eq!(user.key, key);
    assert_eq!(user.profile.username, mary.profile.username);
    assert_eq!(user.profile.name, mary.profile.name);
    assert!(user.profile.email_verified);
    assert!(user.password_hash.unwrap().expose().starts_with("{SSHA}"));
}

#[tokio::test]
async fn nobody_takes_over_an_account_by_being_created_again() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = searching(&directory).build().unwrap();
    let writer = legacy.as_writer().unwrap();
    let password = Password::from("an attacker's");
    for (name, address) in [
        ("ada", "ada.lovelace@example.com"),
        ("ada", "attacker@example.com"),
        ("attacker", "ada.lovelace@example.com"),
        ("ada", "grace@example.com"),
    ] {
        let refusal = writer.create(&newcomer(name, address), &password).await;
        assert!(matches!(refusal, Err(LegacyError::Refused { .. })), "{name}: {refusal:?}");
    }
    assert!(matches!(ask(&legacy, &username("ada"), "correct horse").await, Ok(Verdict::Match(_))));
}

#[tokio::test]
async fn a_creation_that_was_cut_short_is_gone_on_with() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = searching(&directory).build().unwrap();
    let writer = legacy.as_writer().unwrap();
    // As it is between the entry and its password.
    let mut half = Profile::default();
    half.set_identifier(username("sso"));
    let half = LegacyUser::new(LegacyKey::new("here", "17"), half);
    let key = writer.create(&half, &Password::from("a password")).await.unwrap();
    assert_eq!(key, found(&legacy, "sso").await.unwrap().key);
    assert!(matches!(ask(&legacy, &username("sso"), "a password").await, Ok(Verdict::Match(_))));
    let again = writer.create(&half, &Password::from("another")).await;
    assert!(matches!(again, Err(LegacyError::Refused { .. })));
}

#[tokio::test]
async fn what_the_directory_refuses_is_said() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = searching(&directory).build().unwrap();
    let writer = legacy.as_writer().unwrap();
    let ada = found(&legacy, "ada").await.unwrap().key;
    for refusal in [
        writer.change_email(&ada, &email("grace@example.com"), true).await,
        // What entries are named by.
        writer.change_email(&ada, &username("countess"), true).await,
        writer.change_password(&ada, &Password::from("")).await,
        writer.change_password(&ada, &Password::from_bytes(vec![0xff])).await,
        writer.create(&LegacyUser::new(ada.clone(), Profile::default()), &Password::from("x")).await.map(drop),
    ] {
        assert!(matches!(refusal, Err(LegacyError::Refused { .. })), "{refusal:?}");
    }
    let elsewhere = LegacyKey::new("crm", ada.id());
    assert!(matches!(writer.delete(&elsewhere).await, Err(LegacyError::Misconfigured { .. })));
    // Without an attribute for it, no address can be called verified.
    let unmarked = mapped(&directory, mapping().emails_verified(false)).writable(LdapNewUsers::inet_org_person(BASE));
    let unmarked = unmarked.build().unwrap();
    let refusal = unmarked.as_writer().unwrap().verify_email(&ada).await;
    assert!(matches!(refusal, Err(LegacyError::Refused { .. })));
    let all = mapped(&directory, mapping().emails_verified(true)).writable(LdapNewUsers::inet_org_person(BASE));
    all.build().unwrap().as_writer().unwrap().verify_email(&ada).await.unwrap();
}
