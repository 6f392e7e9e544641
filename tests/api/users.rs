//! Users and connections.

use serde_json::{Value, json};

use crate::server::{CONNECTION, Server};

#[tokio::test]
async fn a_user_is_created_found_changed_and_deleted() {
    for server in Server::each().await {
        let body = json!({
            "connection": "customers",
            "email": "Ada@Example.com",
            "password": "difference engine",
            "user_id": "42",
            "email_verified": true,
            "given_name": "Ada",
            "user_metadata": {"plan": "gold", "deep": {"a": 1}},
            "app_metadata": {"roles": ["admin"]},
        });
        let created = server.send("POST", "/users", Some(body)).await;
        assert_eq!(created.status, 201);
        let created = created.json();
        assert_eq!(created["user_id"], "auth0|42");
        assert_eq!(created["email"], "Ada@Example.com");
        assert_eq!(created["email_verified"], true);
        assert_eq!(created["created_at"], "2026-01-01T00:00:00.000Z");
        let identity = json!({"connection": "customers", "provider": "auth0", "user_id": "42", "isSocial": false});
        assert_eq!(created["identities"], json!([identity]));
        assert!(!created.to_string().contains("argon2"), "a hash was shown");
        assert!(server.log_in("ada@example.com", "difference engine").await);

        // The bar of the id comes bare or encoded.
        for path in ["/users/auth0%7C42", "/users/auth0|42"] {
            let found = server.get(path).await;
            assert_eq!((found.status, &found.json()["given_name"]), (200, &json!("Ada")), "{path}");
        }
        let by_email = server.get("/users-by-email?email=ada%40example.com").await.json();
        assert_eq!(by_email[0]["user_id"], "auth0|42");
        assert_eq!(server.get("/users-by-email?email=nobody%40example.com").await.json(), json!([]));

        let change = json!({
            "user_metadata": {"deep": {"b": 2}, "plan": null, "new": true},
            "given_name": null,
            "nickname": "countess",
            "blocked": true,
        });
        let changed = server.send("PATCH", "/users/auth0%7C42", Some(change)).await;
        assert_eq!(changed.status, 200);
        let changed = changed.json();
        assert_eq!(changed["user_metadata"], json!({"deep": {"b": 2}, "new": true}));
        assert_eq!(changed["app_metadata"], json!({"roles": ["admin"]}));
        assert_eq!(
            (&changed["given_name"], &changed["nickname"], &changed["blocked"]),
            (&Value::Null, &json!("countess"), &json!(true))
        );

        let email = json!({"email": "countess@example.com", "email_verified": true});
        let renamed = server.send("PATCH", "/users/auth0%7C42", Some(email)).await.json();
        assert_eq!((&renamed["email"], &renamed["email_verified"]), (&json!("countess@example.com"), &json!(true)));
        let password = json!({"password": "analytical engine"});
        assert_eq!(server.send("PATCH", "/users/auth0%7C42", Some(password)).await.status, 200);
        let unblock = json!({"blocked": false});
        assert_eq!(server.send("PATCH", "/users/auth0%7C42", Some(unblock)).await.status, 200);
        assert!(!server.log_in("countess@example.com", "difference engine").await);
        assert!(server.log_in("countess@example.com", "analytical engine").await);

        for _ in 0..2 {
            let deleted = server.send("DELETE", "/users/auth0%7C42", None).await;
            assert_eq!((deleted.status, deleted.body.len()), (204, 0));
        }
        server.get("/users/auth0%7C42").await.is_problem(404, "The user does not exist.");
        assert!(!server.log_in("countess@example.com", "analytical engine").await);
    }
}

#[tokio::test]
async fn whoever_is_deleted_is_not_migrated_again() {
    for server in Server::each().await {
        assert!(server.log_in("waits@example.com", "an old password").await);
        let path = format!("/connections/{CONNECTION}/users?email=waits%40example.com");
        assert_eq!(server.send("DELETE", &path, None).await.status, 204);
        assert_eq!(server.get("/users").await.json(), json!([]));
        assert!(!server.log_in("waits@example.com", "an old password").await);
        assert_eq!(server.get("/users").await.json(), json!([]));
        // Nobody is there to be deleted, which is as good.
        assert_eq!(server.send("DELETE", &path, None).await.status, 204);
    }
}

