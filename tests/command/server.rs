//! `waystation serve`, running, and a client that sends what it is told to.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use super::terminal::{Ended, Terminal};

pub(super) const TOKEN: &str = "a-token-of-a-test-with-enough-letters";

/// Longer than anything here takes, so that a test that waits in vain fails and does not hang.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    pub(super) address: String,
    pub(super) url: String,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Server {
    /// Starts it at a free port, with the token of the tests, and waits until it listens.
    pub(super) fn start(terminal: &Terminal, arguments: &[&str]) -> Self {
        Self::start_with(terminal, arguments, &[("WAYSTATION_TOKEN", TOKEN)])
    }

    pub(super) fn start_with(terminal: &Terminal, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_waystation"))
            .args(["serve", "--json", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .env_clear()
            .envs(environment.iter().copied())
            .current_dir(terminal.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "{}", String::from_utf8_lossy(&child.wait_with_output().unwrap().stderr));
        let told: Value = serde_json::from_str(&line).unwrap();
        let text = |name: &str| told[name].as_str().unwrap().to_owned();
        Self { child, address: text("address"), url: text("url") }
    }

    pub(super) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.ask(TOKEN, "GET", path, "", b"")
    }

    /// One request, whose body is of this media type.
    pub(super) fn ask(&self, token: &str, method: &str, path: &str, kind: &str, body: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(self.head(token, method, path, kind, body.len()).as_bytes()).unwrap();
        // Whoever is refused early may find the way closed.
        let _refused = stream.write_all(body);
        read(stream).unwrap()
    }

    pub(super) fn head(&self, token: &str, method: &str, path: &str, kind: &str, length: usize) -> String {
        let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
        format!(
            "{method} /api/v2{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n{kind}\
             Authorization: Bearer {token}\r\n\r\n",
            self.address
        )
    }

    /// Uploads users, and says which job imports them.
    pub(super) fn import(&self, users: &str) -> Value {
        let (kind, body) = self.form(users);
        let answer = self.ask(TOKEN, "POST", "/jobs/users-imports", kind, &body);
        assert_eq!(answer.status, 202, "{}", answer.body);
        answer.json()
    }

    pub(super) fn form(&self, users: &str) -> (&'static str, Vec<u8>) {
        let connections = self.get("/connections").json();
        let connection = connections[0]["id"].as_str().unwrap();
        let part = |name: &str, content: &str| {
            format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\n\r\n{content}\r\n")
        };
        let body = format!("{}{}--limit--\r\n", part("connection_id", connection), part("users", users));
        ("multipart/form-data; boundary=limit", body.into_bytes())
    }

    /// Follows a job until it is over.
    pub(super) fn end_of(&self, job: &Value) -> Value {
        let path = format!("/jobs/{}", job["id"].as_str().unwrap());
        loop {
            let job = self.get(&path).json();
            // Whoever asks too often is told to wait, and that is no status.
            if job["status"].is_string() && job["status"] != "pending" && job["status"] != "processing" {
                return job;
            }
            pause();
        }
    }

    pub(super) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub(super) fn tell(&self, signal: &str) {
        let told = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
    }

    /// Ends it as a supervisor does.
    pub(super) fn stop(self) -> Ended {
        self.tell("-TERM");
        self.end()
    }

    pub(super) fn end(self) -> Ended {
        let output = self.child.wait_with_output().unwrap();
        Ended::of(output)
    }
}

/// Lets another process do something.
pub(super) fn pause() {
    #[expect(clippy::disallowed_methods, reason = "the server is another process, with the system's clock")]
    std::thread::sleep(Duration::from_millis(100));
}

/// The answer to what was sent; `None` if the server closes without one.
pub(super) fn read(mut stream: TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    // A server that has refused may close before all is read.
    let ended = stream.read_to_end(&mut bytes);
    assert!(
        !matches!(&ended, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock),
        "nothing came, nor an end"
    );
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some(Answer { status: head.split(' ').nth(1).unwrap().parse().unwrap(), body: body.to_owned() })
}
