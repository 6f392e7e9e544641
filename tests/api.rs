//! The management API, asked over HTTP on loopback.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed step of a test is a failed test"
)]

use waystation::api::router;

#[path = "api/attacks.rs"]
mod attacks;
#[path = "api/clients.rs"]
mod clients;
#[cfg(unix)]
#[path = "api/databases.rs"]
mod databases;
#[path = "api/events.rs"]
mod events;
#[path = "api/exports.rs"]
mod exports;
#[path = "api/identities.rs"]
mod identities;
#[path = "api/imports.rs"]
mod imports;
#[cfg(target_os = "linux")]
#[path = "api/memory.rs"]
mod memory;
#[path = "api/migration.rs"]
mod migration;
#[cfg(all(unix, feature = "mysql"))]
#[path = "servers/mysql.rs"]
mod mysql;
#[path = "api/openapi.rs"]
mod openapi;
#[cfg(all(unix, feature = "postgres"))]
#[path = "servers/postgres.rs"]
mod postgres;
#[path = "api/refusals.rs"]
mod refusals;
#[path = "api/resumable.rs"]
mod resumable;
#[path = "api/server.rs"]
mod server;
#[cfg(all(unix, any(feature = "mysql", feature = "postgres")))]
#[path = "servers/server_process.rs"]
mod server_process;
#[path = "api/tickets.rs"]
mod tickets;
#[path = "api/uploads.rs"]
mod uploads;
#[path = "api/users.rs"]
mod users;
