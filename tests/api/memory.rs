//! What an upload takes of memory, in a process of its own, since the tests beside this one take some too.

use std::{env, fs, process::Command};

use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use crate::server::{CONNECTION, Server, TOKEN, limits, read};

const MIB: u64 = 1 << 20;

/// How long the file is.
const UPLOAD: u64 = 200 * MIB;

/// The most bytes that this process ever had in memory.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
}

#[test]
fn a_long_upload_takes_little() {
    let mut child = Command::new(env::current_exe().unwrap());
    let output =
        child.args(["memory::a_long_file_is_uploaded", "--exact", "--ignored", "--nocapture"]).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    let taken = shown.lines().find_map(|line| line.strip_prefix("bytes taken: "));
    let taken: u64 = taken.and_then(|taken| taken.parse().ok()).unwrap_or_else(|| panic!("{shown}"));
    assert!(taken < 64 * MIB, "{taken} bytes");
}

#[tokio::test]
#[ignore = "run by a_long_upload_takes_little"]
async fn a_long_file_is_uploaded() {
    let server = Server::with(|api| api.limits(limits().upload_bytes(u64::MAX))).await;
    // What the first of anything takes is no matter of length.
    assert_eq!(server.import(r#"[{"email": "ada@example.com"}]"#, &[]).await["summary"]["inserted"], 1);
    let before = peak();

    let head = format!(
        "--limit\r\nContent-Disposition: form-data; name=\"connection_id\"\r\n\r\n{CONNECTION}\r\n--limit\r\n\
         Content-Disposition: form-data; name=\"users\"; filename=\"users.json\"\r\n\r\n"
    );
    let (tail, block) = ("\r\n--limit--\r\n", vec![b' '; 1 << 20]);
    let length = head.len() as u64 + UPLOAD + tail.len() as u64;
    let mut stream = server.connect().await;
    let request = format!(
        "POST /api/v2/jobs/users-imports HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: multipart/form-data; boundary=limit\r\nContent-Length: {length}\r\n\r\n{head}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    for _ in 0..UPLOAD / MIB {
        stream.write_all(&block).await.unwrap();
    }
    stream.write_all(tail.as_bytes()).await.unwrap();
    let answer = read(stream).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    let file = fs::metadata(server.spool().join(format!("{}.upload", answer.json()["id"].as_str().unwrap())));
    assert_eq!(file.unwrap().len(), UPLOAD);
    assert_eq!(server.job(&answer.json()).await["status"], json!("pending"));
    println!("\nbytes taken: {}", peak() - before);
}
