//! Who is let in, and what is said of requests that cannot be served.

use std::sync::Arc;

use serde_json::{Value, json};
use waystation::api::{Api, ApiError};

use crate::server::{CONNECTION, Server, TOKEN, limits};

/// Every endpoint that needs a token, with the scopes of which it needs one.
const ENDPOINTS: [(&str, &str, &[&str]); 28] = [
    ("GET", "/connections", &["read:connections"]),
    ("GET", "/connections/con_0000000000000001", &["read:connections"]),
    ("DELETE", "/connections/con_0000000000000001/users?email=a%40x.io", &["delete:users"]),
    ("GET", "/jobs", &["create:users", "read:users"]),
    ("GET", "/jobs?type=users_export", &["read:users"]),
    ("POST", "/jobs/users-exports", &["read:users"]),
    ("POST", "/jobs/users-imports", &["create:users"]),
    ("POST", "/jobs/verification-email", &["update:users"]),
    ("GET", "/jobs/job_0000000000000000", &["create:users", "read:users"]),
    ("GET", "/jobs/job_0000000000000000/errors", &["create:users", "read:users"]),
    ("GET", "/jobs/job_0000000000000000/quarantine", &["create:users"]),
    ("GET", "/migration", &["read:users"]),
    ("GET", "/migration/left", &["read:users"]),
    ("POST", "/tickets/password-change", &["create:user_tickets"]),
    ("GET", "/user-blocks?identifier=a%40x.io", &["read:users"]),
    ("DELETE", "/user-blocks?identifier=a%40x.io", &["update:users"]),
    ("GET", "/user-blocks/auth0%7C1", &["read:users"]),
    ("DELETE", "/user-blocks/auth0%7C1", &["update:users"]),
    ("GET", "/users", &["read:users"]),
    ("POST", "/users", &["create:users"]),
    ("GET", "/users-by-email?email=a%40x.io", &["read:users"]),
    ("GET", "/users/auth0%7C1", &["read:users"]),
    ("GET", "/users/auth0%7C1/migration", &["read:users"]),
    ("PATCH", "/users/auth0%7C1", &["update:users"]),
    ("DELETE", "/users/auth0%7C1", &["delete:users"]),
    ("POST", "/users/auth0%7C1/identities", &["update:users"]),
    ("DELETE", "/users/auth0%7C1/identities/google-oauth2/1", &["update:users"]),
    ("GET", "/users?q=name%3Aada", &["read:users"]),
];

#[tokio::test]
async fn nobody_is_let_in_without_a_token_or_the_scope() {
    let server = Server::start().await;
    for (method, path, needed) in ENDPOINTS {
        let none = server.send_raw(method, path, "", b"").await;
        none.is_problem(401, "Missing authentication");
        assert_eq!(none.header("www-authenticate").as_deref(), Some("Bearer"), "{method} {path}");
        // What a browser sends by itself lets nobody in.
        let cookie = format!("Cookie: authorization=Bearer%20{TOKEN}; access_token={TOKEN}\r\n");
        server.send_raw(method, path, &cookie, b"").await.is_problem(401, "Missing authentication");
        let query = format!("{path}{}access_token={TOKEN}", if path.contains('?') { '&' } else { '?' });
        server.send_raw(method, &query, "", b"").await.is_problem(401, "Missing authentication");
        let basic = server.send_raw(method, path, "Authorization: Basic YTpi\r\n", b"").await;
        basic.is_problem(401, "Invalid token.");
        let twice = format!("Authorization: Bearer {TOKEN}\r\nAuthorization: Bearer {TOKEN}\r\n");
        server.send_raw(method, path, &twice, b"").await.is_problem(401, "Invalid token.");
        for token in ["", "wrong", "a-token-that-may-do-everythin", &"x".repeat(9_000)] {
            server.send_as(token, method, path, None).await.is_problem(401, "Invalid token.");
        }
        let message = format!("Insufficient scope; expected any of: {}.", needed.join(", "));
        let refused = server.send_as("nothing", method, path, None).await;
        assert_eq!(refused.is_problem(403, &message)["errorCode"], "insufficient_scope", "{method} {path}");
        for scope in
            ["create:user_tickets", "create:users", "delete:users", "read:connections", "read:users", "update:users"]
        {
            let status = server.send_as(scope, method, path, None).await.status;
            assert_eq!(status != 403, needed.contains(&scope), "{method} {path} as {scope}: {status}");
        }
    }
}

