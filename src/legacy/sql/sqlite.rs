use std::{
    future::{Future as _, poll_fn},
    path::{Path, PathBuf},
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::Poll,
    time::Duration,
};

use rusqlite::{OpenFlags, params_from_iter, types::ValueRef};
use tokio::sync::mpsc;

use super::{
    database::{Question, Reading, Second, Settings},
    date::in_sql,
    query::Sql,
    row::{Cell, Row},
    values::{Value, Values},
};
use crate::{
    clock::Clock,
    identifier::IdentifierKind,
    legacy::LegacyError,
    sqlite::{self, pool::Pool},
};

mod collation;
mod fault;

use collation::Collation;
use fault::{fault, file_fault};

/// Virtual-machine steps between two looks at the clock: some tens of microseconds.
const STEPS_BETWEEN_LOOKS: i32 = 2_000;

/// How many rows are read before somebody takes them.
const ROWS_AHEAD: usize = 16;

/// A SQLite file.
///
/// The file may be replaced or go away and come back: every statement first looks whether the path still leads to the
/// file that is open, since an open file would go on showing the old people for ever.
#[derive(Debug)]
pub(super) struct Sqlite {
    path: PathBuf,
    settings: Settings,
    open: Mutex<Option<(FileId, Arc<Pool>)>>,
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
        let sql = question.sql.as_str().to_owned();
        let second = match question.second {
            Second::Limit(limit) => Some(rusqlite::types::Value::Integer(limit)),
            Second::None => None,
            Second::Text(text) => Some(text.to_owned().into()),
        };
        let parameters: [rusqlite::types::Value; 2] = [question.first.map(str::to_owned).into(), second.into()];
        let (limit, _stop) = self.limit();
        let (sender, mut rows) = mpsc::channel(ROWS_AHEAD);
        let pool = self.pool().await?;
        let mut reading = pin!(pool.run(move |sqlite| {
            limit.begin(sqlite)?;
            let mut statement = sqlite.prepare(&sql)?;
            // A question need not use what it could.
            let used: Vec<_> = parameters.into_iter().take(statement.parameter_count()).collect();
            let mut rows = statement.query(params_from_iter(used))?;
            while let Some(row) = rows.next()? {
                if sender.blocking_send(read_row(row)?).is_err() {
                    break;
                }
            }
            Ok::<_, rusqlite::Error>(())
        }));
        let (mut read, mut taken) = (None, Ok(Reading::More));
        while let Ok(Reading::More) = taken {
            let next = poll_fn(|context| {
                if read.is_none() {
                    read = match reading.as_mut().poll(context) {
                        Poll::Ready(answer) => Some(answer),
                        Poll::Pending => None,
                    };
                }
                rows.poll_recv(context)
            });
            let Some(row) = next.await else { break };
            taken = take(row);
        }
        drop(rows);
        let read = match read {
            Some(answer) => answer,
            None => reading.await,
        };
        read.and_then(|read| Ok(read?)).map_err(fault)?;
        taken.map(drop)
    }

    /// Runs the statements in one transaction, and says how many rows they changed.
    pub(super) async fn write(&self, statements: &[Sql], values: &Values) -> Result<u64, LegacyError> {
        let statements = statements.iter().map(|sql| {
            let (sql, values) = values.put_into(sql, |at| format!("?{at}"))?;
            Ok((sql, values.into_iter().map(value).collect::<Vec<_>>()))
        });
        let statements: Vec<_> = statements.collect::<Result<_, LegacyError>>()?;
        let (limit, _stop) = self.limit();
        let write = move |sqlite: &mut rusqlite::Connection| {
            let mut changed = 0;
            for (sql, values) in statements {
                limit.begin(sqlite)?;
                let mut statement = sqlite.prepare(&sql)?;
                let writes = !statement.readonly();
                // To its end: a statement may return rows of what it changes.
                let mut rows = statement.query(params_from_iter(values))?;
                while rows.next()?.is_some() {}
                drop(rows);
                drop(statement);
                changed += if writes { sqlite.changes() } else { 0 };
            }
            // What comes to no commit is rolled back.
            if !limit.is_stopped() {
                limit.begin(sqlite)?;
                sqlite.execute_batch("COMMIT")?;
            }
            Ok::<_, rusqlite::Error>(changed)
        };
        // With the lock at once: a transaction that begins by reading is refused when another has written meanwhile. And what waits
        // for it does no more than begin, so that nothing is written for somebody who is gone.
        let session = self.pool().await?.session("BEGIN IMMEDIATE").await.map_err(fault)?;
        session.run(write).await.and_then(|changed| Ok(changed?)).map_err(fault)
    }

    /// Has the statements prepared and not run.
    pub(super) async fn prepare(&self, statements: &[Sql], values: &Values) -> Result<(), LegacyError> {
        let statements = statements.iter().map(|sql| Ok(values.put_into(sql, |at| format!("?{at}"))?.0));
        let statements: Vec<_> = statements.collect::<Result<_, LegacyError>>()?;
        let (limit, _stop) = self.limit();
        let prepare = move |sqlite: &mut rusqlite::Connection| {
            limit.begin(sqlite)?;
            statements.iter().try_for_each(|sql| sqlite.prepare(sql).map(drop))
        };
        self.pool().await?.run(prepare).await.and_then(|prepared| Ok(prepared?)).map_err(fault)
    }

    /// The limit of the statements of a call, and what is kept while it lasts.
    fn limit(&self) -> (Limit, StopOnDrop) {
        let stopped = Arc::default();
        let stop = StopOnDrop(Arc::clone(&stopped));
        let Settings { clock, statement_limit: longest, .. } = &self.settings;
        (Limit { clock: Arc::clone(clock), longest: *longest, stopped }, stop)
    }

    /// Connections to the file that the path leads to now.
    async fn pool(&self) -> Result<Arc<Pool>, LegacyError> {
        let path = self.path.clone();
        // A dead network mount can hold this up for long: not on a thread that serves others.
        let looked = tokio::task::spawn_blocking(move || FileId::of(&path)).await;
        let file =
            looked.map_err(|error| LegacyError::unavailable_because("the runtime is shutting down", error))??;
        Ok(match &mut *self.open.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((known, pool)) if *known == file => Arc::clone(pool),
            open => Arc::clone(&open.insert((file, Arc::new(self.opened()))).1),
        })
    }

    fn opened(&self) -> Pool {
        let (path, settings) = (self.path.clone(), self.settings.clone());
        let open = move || {
            let (access, query_only) = if settings.may_write {
                (OpenFlags::SQLITE_OPEN_READ_WRITE, "OFF")
            } else {
                (OpenFlags::SQLITE_OPEN_READ_ONLY, "ON")
            };
            let sqlite = sqlite::open(&path, access, settings.busy_timeout)?;
            // Whatever the operator's SQL says, and whatever the file's schema would like to run.
            sqlite.pragma_update(None, "query_only", query_only)?;
            sqlite.pragma_update(None, "trusted_schema", "OFF")?;
            sqlite.pragma_update(None, "foreign_keys", "ON")?;
            for kind in IdentifierKind::ALL {
                let collation = Collation::new(kind, Arc::clone(&settings.rules), settings.rules_are_standard);
                let name = collation.name();
                sqlite.create_collation(&*name, move |left, right| collation.compare(left, right))?;
            }
            Ok(sqlite)
        };
        Pool::new(Box::new(open), self.settings.connections as usize, self.settings.statement_limit)
    }
}

