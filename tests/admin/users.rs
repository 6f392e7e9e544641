//! Finding users, and looking at one.

use crate::{
    server::TOKEN,
    site::{HASH, enter, visit},
};

#[tokio::test(flavor = "multi_thread")]
async fn users_are_found_by_query_and_paged_to_the_end_and_back() {
    visit(async |site, browser| {
        site.fill().await;
        enter(site, browser, "#/users").await;
        browser.sees("1 to 25 of 210").await;
        browser.fill("Search", "moved_by:recovery").await;
        browser.click("Find users").await;
        browser.sees("1 to 25 of 36").await;
        browser.click("Next").await;
        browser.sees("26 to 36 of 36").await;
        assert_eq!(browser.focused().await, "26 to 36 of 36");
        browser.click("Previous").await;
        browser.sees("1 to 25 of 36").await;
        browser.fill("Search", "email:nobody*").await;
        browser.click("Find users").await;
        browser.sees("No user matches this query.").await;
        browser.click("Examples of queries").await;
        browser.click("credential:delegated").await;
        browser.sees("1 to 25 of 36").await;
        browser.run("history.back()", Vec::new()).await;
        browser.sees("No user matches this query.").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_query_is_shown_with_its_place_marked() {
    visit(async |site, browser| {
        enter(site, browser, "#/users").await;
        browser.sees("There are no users yet.").await;
        // Not typed, since drivers type no characters of two halves.
        let write = "document.querySelector('[type=search]').value = arguments[0]";
        browser.run(write, vec!["  name:\"Żółć 💐\" AND last_ip:1".into()]).await;
        browser.click("Find users").await;
        browser.sees("This field is not kept, at character 19:").await;
        assert_eq!(browser.texts("mark").await, ["last_ip"]);
        browser.click("Go there").await;
        let chosen = "const at = document.activeElement; return at.value.slice(at.selectionStart, at.selectionEnd)";
        assert_eq!(browser.run(chosen, Vec::new()).await, "last_ip");
        browser.fill("Search", "(ada").await;
        browser.click("Find users").await;
        browser.sees("The bracket is not closed, at character 1:").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_page_says_where_they_came_from_and_never_shows_the_hash() {
    visit(async |site, browser| {
        site.fill().await;
        enter(site, browser, "#/users/auth0%7C0001").await;
        browser.sees("Hashed by").await;
        let text = browser.text().await;
        for shown in ["Person 0001", "auth0", "Bulk import", "bcrypt", "29 Dec 2025", "person1@example.com (verified)"]
        {
            assert!(text.contains(shown), "{shown}: {text}");
        }
        let whole = browser.run("return document.documentElement.outerHTML", Vec::new()).await.to_string();
        assert!(!whole.contains(HASH) && !whole.contains("$2b$") && !whole.contains(TOKEN));
        browser.open("about:blank").await;
        enter(site, browser, "#/users/nobody").await;
        browser.sees("The user does not exist.").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_blocked_unblocked_and_deleted_after_a_question() {
    visit(async |site, browser| {
        site.fill().await;
        enter(site, browser, "#/users/auth0%7C0001").await;
        browser.click("Block").await;
        browser.sees("Unblock").await;
        assert_eq!(site.server.get("/users/auth0%7C0001").await.json()["blocked"], true);
        browser.click("Unblock").await;
        browser.sees("Delete…").await;
        browser.click("Delete…").await;
        browser.sees("Delete this user?").await;
        browser.click("Keep").await;
        assert_eq!(site.server.get("/users/auth0%7C0001").await.json()["blocked"], false);
        browser.click("Delete…").await;
        browser.click("Delete").await;
        browser.sees("1 to 25 of 209").await;
        assert_eq!(site.server.get("/users/auth0%7C0001").await.status, 404);
    })
    .await;
}
