//! People of an Okta organisation log in here, and are moved.
//!
//! The organisation is a stand-in that answers as Okta's documentation has it, so this runs without an account. With a
//! real one, the address and the API token are all that changes.
//!
//! ```sh
//! cargo run --example okta_to_here --features http
//! ```

use std::{error::Error, sync::Arc};

use axum::{
    Json, Router,
    extract::Path,
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use waystation::{LazyMigrator, LogIn, LogInOutcome, MemoryStore, Migrator, legacy::HttpConnection, migrator::Origin};

const API_TOKEN: &str = "00-an-api-token-that-may-read-users";
const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";
const ADA_PASSWORD: &str = "difference engine";
const GRACE_PASSWORD: &str = "nanosecond";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let okta = okta_stand_in().await?;

    // The whole set-up: an Okta organisation, a store, and a migrator between them.
    let legacy = HttpConnection::okta(&okta, API_TOKEN).source("okta").emails_verified(true).build()?;
    legacy.check().await?;
    let store = Arc::new(MemoryStore::new());
    let migrator = LazyMigrator::builder(store.clone(), Arc::new(legacy)).build()?;

    let attempts = [
        (ADA, "analytical engine"),
        (ADA, ADA_PASSWORD),
        // Her password has expired there: she is in, and the service has to ask her for another.
        (GRACE, GRACE_PASSWORD),
        // Whoever is here needs Okta no more.
        (ADA, ADA_PASSWORD),
    ];
    for (who, password) in attempts {
        println!("{who:<20}{password:<20}{}", told(migrator.log_in(LogIn::new(who, password)).await?));
    }
    migrator.settled().await;

    if store.len() != 2 {
        return Err("two people were to be moved".into());
    }
    Ok(())
}

fn told(outcome: LogInOutcome) -> String {
    match outcome {
        LogInOutcome::Authenticated(session) => {
            let road = if session.origin == Origin::Migrated { "in, and moved" } else { "in, from the store" };
            let note = if session.must_change_password.is_some() { " (must change)" } else { "" };
            format!("{road}{note}")
        }
        LogInOutcome::Refused(reason) => format!("refused ({})", reason.as_str()),
    }
}

/// Starts the stand-in and returns its address.
async fn okta_stand_in() -> Result<String, Box<dyn Error>> {
    let api = Router::new().route("/api/v1/authn", post(authn)).route("/api/v1/users/{name}", get(user));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, api).await });
    Ok(address)
}

#[derive(Deserialize)]
struct PrimaryAuthentication {
    username: String,
    password: String,
}

/// A transaction, or an error that does not say whether it was the name or the password.
async fn authn(Json(asked): Json<PrimaryAuthentication>) -> (StatusCode, Json<Value>) {
    let (id, status) = match (&*asked.username, &*asked.password) {
        (ADA, ADA_PASSWORD) => ("00u1ada", "SUCCESS"),
        (GRACE, GRACE_PASSWORD) => ("00u2grace", "PASSWORD_EXPIRED"),
        _ => return failed(StatusCode::UNAUTHORIZED, "E0000004", "Authentication failed"),
    };
    let user = json!({"id": id, "profile": {"login": asked.username}});
    (StatusCode::OK, Json(json!({"status": status, "_embedded": {"user": user}})))
}

/// The look-up of a user by id or login.
async fn user(Path(name): Path<String>, headers: HeaderMap) -> (StatusCode, Json<Value>) {
    let token = headers.get("authorization").and_then(|value| value.to_str().ok());
    if token != Some(&format!("SSWS {API_TOKEN}")) {
        return failed(StatusCode::UNAUTHORIZED, "E0000011", "Invalid token provided");
    }
    let (id, login, first, last) = match name.as_str() {
        "00u1ada" | ADA => ("00u1ada", ADA, "Ada", "Lovelace"),
        "00u2grace" | GRACE => ("00u2grace", GRACE, "Grace", "Hopper"),
        _ => return failed(StatusCode::NOT_FOUND, "E0000007", "Not found: Resource not found"),
    };
    let profile = json!({"login": login, "email": login, "firstName": first, "lastName": last});
    (
        StatusCode::OK,
        Json(json!({"id": id, "status": "ACTIVE", "created": "2013-06-24T16:39:18.000Z", "profile": profile})),
    )
}

fn failed(status: StatusCode, code: &str, summary: &str) -> (StatusCode, Json<Value>) {
    (status, Json(json!({"errorCode": code, "errorSummary": summary})))
}
