//! The page of an operator, over HTTP on loopback and in a browser.
#![cfg(unix)]
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed step of a test is a failed test"
)]

use waystation::admin::router;

#[path = "admin/accessibility.rs"]
mod accessibility;
#[path = "admin/browser.rs"]
mod browser;
#[path = "admin/exports.rs"]
mod exports;
#[path = "admin/hostile.rs"]
mod hostile;
#[path = "admin/imports.rs"]
mod imports;
#[path = "admin/keyboard.rs"]
mod keyboard;
#[path = "admin/log_in.rs"]
mod log_in;
#[path = "admin/progress.rs"]
mod progress;
#[path = "admin/served.rs"]
mod served;
#[path = "api/server.rs"]
#[expect(dead_code, reason = "the tests of the API use the rest")]
mod server;
#[path = "servers/server_process.rs"]
#[expect(dead_code, reason = "the tests of the stores use the rest")]
mod server_process;
#[path = "admin/site.rs"]
mod site;
#[path = "admin/users.rs"]
mod users;
#[path = "admin/webdriver.rs"]
mod webdriver;
