use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use sqlx::{
    AssertSqlSafe, Column as _, ConnectOptions, Executor as _, Row as _, SqlSafeStr as _, TypeInfo as _, ValueRef as _,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool, SqlitePoolOptions, SqliteRow},
};
use tokio_stream::StreamExt as _;

use super::{
    database::{Question, Reading, Second, Settings},
    date::in_sql,
    lease::Lease,
    query::Sql,
    row::{Cell, Row},
    values::{Value, Values},
};
use crate::{identifier::IdentifierKind, legacy::LegacyError};

mod collation;
mod fault;

use collation::Collation;
use fault::{fault, file_fault};

/// Virtual-machine steps between two looks at the clock: some tens of microseconds.
const STEPS_BETWEEN_LOOKS: i32 = 2_000;

/// A SQLite file.
///
/// The file may be replaced or go away and come back: every statement first looks whether the path still leads to the
/// file that is open, since an open file would go on showing the old people for ever. Its tables may be altered too:
/// the driver goes on calling the columns what they were called when it first saw them.
#[derive(Debug)]
pub(super) struct Sqlite {
    path: PathBuf,
    settings: Settings,
    open: Mutex<Option<Open>>,
}

#[derive(Clone, Debug)]
struct Open {
    file: FileId,
    /// SQLite's count of the changes of the schema, once it is known.
    schema: Option<i64>,
    pool: SqlitePool,
}

impl Sqlite {
    pub(super) const fn new(path: PathBuf, settings: Settings) -> Self {
        Self { path, settings, open: Mutex::new(None) }
    }

    /// Runs a statement and hands each row to `take` until that says it has seen enough.
    pub(super) async fn read(
        &self,
        question: Question<'_>,
        mut take: impl FnMut(Row) -> Result<Reading, LegacyError> + Send,
    ) -> Result<(), LegacyError> {
        let mut connection = self.connection().await?;
        let _bounded = self.bound(&mut connection).await?;

        let query = sqlx::query(AssertSqlSafe(question.sql.as_str())).bind(question.first);
        let query = match question.second {
            Second::Limit(limit) => query.bind(limit),
            Second::None => query.bind(None::<&str>),
            Second::Text(text) => query.bind(text),
        };
        let mut rows = query.fetch(&mut *connection);
        while let Some(row) = rows.next().await {
            if take(read_row(&row.map_err(fault)?)?)? == Reading::Enough {
                break;
            }
        }
        Ok(())
    }

    /// Runs the statements in one transaction, and says how many rows they changed.
    pub(super) async fn write(&self, statements: &[Sql], values: &Values) -> Result<u64, LegacyError> {
        let mut lease = Lease::of(self.connection().await?);
        let connection = lease.connection().map_err(fault)?;
        // With the lock at once: a transaction that begins by reading is refused when another has written meanwhile.
        connection.execute("BEGIN IMMEDIATE").await.map_err(fault)?;
        let mut changed = 0;
        for sql in statements {
            let _bounded = self.bound(connection).await?;
            let (sql, values) = values.put_into(sql, |at| format!("?{at}"))?;
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
            for value in values {
                query = match value {
                    Value::Flag(flag) => query.bind(*flag),
                    Value::Instant(instant) => query.bind(in_sql(*instant)),
                    Value::Null => query.bind(None::<&str>),
                    Value::Number(number) => query.bind(*number),
                    Value::Text(text) => query.bind(text.as_str()),
                };
            }
            changed += query.execute(&mut *connection).await.map_err(fault)?.rows_affected();
        }
        let _bounded = self.bound(connection).await?;
        connection.execute("COMMIT").await.map_err(fault)?;
        lease.end();
        Ok(changed)
    }

    /// Has the statements prepared and not run.
    pub(super) async fn prepare(&self, statements: &[Sql], values: &Values) -> Result<(), LegacyError> {
        let mut connection = self.connection().await?;
        for sql in statements {
            let (sql, _) = values.put_into(sql, |at| format!("?{at}"))?;
            connection.prepare(AssertSqlSafe(sql).into_sql_str()).await.map_err(fault)?;
        }
        Ok(())
    }

