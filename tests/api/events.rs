//! Events of a job, until it is over.

use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use waystation::{
    api::ApiWorker,
    clock::{Clock as _, SystemClock},
};

use crate::server::{CONNECTION, Server, TOKEN, limits, read};

const USERS: &[u8] = br#"[{"email": "ada@example.com"}]"#;

/// An answer that goes on, and what has come of it.
struct Stream {
    stream: TcpStream,
    text: String,
}

impl Stream {
    async fn open(server: &Server, job: &str) -> Self {
        let mut stream = server.connect().await;
        let request =
            format!("GET /api/v2/jobs/{job}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        Self { stream, text: String::new() }
    }

    /// Reads until this has come, `false` if the answer or the connection ends before.
    async fn has(&mut self, what: &str) -> bool {
        let mut bytes = [0; 4_096];
        // The last of the chunks is empty.
        while !self.text.contains(what) && !self.text.ends_with("\r\n0\r\n\r\n") {
            let read = self.stream.read(&mut bytes).await.unwrap();
            if read == 0 {
                break;
            }
            self.text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        }
        self.text.contains(what)
    }

    /// The events that have come, each with its data.
    fn events(&self) -> Vec<(String, Value)> {
        let lines: Vec<&str> = self.text.lines().collect();
        let pairs = lines
            .windows(2)
            .filter_map(|pair| Some((pair[0].strip_prefix("event: ")?.to_owned(), pair[1].strip_prefix("data: ")?)));
        pairs.map(|(name, data)| (name, serde_json::from_str(data).unwrap())).collect()
    }
}

async fn submitted(server: &Server) -> String {
    let answer = server.upload(&[("users", Some("u"), USERS), ("connection_id", None, CONNECTION.as_bytes())]).await;
    assert_eq!(answer.status, 202);
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// Lets time pass as soon as the listener's task waits for it.
async fn pass(server: &Server, time: Duration) {
    while server.clock.sleepers() < 2 {
        tokio::task::yield_now().await;
    }
    server.clock.advance(time);
}

#[tokio::test]
async fn a_job_is_followed_until_it_is_over() {
    for server in Server::each().await {
        let id = submitted(&server).await;
        let mut stream = Stream::open(&server, &id).await;
        assert!(stream.has("\n\n\r\n").await);
        assert!(stream.text.starts_with("HTTP/1.1 200"), "{}", stream.text);
        let head = stream.text.to_lowercase();
        assert!(head.contains("content-type: text/event-stream\r\n") && head.contains("cache-control: no-store\r\n"));
        // Nothing is new after a second, and so nothing is said.
        pass(&server, Duration::from_secs(1)).await;
        server.worker.run_once().await.unwrap();
        let ticking = async {
            loop {
                server.clock.advance(Duration::from_secs(1));
                SystemClock::new().sleep(Duration::from_millis(20)).await;
            }
        };
        let is_told = async { stream.has("event: done").await && !stream.has("never said").await };
        tokio::select! {
            is_told = is_told => assert!(is_told),
            () = ticking => {}
        }
        // It may have been looked at while it was worked on.
        let mut events = stream.events();
        events.retain(|(_, job)| job["status"] != "processing");
        let told: Vec<_> = events.iter().map(|(name, job)| (name.as_str(), job["status"].as_str().unwrap())).collect();
        assert_eq!(told, [("progress", "pending"), ("progress", "completed"), ("done", "completed")]);
        assert_eq!(events[2].1, server.get(&format!("/jobs/{id}")).await.json());
        // One that is over has said everything at once.
        let mut late = Stream::open(&server, &id).await;
        assert!(late.has("event: done").await && !late.has("never said").await);
        assert_eq!(late.events(), events[1..]);
    }
}

#[tokio::test]
async fn who_hears_nothing_is_shown_that_somebody_is_there_but_not_for_ever() {
    let server = Server::start().await;
    let id = submitted(&server).await;
    let mut stream = Stream::open(&server, &id).await;
    assert!(stream.has("event: progress").await);
    for _ in 0..16 {
        assert!(!stream.text.contains(": still there"), "{}", stream.text);
        pass(&server, Duration::from_secs(1)).await;
    }
    assert!(stream.has(": still there").await);
    pass(&server, Duration::from_mins(10)).await;
    assert!(!stream.has("event: done").await, "it ends, and the job has not");
}

#[tokio::test]
async fn so_many_listen_at_once_and_who_has_gone_leaves_a_place() {
    let server = Server::with(|api| api.limits(limits().listeners(2))).await;
    let id = submitted(&server).await;
    let (mut one, mut other) = (Stream::open(&server, &id).await, Stream::open(&server, &id).await);
    assert!(one.has("event: progress").await && other.has("event: progress").await);
    let path = format!("/jobs/{id}/events");
    let refused = server.get(&path).await;
    refused.is_problem(429, "As many clients listen to jobs as may: ask for the job itself now and then");
    drop(one);
    let mut third = loop {
        let mut third = Stream::open(&server, &id).await;
        assert!(third.has("\r\n\r\n").await);
        if third.text.starts_with("HTTP/1.1 200") {
            break third;
        }
    };
    // A host that ends lets everybody go.
    server.api.close_events();
    assert!(!other.has("event: done").await && !third.has("event: done").await);
    let mut late = Stream::open(&server, &id).await;
    assert!(!late.has("event: done").await);
}

#[tokio::test]
async fn a_job_that_is_removed_ends_its_streams() {
    let server = Server::start().await;
    let id = submitted(&server).await;
    let mut stream = Stream::open(&server, &id).await;
    assert!(stream.has("event: progress").await);
    let jobs = server.store.as_jobs().unwrap();
    jobs.cancel(&waystation::store::JobId::new(id.as_str()), crate::server::NOW).await.unwrap();
    let after = crate::server::NOW.saturating_add(Duration::from_secs(1));
    assert_eq!(jobs.prune(ApiWorker::IMPORT_KIND, after).await.unwrap(), 1);
    pass(&server, Duration::from_secs(1)).await;
    assert!(!stream.has("event: done").await, "{}", stream.text);
}

#[tokio::test]
async fn nobody_follows_what_they_may_not_see() {
    let server = Server::start().await;
    let id = submitted(&server).await;
    for (token, status) in [("nothing", 403), ("read:connections", 403), ("wrong", 401)] {
        assert_eq!(server.send_as(token, "GET", &format!("/jobs/{id}/events"), None).await.status, status, "{token}");
    }
    for path in ["/jobs/job_0000000000000000/events", "/jobs/..%2f..%2fetc/events"] {
        server.get(path).await.is_problem(404, "Job not found");
    }
    assert_eq!(server.get(&format!("/jobs/{id}/events?a=b")).await.status, 400);
    let mut stream = server.connect().await;
    let head = format!(
        "POST /api/v2/jobs/{id}/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(read(stream).await.status, 405);
}
