//! Imports, from the upload to what was wrong with records.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use waystation::{api::ApiWorker, bulk::Importer, store::JobStatus};

use crate::server::{CONNECTION, Server, limits};

const ADA: &str = r#"[{"email": "ada@example.com", "user_id": "1", "password_hash": "$2b$04$p9o0XcE6hBzWzRfpq2IqEuIY2RlcKUvO5eBvlqn1ZwnmbxG1lWx8O"}]"#;

#[tokio::test]
async fn a_file_is_imported_and_its_job_is_followed() {
    for server in Server::each().await {
        let parts: &[(&str, Option<&str>, &[u8])] = &[
            ("users", Some("users.json"), ADA.as_bytes()),
            ("connection_id", None, CONNECTION.as_bytes()),
            ("upsert", None, b"false"),
            ("external_id", None, b"monday"),
            ("send_completion_email", None, b"false"),
            ("whatever", None, b"passed over"),
        ];
        let answer = server.upload(parts).await;
        assert_eq!(answer.status, 202);
        let submitted = answer.json();
        let id = submitted["id"].as_str().unwrap();
        assert!(id.len() == 20 && id.starts_with("job_"), "{id}");
        let expected = json!({
            "status": "pending",
            "type": "users_import",
            "created_at": "2026-01-01T00:00:00.000Z",
            "id": id,
            "connection_id": CONNECTION,
            "connection": "customers",
            "upsert": false,
            "spare_moved": false,
            "external_id": "monday",
            "send_completion_email": false,
            "dry_run": false,
        });
        assert_eq!(submitted, expected);
        assert_eq!(server.job(&submitted).await, submitted);
        server.worker.run_once().await.unwrap();
        let done = server.job(&submitted).await;
        assert_eq!(done["status"], "completed");
        assert_eq!(done["summary"], json!({"failed": 0, "updated": 0, "inserted": 1, "total": 1}));
        let errors = server.get(&format!("/jobs/{id}/errors")).await;
        assert_eq!((errors.status, errors.body.len()), (204, 0));
        let user = server.get("/users/auth0%7C1").await.json();
        assert_eq!((&user["email"], &user["waystation"]["legacy_id"]), (&json!("ada@example.com"), &json!("1")));
    }
}

