//! Tickets by which people choose another password, and messages by which they show that an address is theirs.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Value, json};
use waystation::{
    Migrator,
    api::{MailError, Mailer, TicketError, VerificationEmail, Verified},
    bulk::ImportStatus,
    migrator::{CompleteRecovery, RecoveryOutcome, Refusal},
};

use crate::server::{CONNECTION, Server};

/// Keeps what it is to send, unless it cannot.
#[derive(Debug, Default)]
pub(crate) struct Post {
    messages: Mutex<Vec<VerificationEmail>>,
    imports: Mutex<Vec<String>>,
    failures: Mutex<u32>,
}

#[async_trait]
impl Mailer for Post {
    async fn verification_email(&self, message: VerificationEmail) -> Result<(), MailError> {
        let mut failures = self.failures.lock().unwrap();
        if *failures > 0 {
            *failures -= 1;
            return Err(MailError::new("the relay is closed"));
        }
        self.messages.lock().unwrap().push(message);
        Ok(())
    }

    async fn import_finished(&self, job: &ImportStatus) -> Result<(), MailError> {
        self.imports.lock().unwrap().push(job.id.as_str().to_owned());
        Ok(())
    }
}

pub(crate) async fn with_post() -> (Server, Arc<Post>) {
    let post = Arc::new(Post::default());
    let mailer = Arc::clone(&post);
    (Server::with(|api| api.mailer(mailer).reset_page("https://shop.example/reset?lang=en")).await, post)
}

async fn ticket(server: &Server, body: Value) -> String {
    let answer = server.send("POST", "/tickets/password-change", Some(body)).await;
    assert_eq!(answer.status, 201, "{}", answer.json());
    let ticket = answer.json()["ticket"].as_str().unwrap().to_owned();
    ticket.strip_prefix("https://shop.example/reset?lang=en&ticket=").unwrap().to_owned()
}

async fn complete(server: &Server, ticket: &str, password: &str) -> RecoveryOutcome {
    let ticket = server.api.open_password_ticket(ticket).unwrap();
    server.migrator.complete_recovery(CompleteRecovery::new(ticket.token, password)).await.unwrap()
}

#[tokio::test]
async fn a_ticket_is_for_whoever_is_here_and_whoever_waits_and_works_once() {
    let (server, _) = with_post().await;
    let user = server.create("ada@example.com").await;
    let here = ticket(&server, json!({"user_id": user["user_id"], "result_url": "https://shop.example/done"})).await;
    assert_eq!(
        server.api.open_password_ticket(&here).unwrap().result_url.as_deref(),
        Some("https://shop.example/done")
    );
    let waits = ticket(
        &server,
        json!({"connection_id": CONNECTION, "email": "waits@example.com", "mark_email_as_verified": true}),
    )
    .await;
    for (email, ticket) in [("ada@example.com", here), ("waits@example.com", waits)] {
        assert!(
            matches!(complete(&server, &ticket, "analytical engine").await, RecoveryOutcome::Completed(_)),
            "{email}"
        );
        assert!(server.log_in(email, "analytical engine").await, "{email}");
        let again = complete(&server, &ticket, "another engine").await;
        assert!(matches!(again, RecoveryOutcome::Refused(Refusal::TokenUsed)), "{email}: {again:?}");
    }
    assert!(!server.log_in("waits@example.com", "an old password").await);
}

#[tokio::test]
async fn a_ticket_ends_when_it_was_told_to() {
    let (server, _) = with_post().await;
    server.create("ada@example.com").await;
    let ticket = ticket(&server, json!({"connection_id": CONNECTION, "email": "ada@example.com", "ttl_sec": 60})).await;
    assert!(server.api.open_password_ticket(&ticket).is_ok());
    assert_eq!(server.api.open_password_ticket(&ticket[1..]).unwrap_err(), TicketError::Invalid);
    server.clock.advance(Duration::from_mins(1));
    assert_eq!(server.api.open_password_ticket(&ticket).unwrap_err(), TicketError::Expired);
}

#[tokio::test]
async fn a_ticket_for_nobody_is_refused() {
    let (server, _) = with_post().await;
    for (body, status, message) in [
        (json!({"user_id": "auth0|9"}), 404, "The user does not exist."),
        (json!({"connection_id": CONNECTION, "email": "nobody@example.com"}), 404, "The user does not exist."),
        (json!({}), 400, "Payload validation error: 'Missing required property: user_id' on property user_id."),
        (
            json!({"email": "a@x.io"}),
            400,
            "Payload validation error: 'Missing required property: connection_id' on property connection_id.",
        ),
        (
            json!({"connection_id": CONNECTION}),
            400,
            "Payload validation error: 'Missing required property: email' on property email.",
        ),
        (
            json!({"connection_id": CONNECTION, "email": "a"}),
            400,
            "Payload validation error: 'Object didn't pass validation for format email' on property email.",
        ),
        (
            json!({"user_id": "a", "email": "a@x.io"}),
            400,
            "Payload validation error: 'Cannot specify both user_id and email or connection_id' on property user_id.",
        ),
        (
            json!({"user_id": "a", "ttl_sec": -1}),
            400,
            "Payload validation error: 'Expected type integer' on property ttl_sec.",
        ),
        (
            json!({"user_id": "a", "result_url": "javascript:alert(1)"}),
            400,
            "Payload validation error: 'Object didn't pass validation for format absolute-uri' on property result_url.",
        ),
    ] {
        server.send("POST", "/tickets/password-change", Some(body)).await.is_problem(status, message);
    }
    let without = Server::start().await;
    let answer = without.send("POST", "/tickets/password-change", Some(json!({"user_id": "a"}))).await;
    answer.is_problem(400, "This service has no page for password-change tickets.");
}

