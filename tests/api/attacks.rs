//! What the security chapter of the guide names, tried one by one; what has a place of its own is there: bombs and slow uploads
//! in `uploads`, links in `exports`, tickets in `tickets`, names of files in `resumable` and `refusals`.

use std::{io::ErrorKind, net::TcpListener};

use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use crate::{
    server::{Answer, CONNECTION, Server, TOKEN, read},
    tickets::with_post,
};

/// That no browser is told to let another page send or read.
#[track_caller]
fn is_for_no_other_origin(answer: &Answer) {
    assert!(!answer.head.to_ascii_lowercase().contains("access-control-"), "{}", answer.head);
    assert_eq!(answer.header("set-cookie"), None, "{}", answer.head);
}

#[tokio::test]
async fn pages_of_other_origins_can_neither_ask_nor_read() {
    let server = Server::start().await;
    let origin = "Origin: https://evil.example\r\n";
    let preflight =
        format!("{origin}Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n");
    for path in ["/users", "/jobs/users-imports", "/jobs/users-exports", "/uploads"] {
        let answer = server.send_raw("OPTIONS", path, &preflight, b"").await;
        is_for_no_other_origin(&answer);
        assert_eq!(answer.status, 401, "{path}");
    }
    // What a form of a page can send without asking before: neither media type nor method is refused, but the lack of a token.
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=limit"] {
        for path in ["/users", "/jobs/users-imports", "/jobs/users-exports"] {
            let head = format!("{origin}Content-Type: {kind}\r\nCookie: token={TOKEN}\r\n");
            let answer = server.send_raw("POST", path, &head, b"format=csv").await;
            is_for_no_other_origin(&answer);
            answer.is_problem(401, "Missing authentication");
        }
    }
    let head = format!("{origin}Authorization: Bearer {TOKEN}\r\n");
    let answer = server.send_raw("GET", "/users", &head, b"").await;
    assert_eq!(answer.status, 200);
    is_for_no_other_origin(&answer);
    assert_eq!(server.jobs().await, 0);
}

#[tokio::test]
async fn no_answer_is_taken_for_markup_or_kept() {
    let server = Server::start().await;
    let user = json!({
        "connection": "customers",
        "email": "ada@example.com",
        "password": "difference engine",
        "name": "<script>alert(1)</script>",
    });
    assert_eq!(server.send("POST", "/users", Some(user)).await.status, 201);
    for path in ["/users", "/users?q=%3Cscript%3E", "/users/%3Cscript%3E", "/%3Cscript%3E", "/users?per_page=%3Cb%3E"] {
        let answer = server.get(path).await;
        assert_eq!(answer.header("content-type").as_deref(), Some("application/json; charset=utf-8"), "{path}");
        assert_eq!(answer.header("x-content-type-options").as_deref(), Some("nosniff"), "{path}");
        assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"), "{path}");
    }
}

#[tokio::test]
async fn what_is_searched_for_is_never_a_statement() {
    for server in Server::each().await {
        server.create("ada@example.com").await;
        for hostile in [
            "'; DROP TABLE waystation_users; --",
            "' OR '1'='1",
            "\\' OR 1=1 --",
            "%' OR 'a' LIKE '%",
            "ada@example.com' UNION SELECT * FROM waystation_users --",
            "\u{2019} OR 1=1",
        ] {
            let quoted = hostile.replace('\\', "\\\\").replace('"', "\\\"");
            for query in [
                format!("email:\"{quoted}\""),
                format!("user_metadata.color:\"{quoted}\""),
                format!("name:\"{quoted}\""),
                format!("\"{quoted}\""),
            ] {
                let query = percent(&query);
                let answer = server.get(&format!("/users?q={query}")).await;
                assert_eq!((answer.status, answer.json()), (200, json!([])), "{query}");
            }
            for path in [
                format!("/users/{}", percent(hostile)),
                format!("/users?sort={}", percent(&format!("{hostile}:1"))),
                format!("/users?q={}", percent(&format!("user_metadata.{hostile}:1"))),
                format!("/users?fields={}&from={}&take=1", percent(hostile), percent(hostile)),
            ] {
                let answer = server.get(&path).await;
                assert!(matches!(answer.status, 200 | 400 | 404), "{path}: {}", answer.status);
                assert!(!String::from_utf8_lossy(&answer.body).contains("ada@example.com"), "{path}");
            }
        }
        assert_eq!(server.get("/users").await.json().as_array().unwrap().len(), 1);
    }
}

/// Every byte but letters and digits as `%XX`.
fn percent(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut path, byte| {
        if byte.is_ascii_alphanumeric() {
            path.push(char::from(byte));
        } else {
            write!(path, "%{byte:02X}").unwrap();
        }
        path
    })
}

