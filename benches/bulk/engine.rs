//! The databases, each with its own program.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use rusqlite::types::Value;
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection, PgConnection, Row as _};
use waystation::{
    UserStore,
    store::{MySqlStore, PostgresStore, SqliteStore},
};

use crate::{mysql, postgres, server_process};

/// A database, and what is done to it without this crate.
#[async_trait]
pub(crate) trait Engine {
    fn name(&self) -> &'static str;

    /// What its own program is called, and how it is used.
    fn program(&self) -> &'static str;

    /// A new and empty database in the place of the last one, which a server would go on to tidy up meanwhile.
    async fn fresh(&mut self) -> Arc<dyn UserStore>;

    /// Lets a server count its rows, which it does by itself some time after they came.
    fn analyze(&self);

    /// The users of the database as CSV, for [`load`](Self::load).
    fn write_csv(&self, to: &Path);

    /// Makes an empty table with the columns and the indexes of the store's.
    fn empty_bare(&self);

    /// Loads it.
    fn load(&self, csv: &Path);

    /// Writes the columns that an export is made of.
    fn dump(&self, to: &Path);

    /// The columns that a user is read from.
    fn columns(&self) -> &'static str {
        "id, version, email, phone, username, legacy_source, legacy_id, profile, credential, credential_source, \
         hash_scheme, hash, hash_context, moved_at, moved_by, created_at, updated_at, last_login, login_count, \
         password_set_at"
    }

    /// A connection of the driver.
    async fn bare(&self) -> Box<dyn Bare>;
}

/// The driver alone.
#[async_trait]
pub(crate) trait Bare: Send {
    /// How many columns the rows of a query have in all.
    async fn ask(&mut self, query: &str) -> usize;
}

macro_rules! bare {
    ($($connection:ty),+) => {$(
        #[async_trait]
        impl Bare for $connection {
            async fn ask(&mut self, query: &str) -> usize {
                let rows = sqlx::query(AssertSqlSafe(query)).fetch_all(self).await.expect("rows");
                rows.iter().map(|row| row.columns().len()).sum()
            }
        }
    )+};
}

bare!(MySqlConnection, PgConnection);

/// On a thread that may block.
#[async_trait]
impl Bare for Arc<Mutex<rusqlite::Connection>> {
    async fn ask(&mut self, query: &str) -> usize {
        let (connection, query) = (Self::clone(self), query.to_owned());
        let ask = move || {
            let connection = connection.lock().expect("a connection");
            let mut query = connection.prepare_cached(&query).expect("a statement");
            let width = query.column_count();
            let read = |row: &rusqlite::Row<'_>| (0..width).try_for_each(|place| row.get::<_, Value>(place).map(drop));
            query.query_map((), read).expect("rows").map(|row| row.map(|()| width).expect("a row")).sum()
        };
        tokio::task::spawn_blocking(ask).await.expect("an answer")
    }
}

/// Those that are installed.
pub(crate) fn all(folder: &Path) -> Vec<Box<dyn Engine>> {
    let mut engines: Vec<Box<dyn Engine>> = Vec::new();
    if is_there("sqlite3") {
        engines.push(Box::new(Sqlite { folder: folder.to_owned(), count: 0 }));
    }
    if is_there("psql")
        && let Some(server) = postgres::PostgresServer::shared()
    {
        engines.push(Box::new(Postgres { server, url: String::new() }));
    }
    if is_there("mariadb")
        && let Some(server) = mysql::MySqlServer::mariadb()
    {
        engines.push(Box::new(MariaDb { server, url: String::new() }));
    }
    engines
}

fn is_there(program: &str) -> bool {
    server_process::folder_with(&[program], []).is_some() || server_process::missing::<()>(program).is_some()
}

const DUMPED: &str = "id, profile, credential, hash_scheme, hash, hash_context, moved_at, moved_by, created_at, updated_at, \
    last_login, login_count, password_set_at";

struct Sqlite {
    folder: PathBuf,
    count: usize,
}

impl Sqlite {
    fn file(&self) -> PathBuf {
        self.folder.join(format!("{}.sqlite3", self.count))
    }

    fn bare_file(&self) -> PathBuf {
        self.folder.join("bare.sqlite3")
    }
}

