//! The management API, asked over HTTP on loopback.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed step of a test is a failed test"
)]

use waystation::api::router;

#[path = "api/clients.rs"]
mod clients;
#[path = "api/exports.rs"]
mod exports;
#[path = "api/identities.rs"]
mod identities;
#[path = "api/imports.rs"]
mod imports;
#[path = "api/migration.rs"]
mod migration;
#[path = "api/openapi.rs"]
mod openapi;
#[path = "api/refusals.rs"]
mod refusals;
#[path = "api/resumable.rs"]
mod resumable;
#[path = "api/server.rs"]
mod server;
#[path = "api/tickets.rs"]
mod tickets;
#[path = "api/uploads.rs"]
mod uploads;
#[path = "api/users.rs"]
mod users;
