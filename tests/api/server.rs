//! The API on a port of loopback, and a client that sends what it is told to, byte by byte if need be.

use std::{path::Path, sync::Arc, time::Duration};

use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use waystation::{
    MemoryStore, Passwords, SecretKey, SqliteStore, UserStore,
    api::{Api, ApiBuilder, ApiLimits, ApiWorker, Connection, Scope, StaticTokens},
    bulk::Importer,
    clock::{ManualClock, Timestamp},
    legacy::{ScriptedConnection, ScriptedPerson},
    migrator::{LazyMigrator, Migrator},
    password::HashPolicy,
};

pub(crate) const TOKEN: &str = "a-token-that-may-do-everything";
/// 2026-01-01T00:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
pub(crate) const CONNECTION: &str = "con_0000000000000001";

pub(crate) struct Server {
    pub(crate) store: Arc<dyn UserStore>,
    pub(crate) legacy: ScriptedConnection,
    pub(crate) migrator: LazyMigrator,
    pub(crate) clock: ManualClock,
    pub(crate) api: Api,
    pub(crate) worker: ApiWorker,
    folder: TempDir,
    address: String,
    task: JoinHandle<()>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    }

    /// That it is the reference product's body of errors, with this message.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, message: &str) -> Value {
        let body = self.json();
        assert_eq!((self.status, body["message"].as_str()), (status, Some(message)), "{body}");
        assert_eq!(body["statusCode"], status, "{body}");
        assert!(body["error"].is_string() && body["errorCode"].is_string(), "{body}");
        body
    }
}

impl Server {
    /// Over a store in memory.
    pub(crate) async fn start() -> Self {
        Self::with(|api| api).await
    }

    /// Over each kind of store.
    pub(crate) async fn each() -> [Self; 2] {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = SqliteStore::open(folder.path().join("users.sqlite3"), "customers").await.unwrap();
        [Self::start().await, Self::over(Arc::new(sqlite), folder, |api| api).await]
    }

