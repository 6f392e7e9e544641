//! Uploads in pieces.

use tokio::io::AsyncWriteExt as _;

use crate::server::{Answer, CONNECTION, Server, TOKEN, limits, read};

const USERS: &[u8] = br#"[{"email": "ada@example.com"}, {"email": "grace@example.com"}]"#;
const PIECE: &str = "Content-Type: application/offset+octet-stream\r\n";

/// A request of the protocol, with these headers beside.
async fn ask(server: &Server, method: &str, path: &str, head: &str, body: &[u8]) -> Answer {
    let head = format!("Authorization: Bearer {TOKEN}\r\nTus-Resumable: 1.0.0\r\n{head}");
    server.send_raw(method, path, &head, body).await
}

/// The path of a new upload of so many bytes.
async fn begin(server: &Server, length: usize) -> String {
    let answer = ask(server, "POST", "/uploads", &format!("Upload-Length: {length}\r\n"), b"").await;
    assert_eq!((answer.status, answer.header("tus-resumable").as_deref()), (201, Some("1.0.0")));
    let location = answer.header("location").unwrap();
    location.split_once("/api/v2").unwrap().1.to_owned()
}

async fn append(server: &Server, path: &str, offset: usize, piece: &[u8]) -> Answer {
    ask(server, "PATCH", path, &format!("{PIECE}Upload-Offset: {offset}\r\n"), piece).await
}

async fn offset(server: &Server, path: &str) -> Option<String> {
    ask(server, "HEAD", path, "", b"").await.header("upload-offset")
}

async fn import(server: &Server, upload: &str) -> Answer {
    let upload = upload.trim_start_matches("/uploads/");
    server.upload(&[("upload_id", None, upload.as_bytes()), ("connection_id", None, CONNECTION.as_bytes())]).await
}

#[tokio::test]
async fn an_upload_in_pieces_is_imported() {
    for server in Server::each().await {
        let path = begin(&server, USERS.len()).await;
        let (first, second) = USERS.split_at(20);
        assert_eq!(append(&server, &path, 0, first).await.header("upload-offset").as_deref(), Some("20"));
        assert_eq!(offset(&server, &path).await.as_deref(), Some("20"));
        let early = import(&server, &path).await.is_problem(400, "The upload is not finished.");
        assert_eq!(early["pointer"], "/upload_id");
        assert_eq!(append(&server, &path, 20, second).await.status, 204);
        let job = import(&server, &path).await;
        assert_eq!(job.status, 202);
        server.worker.run_once().await.unwrap();
        assert_eq!(server.job(&job.json()).await["summary"]["inserted"], 2);
        // It is the job's now.
        assert_eq!(offset(&server, &path).await, None);
        import(&server, &path).await.is_problem(404, "The upload does not exist.");
    }
}

