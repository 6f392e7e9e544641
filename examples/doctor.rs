//! Whether a migration from a real Django site is ready to begin.
//!
//! `cargo run --example doctor` looks at `tests/data/django/legacy.sqlite3`, a database made by four releases of Django,
//! and at an empty store, and prints what it finds. `cargo run --example doctor -- --json` is for machines.

use std::{error::Error, sync::Arc, time::Duration};

use waystation::{LazyMigrator, MemoryStore, Passwords, SecretKey, doctor::Code, legacy::preset::Django};

const LEGACY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/django/legacy.sqlite3");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let passwords = Arc::new(Passwords::builder().queue(64).build()?);
    let legacy = Arc::new(Django::new().sqlite(LEGACY, Arc::clone(&passwords)).build());
    let migrator = LazyMigrator::builder(Arc::new(MemoryStore::new()), legacy)
        .passwords(passwords)
        // In a service it comes from where secrets are kept, and is the same in every process.
        .recovery_key(SecretKey::from_bytes([7; 32]))
        .build()?;

    let diagnosis = migrator.doctor().everybody().request_deadline(Duration::from_secs(10)).examine().await;
    if std::env::args().any(|argument| argument == "--json") {
        println!("{}", serde_json::to_string_pretty(&diagnosis)?);
    } else {
        println!("{diagnosis}");
    }

    // Two people have the same address but for its case. The operator has looked at them: they log in by their user names.
    if diagnosis.is_fit_but_for(&[Code::LegacyIdentifierCollision]) {
        Ok(())
    } else {
        Err("the migration is not ready".into())
    }
}
