//! How far the migration is.

use serde_json::json;
use waystation::{legacy::ScriptedPerson, user::MovedBy};

use crate::site::{enter, visit, visit_over_two_systems};

#[tokio::test(flavor = "multi_thread")]
async fn who_has_moved_is_seen_as_charts_and_read_as_tables() {
    visit(async |site, browser| {
        site.fill().await;
        enter(site, browser, "").await;
        browser.sees("The legacy system is still needed").await;
        let text = browser.text().await;
        for shown in ["96 people have not moved.", "60 % of 240 have moved", "First log-in", "old-shop", "argon2"] {
            assert!(text.contains(shown), "{shown}: {text}");
        }
        browser.until("return document.querySelectorAll('.drawing svg').length === 2", Vec::new()).await;
        let bars = browser.run("return document.querySelectorAll('.drawing .bar').length", Vec::new()).await;
        let drawn = "return document.querySelector('.drawing svg').getAttribute('aria-label')";
        let drawn = browser.run(drawn, Vec::new()).await;
        assert_eq!(drawn, "Moved: 210 users since 18 Nov 2025, by day.");
        browser.click("Moved, as a table").await;
        let rows = browser.texts("details[open] tbody tr").await;
        assert_eq!((rows.len(), bars), (45, 45.into()));
        let users: usize =
            rows.iter().map(|row| row.rsplit(char::is_whitespace).next().unwrap().parse::<usize>().unwrap()).sum();
        assert_eq!(users, 210);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_several_legacy_systems_has_a_row_with_how_far_it_is() {
    visit_over_two_systems(async |site, browser| {
        site.fill().await;
        for number in 0..33 {
            let (id, email) = (format!("s{number}"), format!("shop{number}@example.org"));
            site.shop.add(ScriptedPerson::parse(&id, &email, "an old password").unwrap());
        }
        site.count().await;
        enter(site, browser, "").await;
        browser.sees("99 people have not moved.").await;
        browser.sees("By legacy system").await;
        let table = "const table = [...document.querySelectorAll('table')].find(it => it.caption?.textContent === 'By legacy system'); \
                     return [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.textContent))";
        let rows = browser.run(table, Vec::new()).await;
        // Who is furthest from its end comes first.
        assert_eq!(rows, json!([["auth0", "240", "144", "96", "36"], ["old-shop", "33", "30", "3", "0"]]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_left_is_listed_with_the_reason_and_counted_to_the_end() {
    visit(async |site, browser| {
        site.fill().await;
        enter(site, browser, "").await;
        browser.click("Show who is left").await;
        browser.sees("person3@example.com").await;
        browser.sees("Blocked there").await;
        browser.click("Look through everybody").await;
        browser.sees("Looked at 240 users of the legacy system: 96 people are left. That is everybody.").await;
        assert!(
            browser.texts("ul[aria-label='Reasons so far'] li").await.contains(&"Has not logged in yet 59".to_owned())
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_migration_is_told_with_what_is_still_to_be_checked() {
    visit(async |site, browser| {
        site.waits("1", "ada@example.com");
        site.count().await;
        enter(site, browser, "").await;
        browser.sees("1 person has not moved.").await;
        browser.sees("Nobody has moved yet.").await;
        site.person("auth0", "1", "ada@example.com", Some((MovedBy::LogIn, 0))).await;
        browser.click("Count again").await;
        browser.sees("By the counts, the legacy system can be switched off").await;
        browser.click("Look through everybody").await;
        browser.sees("Looked at 1 user of the legacy system: 0 people are left. That is everybody.").await;
        site.legacy.set_down(true);
        browser.click("Count again").await;
        browser.sees("The legacy system cannot be asked now").await;
    })
    .await;
}
