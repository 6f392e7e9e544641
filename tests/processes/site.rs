use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use base64ct::{Base64, Encoding};
#[cfg(feature = "mysql")]
use waystation::store::MySqlStore;
#[cfg(feature = "postgres")]
use waystation::store::PostgresStore;
use waystation::{
    LazyMigrator, LogIn, LogInOutcome, Migrator, Password, Passwords, SqliteStore, User, UserStore,
    legacy::preset::Django,
    password::{HashPolicy, Verification},
    user::{Credential, LegacyKey, MovedBy},
};

/// As `manage.py migrate` makes them.
const TABLES: [&str; 3] = [
    "CREATE TABLE auth_group (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name varchar(150) NOT NULL UNIQUE)",
    "CREATE TABLE auth_user_groups (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, \
     user_id integer NOT NULL REFERENCES auth_user (id), group_id integer NOT NULL REFERENCES auth_group (id))",
    "CREATE TABLE auth_user (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, password varchar(128) NOT NULL, \
     last_login datetime NULL, is_superuser bool NOT NULL, username varchar(150) NOT NULL UNIQUE, \
     last_name varchar(150) NOT NULL, email varchar(254) NOT NULL, is_staff bool NOT NULL, \
     is_active bool NOT NULL, date_joined datetime NOT NULL, first_name varchar(150) NOT NULL)",
];

/// Longer than any machine takes, however many tests run on it: these tests are about what happens, not how fast.
const PATIENCE: Duration = Duration::from_mins(1);

/// A Django site that is being left: its database and the new store, in one folder.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    folder: PathBuf,
}

/// The new store, in whatever database it is.
#[derive(Debug)]
pub(crate) enum Store {
    #[cfg(feature = "mysql")]
    MySql(MySqlStore),
    #[cfg(feature = "postgres")]
    Postgres(PostgresStore),
    Sqlite(SqliteStore),
}

impl Store {
    pub(crate) fn users(&self) -> Arc<dyn UserStore> {
        match self {
            #[cfg(feature = "mysql")]
            Self::MySql(store) => Arc::new(store.clone()),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => Arc::new(store.clone()),
            Self::Sqlite(store) => Arc::new(store.clone()),
        }
    }

    pub(crate) async fn close(self) {
        match self {
            #[cfg(feature = "mysql")]
            Self::MySql(store) => store.close().await,
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.close().await,
            Self::Sqlite(store) => store.close().await.unwrap(),
        }
    }
}

/// Somebody of the site, by the number that is their id there.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Person(pub(crate) usize);

impl Person {
    pub(crate) fn email(self) -> String {
        format!("Person.{}@Example.com", self.0)
    }

    pub(crate) fn password(self) -> String {
        format!("the password of {}", self.0)
    }

    pub(crate) fn wrong_password(self) -> String {
        format!("the password of {}", self.0 + 1)
    }

    pub(crate) fn right(self) -> LogIn {
        LogIn::new(self.email(), self.password())
    }

    pub(crate) fn wrong(self) -> LogIn {
        LogIn::new(self.email(), self.wrong_password())
    }

    /// Whether the row of somebody who has moved by logging in is whole, password included.
    pub(crate) async fn assert_is(self, user: &User, passwords: &Passwords) {
        let name = format!("person-{}", self.0);
        assert_eq!(user.legacy, Some(LegacyKey::new("django", self.0.to_string())));
        assert_eq!(user.moved.map(|moved| moved.by), Some(MovedBy::LogIn), "{name}");
        assert_eq!(user.profile.email.as_ref().unwrap().original(), self.email());
        assert_eq!(user.profile.username.as_ref().unwrap().original(), name);
        assert!(user.last_login.is_some() && user.login_count > 0, "{name}");
        let Credential::Hash(hash) = &user.credential else { panic!("{name}: {user:?}") };
        assert_eq!(hash.scheme(), Some("argon2"), "{name}");
        let verified = passwords.verify(&Password::from(self.password()), hash).await;
        assert!(matches!(verified, Ok(Verification::Match { upgrade: false, .. })), "{name}: {verified:?}");
    }

    /// A hash as Django writes it: every other one is `argon2`, the rest are `pbkdf2_sha256`.
    async fn hash(self, passwords: &Passwords) -> String {
        if self.0.is_multiple_of(2) {
            let made = passwords.hash(&Password::from(self.password())).await.unwrap();
            return format!("argon2{}", made.expose());
        }
        let (rounds, salt) = (100, format!("salt{:08}", self.0));
        let mut digest = [0; 32];
        pbkdf2::pbkdf2_hmac::<sha2::Sha256>(self.password().as_bytes(), salt.as_bytes(), rounds, &mut digest);
        format!("pbkdf2_sha256${rounds}${salt}${}", Base64::encode_string(&digest))
    }
}

