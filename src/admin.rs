//! The page where an operator sees the migration, looks for users, imports and exports.
//!
//! [The guide](crate::guide::admin_page) shows what it does and how it is put before people.
//!
//! ```
//! # use std::sync::Arc;
//! # use waystation::{MemoryStore, api::Api, legacy::ScriptedConnection, migrator::LazyMigrator};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let store = Arc::new(MemoryStore::new());
//! # let legacy = Arc::new(ScriptedConnection::new("old-shop"));
//! # let migrator = LazyMigrator::builder(store.clone(), legacy.clone()).build()?;
//! # let spool = tempfile::tempdir()?;
//! # let spool = spool.path();
//! let api = Api::builder(store, Arc::new(migrator), spool, "https://shop.example/api/v2").legacy(legacy).build()?;
//! // The page is at /api/v2/admin/.
//! let service: axum::Router = axum::Router::new().nest("/api/v2", waystation::admin::router(api));
//! # Ok(())
//! # }
//! ```

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::api::{self, Api};

mod page_file;

use self::page_file::PageFile;

/// What the browser may do with the page, and others with it: no script or style but its own files, no request but to its
/// own origin, no frame around it, and no text that becomes markup.
///
/// Sources: <https://www.w3.org/TR/CSP3/>, <https://www.w3.org/TR/trusted-types/>.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// The routes of [`api::router`] and the page at `/admin/`, without a prefix: nest them under one. The page finds the API
/// from where it is itself.
pub fn router(api: Api) -> Router {
    let page = Router::new()
        .route("/admin", get(enter))
        .route("/admin/", get(index))
        .route("/admin/{*file}", get(file))
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn(protect));
    api::router(api).merge(page)
}

/// Relative, since the prefix is the host's.
async fn enter() -> Response {
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, HeaderValue::from_static("admin/"))]).into_response()
}

async fn index(headers: HeaderMap) -> Response {
    serve("index.html", &headers)
}

async fn file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    serve(&name, &headers)
}

/// The file of this name: names are looked up among those that were compiled in, and come near no file system.
fn serve(name: &str, asked: &HeaderMap) -> Response {
    let Some(file) = PageFile::find(name) else {
        return (StatusCode::NOT_FOUND, "There is no such page.\n").into_response();
    };
    let tag = file.tag();
    // RFC 9110, section 13.1.2.
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is_known = known
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file.kind())),
        // Kept, and asked for again each time: a newer release has newer files.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    let mut response = if is_known {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, file.text()).into_response()
    };
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

async fn not_allowed() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, "The page can only be read.\n").into_response()
}

/// Every answer is guarded, those that say that there is nothing too.
async fn protect(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        // For browsers that do not know `frame-ancestors`.
        ("x-frame-options", "DENY"),
    ] {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}
