//! What a service would write: look the address up, verify in `spawn_blocking`; who is not there is asked for at the
//! legacy system, hashed and inserted. No decoy, no single flight, no bound, nothing counted.

use std::path::Path;

use argon2::Argon2;
use async_trait::async_trait;
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use subtle::ConstantTimeEq;
use waystation::entropy::{Entropy, SystemEntropy};

use super::{
    Failure,
    service::{Cost, PASSWORD, Service, email},
};

const SCHEMA: &str = "\
    CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT, salt BLOB NOT NULL, \
    key BLOB NOT NULL)";
const FIND: &str = "SELECT id, name, salt, key FROM users WHERE email = ?1";
const INSERT: &str = "INSERT INTO users (email, name, salt, key) VALUES (?1, ?2, ?3, ?4)";

type Row = (i64, Option<String>, Vec<u8>, Vec<u8>);

pub(crate) struct HandWritten {
    users: SqlitePool,
    cost: Cost,
}

impl HandWritten {
    pub(crate) async fn open(directory: &Path, cost: Cost) -> Result<Self, Failure> {
        let options = SqliteConnectOptions::new()
            .filename(directory.join("hand-written.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        let users = SqlitePool::connect_with(options).await?;
        sqlx::query(SCHEMA).execute(&users).await?;
        Ok(Self { users, cost })
    }

    async fn first_log_in(&self, email: &str, password: String) -> Result<bool, Failure> {
        let Some(name) = legacy(email, &password) else { return Ok(false) };
        let mut salt = [0; 16];
        SystemEntropy::default().fill(&mut salt)?;
        let key = hash(self.cost.argon2()?, password, salt.to_vec()).await?;
        let query = sqlx::query(INSERT).bind(email).bind(name).bind(salt.as_slice()).bind(key.as_slice());
        query.execute(&self.users).await?;
        Ok(true)
    }
}

#[async_trait]
impl Service for HandWritten {
    async fn settle(&self, people: u32) -> Result<(), Failure> {
        let (salt, key) = self.cost.stored()?;
        for person in 0..people {
            let query = sqlx::query(INSERT).bind(email(person)).bind("A Person");
            query.bind(salt.as_slice()).bind(key.as_slice()).execute(&self.users).await?;
        }
        Ok(())
    }

    async fn log_in(&self, email: &str) -> Result<bool, Failure> {
        let password = PASSWORD.to_owned();
        let row: Option<Row> = sqlx::query_as(FIND).bind(email).fetch_optional(&self.users).await?;
        let Some((_id, _name, salt, stored)) = row else { return self.first_log_in(email, password).await };
        let key = hash(self.cost.argon2()?, password, salt).await?;
        Ok(key.ct_eq(&stored).into())
    }

    async fn rest(&self) {}
}

async fn hash(argon2: Argon2<'static>, password: String, salt: Vec<u8>) -> Result<[u8; 32], Failure> {
    let hashing = tokio::task::spawn_blocking(move || {
        let mut key = [0; 32];
        argon2.hash_password_into(password.as_bytes(), &salt, &mut key).map(|()| key)
    });
    Ok(hashing.await??)
}

/// Answers at once: it is not what is measured.
fn legacy(email: &str, password: &str) -> Option<String> {
    (password == PASSWORD).then(|| email.to_owned())
}
