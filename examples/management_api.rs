//! The management API on loopback: a token is fetched, a file imported and a job followed, all over HTTP.
//!
//! `cargo run --features api --example management_api`. It ends by itself.

use std::{error::Error as StdError, sync::Arc, time::Duration};

use axum::{Form, Router, extract::State, http::StatusCode, routing::post};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};
use waystation::{
    MemoryStore,
    api::{Api, ApiWorker, Connection, Scope, StaticTokens, router},
    bulk::Importer,
    clock::{Clock as _, SystemClock},
    legacy::ScriptedConnection,
    migrator::LazyMigrator,
};

/// A host takes these from its settings, long and random.
const TOKEN: &str = "example-token-1f0c2a";
const CLIENT: (&str, &str) = ("importer", "example-secret-77ab");

const USERS: &str = r#"[
    {"email": "ada@example.com", "user_id": "1", "given_name": "Ada"},
    {"email": "grace@example.com", "user_id": "2", "app_metadata": {"roles": ["admin"]}},
    {"email": "no address", "user_id": "3"}
]"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let spool = tempfile::tempdir()?;

    let store = Arc::new(MemoryStore::new());
    let legacy = Arc::new(ScriptedConnection::new("auth0"));
    let migrator = LazyMigrator::builder(store.clone(), legacy).build()?;
    let scopes = [Scope::CreateUsers, Scope::ReadUsers, Scope::ReadConnections];
    let api = Api::builder(store.clone(), Arc::new(migrator), spool.path(), format!("http://{address}/api/v2"))
        .authoriser(Arc::new(StaticTokens::new()?.token(TOKEN, scopes)))
        .connection(Connection::new("customers"))
        .build()?;
    let service =
        Router::new().route("/oauth/token", post(token)).with_state(CLIENT).nest("/api/v2", router(api.clone()));
    let worker = ApiWorker::new(api, Importer::builder(store).build());

    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(async move { axum::serve(listener, service).await });
    let working = tokio::spawn(async move { worker.run_until(async { drop(stopped.await) }).await });

    let result = use_it(&address).await;
    // Both end, whatever came of it.
    drop(stop);
    working.await??;
    serving.abort();
    result
}

#[derive(Deserialize)]
struct Credentials {
    grant_type: String,
    client_id: String,
    client_secret: String,
}

/// What an authorisation server does, for the one client that there is (RFC 6749, section 4.4).
async fn token(
    State((id, secret)): State<(&'static str, &'static str)>,
    Form(given): Form<Credentials>,
) -> (StatusCode, String) {
    // An example's secret: elsewhere it is compared in constant time.
    if given.grant_type == "client_credentials" && given.client_id == id && given.client_secret == secret {
        let token = json!({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 86_400});
        (StatusCode::OK, token.to_string())
    } else {
        (StatusCode::UNAUTHORIZED, json!({"error": "access_denied"}).to_string())
    }
}

/// What a client does.
async fn use_it(address: &str) -> Result<(), Box<dyn StdError>> {
    let form = format!("grant_type=client_credentials&client_id={}&client_secret={}", CLIENT.0, CLIENT.1);
    let token = ask(address, "POST /oauth/token", "Content-Type: application/x-www-form-urlencoded", &form).await?;
    let bearer = format!("Authorization: Bearer {}", text(&token, "access_token")?);

    let connections = ask(address, "GET /api/v2/connections?name=customers", &bearer, "").await?;
    let connection = text(connections.get(0).unwrap_or(&Value::Null), "id")?;
    let body = format!(
        "--part\r\nContent-Disposition: form-data; name=\"connection_id\"\r\n\r\n{connection}\r\n\
         --part\r\nContent-Disposition: form-data; name=\"users\"; filename=\"users.json\"\r\n\r\n{USERS}\r\n--part--\r\n"
    );
    let upload = format!("{bearer}\r\nContent-Type: multipart/form-data; boundary=part");
    let mut job = ask(address, "POST /api/v2/jobs/users-imports", &upload, &body).await?;
    let path = format!("/api/v2/jobs/{}", text(&job, "id")?);

    let clock = SystemClock::new();
    while ["pending", "processing"].contains(&text(&job, "status")?.as_str()) {
        println!("the job is {}", text(&job, "status")?);
        clock.sleep(Duration::from_millis(300)).await;
        job = ask(address, &format!("GET {path}"), &bearer, "").await?;
    }
    println!("the job is {}: {}", text(&job, "status")?, job.get("summary").unwrap_or(&Value::Null));
    println!("errors: {:#}", ask(address, &format!("GET {path}/errors"), &bearer, "").await?);
    let found = ask(address, "GET /api/v2/users?q=app_metadata.roles:admin&fields=user_id,email", &bearer, "").await?;
    println!("administrators: {found}");
    Ok(())
}

/// One request, and what it was answered.
async fn ask(address: &str, what: &str, head: &str, body: &str) -> Result<Value, Box<dyn StdError>> {
    let mut stream = TcpStream::connect(address).await?;
    let length = body.len();
    let request = format!(
        "{what} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{head}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("the answer has no end")?;
    let status = head.lines().next().unwrap_or_default();
    if !status.starts_with("HTTP/1.1 2") {
        return Err(format!("{what}: {status}: {body}").into());
    }
    Ok(serde_json::from_str(body)?)
}

fn text(value: &Value, member: &str) -> Result<String, Box<dyn StdError>> {
    let text = value.get(member).and_then(Value::as_str);
    Ok(text.ok_or_else(|| format!("the answer has no {member}"))?.to_owned())
}
