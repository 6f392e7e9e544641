//! The legacy system: the table that a shop of some age has.

use std::{error::Error as StdError, path::PathBuf, sync::Arc};

use md5::{Digest as _, Md5};
use sha1::Sha1;
use waystation::{
    LazyMigrator, Passwords, SqliteStore,
    clock::Clock,
    legacy::{DateFormat, LegacyConnection, Mapping, Queries, SqlConnection},
    password::Dialect,
};

/// How many people there are.
pub(crate) const PEOPLE: u32 = 3_000;
pub(crate) const SOURCE: &str = "old-shop";

const FIRST: [&str; 12] =
    ["Ada", "Bram", "Chloé", "Dmitri", "Edda", "Fatima", "Grace", "Hana", "Ines", "Jun", "Kofi", "Léa"];
const LAST: [&str; 10] =
    ["Ahlberg", "Brandt", "Costa", "Dupont", "Eriksen", "Fonseca", "García", "Hoang", "Ito", "Jansen"];

pub(crate) struct Shop {
    path: PathBuf,
    passwords: Arc<Passwords>,
}

impl Shop {
    /// Makes the database.
    pub(crate) fn open(path: PathBuf, passwords: Arc<Passwords>) -> Result<Self, Box<dyn StdError>> {
        let mut database = rusqlite::Connection::open(&path)?;
        let writing = database.transaction()?;
        writing.execute_batch(
            "CREATE TABLE members (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, full_name TEXT NOT NULL, \
             password_hash TEXT NOT NULL, enabled INTEGER NOT NULL, created INTEGER NOT NULL)",
        )?;
        for number in 1..=PEOPLE {
            let created = 1_400_000_000 + i64::from(number) * 90_000;
            let member = (number, email(number), name(number), stored(number), !is_blocked(number), created);
            writing.execute("INSERT INTO members VALUES (?, ?, ?, ?, ?, ?)", member)?;
        }
        writing.commit()?;
        Ok(Self { path, passwords })
    }

    /// Its people, as they are found and counted.
    pub(crate) fn connection(&self) -> Arc<dyn LegacyConnection> {
        let queries = Queries::new()
            .by_email("SELECT * FROM members WHERE email = ?1 COLLATE waystation_email")
            .by_id("SELECT * FROM members WHERE id = ?1")
            .directory(
                "SELECT * FROM members ORDER BY id LIMIT ?2",
                "SELECT * FROM members WHERE id > ?1 ORDER BY id LIMIT ?2",
                "SELECT count(*) FROM members",
            );
        let mapping = Mapping::new("members", "id")
            .email("email")
            .name("full_name")
            .password("password_hash")
            .password_dialect(Dialect::DJANGO)
            .active("enabled")
            .created_at("created", DateFormat::UnixSeconds);
        let legacy = SqlConnection::sqlite(&self.path, queries, mapping, Arc::clone(&self.passwords));
        Arc::new(legacy.source(SOURCE).build())
    }

    /// Moves them to `store`, by this clock.
    pub(crate) fn migrator(
        &self,
        store: &SqliteStore,
        clock: Arc<dyn Clock>,
    ) -> Result<LazyMigrator, waystation::Error> {
        LazyMigrator::builder(Arc::new(store.clone()), self.connection())
            .passwords(Arc::clone(&self.passwords))
            .clock(clock)
            .build()
    }
}

pub(crate) fn email(number: u32) -> String {
    format!("customer{number}@example.com")
}

pub(crate) fn password(number: u32) -> String {
    format!("password of {number}")
}

/// One of fifty was barred.
const fn is_blocked(number: u32) -> bool {
    number % 50 == 7
}

fn name(number: u32) -> String {
    let of = |names: &[&'static str], number: u32| {
        let place = usize::try_from(number).unwrap_or_default() % names.len();
        names.get(place).copied().unwrap_or_default()
    };
    format!("{} {}", of(&FIRST, number), of(&LAST, number / 7))
}

/// The hash, of one of the formats that the shop has had in its time: cheap ones, so that its month passes quickly.
fn stored(number: u32) -> String {
    let (salt, password) = (format!("salt{number}"), password(number));
    match number % 40 {
        // They came by another way, and have no password.
        3 | 23 => "!".to_owned(),
        // What an extension wrote that nobody has any more.
        11 => format!("blowcrypt:{number:032x}"),
        30.. => {
            let digest = Sha1::new().chain_update(&salt).chain_update(password).finalize();
            format!("sha1${salt}${}", hex(&digest))
        }
        _ => {
            let digest = Md5::new().chain_update(&salt).chain_update(password).finalize();
            format!("md5${salt}${}", hex(&digest))
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
