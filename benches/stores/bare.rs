//! What a service would write by hand: a statement, its values, and the columns read one by one. It looks for nothing that
//! may be in the way, and a bulk write of it is the fastest that the driver can do.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::{Executor as _, MySqlPool, PgPool, Row, mysql::MySqlPoolOptions, postgres::PgPoolOptions};
use waystation::{
    clock::{Clock as _, SystemClock, Timestamp},
    user::{Credential, NewUser},
};

#[async_trait]
pub(crate) trait Bare: Send + Sync + 'static {
    async fn look_up(&self, email: &str);

    /// The same by the statement that the store sends, which looks for tombstones too.
    async fn look_up_alike(&self, email: &str);

    async fn insert(&self, user: &NewUser);

    /// The same by the statement that the store sends, which looks for tombstones and whoever is being deleted.
    async fn insert_alike(&self, user: &NewUser);

    /// Whether the row had this version.
    async fn update(&self, id: &str, expected: i64) -> bool;

    /// The same by the statements that the store sends, which give the row too.
    async fn update_alike(&self, id: &str, expected: i64) -> bool;

    async fn insert_all(&self, users: &[NewUser]);

    /// Lets a server count its rows, which it does by itself some time after they came.
    async fn analyze(&self);
}

pub(super) const INSERT: &str = "INSERT INTO waystation_users (connection, id, version, email, blocked, profile, credential, hash, \
    created_at, updated_at, login_count) ";

/// What the stores send for a user of an id and an address.
pub(super) const ALIKE: &str = "INSERT INTO waystation_users (connection, id, version, email, phone, username, legacy_source, \
    legacy_id, blocked, profile, credential, credential_source, hash_scheme, hash, hash_context, moved_at, moved_by, \
    created_at, updated_at, last_login, login_count, password_set_at) \
    SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM (SELECT 1) AS one \
    WHERE NOT EXISTS (SELECT 1 FROM waystation_tombstones WHERE connection = ? AND digest IN (?, ?)) ";

/// The columns of a user.
macro_rules! columns {
    () => {
        "id, version, email, phone, username, legacy_source, legacy_id, profile, credential, credential_source, \
         hash_scheme, hash, hash_context, moved_at, moved_by, created_at, updated_at, last_login, login_count, \
         password_set_at"
    };
}

/// The places of those that are numbers.
pub(super) const NUMBERS: [usize; 7] = [1, 13, 15, 16, 17, 18, 19];

pub(super) const FIND_ALIKE: &str = concat!(
    "SELECT digest IS NOT NULL, ",
    columns!(),
    " FROM (SELECT 1) AS one LEFT JOIN waystation_users AS users ON users.connection = ? AND users.email = ? \
     LEFT JOIN waystation_tombstones AS tombstones ON tombstones.connection = ? AND tombstones.digest = ?"
);

const ROW_ALIKE: &str = concat!("SELECT ", columns!(), " FROM waystation_users WHERE connection = ? AND id = ?");

macro_rules! update_alike {
    ($end:expr) => {
        concat!(
            "UPDATE waystation_users SET version = version + 1, updated_at = ?, credential = ?, credential_source = ?, \
             hash_scheme = ?, hash = ?, hash_context = ? WHERE connection = ? AND id = ? AND version = ?",
            $end
        )
    };
}

const UPDATE_ALIKE: &str = update_alike!("");
pub(super) const UPDATE_RETURNING: &str = update_alike!(concat!(" RETURNING ", columns!()));

/// What servers are asked beside.
const UNSEEN: &str = "AND NOT EXISTS (SELECT 1 FROM waystation_users WHERE connection = ? AND (id) = (?)) \
    AND NOT EXISTS (SELECT 1 FROM waystation_users WHERE connection = ? AND (email) = (?)) ";

/// With the parameters of PostgreSQL.
fn numbered(text: &str) -> String {
    let mut numbers = 1..;
    text.split('?').map(str::to_owned).reduce(|text, rest| format!("{text}${}{rest}", numbers.next().unwrap())).unwrap()
}

/// What inserts many rows in PostgreSQL.
const ARRAYS: &str = "SELECT $1, id, 1, email, false, profile, 'hash'::bytea, hash, created_at, updated_at, 0 \
    FROM unnest($2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bigint[]) \
    AS users (id, email, profile, hash, created_at, updated_at)";

/// Rows of a statement elsewhere.
const ROWS: usize = 500;

/// The first of the pauses that the store makes after a conflict.
const PAUSE: Duration = Duration::from_millis(8);

