//! Everything that a server can do wrong, through the guard and the migrator: the exact outcome, the exact number of
//! calls, and nothing written. When the server is well again, the same person logs in at once: what happened was
//! counted against nobody, and nobody is remembered as unknown.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use waystation::{
    LazyMigrator, LogIn, LogInOutcome, MemoryStore, Migrator,
    clock::{Clock, ManualClock, SystemClock, Timestamp},
    error::ErrorKind,
    legacy::{Guard, HttpConnection},
    migrator::{Origin, Throttle},
    password::{HashPolicy, Passwords},
};

/// Longer than a test ever waits, on the clock that it moves.
const LIMIT: Duration = Duration::from_secs(1);
const WELL: &str = r#"{"result": "match", "user": {"id": "17", "email": "ada@example.com"}}"#;

/// What a server does with a connection.
#[derive(Clone, Debug)]
struct Act {
    reads: bool,
    sends: Vec<u8>,
    then: Then,
}

#[derive(Clone, Copy, Debug)]
enum Then {
    Close,
    /// Sends these bytes for ever, a block after the other.
    Flood(&'static [u8]),
    Hang,
    Reset,
    /// Sends a byte now and then, for ever.
    Trickle,
}

fn act(sends: impl Into<Vec<u8>>, then: Then) -> Act {
    Act { reads: true, sends: sends.into(), then }
}

/// A whole answer.
fn answer(status: &str, headers: &str, body: &str) -> Act {
    let length = body.len();
    act(
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"),
        Then::Close,
    )
}

fn json(body: &str) -> Act {
    answer("200 OK", "content-type: application/json\r\n", body)
}

#[derive(Debug)]
struct FaultServer {
    url: String,
    act: Arc<Mutex<Act>>,
    calls: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl FaultServer {
    async fn start(first: Act) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (act, calls) = (Arc::new(Mutex::new(first)), Arc::new(AtomicUsize::new(0)));
        let (present, counter) = (Arc::clone(&act), Arc::clone(&calls));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let act = present.lock().unwrap().clone();
                tokio::spawn(serve(stream, act, Arc::clone(&counter)));
            }
        });
        Self { url, act, calls, task }
    }

    fn becomes(&self, act: Act) {
        *self.act.lock().unwrap() = act;
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, act: Act, calls: Arc<AtomicUsize>) {
    if act.reads {
        read_request(&mut stream).await;
    }
    let sent = stream.write_all(&act.sends).await.and(stream.flush().await);
    calls.fetch_add(1, Ordering::SeqCst);
    match act.then {
        _ if sent.is_err() => {}
        Then::Close => drop(stream.shutdown().await),
        Then::Flood(block) => while stream.write_all(block).await.is_ok() {},
        Then::Hang => std::future::pending().await,
        // A connection that is closed at once, with nothing more said, is reset.
        Then::Reset => stream.set_zero_linger().unwrap(),
        Then::Trickle => {
            while stream.write_all(b" ").await.is_ok() {
                SystemClock::new().sleep(Duration::from_millis(2)).await;
            }
        }
    }
}

/// Reads head and body of one request.
async fn read_request(stream: &mut TcpStream) {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            if body.len() >= length.unwrap_or(0) {
                return;
            }
        }
        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
}

/// A migrator before a server, with a throttle that lets one wrong guess through and no second.
struct Bench {
    clock: ManualClock,
    store: Arc<MemoryStore>,
    migrator: Throttle,
}

impl Bench {
    fn new(url: &str) -> Self {
        let clock = ManualClock::at(Timestamp::default());
        let shared = Arc::new(clock.clone());
        let legacy = HttpConnection::waystation(url)
            .clock(shared.clone())
            .timeout(LIMIT)
            .connect_timeout(Duration::from_secs(30))
            .max_answer_bytes(65_536)
            .build()
            .unwrap();
        let store = Arc::new(MemoryStore::new());
        let policy = HashPolicy::argon2id(64, 1, 1).unwrap();
        let migrator = LazyMigrator::builder(store.clone(), Arc::new(legacy))
            .clock(shared.clone())
            .passwords(Arc::new(Passwords::builder().policy(policy).build().unwrap()))
            .guard(|guard: Guard<_>| guard.with_deadline(LIMIT * 60).with_retry_after(Duration::ZERO))
            .build()
            .unwrap();
        let migrator = Throttle::builder(migrator).per_identifier(1, LIMIT * 3_600).clock(shared).build().unwrap();
        Self { clock, store, migrator }
    }

