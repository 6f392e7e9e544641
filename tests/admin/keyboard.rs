//! Everything can be done without a mouse.

use crate::{
    server::TOKEN,
    site::{HASH, visit},
    webdriver::Key,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_main_tasks_are_done_by_keys_alone() {
    visit(async |site, browser| {
        site.fill().await;
        browser.open(&site.url("")).await;
        browser.sees("Bearer token").await;
        assert_eq!(browser.focused().await, "Bearer token");
        browser.types(TOKEN).await;
        browser.press(Key::Enter).await;
        browser.sees("The legacy system is still needed").await;
        assert_eq!(browser.focused().await, "Progress");
        browser.reach("Moved, as a table", false).await;
        browser.press(Key::Enter).await;
        browser.sees("18 Nov 2025\t").await;
        browser.reach("Show who is left", false).await;
        browser.press(Key::Enter).await;
        browser.sees("Blocked there").await;

        browser.reach("Users", true).await;
        browser.press(Key::Enter).await;
        browser.sees("1 to 25 of 210").await;
        assert_eq!(browser.focused().await, "Users");
        browser.reach("Search", false).await;
        browser.types("email:person17*").await;
        browser.press(Key::Enter).await;
        browser.sees("1 to 8 of 8").await;
        browser.reach("person17@example.com", false).await;
        browser.press(Key::Enter).await;
        browser.sees("Hashed by").await;
        assert_eq!(browser.focused().await, "Person 0017");
        browser.reach("Delete…", false).await;
        browser.press(Key::Enter).await;
        browser.sees("Delete this user?").await;
        assert_eq!(browser.focused().await, "Keep");
        browser.press(Key::Escape).await;
        browser.until("return document.querySelector('dialog') === null", Vec::new()).await;
        assert_eq!(browser.focused().await, "Delete…");

        browser.reach("Imports", true).await;
        browser.press(Key::Enter).await;
        browser.sees("Drop files here").await;
        browser.reach("Files with users", false).await;
        // The system's own dialogue is not the page's to test.
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, format!(r#"[{{"email": "key@example.com", "password_hash": "{HASH}"}}]"#)).unwrap();
        browser.choose("Files with users", &[file.path()]).await;
        browser.sees("1 record: 1 would be new.").await;
        browser.reach("Import for real", false).await;
        browser.press(Key::Enter).await;
        browser.sees("1 record: 1 new.").await;

        browser.reach("Exports", true).await;
        browser.press(Key::Enter).await;
        browser.sees("Make the export").await;
        browser.reach("Make the export", false).await;
        browser.press(Key::Enter).await;
        browser.sees("The file is made: 211 users.").await;
        assert!(browser.focused().await.starts_with("Download job_"));
        browser.press(Key::Enter).await;
        assert!(!browser.downloaded(".csv.gz").await.is_empty());

        browser.reach("Skip to the content", true).await;
        browser.press(Key::Enter).await;
        assert_eq!(browser.run("return document.activeElement.id", Vec::new()).await, "main");
        browser.reach("Log out", true).await;
        browser.press(Key::Enter).await;
        browser.sees("Bearer token").await;
        assert_eq!(browser.focused().await, "Bearer token");
    })
    .await;
}