    /// Makes SQLite give up after the statement limit, and at once when the caller is gone.
    async fn bound(&self, connection: &mut SqliteConnection) -> Result<StopOnDrop, LegacyError> {
        let stop = Arc::new(AtomicBool::new(false));
        let (clock, stopped) = (Arc::clone(&self.settings.clock), Arc::clone(&stop));
        let end = clock.monotonic().saturating_add(self.settings.statement_limit);
        let mut handle = connection.lock_handle().await.map_err(fault)?;
        handle.set_progress_handler(STEPS_BETWEEN_LOOKS, move || !stopped.load(Relaxed) && clock.monotonic() < end);
        Ok(StopOnDrop(stop))
    }

    /// A connection that knows the file and its tables as they are now.
    async fn connection(&self) -> Result<PoolConnection<sqlx::Sqlite>, LegacyError> {
        let path = self.path.clone();
        // A dead network mount can hold this up for long: not on a thread that serves others.
        let looked = tokio::task::spawn_blocking(move || FileId::of(&path)).await;
        let file =
            looked.map_err(|error| LegacyError::unavailable_because("the runtime is shutting down", error))??;

        let known = self.open(|open| open.file == file, |pool| Open { file, schema: None, pool });
        let mut connection = known.pool.acquire().await.map_err(fault)?;
        let schema = sqlx::query_scalar("PRAGMA schema_version").fetch_one(&mut *connection).await.map_err(fault)?;
        if known.schema == Some(schema) {
            return Ok(connection);
        }
        // Connections from before the change may not be told from those after it, so that all are new.
        let anew = |pool| Open { file, schema: Some(schema), pool };
        let known = self.open(|open| open.file == file && open.schema == Some(schema), anew);
        known.pool.acquire().await.map_err(fault)
    }

    /// What is open, if it is still the right thing, else another pool.
    fn open(&self, is_right: impl FnOnce(&Open) -> bool, anew: impl FnOnce(SqlitePool) -> Open) -> Open {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match &*open {
            Some(known) if is_right(known) => known.clone(),
            _ => open.insert(anew(self.pool())).clone(),
        }
    }

    fn pool(&self) -> SqlitePool {
        let mut options = SqliteConnectOptions::new()
            .filename(&self.path)
            .read_only(!self.settings.may_write)
            .create_if_missing(false)
            .busy_timeout(self.settings.busy_timeout)
            // Whatever the operator's SQL says, and whatever the file's schema would like to run.
            .pragma("query_only", if self.settings.may_write { "OFF" } else { "ON" })
            .pragma("trusted_schema", "OFF")
            .disable_statement_logging();
        for kind in IdentifierKind::ALL {
            let collation = Collation::new(kind, Arc::clone(&self.settings.rules), self.settings.rules_are_standard);
            options = options.collation(collation.name(), move |left, right| collation.compare(left, right));
        }
        SqlitePoolOptions::new()
            .max_connections(self.settings.connections)
            .acquire_timeout(self.settings.statement_limit)
            .test_before_acquire(false)
            .connect_lazy_with(options)
    }
}

/// Ends a running statement when dropped.
#[derive(Debug)]
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// Which file a path leads to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct FileId {
    #[cfg(unix)]
    device: u64,
    #[cfg(unix)]
    inode: u64,
    #[cfg(not(unix))]
    created: Option<std::time::SystemTime>,
}

impl FileId {
    fn of(path: &Path) -> Result<Self, LegacyError> {
        let metadata = path.metadata().map_err(file_fault)?;
        if !metadata.is_file() {
            return Err(LegacyError::misconfigured("the path of the database is not that of a file"));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            Ok(Self { device: metadata.dev(), inode: metadata.ino() })
        }
        #[cfg(not(unix))]
        {
            Ok(Self { created: metadata.created().ok() })
        }
    }
}

fn read_row(row: &SqliteRow) -> Result<Row, LegacyError> {
    let mut read = Row::default();
    for column in row.columns() {
        let value = row.try_get_raw(column.ordinal()).map_err(fault)?;
        let cell = if value.is_null() {
            Cell::Null
        } else {
            let kind = value.type_info().name().to_owned();
            match kind.as_str() {
                "INTEGER" => Cell::Integer(row.try_get_unchecked(column.ordinal()).map_err(fault)?),
                "REAL" => Cell::Real(row.try_get_unchecked(column.ordinal()).map_err(fault)?),
                // As bytes: decoding text here would make an error of it that does not name the column.
                "TEXT" => Cell::Text(row.try_get_unchecked(column.ordinal()).map_err(fault)?),
                _ => Cell::Blob(row.try_get_unchecked(column.ordinal()).map_err(fault)?),
            }
        };
        read.push(column.name(), cell);
    }
    Ok(read)
}
