//! What the page of an operator asks, and other programs may: how far the migration is, who is left, which jobs there were,
//! and which records were refused.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use waystation::{
    Passwords,
    clock::{Clock as _, SystemClock},
    legacy::{Chain, ChainMember, LegacyCall, ScriptedConnection, ScriptedPerson},
};

use crate::server::{Server, limits};

/// A server that knows a legacy system of so many people.
async fn listed(people: usize) -> (Server, ScriptedConnection) {
    let legacy = ScriptedConnection::new("auth0");
    for number in 0..people {
        let (id, email) = (format!("{number:03}"), format!("person{number}@example.com"));
        legacy.add(ScriptedPerson::parse(&id, &email, "an old password").unwrap());
    }
    let given = Arc::new(legacy.clone());
    (
        Server::with(|api| api.legacy(given).passwords(Arc::new(Passwords::builder().threads(1).build().unwrap())))
            .await,
        legacy,
    )
}

/// Moves these by an import.
async fn move_people(server: &Server, numbers: impl IntoIterator<Item = usize>) {
    let user = |number| json!({"user_id": format!("{number:03}"), "email": format!("person{number}@example.com"), "password_hash": "$2b$04$p9o0XcE6hBzWzRfpq2IqEuIY2RlcKUvO5eBvlqn1ZwnmbxG1lWx8O"});
    let users: Vec<_> = numbers.into_iter().map(user).collect();
    let job = server.import(&Value::Array(users.clone()).to_string(), &[]).await;
    assert_eq!(job["summary"]["inserted"], users.len(), "{job}");
}

