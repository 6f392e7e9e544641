//! Who gets in, and how they are out again.

use crate::{
    server::TOKEN,
    site::{enter, visit},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_lets_its_bearer_in_and_is_forgotten_with_the_page() {
    visit(async |site, browser| {
        enter(site, browser, "").await;
        browser.sees("Progress").await;
        let kept = "return [document.cookie, sessionStorage.length, localStorage.length, document.documentElement.outerHTML.includes(arguments[0])]";
        let kept = browser.run(kept, vec![TOKEN.into()]).await;
        assert_eq!(kept, serde_json::json!(["", 0, 0, false]));
        browser.open(&site.url("")).await;
        browser.sees("Bearer token").await;
        enter(site, browser, "").await;
        browser.click("Log out").await;
        browser.sees("Bearer token").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_told_and_shows_nothing() {
    visit(async |site, browser| {
        site.fill().await;
        browser.open(&site.url("#/users")).await;
        for (token, told) in [
            ("nobody's token", "A token is letters, digits and signs without blanks."),
            ("nobodys-token", "The server does not know this token."),
        ] {
            browser.fill("Bearer token", token).await;
            browser.click("Log in").await;
            browser.sees(told).await;
            assert!(!browser.text().await.contains("Users"));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_allows_less_shows_less_and_is_asked_for_again_where_it_is_not_enough() {
    visit(async |site, browser| {
        site.fill().await;
        browser.open(&site.url("#/imports")).await;
        browser.fill("Bearer token", "read:users").await;
        browser.click("Log in").await;
        browser.sees("This token may not import (create:users).").await;
        browser.click("Users").await;
        browser.click("person0@example.com").await;
        browser.sees("Hashed by").await;
        assert!(!browser.text().await.contains("Delete"));
        // Whatever the page believes, it is the server that decides.
        let asked =
            "import('./session.js').then(({ ask }) => ask('DELETE', 'users/auth0%7C0000')).catch(() => arguments[0]())";
        browser.run_long(asked, Vec::new()).await;
        browser.sees("The token does not allow that. Insufficient scope; expected any of: delete:users.").await;
        browser.sees("Bearer token").await;
    })
    .await;
}
