//! Wrapped hashes: a legacy digest never rests here as it came, and its owner notices nothing.

use proptest::prelude::*;
use waystation::password::{
    Dialect, HashContext, HashError, HashPolicy, Limits, PasswordError, PasswordHash, Passwords, Peppers, Verification,
};

fn passwords() -> Passwords {
    Passwords::builder().policy(HashPolicy::argon2id(64, 1, 1).unwrap()).threads(1).build().unwrap()
}

/// A legacy hash of "password" each, in every way in which a digest stands in its text.
fn legacy() -> Vec<PasswordHash> {
    vec![
        PasswordHash::declared("md5", "5f4dcc3b5aa765d61d8327deb882cf99"),
        PasswordHash::declared("md5", "5F4DCC3B5AA765D61D8327DEB882CF99"),
        Dialect::DJANGO.hash("sha1$$5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8"),
        PasswordHash::new("$2y$04$kIPFPYWmDIu8HGNLkOM7reRho54CRGnMWIsizAo2/pBy.M1YjR2.W"),
        PasswordHash::new("CVhaLTUt7s6OM"),
    ]
}

#[tokio::test]
async fn a_wrapped_hash_opens_and_becomes_a_plain_one() {
    let passwords = passwords();
    for stored in legacy() {
        let right = "password";
        let wrapped = passwords.wrap(&stored).await.unwrap();
        assert_eq!(wrapped.scheme(), Some("wrapped"));
        let answer = passwords.verify(&right.into(), &wrapped).await.unwrap();
        assert!(matches!(answer, Verification::Match { upgrade: true, truncated: false, .. }), "{answer:?}");
        assert_eq!(passwords.verify(&"Password".into(), &wrapped).await, Ok(Verification::Mismatch));

        let plain = passwords.rehash(&right.into(), &wrapped).await.unwrap();
        assert_eq!(plain.scheme(), Some("argon2"));
        let answer = passwords.verify(&right.into(), &plain).await.unwrap();
        assert!(matches!(answer, Verification::Match { upgrade: false, .. }));
    }
}

#[tokio::test]
async fn nothing_of_the_digest_is_kept() {
    let text = "5f4dcc3b5aa765d61d8327deb882cf99";
    let wrapped = passwords().wrap(&PasswordHash::declared("md5", text)).await.unwrap();
    let (inner, outer) = wrapped.expose().strip_prefix("$wrapped$v=1$").unwrap().split_once('$').unwrap();
    let inner = <base64ct::Base64UrlUnpadded as base64ct::Encoding>::decode_vec(inner).unwrap();
    let inner: PasswordHash = serde_json::from_slice(&inner).unwrap();
    assert_eq!((inner.scheme(), inner.expose()), (Some("md5"), "0".repeat(32).as_str()));
    assert!(outer.starts_with("argon2id$v=19$m=64,t=1,p=1$"), "{outer}");
}

/// The text is what stores keep: it is written and read again.
#[tokio::test]
async fn a_wrapped_hash_survives_being_stored() {
    let passwords = passwords();
    for stored in legacy() {
        let wrapped = passwords.wrap(&stored).await.unwrap();
        let reloaded: PasswordHash = serde_json::from_str(&serde_json::to_string(&wrapped).unwrap()).unwrap();
        assert_eq!(reloaded, wrapped);
        let told_by_prefix = PasswordHash::new(wrapped.expose());
        for hash in [reloaded, told_by_prefix] {
            assert!(matches!(passwords.verify(&"password".into(), &hash).await, Ok(Verification::Match { .. })));
        }
    }
}

#[tokio::test]
async fn what_has_no_need_of_it_is_not_wrapped() {
    let passwords = passwords();
    let argon2 = passwords.hash(&"password".into()).await.unwrap();
    assert_eq!(passwords.wrap(&argon2).await, Err(PasswordError::Unwrappable));
    let wrapped = passwords.wrap(&legacy()[0]).await.unwrap();
    assert_eq!(passwords.wrap(&wrapped).await, Err(PasswordError::Unwrappable));
    let locked = PasswordError::Hash(HashError::Locked);
    assert_eq!(passwords.wrap(&PasswordHash::new("!")).await, Err(locked));
}

/// A wrapped hash around a wrapped hash around … would cost as much as there is room for.
#[tokio::test]
async fn a_wrapped_hash_wraps_no_other() {
    let passwords = passwords();
    let wrapped = passwords.wrap(&legacy()[0]).await.unwrap();
    for scheme in [Some("wrapped"), None] {
        let inner = match scheme {
            Some(scheme) => PasswordHash::declared(scheme, wrapped.expose()),
            None => PasswordHash::new(wrapped.expose()),
        };
        let json = serde_json::to_vec(&inner).unwrap();
        let inner = <base64ct::Base64UrlUnpadded as base64ct::Encoding>::encode_string(&json);
        let outer = wrapped.expose().split_once("$argon2id").unwrap().1;
        let nested = PasswordHash::new(format!("$wrapped$v=1${inner}$argon2id{outer}"));
        assert!(matches!(passwords.check(&nested), Err(HashError::Malformed { scheme: "wrapped", .. })));
    }
}

#[tokio::test]
async fn a_wrapped_hash_has_the_pepper_of_the_day() {
    let peppers = Peppers::new("2026", vec![7; 32]).unwrap();
    let builder = || Passwords::builder().policy(HashPolicy::argon2id(64, 1, 1).unwrap()).threads(1);
    let peppered = builder().peppers(peppers).build().unwrap();
    let wrapped = peppered.wrap(&legacy()[0]).await.unwrap();
    assert_eq!(wrapped.context().unwrap().pepper.as_deref(), Some("2026"));
    assert!(matches!(peppered.verify(&"password".into(), &wrapped).await, Ok(Verification::Match { .. })));
    let without = PasswordHash::declared("wrapped", wrapped.expose());
    assert_eq!(peppered.verify(&"password".into(), &without).await, Ok(Verification::Mismatch));
}

#[tokio::test]
async fn salt_and_key_of_other_columns_are_kept_inside() {
    let stored = PasswordHash::declared("md5", "5f4dcc3b5aa765d61d8327deb882cf99")
        .with_context(HashContext::default().salt("kept").username("ada").iterations(7));
    let wrapped = passwords().wrap(&stored).await.unwrap();
    assert!(wrapped.context().is_none());
    assert!(passwords().schemes().parse(&wrapped, &Limits::default()).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_parser_panic(inner in ".{0,80}", outer in ".{0,80}") {
        let schemes = waystation::password::Schemes::standard();
        for text in [format!("$wrapped$v=1${inner}${outer}"), format!("$wrapped${inner}")] {
            prop_assert!(schemes.parse(&PasswordHash::new(text), &Limits::default()).is_err());
        }
    }
}
