//! Exporting users.

use std::process::Command;

use crate::site::{enter, visit};

fn unpacked(packed: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, packed).unwrap();
    let output = Command::new("gzip").arg("-dc").stdin(file.reopen().unwrap()).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chosen_fields_are_exported_and_downloaded() {
    visit(async |site, browser| {
        site.fill().await;
        enter(site, browser, "#/exports").await;
        browser.click("None").await;
        browser.sees("0 chosen, of 30 columns at most").await;
        browser.click("Make the export").await;
        browser.sees("Choose a field at least.").await;
        browser.click("email").await;
        browser.click("moved_by").await;
        browser.fill("Other fields, with commas between them", "user_metadata.plan, nothing").await;
        browser.click("Make the export").await;
        browser.sees("nothing: Payload validation error").await;
        browser.fill("Other fields, with commas between them", "user_metadata.plan").await;
        browser.fill("Users at most", "7").await;
        browser.click("Make the export").await;
        browser.sees("The file is made: 7 users.").await;
        browser.click("Download").await;
        let text = unpacked(&browser.downloaded(".csv.gz").await);
        assert_eq!(text.lines().next().unwrap().trim(), "email,moved_by,user_metadata.plan");
        assert_eq!(text.lines().count(), 8);
        assert!(text.contains("@example.com\",\"log_in\",\"basic"), "{text}");
    })
    .await;
}

/// The page has a list of fields of its own: the server knows each of them.
#[tokio::test(flavor = "multi_thread")]
async fn every_field_that_is_offered_can_be_exported() {
    visit(async |site, browser| {
        site.fill().await;
        enter(site, browser, "#/exports").await;
        browser.click("All").await;
        browser.click("Make the export").await;
        browser.sees("The file is made: 210 users.").await;
        browser.click("JSON of whole users, to be imported again (without passwords)").await;
        browser.click("Make the export").await;
        browser.until("return document.querySelectorAll('td button').length === 2", Vec::new()).await;
    })
    .await;
}
