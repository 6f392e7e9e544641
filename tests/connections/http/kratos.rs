//! The hook that Ory Kratos calls, as its documentation has it.

use serde_json::json;
use waystation::{
    LegacyConnection,
    legacy::{HttpConnection, LegacyError},
    user::LegacyKey,
};

use super::stand_in::{Reply, StandIn, ask, ask_about, name, told, user};

/// The hook of a shop where the password of `ada@example.com` is `right`.
async fn hook() -> StandIn {
    StandIn::start(|asked| {
        if asked.header("x-api-key") != Some("key") {
            return Reply::json(401, json!({}));
        }
        match (asked.json()["identifier"].as_str(), asked.json()["password"].as_str()) {
            (Some("ada@example.com"), Some("right")) => Reply::json(200, json!({"status": "password_match"})),
            (Some("ada@example.com"), Some("odd")) => Reply::json(200, json!({"status": "password_mismatch"})),
            (Some("ada@example.com"), Some("empty")) => Reply::json(200, json!({})),
            _ => Reply::json(403, json!({})),
        }
    })
    .await
}

#[tokio::test]
async fn the_hook_says_yes_or_no() {
    let hook = hook().await;
    let legacy = HttpConnection::kratos(format!("{}/hook", hook.url)).header("x-api-key", "key").build().unwrap();
    for (password, expected) in [("right", "match"), ("wrong", "mismatch"), ("odd", "mismatch"), ("empty", "mismatch")]
    {
        assert_eq!(told(&ask(&legacy, "Ada@Example.com", password).await), expected, "{password}");
        let asked = hook.asked();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].line, "POST /hook");
        assert_eq!(asked[0].json(), json!({"identifier": "ada@example.com", "password": password}));
    }
    let ada = user(ask(&legacy, "ada@example.com", "right").await);
    assert_eq!(ada.key, LegacyKey::new("kratos", "ada@example.com"));
    legacy.check().await.unwrap();
}

#[tokio::test]
async fn whoever_is_known_by_another_address_is_nobody_here() {
    let hook = hook().await;
    let legacy = HttpConnection::kratos(&hook.url).header("x-api-key", "key").build().unwrap();
    let same = ask_about(&legacy, "kratos", "ada@example.com", "ada@example.com", "right").await;
    assert_eq!(told(&same), "match");
    let another = ask_about(&legacy, "kratos", "grace@example.com", "ada@example.com", "right").await;
    assert_eq!(told(&another), "not_found");
}

#[tokio::test]
async fn a_refused_key_and_a_look_up_are_no_verdicts() {
    let hook = hook().await;
    let legacy = HttpConnection::kratos(&hook.url).build().unwrap();
    assert!(matches!(ask(&legacy, "ada@example.com", "right").await, Err(LegacyError::Misconfigured { .. })));
    assert!(matches!(legacy.check().await, Err(LegacyError::Misconfigured { .. })));
    assert!(matches!(legacy.find(&name("ada@example.com")).await, Err(LegacyError::Misconfigured { .. })));
}

#[tokio::test]
async fn a_system_that_tells_capitals_apart_is_asked_for_what_was_typed() {
    let server = StandIn::start(|_| Reply::json(403, json!({}))).await;
    for (as_typed, expected) in [(false, "ada@example.com"), (true, "Ada@Example.com")] {
        let builder = HttpConnection::kratos(&server.url);
        let legacy = if as_typed { builder.identifiers_as_typed() } else { builder }.build().unwrap();
        assert_eq!(told(&ask(&legacy, "Ada@Example.com", "right").await), "mismatch");
        assert_eq!(server.asked()[0].json()["identifier"], expected);
    }
}

#[tokio::test]
async fn a_proxy_is_asked_where_one_is_named() {
    let proxy = StandIn::start(|_| Reply::json(200, json!({"status": "password_match"}))).await;
    let builder = HttpConnection::kratos("http://legacy.example/hook").allow_plain_http().proxy(&proxy.url);
    assert_eq!(told(&ask(&builder.build().unwrap(), "ada", "right").await), "match");
    assert_eq!(proxy.lines(), ["POST http://legacy.example/hook"]);
}