#[tokio::test]
async fn no_name_of_an_uploaded_file_leads_out_of_the_spool_folder() {
    let (server, mut taken) = (Server::start().await, 0);
    for name in
        ["../../evil.json", "/etc/cron.d/evil", "..\\..\\evil", "evil\u{0}.json", "con_0/../x", ".", "job_0.users"]
    {
        let users = json!([{"email": "ada@example.com"}]).to_string();
        let parts = [("users", Some(name), users.as_bytes()), ("connection_id", None, CONNECTION.as_bytes())];
        let before = server.files().len();
        let answer = server.upload(&parts).await;
        if answer.status == 202 {
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            let files = server.files();
            assert_eq!(files.len(), before + 1, "{name:?}: {files:?}");
            assert!(files.iter().any(|file| file.contains(id.trim_start_matches("job_"))), "{name:?}: {files:?}");
            server.worker.run_once().await.unwrap();
            taken += 1;
        } else {
            assert_eq!((answer.status, server.files().len()), (400, before), "{name:?}");
        }
        let above: Vec<_> = std::fs::read_dir(server.spool().parent().unwrap()).unwrap().collect();
        assert_eq!(above.len(), 1, "{name:?}");
    }
    assert!(taken > 4, "names are not looked at, and most of these were taken: {taken}");
}

#[tokio::test]
async fn no_address_that_a_request_names_is_visited() {
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let address = format!("http://{}/", trap.local_addr().unwrap());
    let (server, _post) = with_post().await;
    let users = json!([{
        "user_id": "1",
        "email": "ada@example.com",
        "picture": address,
        "user_metadata": {"page": address},
    }]);
    server.import(&users.to_string(), &[]).await;
    let user = "auth0|1";
    let asked = [
        ("/tickets/password-change", json!({"user_id": user, "result_url": address})),
        ("/jobs/verification-email", json!({"user_id": user})),
        ("/jobs/users-exports", json!({"format": "csv", "fields": [{"name": "picture"}]})),
        ("/users/auth0%7C1/identities", json!({"provider": address, "user_id": address})),
    ];
    for (path, body) in asked {
        let answer = server.send("POST", path, Some(body)).await;
        assert!(answer.status < 300, "{path}: {}", answer.json());
        server.worker.run_once().await.unwrap();
    }
    let changed = server.send("PATCH", "/users/auth0%7C1", Some(json!({"picture": format!("{address}x")}))).await;
    assert_eq!(changed.status, 200);
    // Whoever comes is let in by the kernel, and waits to be accepted.
    assert_eq!(trap.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "somebody came");
}

#[tokio::test]
async fn a_request_within_a_request_is_answered_to_nobody() {
    let server = Server::start().await;
    server.create("ada@example.com").await;
    let inner = format!("GET /api/v2/users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
    let host = format!("POST /api/v2/users HTTP/1.1\r\nHost: {}\r\n", server.address());
    for head in [
        // Two lengths of a body, each of them good for a reader of its own.
        format!("Content-Length: 5\r\nContent-Length: {}\r\n", inner.len()),
        "Content-Length: 0\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n".to_owned(),
        "Transfer-Encoding: xchunked\r\n".to_owned(),
        "Transfer-Encoding : chunked\r\n".to_owned(),
        "Transfer-Encoding: chunked\r\n Content-Length: 0\r\n".to_owned(),
        "Content-Length: +5\r\n".to_owned(),
        "Content-Length: 5, 6\r\n".to_owned(),
        // A length for one reader and chunks for the other, who would find the inner request behind the last of them.
        format!("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", inner.len() + 5),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {}\r\n\r\n0\r\n", inner.len() + 5),
    ] {
        let mut stream = server.connect().await;
        let request = format!("{host}{head}\r\n{inner}");
        // Whoever is refused early may find the way closed; an answer there is all the same.
        let _ = stream.write_all(request.as_bytes()).await;
        let answer = read(stream).await;
        assert!(matches!(answer.status, 400 | 401), "{head}: {}", answer.status);
        let body = String::from_utf8_lossy(&answer.body);
        assert!(!body.contains("HTTP/1.1") && !body.contains("ada@example.com"), "{head}: {body}");
    }
}

#[tokio::test]
async fn nothing_that_is_sent_becomes_a_header_of_an_answer() {
    let server = Server::with(|api| api.reset_page("https://shop.example/reset")).await;
    server.import(&json!([{"user_id": "1", "email": "ada@example.com"}]).to_string(), &[]).await;
    let broken = "https://x.io/\r\nSet-Cookie: a=b";
    let body = json!({"user_id": "auth0|1", "result_url": broken});
    assert_eq!(server.send("POST", "/tickets/password-change", Some(body)).await.status, 400);
    let export = json!({"format": "csv", "fields": [{"name": "email", "export_as": broken}]});
    for answer in [
        server.send("POST", "/jobs/users-exports", Some(export)).await,
        server.get("/users/%0d%0aSet-Cookie:%20a=b").await,
        server.get("/jobs?from=%0d%0aSet-Cookie:%20a=b").await,
        server.send_raw("POST", "/uploads", &format!("Authorization: Bearer {TOKEN}\r\nTus-Resumable: 1.0.0\r\nUpload-Length: 3\r\nUpload-Metadata: filename DQpTZXQtQ29va2llOiBhPWI=\r\n"), b"").await,
    ] {
        assert_eq!(answer.header("set-cookie"), None, "{}", answer.head);
        assert!(!answer.head.contains("a=b"), "{}", answer.head);
    }
}