impl Site {
    /// The site in this folder.
    pub(crate) fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Makes a site with the people `1..=count`.
    pub(crate) async fn make(folder: &Path, count: usize) -> Self {
        let site = Self::at(folder);
        let passwords = passwords();
        let mut database = site.database();
        let transaction = database.transaction().unwrap();
        for table in TABLES {
            transaction.execute_batch(table).unwrap();
        }
        for person in (1..=count).map(Person) {
            let hash = person.hash(&passwords).await;
            let insert = "\
                INSERT INTO auth_user (id, password, is_superuser, username, last_name, email, is_staff, is_active, \
                date_joined, first_name) VALUES (?, ?, 0, ?, '', ?, 0, 1, '2019-05-17 08:30:00', '')";
            let values = (i64::try_from(person.0).unwrap(), hash, format!("person-{}", person.0), person.email());
            transaction.execute(insert, values).unwrap();
        }
        transaction.commit().unwrap();
        site
    }

    pub(crate) fn folder(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    /// The file of the legacy database.
    pub(crate) fn legacy(&self) -> PathBuf {
        self.folder.join("legacy.sqlite3")
    }

    /// The legacy database, to be written by its owner.
    pub(crate) fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.legacy()).unwrap()
    }

    /// Changes the legacy database behind the service's back.
    pub(crate) fn alter(&self, statement: &str) {
        self.database().execute_batch(statement).unwrap();
    }

    /// The store is the database at this address, and no file of the folder.
    #[cfg(all(unix, any(feature = "mysql", feature = "postgres")))]
    pub(crate) fn store_at(&self, url: &str) {
        std::fs::write(self.folder.join("store"), url).unwrap();
    }

    pub(crate) async fn store(&self) -> Store {
        let url = std::fs::read_to_string(self.folder.join("store")).ok();
        match url.as_deref() {
            #[cfg(feature = "mysql")]
            Some(url) if url.starts_with("mysql:") => {
                let builder = MySqlStore::builder(url).unwrap().connection_name("customers").connections(8);
                Store::MySql(builder.acquire_timeout(PATIENCE).open().await.unwrap())
            }
            #[cfg(feature = "postgres")]
            Some(url) => {
                let builder = PostgresStore::builder(url).unwrap().connection_name("customers").connections(8);
                Store::Postgres(builder.acquire_timeout(PATIENCE).open().await.unwrap())
            }
            _ => {
                let builder = SqliteStore::builder(self.folder.join("users.sqlite3"));
                Store::Sqlite(builder.connection_name("customers").busy_timeout(PATIENCE).open().await.unwrap())
            }
        }
    }

    pub(crate) fn migrator(&self, store: &Store, passwords: &Arc<Passwords>) -> LazyMigrator {
        let legacy = Django::new().sqlite(self.legacy(), Arc::clone(passwords));
        let legacy = legacy.statement_limit(PATIENCE).busy_timeout(Duration::from_millis(50)).build();
        LazyMigrator::builder(store.users(), Arc::new(legacy))
            .passwords(Arc::clone(passwords))
            // Every answer from the database itself, however often it has failed before.
            .guard(|guard| guard.with_deadline(PATIENCE).with_breaker(0, Duration::ZERO))
            .build()
            .unwrap()
    }

    /// What SQLite itself says of the store's file.
    pub(crate) fn integrity(&self) -> String {
        let database = rusqlite::Connection::open(self.folder.join("users.sqlite3")).unwrap();
        let mut check = database.prepare("PRAGMA integrity_check").unwrap();
        let report = check.query_map((), |row| row.get::<_, String>(0)).unwrap();
        report.map(Result::unwrap).collect::<Vec<_>>().join("\n")
    }
}

/// Hashes at a cost that a test can pay by the thousand.
pub(crate) fn passwords() -> Arc<Passwords> {
    let policy = HashPolicy::argon2id(64, 1, 1).unwrap();
    Arc::new(Passwords::builder().policy(policy).threads(2).build().unwrap())
}

/// Everybody in the store, by their number at the site. Fails if one cannot be read, or is there twice.
pub(crate) async fn everybody(store: &Store) -> BTreeMap<Person, User> {
    let users = store.users().as_bulk().unwrap().scan(None, usize::MAX).await.unwrap();
    let count = users.len();
    let number = |user: &User| user.legacy.as_ref().unwrap().id().parse().unwrap();
    let people: BTreeMap<_, _> = users.into_iter().map(|user| (Person(number(&user)), user)).collect();
    assert_eq!(people.len(), count, "somebody is there twice");
    people
}

/// What came of a log-in, as a child reports it: `in migrated`, `refused wrong_password`, `error …`.
pub(crate) async fn report(migrator: &LazyMigrator, attempt: LogIn) -> String {
    match migrator.log_in(attempt).await {
        Ok(LogInOutcome::Authenticated(session)) => format!("in {}", session.origin.as_str()),
        Ok(LogInOutcome::Refused(refusal)) => format!("refused {}", refusal.as_str()),
        Err(error) => format!("error {error:?}"),
    }
}
