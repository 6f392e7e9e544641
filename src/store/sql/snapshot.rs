//! The users of one moment: a transaction that reads.

use std::{fmt, marker::PhantomData, ops::DerefMut, sync::Arc};

use super::{engine::Engine, statement::Statement, users::Users};
use crate::store::{Search, SearchPage, Snapshot, StoreError, StoredPage};
use async_trait::async_trait;

/// The moment is that of the first row that is read, and not that of the begin.
const ANY: &str = "SELECT id FROM waystation_users WHERE connection = ? LIMIT 1";

/// A snapshot, whose transaction ends when the connection is dropped.
pub(crate) struct SqlSnapshot<E, C> {
    users: Arc<Users>,
    connection: C,
    engine: PhantomData<E>,
}

impl<E: Engine, C: DerefMut<Target = E::Connection>> SqlSnapshot<E, C> {
    pub(crate) async fn take(users: Arc<Users>, mut connection: C) -> Result<Self, StoreError> {
        let failed = |error| E::classify("snapshot", error);
        E::begin(&mut connection, E::BEGIN_SNAPSHOT).await.map_err(failed)?;
        let statement = Statement::new(ANY).bind(&*users.name);
        E::fetch(&mut connection, &statement).await.map_err(failed)?;
        Ok(Self { users, connection, engine: PhantomData })
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<E: Engine, C: DerefMut<Target = E::Connection> + Send> Snapshot for SqlSnapshot<E, C> {
    async fn search(&mut self, search: &Search) -> Result<SearchPage, StoreError> {
        self.users.search::<E>(&mut self.connection, search).await
    }

    async fn search_ahead(&mut self, search: &Search) -> Result<StoredPage, StoreError> {
        self.users.search_ahead::<E>(&mut self.connection, search).await
    }
}

impl<E, C> fmt::Debug for SqlSnapshot<E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlSnapshot").field("connection_name", &self.users.name).finish_non_exhaustive()
    }
}
