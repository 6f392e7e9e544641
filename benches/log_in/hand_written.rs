//! What a service would write: look the address up, verify in `spawn_blocking`; who is not there is asked for at the
//! legacy system, hashed and inserted. No decoy, no single flight, no bound, nothing counted.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use argon2::Argon2;
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, Params};
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
    users: Arc<Mutex<Connection>>,
    cost: Cost,
}

impl HandWritten {
    pub(crate) fn open(directory: &Path, cost: Cost) -> Result<Self, Failure> {
        let users = Connection::open(directory.join("hand-written.sqlite"))?;
        users.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")?;
        users.execute_batch(SCHEMA)?;
        Ok(Self { users: Arc::new(Mutex::new(users)), cost })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, Failure> {
        let users = Arc::clone(&self.users);
        let work = move || work(&users.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(tokio::task::spawn_blocking(work).await??)
    }

    async fn insert(&self, values: impl Params + Send + 'static) -> Result<(), Failure> {
        self.run(|users| users.prepare_cached(INSERT)?.execute(values)).await.map(drop)
    }

    async fn first_log_in(&self, email: &str, password: String) -> Result<bool, Failure> {
        let Some(name) = legacy(email, &password) else { return Ok(false) };
        let mut salt = [0; 16];
        SystemEntropy::default().fill(&mut salt)?;
        let key = hash(self.cost.argon2()?, password, salt.to_vec()).await?;
        self.insert((email.to_owned(), name, salt, key)).await?;
        Ok(true)
    }
}

#[async_trait]
impl Service for HandWritten {
    async fn settle(&self, people: u32) -> Result<(), Failure> {
        let (salt, key) = self.cost.stored()?;
        for person in 0..people {
            self.insert((email(person), "A Person", salt, key)).await?;
        }
        Ok(())
    }

    async fn log_in(&self, email: &str) -> Result<bool, Failure> {
        let password = PASSWORD.to_owned();
        let address = email.to_owned();
        let find =
            |users: &Connection| users.prepare_cached(FIND)?.query_row([address], |row| Row::try_from(row)).optional();
        let row = self.run(find).await?;
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
