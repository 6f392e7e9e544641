//! Every view, dark and light, narrow and wide: held against the rules of axe, and kept as a picture.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use crate::{
    browser::Browser,
    site::{HASH, enter, visit},
};

/// The rules, at the version of their lock file: installed where cargo builds, once for each state of it.
fn axe() -> String {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/admin/axe");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("admin-axe");
    let wanted = std::fs::read(from.join("package-lock.json")).unwrap();
    let mark = target.join("installed.lock");
    if std::fs::read(&mark).ok() != Some(wanted.clone()) {
        let _was_there = std::fs::remove_dir_all(&target);
        std::fs::create_dir_all(&target).unwrap();
        for file in ["package.json", "package-lock.json"] {
            std::fs::copy(from.join(file), target.join(file)).unwrap();
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]).current_dir(&target);
        let output = npm.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::write(mark, wanted).unwrap();
    }
    let program: PathBuf = target.join("node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(program).unwrap()
}

async fn is_usable(browser: &Browser, axe: &str, view: &str) {
    for (width, is_dark) in [(1_280, false), (1_280, true), (360, false), (360, true)] {
        browser.shape(width, is_dark).await;
        let drawn = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
        browser.run_long(drawn, Vec::new()).await;
        let shape = format!(
            "{view}-{}-{}",
            if is_dark { "dark" } else { "light" },
            if width == 360 { "narrow" } else { "wide" }
        );
        browser.picture(&shape).await;
        let wide = browser.run("return document.documentElement.scrollWidth", Vec::new()).await;
        assert!(wide.as_u64().unwrap() <= u64::from(width), "{shape}: {wide}");
        let held = format!(
            "{axe}; const done = arguments[0];
            axe.run(document).then(({{ violations, passes }}) => done([passes.length, violations.map(({{ id, help, nodes }}) =>
              [id, help, nodes.map(({{ target, failureSummary }}) => `${{target}}: ${{failureSummary}}`)])]), (error) => done(String(error)))"
        );
        let found = browser.run_long(&held, Vec::new()).await;
        assert!(found[0].as_u64().is_some_and(|passes| passes > 10), "{shape}: {found}");
        assert_eq!(found[1], json!([]), "{shape}: {found:#}");
    }
    browser.shape(1_280, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_view_keeps_the_rules_of_accessibility_and_fits_its_window() {
    let axe = axe();
    visit(async |site, browser| {
        site.fill().await;
        browser.open(&site.url("")).await;
        browser.fill("Bearer token", "wrong").await;
        browser.click("Log in").await;
        browser.sees("The server does not know this token.").await;
        is_usable(browser, &axe, "log-in").await;

        browser.open("about:blank").await;
        enter(site, browser, "").await;
        browser.click("Show who is left").await;
        browser.sees("Blocked there").await;
        browser.click("Moved, as a table").await;
        is_usable(browser, &axe, "progress").await;

        browser.click("Users").await;
        browser.sees("1 to 25 of 210").await;
        is_usable(browser, &axe, "users").await;
        browser.click("Examples of queries").await;
        browser.fill("Search", "email:ada* AND (last_ip:10.0.0.1)").await;
        browser.click("Find users").await;
        browser.sees("This field is not kept").await;
        is_usable(browser, &axe, "users-fault").await;

        browser.go("#/users/auth0%7C0001").await;
        browser.sees("Hashed by").await;
        is_usable(browser, &axe, "person").await;
        browser.click("Delete…").await;
        browser.sees("Delete this user?").await;
        is_usable(browser, &axe, "person-deleted").await;
        browser.click("Keep").await;

        let mut users: Vec<_> =
            (0..12).map(|number| json!({"email": format!("no address {number}"), "password_hash": HASH})).collect();
        users.push(json!({"email": "fine@example.com", "name": "Ada"}));
        let file = tempfile::Builder::new().prefix("customers").suffix(".json").tempfile().unwrap();
        std::fs::write(&file, Value::Array(users).to_string()).unwrap();
        browser.click("Imports").await;
        browser.choose("Files with users", &[file.path()]).await;
        browser.sees("See what was refused").await;
        browser.sees("job_").await;
        is_usable(browser, &axe, "imports").await;
        browser.click("See what was refused").await;
        browser.click("Show").await;
        is_usable(browser, &axe, "import").await;

        browser.click("Exports").await;
        browser.click("Make the export").await;
        browser.sees("The file is made").await;
        is_usable(browser, &axe, "exports").await;
    })
    .await;
}
