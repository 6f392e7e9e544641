//! The users of one moment: a transaction that reads.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use sqlx::pool::PoolConnection;

use super::{engine::Engine, statement::Statement, users::Users};
use crate::store::{Search, SearchPage, Snapshot, StoreError};

/// The moment is that of the first row that is read, and not that of the begin.
const ANY: &str = "SELECT id FROM waystation_users WHERE connection = ? LIMIT 1";

pub(crate) struct SqlSnapshot<E: Engine> {
    users: Arc<Users>,
    connection: PoolConnection<E::Database>,
}

impl<E: Engine> SqlSnapshot<E> {
    /// Takes a snapshot on this connection, which is closed with it, and with the connection the transaction.
    pub(crate) async fn take(
        users: Arc<Users>,
        mut connection: PoolConnection<E::Database>,
    ) -> Result<Self, StoreError> {
        let failed = |error| E::classify("snapshot", error);
        connection.close_on_drop();
        E::begin_snapshot(&mut connection).await.map_err(failed)?;
        let statement = Statement::new(ANY).bind(&*users.name);
        E::fetch(&mut connection, &statement).await.map_err(failed)?;
        Ok(Self { users, connection })
    }
}

#[async_trait]
impl<E: Engine> Snapshot for SqlSnapshot<E> {
    async fn search(&mut self, search: &Search) -> Result<SearchPage, StoreError> {
        self.users.search::<E>(&mut self.connection, search).await
    }
}

impl<E: Engine> fmt::Debug for SqlSnapshot<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlSnapshot").field("connection_name", &self.users.name).finish_non_exhaustive()
    }
}
