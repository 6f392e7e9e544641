//! The few commands of `WebDriver` that are needed here.
//!
//! Crates that have all of them bring `preserve_order` of `serde_json` into every test, and the tests are to run what hosts
//! run. Source: <https://www.w3.org/TR/webdriver2/>.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// What a reference to an element is called.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A key that is no character.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    Enter,
    Escape,
    Shift,
    Tab,
}

impl Key {
    const fn value(self) -> char {
        match self {
            Self::Enter => '\u{e007}',
            Self::Escape => '\u{e00c}',
            Self::Shift => '\u{e008}',
            Self::Tab => '\u{e004}',
        }
    }
}

/// A browser that a driver has started. It ends when this is dropped.
pub(crate) struct Session {
    port: u16,
    path: String,
}

/// An element of a page, which may be there no more.
pub(crate) struct Element<'a> {
    session: &'a Session,
    path: String,
}

impl Session {
    pub(crate) async fn start(port: u16, wanted: Value) -> Self {
        let bare = Self { port, path: String::new() };
        let made = bare.ask("POST", "/session", Some(json!({"capabilities": {"alwaysMatch": wanted}}))).await.unwrap();
        Self { port, path: format!("/session/{}", made["sessionId"].as_str().unwrap()) }
    }

    /// Sends a command of this session, and gives what it gives.
    pub(crate) async fn send(&self, command: &str, body: Value) -> Result<Value, String> {
        self.ask("POST", &format!("{}/{command}", self.path), Some(body)).await
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value, String> {
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(request(self.port, method, path, body.as_ref()).as_bytes()).await.unwrap();
        let (head, body) = answer(&mut stream).await;
        let value = serde_json::from_slice::<Value>(&body).unwrap()["value"].clone();
        if head.starts_with("HTTP/1.1 200 ") { Ok(value) } else { Err(value.to_string()) }
    }

    /// Runs a script. `is_long` ones call their last argument when they are done.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>, is_long: bool) -> Value {
        let command = if is_long { "execute/async" } else { "execute/sync" };
        self.send(command, json!({"script": script, "args": arguments})).await.unwrap()
    }

    /// A command of the browser's own protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.send("goog/cdp/execute", json!({"cmd": command, "params": parameters})).await.unwrap()
    }

    /// Everything at this place, which is an `XPath`.
    pub(crate) async fn all(&self, place: &str) -> Vec<Element<'_>> {
        let found = self.send("elements", json!({"using": "xpath", "value": place})).await.unwrap();
        let element =
            |found: &Value| Element { session: self, path: format!("element/{}", found[ELEMENT].as_str().unwrap()) };
        found.as_array().unwrap().iter().map(element).collect()
    }

    /// Presses keys one after the other, wherever the focus is; some of them while one is held.
    pub(crate) async fn press(&self, held: Option<Key>, keys: impl IntoIterator<Item = char>) {
        let key = |kind: &str, value: char| json!({"type": kind, "value": value});
        let mut actions: Vec<_> = held.map(|held| key("keyDown", held.value())).into_iter().collect();
        actions.extend(keys.into_iter().flat_map(|value| [key("keyDown", value), key("keyUp", value)]));
        actions.extend(held.map(|held| key("keyUp", held.value())));
        let actions = json!({"actions": [{"type": "key", "id": "keys", "actions": actions}]});
        self.send("actions", actions).await.unwrap();
    }

    pub(crate) async fn press_key(&self, held: Option<Key>, key: Key) {
        self.press(held, [key.value()]).await;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.path.is_empty() {
            return;
        }
        // The driver may have been ended already, and its browsers with it.
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _sent = stream.write_all(request(self.port, "DELETE", &self.path, None).as_bytes());
            // One byte of the answer is enough: then it has ended.
            let _ended = stream.read(&mut [0]);
        }
    }
}

impl Element<'_> {
    /// Whether somebody could use it.
    pub(crate) async fn is_usable(&self) -> bool {
        for property in ["displayed", "enabled"] {
            let path = format!("{}/{}/{property}", self.session.path, self.path);
            if self.session.ask("GET", &path, None).await != Ok(Value::Bool(true)) {
                return false;
            }
        }
        true
    }

    pub(crate) async fn click(&self) {
        self.send("click", json!({})).await;
    }

    pub(crate) async fn clear(&self) {
        self.send("clear", json!({})).await;
    }

    /// Types, or gives the paths of files to be chosen.
    pub(crate) async fn write(&self, text: &str) {
        self.send("value", json!({"text": text})).await;
    }

    async fn send(&self, command: &str, body: Value) {
        self.session.send(&format!("{}/{command}", self.path), body).await.unwrap();
    }
}

/// An answer by its length: the driver does not close the connection when it is asked to.
async fn answer(stream: &mut tokio::net::TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        let read = stream.read_buf(&mut bytes).await.unwrap();
        assert!(read > 0, "the driver has gone");
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let length = head.lines().filter_map(|line| line.split_once(':'));
        let mut length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length: usize = length.next().unwrap().1.trim().parse().unwrap();
        if bytes.len() >= end + 4 + length {
            return (head, bytes[end + 4..end + 4 + length].to_vec());
        }
    }
}

fn request(port: u16, method: &str, path: &str, body: Option<&Value>) -> String {
    let body = body.map(Value::to_string).unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
