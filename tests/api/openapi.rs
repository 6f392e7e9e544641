//! The API's own description: what it says, and whether that is true.

use std::{path::Path, process::Command};

use serde_json::{Value, json};

use crate::{
    clients::{folder, packages, serve, succeeds},
    server::{Server, TOKEN},
};

#[tokio::test]
async fn the_description_is_what_was_agreed_upon() {
    let server = Server::start().await;
    let answer = server.send_raw("GET", "/openapi.json", "", b"").await;
    assert_eq!(answer.status, 200);
    let mut document = answer.json();
    assert_eq!(document["servers"], json!([{"url": format!("http://{}/api/v2", server.address())}]));
    document["servers"] = json!([{"url": "https://shop.example/api/v2"}]);
    document["info"]["version"] = json!("0");
    let written = serde_json::to_string_pretty(&document).unwrap() + "\n";
    // Where it was changed on purpose, this is the new one.
    let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi.json");
    std::fs::write(&new, &written).unwrap();
    let agreed: Value = serde_json::from_str(include_str!("openapi.json")).unwrap();
    assert!(document == agreed, "{} is another", new.display());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fuzzer_of_schemas_finds_nothing_that_was_not_described() {
    let packages = packages("schemathesis");
    let server = serve(move |address| {
        let mut fuzzer = Command::new("python3");
        // From a folder of its own: it keeps what it found in the one that it runs in.
        let scratch = tempfile::tempdir().unwrap();
        std::fs::copy(folder("schemathesis").join("schemathesis.toml"), scratch.path().join("schemathesis.toml"))
            .unwrap();
        fuzzer.args(["-c", "from schemathesis.cli import schemathesis; schemathesis()", "run"]);
        fuzzer
            .arg(format!("http://{address}/api/v2/openapi.json"))
            .args(["--header", &format!("Authorization: Bearer {TOKEN}")]);
        let output = fuzzer.env("PYTHONPATH", packages).current_dir(scratch.path()).output();
        println!("{}", succeeds(&output.unwrap()));
    })
    .await;
    // Files of jobs, and uploads that were begun.
    let is_known = |file: &String| file.starts_with("job_") || file.starts_with("upl_");
    assert!(server.files().iter().all(is_known), "{:?}", server.files());
}
