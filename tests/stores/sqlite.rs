//! What [`SqliteStore`](waystation::SqliteStore) promises beyond the contract.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use waystation::{
    SecretKey,
    clock::Timestamp,
    identifier::{Identifier, IdentifierKind},
    store::{Insert, OnTombstone, SqliteStore, StoreError, UserStore},
    user::{Credential, NewUser, Profile, UserId},
};

mod file;
mod kill;
mod open;
mod rows;
mod waiting;

/// A directory of its own, and the path of a database in it.
fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("users.sqlite");
    (directory, path)
}

async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, "customers").await.unwrap()
}

/// A connection past the store, for looking at the tables and for damaging them.
fn raw(path: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(path).unwrap()
}

fn execute(path: &Path, sql: &str) {
    raw(path).execute_batch(sql).unwrap();
}

fn user(name: &str) -> NewUser {
    let mut profile = Profile::default();
    profile.set_identifier(Identifier::from_parts(IdentifierKind::Email, format!("{name}@example.com"), name));
    NewUser::new(UserId::new(name), profile, Credential::None, Timestamp::from_micros(1))
}

async fn insert(store: &SqliteStore, name: &str) {
    assert!(matches!(store.insert(user(name), OnTombstone::Refuse).await, Ok(Insert::Created(_))));
}

/// The whole of what a log would show of an error.
fn told(error: &StoreError) -> String {
    let mut told = format!("{error} {error:?}");
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        told.push_str(&error.to_string());
        source = error.source();
    }
    told
}

#[track_caller]
fn misconfigured(result: Result<SqliteStore, StoreError>) -> &'static str {
    match result {
        Err(StoreError::Misconfigured { what, .. }) => what,
        other => panic!("misconfigured, not {other:?}"),
    }
}

fn secret(byte: u8) -> SecretKey {
    SecretKey::from_bytes([byte; 32])
}
