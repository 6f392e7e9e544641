//! The doctor, each of its findings against a migration that is broken in just that way. Whatever is written, here or
//! there, fails the test.
#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "doctor/archive.rs"]
mod archive;
#[path = "doctor/hashes.rs"]
mod hashes;
#[path = "doctor/identifiers.rs"]
mod identifiers;
#[path = "doctor/left.rs"]
mod left;
#[path = "doctor/legacy.rs"]
mod legacy;
#[path = "doctor/passwords.rs"]
mod passwords;
#[path = "doctor/report.rs"]
mod report;
#[path = "doctor/sample.rs"]
mod sample;
#[path = "doctor/settings.rs"]
mod settings;
#[path = "doctor/stage.rs"]
mod stage;
#[path = "doctor/store.rs"]
mod store;
#[path = "doctor/watched.rs"]
mod watched;
