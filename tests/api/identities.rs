//! Accounts that belong to the same person, and blocks.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use serde_json::json;
use waystation::{
    LogIn, Migrator,
    api::{BlockList, Denied, IdTokens},
    identifier::{IdentifierRules as _, StandardRules},
    migrator::Throttle,
    user::UserId,
};

use crate::server::Server;

#[tokio::test]
async fn an_account_without_a_password_is_linked_and_unlinked() {
    for server in Server::each().await {
        let users = json!([{"user_id": "1", "email": "ada@example.com"}, {"user_id": "2", "email": "ada@work.example", "name": "Ada"}]);
        server.import(&users.to_string(), &[]).await;
        let link = json!({"provider": "auth0", "user_id": "2"});
        let linked = server.send("POST", "/users/auth0%7C1/identities", Some(link.clone())).await;
        assert_eq!(linked.status, 201);
        let linked = linked.json();
        assert_eq!(
            (&linked[0]["user_id"], &linked[1]["user_id"], &linked[1]["provider"]),
            (&json!("1"), &json!("2"), &json!("auth0"))
        );
        assert_eq!(linked[1]["profileData"]["email"], "ada@work.example");
        server.get("/users/auth0%7C2").await.is_problem(404, "The user does not exist.");
        // A second time, nobody has the account, and it is linked already.
        server
            .send("POST", "/users/auth0%7C1/identities", Some(link))
            .await
            .is_problem(409, "Specified identity already linked.");
        let unlinked = server.send("DELETE", "/users/auth0%7C1/identities/auth0/2", None).await;
        assert_eq!((unlinked.status, unlinked.json().as_array().unwrap().len()), (200, 1));
        let restored = server.get("/users/auth0%7C2").await.json();
        assert_eq!((&restored["email"], &restored["name"]), (&json!("ada@work.example"), &json!("Ada")));
        let again = server.send("DELETE", "/users/auth0%7C1/identities/auth0/2", None).await;
        again.is_problem(404, "The identity does not exist.");
    }
}

#[tokio::test]
async fn an_account_elsewhere_is_linked_too() {
    for server in Server::each().await {
        server.create("ada@example.com").await;
        let id = server.get("/users").await.json()[0]["user_id"].as_str().unwrap().replace('|', "%7C");
        let link = json!({"provider": "google-oauth2", "user_id": 115, "connection_id": "con_0000000000000009"});
        let linked = server.send("POST", &format!("/users/{id}/identities"), Some(link)).await.json();
        let expected =
            json!({"connection": "google-oauth2", "provider": "google-oauth2", "user_id": "115", "isSocial": true});
        assert_eq!(linked[1], expected);
        let found = server.get("/users?q=identities.connection%3A%22google-oauth2%22").await.json();
        assert_eq!(found.as_array().unwrap().len(), 1);
        let unlinked = server.send("DELETE", &format!("/users/{id}/identities/google-oauth2/115"), None).await;
        assert_eq!((unlinked.status, unlinked.json().as_array().unwrap().len()), (200, 1));
    }
}

#[tokio::test]
async fn no_password_is_lost_by_a_link_unless_that_was_asked_for() {
    for server in Server::each().await {
        let one = server.create("ada@example.com").await["user_id"].as_str().unwrap().replace('|', "%7C");
        let other = server.create("ada@work.example").await["user_id"].as_str().unwrap().to_owned();
        let path = format!("/users/{one}/identities");
        let link = json!({"provider": "auth0", "user_id": other});
        let message = "The account has a password of its own, which linking would take away: say discard_password.";
        server.send("POST", &path, Some(link)).await.is_problem(400, message);
        assert!(server.log_in("ada@work.example", "difference engine").await);
        let link = json!({"provider": "auth0", "user_id": other, "discard_password": true});
        assert_eq!(server.send("POST", &path, Some(link)).await.status, 201);
        assert!(!server.log_in("ada@work.example", "difference engine").await);
        assert!(server.log_in("ada@example.com", "difference engine").await);
    }
}

