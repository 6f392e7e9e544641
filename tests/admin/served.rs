//! What is served, without a browser.

use crate::{server::Server, site::Site};

/// What every answer of the page is guarded by.
const GUARDS: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'none'; \
         base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

#[tokio::test]
async fn the_page_is_served_with_its_guards_and_its_types() {
    let server = Server::start().await;
    for (path, kind) in [
        ("/admin/", "text/html; charset=utf-8"),
        ("/admin/index.html", "text/html; charset=utf-8"),
        ("/admin/page.js", "text/javascript; charset=utf-8"),
        ("/admin/page.css", "text/css; charset=utf-8"),
        ("/admin/icon.svg", "image/svg+xml"),
    ] {
        let answer = server.send_raw("GET", path, "", b"").await;
        assert_eq!((answer.status, answer.header("content-type").as_deref()), (200, Some(kind)), "{path}");
        assert_eq!(answer.header("cache-control").as_deref(), Some("no-cache"), "{path}");
        assert_eq!(answer.header("set-cookie"), None, "{path}");
        for (name, value) in GUARDS {
            assert_eq!(answer.header(name).as_deref(), Some(value), "{path}: {name}");
        }
        let tag = answer.header("etag").unwrap();
        for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
            let again = server.send_raw("GET", path, &format!("If-None-Match: {known}\r\n"), b"").await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
            assert_eq!(again.header("content-security-policy").as_deref(), Some(GUARDS[0].1));
        }
        assert_eq!(server.send_raw("GET", path, "If-None-Match: \"other\"\r\n", b"").await.status, 200, "{path}");
        let head = server.send_raw("HEAD", path, "", b"").await;
        assert_eq!((head.status, head.body.len(), head.header("etag")), (200, 0, Some(tag)), "{path}");
    }
}

#[tokio::test]
async fn the_page_is_found_without_its_slash_under_any_prefix() {
    let server = Server::start().await;
    let answer = server.send_raw("GET", "/admin", "", b"").await;
    assert_eq!((answer.status, answer.header("location").as_deref()), (308, Some("admin/")));
}

#[tokio::test]
async fn no_name_leads_out_of_the_page() {
    let server = Server::start().await;
    for path in [
        "/admin/nothing",
        "/admin/page.js/",
        "/admin//page.js",
        "/admin/..%2f",
        "/admin/..%2fusers",
        "/admin/%2e%2e/users",
        "/admin/../users",
        "/admin/..%5cusers",
        "/admin/..%2fpage_file.rs",
        "/admin/%2fetc%2fpasswd",
        "/admin/page.js%00",
        "/admin/PAGE.JS",
    ] {
        let answer = server.send_raw("GET", path, "", b"").await;
        assert_eq!(answer.status, 404, "{path}");
        for (name, value) in GUARDS {
            assert_eq!(answer.header(name).as_deref(), Some(value), "{path}: {name}");
        }
    }
    let answer = server.send_raw("GET", "/admin/%ff", "", b"").await;
    assert_eq!((answer.status, answer.header("x-frame-options").as_deref()), (400, Some("DENY")));
}

#[tokio::test]
async fn the_page_can_only_be_read() {
    let server = Server::start().await;
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
        for path in ["/admin", "/admin/", "/admin/page.js"] {
            let answer = server.send_raw(method, path, "", b"").await;
            assert_eq!((answer.status, answer.header("allow").as_deref()), (405, Some("GET,HEAD")), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_api_beside_the_page_asks_for_a_token_as_ever() {
    let site = Site::start(false).await;
    for path in ["/users", "/caller", "/migration", "/migration/left", "/jobs", "/nothing"] {
        assert_eq!(site.server.send_raw("GET", path, "", b"").await.status, 401, "{path}");
        assert_eq!(
            site.server.send_raw("GET", path, "Cookie: token=a-token-that-may-do-everything\r\n", b"").await.status,
            401
        );
    }
}
