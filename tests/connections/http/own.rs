//! This crate's own contract: what is sent and what is read, beside what the conformance suite promises.

use serde_json::json;
use waystation::{
    LegacyConnection, Password, Profile, SecretKey,
    clock::Timestamp,
    legacy::{HttpConnection, LegacyError, LegacyUser},
    user::{LegacyKey, MfaFactor},
};

use super::{
    shop::{self, KEY, TOKEN},
    stand_in::{Reply, StandIn, ask, ask_about, name, told, user},
};

#[tokio::test]
async fn a_user_arrives_whole() {
    let shop = shop::open().await;
    let legacy =
        HttpConnection::waystation(format!("{}/users", shop.url)).source("shop").bearer(TOKEN).build().unwrap();
    let zoe = user(ask(&legacy, "ZOË.brontë@example.com", "correct horse").await);
    assert_eq!(zoe.key, LegacyKey::new("shop", "customer-17"));
    assert!(zoe.profile.email_verified);
    assert_eq!(zoe.profile.name.as_deref(), Some("Zoë Brontë"));
    assert_eq!(zoe.profile.app_metadata["plan"], "gold");
    assert_eq!(zoe.profile.mfa_factors, [MfaFactor::Totp { secret: "JBSWY3DPEHPK3PXP".into() }]);
    assert_eq!(zoe.profile.identities[0].subject, "11");
    assert_eq!(zoe.created_at.map(Timestamp::as_seconds), Some(1_554_192_930));
    assert_eq!(zoe.login_count, 12);

    let asked = shop.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].line, "POST /users/authenticate");
    assert_eq!(asked[0].header("accept-encoding"), None, "an answer is never compressed");
    assert_eq!(
        asked[0].json(),
        json!({
            "identifier": {"kind": "email", "normal": "zoë.brontë@example.com", "typed": "ZOË.brontë@example.com"},
            "password": "correct horse",
        })
    );
}

#[tokio::test]
async fn a_sealed_password_is_seen_by_nobody_on_the_way() {
    let shop = shop::open().await;
    let base = format!("{}/users", shop.url);
    let sealed =
        |key| HttpConnection::waystation(&base).bearer(TOKEN).seal_passwords("k", SecretKey::from_bytes(key)).build();
    assert_eq!(told(&ask(&sealed(KEY).unwrap(), "ada", "notes").await), "match");
    let asked = shop.asked().remove(0);
    assert!(asked.json()["password"].is_null());
    assert!(!String::from_utf8_lossy(&asked.body).contains("notes"));

    // Whoever cannot open it has no nonce to repeat, whatever they answer.
    assert_eq!(told(&ask(&sealed([1; 32]).unwrap(), "ada", "notes").await), "malformed: missing or empty (/nonce)");
    let echo = StandIn::start(|_| {
        Reply::json(200, json!({"result": "match", "user": {"id": "1", "username": "ada"}, "nonce": "AAAA"}))
    })
    .await;
    let legacy = HttpConnection::waystation(&echo.url).seal_passwords("k", SecretKey::from_bytes(KEY)).build().unwrap();
    assert_eq!(told(&ask(&legacy, "ada", "notes").await), "malformed: not the nonce of the question (/nonce)");
}

#[tokio::test]
async fn what_nobody_can_have_typed_there_is_not_asked_about() {
    let shop = shop::open().await;
    let legacy = HttpConnection::waystation(format!("{}/users", shop.url)).bearer(TOKEN).build().unwrap();
    let ada = name("ada");
    for (password, expected) in [
        (Password::from(""), "mismatch"),
        (Password::from_bytes(vec![0xff, 0xfe]), "mismatch"),
        (Password::from("x".repeat(4_097)), "the password was not verified"),
    ] {
        let attempt = waystation::legacy::LegacyAttempt::new(&ada, &password);
        assert_eq!(told(&legacy.authenticate(&attempt).await), expected);
    }
    let elsewhere = ask_about(&legacy, "elsewhere", "customer-19", "ada", "notes").await;
    assert!(matches!(elsewhere, Err(LegacyError::Misconfigured { .. })));
    assert_eq!(shop.asked().len(), 0);
}

#[tokio::test]
async fn a_check_tells_a_wrong_token_and_a_missing_part() {
    let shop = shop::open().await;
    let base = format!("{}/users", shop.url);
    let built = |token: &str| HttpConnection::waystation(&base).bearer(token).with_directory().build().unwrap();
    built(TOKEN).check().await.unwrap();
    assert_eq!(shop.lines(), ["POST /users/find", "POST /users/count"]);
    let refused = built("another").check().await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the legacy connection is misconfigured: the legacy system refuses our credentials (401)"
    );
    let elsewhere = HttpConnection::waystation(format!("{}/elsewhere", shop.url)).bearer(TOKEN).build().unwrap();
    assert!(matches!(elsewhere.check().await, Err(LegacyError::Misconfigured { .. })));
}

#[tokio::test]
async fn a_created_user_is_written_whole_and_may_be_refused() {
    let shop = StandIn::start(|_| Reply::json(200, json!({"result": "refused"}))).await;
    let legacy = HttpConnection::waystation(&shop.url).with_writer().build().unwrap();
    let mut profile = Profile::default();
    profile.set_identifier(name("Ada@Example.com"));
    profile.given_name = Some("Ada".into());
    profile.app_metadata.insert("plan".into(), "gold".into());
    let mut ada = LegacyUser::new(LegacyKey::new("http", "here|1"), profile);
    ada.created_at = Some(Timestamp::from_micros(1_554_192_930_123_456));
    let writer = legacy.as_writer().unwrap();
    let refused = writer.create(&ada, &Password::from("new")).await;
    assert!(matches!(refused, Err(LegacyError::Refused { .. })));
    assert_eq!(
        shop.asked()[0].json(),
        json!({
            "user": {
                "id": "here|1", "email": "Ada@Example.com", "email_verified": false, "phone_verified": false,
                "given_name": "Ada", "blocked": false, "created_at": "2019-04-02T08:15:30.123456Z",
                "app_metadata": {"plan": "gold"},
            },
            "password": "new",
        })
    );
}

#[test]
fn a_connection_that_cannot_work_is_not_built() {
    let pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    for (what, builder) in [
        ("plain HTTP", HttpConnection::waystation("http://legacy.example")),
        ("a header", HttpConnection::waystation("https://legacy.example").header("x", "a\nb")),
        ("no authorities", HttpConnection::waystation("https://legacy.example").authorities("")),
        ("no certificate", HttpConnection::waystation("https://legacy.example").authorities(pem)),
        ("no key", HttpConnection::waystation("https://legacy.example").client_certificate(pem, "")),
        ("a proxy", HttpConnection::waystation("https://legacy.example").proxy("::")),
        ("a directory", HttpConnection::kratos("https://legacy.example").with_directory()),
        ("a writer", HttpConnection::okta("https://legacy.example", "t").with_writer()),
        ("a seal", HttpConnection::kratos("https://legacy.example").seal_passwords("k", SecretKey::from_bytes(KEY))),
    ] {
        assert!(matches!(builder.build(), Err(LegacyError::Misconfigured { .. })), "{what}");
    }
}

#[test]
fn nothing_that_is_configured_is_shown() {
    let builder = HttpConnection::stormpath("https://legacy.example/secret-path", "app", "key-id", "key-secret")
        .proxy("http://user:secret-proxy@proxy.example")
        .header("x-key", "secret-header");
    let shown = format!("{builder:?}") + &format!("{:?}", builder.build().unwrap());
    assert!(shown.contains("legacy.example"));
    for secret in ["secret", "key-id", "key-secret"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