#[tokio::test]
async fn an_address_is_verified_by_its_own_message() {
    let (server, post) = with_post().await;
    // Whoever is created without a proof is asked for one.
    let user = server.create("ada@example.com").await;
    let answer = server
        .send("POST", "/jobs/verification-email", Some(json!({"user_id": user["user_id"], "client_id": "x"})))
        .await;
    assert_eq!(answer.status, 201);
    let job = answer.json();
    assert_eq!((&job["type"], &job["status"]), (&json!("verification_email"), &json!("pending")));
    server.worker.run_once().await.unwrap();
    assert_eq!(server.job(&job).await["status"], "completed");
    let messages = post.messages.lock().unwrap().clone();
    assert_eq!(messages.iter().map(|message| message.to.original()).collect::<Vec<_>>(), ["ada@example.com"; 2]);
    for _ in 0..2 {
        let verified = server.api.verify_email(&messages[0].ticket).await.unwrap();
        assert!(matches!(verified, Verified::Done(_)));
    }
    let path = format!("/users/{}", user["user_id"].as_str().unwrap().replace('|', "%7C"));
    assert_eq!(server.get(&path).await.json()["email_verified"], true);
    server.send("PATCH", &path, Some(json!({"email": "new@example.com"}))).await;
    assert_eq!(server.api.verify_email(&messages[1].ticket).await.unwrap(), Verified::Gone);
    assert_eq!(server.get(&path).await.json()["email_verified"], false);
    assert_eq!(server.api.verify_email("x").await.unwrap(), Verified::Refused(TicketError::Invalid));
    server.clock.advance(Duration::from_hours(24 * 5));
    assert_eq!(server.api.verify_email(&messages[0].ticket).await.unwrap(), Verified::Refused(TicketError::Expired));
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_is_sent_later_and_not_for_ever() {
    let (server, post) = with_post().await;
    let body = json!({"connection": "customers", "email": "ada@example.com", "password": "difference engine", "verify_email": false});
    let user = server.send("POST", "/users", Some(body)).await.json();
    assert_eq!(server.jobs().await, 0);
    for (failures, ending) in [(3, "completed"), (5, "failed")] {
        *post.failures.lock().unwrap() = failures;
        let job =
            server.send("POST", "/jobs/verification-email", Some(json!({"user_id": user["user_id"]}))).await.json();
        for _ in 0..5 {
            server.worker.run_once().await.unwrap();
            server.clock.advance(Duration::from_mins(10));
        }
        let job = server.job(&job).await;
        assert_eq!(job["status"], ending);
        assert_eq!(job["status_details"].is_string(), ending == "failed", "{job}");
    }
    assert_eq!(post.messages.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn nobody_is_written_to_who_cannot_be() {
    let (server, _) = with_post().await;
    let answer = server.send("POST", "/jobs/verification-email", Some(json!({"user_id": "nobody"}))).await;
    answer.is_problem(404, "The user does not exist.");
    let message = "Payload validation error: 'Missing required property: user_id' on property user_id.";
    server.send("POST", "/jobs/verification-email", Some(json!({}))).await.is_problem(400, message);
    let body = json!({"connection": "customers", "username": "ada", "password": "difference engine"});
    let user = server.send("POST", "/users", Some(body)).await.json();
    let answer = server.send("POST", "/jobs/verification-email", Some(json!({"user_id": user["user_id"]}))).await;
    answer.is_problem(400, "The user has no e-mail address.");
    let without = Server::start().await;
    let user = without.create("ada@example.com").await;
    let answer = without.send("POST", "/jobs/verification-email", Some(json!({"user_id": user["user_id"]}))).await;
    answer.is_problem(400, "This service sends no e-mail.");
}

#[tokio::test]
async fn the_end_of_an_import_is_told_unless_that_was_declined() {
    let (server, post) = with_post().await;
    let told = server.import("[{\"email\": \"a@x.io\"}]", &[]).await;
    server.import("[{\"email\": \"b@x.io\"}]", &[("send_completion_email", "false")]).await;
    assert_eq!(*post.imports.lock().unwrap(), [told["id"].as_str().unwrap()]);
}