    async fn log_in(&self) -> Result<LogInOutcome, waystation::Error> {
        self.migrator.log_in(LogIn::new("ada@example.com", "right")).await
    }

    /// Logs in while the server answers nothing: the limit passes as soon as a call has reached it.
    async fn log_in_and_wait(&self, server: &FaultServer) -> Result<LogInOutcome, waystation::Error> {
        let mut attempt = std::pin::pin!(self.log_in());
        let mut passed = 0;
        loop {
            tokio::select! {
                outcome = &mut attempt => return outcome,
                () = tokio::task::yield_now() => {}
            }
            if server.calls() > passed {
                passed += 1;
                self.clock.advance(LIMIT);
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Waits {
    No,
    Yes,
}

async fn endures(name: &str, fault: Act, waits: Waits, expected: ErrorKind, calls: usize) {
    let server = FaultServer::start(fault).await;
    let bench = Bench::new(&server.url);
    let outcome = match waits {
        Waits::No => bench.log_in().await,
        Waits::Yes => bench.log_in_and_wait(&server).await,
    };
    let error = outcome.expect_err(name);
    assert_eq!(error.kind(), expected, "{name}: {error}");
    assert_eq!(error.is_unavailable(), expected == ErrorKind::LegacyUnavailable, "{name}");
    assert_eq!(server.calls(), calls, "{name}");
    assert!(bench.store.is_empty(), "{name}");

    server.becomes(json(WELL));
    match bench.log_in().await {
        Ok(LogInOutcome::Authenticated(session)) => assert_eq!(session.origin, Origin::Migrated, "{name}"),
        other => panic!("{name}: {other:?}"),
    }
    assert_eq!(server.calls(), calls + 1, "{name}");
    assert_eq!(bench.store.len(), 1, "{name}");
}

#[tokio::test]
async fn connections_that_break_in_any_phase_are_an_outage_and_asked_for_twice() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let half = format!("{head}content-length: {}\r\n\r\n{{\"result\": \"mat", WELL.len());
    let chunk = format!("{head}transfer-encoding: chunked\r\n\r\n10\r\n{{\"result\": \"mism");
    for (name, fault) in [
        ("reset before the request", Act { reads: false, ..act("", Then::Reset) }),
        ("reset after the request", act("", Then::Reset)),
        ("closed without an answer", act("", Then::Close)),
        ("reset within the head", act(head, Then::Reset)),
        ("closed within the head", act(head, Then::Close)),
        ("reset within the body", act(half.clone(), Then::Reset)),
        ("closed within the body", act(half, Then::Close)),
        ("closed within a chunk", act(chunk, Then::Close)),
        ("a chunk of no length", act(format!("{head}transfer-encoding: chunked\r\n\r\nmatch"), Then::Close)),
        ("another protocol", act("SSH-2.0-OpenSSH_9.9\r\n", Then::Close)),
        ("a head without end", act(head, Then::Flood(b"x-header: 0123456789012345678901234567890123456789\r\n"))),
    ] {
        endures(name, fault, Waits::No, ErrorKind::LegacyUnavailable, 2).await;
    }
}

#[tokio::test]
async fn servers_that_take_their_time_are_given_up_and_asked_twice() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    for (name, fault) in [
        ("no answer", act("", Then::Hang)),
        ("half a head", act(head, Then::Hang)),
        ("a head and no body", act(format!("{head}content-length: 9\r\n\r\n"), Then::Hang)),
        ("a body without end", act(format!("{head}\r\n{{"), Then::Trickle)),
    ] {
        endures(name, fault, Waits::Yes, ErrorKind::LegacyUnavailable, 2).await;
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_outage() {
    let server = FaultServer::start(json(WELL)).await;
    let bench = Bench::new(&server.url);
    server.task.abort();
    while TcpStream::connect(server.url.trim_start_matches("http://")).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let error = bench.log_in().await.expect_err("nobody is there");
    assert_eq!(error.kind(), ErrorKind::LegacyUnavailable);
    assert!(bench.store.is_empty());
}

#[tokio::test]
async fn a_status_says_what_it_says_whatever_the_body() {
    use ErrorKind::{LegacyAnswer, LegacyUnavailable, Misconfigured};
    let label = "content-type: application/json\r\n";
    let wait = "content-type: application/json\r\nretry-after: 120\r\n";
    for (status, headers, expected, calls) in [
        ("201 Created", label, LegacyAnswer, 1),
        ("202 Accepted", label, LegacyAnswer, 1),
        ("206 Partial Content", label, LegacyAnswer, 1),
        ("400 Bad Request", label, Misconfigured, 1),
        ("401 Unauthorized", label, Misconfigured, 1),
        ("403 Forbidden", label, Misconfigured, 1),
        ("404 Not Found", label, Misconfigured, 1),
        ("405 Method Not Allowed", label, Misconfigured, 1),
        ("407 Proxy Authentication Required", label, Misconfigured, 1),
        ("408 Request Timeout", label, LegacyUnavailable, 2),
        ("410 Gone", label, Misconfigured, 1),
        ("422 Unprocessable Content", label, Misconfigured, 1),
        ("425 Too Early", label, LegacyUnavailable, 2),
        ("429 Too Many Requests", label, LegacyUnavailable, 2),
        ("429 Too Many Requests", wait, LegacyUnavailable, 1),
        ("500 Internal Server Error", label, LegacyUnavailable, 2),
        ("501 Not Implemented", label, LegacyUnavailable, 2),
        ("502 Bad Gateway", label, LegacyUnavailable, 2),
        ("503 Service Unavailable", label, LegacyUnavailable, 2),
        ("503 Service Unavailable", wait, LegacyUnavailable, 1),
        ("504 Gateway Timeout", label, LegacyUnavailable, 2),
        ("511 Network Authentication Required", label, LegacyUnavailable, 2),
    ] {
        for body in [WELL, r#"{"result": "mismatch"}"#] {
            endures(status, answer(status, headers, body), Waits::No, expected, calls).await;
        }
    }
}

#[tokio::test]
async fn passwords_follow_no_redirect() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let elsewhere = FaultServer::start(json(WELL)).await;
        let fault = answer(status, &format!("location: {}\r\n", elsewhere.url), "");
        endures(status, fault, Waits::No, ErrorKind::Misconfigured, 1).await;
        assert_eq!(elsewhere.calls(), 0, "{status}");
    }
}

#[tokio::test]
async fn answers_that_cannot_be_used_are_no_verdicts() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = format!(
        r#"{{"result": "match", "user": {{"id": "17", "app_metadata": {{"x": {}1{}}}}}}}"#,
        "[".repeat(60),
        "]".repeat(60)
    );
    let another = r#"{"result": "match", "user": {"id": "18", "email": "grace@example.com"}}"#;
    for (name, fault) in [
        (
            "a giant that says so",
            act(format!("{head}content-length: 10000000000\r\n\r\n{{"), Then::Flood(&[b' '; 4_096])),
        ),
        ("a giant that does not", act(format!("{head}connection: close\r\n\r\n{{"), Then::Flood(&[b' '; 4_096]))),
        (
            "a giant in chunks",
            act(format!("{head}transfer-encoding: chunked\r\n\r\n"), Then::Flood(b"8\r\n        \r\n")),
        ),
        ("labelled as HTML", answer("200 OK", "content-type: text/html\r\n", WELL)),
        ("without a label", answer("200 OK", "", WELL)),
        (
            "compressed",
            answer("200 OK", "content-type: application/json\r\ncontent-encoding: gzip\r\n", "\u{1f}\u{8b}"),
        ),
        ("nothing", json("")),
        ("half of it", json(&WELL[..40])),
        ("no object", json("[]")),
        ("a word", json("\"match\"")),
        ("JSON and more", json(&format!("{WELL}{WELL}"))),
        ("deep", json(&deep)),
        ("nested", json(&nested)),
        ("another user", json(another)),
        ("a match of nobody", json(r#"{"result": "match"}"#)),
        ("a match without an id", json(r#"{"result": "match", "user": {"email": "ada@example.com"}}"#)),
        ("a match without a name", json(r#"{"result": "match", "user": {"id": "17"}}"#)),
        ("another word", json(r#"{"result": "ok", "user": {"id": "17", "email": "ada@example.com"}}"#)),
        ("a number", json(r#"{"result": 1}"#)),
        ("two people", json(r#"{"result": "ambiguous"}"#)),
    ] {
        endures(name, fault, Waits::No, ErrorKind::LegacyAnswer, 1).await;
    }
}
