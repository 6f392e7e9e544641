use std::{fmt, future::Future};

use sqlx::{Connection, Transaction};
use tokio_stream::{Stream, StreamExt as _};

use super::{row, rows::ListStatement, statement::Statement};
use crate::{store::StoreError, user::User};

/// One of the databases: how it takes statements, and where its SQL differs from that of the others.
///
/// Everything else is written once, in SQL that all of them read.
pub(crate) trait Engine: fmt::Debug + Send + Sync + Sized + 'static {
    type Database: sqlx::Database<Connection = Self::Connection>;
    type Connection: Connection<Database = Self::Database> + Send;
    type Row: StoredRow;

    /// After an INSERT: rows whose keys are taken are passed over. Where a database cannot say so, the statement fails
    /// with [`is_taken`], and only the statement.
    const UNLESS_TAKEN: &'static str;
    /// After an INSERT of tombstones: one that is there gets the new time.
    const OR_BURY_AGAIN: &'static str;
    /// Between an INSERT and the rows of a list.
    const INSERTED_ROWS: &'static str;
    /// The most rows of a list. More are faster up to a point, and all of a list is in memory at once.
    const LIST: usize;
    /// After a SELECT: nobody else changes the row before the transaction ends.
    const LOCKING: &'static str;
    /// After `DESC` of a column that may be NULL, where the index has NULL last: the index is of no use without.
    const NULLS_LAST: &'static str;
    /// Whether an UPDATE returns the row.
    const RETURNS: bool;
    /// Whether there may be more than one writer at a time.
    const WRITERS_WORK_AT_ONCE: bool;

    /// Begins a transaction that writes.
    fn begin(
        connection: &mut Self::Connection,
    ) -> impl Future<Output = Result<Transaction<'_, Self::Database>, sqlx::Error>> + Send;

    /// Begins a transaction that reads, and sees what was there when it read first.
    fn begin_snapshot(connection: &mut Self::Connection) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Runs a statement that returns nothing, and says how many rows it wrote.
    fn execute(
        connection: &mut Self::Connection,
        statement: &Statement<'_>,
    ) -> impl Future<Output = Result<u64, sqlx::Error>> + Send;

    /// Runs a statement to its end, where its commit succeeds or fails, and returns all rows.
    fn fetch(
        connection: &mut Self::Connection,
        statement: &Statement<'_>,
    ) -> impl Future<Output = Result<Vec<Self::Row>, sqlx::Error>> + Send;

    /// Runs a statement, and returns rows as they come.
    fn stream<'a>(
        connection: &'a mut Self::Connection,
        statement: &'a Statement<'_>,
    ) -> impl Stream<Item = Result<Self::Row, sqlx::Error>> + Send + Unpin + 'a;

    /// Runs a statement that selects [`columns!`](super::row::columns), for the caller of `operation`.
    fn fetch_users(
        connection: &mut Self::Connection,
        statement: &Statement<'_>,
        operation: &'static str,
    ) -> impl Future<Output = Result<Vec<User>, StoreError>> + Send {
        row_by_row::<Self>(connection, statement, operation)
    }

    /// The same as [`execute`](Self::execute) with a list of rows.
    fn execute_list(
        connection: &mut Self::Connection,
        statement: ListStatement<'_>,
    ) -> impl Future<Output = Result<u64, sqlx::Error>> + Send;

    /// Runs an INSERT of a list, which either inserts all of it or fails with [`is_taken`], or says that it inserted less. What
    /// it leaves when it fails is undone by the caller.
    fn insert_list(
        connection: &mut Self::Connection,
        statement: ListStatement<'_>,
    ) -> impl Future<Output = Result<u64, sqlx::Error>> + Send {
        Self::execute_list(connection, statement)
    }

    /// The same as [`fetch`](Self::fetch) with a list of rows.
    fn fetch_list(
        connection: &mut Self::Connection,
        statement: ListStatement<'_>,
    ) -> impl Future<Output = Result<Vec<Self::Row>, sqlx::Error>> + Send;

    /// The condition that a column, which is not NULL, has this text in it: byte by byte.
    fn push_holds(statement: &mut Statement<'_>, column: &'static str, text: String);

    /// What a failed statement means to the caller of `operation`.
    fn classify(operation: &'static str, error: sqlx::Error) -> StoreError;

    /// Whether a step of the schema failed since somebody else has just done it, or a part of it.
    fn is_made_by_another(error: &sqlx::Error) -> bool;
}

