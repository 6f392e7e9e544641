//! `LazyMigrator` over a memory store and a scripted legacy system: what each attempt answers, what it leaves in the
//! store, and exactly whom it asked.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "migrator/cancellation.rs"]
mod cancellation;
#[path = "migrator/chain.rs"]
mod chain;
#[path = "migrator/changes.rs"]
mod changes;
#[path = "migrator/log_in.rs"]
mod log_in;
#[path = "migrator/phases.rs"]
mod phases;
#[path = "migrator/recovery.rs"]
mod recovery;
#[path = "migrator/sign_up.rs"]
mod sign_up;
#[path = "migrator/stage.rs"]
mod stage;
#[cfg(feature = "write-back")]
#[path = "migrator/write_back.rs"]
mod write_back;
