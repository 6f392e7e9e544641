//! A web server that stands in for a legacy system: answers by a function, and keeps what it was asked.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{Response, header::CONTENT_TYPE},
};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};
use waystation::{
    Identifier, IdentifierRules, LegacyConnection, Password,
    identifier::StandardRules,
    legacy::{LegacyAttempt, LegacyError, LegacyUser, Verdict},
    user::LegacyKey,
};

/// One request, as it came.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// Method, path and query: `GET /users/ada?x=1`.
    pub(super) line: String,
    pub(super) headers: HashMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The fields of a form.
    pub(super) fn form(&self) -> HashMap<String, String> {
        let text = String::from_utf8_lossy(&self.body);
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        pairs.map(|(name, value)| (decode(name), decode(value))).collect()
    }
}

/// Percent-decodes, by the book and not by the code under test.
pub(super) fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits: String = rest.by_ref().take(2).map(char::from).collect();
            bytes.extend(u8::from_str_radix(&digits, 16).ok());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: String,
}

impl Reply {
    #[expect(clippy::needless_pass_by_value, reason = "reads as `json!` at the caller")]
    pub(super) fn json(status: u16, body: Value) -> Self {
        Self { status, content_type: "application/json", body: body.to_string() }
    }
}

/// Stops with its value.
#[derive(Debug)]
pub(super) struct StandIn {
    pub(super) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl StandIn {
    pub(super) async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let (answer, log) = (Arc::new(answer), Arc::clone(&asked));
        let handle = move |request: Request| {
            let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
            async move {
                let (parts, body) = request.into_parts();
                let headers = parts.headers.iter();
                let asked = Asked {
                    line: format!("{} {}", parts.method, parts.uri),
                    headers: headers
                        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
                        .collect(),
                    body: to_bytes(body, 1 << 22).await.unwrap_or_default().to_vec(),
                };
                let reply = answer(&asked);
                log.lock().unwrap().push(asked);
                let response = Response::builder().status(reply.status).header(CONTENT_TYPE, reply.content_type);
                response.body(Body::from(reply.body)).unwrap()
            }
        };
        let task = tokio::spawn(async move {
            drop(axum::serve(listener, Router::new().fallback(handle)).await);
        });
        Self { url, asked, task }
    }

    /// What was asked since the last time this was called.
    pub(super) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    /// The lines of what was asked since.
    pub(super) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(super) fn name(text: &str) -> Identifier {
    StandardRules::new().parse(text).unwrap()
}

pub(super) async fn ask(legacy: &dyn LegacyConnection, name: &str, password: &str) -> Result<Verdict, LegacyError> {
    legacy.authenticate(&LegacyAttempt::new(&self::name(name), &Password::from(password))).await
}

/// Asks about the person with this id at `source`.
pub(super) async fn ask_about(
    legacy: &dyn LegacyConnection,
    source: &str,
    id: &str,
    name: &str,
    password: &str,
) -> Result<Verdict, LegacyError> {
    let (name, password, key) = (self::name(name), Password::from(password), LegacyKey::new(source, id));
    legacy.authenticate(&LegacyAttempt::new(&name, &password).known_as(&key)).await
}

/// A result in a word, with the place where there is one.
pub(super) fn told(result: &Result<Verdict, LegacyError>) -> String {
    match result {
        Ok(verdict) => verdict.as_str().to_owned(),
        Err(LegacyError::Malformed { what, place, .. }) => format!("malformed: {what} ({place})"),
        Err(LegacyError::Unavailable { what, retry_after: None, .. }) => format!("unavailable: {what}"),
        Err(LegacyError::Unavailable { what, retry_after: Some(wait), .. }) => {
            format!("unavailable: {what}, back in {} s", wait.as_secs())
        }
        Err(error) => error.to_string(),
    }
}

pub(super) fn user(verdict: Result<Verdict, LegacyError>) -> LegacyUser {
    match verdict {
        Ok(Verdict::Match(user) | Verdict::MatchMustChange(user)) => *user,
        other => panic!("no match: {other:?}"),
    }
}
