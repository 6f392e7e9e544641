//! Real requests over real connections.

use std::io;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};
use waystation::{
    identifier::IdentifierKind,
    store::{Key, Lookup, UserStore},
};

use super::*;

/// Short, so that the tests are; the floor's own tests show what it does.
const FLOOR: Duration = Duration::from_millis(10);

struct Service {
    address: SocketAddr,
    store: SqliteStore,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<io::Result<()>>,
    _directory: tempfile::TempDir,
}

impl Service {
    async fn start() -> Self {
        Self::over(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/django/legacy.sqlite3")).await
    }

    async fn over(site: PathBuf) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path().join("store.sqlite3"), "customers").await.unwrap();
        let migrator = protected(migrator(&store, site).unwrap(), FLOOR).unwrap();
        let app = app(migrator).into_make_service_with_connect_info::<SocketAddr>();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(async move {
            axum::serve(listener, app).with_graceful_shutdown(async { drop(stopped.await) }).await
        });
        Self { address, store, stop: Some(stop), served, _directory: directory }
    }

    async fn send(&self, request: String) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Answer { head: head.to_owned(), body: body.to_owned() }
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        let host = self.address;
        self.send(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n")).await
    }

    /// `headers` are whole lines.
    async fn post(&self, path: &str, headers: &str, body: &str) -> Answer {
        let (host, length) = (self.address, body.len());
        let kind = "application/x-www-form-urlencoded";
        self.send(format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {kind}\r\n\
             Content-Length: {length}\r\n{headers}\r\n{body}"
        ))
        .await
    }

    async fn log_in(&self, name: &str, password: &str) -> Answer {
        let body = format!("name={}&password={}", percent(name), percent(password));
        self.post("/log-in", "Sec-Fetch-Site: same-origin\r\n", &body).await
    }

    async fn has_moved(&self, name: &str) -> bool {
        let name = Identifier::from_parts(IdentifierKind::Username, name, name);
        matches!(self.store.find(Key::Identifier(&name)).await.unwrap(), Lookup::Found(_))
    }
}

struct Answer {
    head: String,
    body: String,
}

impl Answer {
    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    /// The cookie as a browser would send it back.
    fn cookie(&self) -> String {
        self.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    }

    /// What tells one refusal from another to the person, or to a program.
    fn shape(&self) -> (String, String) {
        let head = self.head.lines().filter(|line| !line.starts_with("date:")).collect::<Vec<_>>().join("\n");
        (head, self.body.clone())
    }
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02X}"))
}

#[tokio::test]
async fn a_right_password_opens_the_page_and_moves_the_person() {
    let service = Service::start().await;
    assert_eq!(service.get("/", "").await.status(), "200");
    assert_eq!(service.get("/account", "").await.header("location"), Some("/"));
    assert!(!service.has_moved("zoë").await);

    let answer = service.log_in("Zoë", "пароль-naïve-🔑").await;
    assert_eq!((answer.status(), answer.header("location")), ("303", Some("/account")));
    let attributes = answer.header("set-cookie").unwrap();
    assert!(attributes.ends_with("Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"), "{attributes}");
    assert!(service.has_moved("zoë").await);
    let account = service.get("/account", &answer.cookie()).await;
    assert_eq!(account.status(), "200");
    assert!(account.body.contains("<h1>Hello, Zoë"), "{}", account.body);

    let again = service.log_in("zoë", "пароль-naïve-🔑").await;
    assert_eq!(again.status(), "303");
    assert_ne!(again.cookie(), answer.cookie(), "every log-in has an id of its own");
}

#[tokio::test]
async fn every_refusal_looks_the_same() {
    let service = Service::start().await;
    assert_eq!(service.log_in("kaspar", "Edelweiss 2021!").await.status(), "303");
    let wrong = service.log_in("kaspar", "Edelweiss 2022!").await;
    assert_eq!((wrong.status(), wrong.header("set-cookie")), ("401", None));
    assert!(wrong.body.contains(Refusal::SENTENCE), "{}", wrong.body);
    for (who, name, password) in [
        ("has not moved", "oskar", "wrong"),
        ("unknown", "nobody@example.com", "wrong"),
        ("inactive", "priya", "monsoon.and.mangoes"),
        ("inactive, wrong password", "priya", "wrong"),
        ("no usable password", "sso.only", "wrong"),
        ("no identifier", "\0", "wrong"),
    ] {
        assert_eq!(service.log_in(name, password).await.shape(), wrong.shape(), "{who}");
    }
    assert!(!service.has_moved("priya").await);
}

