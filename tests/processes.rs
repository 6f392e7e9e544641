//! What several processes do to one store at once, what a killed process leaves behind, and what a broken legacy
//! database does to the log-ins around it: `LazyMigrator` over the Django preset and
//! every SQL store, on real files and servers. And what is left of an import whose process is killed.
#![cfg(all(feature = "pbkdf2", feature = "sqlite"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "processes/at_once.rs"]
mod at_once;
#[path = "processes/child.rs"]
mod child;
#[cfg(test)]
#[cfg(all(unix, feature = "mysql"))]
#[path = "processes/cluster.rs"]
mod cluster;
#[cfg(all(unix, any(feature = "mysql", feature = "postgres")))]
#[path = "processes/crashed.rs"]
mod crashed;
#[path = "processes/dice.rs"]
mod dice;
#[cfg(all(unix, feature = "bulk"))]
#[path = "processes/imported.rs"]
mod imported;
#[cfg(unix)]
#[path = "processes/killed.rs"]
mod killed;
#[cfg(test)]
#[cfg(all(unix, feature = "mysql", feature = "postgres"))]
#[path = "processes/servers.rs"]
mod servers;
#[path = "processes/site.rs"]
mod site;
#[path = "processes/unharmed.rs"]
mod unharmed;
#[cfg(all(unix, feature = "write-back"))]
#[path = "processes/written_back.rs"]
mod written_back;

#[cfg(test)]
#[cfg(all(unix, feature = "mysql"))]
#[path = "servers/galera.rs"]
mod galera;
#[cfg(test)]
#[cfg(all(unix, feature = "mysql"))]
#[path = "servers/mysql.rs"]
mod mysql;
#[cfg(test)]
#[cfg(all(unix, feature = "postgres"))]
#[path = "servers/postgres.rs"]
mod postgres;
#[cfg(test)]
#[cfg(all(unix, any(feature = "mysql", feature = "postgres")))]
#[path = "servers/server_process.rs"]
mod server_process;