/// Tokens are the ids that they show, with a mark before them.
#[derive(Debug)]
struct Marked;

#[async_trait]
impl IdTokens for Marked {
    async fn subject(&self, token: &str) -> Result<UserId, Denied> {
        if token == "lost" {
            return Err(Denied::unavailable("the keys of the issuer are not here"));
        }
        token.strip_prefix("token-of:").map(UserId::new).ok_or(Denied::Invalid)
    }
}

#[tokio::test]
async fn an_account_is_linked_by_a_token_that_shows_whose_it_is() {
    let server = Server::with(|api| api.id_tokens(Arc::new(Marked))).await;
    let users = json!([{"user_id": "1", "email": "a@x.io"}, {"user_id": "2", "email": "b@x.io"}]);
    server.import(&users.to_string(), &[]).await;
    let link = async |body| server.send("POST", "/users/auth0%7C1/identities", Some(body)).await;
    let linked = link(json!({"link_with": "token-of:auth0|2"})).await;
    assert_eq!((linked.status, &linked.json()[1]["profileData"]["email"]), (201, &json!("b@x.io")));
    server.get("/users/auth0%7C2").await.is_problem(404, "The user does not exist.");
    // An account that is a user nowhere, as one of a social network.
    let linked = link(json!({"link_with": "token-of:google-oauth2|115"})).await.json();
    assert_eq!((&linked[2]["provider"], &linked[2]["user_id"]), (&json!("google-oauth2"), &json!("115")));

    let description = server.get("/openapi.json").await.json();
    let schema = "/paths/~1users~1{id}~1identities/post/requestBody/content/application~1json/schema/oneOf/1/required";
    assert_eq!(description.pointer(schema), Some(&json!(["link_with"])));

    let same = link(json!({"link_with": "token-of:auth0|1"})).await;
    let same = same.is_problem(400, "Main account and specified user_id are the same.");
    assert_eq!(same["pointer"], "/link_with");
    let other = server.create("c@x.io").await["user_id"].as_str().unwrap().to_owned();
    let with_password = link(json!({"link_with": format!("token-of:{other}")})).await;
    with_password
        .is_problem(400, "The account has a password of its own, which linking would take away: say discard_password.");
    assert_eq!(link(json!({"link_with": format!("token-of:{other}"), "discard_password": true})).await.status, 201);
}

