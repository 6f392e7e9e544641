//! Uploads that are not what they should be. None leaves a file or a job.

use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use waystation::clock::{Clock as _, SystemClock};

use crate::server::{CONNECTION, Server, TOKEN, form, limits, read};

const USERS: &[u8] = br#"[{"email": "ada@example.com"}]"#;
const ID: &[u8] = CONNECTION.as_bytes();

/// A name, that of a file if it is one, and what is in it.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

async fn is_clean(server: &Server) {
    // What a dropped request had in hand is gone as soon as the server has noticed.
    for _ in 0..2_000 {
        if server.files().is_empty() {
            break;
        }
        SystemClock::new().sleep(Duration::from_millis(5)).await;
    }
    assert_eq!((server.files(), server.jobs().await), (Vec::new(), 0));
}

#[tokio::test]
async fn parts_that_are_missing_doubled_or_wrong_are_named() {
    let server = Server::start().await;
    let users = ("users", Some("users.json"), USERS);
    let id = ("connection_id", None, ID);
    let long = vec![b'x'; 2_000];
    let cases: Vec<(Vec<Part<'_>>, &str)> = vec![
        (vec![], "Must provide 'users' file as multipart part."),
        (vec![id], "Must provide 'users' file as multipart part."),
        (vec![users], "Must provide 'connection_id' as multipart part."),
        (vec![users, ("connection_id", None, b"")], "Must provide 'connection_id' as multipart part."),
        (vec![("users", Some("u"), b""), id], "Users file must not be empty."),
        (
            vec![users, ("connection_id", None, b"con_1")],
            "Payload validation error: 'String does not match pattern ^con_[A-Za-z0-9]{16}$' on property connection_id.",
        ),
        (vec![users, ("connection_id", None, b"con_0000000000000002")], "The connection does not exist."),
        (vec![users, users, id], "Payload validation error: 'The part is given more than once' on property users."),
        (
            vec![users, id, id],
            "Payload validation error: 'The part is given more than once' on property connection_id.",
        ),
        (
            vec![users, id, ("upsert", None, b"yes")],
            "Payload validation error: 'Expected type boolean but found type string' on property upsert.",
        ),
        (
            vec![users, id, ("external_id", None, &long)],
            "Payload validation error: 'String is too long, maximum 1024' on property external_id.",
        ),
        (
            vec![users, id, ("external_id", None, b"\xff")],
            "Payload validation error: 'The part is not UTF-8' on property external_id.",
        ),
        (vec![users, id, ("format", None, b"xls")], "Payload validation error: 'No enum match' on property format."),
    ];
    for (parts, message) in cases {
        server.upload(&parts).await.is_problem(400, message);
        is_clean(&server).await;
    }
}

#[tokio::test]
async fn what_is_no_form_in_parts_is_refused() {
    let server = Server::start().await;
    let (_, body) = form(&[("users", Some("u"), USERS), ("connection_id", None, ID)]);
    let malformed = "Payload validation error: 'Invalid multipart payload format'.";
    let cut = &body[..body.len() - 20];
    for (kind, body) in [
        ("application/json", &b"{}"[..]),
        ("multipart/form-data", &body[..]),
        ("multipart/form-data; boundary=", &body[..]),
        ("multipart/form-data; boundary=other", &body[..]),
        ("multipart/mixed; boundary=limit", &body[..]),
        ("multipart/form-data; boundary=limit", cut),
        ("multipart/form-data; boundary=limit", &b""[..]),
        ("multipart/form-data; boundary=limit", &b"--limit\r\nContent-Disposition: form-data; name=\"users\"\r\n"[..]),
        ("multipart/form-data; boundary=limit", &b"--limitless\r\n"[..]),
    ] {
        let head = format!("Authorization: Bearer {TOKEN}\r\nContent-Type: {kind}\r\n");
        let answer = server.send_raw("POST", "/jobs/users-imports", &head, body).await;
        answer.is_problem(400, malformed);
        is_clean(&server).await;
    }
}

#[tokio::test]
async fn boundaries_may_look_like_anything() {
    let server = Server::start().await;
    for (number, boundary) in ["-", "----------", "a'()+_,-./:=?b", &"x".repeat(70)].into_iter().enumerate() {
        // Nearly the boundary, many times, is still content.
        let users = format!(
            "[{{\"email\": \"user{number}@x.io\", \"user_metadata\": {{\"a\": \"\\r\\n--{boundary}x--{boundary}\"}}}}]"
        );
        let body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"users\"; filename=\"u\"\r\n\r\n{users}\r\n--{boundary}\r\n\
             Content-Disposition: form-data; name=\"connection_id\"\r\n\r\n{CONNECTION}\r\n--{boundary}--\r\n"
        );
        let head =
            format!("Authorization: Bearer {TOKEN}\r\nContent-Type: multipart/form-data; boundary=\"{boundary}\"\r\n");
        let answer = server.send_raw("POST", "/jobs/users-imports", &head, body.as_bytes()).await;
        assert_eq!(answer.status, 202, "{boundary}: {}", answer.json());
        server.worker.run_once().await.unwrap();
        assert_eq!(server.job(&answer.json()).await["summary"]["inserted"], 1, "{boundary}");
    }
}

