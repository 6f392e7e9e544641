//! What several processes do to one store at once, what a killed process leaves behind, and what a broken legacy
//! database does to the log-ins around it: `LazyMigrator` over `SqliteStore` and the Django preset, on real files.
#![cfg(all(feature = "pbkdf2", feature = "sqlite"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "processes/at_once.rs"]
mod at_once;
#[path = "processes/child.rs"]
mod child;
#[path = "processes/dice.rs"]
mod dice;
#[cfg(unix)]
#[path = "processes/killed.rs"]
mod killed;
#[path = "processes/site.rs"]
mod site;
#[path = "processes/unharmed.rs"]
mod unharmed;