#[tokio::test]
async fn a_token_that_shows_nobody_links_nothing() {
    let server = Server::with(|api| api.id_tokens(Arc::new(Marked))).await;
    server.import(&json!([{"user_id": "1", "email": "a@x.io"}]).to_string(), &[]).await;
    let link = async |body| server.send("POST", "/users/auth0%7C1/identities", Some(body)).await;
    let invalid = "Payload validation error: 'Invalid token' on property link_with.";
    let longest = format!("token-of:{}", "x".repeat(8 << 10));
    for (body, message) in [
        (json!({"link_with": "somebody"}), invalid),
        (json!({"link_with": "token-of:"}), invalid),
        (json!({"link_with": format!("token-of:{}", "x".repeat(2_000))}), invalid),
        (
            json!({"link_with": longest}),
            "Payload validation error: 'String is too long, maximum 8192' on property link_with.",
        ),
        (
            json!({"link_with": ""}),
            "Payload validation error: 'Missing required property: link_with' on property link_with.",
        ),
        (
            json!({"link_with": 7}),
            "Payload validation error: 'Expected type string but found type number' on property link_with.",
        ),
        (
            json!({"link_with": "token-of:auth0|2", "provider": "auth0"}),
            "Payload validation error: 'The account is named by link_with already' on property provider.",
        ),
    ] {
        assert!(link(body).await.is_problem(400, message)["pointer"].is_string());
    }
    link(json!({"link_with": "lost"})).await.is_problem(503, "The service is unavailable. Try again later.");
    assert_eq!(server.get("/users/auth0%7C1").await.json()["identities"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn links_that_make_no_sense_are_refused() {
    let server = Server::start().await;
    let users = json!([{"user_id": "1", "email": "a@x.io"}, {"user_id": "2", "email": "b@x.io"}]);
    server.import(&users.to_string(), &[]).await;
    for (body, message) in [
        (json!({"provider": "auth0", "user_id": "1"}), "Main account and specified user_id are the same."),
        (json!({"link_with": "a.b.c"}), "Accounts are linked by provider and user_id here, and not by a token."),
        (
            json!({"user_id": "2"}),
            "Payload validation error: 'Missing required property: provider' on property provider.",
        ),
        (
            json!({"provider": "auth0"}),
            "Payload validation error: 'Missing required property: user_id' on property user_id.",
        ),
        (
            json!({"provider": "auth0", "user_id": []}),
            "Payload validation error: 'Expected type string but found type array' on property user_id.",
        ),
        (
            json!({"provider": "auth0", "user_id": "2", "x": 1}),
            "Payload validation error: 'Additional properties not allowed: x'.",
        ),
    ] {
        server.send("POST", "/users/auth0%7C1/identities", Some(body)).await.is_problem(400, message);
    }
    let nobody =
        server.send("POST", "/users/auth0%7C9/identities", Some(json!({"provider": "a", "user_id": "2"}))).await;
    nobody.is_problem(404, "The user does not exist.");
    let main = server.send("DELETE", "/users/auth0%7C1/identities/auth0/1", None).await;
    main.is_problem(400, "Main identity cannot be removed.");
    // Whoever took the address meanwhile keeps it, and the link stays.
    server.send("POST", "/users/auth0%7C1/identities", Some(json!({"provider": "auth0", "user_id": "2"}))).await;
    server.create("b@x.io").await;
    let unlink = server.send("DELETE", "/users/auth0%7C1/identities/auth0/2", None).await;
    unlink.is_problem(409, "Another user has a name, an address or a number of the account by now.");
    assert_eq!(server.get("/users/auth0%7C1").await.json()["identities"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_block_is_seen_and_lifted() {
    // The throttle is the host's, around the same migrator: here around one that only it uses.
    let inner = Server::start().await;
    let throttle = Throttle::builder(inner.migrator.clone())
        .per_identifier(2, Duration::from_hours(1))
        .clock(Arc::new(inner.clock.clone()))
        .build()
        .unwrap();
    let throttle = Arc::new(throttle);
    let server = Server::with(|api| api.blocks(throttle.clone())).await;
    let id = server.create("ada@example.com").await["user_id"].as_str().unwrap().replace('|', "%7C");
    let by_name = "/user-blocks?identifier=ADA%40example.com";
    assert_eq!(server.get(by_name).await.json(), json!({"blocked_for": []}));
    for _ in 0..2 {
        let _ = throttle.log_in(LogIn::new("ada@example.com", "wrong")).await.unwrap();
    }
    let by_id = format!("/user-blocks/{id}");
    let blocked = json!({"blocked_for": [{"identifier": "ada@example.com", "connection": "customers"}]});
    assert_eq!(server.get(&by_id).await.json(), blocked);
    assert_eq!(server.get(by_name).await.json()["blocked_for"][0]["identifier"], "ADA@example.com");
    assert_eq!(server.send("DELETE", &by_id, None).await.status, 204);
    assert_eq!(server.get(by_name).await.json(), json!({"blocked_for": []}));
    for _ in 0..2 {
        let _ = throttle.log_in(LogIn::new("ada@example.com", "wrong")).await.unwrap();
    }
    assert_eq!(server.send("DELETE", by_name, None).await.status, 204);
    assert!(!throttle.is_blocked(&StandardRules::new().parse("ada@example.com").unwrap()));
    server.get("/user-blocks/nobody").await.is_problem(404, "The user does not exist.");
    let message = "Query validation error: 'Missing required property: identifier' on property identifier.";
    server.get("/user-blocks").await.is_problem(400, message);
}
