//! The command `waystation`, as an operator runs it.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed step of a test is a failed test"
)]

#[path = "command/bulk.rs"]
mod bulk;
#[path = "command/doctor.rs"]
mod doctor;
#[path = "command/export.rs"]
mod export;
#[path = "command/hash.rs"]
mod hash;
#[path = "command/jobs.rs"]
mod jobs;
#[path = "command/left.rs"]
mod left;
#[cfg(target_os = "linux")]
#[path = "command/memory.rs"]
mod memory;
#[cfg(unix)]
#[path = "servers/mysql.rs"]
mod mysql;
#[cfg(unix)]
#[path = "servers/postgres.rs"]
mod postgres;
#[cfg(unix)]
#[path = "command/resumed.rs"]
mod resumed;
#[cfg(unix)]
#[path = "command/serve.rs"]
mod serve;
#[cfg(unix)]
#[path = "command/server.rs"]
mod server;
#[cfg(unix)]
#[path = "servers/server_process.rs"]
mod server_process;
#[path = "command/settings.rs"]
mod settings;
#[cfg(unix)]
#[path = "command/slow_store.rs"]
mod slow_store;
#[cfg(unix)]
#[path = "command/stopped.rs"]
mod stopped;
#[path = "command/terminal.rs"]
mod terminal;
#[path = "command/users.rs"]
mod users;