fn shell(file: &Path, script: &str, output: Option<&Path>) {
    let mut shell = Command::new("sqlite3");
    shell.arg("-bail").arg(file);
    run(shell, script, output);
}

#[async_trait]
impl Engine for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn program(&self) -> &'static str {
        "sqlite3"
    }

    async fn fresh(&mut self) -> Arc<dyn UserStore> {
        let _none_at_first = std::fs::remove_file(self.file());
        self.count += 1;
        Arc::new(SqliteStore::open(self.file(), "customers").await.expect("a store"))
    }

    fn analyze(&self) {}

    fn write_csv(&self, to: &Path) {
        shell(&self.file(), ".mode csv\nSELECT * FROM waystation_users;\n", Some(to));
    }

    /// The shell has no NULL to load: empty texts stand for them, and the indexes do not ask for unique ones.
    fn empty_bare(&self) {
        let _none_at_first = std::fs::remove_file(self.bare_file());
        let script = "\
            PRAGMA journal_mode = wal;\n\
            CREATE TABLE users (connection, id, version, email, phone, username, legacy_source, legacy_id, blocked, profile, \
                credential, credential_source, hash_scheme, hash, hash_context, moved_at, moved_by, created_at, updated_at, \
                last_login, login_count, password_set_at, PRIMARY KEY (connection, id));\n\
            CREATE INDEX by_email ON users (connection, email);\n\
            CREATE INDEX by_phone ON users (connection, phone);\n\
            CREATE INDEX by_username ON users (connection, username);\n\
            CREATE INDEX by_legacy ON users (connection, legacy_id, legacy_source);\n\
            CREATE INDEX by_creation ON users (connection, created_at, id);\n\
            CREATE INDEX by_login ON users (connection, last_login, id);\n";
        shell(&self.bare_file(), script, None);
    }

    fn load(&self, csv: &Path) {
        let script = format!(
            "PRAGMA synchronous = normal;\nPRAGMA cache_size = -16384;\n.mode csv\n.import {} users\n",
            csv.display()
        );
        shell(&self.bare_file(), &script, None);
    }

    fn dump(&self, to: &Path) {
        shell(&self.file(), &format!(".mode csv\nSELECT {DUMPED} FROM waystation_users ORDER BY id;\n"), Some(to));
    }

    async fn bare(&self) -> Box<dyn Bare> {
        Box::new(Arc::new(Mutex::new(rusqlite::Connection::open(self.file()).expect("a connection"))))
    }
}

struct Postgres {
    server: &'static postgres::PostgresServer,
    url: String,
}

impl Postgres {
    fn run(&self, script: &str, output: Option<&Path>) {
        let mut shell = Command::new("psql");
        shell.args(["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", &self.url]);
        run(shell, script, output);
    }
}

#[async_trait]
impl Engine for Postgres {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn program(&self) -> &'static str {
        "psql \\copy"
    }

    async fn fresh(&mut self) -> Arc<dyn UserStore> {
        let last = std::mem::replace(&mut self.url, self.server.url("postgres"));
        self.run(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE);\n", database(&last)), None);
        self.url = self.server.fresh_database().await;
        Arc::new(PostgresStore::open(&self.url, "customers").await.expect("a store"))
    }

    fn analyze(&self) {
        self.run("ANALYZE;\n", None);
    }

    /// As text: nobody would write it as the hexadecimal bytes that the store's columns would give.
    fn write_csv(&self, to: &Path) {
        self.empty_bare();
        self.run("INSERT INTO users SELECT * FROM as_text;\n", None);
        self.run(&format!("\\copy users TO '{}' CSV\n", to.display()), None);
    }

    fn empty_bare(&self) {
        let text =
            |column: &str| format!("CASE WHEN {column} IS NULL THEN NULL ELSE convert_from({column}, 'UTF8') END");
        let columns = "connection id version email phone username legacy_source legacy_id blocked profile credential \
            credential_source hash_scheme hash hash_context moved_at moved_by created_at updated_at last_login login_count \
            password_set_at";
        let plain = [
            "version",
            "blocked",
            "moved_at",
            "created_at",
            "updated_at",
            "last_login",
            "login_count",
            "password_set_at",
        ];
        let column =
            |name: &str| if plain.contains(&name) { name.to_owned() } else { format!("{} AS {name}", text(name)) };
        let selected: Vec<_> = columns.split_whitespace().map(column).collect();
        let altered: Vec<_> = columns
            .split_whitespace()
            .filter(|name| !plain.contains(name))
            .map(|name| format!("ALTER COLUMN {name} TYPE text COLLATE \"C\" USING NULL"))
            .collect();
        let script = format!(
            "DROP TABLE IF EXISTS users;\n\
             CREATE OR REPLACE VIEW as_text AS SELECT {} FROM waystation_users;\n\
             CREATE TABLE users (LIKE waystation_users INCLUDING ALL);\n\
             ALTER TABLE users {};\n",
            selected.join(", "),
            altered.join(", ")
        );
        self.run(&script, None);
    }

    fn load(&self, csv: &Path) {
        self.run(&format!("\\copy users FROM '{}' CSV\n", csv.display()), None);
    }

    fn dump(&self, to: &Path) {
        let columns =
            DUMPED.replace("profile", "convert_from(profile, 'UTF8')").replace("hash,", "convert_from(hash, 'UTF8'),");
        let script = format!("\\copy (SELECT {columns} FROM waystation_users ORDER BY id) TO '{}' CSV\n", to.display());
        self.run(&script, None);
    }

    async fn bare(&self) -> Box<dyn Bare> {
        Box::new(PgConnection::connect(&self.url).await.expect("a connection"))
    }
}