#[tokio::test]
async fn a_piece_that_breaks_off_is_kept_as_far_as_it_came() {
    let server = Server::start().await;
    let path = begin(&server, USERS.len()).await;
    let mut stream = server.connect().await;
    let head = format!(
        "PATCH /api/v2{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nTus-Resumable: 1.0.0\r\n\
         {PIECE}Upload-Offset: 0\r\nContent-Length: {}\r\n\r\n",
        USERS.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&USERS[..30]).await.unwrap();
    stream.shutdown().await.unwrap();
    let _broken = read(stream).await;
    // The server may still be at it: the file is its own until it has noticed.
    let rest = loop {
        let rest = append(&server, &path, 30, &USERS[30..]).await;
        if rest.status != 423 && rest.status != 409 {
            break rest;
        }
    };
    assert_eq!((rest.status, rest.header("upload-offset")), (204, Some(USERS.len().to_string())));
    assert_eq!(import(&server, &path).await.status, 202);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_changes_nothing() {
    let server = Server::start().await;
    let path = begin(&server, 10).await;
    append(&server, &path, 3, b"x")
        .await
        .is_problem(409, "The upload is at another offset: ask for it and go on from there.");
    append(&server, &path, 0, b"01234567890")
        .await
        .is_problem(413, "Payload content length greater than maximum allowed: 10.");
    let not_bytes = ask(&server, "PATCH", &path, "Content-Type: text/plain\r\nUpload-Offset: 0\r\n", b"x").await;
    not_bytes.is_problem(415, "Unsupported Media Type");
    for head in ["", "Upload-Offset: -1\r\n", "Upload-Offset: 0\r\nUpload-Offset: 0\r\n"] {
        let message = "The header upload-offset is not a number of bytes.";
        ask(&server, "PATCH", &path, &format!("{PIECE}{head}"), b"x").await.is_problem(400, message);
    }
    let bearer = format!("Authorization: Bearer {TOKEN}\r\nUpload-Length: 1\r\n");
    for version in ["", "Tus-Resumable: 0.2.2\r\n"] {
        let answer = server.send_raw("POST", "/uploads", &format!("{bearer}{version}"), b"").await;
        answer.is_problem(412, "The header Tus-Resumable is not 1.0.0.");
        assert_eq!(answer.header("tus-version").as_deref(), Some("1.0.0"));
    }
    assert_eq!(offset(&server, &path).await.as_deref(), Some("0"));
}

#[tokio::test]
async fn names_of_other_files_are_no_uploads() {
    let server = Server::start().await;
    std::fs::write(server.spool().join("job_0123456789abcdef.upload"), "[]").unwrap();
    for id in [
        "job_0123456789abcdef",
        "..%2Fjob_0123456789abcdef",
        "upl_0123456789abcdef-2",
        "upl_..%2F..%2F..%2Fetc%2Fpass-2",
    ] {
        let path = format!("/uploads/{id}");
        assert_eq!(ask(&server, "HEAD", &path, "", b"").await.status, 404, "{id}");
        append(&server, &path, 0, b"x").await.is_problem(404, "The upload does not exist.");
        ask(&server, "DELETE", &path, "", b"").await.is_problem(404, "The upload does not exist.");
        import(&server, id).await.is_problem(404, "The upload does not exist.");
    }
    assert_eq!(server.files(), ["job_0123456789abcdef.upload"]);
}

#[tokio::test]
async fn there_are_only_so_many_uploads_and_each_has_its_limit() {
    let server = Server::with(|api| api.limits(limits().uploads(2).upload_bytes(100))).await;
    let (first, _second) = (begin(&server, 100).await, begin(&server, 1).await);
    let third = ask(&server, "POST", "/uploads", "Upload-Length: 1\r\n", b"").await;
    third.is_problem(429, "There are too many unfinished uploads, please finish or remove some of them.");
    let long = ask(&server, "POST", "/uploads", "Upload-Length: 101\r\n", b"").await;
    long.is_problem(413, "Payload content length greater than maximum allowed: 100.");
    let empty = ask(&server, "POST", "/uploads", "Upload-Length: 0\r\n", b"").await;
    empty.is_problem(400, "An upload has at least one byte.");
    assert_eq!(ask(&server, "DELETE", &first, "", b"").await.status, 204);
    begin(&server, 1).await;
    let options = ask(&server, "OPTIONS", "/uploads", "", b"").await;
    assert_eq!((options.status, options.header("tus-max-size").as_deref()), (204, Some("100")));
}

#[tokio::test]
async fn an_import_that_is_not_taken_leaves_the_upload_for_another_try() {
    let server = Server::with(|api| api.limits(limits().imports(1))).await;
    let waits = server.upload(&[("users", Some("u"), USERS), ("connection_id", None, CONNECTION.as_bytes())]).await;
    assert_eq!(waits.status, 202);
    let path = begin(&server, USERS.len()).await;
    assert_eq!(append(&server, &path, 0, USERS).await.status, 204);
    assert_eq!(import(&server, &path).await.status, 429);
    assert_eq!(offset(&server, &path).await, Some(USERS.len().to_string()));
    server.worker.run_once().await.unwrap();
    assert_eq!(import(&server, &path).await.status, 202);
}

#[tokio::test]
async fn uploads_need_the_scope_of_imports() {
    let server = Server::start().await;
    let path = begin(&server, 1).await;
    for (method, path) in [("POST", "/uploads"), ("PATCH", &path), ("DELETE", &path)] {
        let head = "Tus-Resumable: 1.0.0\r\n";
        assert_eq!(server.send_raw(method, path, head, b"").await.status, 401, "{method}");
        let reader = format!("Authorization: Bearer read:users\r\n{head}");
        assert_eq!(server.send_raw(method, path, &reader, b"").await.status, 403, "{method}");
    }
}
