//! Exports and their links.

use std::{io::Read as _, time::Duration};

use serde_json::{Value, json};

use crate::server::{CONNECTION, Server, TOKEN};

/// Exports, and gives the job and the text of its file.
async fn export(server: &Server, body: Value) -> (Value, String) {
    let answer = server.send("POST", "/jobs/users-exports", Some(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    server.worker.run_once().await.unwrap();
    let job = server.job(&answer.json()).await;
    assert_eq!(job["status"], "completed", "{job}");
    (job.clone(), text(&fetch(server, &job).await.body))
}

async fn fetch(server: &Server, job: &Value) -> crate::server::Answer {
    let link = path(job);
    server.send_raw("GET", &link, "", b"").await
}

fn path(job: &Value) -> String {
    job["location"].as_str().unwrap().split("/api/v2").nth(1).unwrap().to_owned()
}

fn text(packed: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    text
}

async fn people(server: &Server) {
    let users = json!([
        {"user_id": "1", "email": "ada@example.com", "name": "=cmd|' /C calc'!A0", "password_hash": "$2b$04$p9o0XcE6hBzWzRfpq2IqEuIY2RlcKUvO5eBvlqn1ZwnmbxG1lWx8O", "user_metadata": {"consent": {"given": true}}},
        {"user_id": "2", "email": "bob@example.com", "name": "Bob \"B\", Jr."},
        {"user_id": "3", "email": "eve@example.com"},
    ]);
    assert_eq!(server.import(&users.to_string(), &[]).await["summary"]["inserted"], 3);
}

#[tokio::test]
async fn everybody_is_exported_and_can_be_imported_again() {
    for server in Server::each().await {
        people(&server).await;
        let submitted = server.send("POST", "/jobs/users-exports", Some(json!({"format": "json"}))).await.json();
        assert_eq!(
            (&submitted["type"], &submitted["status"], &submitted["format"]),
            (&json!("users_export"), &json!("pending"), &json!("json"))
        );
        assert!(submitted["location"].is_null());
        let (job, text) = export(&server, json!({"format": "json", "connection_id": CONNECTION})).await;
        assert_eq!(
            (&job["connection_id"], &job["connection"], &job["summary"]["total"]),
            (&json!(CONNECTION), &json!("customers"), &json!(3))
        );
        assert_eq!(text.lines().count(), 3);
        assert!(!text.contains("$2b$"), "a hash was exported");
        let other = Server::start().await;
        assert_eq!(
            other.import(&text, &[]).await["summary"],
            json!({"failed": 0, "updated": 0, "inserted": 3, "total": 3})
        );
        let members = "?fields=created_at,updated_at,waystation,last_password_reset&include_fields=false";
        let path = format!("/users/auth0%7C1{members}");
        assert_eq!(other.get(&path).await.json(), server.get(&path).await.json());
    }
}

#[tokio::test]
async fn a_table_has_the_fields_that_were_named_and_computes_nothing() {
    let server = Server::start().await;
    people(&server).await;
    let fields = json!([
        {"name": "user_id"},
        {"name": "name", "export_as": "=Name"},
        {"name": "identities[0].connection", "export_as": "provider"},
        {"name": "user_metadata.consent.given"},
    ]);
    let (_, text) = export(&server, json!({"format": "csv", "limit": 2, "fields": fields})).await;
    let expected = "user_id,\"'=Name\",provider,user_metadata.consent.given\n\
                    \"auth0|1\",\"'=cmd|' /C calc'!A0\",\"customers\",true\n\
                    \"auth0|2\",\"Bob \"\"B\"\", Jr.\",\"customers\",\n";
    assert_eq!(text, expected);
    let (_, text) = export(&server, json!({"format": "csv"})).await;
    assert!(text.starts_with("Id,Given Name,Family Name,"), "{text}");
}

#[tokio::test]
async fn a_form_asks_for_an_export_too_and_nothing_for_everything() {
    let server = Server::start().await;
    people(&server).await;
    let head = format!("Authorization: Bearer {TOKEN}\r\n");
    let form = format!("{head}Content-Type: application/x-www-form-urlencoded\r\n");
    let answer = server.send_raw("POST", "/jobs/users-exports", &form, b"format=csv&limit=1").await;
    assert_eq!((answer.status, &answer.json()["limit"]), (200, &json!(1)));
    assert_eq!(server.send_raw("POST", "/jobs/users-exports", &head, b"").await.status, 200);
    for bad in ["format=csv&format=csv", "limit=0", "limit=x", "what=1", "format=%ff"] {
        let answer = server.send_raw("POST", "/jobs/users-exports", &form, bad.as_bytes()).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn a_link_is_good_for_a_minute_and_for_nothing_else() {
    let server = Server::start().await;
    people(&server).await;
    let (job, _) = export(&server, json!({})).await;
    let answer = fetch(&server, &job).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type").as_deref(), Some("application/gzip"));
    let name = format!("attachment; filename=\"{}.json.gz\"", job["id"].as_str().unwrap());
    assert_eq!(answer.header("content-disposition"), Some(name));
    let link = path(&job);
    for at in [9, link.len() / 2, link.len() - 1] {
        let mut forged = link.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        server.send_raw("GET", &forged, "", b"").await.is_problem(403, "The link is not valid.");
    }
    for other in ["/exports/x", "/exports/..%2F..%2Fetc%2Fpasswd", &format!("/exports/{}", job["id"].as_str().unwrap())]
    {
        server.send_raw("GET", other, "", b"").await.is_problem(403, "The link is not valid.");
    }
    server.clock.advance(Duration::from_mins(1));
    let expired = "The link has expired: get the job again for another one.";
    fetch(&server, &job).await.is_problem(403, expired);
    let again = server.job(&job).await;
    assert_eq!(fetch(&server, &again).await.status, 200);
    std::fs::remove_file(server.spool().join(format!("{}.export", job["id"].as_str().unwrap()))).unwrap();
    fetch(&server, &again).await.is_problem(404, "The file is not kept any more.");
}

#[tokio::test]
async fn an_export_that_cannot_be_made_is_not_begun() {
    let server = Server::start().await;
    let many: Vec<_> = (0..31).map(|_| json!({"name": "email"})).collect();
    let long = "x".repeat(101);
    for (body, pointer) in [
        (json!({"connection_id": "x"}), "/connection_id"),
        (json!({"connection_id": "con_0000000000000002"}), "/connection_id"),
        (json!({"format": "xml"}), "/format"),
        (json!({"format": 1}), "/format"),
        (json!({"limit": 0}), "/limit"),
        (json!({"limit": -1}), "/limit"),
        (json!({"limit": 1.5}), "/limit"),
        (json!({"fields": {}}), "/fields"),
        (json!({"fields": ["email"]}), "/fields/0"),
        (json!({"fields": [{"name": "email"}, {}]}), "/fields/1/name"),
        (json!({"fields": [{"name": "password_hash"}]}), "/fields/0/name"),
        (json!({"fields": [{"name": "a..b"}]}), "/fields/0/name"),
        (json!({"fields": [{"name": long}]}), "/fields/0/name"),
        (json!({"fields": [{"name": "email", "export_as": long}]}), "/fields/0/export_as"),
        (json!({"fields": [{"name": "email", "as": "x"}]}), "/fields/0"),
        (json!({"format": "csv", "fields": many}), "/fields"),
        (json!({"what": 1}), ""),
    ] {
        let answer = server.send("POST", "/jobs/users-exports", Some(body.clone())).await;
        assert_eq!((answer.status, &answer.json()["pointer"]), (400, &json!(pointer)), "{body}: {}", answer.json());
    }
    assert_eq!((server.jobs().await, server.files()), (0, Vec::new()));
}

#[tokio::test]
async fn an_export_whose_folder_is_gone_fails_and_says_why() {
    let server = Server::start().await;
    let answer = server.send("POST", "/jobs/users-exports", Some(json!({}))).await;
    std::fs::remove_dir_all(server.spool()).unwrap();
    // The folder cannot be swept either.
    assert!(server.worker.run_once().await.is_err());
    let job = server.job(&answer.json()).await;
    assert_eq!(job["status"], "failed");
    assert!(job["status_details"].as_str().unwrap().contains("cannot be written"), "{job}");
    let errors = server.get(&format!("/jobs/{}/errors", job["id"].as_str().unwrap())).await;
    assert_eq!(errors.status, 204);
}
