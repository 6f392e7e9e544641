//! The endpoints of keycloak-user-migration, with the user of its README.

use serde_json::json;
use waystation::{
    LegacyConnection,
    legacy::HttpConnection,
    user::{LegacyKey, MfaFactor},
};

use super::stand_in::{Reply, StandIn, ask, ask_about, decode, name, told, user};

/// The README's user, whose flags are text; others with the oddities that the plugin takes.
async fn legacy_system() -> StandIn {
    StandIn::start(|asked| {
        if asked.header("authorization") != Some("Bearer SECRET_API_TOKEN") {
            return Reply::json(401, json!({}));
        }
        let (method, path) = asked.line.split_once(' ').unwrap_or_default();
        let who = decode(path.trim_start_matches("/auth/"));
        if method == "POST" {
            let status = match (who.as_str(), asked.json()["password"].as_str()) {
                ("bob" | "12345678" | "carol" | "dan" | "No Id", Some("password123")) => 200,
                ("erin", _) => 503,
                _ => 400,
            };
            return Reply { status, content_type: "text/plain", body: String::new() };
        }
        match who.as_str() {
            "bob" | "bob@company.com" => Reply::json(200, json!({
                "id": "12345678", "username": "bob", "email": "bob@company.com", "firstName": "Bob", "lastName": "Smith",
                "enabled": "true", "emailVerified": "true",
                "attributes": {"position": ["rockstar-developer"], "likes": ["cats", "dogs", "cookies"]},
                "roles": ["admin"], "groups": ["migrated_users"],
                "requiredActions": ["CONFIGURE_TOTP", "UPDATE_PASSWORD", "UPDATE_PROFILE", "update_user_locale"],
                "totps": [{"name": "phone", "secret": "JBSWY3DPEHPK3PXP", "encoding": "BASE32"}, {"name": "old", "secret": "raw"}],
            })),
            "carol" => Reply::json(200, json!({"id": "2", "username": "carol", "email": "carol@company.com", "enabled": false, "emailVerified": false})),
            "dan" | "erin" => Reply::json(200, json!({"id": "3", "username": who, "email": null, "enabled": true})),
            "no id" => Reply::json(200, json!({"username": "No Id", "enabled": true})),
            "impostor" => Reply::json(200, json!({"id": "9", "username": "bob", "email": "bob@company.com"})),
            _ => Reply::json(404, json!({})),
        }
    })
    .await
}

fn connect(server: &StandIn, verifies_by_id: bool) -> HttpConnection {
    let builder = HttpConnection::keycloak(format!("{}/auth", server.url), verifies_by_id);
    builder.bearer("SECRET_API_TOKEN").build().unwrap()
}

#[tokio::test]
async fn the_user_of_the_readme_moves_whole() {
    let server = legacy_system().await;
    let legacy = connect(&server, false);
    let verdict = ask(&legacy, "Bob@Company.com", "password123").await;
    assert_eq!(told(&verdict), "match_must_change");
    assert_eq!(server.lines(), ["GET /auth/bob%40company.com", "POST /auth/bob"]);
    let bob = user(verdict);
    assert_eq!(bob.key, LegacyKey::new("keycloak", "12345678"));
    assert_eq!(bob.profile.username, Some(name("bob")));
    assert!(bob.profile.email_verified && !bob.profile.blocked);
    assert_eq!((bob.profile.given_name.as_deref(), bob.profile.family_name.as_deref()), (Some("Bob"), Some("Smith")));
    assert_eq!(bob.profile.user_metadata["likes"], json!(["cats", "dogs", "cookies"]));
    assert_eq!(bob.profile.app_metadata["roles"], json!(["admin"]));
    assert_eq!(bob.profile.mfa_factors[0], MfaFactor::Totp { secret: "JBSWY3DPEHPK3PXP".into() });
    assert_eq!(bob.profile.mfa_factors[1].kind(), "keycloak_totp");
    assert_eq!(legacy.find(&name("bob")).await.unwrap().unwrap().profile, bob.profile);
}

#[tokio::test]
async fn every_answer_to_the_password_has_its_verdict() {
    let server = legacy_system().await;
    let legacy = connect(&server, false);
    for (who, password, expected, calls) in [
        ("bob", "wrong", "mismatch", 2),
        ("carol", "password123", "blocked", 2),
        ("carol", "wrong", "mismatch", 2),
        ("dan", "password123", "match", 2),
        ("no id", "password123", "match", 2),
        ("nobody", "password123", "not_found", 1),
        ("..", "password123", "not_found", 0),
        ("erin", "password123", "unavailable: the legacy system is not there (502 to 504)", 2),
        // Another person's password is never sent.
        ("impostor", "password123", "malformed: another user than the one asked for (/username)", 1),
    ] {
        assert_eq!(told(&ask(&legacy, who, password).await), expected, "{who}");
        assert_eq!(server.asked().len(), calls, "{who}");
    }
}

#[tokio::test]
async fn the_password_goes_to_the_id_where_the_plugin_is_set_so() {
    let server = legacy_system().await;
    let legacy = connect(&server, true);
    assert_eq!(told(&ask(&legacy, "bob", "password123").await), "match_must_change");
    assert_eq!(server.lines(), ["GET /auth/bob", "POST /auth/12345678"]);
}

#[tokio::test]
async fn whoever_has_another_id_by_now_is_nobody_and_their_password_stays_here() {
    let server = legacy_system().await;
    let legacy = connect(&server, false);
    assert_eq!(told(&ask_about(&legacy, "keycloak", "12345678", "bob", "password123").await), "match_must_change");
    server.asked();
    assert_eq!(told(&ask_about(&legacy, "keycloak", "7", "bob", "password123").await), "not_found");
    assert_eq!(server.lines(), ["GET /auth/bob"]);
}

#[tokio::test]
async fn a_refused_token_is_told_from_a_wrong_password() {
    let server = legacy_system().await;
    let legacy = HttpConnection::keycloak(format!("{}/auth", server.url), false).bearer("old").build().unwrap();
    let expected = "the legacy connection is misconfigured: the legacy system refuses our credentials (401)";
    assert_eq!(told(&ask(&legacy, "bob", "password123").await), expected);
    assert_eq!(legacy.check().await.unwrap_err().to_string(), expected);
}