#[tokio::test]
async fn whoever_is_here_or_waits_at_the_legacy_system_is_not_created_again() {
    let server = Server::start().await;
    server.create("ada@example.com").await;
    for email in ["ADA@example.com", "waits@example.com"] {
        let body = json!({"connection": "customers", "email": email, "password": "x1!aaaaaaaa"});
        let refused = server.send("POST", "/users", Some(body)).await;
        assert_eq!(refused.is_problem(409, "The user already exists.")["errorCode"], "auth0_idp_error");
    }
    let one = json!({"connection": "customers", "email": "a@x.io", "password": "difference engine", "user_id": "1"});
    assert_eq!(server.send("POST", "/users", Some(one)).await.status, 201);
    let other = json!({"connection": "customers", "email": "b@x.io", "password": "difference engine", "user_id": "1"});
    server.send("POST", "/users", Some(other)).await.is_problem(409, "The user already exists.");
    let taken = server.send("PATCH", "/users/auth0%7C1", Some(json!({"email": "ada@example.com"}))).await;
    assert_eq!(taken.is_problem(400, "The specified new email already exists")["pointer"], "/email");
}

#[tokio::test]
async fn the_legacy_system_being_down_is_no_conflict() {
    let server = Server::start().await;
    server.legacy.set_down(true);
    let body = json!({"connection": "customers", "email": "ada@example.com", "password": "difference engine"});
    let clock = server.clock.clone();
    // The guard waits between its attempts.
    let ticking = tokio::spawn(async move {
        loop {
            clock.advance(std::time::Duration::from_secs(1));
            tokio::task::yield_now().await;
        }
    });
    let refused = server.send("POST", "/users", Some(body)).await;
    ticking.abort();
    refused.is_problem(503, "The service is unavailable. Try again later.");
    server.legacy.set_down(false);
    assert_eq!(server.get("/users").await.json(), json!([]));
}

#[tokio::test]
async fn ten_kilobytes_of_metadata_are_kept_and_never_become_markup() {
    for server in Server::each().await {
        let user = server.create("ada@example.com").await;
        let path = format!("/users/{}", user["user_id"].as_str().unwrap().replace('|', "%7C"));
        let markup = format!("<script>alert('\u{1f511}')</script>\u{2028}{}", "é".repeat(5_000));
        let changed =
            server.send("PATCH", &path, Some(json!({"user_metadata": {"bio": markup}, "name": "<b>x</b>"}))).await;
        assert_eq!(changed.status, 200);
        let found = server.get(&path).await;
        assert_eq!(found.json()["user_metadata"]["bio"], markup);
        assert_eq!(found.header("content-type").unwrap(), "application/json; charset=utf-8");
        assert_eq!(found.header("x-content-type-options").unwrap(), "nosniff");
        let most = json!({"user_metadata": {"bio": "x".repeat(2 << 20)}});
        let message = "Payload content length greater than maximum allowed: 1048576.";
        server.send("PATCH", &path, Some(most)).await.is_problem(413, message);
    }
}

/// Forty-five people.
async fn crowd(server: &Server) {
    let users: Vec<_> = (0..45)
        .map(|number| {
            json!({
                "user_id": format!("{number:03}"),
                "email": format!("user{number}@{}.example", ["a", "b", "c"][number % 3]),
                "given_name": if number % 2 == 0 { "Even" } else { "Odd" },
                "app_metadata": {"number": number},
            })
        })
        .collect();
    let job = server.import(&Value::Array(users).to_string(), &[]).await;
    assert_eq!(job["summary"], json!({"failed": 0, "updated": 0, "inserted": 45, "total": 45}));
}

