//! A web service whose users move out of a Django site one log-in at a time.
//!
//! `cargo run --example axum_login [HOST:PORT]`, then log in as one of the people in `tests/data/django/README.md`:
//! `zoë` with `пароль-naïve-🔑`, or `kaspar` with `Edelweiss 2021!`. The second time nobody asks Django.

use std::{
    collections::HashMap,
    env,
    error::Error as StdError,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Form, Router,
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use tokio::{net::TcpListener, signal};
use waystation::{
    Identifier, Migrator, Passwords, SqliteStore, User,
    clock::{Clock, SystemClock},
    entropy::{Entropy, EntropyError, SystemEntropy},
    legacy::preset::Django,
    migrator::{LatencyFloor, LazyMigrator, LogIn, LogInOutcome, Refusal, Session, Throttle},
};

const COOKIE: &str = "session";
const SESSION_LASTS: Duration = Duration::from_hours(12);
/// A refusal takes this long: above the legacy guard's deadline of two seconds, and a hash.
const FLOOR: Duration = Duration::from_millis(2_500);

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".into());
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::create_dir_all(here.join("target"))?;
    let store = SqliteStore::open(here.join("target/axum_login.sqlite3"), "customers").await?;
    let lazy = migrator(&store, here.join("tests/data/django/legacy.sqlite3"))?;

    let listener = TcpListener::bind(address).await?;
    println!("http://{}", listener.local_addr()?);
    let app = app(protected(lazy.clone(), FLOOR)?).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app).with_graceful_shutdown(stop()).await?;
    lazy.settled().await;
    Ok(store.close().await?)
}

/// Moves people from the Django site's database to the store. Both hash on one pool.
fn migrator(store: &SqliteStore, site: PathBuf) -> Result<LazyMigrator, waystation::Error> {
    let passwords = Arc::new(Passwords::builder().build()?);
    let legacy = Django::new().sqlite(site, Arc::clone(&passwords)).build();
    LazyMigrator::builder(Arc::new(store.clone()), Arc::new(legacy)).passwords(passwords).build()
}

/// What stands between the log-in form and the migrator. The floor is outside, so it covers what the throttle says.
fn protected(migrator: LazyMigrator, floor: Duration) -> Result<Arc<dyn Migrator>, waystation::Error> {
    Ok(Arc::new(LatencyFloor::new(Throttle::builder(migrator).build()?, floor)))
}

fn app(migrator: Arc<dyn Migrator>) -> Router {
    Router::new()
        .route("/", get(form))
        .route("/account", get(account))
        .route("/log-in", post(log_in))
        .route("/log-out", post(log_out))
        .layer(DefaultBodyLimit::max(16 * 1024))
        .layer(middleware::from_fn(same_origin))
        .with_state(Site { migrator, sessions: Arc::default() })
}

#[derive(Clone)]
struct Site {
    migrator: Arc<dyn Migrator>,
    sessions: Arc<Sessions>,
}

async fn form() -> Response {
    page(StatusCode::OK, "")
}

#[derive(Deserialize)]
struct Typed {
    name: String,
    password: String,
}

async fn log_in(
    State(site): State<Site>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let attempt = LogIn::new(typed.name, typed.password).origin(origin(peer.ip()));
    match site.migrator.log_in(attempt).await? {
        LogInOutcome::Authenticated(session) => {
            // A new id for each log-in: one that somebody planted before is worth nothing after.
            site.sessions.end(&headers);
            let id = site.sessions.begin(*session)?;
            let seconds = SESSION_LASTS.as_secs();
            // Behind TLS, add `Secure` and call it `__Host-session`.
            let cookie = format!("{COOKIE}={id}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict");
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/account")).into_response())
        }
        LogInOutcome::Refused(refusal) => Ok(refused(&refusal)),
    }
}

/// The log is told why; the person gets one sentence whatever the reason.
fn refused(refusal: &Refusal) -> Response {
    eprintln!("refused: {}", refusal.as_str());
    match refusal {
        Refusal::Throttled { retry_after } => {
            (retry(*retry_after), page(StatusCode::TOO_MANY_REQUESTS, Refusal::SENTENCE)).into_response()
        }
        _ => page(StatusCode::UNAUTHORIZED, Refusal::SENTENCE),
    }
}

