//! What a service would write by hand: a statement, its values, and the columns read one by one.

use std::path::Path;

use async_trait::async_trait;
use sqlx::{MySqlPool, PgPool, Row, SqlitePool, mysql::MySqlPoolOptions, postgres::PgPoolOptions, sqlite};
use waystation::{
    clock::Timestamp,
    user::{Credential, NewUser},
};

#[async_trait]
pub(crate) trait Bare: Send + Sync + 'static {
    async fn look_up(&self, email: &str);

    async fn insert(&self, user: &NewUser);

    /// Whether the row had this version.
    async fn update(&self, id: &str, expected: i64) -> bool;

    async fn insert_all(&self, users: &[NewUser]);
}

const INSERT: &str = "INSERT INTO waystation_users (connection, id, version, email, blocked, profile, credential, hash, \
    created_at, updated_at, login_count) VALUES ";

/// As many as the stores open.
const CONNECTIONS: u32 = 16;

pub(crate) struct BareSqlite {
    readers: SqlitePool,
    /// SQLite has one writer at a time.
    writer: SqlitePool,
}

impl BareSqlite {
    pub(crate) async fn open(file: &Path) -> Result<Self, sqlx::Error> {
        let options = sqlite::SqliteConnectOptions::new().filename(file).pragma("secure_delete", "ON");
        let options = options.synchronous(sqlite::SqliteSynchronous::Normal);
        let pool =
            |connections| sqlite::SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false);
        Ok(Self { readers: pool(8).connect_with(options.clone()).await?, writer: pool(1).connect_with(options).await? })
    }
}

pub(crate) struct BarePostgres(PgPool);

impl BarePostgres {
    pub(crate) async fn open(url: &str) -> Result<Self, sqlx::Error> {
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false);
        Ok(Self(pool.connect(url).await?))
    }
}

pub(crate) struct BareMySql(MySqlPool);

impl BareMySql {
    pub(crate) async fn open(url: &str) -> Result<Self, sqlx::Error> {
        let pool = MySqlPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false);
        Ok(Self(pool.connect(url).await?))
    }
}

/// The same for each of sqlx's types: how text is bound, where to read and to write, and the parameters of a row.
macro_rules! bare {
    ($name:ty, $text:path, $readers:ident => $reader:expr, $writer:expr, $find:literal, $update:literal, $row:expr) => {
        #[async_trait]
        impl Bare for $name {
            async fn look_up(&self, email: &str) {
                let $readers = self;
                let query = sqlx::query($find).bind($text("customers")).bind($text(email));
                let row = query.fetch_one($reader).await.expect("a row");
                // All columns are read, as a program that wants a user does.
                for place in [0, 3, 9, 10, 13] {
                    let text: Vec<u8> = row.try_get_unchecked(place).expect("a column");
                    assert!(!text.is_empty());
                }
                for place in [2, 17, 18, 20] {
                    let number: i64 = row.try_get(place).expect("a column");
                    assert!(number >= 0);
                }
            }

            async fn insert(&self, user: &NewUser) {
                self.insert_all(std::slice::from_ref(user)).await;
            }

            async fn update(&self, id: &str, expected: i64) -> bool {
                let $readers = self;
                let query = sqlx::query($update).bind($text(super::HASH)).bind(1_800_000_000_000_000_i64);
                let query = query.bind($text("customers")).bind($text(id)).bind(expected);
                query.execute($writer).await.expect("an answer").rows_affected() > 0
            }

            async fn insert_all(&self, users: &[NewUser]) {
                let $readers = self;
                let rows: Vec<String> = (0..users.len()).map($row).collect();
                let text = format!("{INSERT}{}", rows.join(", "));
                let mut query = sqlx::query(sqlx::AssertSqlSafe(text)).persistent(users.len() == 1);
                for user in users {
                    let email = user.profile.email.as_ref().expect("an address").normal();
                    let profile = serde_json::to_string(&user.profile).expect("JSON");
                    let Credential::Hash(hash) = &user.credential else { panic!("no hash") };
                    query = query
                        .bind($text("customers"))
                        .bind($text(user.id.as_str()))
                        .bind(1_i64)
                        .bind($text(email))
                        .bind(false)
                        .bind($text(&profile).to_owned())
                        .bind($text("hash"))
                        .bind($text(hash.expose()))
                        .bind(Timestamp::as_micros(user.created_at))
                        .bind(Timestamp::as_micros(user.at))
                        .bind(0_i64);
                }
                query.execute($writer).await.expect("an insert");
            }
        }
    };
}

const QUESTION_MARKS: &str = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

bare!(
    BareSqlite, std::convert::identity, bare => &bare.readers, &bare.writer,
    "SELECT * FROM waystation_users WHERE connection = ? AND email = ?",
    "UPDATE waystation_users SET version = version + 1, hash = ?, updated_at = ? \
     WHERE connection = ? AND id = ? AND version = ?",
    |_| QUESTION_MARKS.to_owned()
);
bare!(
    BarePostgres, str::as_bytes, bare => &bare.0, &bare.0,
    "SELECT * FROM waystation_users WHERE connection = $1 AND email = $2",
    "UPDATE waystation_users SET version = version + 1, hash = $1, updated_at = $2 \
     WHERE connection = $3 AND id = $4 AND version = $5",
    |row| {
        let numbers: Vec<String> = (1..=11).map(|place| format!("${}", row * 11 + place)).collect();
        format!("({})", numbers.join(", "))
    }
);
bare!(
    BareMySql, std::convert::identity, bare => &bare.0, &bare.0,
    "SELECT * FROM waystation_users WHERE connection = ? AND email = ?",
    "UPDATE waystation_users SET version = version + 1, hash = ?, updated_at = ? \
     WHERE connection = ? AND id = ? AND version = ?",
    |_| QUESTION_MARKS.to_owned()
);
