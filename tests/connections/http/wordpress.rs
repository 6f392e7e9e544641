//! The migration endpoints of the WordPress plugin, with the objects that WordPress makes of its users.

use serde_json::json;
use waystation::{
    LegacyConnection,
    clock::Timestamp,
    legacy::{HttpConnection, LegacyError},
    user::LegacyKey,
};

use super::stand_in::{Asked, Reply, StandIn, ask, ask_about, name, told, user};

fn answer(asked: &Asked) -> Reply {
    let form = asked.form();
    // Some versions label their JSON as HTML, and put the status of an error into a body with status 200.
    let html = |body: serde_json::Value| Reply {
        status: 200,
        content_type: "text/html; charset=UTF-8",
        body: body.to_string(),
    };
    if form.get("access_token").map(String::as_str) != Some("t&k=n") {
        return Reply::json(401, json!({"status": 401, "error": "Invalid token"}));
    }
    let is_known = form.get("username").is_some_and(|name| name == "ada" || name == "ada@example.com");
    let is_right = match asked.line.as_str() {
        "POST /index.php/migration-ws-login" => form.get("password").is_some_and(|password| password == "räder & 100%"),
        "POST /index.php/migration-ws-get-user" => !form.contains_key("password"),
        _ => return Reply { status: 404, content_type: "text/html", body: "<html>".into() },
    };
    if !is_known || !is_right {
        return html(json!({"status": 401, "error": "Invalid credentials"}));
    }
    html(json!({
        "data": {
            "ID": "42", "user_login": "ada", "user_nicename": "ada", "user_email": "Ada@Example.com", "user_url": "",
            "user_registered": "2019-04-02 08:15:30", "user_activation_key": "", "user_status": "0", "display_name": "Ada L.",
        },
        "ID": 42, "caps": {"editor": true}, "cap_key": "wp_capabilities", "roles": ["editor"], "allcaps": {"edit_posts": true}, "filter": null,
    }))
}

async fn wordpress() -> (StandIn, HttpConnection) {
    let server = StandIn::start(answer).await;
    let legacy = HttpConnection::wordpress(format!("{}/index.php", server.url), "t&k=n").build().unwrap();
    (server, legacy)
}

#[tokio::test]
async fn a_user_of_wordpress_moves_by_name_and_by_address() {
    let (server, legacy) = wordpress().await;
    for who in ["ada", "ADA@example.com"] {
        let ada = user(ask(&legacy, who, "räder & 100%").await);
        assert_eq!(ada.key, LegacyKey::new("wordpress", "42"));
        assert_eq!(ada.profile.username, Some(name("ada")));
        assert_eq!(ada.profile.email.as_ref().map(waystation::Identifier::original), Some("Ada@Example.com"));
        assert_eq!(ada.profile.name.as_deref(), Some("Ada L."));
        assert_eq!(ada.profile.app_metadata["roles"], json!(["editor"]));
        assert_eq!(ada.created_at.map(Timestamp::as_seconds), Some(1_554_192_930));
        let asked = server.asked();
        assert_eq!(asked.len(), 1);
        assert!(!asked[0].line.contains('?'), "nothing secret is in the URL");
        assert_eq!(legacy.find(&name(who)).await.unwrap().unwrap().profile, ada.profile);
        server.asked();
    }
}

#[tokio::test]
async fn invalid_credentials_are_a_mismatch_and_a_refused_token_is_not() {
    let (server, legacy) = wordpress().await;
    assert_eq!(told(&ask(&legacy, "ada", "wrong").await), "mismatch");
    assert_eq!(told(&ask(&legacy, "nobody", "räder & 100%").await), "mismatch");
    assert!(legacy.find(&name("nobody")).await.unwrap().is_none());
    legacy.check().await.unwrap();
    let refused = HttpConnection::wordpress(format!("{}/index.php", server.url), "old").build().unwrap();
    assert!(matches!(ask(&refused, "ada", "räder & 100%").await, Err(LegacyError::Misconfigured { .. })));
    let elsewhere = HttpConnection::wordpress(&server.url, "t&k=n").build().unwrap();
    assert!(matches!(ask(&elsewhere, "ada", "räder & 100%").await, Err(LegacyError::Misconfigured { .. })));
}

#[tokio::test]
async fn a_feature_that_is_off_and_a_fault_inside_are_no_wrong_passwords() {
    for (status, body, expected) in [
        (403, json!({"status": 403, "error": "Forbidden"}), "misconfigured"),
        (200, json!({"status": 403, "error": "Forbidden"}), "misconfigured"),
        (200, json!({"status": 401, "error": "Unauthorized"}), "misconfigured"),
        (200, json!({"status": 500, "error": "…"}), "unavailable"),
        (200, json!({"status": 200}), "malformed"),
        (200, json!([]), "malformed"),
    ] {
        let server = StandIn::start(move |_| Reply::json(status, body.clone())).await;
        let legacy = HttpConnection::wordpress(&server.url, "t").build().unwrap();
        assert_eq!(ask(&legacy, "ada", "x").await.unwrap_err().as_str(), expected);
    }
}

#[tokio::test]
async fn whoever_has_another_id_by_now_is_nobody() {
    let (_server, legacy) = wordpress().await;
    assert_eq!(told(&ask_about(&legacy, "wordpress", "42", "ada", "räder & 100%").await), "match");
    assert_eq!(told(&ask_about(&legacy, "wordpress", "7", "ada", "räder & 100%").await), "not_found");
}