    pub(crate) async fn with(set_up: impl FnOnce(ApiBuilder) -> ApiBuilder) -> Self {
        Self::over(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), set_up).await
    }

    /// Over this store.
    pub(crate) async fn on(store: Arc<dyn UserStore>) -> Self {
        Self::over(store, tempfile::tempdir().unwrap(), |api| api).await
    }

    async fn over(store: Arc<dyn UserStore>, folder: TempDir, set_up: impl FnOnce(ApiBuilder) -> ApiBuilder) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let clock = ManualClock::at(NOW);
        let legacy = ScriptedConnection::new("auth0")
            .person(ScriptedPerson::parse("77", "waits@example.com", "an old password").unwrap());
        let policy = HashPolicy::argon2id(64, 1, 1).unwrap();
        let migrator = LazyMigrator::builder(Arc::clone(&store), Arc::new(legacy.clone()))
            .passwords(Arc::new(Passwords::builder().policy(policy).threads(1).build().unwrap()))
            .clock(Arc::new(clock.clone()))
            .recovery_floor(Duration::ZERO)
            .build()
            .unwrap();
        let tokens = StaticTokens::new().unwrap().token(TOKEN, Scope::ALL.iter().copied());
        let tokens = Scope::ALL.iter().fold(tokens, |tokens, scope| tokens.token(scope.as_str(), [*scope]));
        let spool = folder.path().join("spool");
        let api =
            Api::builder(Arc::clone(&store), Arc::new(migrator.clone()), spool, format!("http://{address}/api/v2"))
                .authoriser(Arc::new(tokens.token("nothing", [])))
                .connection(Connection::new("customers").id(CONNECTION))
                .limits(limits())
                .key(SecretKey::from_bytes([7; 32]))
                .clock(Arc::new(clock.clone()));
        let api = set_up(api).build().unwrap();
        let importer = Importer::builder(Arc::clone(&store)).clock(Arc::new(clock.clone())).build();
        let worker = ApiWorker::new(api.clone(), importer);
        let router = axum::Router::new().nest("/api/v2", crate::router(api.clone()));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { store, legacy, migrator, clock, api, worker, folder, address, task }
    }

    /// Sends a request with the token that may do everything.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send_as(TOKEN, method, path, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub(crate) async fn send_as(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
        let body = body.map(|body| body.to_string());
        let head = match &body {
            Some(_) => format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"),
            None => format!("Authorization: Bearer {token}\r\n"),
        };
        self.send_raw(method, path, &head, body.unwrap_or_default().as_bytes()).await
    }

    /// Sends exactly this head and this body, with its length.
    pub(crate) async fn send_raw(&self, method: &str, path: &str, head: &str, body: &[u8]) -> Answer {
        let mut stream = self.connect().await;
        let length = body.len();
        let request = format!(
            "{method} /api/v2{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n{head}\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        // Whoever is refused early may find the way closed.
        let _ = stream.write_all(body).await;
        read(stream).await
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.unwrap()
    }

    /// Sends a form in parts.
    pub(crate) async fn upload(&self, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
        let (kind, body) = form(parts);
        let head = format!("Authorization: Bearer {TOKEN}\r\nContent-Type: {kind}\r\n");
        self.send_raw("POST", "/jobs/users-imports", &head, &body).await
    }

    /// Imports this text with these other parts, does the job, and says what became of it.
    pub(crate) async fn import(&self, users: &str, others: &[(&str, &str)]) -> Value {
        let mut parts =
            vec![("users", Some("users.json"), users.as_bytes()), ("connection_id", None, CONNECTION.as_bytes())];
        parts.extend(others.iter().map(|(name, value)| (*name, None, value.as_bytes())));
        let answer = self.upload(&parts).await;
        assert_eq!(answer.status, 202, "{}", answer.json());
        self.worker.run_once().await.unwrap();
        self.job(&answer.json()).await
    }

    /// A job as it is now.
    pub(crate) async fn job(&self, job: &Value) -> Value {
        let answer = self.get(&format!("/jobs/{}", job["id"].as_str().unwrap())).await;
        assert_eq!(answer.status, 200);
        answer.json()
    }

    pub(crate) async fn create(&self, email: &str) -> Value {
        let body = serde_json::json!({"connection": "customers", "email": email, "password": "difference engine"});
        let answer = self.send("POST", "/users", Some(body)).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        answer.json()
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn spool(&self) -> std::path::PathBuf {
        self.folder.path().join("spool")
    }

    /// What is in the spool folder.
    pub(crate) fn files(&self) -> Vec<String> {
        names(&self.spool())
    }

    /// How many jobs there are of any kind.
    pub(crate) async fn jobs(&self) -> usize {
        let (mut count, jobs) = (0, self.store.as_jobs().unwrap());
        for kind in ["api-import", "api-export", "api-verification-email"] {
            count += jobs.jobs(kind, None, 1_000).await.unwrap().len();
        }
        count
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> bool {
        let outcome = self.migrator.log_in(waystation::LogIn::new(email, password)).await.unwrap();
        matches!(outcome, waystation::LogInOutcome::Authenticated(_))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The defaults, but for how often a test may ask.
pub(crate) fn limits() -> ApiLimits {
    ApiLimits::default().burst(100_000).per_second(100_000)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A form in parts, and its media type.
pub(crate) fn form(parts: &[(&str, Option<&str>, &[u8])]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file =
            file.map(|file| format!("; filename=\"{file}\"\r\nContent-Type: application/json")).unwrap_or_default();
        body.extend(format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--limit--\r\n");
    ("multipart/form-data; boundary=limit".to_owned(), body)
}

pub(crate) async fn read(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // A server that has refused may close before all is read.
    let _ = stream.read_to_end(&mut bytes).await;
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or_else(|| panic!("no answer"));
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut answer = Answer { status, head, body: bytes[end + 4..].to_vec() };
    if answer.header("transfer-encoding").as_deref() == Some("chunked") {
        answer.body = unchunked(&answer.body);
    }
    answer
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            return body;
        }
        body.extend(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 2 + length + 2..];
    }
}
