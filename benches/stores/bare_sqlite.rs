//! SQLite as a service would have it by hand: one connection behind a lock, asked on a thread that may block.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use rusqlite::{Connection, Row, params_from_iter, types::Value};
use waystation::user::{Credential, NewUser};

use super::bare::{ALIKE, Bare, FIND_ALIKE, INSERT, NUMBERS, UPDATE_RETURNING};
use crate::HASH;

const FIND: &str = "SELECT * FROM waystation_users WHERE connection = ? AND email = ?";
const UPDATE: &str = "UPDATE waystation_users SET version = version + 1, hash = ?, updated_at = ? \
    WHERE connection = ? AND id = ? AND version = ?";
const AT: i64 = 1_800_000_000_000_000;

#[derive(Clone)]
pub(crate) struct BareSqlite(Arc<Mutex<Connection>>);

impl BareSqlite {
    pub(crate) fn open(file: &Path) -> Result<Self, rusqlite::Error> {
        let connection = Connection::open(file)?;
        let pragmas = "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA cache_size = -16384";
        connection.execute_batch(pragmas)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> T {
        let connection = Arc::clone(&self.0);
        let work = move || work(&mut connection.lock().expect("a connection"));
        tokio::task::spawn_blocking(work).await.expect("a thread").expect("an answer")
    }
}

/// Reads all columns of a user, of which the first is number `first`, as a program that wants one does.
fn read(row: &Row<'_>, first: usize) -> Result<(), rusqlite::Error> {
    (0..20).try_for_each(|place| {
        if NUMBERS.contains(&place) {
            row.get::<_, Option<i64>>(first + place).map(drop)
        } else {
            row.get::<_, Option<String>>(first + place).map(drop)
        }
    })
}

/// What is inserted of a user: its columns from left to right.
fn values(user: &NewUser) -> Vec<Value> {
    let email = user.profile.email.as_ref().expect("an address").normal();
    let profile = serde_json::to_string(&user.profile).expect("JSON");
    let Credential::Hash(hash) = &user.credential else { panic!("no hash") };
    vec![
        "customers".to_owned().into(),
        user.id.as_str().to_owned().into(),
        1_i64.into(),
        email.to_owned().into(),
        false.into(),
        profile.into(),
        "hash".to_owned().into(),
        hash.expose().to_owned().into(),
        user.created_at.as_micros().into(),
        user.at.as_micros().into(),
        0_i64.into(),
    ]
}

/// The same with the columns that are NULL, and the tombstones that are looked for.
fn values_alike(user: &NewUser) -> Vec<Value> {
    let mut values = values(user).into_iter();
    let mut all = Vec::new();
    let mut take = |all: &mut Vec<Value>, count, empty| {
        all.extend(values.by_ref().take(count));
        all.extend((0..empty).map(|_| Value::Null));
    };
    take(&mut all, 4, 4);
    take(&mut all, 3, 2);
    take(&mut all, 1, 3);
    take(&mut all, 2, 1);
    take(&mut all, 1, 1);
    all.extend(["customers".to_owned().into(), vec![1_u8; 32].into(), vec![2_u8; 32].into()]);
    all
}

fn insert() -> String {
    format!("{INSERT}VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
}

#[async_trait]
impl Bare for BareSqlite {
    async fn look_up(&self, email: &str) {
        let email = email.to_owned();
        self.run(move |connection| {
            connection.prepare_cached(FIND)?.query_row(("customers", email), |row| {
                for place in [0, 3, 9, 10, 13] {
                    assert!(!row.get::<_, String>(place)?.is_empty());
                }
                for place in [2, 17, 18, 20] {
                    assert!(row.get::<_, i64>(place)? >= 0);
                }
                Ok(())
            })
        })
        .await;
    }

    async fn look_up_alike(&self, email: &str) {
        let email = email.to_owned();
        self.run(move |connection| {
            let values = ("customers", email, "customers", [1_u8; 32]);
            connection.prepare_cached(FIND_ALIKE)?.query_row(values, |row| read(row, 1))
        })
        .await;
    }

    async fn insert(&self, user: &NewUser) {
        let values = values(user);
        self.run(move |connection| connection.prepare_cached(&insert())?.execute(params_from_iter(values))).await;
    }

    async fn insert_alike(&self, user: &NewUser) {
        let values = values_alike(user);
        self.run(move |connection| {
            let mut statement = connection.prepare_cached(&format!("{ALIKE}ON CONFLICT DO NOTHING"))?;
            assert_eq!(statement.execute(params_from_iter(values))?, 1);
            Ok(())
        })
        .await;
    }

    async fn update(&self, id: &str, expected: i64) -> bool {
        let id = id.to_owned();
        self.run(move |connection| {
            connection.prepare_cached(UPDATE)?.execute((HASH, AT, "customers", id, expected)).map(|rows| rows > 0)
        })
        .await
    }

    async fn update_alike(&self, id: &str, expected: i64) -> bool {
        let id = id.to_owned();
        self.run(move |connection| {
            let none = None::<&str>;
            let values = (AT, "hash", none, none, HASH, none, "customers", id, expected);
            let mut statement = connection.prepare_cached(UPDATE_RETURNING)?;
            let mut rows = statement.query(values)?;
            let mut updated = false;
            while let Some(row) = rows.next()? {
                read(row, 0)?;
                updated = true;
            }
            Ok(updated)
        })
        .await
    }

    async fn insert_all(&self, users: &[NewUser]) {
        let users: Vec<_> = users.iter().map(values).collect();
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let mut statement = transaction.prepare_cached(&insert())?;
            for values in users {
                statement.execute(params_from_iter(values))?;
            }
            drop(statement);
            transaction.commit()
        })
        .await;
    }

    async fn analyze(&self) {}
}