#[tokio::test]
async fn who_has_moved_and_who_is_left_is_counted() {
    let (server, _) = listed(5).await;
    move_people(&server, 0..2).await;
    server.create("new@example.com").await;
    let answer = server.get("/migration").await;
    assert_eq!(answer.status, 200);
    let expected = json!({
        "counted_at": "2026-01-01T00:00:00.000Z",
        "users": 3,
        "moved": 2,
        "last_moved_at": "2026-01-01T00:00:00.000Z",
        "moved_by_day": [{"day": "2026-01-01", "users": 2}],
        "by_moved": {"import": 2},
        "by_source": {"auth0": 2},
        "by_credential": {"hash": 3},
        "by_scheme": {"argon2": 1, "bcrypt": 2},
        "legacy": {
            "state": "counted",
            "users": 5,
            "moved": 2,
            "flagged": 0,
            "left": 3,
            "by_source": {"auth0": {"users": 5, "moved": 2, "flagged": 0, "left": 3}},
        },
    });
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn counts_are_some_seconds_old_at_the_most_where_somebody_asks_again() {
    let (server, legacy) = listed(3).await;
    let left = async || server.get("/migration").await.json()["legacy"]["left"].clone();
    assert_eq!(left().await, 3);
    move_people(&server, 0..1).await;
    server.clock.advance(Duration::from_secs(9));
    assert_eq!(left().await, 3);
    assert_eq!(legacy.calls().of(LegacyCall::Count), 1);
    // Old counts are answered at once, and new ones as soon as they are there.
    server.clock.advance(Duration::from_secs(2));
    assert_eq!(left().await, 3);
    while left().await != 2 {
        SystemClock::new().sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(legacy.calls().of(LegacyCall::Count), 2);
    // Nobody has asked for an hour: what was counted then is not answered.
    move_people(&server, 1..2).await;
    server.clock.advance(Duration::from_hours(1));
    let counts = server.get("/migration").await.json();
    assert_eq!((&counts["legacy"]["left"], &counts["counted_at"]), (&json!(1), &json!("2026-01-01T01:00:11.000Z")));
}

#[tokio::test]
async fn whoever_asks_for_new_counts_has_what_happened_before() {
    let (server, legacy) = listed(3).await;
    let left = async |query| server.get(&format!("/migration{query}")).await.json()["legacy"]["left"].clone();
    assert_eq!(left("").await, 3);
    move_people(&server, 0..1).await;
    assert_eq!((left("").await, left("?again=false").await, left("?again=true").await), (3.into(), 3.into(), 2.into()));
    assert_eq!(left("").await, 2, "what was counted anew is for everybody");
    assert_eq!(legacy.calls().of(LegacyCall::Count), 2);
    let message = "Query validation error: 'Expected type boolean but found type string' on property again.";
    server.get("/migration?again=please").await.is_problem(400, message);
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_that_were_begun_before_they_were_asked_for_are_not_new() {
    let (server, legacy) = listed(3).await;
    let server = Arc::new(server);
    let ask = |query: &'static str| {
        let server = Arc::clone(&server);
        tokio::spawn(async move { server.get(&format!("/migration{query}")).await.json()["legacy"]["left"].clone() })
    };
    legacy.hang();
    let before = ask("");
    while legacy.calls().running() == 0 {
        SystemClock::new().sleep(Duration::from_millis(5)).await;
    }
    let again = [ask("?again=true"), ask("?again=true")];
    legacy.release();
    assert_eq!(before.await.unwrap(), 3);
    for asked in again {
        assert_eq!(asked.await.unwrap(), 3);
    }
    let counted = legacy.calls().of(LegacyCall::Count);
    assert!((2..=3).contains(&counted), "{counted}");
}

#[tokio::test]
async fn how_far_it_is_with_each_of_several_legacy_systems_is_counted() {
    let (shop, forum) = (ScriptedConnection::new("auth0"), ScriptedConnection::new("forum"));
    for number in 0..3 {
        let (id, email) = (format!("{number:03}"), format!("person{number}@example.com"));
        shop.add(ScriptedPerson::parse(&id, &email, "an old password").unwrap());
        forum.add(ScriptedPerson::parse(&id, &format!("f{email}"), "an old password").unwrap());
    }
    let chain = Chain::new([ChainMember::new("auth0", shop), ChainMember::new("forum", forum)]).unwrap();
    let server = Server::with(|api| api.legacy(Arc::new(chain))).await;
    move_people(&server, 0..2).await;
    let counts = server.get("/migration").await.json();
    let expected = json!({
        "auth0": {"users": 3, "moved": 2, "flagged": 0, "left": 1},
        "forum": {"users": 3, "moved": 0, "flagged": 0, "left": 3},
    });
    assert_eq!((&counts["legacy"]["by_source"], &counts["legacy"]["left"]), (&expected, &json!(4)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_has_counted_before_anybody_asks() {
    let (server, legacy) = listed(3).await;
    let asked = async {
        while legacy.calls().ended(LegacyCall::Count, "done") == 0 {
            SystemClock::new().sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(server.get("/migration").await.json()["legacy"]["left"], 3);
        assert_eq!(legacy.calls().of(LegacyCall::Count), 1);
    };
    tokio::select! {
        ended = server.worker.run_until(std::future::pending()) => panic!("the worker ended: {ended:?}"),
        () = asked => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_ask_at_once_have_the_users_counted_once() {
    let (server, legacy) = listed(3).await;
    legacy.hang();
    let server = Arc::new(server);
    let asking: Vec<_> = (0..8)
        .map(|_| {
            let server = Arc::clone(&server);
            tokio::spawn(async move { server.get("/migration").await.json() })
        })
        .collect();
    while legacy.calls().running() == 0 {
        SystemClock::new().sleep(Duration::from_millis(5)).await;
    }
    // The first one goes away, and its counting does not.
    asking[0].abort();
    legacy.release();
    for asked in asking.into_iter().skip(1) {
        assert_eq!(asked.await.unwrap()["legacy"]["left"], 3);
    }
    assert_eq!(legacy.calls().of(LegacyCall::Count), 1);
}

#[tokio::test]
async fn a_legacy_system_that_cannot_be_asked_costs_nobody_the_other_counts() {
    let (server, legacy) = listed(3).await;
    move_people(&server, 0..1).await;
    legacy.set_down(true);
    let counts = server.get("/migration").await.json();
    assert_eq!((&counts["legacy"], &counts["moved"]), (&json!({"state": "unreachable"}), &json!(1)));
    server.get("/migration/left").await.is_problem(503, "The legacy system cannot be asked now.");
}

#[tokio::test]
async fn without_a_legacy_system_it_is_said_that_there_is_none() {
    for server in Server::each().await {
        server.create("new@example.com").await;
        let counts = server.get("/migration").await.json();
        assert_eq!((&counts["legacy"], &counts["users"]), (&json!({"state": "not_given"}), &json!(1)));
        server.get("/migration/left").await.is_problem(404, "There is no list of the legacy system's users.");
    }
}

#[tokio::test]
async fn whoever_is_left_is_met_once_with_the_reason() {
    let (server, legacy) = listed(7).await;
    move_people(&server, [1, 4]).await;
    legacy.set_blocked("005", true);
    let (mut path, mut seen, mut walked) = ("/migration/left?take=2".to_owned(), Vec::new(), 0);
    loop {
        let page = server.get(&path).await.json();
        walked += page["walked"].as_u64().unwrap();
        for person in page["left"].as_array().unwrap() {
            let text = |name: &str| person[name].as_str().unwrap().to_owned();
            assert_eq!((text("source"), &person["detail"]), ("auth0".to_owned(), &Value::Null));
            seen.push((text("legacy_id"), text("email"), text("why")));
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/migration/left?take=2&from={next}");
    }
    let expected = [(0, "not_seen"), (2, "not_seen"), (3, "not_seen"), (5, "blocked"), (6, "not_seen")];
    let expected =
        expected.map(|(number, why)| (format!("{number:03}"), format!("person{number}@example.com"), why.to_owned()));
    assert_eq!((seen.as_slice(), walked), (&expected[..], 7));
    for (query, message) in [
        ("take=0", "Query validation error: 'Value is less than minimum 1' on property take."),
        ("take=101", "Query validation error: 'Value is greater than maximum 100' on property take."),
        ("from=x", "Query validation error: 'The value is not one that this list has given' on property from."),
        ("from=WzEsMl0", "Query validation error: 'The value is not one that this list has given' on property from."),
    ] {
        server.get(&format!("/migration/left?{query}")).await.is_problem(400, message);
    }
}

#[tokio::test]
async fn a_users_migration_names_the_scheme_and_never_the_hash() {
    let (server, _) = listed(1).await;
    move_people(&server, 0..1).await;
    let answer = server.get("/users/auth0%7C000/migration").await;
    let expected = json!({
        "user_id": "auth0|000",
        "source": "auth0",
        "legacy_id": "000",
        "moved_at": "2026-01-01T00:00:00.000Z",
        "moved_by": "import",
        "credential": "hash",
        "scheme": "bcrypt",
        "password_set_at": null,
    });
    assert_eq!(answer.json(), expected);
    assert!(!String::from_utf8(answer.body).unwrap().contains("$2b$"));
    server.get("/users/nobody/migration").await.is_problem(404, "The user does not exist.");
}

#[tokio::test]
async fn refused_records_are_given_back_as_they_came_and_can_be_imported() {
    for server in Server::each().await {
        let users = "[{\"email\": \"good@example.com\"},\n {\"email\": \"no address\",\n \"name\": \"Ada\"},\n {\"email\": \"good@example.com\"}]";
        let job = server.import(users, &[]).await;
        let path = format!("/jobs/{}/quarantine", job["id"].as_str().unwrap());
        let answer = server.get(&path).await;
        assert_eq!((answer.status, answer.header("content-type").as_deref()), (200, Some("application/x-ndjson")));
        let disposition = format!("attachment; filename=\"{}.quarantine.ndjson\"", job["id"].as_str().unwrap());
        assert_eq!(answer.header("content-disposition"), Some(disposition));
        let lines = String::from_utf8(answer.body).unwrap();
        assert_eq!(lines, "{\"email\": \"no address\",  \"name\": \"Ada\"}\n{\"email\": \"good@example.com\"}\n");
        let corrected = lines.replace("no address", "ada@example.com").replace("good@", "other@");
        assert_eq!(server.import(&corrected, &[]).await["summary"]["inserted"], 2);
        for file in server.files() {
            std::fs::remove_file(server.spool().join(file)).unwrap();
        }
        server.get(&path).await.is_problem(404, "The file is not kept any more.");
    }
}

#[tokio::test]
async fn a_quarantine_of_many_records_is_whole_and_in_order() {
    let server = Server::with(|api| api.limits(limits().upload_bytes(u64::MAX))).await;
    let filler = "x".repeat(100);
    let user = |number| match number % 2 {
        0 => json!({"email": format!("person{number}@example.com")}),
        _ => json!({"email": format!("no address {number}"), "name": filler}),
    };
    let users: Vec<_> = (0..5_000).map(user).collect();
    let job = server.import(&Value::Array(users.clone()).to_string(), &[]).await;
    let answer = server.get(&format!("/jobs/{}/quarantine", job["id"].as_str().unwrap())).await;
    let lines = String::from_utf8(answer.body).unwrap();
    let refused: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(refused.iter().eq(users.iter().skip(1).step_by(2)), "{}", refused.len());
    let good = server.import(r#"[{"email": "good@example.com"}]"#, &[]).await;
    let answer = server.get(&format!("/jobs/{}/quarantine", good["id"].as_str().unwrap())).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    let export = server.send("POST", "/jobs/users-exports", None).await.json();
    for id in [export["id"].as_str().unwrap(), "job_0000000000000000", "..%2f..%2fetc"] {
        server.get(&format!("/jobs/{id}/quarantine")).await.is_problem(404, "Job not found");
    }
}

#[tokio::test]
async fn jobs_are_listed_the_newest_first_and_to_the_end() {
    for server in Server::each().await {
        let mut made = Vec::new();
        for number in 0..5 {
            server.clock.advance(Duration::from_secs(1));
            let users = format!(r#"[{{"email": "person{number}@example.com"}}]"#);
            made.insert(0, server.import(&users, &[]).await);
        }
        let export = server.send("POST", "/jobs/users-exports", None).await.json();
        let (mut path, mut seen) = ("/jobs?take=2".to_owned(), Vec::new());
        loop {
            let page = server.get(&path).await.json();
            seen.extend(page["jobs"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/jobs?take=2&from={next}");
        }
        assert_eq!(seen, made);
        assert_eq!(server.get("/jobs?type=users_export").await.json(), json!({"jobs": [export]}));
        for (query, message) in [
            ("type=other", "Query validation error: 'No enum match' on property type."),
            ("take=0", "Query validation error: 'Value is less than minimum 1' on property take."),
            (
                "from=job_0000000000000000",
                "Query validation error: 'The value is not one that this list has given' on property from.",
            ),
        ] {
            server.get(&format!("/jobs?{query}")).await.is_problem(400, message);
        }
    }
}

#[tokio::test]
async fn users_are_walked_to_the_end_however_many_there_are() {
    for server in Server::each().await {
        let users: Vec<_> = (0..250).map(|number| json!({"email": format!("person{number}@example.com")})).collect();
        server.import(&Value::Array(users).to_string(), &[]).await;
        let (mut path, mut seen) =
            ("/users?q=email%3Aperson*&sort=email:1&take=60&include_totals=true".to_owned(), Vec::new());
        loop {
            let page = server.get(&path).await.json();
            assert_eq!(page["total"], 250);
            seen.extend(
                page["users"].as_array().unwrap().iter().map(|user| user["email"].as_str().unwrap().to_owned()),
            );
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/users?q=email%3Aperson*&sort=email:1&take=60&include_totals=true&from={next}");
        }
        let mut expected: Vec<_> = (0..250).map(|number| format!("person{number}@example.com")).collect();
        expected.sort();
        assert_eq!(seen, expected);
        let place = server.get("/users?take=1").await.json()["next"].as_str().unwrap().to_owned();
        for (query, message) in [
            ("take=0".to_owned(), "Query validation error: 'Value is less than minimum 1' on property take."),
            (
                "take=5&page=0".to_owned(),
                "Query validation error: 'The parameter does not go together with from and take' on property page.",
            ),
            (
                format!("from={place}&sort=email:1"),
                "Query validation error: 'The value is not one that this list has given' on property from.",
            ),
            (
                "from=x".to_owned(),
                "Query validation error: 'The value is not one that this list has given' on property from.",
            ),
        ] {
            server.get(&format!("/users?{query}")).await.is_problem(400, message);
        }
    }
}

#[tokio::test]
async fn a_wrong_query_is_pointed_into_by_characters() {
    let server = Server::start().await;
    // `name:"Żółć" AND (x` has its bracket at the 17th character and at a later byte.
    let answer = server.get("/users?q=name%3A%22%C5%BB%C3%B3%C5%82%C4%87%22%20AND%20%28x").await;
    let body = answer.json();
    assert_eq!((answer.status, &body["span"]), (400, &json!({"start": 16, "end": 17})), "{body}");
    assert_eq!(body["parameter"], "q");
}

#[tokio::test]
async fn a_caller_is_told_what_they_may_do() {
    let server = Server::start().await;
    let answer = server.send_as("read:users", "GET", "/caller", None).await.json();
    assert_eq!(answer["scopes"], json!(["read:users"]));
    assert_eq!(answer["connection"], json!({"id": "con_0000000000000001", "name": "customers"}));
    assert_eq!((&answer["upload_bytes"], &answer["columns"]), (&json!(512_000), &json!(30)));
    assert!(answer["formats"].as_array().unwrap().contains(&json!("users-export")));
    assert_eq!(server.send_as("nothing", "GET", "/caller", None).await.json()["scopes"], json!([]));
    server.send_raw("GET", "/caller", "", b"").await.is_problem(401, "Missing authentication");
}
