//! What users say of themselves is text, whatever it looks like.

use serde_json::{Value, json};

use crate::site::{enter, visit};

const MARKUP: [&str; 6] = [
    "<img src=x onerror=\"window.taken = 1\">",
    "</bdi></main><script>window.taken = 1</script>",
    "\"><svg onload=window.taken=1>",
    "{{constructor.constructor('window.taken=1')()}}",
    "javascript:window.taken=1",
    "\u{202e}\u{2066}txt.exe\u{0}\u{7}\u{1b}[2J \u{200f}\u{feff}",
];

/// Users whose every text is hostile, long, or both.
fn users() -> Vec<Value> {
    let long = "W".repeat(4_000);
    let mut users: Vec<_> = MARKUP
        .into_iter()
        .enumerate()
        .map(|(number, text)| {
            let text = text.replace('\u{0}', "");
            // Names of members have neither.
            let name = text.replace(['.', '$'], "");
            json!({
                "email": format!("hostile{number}@example.com"),
                "user_id": format!("{number}<b>{}", "i".repeat(200)),
                "name": text,
                "nickname": text,
                "picture": format!("https://elsewhere.example/{number}.png"),
                "user_metadata": {name: text, "long": long, "deep": [[[[[{"a": text}]]]]]},
                "app_metadata": {"__proto__": {"isAdmin": true}, "constructor": text, "long": long},
            })
        })
        .collect();
    users.push(json!({
        "email": format!("{}@{}.example.com", "l".repeat(60), "d".repeat(60)),
        "name": "N".repeat(150),
        "user_metadata": {"k".repeat(200): "v".repeat(9_000)},
    }));
    users
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_a_user_becomes_a_program_or_breaks_the_page() {
    visit(async |site, browser| {
        let job = site.server.import(&Value::Array(users()).to_string(), &[]).await;
        assert_eq!(job["summary"]["inserted"], 7, "{job}");
        let refused: Vec<_> = MARKUP
            .iter()
            .map(|text| json!({"email": text, "name": "x".repeat(2_000), "user_metadata": {*text: text}}))
            .collect();
        let refused = site.server.import(&Value::Array(refused).to_string(), &[]).await;
        assert_eq!(refused["summary"]["failed"], 6, "{refused}");
        site.waits("<i>1</i>", "\"<b>left</b>\"@example.com");
        enter(site, browser, "#/users").await;
        let watch = "window.broken = [];
            document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
              window.broken.push(`${violatedDirective} ${blockedURI}`));
            window.addEventListener('error', ({ message }) => window.broken.push(message));";
        browser.run(watch, Vec::new()).await;
        let found = site.server.get("/users?take=100").await.json();
        let ids: Vec<_> = found["users"].as_array().unwrap().iter().map(|user| user["user_id"].clone()).collect();
        let mut views = vec![("#/users".to_owned(), "1 to 7 of 7"), ("#/progress".to_owned(), "Show who is left")];
        views.push((format!("#/imports/{}", refused["id"].as_str().unwrap()), "6 records of 6."));
        views.push(("#/imports".to_owned(), "Recent imports"));
        for id in &ids {
            let encoded = browser.run("return encodeURIComponent(arguments[0])", vec![id.clone()]).await;
            views.push((format!("#/users/{}", encoded.as_str().unwrap()), "Metadata of the application"));
        }
        for (view, shown) in &views {
            browser.go(view).await;
            browser.sees(shown).await;
            if *shown == "Show who is left" {
                browser.click("Show who is left").await;
                browser.sees("That is everybody.").await;
            }
            for width in [360, 1_280] {
                browser.shape(width, false).await;
                let wide = browser.run("return document.documentElement.scrollWidth", Vec::new()).await;
                assert!(wide.as_u64().unwrap() <= u64::from(width), "{view} at {width}: {wide}");
            }
            let made = "return [window.taken ?? null, window.broken, ({}).isAdmin ?? null,
                document.querySelectorAll('main img, main script, main b, main i, main svg[onload]').length]";
            let made = browser.run(made, Vec::new()).await;
            // The number of people in a list of reasons is in bold, and nothing else is.
            let bold = usize::from(*shown == "Show who is left");
            assert_eq!(made, json!([null, [], null, bold]), "{view}");
        }
        // Nothing was fetched from elsewhere, pictures of users neither.
        let fetched = "return performance.getEntriesByType('resource').map(({ name }) => name)";
        let fetched = browser.run(fetched, Vec::new()).await;
        let own = site.url("").replace("admin/", "");
        for name in fetched.as_array().unwrap() {
            assert!(name.as_str().unwrap().starts_with(&own), "{name}");
        }
        let text = browser.text().await;
        assert!(!text.contains(['\u{202e}', '\u{2066}', '\u{1b}']), "{text}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_lets_no_markup_nor_program_in() {
    visit(async |site, browser| {
        enter(site, browser, "#/users").await;
        // What a flaw of the page would do, the policy forbids.
        let inject = "const tried = {};
            try { document.body.innerHTML = '<img src=x onerror=\"window.taken = 1\">'; tried.markup = 'done' }
            catch (error) { tried.markup = error.name }
            const script = document.createElement('script');
            try { script.textContent = 'window.taken = 1'; document.body.append(script) } catch (error) { tried.script = error.name }
            const frame = document.createElement('iframe');
            frame.src = '/';
            document.body.append(frame);
            return [tried.markup, window.taken ?? null]";
        let tried = browser.run(inject, Vec::new()).await;
        assert_eq!(tried, json!(["TypeError", null]));
        let fetched = "const done = arguments[0];
            document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => done(effectiveDirective));
            fetch('http://127.0.0.1:1/').then(() => done('sent'), () => {})";
        assert_eq!(browser.run_long(fetched, Vec::new()).await, "connect-src");
    })
    .await;
}
