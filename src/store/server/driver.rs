//! How sqlx runs the statements of the stores.

use tokio_stream::{Stream, StreamExt as _};

use crate::{
    store::{
        StoreError,
        sql::{engine::Engine, row},
    },
    user::User,
};

/// The users in these rows. The server goes on while they are decoded.
pub(super) async fn decode_users<E: Engine>(
    mut rows: impl Stream<Item = Result<E::Row, E::Error>> + Unpin,
    operation: &'static str,
) -> Result<Vec<User>, StoreError> {
    let mut users = Vec::new();
    while let Some(row) = rows.next().await {
        let row = row.map_err(|error| E::classify(operation, error))?;
        users.push(row::decode(&row, 0)?);
    }
    Ok(users)
}

/// The parts of an [`Engine`] that are the same but for sqlx's types.
macro_rules! runs_statements {
    ($text:expr, $bind_text:path) => {
        type Error = sqlx::Error;

        async fn command(connection: &mut Self::Connection, sql: &'static str) -> Result<(), sqlx::Error> {
            sqlx::Executor::execute(connection, sqlx::raw_sql(sql)).await.map(|_| ())
        }

        async fn execute(connection: &mut Self::Connection, statement: &Statement<'_>) -> Result<u64, sqlx::Error> {
            let text = $text(statement);
            let query = $crate::store::server::driver::bound!(text, statement, $bind_text);
            Ok(query.execute(connection).await?.rows_affected())
        }

        async fn fetch(
            connection: &mut Self::Connection,
            statement: &Statement<'_>,
        ) -> Result<Vec<Self::Row>, sqlx::Error> {
            let text = $text(statement);
            $crate::store::server::driver::bound!(text, statement, $bind_text).fetch_all(connection).await
        }

        async fn fetch_users(
            connection: &mut Self::Connection,
            statement: &Statement<'_>,
            operation: &'static str,
        ) -> Result<Vec<$crate::user::User>, StoreError> {
            let text = $text(statement);
            let rows = $crate::store::server::driver::bound!(text, statement, $bind_text).fetch(connection);
            $crate::store::server::driver::decode_users::<Self>(rows, operation).await
        }

        fn is_taken(error: &sqlx::Error) -> bool {
            error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
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

pub(super) use {bound, runs_statements};