#[tokio::test]
async fn parts_come_in_any_order_and_under_any_name_of_file() {
    let server = Server::start().await;
    let file = |number: usize| format!(r#"[{{"email": "user{number}@x.io"}}]"#);
    let names = ["blob", "file", "users.json", "../../../etc/passwd", "..\\x", "C:\\users.json", "a\u{e9}", "-", ""];
    for (number, name) in names.into_iter().enumerate() {
        let content = file(number);
        let mut parts = vec![
            ("connection_id", None, CONNECTION.as_bytes()),
            ("upsert", None, &b"false"[..]),
            ("users", Some(name), content.as_bytes()),
            ("send_completion_email", None, &b"true"[..]),
        ];
        parts.rotate_left(number % 4);
        let answer = server.upload(&parts).await;
        assert_eq!(answer.status, 202, "{name}");
        server.worker.run_once().await.unwrap();
        assert_eq!(server.job(&answer.json()).await["summary"]["inserted"], 1, "{name}");
    }
    let files = server.files();
    assert_eq!(files.len(), names.len());
    assert!(files.iter().all(|file| file.starts_with("job_") && file.ends_with(".upload")), "{files:?}");
}

#[tokio::test]
async fn every_fault_of_a_record_is_told_and_no_secret_of_it() {
    for server in Server::each().await {
        let users = json!([
            {"email": "good@x.io"},
            {"email": "no address", "password_hash": "s3cret"},
            {"email": "t@x.io", "custom_password_hash": {"algorithm": "ldap", "hash": {"value": "s3cret"}}, "given_name": 7},
            {"email": "good@x.io"},
        ]);
        let job = server.import(&users.to_string(), &[]).await;
        assert_eq!(
            (&job["status"], &job["summary"]["failed"], &job["summary"]["inserted"]),
            (&json!("completed"), &json!(3), &json!(1))
        );
        let errors = server.get(&format!("/jobs/{}/errors", job["id"].as_str().unwrap())).await;
        assert_eq!(errors.status, 200);
        let list = errors.json();
        let text = list.to_string();
        assert!(!text.contains("s3cret"), "{text}");
        let entries = list.as_array().unwrap();
        assert_eq!(entries.iter().map(|entry| &entry["record"]).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(entries[0]["user"]["password_hash"], "*****");
        assert_eq!(
            (&entries[0]["errors"][0]["code"], &entries[0]["errors"][0]["path"]),
            (&json!("FORMAT"), &json!("email"))
        );
        assert_eq!(
            entries[1]["user"]["custom_password_hash"],
            json!({"algorithm": "ldap", "hash": {"value": "*****"}})
        );
        let paths: Vec<_> =
            entries[1]["errors"].as_array().unwrap().iter().map(|error| error["path"].as_str().unwrap()).collect();
        assert!(paths.contains(&"given_name"), "{paths:?}");
        assert_eq!(entries[2]["errors"][0]["code"], "DUPLICATED_USER");
        assert_eq!(entries[2]["user"]["email"], "good@x.io");
    }
}

#[tokio::test]
async fn a_long_list_of_errors_goes_on() {
    let server = Server::with(|api| api.limits(limits().errors(2))).await;
    let users: Vec<_> = (0..5).map(|number| json!({"email": format!("bad {number}")})).collect();
    let job = server.import(&Value::Array(users).to_string(), &[]).await;
    let (mut path, mut seen) = (format!("/jobs/{}/errors", job["id"].as_str().unwrap()), Vec::new());
    loop {
        let answer = server.get(&path).await;
        if answer.status == 204 {
            break;
        }
        seen.extend(
            answer.json().as_array().unwrap().iter().map(|entry| entry["user"]["email"].as_str().unwrap().to_owned()),
        );
        let Some(link) = answer.header("link") else { break };
        path = link.split("/api/v2").nth(1).unwrap().split('>').next().unwrap().to_owned();
    }
    assert_eq!(seen, ["bad 0", "bad 1", "bad 2", "bad 3", "bad 4"]);
}

#[tokio::test]
async fn a_file_that_is_none_fails_the_job_and_says_why() {
    let server = Server::start().await;
    for file in ["this is no JSON", "[{\"email\": \"cut@x.io\"}", "{\"a\": 1", "\u{0}\u{1}"] {
        let job = server.import(file, &[]).await;
        assert_eq!(job["status"], "failed", "{file}: {job}");
        assert!(job["status_details"].as_str().unwrap().contains("cannot be read"), "{job}");
        // The reference product answers 204 here, as if nothing had happened.
        let errors = server.get(&format!("/jobs/{}/errors", job["id"].as_str().unwrap())).await;
        assert_eq!(errors.status, 200, "{file}");
        assert_eq!(errors.json()["status_details"], job["status_details"]);
    }
}

#[tokio::test]
async fn an_upsert_changes_whoever_is_there_and_a_dry_run_nobody() {
    for server in Server::each().await {
        server.import(ADA, &[]).await;
        let newer = r#"[{"email": "ada@example.com", "given_name": "Ada"}, {"email": "b@x.io"}]"#;
        let conflict = server.import(newer, &[("dry_run", "true")]).await;
        assert_eq!(conflict["summary"], json!({"failed": 1, "updated": 0, "inserted": 1, "total": 2}));
        assert_eq!(server.get("/users").await.json().as_array().unwrap().len(), 1);
        let upsert = server.import(newer, &[("upsert", "true")]).await;
        assert_eq!(upsert["summary"], json!({"failed": 0, "updated": 1, "inserted": 1, "total": 2}));
        assert_eq!(server.get("/users/auth0%7C1").await.json()["given_name"], "Ada");
    }
}

#[tokio::test]
async fn an_import_is_stopped_for_good_and_one_that_is_over_stays_as_it_ended() {
    for server in Server::each().await {
        let parts: &[(&str, Option<&str>, &[u8])] =
            &[("users", Some("u"), ADA.as_bytes()), ("connection_id", None, CONNECTION.as_bytes())];
        let job = server.upload(parts).await.json();
        let path = format!("/jobs/{}/cancel", job["id"].as_str().unwrap());
        assert_eq!(server.send_as("read:users", "POST", &path, None).await.status, 403);
        for _ in 0..2 {
            let answer = server.send("POST", &path, None).await;
            let stopped = answer.json();
            let told = (answer.status, &stopped["status"], &stopped["status_details"]);
            assert_eq!(told, (200, &json!("failed"), &json!("The job was cancelled.")));
        }
        server.worker.run_once().await.unwrap();
        assert_eq!(server.get("/users").await.json(), json!([]));
        let done = server.import(ADA, &[]).await;
        let stopped = server.send("POST", &format!("/jobs/{}/cancel", done["id"].as_str().unwrap()), None).await;
        assert_eq!(stopped.json(), done);
        let export = server.send("POST", "/jobs/users-exports", Some(json!({}))).await.json();
        for id in [export["id"].as_str().unwrap(), "job_0000000000000000", "job"] {
            server.send("POST", &format!("/jobs/{id}/cancel"), None).await.is_problem(404, "Job not found");
        }
    }
}

#[tokio::test]
async fn a_worker_that_changes_no_user_leaves_imports_and_writes_exports() {
    let server = Server::start().await;
    let parts: &[(&str, Option<&str>, &[u8])] =
        &[("users", Some("u"), ADA.as_bytes()), ("connection_id", None, CONNECTION.as_bytes())];
    let import = server.upload(parts).await.json();
    let export = server.send("POST", "/jobs/users-exports", Some(json!({}))).await.json();
    let importer = Importer::builder(Arc::clone(&server.store)).clock(Arc::new(server.clock.clone())).build();
    let worker = ApiWorker::new(server.api.clone(), importer).without_imports();
    worker.run_once().await.unwrap();
    assert_eq!(
        (server.job(&import).await["status"].clone(), server.job(&export).await["status"].clone()),
        (json!("pending"), json!("completed"))
    );
    server.worker.run_once().await.unwrap();
    assert_eq!(server.job(&import).await["status"], "completed");
}

#[tokio::test]
async fn people_who_have_moved_by_themselves_are_spared_where_that_is_asked_for() {
    let server = Server::start().await;
    let path =
        format!("/users/{}", server.create("ada@example.com").await["user_id"].as_str().unwrap().replace('|', "%7C"));
    let older = r#"[{"email": "ada@example.com", "nickname": "Countess", "given_name": "A."}]"#;
    for (spare, given_name) in [("true", "Ada"), ("false", "A.")] {
        assert_eq!(server.send("PATCH", &path, Some(json!({"given_name": "Ada"}))).await.status, 200);
        let job = server.import(older, &[("upsert", "true"), ("spare_moved", spare)]).await;
        assert_eq!((&job["summary"]["updated"], &job["spare_moved"]), (&json!(1), &json!(spare == "true")), "{job}");
        let ada = server.get(&path).await.json();
        assert_eq!((&ada["given_name"], &ada["nickname"]), (&json!(given_name), &json!("Countess")), "{spare}");
    }
}

#[tokio::test]
async fn an_export_of_the_reference_product_keeps_its_ids() {
    let server = Server::start().await;
    let exported =
        "{\"user_id\":\"auth0|42\",\"email\":\"ada@example.com\",\"created_at\":\"2020-01-01T00:00:00.000Z\"}\n";
    let job = server.import(exported, &[("format", "users-export")]).await;
    assert_eq!(job["summary"]["inserted"], 1, "{job}");
    let user = server.get("/users/auth0%7C42").await.json();
    assert_eq!(user["created_at"], "2020-01-01T00:00:00.000Z");
}

#[tokio::test]
async fn a_request_that_is_sent_again_is_one_job() {
    let server = Server::start().await;
    let send = async |content: &str, external: Option<&str>, upsert: &str| {
        let mut parts = vec![
            ("users", Some("users.json"), content.as_bytes()),
            ("connection_id", None, CONNECTION.as_bytes()),
            ("upsert", None, upsert.as_bytes()),
        ];
        parts.extend(external.map(|external| ("external_id", None, external.as_bytes())));
        let answer = server.upload(&parts).await;
        assert_eq!(answer.status, 202);
        server.worker.run_once().await.unwrap();
        answer.json()["id"].as_str().unwrap().to_owned()
    };
    let first = send(ADA, Some("monday"), "false").await;
    assert_eq!(send(ADA, Some("monday"), "false").await, first);
    assert_eq!((server.jobs().await, server.files().len()), (1, 1));
    let others = [
        send(ADA, Some("tuesday"), "false").await,
        send(ADA, Some("monday"), "true").await,
        send("[]", Some("monday"), "false").await,
        send(ADA, None, "false").await,
        send(ADA, None, "false").await,
    ];
    assert!(!others.contains(&first));
    assert_eq!((server.jobs().await, server.files().len()), (6, 6));
    // One that has failed is worth another try.
    let failed = send("no JSON", Some("monday"), "false").await;
    assert_ne!(send("no JSON", Some("monday"), "false").await, failed);
}

#[tokio::test]
async fn so_many_imports_are_active_at_once() {
    let server = Server::start().await;
    let parts: &[(&str, Option<&str>, &[u8])] =
        &[("users", Some("u"), ADA.as_bytes()), ("connection_id", None, CONNECTION.as_bytes())];
    for _ in 0..2 {
        assert_eq!(server.upload(parts).await.status, 202);
    }
    let message = "There are 2 active import users jobs, please wait until some of them are finished and try again";
    server.upload(parts).await.is_problem(429, message);
    assert_eq!((server.jobs().await, server.files().len()), (2, 2));
    server.worker.run_once().await.unwrap();
    assert_eq!(server.upload(parts).await.status, 202);
}

#[tokio::test]
async fn a_job_and_its_file_are_removed_after_their_time() {
    let server = Server::start().await;
    let job = server.import(ADA, &[]).await;
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    assert_eq!(server.files().len(), 1);
    // Somebody's own file is none of ours.
    std::fs::write(server.spool().join("notes.txt"), "").unwrap();
    std::fs::write(server.spool().join("upload-x.part"), "").unwrap();
    server.clock.advance(Duration::from_hours(23));
    server.worker.run_once().await.unwrap();
    assert_eq!((server.get(&path).await.status, server.files().len()), (200, 3));
    // The times of files are the system's, and the clock stands wherever the test puts it.
    server.clock.advance(Duration::from_hours(24 * 365 * 50));
    server.worker.run_once().await.unwrap();
    server.get(&path).await.is_problem(404, "Job not found");
    assert_eq!(server.files(), ["notes.txt"]);
}

#[tokio::test]
async fn a_job_that_was_cancelled_has_failed() {
    let server = Server::start().await;
    let parts: &[(&str, Option<&str>, &[u8])] =
        &[("users", Some("u"), ADA.as_bytes()), ("connection_id", None, CONNECTION.as_bytes())];
    let job = server.upload(parts).await.json();
    let jobs = waystation::bulk::ImportJobs::new(server.store.clone());
    let id = waystation::store::JobId::new(job["id"].as_str().unwrap());
    assert!(jobs.cancel(&id).await.unwrap());
    assert_eq!(jobs.status(&id).await.unwrap().unwrap().status, JobStatus::Cancelled);
    let shown = server.job(&job).await;
    assert_eq!((&shown["status"], &shown["status_details"]), (&json!("failed"), &json!("The job was cancelled.")));
}

#[tokio::test]
async fn jobs_of_others_are_not_shown() {
    let server = Server::start().await;
    let jobs = server.store.as_jobs().unwrap();
    for (id, kind) in
        [("job_000000000000000A", "api-import"), ("job_000000000000000B", "api-export"), ("job_000000000000000C", "x")]
    {
        let job = waystation::store::Job::new(waystation::store::JobId::new(id), kind, json!({}), crate::server::NOW);
        assert!(jobs.create(job).await.unwrap());
        let answer = server.get(&format!("/jobs/{id}")).await;
        assert!(answer.status == 404 || answer.status == 500, "{id}: {}", answer.status);
    }
}

#[tokio::test]
async fn a_worker_that_runs_does_what_comes() {
    let server = Server::start().await;
    let parts: &[(&str, Option<&str>, &[u8])] =
        &[("users", Some("u"), ADA.as_bytes()), ("connection_id", None, CONNECTION.as_bytes())];
    let job = server.upload(parts).await.json();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let work = server.worker.run_until(async {
        let _ = stopped.await;
    });
    let watch = async {
        while server.job(&job).await["status"] != "completed" {
            tokio::task::yield_now().await;
        }
        stop.send(()).unwrap();
    };
    let (worked, ()) = tokio::join!(work, watch);
    worked.unwrap();
}
