//! OAuth 2 password grants and userinfo, as RFC 6749, OpenID Connect and the reference product have them.

use serde_json::{Value, json};
use waystation::{
    LegacyConnection,
    legacy::{HttpConnection, LegacyError, PasswordGrant},
    user::LegacyKey,
};

use super::stand_in::{Asked, Reply, StandIn, ask, ask_about, name, told, user};

fn denied(status: u16, error: &str) -> Reply {
    Reply::json(status, json!({"error": error, "error_description": "…"}))
}

fn answer(asked: &Asked) -> Reply {
    let form = asked.form();
    let field = |name: &str| form.get(name).map(String::as_str);
    match asked.line.as_str() {
        "POST /oauth/token" => {
            if field("client_id") != Some("client") || field("client_secret") != Some("s&cret") {
                return denied(401, "invalid_client");
            }
            match (field("username"), field("password")) {
                (Some("ada@example.com"), Some("right")) => Reply::json(
                    200,
                    json!({
                        "access_token": "eyJz93a...k4laUWw", "id_token": "…", "token_type": "Bearer", "expires_in": 86400,
                    }),
                ),
                (Some("barred@example.com"), _) => denied(403, "unauthorized"),
                (Some("factor@example.com"), _) => denied(403, "mfa_required"),
                (Some("flood@example.com"), _) => denied(429, "too_many_attempts"),
                (Some("keycloak@example.com"), _) => denied(401, "invalid_grant"),
                (Some("rfc@example.com"), _) => denied(400, "invalid_grant"),
                (Some("scope@example.com"), _) => denied(400, "invalid_scope"),
                (Some("grant@example.com"), _) => denied(403, "unauthorized_client"),
                _ => denied(403, "invalid_grant"),
            }
        }
        "GET /userinfo" if asked.header("authorization") == Some("Bearer eyJz93a...k4laUWw") => Reply::json(
            200,
            json!({
                "sub": "auth0|5f7c8ec7c33c6c004bbafe82", "email": "Ada@Example.com", "email_verified": true,
                "preferred_username": "ada@example.com", "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace",
                "nickname": "ada", "picture": "https://example.com/ada.png", "updated_at": "2023-06-27T18:22:43.103Z",
                "https://example.com/roles": ["admin"],
            }),
        ),
        _ => denied(401, "invalid_token"),
    }
}

fn grant() -> PasswordGrant {
    PasswordGrant::new("client").secret("s&cret")
}

#[tokio::test]
async fn a_granted_token_shows_the_profile() {
    let server = StandIn::start(answer).await;
    let legacy = HttpConnection::oauth(&server.url, grant()).source("tenant").build().unwrap();
    let ada = user(ask(&legacy, "ada@example.com", "right").await);
    assert_eq!(ada.key, LegacyKey::new("tenant", "auth0|5f7c8ec7c33c6c004bbafe82"));
    assert!(ada.profile.email_verified);
    assert_eq!(ada.profile.username, None, "an address that stands for a user name is none");
    assert_eq!(ada.profile.nickname.as_deref(), Some("ada"));
    assert_eq!(Value::from(ada.profile.app_metadata), json!({"https://example.com/roles": ["admin"]}));

    let asked = server.asked();
    assert_eq!(asked.iter().map(|asked| &*asked.line).collect::<Vec<_>>(), ["POST /oauth/token", "GET /userinfo"]);
    let form = asked[0].form();
    assert_eq!((&*form["grant_type"], &*form["scope"]), ("password", "openid profile email"));
    assert!(!form.contains_key("realm") && !form.contains_key("audience"));
}

#[tokio::test]
async fn a_realm_asks_by_the_grant_of_the_reference_product() {
    let server = StandIn::start(answer).await;
    let grant = grant().realm("Username-Password-Authentication").audience("https://api.example").scope("openid");
    let legacy = HttpConnection::oauth(&server.url, grant).build().unwrap();
    assert_eq!(told(&ask(&legacy, "ada@example.com", "right").await), "match");
    let form = server.asked()[0].form();
    assert_eq!(form["grant_type"], "http://auth0.com/oauth/grant-type/password-realm");
    assert_eq!(form["realm"], "Username-Password-Authentication");
    assert_eq!((&*form["audience"], &*form["scope"]), ("https://api.example", "openid"));
}

#[tokio::test]
async fn every_error_has_its_verdict_or_is_none() {
    let server = StandIn::start(answer).await;
    let legacy = HttpConnection::oauth(&server.url, grant()).build().unwrap();
    let misconfigured = |what: &str| format!("the legacy connection is misconfigured: {what}");
    for (who, expected) in [
        ("nobody@example.com", "mismatch".to_owned()),
        ("keycloak@example.com", "mismatch".to_owned()),
        ("rfc@example.com", "mismatch".to_owned()),
        ("barred@example.com", "blocked".to_owned()),
        ("flood@example.com", "unavailable: too many questions (429)".to_owned()),
        ("scope@example.com", misconfigured("the legacy system does not take our question (400)")),
        ("grant@example.com", misconfigured("the token endpoint refuses our client, or its password grant")),
        (
            "factor@example.com",
            misconfigured(
                "the token endpoint asks for a second factor before it shows the profile: exempt this client",
            ),
        ),
    ] {
        assert_eq!(told(&ask(&legacy, who, "wrong").await), expected, "{who}");
        assert_eq!(server.asked().len(), 1, "{who}");
    }
    legacy.check().await.unwrap();
    let stranger = HttpConnection::oauth(&server.url, PasswordGrant::new("client")).build().unwrap();
    assert!(matches!(stranger.check().await, Err(LegacyError::Misconfigured { .. })));
    assert!(matches!(legacy.find(&name("ada@example.com")).await, Err(LegacyError::Misconfigured { .. })));
}

#[tokio::test]
async fn another_person_than_the_known_one_is_nobody() {
    let server = StandIn::start(answer).await;
    let legacy = HttpConnection::oauth(&server.url, grant()).build().unwrap();
    let known = "auth0|5f7c8ec7c33c6c004bbafe82";
    assert_eq!(told(&ask_about(&legacy, "oauth", known, "ada@example.com", "right").await), "match");
    assert_eq!(told(&ask_about(&legacy, "oauth", "auth0|other", "ada@example.com", "right").await), "not_found");
}