#[tokio::test]
async fn a_file_of_many_blocks_is_kept_as_it_came() {
    let server = Server::with(|api| api.limits(limits().upload_bytes(8 << 20))).await;
    // More than two of the blocks that are written at once, and nothing alike in any two places.
    let sent: Vec<u8> = (0..700_000_u32).flat_map(u32::to_le_bytes).collect();
    let answer = server.upload(&[("users", Some("u"), &sent), ("connection_id", None, ID)]).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    let kept: Vec<_> =
        std::fs::read_dir(server.spool()).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect();
    assert!(kept.len() == 1 && kept[0] == sent, "{} files", kept.len());
}

#[tokio::test]
async fn an_upload_that_is_too_long_is_refused_before_or_while_it_comes() {
    let server = Server::start().await;
    let message = "Payload content length greater than maximum allowed: 512000.";
    let long = vec![b' '; 600_000];
    let parts = [("users", Some("u"), &long[..]), ("connection_id", None, ID)];
    server.upload(&parts).await.is_problem(413, message);
    is_clean(&server).await;

    // In chunks, nobody knows before.
    let (kind, body) = form(&parts);
    let mut stream = server.connect().await;
    let head = format!(
        "POST /api/v2/jobs/users-imports HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    for chunk in body.chunks(10_000) {
        let sent = async {
            stream.write_all(format!("{:x}\r\n", chunk.len()).as_bytes()).await?;
            stream.write_all(chunk).await?;
            stream.write_all(b"\r\n").await
        };
        if sent.await.is_err() {
            break;
        }
    }
    read(stream).await.is_problem(413, message);
    is_clean(&server).await;
}

#[tokio::test]
async fn a_longer_one_is_taken_where_that_was_allowed() {
    let server = Server::with(|api| api.limits(limits().upload_bytes(u64::MAX))).await;
    let users: Vec<_> = (0..20_000)
        .map(|number| {
            format!("{{\"email\": \"user{number}@x.io\", \"user_metadata\": {{\"a\": \"{}\"}}}}", "x".repeat(100))
        })
        .collect();
    let job = server.import(&format!("[{}]", users.join(",")), &[]).await;
    assert_eq!(job["summary"]["inserted"], 20_000);
}

#[tokio::test]
async fn the_head_of_a_part_has_an_end() {
    let server = Server::with(|api| api.limits(limits().upload_bytes(u64::MAX))).await;
    let mut body = b"--limit\r\nContent-Disposition: form-data; name=\"".to_vec();
    body.extend(vec![b'x'; 16 << 20]);
    let head = format!("Authorization: Bearer {TOKEN}\r\nContent-Type: multipart/form-data; boundary=limit\r\n");
    let answer = server.send_raw("POST", "/jobs/users-imports", &head, &body).await;
    answer.is_problem(400, "Payload validation error: 'Invalid multipart payload format'.");
    is_clean(&server).await;
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing() {
    let server = Server::start().await;
    let (kind, body) = form(&[("users", Some("u"), &vec![b' '; 200_000]), ("connection_id", None, ID)]);
    let mut stream = server.connect().await;
    let head = format!(
        "POST /api/v2/jobs/users-imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: {kind}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body[..100_000]).await.unwrap();
    while server.files().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(stream);
    is_clean(&server).await;
}

#[tokio::test]
async fn an_upload_that_takes_too_long_is_given_up() {
    let server = Server::start().await;
    let (kind, body) = form(&[("users", Some("u"), USERS), ("connection_id", None, ID)]);
    let mut stream = server.connect().await;
    let head = format!(
        "POST /api/v2/jobs/users-imports HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body[..body.len() - 10]).await.unwrap();
    while server.files().is_empty() || server.clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }
    server.clock.advance(Duration::from_mins(10));
    read(stream).await.is_problem(408, "The upload took too long.");
    is_clean(&server).await;
}

#[tokio::test]
async fn what_unpacks_to_far_more_than_it_is_fails_its_job() {
    use std::io::Write as _;

    let server = Server::start().await;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(b"[{\"email\": \"a@x.io\"}").unwrap();
    for _ in 0..64 {
        packed.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    packed.write_all(b"]").unwrap();
    let bomb = packed.finish().unwrap();
    let answer = server.upload(&[("users", Some("users.json.gz"), &bomb), ("connection_id", None, ID)]).await;
    assert_eq!(answer.status, 202);
    server.worker.run_once().await.unwrap();
    assert_eq!(server.job(&answer.json()).await["status"], "failed");
}