#[tokio::test]
async fn pages_end() {
    for server in Server::each().await {
        crowd(&server).await;
        let (mut seen, mut page) = (Vec::new(), 0);
        // As the reference product's own clients do it.
        loop {
            let answer =
                server.get(&format!("/users?page={page}&per_page=10&include_totals=true&sort=email%3A-1")).await.json();
            assert_eq!(
                (&answer["start"], &answer["limit"], &answer["total"]),
                (&json!(page * 10), &json!(10), &json!(45))
            );
            let users = answer["users"].as_array().unwrap();
            assert_eq!(answer["length"], users.len());
            if users.is_empty() {
                break;
            }
            seen.extend(users.iter().map(|user| user["email"].as_str().unwrap().to_owned()));
            page += 1;
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.reverse();
        sorted.dedup();
        assert_eq!((page, seen.len(), &seen), (5, 45, &sorted));
        let bare = server.get("/users?per_page=3&page=1").await.json();
        assert_eq!(
            bare.as_array().unwrap().iter().map(|user| &user["user_id"]).collect::<Vec<_>>(),
            ["auth0|003", "auth0|004", "auth0|005"]
        );
        let totals = server.get("/users?per_page=0&include_totals=true").await.json();
        assert_eq!((&totals["total"], &totals["users"]), (&json!(45), &json!([])));
        assert_eq!(server.get("/users").await.json().as_array().unwrap().len(), 45);
    }
}

#[tokio::test]
async fn pages_reach_so_far_and_say_so() {
    let server = Server::with(|api| api.limits(crate::server::limits().window(20))).await;
    crowd(&server).await;
    assert_eq!(server.get("/users?per_page=10&page=1").await.json().as_array().unwrap().len(), 10);
    let far = server.get("/users?per_page=10&page=2").await;
    let message = "You can only page through the first 20 records. See \
                   https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation";
    assert_eq!(far.is_problem(400, message)["errorCode"], "invalid_paging");
    // A list that ends before is walked to its end.
    let q = "user_id%3Aauth0%7C00*";
    assert_eq!(server.get(&format!("/users?q={q}&per_page=10&page=0")).await.json().as_array().unwrap().len(), 10);
    assert_eq!(server.get(&format!("/users?q={q}&per_page=10&page=2")).await.json(), json!([]));
    assert_eq!(server.get("/users?q=name%3Anobody&per_page=100&page=90000").await.json(), json!([]));
}

#[tokio::test]
async fn a_search_that_looks_at_too_many_is_refused_and_not_cut() {
    let server = Server::with(|api| api.limits(crate::server::limits().looks(20))).await;
    crowd(&server).await;
    let answer = server.get("/users?q=name%3Anobody").await;
    let problem = answer.is_problem(503, "The search looks at too many users: narrow it down.");
    assert_eq!(problem["errorCode"], "query_too_costly");
    assert_eq!(server.get("/users?per_page=10").await.json().as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn users_are_searched_and_parts_of_them_shown() {
    for server in Server::each().await {
        crowd(&server).await;
        for (query, count) in [
            ("email.domain:\"b.example\"", 15),
            ("given_name:even AND app_metadata.number:[0 TO 9]", 5),
            ("identities.connection:\"customers\"", 45),
            ("identities.provider:auth0", 45),
            ("NOT identities.connection:\"customers\"", 0),
            ("identities.connection:\"google-oauth2\"", 0),
            ("identities.user_id:\"007\"", 1),
            ("user_id:\"auth0|007\"", 1),
            ("_exists_:last_login", 0),
        ] {
            let query = query.bytes().fold(String::new(), |query, byte| format!("{query}%{byte:02x}"));
            let answer = server.get(&format!("/users?search_engine=v3&include_totals=true&q={query}")).await.json();
            assert_eq!(answer["total"], count, "{answer}");
        }
        assert_eq!(server.get("/users?q=&connection=elsewhere").await.json(), json!([]));
        let some = server.get("/users?per_page=1&fields=user_id,%20email&include_fields=true").await.json();
        assert_eq!(some, json!([{"user_id": "auth0|000", "email": "user0@a.example"}]));
        let others = server.get("/users/auth0%7C000?fields=identities,waystation&include_fields=false").await.json();
        assert!(others["identities"].is_null() && others["waystation"].is_null() && others["email"].is_string());
    }
}

#[tokio::test]
async fn there_is_one_connection() {
    let server = Server::start().await;
    let list = server.get("/connections?strategy=auth0&name=customers").await.json();
    assert_eq!(
        (&list[0]["id"], &list[0]["name"], &list[0]["strategy"]),
        (&json!(CONNECTION), &json!("customers"), &json!("auth0"))
    );
    for empty in ["strategy=ad", "name=other", "page=1", "per_page=0"] {
        assert_eq!(server.get(&format!("/connections?{empty}")).await.json(), json!([]), "{empty}");
    }
    let totals = server.get("/connections?include_totals=true&fields=id").await.json();
    assert_eq!(totals, json!({"start": 0, "limit": 50, "length": 1, "total": 1, "connections": [{"id": CONNECTION}]}));
    assert_eq!(server.get("/connections?take=50").await.json()["connections"][0]["id"], CONNECTION);
    assert_eq!(server.get(&format!("/connections/{CONNECTION}")).await.json()["name"], "customers");
    server.get("/connections/con_0000000000000002").await.is_problem(404, "The connection does not exist.");
    let elsewhere = "/connections/con_0000000000000002/users?email=a%40x.io";
    server.send("DELETE", elsewhere, None).await.is_problem(404, "The connection does not exist.");
}
