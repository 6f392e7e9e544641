//! Hashes of a directory, verified here.

use std::sync::Arc;

use waystation::{
    Passwords,
    legacy::{LegacyError, Verdict},
    password::{Plaintext, Schemes},
};

use super::{ask, directory, hashed, mapped, mapping, username};

#[tokio::test]
async fn hashes_are_verified_here_without_a_bind() {
    let Some(directory) = directory().unwrap() else { return };
    let standard = Arc::new(Passwords::builder().build().unwrap());
    let legacy = hashed(&directory, Arc::clone(&standard)).build().unwrap();
    legacy.check().await.unwrap();
    for (who, password, expected) in [
        ("ada", "correct horse", "match"),
        ("ada", "wrong", "mismatch"),
        // Somebody with two passwords, each under another scheme.
        ("grace", "battery staple", "match"),
        ("grace", "correct horse", "match"),
        ("grace", "wrong", "mismatch"),
        ("ada", "", "mismatch"),
        ("nobody", "wrong", "not_found"),
    ] {
        let verdict = ask(&legacy, &username(who), password).await.unwrap();
        assert_eq!(verdict.as_str(), expected, "{who}, {password}");
    }
    let Ok(Verdict::Match(grace)) = ask(&legacy, &username("grace"), "correct horse").await else { panic!("no match") };
    assert!(grace.password_hash.unwrap().expose().starts_with("{SSHA}"));

    // Passwords that are kept as they are have to be asked for.
    let bare = ask(&legacy, &username("mallory"), "let me in").await;
    assert!(matches!(bare, Err(LegacyError::UnusableHash { place, .. }) if place == "userPassword"));
    let schemes = Schemes::standard().with(Plaintext::BARE).unwrap();
    let trusting =
        hashed(&directory, Arc::new(Passwords::builder().schemes(schemes).build().unwrap())).build().unwrap();
    assert!(matches!(ask(&trusting, &username("mallory"), "let me in").await, Ok(Verdict::Blocked)));
    assert!(matches!(ask(&trusting, &username("locked"), "right").await, Ok(Verdict::Blocked)));
    assert!(matches!(ask(&trusting, &username("reset"), "a first password").await, Ok(Verdict::MatchMustChange(_))));
}

#[tokio::test]
async fn a_hash_that_is_hidden_is_not_a_wrong_password() {
    let Some(directory) = directory().unwrap() else { return };
    let passwords = Arc::new(Passwords::builder().build().unwrap());
    let legacy = hashed(&directory, Arc::clone(&passwords)).build().unwrap();
    let error = ask(&legacy, &username("sso"), "anything").await.unwrap_err();
    assert!(matches!(&error, LegacyError::Malformed { place, .. } if place == "userPassword"), "{error}");
    // Who may read no hash at all is told so at the start.
    let blind = mapped(&directory, mapping().password("roomNumber")).verify_hashes(passwords).build().unwrap();
    assert!(matches!(blind.check().await, Err(LegacyError::Misconfigured { .. })));
}