async fn account(State(site): State<Site>, headers: HeaderMap) -> Response {
    let Some(session) = site.sessions.find(&headers) else { return Redirect::to("/").into_response() };
    let advice =
        if session.must_change_password.is_some() { "<p>Please choose another password soon.</p>" } else { "" };
    let name = escaped(name_of(&session.user));
    let log_out = r#"<form method="post" action="/log-out"><button>Log out</button></form>"#;
    html(StatusCode::OK, &format!("<h1>Hello, {name}</h1>{advice}{log_out}"))
}

async fn log_out(State(site): State<Site>, headers: HeaderMap) -> Response {
    site.sessions.end(&headers);
    let gone = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    ([(header::SET_COOKIE, gone)], Redirect::to("/")).into_response()
}

/// Refuses what another site's page posts here: `SameSite` keeps our cookie out of it, but a log-in takes none.
async fn same_origin(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || is_ours(request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "This request came from another site.").into_response()
    }
}

/// Browsers say where a request comes from, the older ones by `Origin` alone. What says nothing is no browser.
fn is_ours(headers: &HeaderMap) -> bool {
    let said = |name| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    match (said("sec-fetch-site"), said("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) == said("host"),
        (None, None) => true,
    }
}

/// "Could not be decided": the person may try again, and nothing was counted against them.
struct Failure(waystation::Error);

impl<E: Into<waystation::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        eprintln!("{}: {:?}", self.0, self.0.source());
        if self.0.is_unavailable() {
            let wait = self.0.retry_after().unwrap_or(Duration::from_secs(5));
            (retry(wait), page(StatusCode::SERVICE_UNAVAILABLE, "We cannot check that now. Please try again."))
                .into_response()
        } else {
            page(StatusCode::INTERNAL_SERVER_ERROR, "Something is wrong on our side.")
        }
    }
}

fn retry(wait: Duration) -> [(header::HeaderName, String); 1] {
    let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    [(header::RETRY_AFTER, whole.to_string())]
}

/// Who is logged in, in this process's memory, under random ids.
#[derive(Default)]
struct Sessions {
    clock: SystemClock,
    open: Mutex<HashMap<String, (Duration, Session)>>,
}

impl Sessions {
    fn begin(&self, session: Session) -> Result<String, EntropyError> {
        let mut random = [0; 16];
        SystemEntropy::default().fill(&mut random)?;
        let id = format!("{:032x}", u128::from_ne_bytes(random));
        let now = self.clock.monotonic();
        let mut open = self.open();
        open.retain(|_, (ends, _)| *ends > now);
        open.insert(id.clone(), (now + SESSION_LASTS, session));
        Ok(id)
    }

    fn find(&self, headers: &HeaderMap) -> Option<Session> {
        let (ends, session) = self.open().get(cookie(headers)?).cloned()?;
        (ends > self.clock.monotonic()).then_some(session)
    }

    fn end(&self, headers: &HeaderMap) {
        cookie(headers).and_then(|id| self.open().remove(id));
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, (Duration, Session)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|line| line.split("; ")).find_map(|pair| pair.strip_prefix(COOKIE)?.strip_prefix('='))
}

/// Whom attempts are counted under: the address, or the network that one household has of IPv6. Behind a proxy, what
/// the proxy says.
fn origin(peer: IpAddr) -> String {
    match peer.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:016x}", address.to_bits() >> 64),
    }
}

fn name_of(user: &User) -> &str {
    let username = || user.profile.username.as_ref().map(Identifier::original);
    user.profile.name.as_deref().or_else(username).unwrap_or("you")
}

fn page(status: StatusCode, message: &str) -> Response {
    let form = r#"<form method="post" action="/log-in">
        <p><label>Name or e-mail <input name="name" autocomplete="username" required></label></p>
        <p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
        <button>Log in</button></form>"#;
    html(status, &format!(r#"<h1>Log in</h1><p role="alert">{}</p>{form}"#, escaped(message)))
}

fn html(status: StatusCode, body: &str) -> Response {
    let body = Html(format!(r#"<!doctype html><html lang="en"><title>Waystation</title>{body}</html>"#));
    (status, [(header::CACHE_CONTROL, "no-store"), (header::X_FRAME_OPTIONS, "DENY")], body).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Returns on Ctrl-C, or when the service manager says so.
async fn stop() {
    #[cfg(unix)]
    let terminated = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => terminate.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        _ = signal::ctrl_c() => {}
        _ = terminated => {}
    }
}

#[cfg(test)]
#[path = "axum_login/tests.rs"]
mod tests;
