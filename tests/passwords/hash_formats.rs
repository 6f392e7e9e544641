//! Hashes that are made here in the formats of other systems, and that those systems' own software has verified:
//! `tests/data/written`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use waystation::{
    entropy::SeededEntropy,
    password::{
        HashError, HashFormat, HashPolicy, Password, PasswordError, PasswordHash, PasswordScheme, Passwords, Schemes,
        Verification, Work,
    },
};

/// One hash of `written/hashes.json`.
#[derive(Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Written {
    format: String,
    password: String,
    hash: String,
}

#[derive(Deserialize)]
struct File {
    rows: Vec<Written>,
}

fn formats() -> Vec<(&'static str, HashFormat)> {
    let argon2 = || HashPolicy::argon2id(64, 2, 1).unwrap();
    vec![
        ("argon2id", HashFormat::argon2id(argon2())),
        ("aspnet-identity-v3", HashFormat::aspnet_identity_v3(1_000)),
        ("bcrypt-2a", HashFormat::bcrypt_2a(4)),
        ("bcrypt-2b", HashFormat::bcrypt_2b(5)),
        ("bcrypt-2y", HashFormat::bcrypt_2y(10)),
        ("django-argon2id", HashFormat::django_argon2id(argon2())),
        ("django-pbkdf2-sha256", HashFormat::django_pbkdf2_sha256(1_000)),
        ("drupal7", HashFormat::drupal7(8)),
        ("keycloak-pbkdf2-sha256", HashFormat::keycloak_pbkdf2_sha256(1_000)),
        ("keycloak-pbkdf2-sha512", HashFormat::keycloak_pbkdf2_sha512(1_000)),
        ("phpass", HashFormat::phpass(8)),
        ("phpass-slashed", HashFormat::phpass(8).with_slashes()),
        ("wordpress", HashFormat::wordpress(4)),
        ("wordpress-slashed", HashFormat::wordpress(4).with_slashes()),
    ]
}

const PASSWORDS: [&str; 4] = [
    "correct horse battery staple",
    "пароль-naïve-🔑",
    r#"it's "quoted" \"#,
    "seventy-one bytes, which is the last that bcrypt reads to its very end.",
];

#[tokio::test]
async fn what_is_written_is_what_other_software_has_verified() {
    let passwords = Passwords::builder().threads(1).entropy(Arc::new(SeededEntropy::new(5))).build().unwrap();
    let (schemes, mut written) = (Schemes::standard(), Vec::new());
    for (name, format) in formats() {
        passwords.check_format(&format).unwrap();
        for password in PASSWORDS {
            let hash = passwords.hash_as(&password.into(), &format).await.unwrap();
            // Told without being declared, as the connection to that system will tell it.
            let told = schemes.identify(&PasswordHash::new(hash.expose())).map(PasswordScheme::name);
            assert_eq!(told.ok(), hash.scheme());
            written.push(Written { format: name.into(), password: password.into(), hash: hash.expose().into() });
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/written/hashes.json");
    let verified: File = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(
        written == verified.rows,
        "have these verified by `check.sh`:\n{}",
        serde_json::to_string(&written).unwrap()
    );
}

#[tokio::test]
async fn a_new_hash_opens_for_its_password_and_no_other() {
    let passwords = Passwords::builder().threads(1).build().unwrap();
    for (name, format) in formats() {
        let hash = passwords.hash_as(&"correct horse".into(), &format).await.unwrap();
        let again = passwords.hash_as(&"correct horse".into(), &format).await.unwrap();
        assert_ne!(hash.expose(), again.expose(), "{name}: the salt is the same twice");
        let right = passwords.verify(&"correct horse".into(), &hash).await;
        assert!(matches!(right, Ok(Verification::Match { .. })), "{name}: {right:?}");
        assert_eq!(passwords.verify(&"Correct horse".into(), &hash).await, Ok(Verification::Mismatch), "{name}");
        assert!(!format!("{format:?} {hash:?}").contains(hash.expose()));
    }
}

#[tokio::test]
async fn impossible_formats_are_refused_before_any_work() {
    let passwords = Passwords::builder().threads(1).build().unwrap();
    for format in [
        HashFormat::bcrypt_2b(3),
        HashFormat::bcrypt_2y(31),
        HashFormat::bcrypt_2y(100),
        HashFormat::phpass(6),
        HashFormat::phpass(31),
        HashFormat::phpass(1_000),
        HashFormat::drupal7(64),
        HashFormat::django_pbkdf2_sha256(0),
        HashFormat::keycloak_pbkdf2_sha512(u32::MAX),
        HashFormat::aspnet_identity_v3(u32::MAX),
        HashFormat::argon2id(HashPolicy::argon2id(1 << 30, 1, 1).unwrap()),
        HashFormat::of_scheme("unheard-of", 16, vec![0; 32], |_, _| "text".into()),
        HashFormat::of_scheme("argon2", 16, vec![0; 32], |_, _| String::new()),
    ] {
        let refused = passwords.hash_as(&"right".into(), &format).await;
        assert!(matches!(refused, Err(PasswordError::Hash(_))), "{refused:?}");
        assert!(passwords.check_format(&format).is_err(), "{format:?}");
    }
    let without = Passwords::builder().threads(1).schemes(Schemes::standard().without("phpass")).build().unwrap();
    let refused = without.hash_as(&"right".into(), &HashFormat::phpass(8)).await;
    assert!(matches!(refused, Err(PasswordError::Hash(HashError::UnsupportedScheme { .. }))), "{refused:?}");
    assert_eq!(passwords.work(), Work::default());
}

#[tokio::test]
async fn a_password_that_a_scheme_cannot_hash_is_refused() {
    let passwords = Passwords::builder().threads(1).build().unwrap();
    for (password, format) in [
        ("", HashFormat::bcrypt_2b(4)),
        ("", HashFormat::argon2id(HashPolicy::argon2id(8, 1, 1).unwrap())),
        ("\0", HashFormat::bcrypt_2b(4)),
        // WordPress hashes what its `trim` leaves.
        (" \t ", HashFormat::wordpress(4)),
        (&"x".repeat(513), HashFormat::drupal7(8)),
    ] {
        let refused = passwords.hash_as(&password.into(), &format).await;
        assert!(matches!(refused, Err(PasswordError::Unhashable { .. })), "{refused:?}");
    }
    let long = Password::from("x".repeat(1_000_000));
    let refused = passwords.hash_as(&long, &HashFormat::django_pbkdf2_sha256(1_000)).await;
    assert!(matches!(refused, Err(PasswordError::TooLong { .. })), "{refused:?}");
}