#[tokio::test]
async fn everybody_is_refused_by_an_api_without_an_authoriser() {
    let server = Server::start().await;
    let spool = tempfile::tempdir().unwrap();
    let bare =
        || Api::builder(Arc::clone(&server.store), Arc::new(server.migrator.clone()), spool.path(), "http://x.io/");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = waystation::api::router(bare().build().unwrap());
    let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request =
        format!("GET /users HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes()).await.unwrap();
    crate::server::read(stream).await.is_problem(401, "Invalid token.");
    task.abort();

    for bad in ["", "x.io", "ftp://x.io", "http://", "https://x.io/\r\nx", "https://x.io/?a"] {
        let api = Api::builder(Arc::clone(&server.store), Arc::new(server.migrator.clone()), spool.path(), bad).build();
        assert!(matches!(api, Err(ApiError::Url)), "{bad}");
    }
    assert!(matches!(bare().reset_page("javascript:alert(1)").build(), Err(ApiError::Url)));
    let file = spool.path().join("file");
    std::fs::write(&file, "").unwrap();
    let api = Api::builder(Arc::clone(&server.store), Arc::new(server.migrator.clone()), &file, "http://x.io").build();
    assert!(matches!(api, Err(ApiError::Spool(_))));
}

#[tokio::test]
async fn what_is_not_there_says_so_in_the_same_form() {
    let server = Server::start().await;
    server.get("/roles").await.is_problem(404, "Not Found");
    server.get("/users/a/b").await.is_problem(404, "Not Found");
    server.send("PUT", "/users", None).await.is_problem(405, "Method Not Allowed");
    server.send("POST", "/exports/x", None).await.is_problem(405, "Method Not Allowed");
    server.get("/jobs/job_0000000000000000").await.is_problem(404, "Job not found");
    server.get("/jobs/job_0000000000000000/errors").await.is_problem(404, "The job does not exist");
    for id in ["x", "..%2F..%2Fetc%2Fpasswd", "job_..%2F..%2F..%2F..%2Fetc", "%00", "job_0000000000000%C3%A9"] {
        server.get(&format!("/jobs/{id}")).await.is_problem(404, "Job not found");
        server.get(&format!("/jobs/{id}/errors")).await.is_problem(404, "The job does not exist");
    }
    for id in ["nobody", "auth0%7C", "%E2%80%AE", "..%2F.."] {
        server.get(&format!("/users/{id}")).await.is_problem(404, "The user does not exist.");
    }
    for id in ["%ff".to_owned(), "x".repeat(2_000)] {
        assert_eq!(server.get(&format!("/users/{id}")).await.status, 400);
    }
}

#[tokio::test]
async fn parameters_are_known_single_short_and_of_their_type() {
    let server = Server::start().await;
    for (query, message) in [
        ("per_page=101", "Query validation error: 'Value is greater than maximum 100' on property per_page."),
        ("per_page=-1", "Query validation error: 'Value is less than minimum 0' on property per_page."),
        ("page=one", "Query validation error: 'Expected type integer but found type string' on property page."),
        ("page=", "Query validation error: 'Expected type integer but found type string' on property page."),
        ("page=1&page=2", "Query validation error: 'The parameter is given more than once' on property page."),
        (
            "include_totals=yes",
            "Query validation error: 'Expected type boolean but found type string' on property include_totals.",
        ),
        ("nonsense=1", "Query validation error: 'Additional properties not allowed: nonsense'."),
        ("ada%40example.com=1", "Query validation error: 'Additional properties not allowed'."),
        ("q=%ff", "Query validation error: 'The value is not percent-encoded UTF-8' on property q."),
        ("search_engine=v1", "Query validation error: 'There is no search engine but v3' on property search_engine."),
        ("q=last_ip%3A1", "Query validation error: 'this field is not kept, at byte 0' on property q."),
        (
            "sort=email",
            "Query validation error: 'an order is a field, a colon, and 1 or -1: created_at:-1' on property sort.",
        ),
    ] {
        let answer = server.get(&format!("/users?{query}")).await;
        assert_eq!(answer.is_problem(400, message)["errorCode"], "invalid_query_string", "{query}");
    }
    assert_eq!(server.get("/users?per_page=101").await.json()["parameter"], "per_page");
    server.get(&format!("/users?q={}", "a".repeat(17_000))).await.is_problem(414, "The query string is too long.");
    for (query, message) in [
        ("", "Query validation error: 'Missing required property: email' on property email."),
        ("?email=", "Query validation error: 'Missing required property: email' on property email."),
        ("?email=ada", "Query validation error: 'Object didn't pass validation for format email' on property email."),
    ] {
        server.get(&format!("/users-by-email{query}")).await.is_problem(400, message);
    }
    let answer = server.get("/users-by-email?email=s3cret-name").await.json().to_string();
    assert!(!answer.contains("s3cret"), "{answer}");
}

#[tokio::test]
async fn bodies_are_json_objects_of_known_members() {
    let server = Server::start().await;
    server.create("ada@example.com").await;
    let head = format!("Authorization: Bearer {TOKEN}\r\n");
    for (kind, body, status) in [
        ("text/plain", "{}", 415),
        ("application/x-www-form-urlencoded", "connection=customers", 415),
        ("application/json", "", 400),
        ("application/json", "[]", 400),
        ("application/json", "null", 400),
        ("application/json", "{\"connection\": \"customers\"", 400),
        ("application/json", "{\"connection\": \"customers\", \"connection\": \"customers\"}", 400),
        ("application/json; charset=utf-8", "{\"name\": \"\\ud800\"}", 400),
        ("application/json", "{} {}", 400),
    ] {
        let answer =
            server.send_raw("POST", "/users", &format!("{head}Content-Type: {kind}\r\n"), body.as_bytes()).await;
        assert_eq!(answer.status, status, "{kind} {body}");
        assert!(answer.json()["errorCode"].is_string());
    }
    let deep = format!("{{\"user_metadata\": {}1{}}}", "{\"a\":".repeat(500), "}".repeat(500));
    assert_eq!(
        server
            .send_raw("POST", "/users", &format!("{head}Content-Type: application/json\r\n"), deep.as_bytes())
            .await
            .status,
        400
    );

    let good = json!({"connection": "customers", "email": "b@x.io", "password": "difference engine"});
    for (member, value, message) in [
        (
            "connection",
            json!(null),
            "Payload validation error: 'Expected type string but found type null' on property connection.",
        ),
        ("connection", json!("other"), "The connection does not exist."),
        (
            "email",
            json!(7),
            "Payload validation error: 'Expected type string but found type number' on property email.",
        ),
        (
            "email",
            json!("s3cret"),
            "Payload validation error: 'Object didn't pass validation for format email' on property email.",
        ),
        (
            "phone_number",
            json!("s3cret"),
            "Payload validation error: 'Object didn't pass validation for format phone' on property phone_number.",
        ),
        (
            "blocked",
            json!("true"),
            "Payload validation error: 'Expected type boolean but found type string' on property blocked.",
        ),
        (
            "user_metadata",
            json!([]),
            "Payload validation error: 'Expected type object but found type array' on property user_metadata.",
        ),
        (
            "app_metadata",
            json!({"a": {"b.c": 1}}),
            "Payload validation error: 'A key holds a . or a $' on property app_metadata.",
        ),
        (
            "password",
            json!(""),
            "Payload validation error: 'Missing required property: password' on property password.",
        ),
        ("user_id", json!(""), "Payload validation error: 'String is too short, minimum 1' on property user_id."),
        (
            "name",
            json!("x".repeat(3_000)),
            "Payload validation error: 'String is too long, maximum 2048' on property name.",
        ),
        ("role", json!("admin"), "Payload validation error: 'Additional properties not allowed: role'."),
        ("s3cret@x.io", json!("admin"), "Payload validation error: 'Additional properties not allowed'."),
    ] {
        let mut body = good.clone();
        body[member] = value;
        let answer = server.send("POST", "/users", Some(body)).await;
        let body = answer.is_problem(400, message);
        assert!(!body.to_string().contains("s3cret"), "{body}");
    }
    for (member, message) in [
        ("connection", "Payload validation error: 'Missing required property: connection' on property connection."),
        ("email", "Payload validation error: 'Missing required property: email' on property email."),
        ("password", "Payload validation error: 'Missing required property: password' on property password."),
    ] {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(member);
        server.send("POST", "/users", Some(body)).await.is_problem(400, message);
    }
    let mut weak = good.clone();
    weak["password"] = json!("x");
    server.send("POST", "/users", Some(weak)).await.is_problem(400, "PasswordStrengthError: Password is too weak");
    assert_eq!(server.get("/users").await.json().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_changed_at_once_changes_nothing() {
    let server = Server::start().await;
    let user = server.create("ada@example.com").await;
    let path = format!("/users/{}", user["user_id"].as_str().unwrap().replace('|', "%7C"));
    for (one, other) in [
        ("password", "email"),
        ("password", "email_verified"),
        ("username", "email"),
        ("username", "email_verified"),
        ("username", "password"),
    ] {
        let value = |name| if name == "email_verified" { json!(true) } else { json!("b@x.io") };
        let body =
            Value::Object([(one.to_owned(), value(one)), (other.to_owned(), value(other))].into_iter().collect());
        let message = format!("Cannot update {one} and {other} simultaneously");
        server.send("PATCH", &path, Some(body)).await.is_problem(400, &message);
    }
    server
        .send("PATCH", &path, Some(json!({"password": "x", "name": "x"})))
        .await
        .is_problem(400, "PasswordStrengthError: Password is too weak");
    server
        .send("PATCH", &path, Some(json!({"connection": "x", "name": "x"})))
        .await
        .is_problem(400, "The connection does not exist.");
    server.send("PATCH", "/users/nobody", Some(json!({"name": "x"}))).await.is_problem(404, "The user does not exist.");
    let after = server.get(&path).await.json();
    assert_eq!(after, user);
}

#[tokio::test]
async fn a_request_with_two_lengths_is_none() {
    let server = Server::start().await;
    let head = format!("Authorization: Bearer {TOKEN}\r\nContent-Length: 5\r\n");
    let answer = server.send_raw("GET", "/users", &head, b"0\r\n\r\nGET /api/v2/users HTTP/1.1\r\n\r\n").await;
    assert_eq!(answer.status, 400);
    let folded = format!("Authorization: Bearer {TOKEN}\r\n Transfer-Encoding: chunked\r\n");
    assert_eq!(server.send_raw("GET", "/users", &folded, b"").await.status, 400);
}

#[tokio::test]
async fn the_rate_is_told_and_kept() {
    let server = Server::with(|api| api.limits(limits().burst(3).per_second(1))).await;
    for remaining in ["2", "1", "0"] {
        let answer = server.get(&format!("/connections/{CONNECTION}")).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-ratelimit-limit").as_deref(), Some("3"));
        assert_eq!(answer.header("x-ratelimit-remaining").as_deref(), Some(remaining));
    }
    let refused = server.get("/users").await;
    refused.is_problem(429, "Global limit has been reached");
    let reset: i64 = refused.header("x-ratelimit-reset").unwrap().parse().unwrap();
    assert!(reset > crate::server::NOW.as_seconds(), "a time to come, in seconds since 1970");
    assert!(refused.header("retry-after").is_some());
    // Whoever has no token takes nothing from the others.
    assert_eq!(server.send_raw("GET", "/users", "", b"").await.status, 401);
    server.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(server.get("/users").await.status, 200);
    assert_eq!(server.get("/users").await.status, 429);
}