/// [`Engine::fetch_users`] where each of them is a row. The database goes on while they are decoded.
pub(crate) async fn row_by_row<E: Engine>(
    connection: &mut E::Connection,
    statement: &Statement<'_>,
    operation: &'static str,
) -> Result<Vec<User>, StoreError> {
    let mut rows = E::stream(connection, statement);
    let mut users = Vec::new();
    while let Some(row) = rows.next().await {
        let row = row.map_err(|error| E::classify(operation, error))?;
        users.push(row::decode(&row, 0)?);
    }
    Ok(users)
}

/// A row whose columns are read by their place.
pub(crate) trait StoredRow: Send + Sync {
    fn text(&self, place: usize) -> Result<Option<&str>, sqlx::Error>;

    fn number(&self, place: usize) -> Result<Option<i64>, sqlx::Error>;

    fn bytes(&self, place: usize) -> Result<Option<&[u8]>, sqlx::Error>;

    fn flag(&self, place: usize) -> Result<bool, sqlx::Error>;
}

/// Whether a UNIQUE column has the value already.
pub(crate) fn is_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// The parts of an [`Engine`] that are the same but for sqlx's types.
macro_rules! runs_statements {
    ($begin:literal, $begin_snapshot:expr, $text:expr, $bind_text:path) => {
        async fn begin(
            connection: &mut Self::Connection,
        ) -> Result<sqlx::Transaction<'_, Self::Database>, sqlx::Error> {
            sqlx::Connection::begin_with(connection, $begin).await
        }

        async fn begin_snapshot(connection: &mut Self::Connection) -> Result<(), sqlx::Error> {
            sqlx::Executor::execute(connection, sqlx::raw_sql($begin_snapshot)).await.map(|_| ())
        }

        async fn execute(connection: &mut Self::Connection, statement: &Statement<'_>) -> Result<u64, sqlx::Error> {
            let text = $text(statement);
            Ok($crate::store::sql::engine::bound!(text, statement, $bind_text)
                .execute(connection)
                .await?
                .rows_affected())
        }

        async fn fetch(
            connection: &mut Self::Connection,
            statement: &Statement<'_>,
        ) -> Result<Vec<Self::Row>, sqlx::Error> {
            let text = $text(statement);
            $crate::store::sql::engine::bound!(text, statement, $bind_text).fetch_all(connection).await
        }

        fn stream<'a>(
            connection: &'a mut Self::Connection,
            statement: &'a Statement<'_>,
        ) -> impl tokio_stream::Stream<Item = Result<Self::Row, sqlx::Error>> + Send + Unpin + 'a {
            let text = $text(statement);
            $crate::store::sql::engine::bound!(text, statement, $bind_text).fetch(connection)
        }
    };
}

/// The parts of an [`Engine`] without arrays, where every value of a list is a parameter; `instr` is theirs too.
#[cfg(any(feature = "mysql", feature = "sqlite"))]
macro_rules! spreads_lists {
    () => {
        const INSERTED_ROWS: &'static str = "VALUES ";

        fn push_holds(
            statement: &mut $crate::store::sql::statement::Statement<'_>,
            column: &'static str,
            text: String,
        ) {
            statement.push("instr(").push(column).push(", ").push_bind(text).push(") > 0");
        }

        async fn execute_list(
            connection: &mut Self::Connection,
            statement: $crate::store::sql::rows::ListStatement<'_>,
        ) -> Result<u64, sqlx::Error> {
            Self::execute(connection, &statement.spread(Self::LIST)).await
        }

        async fn fetch_list(
            connection: &mut Self::Connection,
            statement: $crate::store::sql::rows::ListStatement<'_>,
        ) -> Result<Vec<Self::Row>, sqlx::Error> {
            Self::fetch(connection, &statement.spread(Self::LIST)).await
        }
    };
}

/// The statement as a query of this database.
macro_rules! bound {
    ($text:expr, $statement:expr, $bind_text:path) => {
        $statement.values().iter().fold(
            sqlx::query(sqlx::AssertSqlSafe($text)).persistent($statement.is_kept()),
            |query, value| match value {
                Value::Bytes(bytes) => query.bind(bytes.as_deref()),
                Value::Flag(flag) => query.bind(*flag),
                Value::Number(number) => query.bind(*number),
                Value::Text(text) => query.bind($bind_text(text.as_deref())),
            },
        )
    };
}

#[cfg(any(feature = "mysql", feature = "sqlite"))]
pub(crate) use spreads_lists;
pub(crate) use {bound, runs_statements};
