//! Importing files, and what was wrong with them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::site::{HASH, enter, visit, visit_without_worker};

/// Files of these names and texts.
fn files(folder: &tempfile::TempDir, files: &[(&str, String)]) -> Vec<PathBuf> {
    let write = |(name, text): &(&str, String)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    files.iter().map(write).collect()
}

fn paths(files: &[PathBuf]) -> Vec<&Path> {
    files.iter().map(PathBuf::as_path).collect()
}

fn good(users: usize) -> String {
    let user = |number| json!({"email": format!("new{number}@example.com"), "password_hash": HASH});
    Value::Array((0..users).map(user).collect()).to_string()
}

fn bad() -> String {
    let mut users: Vec<_> =
        (0..3).map(|number| json!({"email": format!("no address {number}"), "password_hash": HASH})).collect();
    users.push(json!({"email": "seven@example.com", "given_name": 7}));
    users.push(json!({"email": "fine@example.com"}));
    Value::Array(users).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn several_files_are_checked_by_a_dry_run_and_imported_after_it() {
    visit(async |site, browser| {
        enter(site, browser, "#/imports").await;
        let folder = tempfile::tempdir().unwrap();
        let chosen = files(&folder, &[("good.json", good(20)), ("bad.json", bad())]);
        browser.choose("Files with users", &paths(&chosen)).await;
        browser.sees("Dry run, nothing was written. 20 records: 20 would be new.").await;
        browser.sees("Dry run, nothing was written. 5 records: 1 would be new, 4 would be refused.").await;
        assert_eq!(site.server.get("/users?take=1&include_totals=true").await.json()["total"], 0);
        browser.click("Import for real").await;
        browser.sees("20 records: 20 new.").await;
        assert_eq!(site.server.get("/users?take=1&include_totals=true").await.json()["total"], 20);
        // The other file waits for its own decision.
        assert_eq!(browser.texts(".queue .kind").await, ["For real", "Dry run"]);
        // Whoever leaves the view and comes back finds the files as they were.
        browser.click("Users").await;
        browser.sees("1 to 20 of 20").await;
        browser.click("Imports").await;
        browser.sees("good.json").await;
        assert_eq!(browser.texts(".queue .kind").await, ["For real", "Dry run"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_waits_or_runs_can_be_stopped() {
    visit_without_worker(async |site, browser| {
        enter(site, browser, "#/imports").await;
        let folder = tempfile::tempdir().unwrap();
        let chosen = files(&folder, &[("good.json", good(20))]);
        browser.choose("Files with users", &paths(&chosen)).await;
        browser.click("Stop the import").await;
        browser.sees("Failed. The job was cancelled.").await;
        // And where one is looked at.
        browser.choose("Files with users", &paths(&chosen)).await;
        browser.sees("Waiting").await;
        let jobs = site.server.get("/jobs").await.json();
        let waiting = jobs["jobs"].as_array().unwrap().iter().find(|job| job["status"] == "pending").unwrap();
        browser.open(&site.url(&format!("#/imports/{}", waiting["id"].as_str().unwrap()))).await;
        browser.click("Stop the import").await;
        browser.sees("The job was cancelled.").await;
        assert_eq!(site.server.job(waiting).await["status"], "failed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_dropped_and_one_that_is_too_long_is_not_sent() {
    visit(async |site, browser| {
        enter(site, browser, "#/imports").await;
        browser.click("Dry run first: everything is checked, nothing is written").await;
        let drop = "const dropped = new DataTransfer();
            for (const [name, text] of arguments[0]) dropped.items.add(new File([text], name));
            const zone = document.querySelector('.drop');
            for (const kind of ['dragenter', 'dragover', 'drop'])
              zone.dispatchEvent(new DragEvent(kind, { dataTransfer: dropped, bubbles: true, cancelable: true }));";
        let dropped = json!([
            ["one.json", good(3)],
            ["two.json", "[{\"email\": \"two@example.com\"}]"],
            ["long.json", "x".repeat(600_000)],
            ["none.json", ""]
        ]);
        browser.run(drop, vec![dropped]).await;
        browser.sees("3 records: 3 new.").await;
        browser.sees("1 record: 1 new.").await;
        browser.sees("The file has 600.0 KB. The server takes 512.0 KB at most.").await;
        browser.sees("The file is empty.").await;
        assert_eq!(site.server.get("/jobs").await.json()["jobs"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_records_are_filtered_by_code_and_by_text() {
    visit(async |site, browser| {
        let job = site.server.import(&bad(), &[]).await;
        enter(site, browser, &format!("#/imports/{}", job["id"].as_str().unwrap())).await;
        browser.sees("4 records of 4.").await;
        assert!(!browser.run("return document.documentElement.outerHTML", vec![]).await.to_string().contains("$2b$"));
        let script = "const codes = [...document.querySelector('.filters select').options];
            const select = codes[0].parentElement;
            select.value = arguments[0];
            select.dispatchEvent(new Event('change'));
            return codes.map((code) => code.innerText)";
        let codes = browser.run(script, vec!["INVALID_TYPE".into()]).await;
        assert_eq!(codes, json!(["Every code (4)", "FORMAT (3)", "INVALID_TYPE (1)"]));
        browser.sees("1 record of 4.").await;
        browser.sees("given_name").await;
        browser.run(script, vec!["".into()]).await;
        browser.fill("With this text", "No Address 2").await;
        browser.sees("1 record of 4.").await;
        browser.click("Show").await;
        browser.sees("\"email\": \"no address 2\"").await;
        browser.sees("\"password_hash\": \"*****\"").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quarantine_file_is_corrected_and_imported() {
    visit(async |site, browser| {
        let job = site.server.import(&bad(), &[]).await;
        enter(site, browser, &format!("#/imports/{}", job["id"].as_str().unwrap())).await;
        browser.click("Download the quarantine file").await;
        let lines = String::from_utf8(browser.downloaded(".quarantine.ndjson").await).unwrap();
        assert_eq!(lines.lines().count(), 4);
        let addresses = (0..3).fold(lines, |lines, number| {
            lines.replace(&format!("no address {number}"), &format!("corrected{number}@example.com"))
        });
        let folder = tempfile::tempdir().unwrap();
        let chosen = files(&folder, &[("corrected.ndjson", addresses.replace(":7", ":\"Seven\""))]);
        browser.click("All imports").await;
        browser.choose("Files with users", &paths(&chosen)).await;
        browser.click("Import for real").await;
        browser.sees("4 records: 4 new.").await;
        // Their passwords came along.
        let user = site.server.get("/users-by-email?email=corrected0%40example.com").await.json();
        assert_eq!(user[0]["waystation"]["credential"], "hash");
    })
    .await;
}
