//! `Passwords`: what each outcome says and costs.

use std::sync::Arc;

use waystation::{
    entropy::SeededEntropy,
    password::{
        Argon2Limits, Dialect, HashError, HashPolicy, Limits, Password, PasswordError, PasswordHash, Passwords,
        Schemes, Verification, Workspace,
    },
};

/// Cheap hashes, so that the tests are quick.
fn cheap() -> HashPolicy {
    HashPolicy::argon2id(64, 1, 1).unwrap()
}

fn passwords() -> Passwords {
    Passwords::builder().policy(cheap()).threads(1).entropy(Arc::new(SeededEntropy::new(1))).build().unwrap()
}

/// Hashes that were verified, made, and computed for their time.
fn work(passwords: &Passwords) -> (u64, u64, u64) {
    let work = passwords.work();
    (work.verified, work.hashed, work.decoys)
}

#[tokio::test]
async fn a_new_hash_is_of_the_policy_and_verifies() {
    let passwords = passwords();
    let stored = passwords.hash(&"correct horse".into()).await.unwrap();
    assert_eq!(stored.scheme(), Some("argon2"));
    assert!(stored.expose().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
    assert!(matches!(
        passwords.verify(&"correct horse".into(), &stored).await,
        Ok(Verification::Match { upgrade: false, truncated: false, .. })
    ));
    assert_eq!(passwords.verify(&"battery staple".into(), &stored).await, Ok(Verification::Mismatch));
    // A hash that is as strong as the policy costs enough by itself.
    assert_eq!(work(&passwords), (2, 1, 0));
}

/// To a scheme that stops at a NUL, or fills up with them, `"\0"` is the empty password, which is never let in.
#[tokio::test]
#[cfg(all(feature = "bcrypt", feature = "crypt", feature = "pbkdf2", feature = "scrypt"))]
async fn the_empty_password_is_not_let_in_under_another_spelling() {
    let passwords = passwords();
    for (hash, others) in [
        ("$2a$04$NDnP/WA5zO4BsaKU2jS9Eu5nxhwrVwVFn2t9wgMYt9chCLY7SKG8e", &["\0", "\0\0"][..]),
        ("crypt$$r1.o0PlAoNqiY", &["\0", "\0anything"]),
        ("pbkdf2_sha256$10$HLkv58kvPUtYxpD7B75kNs$js8j3VgPZ/GOHus4ZnIs68io46SwKdIQAoRrN7wAVg4=", &["\0", "\0\0"]),
        (
            "scrypt$16$oJW9l0hUdj2LrT4ymEVoX2$4$2$GaGet2TDk6XQXyL++YFmT+F3IisYecLa+DCE8nMkEjDC6fLPP2bU5MUeBkLY63Etcxwcl4szqBxQoGJrqb5Efg==",
            &["\0", "\0\0"],
        ),
    ] {
        let (stored, before) = (PasswordHash::new(hash), work(&passwords));
        let parsed = passwords.schemes().parse(&stored, passwords.limits()).unwrap();
        for password in others {
            assert!(parsed.verify(&Password::from(*password), &mut Workspace::default()).unwrap(), "{hash}");
            assert_eq!(
                passwords.verify(&Password::from(*password), &stored).await,
                Ok(Verification::Mismatch),
                "{hash}"
            );
        }
        let tried = others.len() as u64;
        assert_eq!(work(&passwords), (before.0 + tried, before.1, before.2 + tried), "as costly as any wrong password");
    }
}

#[tokio::test]
async fn every_answer_but_a_match_costs_one_policy_hash() {
    let weaker = HashPolicy::argon2id(32, 1, 1).unwrap();
    let weaker = Passwords::builder().policy(weaker).build().unwrap().hash(&"right".into()).await.unwrap();
    let locked = PasswordHash::new("!");
    let unknown = PasswordHash::new("$8$salt$digest");
    let right = Password::from("right");

    let passwords = passwords();
    assert!(matches!(passwords.verify(&right, &weaker).await, Ok(Verification::Match { upgrade: true, .. })));
    assert_eq!(work(&passwords), (1, 0, 0));
    assert_eq!(passwords.verify(&"wrong".into(), &weaker).await, Ok(Verification::Mismatch));
    assert_eq!(work(&passwords), (2, 0, 1));
    assert_eq!(passwords.verify(&right, &locked).await, Err(HashError::Locked.into()));
    assert_eq!(work(&passwords), (2, 0, 2));
    assert!(matches!(
        passwords.verify(&right, &unknown).await,
        Err(PasswordError::Hash(HashError::UnsupportedScheme { name: Some(name) })) if name == "pbkdf2-cisco"
    ));
    assert_eq!(work(&passwords), (2, 0, 3));
    assert_eq!(passwords.verify(&"".into(), &weaker).await, Ok(Verification::Mismatch));
    assert_eq!(work(&passwords), (2, 0, 4));
    passwords.decoy(&right).await.unwrap();
    assert_eq!(work(&passwords), (2, 0, 5));
}

#[tokio::test]
async fn a_hash_that_is_not_weaker_is_never_upgraded() {
    for (memory, passes) in [(64, 1), (128, 1), (64, 2), (128, 3), (32, 9), (512, 1)] {
        let policy = HashPolicy::argon2id(memory, passes, 1).unwrap();
        let stored = Passwords::builder().policy(policy).build().unwrap().hash(&"right".into()).await.unwrap();
        let answer = passwords().verify(&"right".into(), &stored).await;
        assert!(matches!(answer, Ok(Verification::Match { upgrade: false, .. })), "m={memory},t={passes}");
    }
}

#[tokio::test]
#[cfg(feature = "bcrypt")]
async fn what_bcrypt_did_not_read_is_not_hashed_in_full() {
    let passwords = passwords();
    let long = "a password of seventy-three bytes: bcrypt never sees its last character.!";
    let stored = PasswordHash::new("$2a$04$5vbbKLQVd6C1DKosTXyYo.aoE5.eeBKyITcfauxAWfVTcNJ3VNWHi");
    for (password, truncated) in [(&long[..72], false), (long, true), (&format!("{long} and junk"), true)] {
        let answer = passwords.verify(&password.into(), &stored).await.unwrap();
        match answer {
            Verification::Match { upgrade, truncated: said, .. } => {
                assert_eq!((upgrade, said), (!truncated, truncated));
            }
            _ => panic!("the first 72 bytes are right"),
        }
    }
    assert_eq!(passwords.verify(&long[..71].into(), &stored).await, Ok(Verification::Mismatch));
}

#[tokio::test]
async fn a_long_password_is_refused_before_any_work() {
    let passwords = passwords();
    let long = Password::from("x".repeat(4_097));
    let refused = PasswordError::TooLong { max: 4_096 };
    assert_eq!(passwords.verify(&long, &PasswordHash::new("!")).await, Err(refused.clone()));
    assert_eq!(passwords.hash(&long).await, Err(refused.clone()));
    assert_eq!(passwords.decoy(&long).await, Err(refused));
    assert_eq!(work(&passwords), (0, 0, 0));
}

#[test]
fn a_policy_that_could_not_be_verified_is_refused() {
    let limits = Limits::default().argon2(Argon2Limits::default().memory_kib(32));
    let refused = Passwords::builder().policy(cheap()).limits(limits).build();
    assert!(matches!(refused, Err(PasswordError::Hash(HashError::TooCostly { bound: "KiB of memory", .. }))));
    let refused = Passwords::builder().policy(cheap()).memory_bytes(1_024).build();
    assert!(matches!(refused, Err(PasswordError::Hash(HashError::TooCostly { bound: "bytes of pool memory", .. }))));
}

#[test]
fn check_reads_and_computes_nothing() {
    let passwords = Passwords::builder().policy(cheap()).memory_bytes(1 << 20).build().unwrap();
    let hash =
        |memory| PasswordHash::new(format!("$argon2id$v=19$m={memory},t=1,p=1$c29tZXNhbHQ$yhNAfyYFdZZCH0ht4l+G1A"));
    assert_eq!(passwords.check(&hash(1_024)), Ok(()));
    let costly = HashError::bound("argon2", "bytes of pool memory", 1_049_600, 1 << 20).unwrap_err();
    assert_eq!(passwords.check(&hash(1_025)), Err(costly));
    assert_eq!(work(&passwords), (0, 0, 0));
}

#[test]
fn nothing_secret_is_shown() {
    let stored = PasswordHash::declared("argon2", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$yhNAfyYFdZZCH0ht4l+G1A");
    let parsed = passwords().schemes().parse(&stored, &Limits::default()).unwrap();
    for shown in [format!("{stored:?}"), format!("{parsed:?}"), format!("{:?}", Password::from("c29tZXNhbHQ"))] {
        assert!(!shown.contains("c29t") && !shown.contains("yhNA") && !shown.contains("115, 111"), "{shown}");
    }
}

#[test]
fn two_schemes_of_one_name_are_not_registered_together() {
    let argon2 = Schemes::standard().get("argon2").unwrap().clone();
    let conflict = Schemes::standard().with(argon2.clone()).unwrap_err();
    assert_eq!(conflict.name, "argon2");
    assert_eq!(conflict.to_string(), "there is a password scheme `argon2` already");
    let without = Schemes::standard().without("argon2");
    let stored = PasswordHash::new("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$yhNAfyYFdZZCH0ht4l+G1A");
    let unsupported = HashError::UnsupportedScheme { name: Some("argon2".to_owned()) };
    assert_eq!(without.identify(&stored).err(), Some(unsupported));
    let again = without.with(argon2).unwrap();
    assert_eq!(again.identify(&stored).unwrap().name(), "argon2");
}

/// A bare digest may be of several schemes: it is refused, not tried.
#[test]
#[cfg(feature = "digest")]
fn a_spelling_that_several_schemes_share_must_be_declared() {
    let (schemes, text) = (Schemes::standard(), "5f4dcc3b5aa765d61d8327deb882cf99");
    let Err(HashError::Ambiguous { candidates }) = schemes.identify(&PasswordHash::new(text)) else {
        panic!("it is identified");
    };
    assert!(candidates.contains(&"md5") && candidates.contains(&"md4"), "{candidates:?}");
    let declared = PasswordHash::declared("md5", text);
    let parsed = schemes.parse(&declared, &Limits::default()).unwrap();
    assert!(parsed.verify(&"password".into(), &mut Workspace::default()).unwrap());
    assert_eq!(Dialect::DJANGO.hash(text).scheme(), Some("md5"));
    assert_eq!(schemes.only(&["md5", "argon2"]).identify(&PasswordHash::new(text)).unwrap().name(), "md5");
}