/// As many as the stores open.
const CONNECTIONS: u32 = 16;

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
        // As the store does: what looks before it inserts would otherwise lock what is not there.
        let pool = pool.after_connect(|connection, _| {
            Box::pin(async move {
                let level = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
                connection.execute(sqlx::raw_sql(level)).await.map(drop)
            })
        });
        Ok(Self(pool.connect(url).await?))
    }
}

/// The same for each of sqlx's types: how text is bound, what makes the store's statements this database's, the end of the one for
/// a row and whether it looks for users who are being deleted, whether an UPDATE returns the row, where to read and to write, and the statement that inserts one row and what inserts many.
macro_rules! bare {
    ($name:ty, $text:path, $own:path, $alike:expr, $returns:expr, $analyze:expr, $bare:ident => $reader:expr, $writer:expr, $find:literal, $update:literal, $row:expr, $many:path) => {
        #[async_trait]
        impl Bare for $name {
            async fn look_up(&self, email: &str) {
                let $bare = self;
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

            async fn look_up_alike(&self, email: &str) {
                let $bare = self;
                let query =
                    sqlx::query(sqlx::AssertSqlSafe($own(FIND_ALIKE))).bind($text("customers")).bind($text(email));
                let query = query.bind($text("customers")).bind(&[1_u8; 32][..]);
                let rows = query.fetch_all($reader).await.expect("a row");
                read!(rows[0], 1);
            }

            async fn insert(&self, user: &NewUser) {
                let $bare = self;
                let query = sqlx::query(sqlx::AssertSqlSafe(format!("{INSERT}VALUES {}", $row)));
                bound!(query, user, $text).execute($writer).await.expect("an insert");
            }

            async fn insert_alike(&self, user: &NewUser) {
                let $bare = self;
                let email = user.profile.email.as_ref().expect("an address").normal();
                let profile = serde_json::to_string(&user.profile).expect("JSON");
                let Credential::Hash(hash) = &user.credential else { panic!("no hash") };
                let (end, looks) = $alike;
                let statement = $own(&format!("{ALIKE}{}{end}", if looks { UNSEEN } else { "" }));
                // A text that is not there has the type of one that is.
                let none = Some($text("")).filter(|_| false);
                loop {
                    let mut query = sqlx::query(sqlx::AssertSqlSafe(statement.clone()))
                        .bind($text("customers"))
                        .bind($text(user.id.as_str()))
                        .bind(1_i64)
                        .bind($text(email))
                        .bind(none)
                        .bind(none)
                        .bind(none)
                        .bind(none)
                        .bind(false)
                        .bind($text(&profile))
                        .bind($text("hash"))
                        .bind(none)
                        .bind(none)
                        .bind($text(hash.expose()))
                        .bind(none)
                        .bind(None::<i64>)
                        .bind(none)
                        .bind(Timestamp::as_micros(user.created_at))
                        .bind(Timestamp::as_micros(user.at))
                        .bind(None::<i64>)
                        .bind(0_i64)
                        .bind(None::<i64>)
                        .bind($text("customers"))
                        .bind(&[1_u8; 32][..])
                        .bind(&[2_u8; 32][..]);
                    if looks {
                        query = query.bind($text("customers")).bind($text(user.id.as_str()));
                        query = query.bind($text("customers")).bind($text(email));
                    }
                    match query.execute($writer).await {
                        // A deadlock, which the store tries again after too.
                        Err(error)
                            if error.as_database_error().is_some_and(|it| it.code().as_deref() == Some("40001")) =>
                        {
                            SystemClock::new().sleep(PAUSE).await;
                        }
                        inserted => {
                            inserted.expect("an insert");
                            break;
                        }
                    }
                }
            }

            async fn update(&self, id: &str, expected: i64) -> bool {
                let $bare = self;
                let query = sqlx::query($update).bind($text(super::HASH)).bind(1_800_000_000_000_000_i64);
                let query = query.bind($text("customers")).bind($text(id)).bind(expected);
                query.execute($writer).await.expect("an answer").rows_affected() > 0
            }

            async fn update_alike(&self, id: &str, expected: i64) -> bool {
                let $bare = self;
                if !$returns {
                    let row =
                        sqlx::query(sqlx::AssertSqlSafe($own(ROW_ALIKE))).bind($text("customers")).bind($text(id));
                    let rows = row.fetch_all($writer).await.expect("a row");
                    read!(rows[0], 0);
                }
                let none = Some($text("")).filter(|_| false);
                let update = if $returns { UPDATE_RETURNING } else { UPDATE_ALIKE };
                let query = sqlx::query(sqlx::AssertSqlSafe($own(update)))
                    .bind(1_800_000_000_000_000_i64)
                    .bind($text("hash"))
                    .bind(none)
                    .bind(none)
                    .bind($text(super::HASH))
                    .bind(none)
                    .bind($text("customers"))
                    .bind($text(id))
                    .bind(expected);
                if !$returns {
                    return query.execute($writer).await.expect("an answer").rows_affected() > 0;
                }
                let rows = query.fetch_all($writer).await.expect("an answer");
                for row in &rows {
                    read!(row, 0);
                }
                !rows.is_empty()
            }

            async fn insert_all(&self, users: &[NewUser]) {
                let $bare = self;
                $many($writer, users).await.expect("an insert");
            }

            async fn analyze(&self) {
                let $bare = self;
                if let Some(statement) = $analyze {
                    sqlx::raw_sql(statement).execute($writer).await.expect("an analysis");
                }
            }
        }
    };
}

/// Reads all columns of a user, as a program that wants one does.
macro_rules! read {
    ($row:expr, $first:literal) => {
        for place in 0..20 {
            if NUMBERS.contains(&place) {
                let _number: Option<i64> = $row.try_get($first + place).expect("a column");
            } else {
                let _text: Option<Vec<u8>> = $row.try_get_unchecked($first + place).expect("a column");
            }
        }
    };
}

/// A row's values as the parameters that come next.
macro_rules! bound {
    ($query:expr, $user:ident, $text:path) => {{
        let email = $user.profile.email.as_ref().expect("an address").normal();
        let profile = serde_json::to_string(&$user.profile).expect("JSON");
        let Credential::Hash(hash) = &$user.credential else { panic!("no hash") };
        $query
            .bind($text("customers"))
            .bind($text($user.id.as_str()))
            .bind(1_i64)
            .bind($text(email))
            .bind(false)
            .bind($text(&profile).to_owned())
            .bind($text("hash"))
            .bind($text(hash.expose()))
            .bind(Timestamp::as_micros($user.created_at))
            .bind(Timestamp::as_micros($user.at))
            .bind(0_i64)
    }};
}

/// Inserts many rows, so many with a statement that is prepared once.
async fn insert_many_mysql(pool: &MySqlPool, users: &[NewUser]) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    for users in users.chunks(ROWS) {
        let rows = vec![QUESTION_MARKS; users.len()].join(", ");
        let mut query = sqlx::query(sqlx::AssertSqlSafe(format!("{INSERT}VALUES {rows}")));
        for user in users {
            query = bound!(query, user, std::convert::identity);
        }
        query.execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

async fn insert_many_postgres(pool: &PgPool, users: &[NewUser]) -> Result<(), sqlx::Error> {
    let profiles: Vec<_> = users.iter().map(|user| serde_json::to_vec(&user.profile).expect("JSON")).collect();
    let emails = users.iter().map(|user| user.profile.email.as_ref().expect("an address").normal().as_bytes());
    let hashes = users.iter().map(|user| match &user.credential {
        Credential::Hash(hash) => hash.expose().as_bytes(),
        _ => panic!("no hash"),
    });
    let query = sqlx::query(sqlx::AssertSqlSafe(format!("{INSERT}{ARRAYS}")))
        .bind("customers".as_bytes())
        .bind(users.iter().map(|user| user.id.as_str().as_bytes()).collect::<Vec<_>>())
        .bind(emails.collect::<Vec<_>>())
        .bind(profiles)
        .bind(hashes.collect::<Vec<_>>())
        .bind(users.iter().map(|user| user.created_at.as_micros()).collect::<Vec<_>>())
        .bind(users.iter().map(|user| user.at.as_micros()).collect::<Vec<_>>());
    query.execute(pool).await.map(|_| ())
}

const QUESTION_MARKS: &str = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

bare!(
    BarePostgres, str::as_bytes, numbered, ("ON CONFLICT DO NOTHING", true), true, Some("ANALYZE"),
    bare => &bare.0, &bare.0,
    "SELECT * FROM waystation_users WHERE connection = $1 AND email = $2",
    "UPDATE waystation_users SET version = version + 1, hash = $1, updated_at = $2 \
     WHERE connection = $3 AND id = $4 AND version = $5",
    "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    insert_many_postgres
);
bare!(
    BareMySql, std::convert::identity, str::to_owned, ("", true), false, Some("ANALYZE TABLE waystation_users"),
    bare => &bare.0, &bare.0,
    "SELECT * FROM waystation_users WHERE connection = ? AND email = ?",
    "UPDATE waystation_users SET version = version + 1, hash = ?, updated_at = ? \
     WHERE connection = ? AND id = ? AND version = ?",
    QUESTION_MARKS,
    insert_many_mysql
);