/// What makes SQLite give up a statement: the limit, and a caller who is gone.
struct Limit {
    clock: Arc<dyn Clock>,
    longest: Duration,
    stopped: Arc<AtomicBool>,
}

impl Limit {
    /// For what comes next on this connection.
    fn begin(&self, sqlite: &mut rusqlite::Connection) -> Result<(), rusqlite::Error> {
        let (clock, stopped) = (Arc::clone(&self.clock), Arc::clone(&self.stopped));
        let end = clock.monotonic().saturating_add(self.longest);
        sqlite.progress_handler(STEPS_BETWEEN_LOOKS, Some(move || stopped.load(Relaxed) || clock.monotonic() >= end))
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Relaxed)
    }
}

/// Tells work elsewhere that its caller is gone.
#[derive(Debug)]
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

fn value(value: &Value) -> rusqlite::types::Value {
    match value {
        Value::Flag(flag) => (*flag).into(),
        Value::Instant(instant) => in_sql(*instant).into(),
        Value::Null => rusqlite::types::Value::Null,
        Value::Number(number) => (*number).into(),
        Value::Text(text) => text.clone().into(),
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

/// Text is left as bytes: what is not UTF-8 becomes an error that names its column.
fn read_row(row: &rusqlite::Row<'_>) -> Result<Row, rusqlite::Error> {
    let (mut read, statement) = (Row::default(), row.as_ref());
    for place in 0..statement.column_count() {
        let cell = match row.get_ref(place)? {
            ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
            ValueRef::Integer(number) => Cell::Integer(number),
            ValueRef::Null => Cell::Null,
            ValueRef::Real(number) => Cell::Real(number),
            ValueRef::Text(text) => Cell::Text(text.to_vec()),
        };
        read.push(statement.column_name(place)?, cell);
    }
    Ok(read)
}
