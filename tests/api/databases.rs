//! What a client does in a day, over the databases that are servers.

use std::{io::Read as _, sync::Arc};

use serde_json::{Value, json};
use waystation::UserStore;

use crate::server::{CONNECTION, Server};

/// People of an import, two of whose records are not as they should be.
fn people(count: usize) -> String {
    let mut people: Vec<Value> = (0..count)
        .map(|number| {
            json!({"user_id": format!("u{number:03}"), "email": format!("user{number:03}@example.com"),
                "app_metadata": {"plan": if number % 10 == 0 { "gold" } else { "free" }}})
        })
        .collect();
    people.push(json!({"user_id": "wrong", "email": "no address"}));
    people.push(json!({"user_id": "twice", "email": "user000@example.com"}));
    Value::Array(people).to_string()
}

async fn ids_of(server: &Server, path: &str) -> Vec<String> {
    let answer = server.get(path).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    let body = answer.json();
    let users = body["users"].as_array().or_else(|| body.as_array()).unwrap().clone();
    users.iter().map(|user| user["user_id"].as_str().unwrap().to_owned()).collect()
}

async fn a_day_of_a_client(store: Arc<dyn UserStore>) {
    let server = Server::on(store).await;
    let job = server.import(&people(95), &[]).await;
    assert_eq!(job["summary"], json!({"failed": 2, "updated": 0, "inserted": 95, "total": 97}), "{job}");
    let errors = server.get(&format!("/jobs/{}/errors", job["id"].as_str().unwrap())).await.json();
    let codes: Vec<_> = errors.as_array().unwrap().iter().map(|error| error["errors"][0]["code"].clone()).collect();
    assert_eq!(codes, ["FORMAT", "DUPLICATED_USER"], "{errors}");

    // Pages to the end, in either order, have everybody once.
    for sort in ["email:1", "email:-1", "created_at:1"] {
        let mut ids = Vec::new();
        for page in 0.. {
            let path = format!("/users?per_page=20&page={page}&include_totals=true&sort={sort}");
            assert_eq!(server.get(&path).await.json()["total"], 95);
            let some = ids_of(&server, &path).await;
            if some.is_empty() {
                break;
            }
            ids.extend(some);
        }
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!((count, ids.len()), (95, 95), "{sort}");
    }
    assert_eq!(ids_of(&server, "/users?q=app_metadata.plan:gold").await.len(), 10);
    assert_eq!(ids_of(&server, "/users?q=email:user00*%20AND%20NOT%20app_metadata.plan:gold").await.len(), 9);
    assert_eq!(ids_of(&server, "/users-by-email?email=User042%40example.com").await, ["auth0|u042"]);

    let change = json!({"name": "Zoë", "user_metadata": {"lang": "de"}, "app_metadata": {"plan": null, "since": 1}});
    let changed = server.send("PATCH", "/users/auth0%7Cu042", Some(change)).await;
    assert_eq!(changed.status, 200, "{}", changed.json());
    let found = server.get("/users/auth0%7Cu042").await.json();
    assert_eq!(
        (&found["name"], &found["user_metadata"], &found["app_metadata"]),
        (&json!("Zoë"), &json!({"lang": "de"}), &json!({"since": 1}))
    );

    let created = server.create("newcomer@example.com").await;
    assert!(server.log_in("newcomer@example.com", "difference engine").await);
    let taken = json!({"connection": "customers", "email": "Newcomer@example.com", "password": "difference engine"});
    assert_eq!(server.send("POST", "/users", Some(taken)).await.status, 409, "{created}");

    let link = json!({"provider": "auth0", "user_id": "u002"});
    let linked = server.send("POST", "/users/auth0%7Cu001/identities", Some(link)).await;
    assert_eq!((linked.status, linked.json()[1]["user_id"].as_str()), (201, Some("u002")), "{}", linked.json());
    server.get("/users/auth0%7Cu002").await.is_problem(404, "The user does not exist.");
    let unlinked = server.send("DELETE", "/users/auth0%7Cu001/identities/auth0/u002", None).await;
    assert_eq!((unlinked.status, unlinked.json().as_array().unwrap().len()), (200, 1));
    assert_eq!(server.get("/users/auth0%7Cu002").await.json()["email"], "user002@example.com");

    assert_eq!(server.send("DELETE", "/users/auth0%7Cu003", None).await.status, 204);
    server.get("/users/auth0%7Cu003").await.is_problem(404, "The user does not exist.");
    // Who was deleted does not come back.
    let again = server.import(r#"[{"user_id": "u003", "email": "user003@example.com"}]"#, &[("upsert", "true")]).await;
    assert_eq!(again["report"]["tombstoned"], 1, "{again}");

    let body = json!({"format": "json", "connection_id": CONNECTION});
    let submitted = server.send("POST", "/jobs/users-exports", Some(body)).await.json();
    server.worker.run_once().await.unwrap();
    let job = server.job(&submitted).await;
    assert_eq!((&job["status"], &job["summary"]["total"]), (&json!("completed"), &json!(95)), "{job}");
    let link = job["location"].as_str().unwrap().split("/api/v2").nth(1).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*server.send_raw("GET", link, "", b"").await.body).read_to_string(&mut text).unwrap();
    assert_eq!(text.lines().count(), 95);
    assert!(text.contains("user042@example.com") && !text.contains("user003@example.com"));
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_gets_the_same_from_postgresql() {
    let Some(server) = crate::postgres::PostgresServer::shared() else { return };
    let url = server.fresh_database().await;
    a_day_of_a_client(Arc::new(waystation::store::PostgresStore::open(&url, "customers").await.unwrap())).await;
}

#[cfg(feature = "mysql")]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_gets_the_same_from_mariadb() {
    let Some(server) = crate::mysql::MySqlServer::mariadb() else { return };
    let url = server.fresh_database().await;
    a_day_of_a_client(Arc::new(waystation::store::MySqlStore::open(&url, "customers").await.unwrap())).await;
}

/// So that what differs above is the database's doing.
#[tokio::test]
async fn a_client_gets_the_same_from_memory() {
    a_day_of_a_client(Arc::new(waystation::MemoryStore::new())).await;
}