struct MariaDb {
    server: &'static mysql::MySqlServer,
    url: String,
}

impl MariaDb {
    fn run(&self, script: &str, output: Option<&Path>) {
        let mut shell = Command::new("mariadb");
        let database = database(&self.url);
        shell.args(["--no-defaults", "--host=127.0.0.1", "--batch", "--skip-column-names", "--quick"]);
        shell.arg(format!("--port={}", self.server.port()));
        shell.arg(format!("--user={}", mysql::USER)).arg(format!("--password={}", mysql::PASSWORD)).arg(database);
        run(shell, script, output);
    }
}

#[async_trait]
impl Engine for MariaDb {
    fn name(&self) -> &'static str {
        "mariadb"
    }

    fn program(&self) -> &'static str {
        "LOAD DATA"
    }

    async fn fresh(&mut self) -> Arc<dyn UserStore> {
        let last = std::mem::replace(&mut self.url, self.server.url("mysql"));
        self.run(&format!("DROP DATABASE IF EXISTS {};\n", database(&last)), None);
        self.url = self.server.fresh_database().await;
        Arc::new(MySqlStore::open(&self.url, "customers").await.expect("a store"))
    }

    fn analyze(&self) {
        self.run("ANALYZE TABLE waystation_users;\n", None);
    }

    fn write_csv(&self, to: &Path) {
        let _none_at_first = std::fs::remove_file(to);
        self.run(&format!("SELECT * FROM waystation_users INTO OUTFILE '{}';\n", to.display()), None);
    }

    fn empty_bare(&self) {
        self.run("DROP TABLE IF EXISTS users;\nCREATE TABLE users LIKE waystation_users;\n", None);
    }

    fn load(&self, csv: &Path) {
        self.run(&format!("LOAD DATA INFILE '{}' INTO TABLE users CHARACTER SET binary;\n", csv.display()), None);
    }

    fn dump(&self, to: &Path) {
        self.run(&format!("SELECT {DUMPED} FROM waystation_users ORDER BY id;\n"), Some(to));
    }

    async fn bare(&self) -> Box<dyn Bare> {
        Box::new(MySqlConnection::connect(&self.url).await.expect("a connection"))
    }
}

/// The database of an address; none at first.
fn database(url: &str) -> &str {
    url.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("none")
}

/// Runs a program over a script, and what it prints goes into a file, or nowhere.
fn run(mut program: Command, script: &str, output: Option<&Path>) {
    let printed = output.map_or_else(Stdio::null, |file| Stdio::from(std::fs::File::create(file).expect("a file")));
    let mut running = program.stdin(Stdio::piped()).stdout(printed).spawn().expect("the program");
    let mut input = running.stdin.take().expect("its input");
    std::io::Write::write_all(&mut input, script.as_bytes()).expect("a script that is read");
    drop(input);
    assert!(running.wait().expect("its end").success(), "the program failed");
}