#[tokio::test]
async fn a_cookie_is_worth_nothing_after_log_out() {
    let service = Service::start().await;
    let cookie = service.log_in("kaspar", "Edelweiss 2021!").await.cookie();
    let headers = format!("Cookie: theme=dark; {cookie}\r\nSec-Fetch-Site: same-origin\r\n");
    let out = service.post("/log-out", &headers, "").await;
    assert_eq!((out.status(), out.header("location")), ("303", Some("/")));
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(service.get("/account", &cookie).await.status(), "303");
    for forged in ["session=", "session=x", "session", "", "xsession=1"] {
        assert_eq!(service.get("/account", forged).await.status(), "303", "{forged}");
    }
}

#[tokio::test]
async fn another_sites_page_cannot_post() {
    let service = Service::start().await;
    let cookie = service.log_in("kaspar", "Edelweiss 2021!").await.cookie();
    let address = service.address;
    for (headers, status) in [
        ("Sec-Fetch-Site: cross-site\r\n".to_owned(), "403"),
        ("Sec-Fetch-Site: same-site\r\n".to_owned(), "403"),
        (format!("Sec-Fetch-Site: cross-site\r\nOrigin: http://{address}\r\n"), "403"),
        ("Origin: https://evil.example\r\n".to_owned(), "403"),
        ("Origin: null\r\n".to_owned(), "403"),
        (format!("Origin: http://{address}\r\n"), "401"),
        ("Sec-Fetch-Site: same-origin\r\n".to_owned(), "401"),
        (String::new(), "401"),
    ] {
        assert_eq!(service.post("/log-in", &headers, "name=oskar&password=wrong").await.status(), status, "{headers}");
    }
    let headers = format!("Cookie: {cookie}\r\nSec-Fetch-Site: cross-site\r\n");
    assert_eq!(service.post("/log-out", &headers, "").await.status(), "403");
    assert_eq!(service.get("/account", &cookie).await.status(), "200", "still logged in");
}

#[tokio::test]
async fn guessing_ends_in_429_for_the_unknown_and_the_unmoved_alike() {
    let service = Service::start().await;
    for name in ["kaspar", "nobody@example.com"] {
        for guess in 0..10 {
            assert_eq!(service.log_in(name, &format!("guess {guess}")).await.status(), "401");
        }
        let throttled = service.log_in(name, "Edelweiss 2021!").await;
        assert_eq!(throttled.status(), "429");
        assert!(throttled.header("retry-after").unwrap().parse::<u64>().unwrap() <= 30);
        assert!(throttled.body.contains(Refusal::SENTENCE));
    }
}

#[tokio::test]
async fn an_outage_is_503_and_never_a_wrong_password() {
    let service = Service::over(PathBuf::from("/nowhere/legacy.sqlite3")).await;
    for _ in 0..12 {
        let answer = service.log_in("kaspar", "Edelweiss 2021!").await;
        assert_eq!(answer.status(), "503");
        assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
        assert!(!answer.body.contains(Refusal::SENTENCE));
    }
}

#[tokio::test]
async fn bodies_that_are_no_form_do_no_harm() {
    let service = Service::start().await;
    for body in ["", "name=kaspar", "password=x", "name=%FF&password=x", &"x".repeat(15 * 1024)] {
        let status = service.post("/log-in", "", body).await.status().to_owned();
        assert!(status.starts_with('4'), "{status} for {} bytes", body.len());
    }
    assert_eq!(service.get("/", "").await.status(), "200");
}

#[tokio::test]
async fn it_stops_when_told_and_lets_answers_finish() {
    let mut service = Service::start().await;
    let mut stream = TcpStream::connect(service.address).await.unwrap();
    let head = "POST /log-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                Content-Length: 25\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    // It says so when it begins to read the form: from here on there is an answer under way.
    let mut word = [0; 25];
    stream.read_exact(&mut word).await.unwrap();
    assert_eq!(&word, b"HTTP/1.1 100 Continue\r\n\r\n");

    service.stop.take().unwrap().send(()).unwrap();
    while TcpStream::connect(service.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!service.served.is_finished());
    stream.write_all(b"name=oskar&password=wrong").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    service.served.await.unwrap().unwrap();
}

#[test]
fn a_household_is_one_origin() {
    let origin = |text: &str| super::origin(text.parse().unwrap());
    assert_eq!(origin("2001:db8:1:2::1"), origin("2001:db8:1:2:ffff::9"));
    assert_ne!(origin("2001:db8:1:2::1"), origin("2001:db8:1:3::1"));
    assert_eq!(origin("::ffff:192.0.2.1"), "192.0.2.1");
}

#[test]
fn names_are_text_and_not_markup() {
    assert_eq!(escaped(r#"<b>"&"#), "&lt;b&gt;&quot;&amp;");
}
