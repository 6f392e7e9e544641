//! People of a Stormpath application log in here, and are moved, with what the application kept of them.
//!
//! Stormpath was switched off in 2017; its API lives on in what people put in its place. This one is a stand-in that
//! answers as the documentation has it.
//!
//! ```sh
//! cargo run --example stormpath_to_here --features http
//! ```

use std::{error::Error, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, Query},
    http::StatusCode,
    routing::{get, post},
};
use base64ct::{Base64, Encoding};
use serde::Deserialize;
use serde_json::{Value, json};
use waystation::{
    IdentifierRules, LazyMigrator, LogIn, LogInOutcome, MemoryStore, Migrator, UserStore,
    identifier::StandardRules,
    legacy::HttpConnection,
    migrator::{SignUp, SignUpOutcome},
    store::{Key, Lookup},
};

const APPLICATION: &str = "1gk4Dxzi6o4PbdlEXampLE";
const HREF: &str = "https://api.stormpath.com/v1/accounts/623oyolNjkVAebVMlAjehl";
const HAN: &str = "han@millenniumfalcon.com";
const PASSWORD: &str = "Changeme1!";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let stormpath = stormpath_stand_in().await?;

    // The whole set-up: an application, a store, and a migrator between them.
    let legacy = HttpConnection::stormpath(stormpath, APPLICATION, "api-key-id", "api-key-secret").build()?;
    legacy.check().await?;
    let store = Arc::new(MemoryStore::new());
    let migrator = LazyMigrator::builder(store.clone(), Arc::new(legacy)).build()?;

    // His address is his, although he has not moved yet.
    match migrator.sign_up(SignUp::email(HAN, "a password of somebody else")).await? {
        SignUpOutcome::Refused(reason) => println!("a stranger signs up as {HAN}: refused ({})", reason.as_str()),
        SignUpOutcome::Created(_) => return Err("a stranger has his address".into()),
    }
    for password in ["never tell me the odds", PASSWORD] {
        match migrator.log_in(LogIn::new(HAN, password)).await? {
            LogInOutcome::Authenticated(_) => println!("{HAN} with {password:?}: in, and moved"),
            LogInOutcome::Refused(reason) => println!("{HAN} with {password:?}: refused ({})", reason.as_str()),
        }
    }
    migrator.settled().await;

    let Lookup::Found(han) = store.find(Key::Identifier(&StandardRules::new().parse(HAN)?)).await? else {
        return Err("nobody was moved".into());
    };
    let ship = han.profile.app_metadata.get("ship").ok_or("his ship was left behind")?;
    println!("{} is here, with his {ship}", han.profile.name.unwrap_or_default());
    Ok(())
}

/// Starts the stand-in and returns the address of its API.
async fn stormpath_stand_in() -> Result<String, Box<dyn Error>> {
    let api = Router::new()
        .route("/v1/applications/{application}/loginAttempts", post(login_attempts))
        .route("/v1/applications/{application}/accounts", get(accounts))
        .route("/v1/accounts/{id}", get(account));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/v1", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, api).await });
    Ok(address)
}

#[derive(Deserialize)]
struct Attempt {
    /// `login:password` in base64.
    value: String,
}

async fn login_attempts(Json(attempt): Json<Attempt>) -> (StatusCode, Json<Value>) {
    let value = Base64::decode_vec(&attempt.value).unwrap_or_default();
    match String::from_utf8_lossy(&value).split_once(':') {
        Some((HAN, PASSWORD)) => (StatusCode::OK, Json(json!({"account": {"href": HREF}}))),
        Some((HAN, _)) => failed(7100),
        _ => failed(7104),
    }
}

#[derive(Deserialize)]
struct Search {
    email: Option<String>,
}

/// A search, which finds an account or an empty page.
async fn accounts(Query(search): Query<Search>) -> Json<Value> {
    let found = search.email.as_deref() == Some(HAN);
    let items: Vec<_> = found.then(han_solo).into_iter().collect();
    Json(json!({"offset": 0, "limit": 25, "size": items.len(), "items": items}))
}

async fn account(Path(id): Path<String>) -> (StatusCode, Json<Value>) {
    if id == "623oyolNjkVAebVMlAjehl" {
        (StatusCode::OK, Json(han_solo()))
    } else {
        (StatusCode::NOT_FOUND, Json(json!({})))
    }
}

fn han_solo() -> Value {
    json!({
        "href": HREF,
        "username": "hansolo", "email": HAN, "givenName": "Han", "surname": "Solo", "fullName": "Han Solo",
        "status": "ENABLED", "createdAt": "2016-05-02T18:43:34.338Z", "emailVerificationStatus": "VERIFIED",
        "customData": {"ship": "Millennium Falcon"},
    })
}

fn failed(code: u32) -> (StatusCode, Json<Value>) {
    (StatusCode::BAD_REQUEST, Json(json!({"status": 400, "code": code, "message": "Login attempt failed."})))
}
