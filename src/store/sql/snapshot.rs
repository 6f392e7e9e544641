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
    /// A call has failed, or was dropped: what is next on the connection may be the rest of its answer.
    is_over: bool,
    engine: PhantomData<E>,
}

#[derive(Debug, thiserror::Error)]
#[error("the snapshot is over since a call failed: take another one")]
struct Over;

impl<E: Engine, C: DerefMut<Target = E::Connection>> SqlSnapshot<E, C> {
    pub(crate) async fn take(users: Arc<Users>, mut connection: C) -> Result<Self, StoreError> {
        let failed = |error| E::classify("snapshot", error);
        E::begin(&mut connection, E::BEGIN_SNAPSHOT).await.map_err(failed)?;
        let statement = Statement::new(ANY).bind(&*users.name);
        E::fetch(&mut connection, &statement).await.map_err(failed)?;
        Ok(Self { users, connection, is_over: false, engine: PhantomData })
    }

    fn begin_call(&mut self) -> Result<(), StoreError> {
        if std::mem::replace(&mut self.is_over, true) { Err(StoreError::unavailable("search", Over)) } else { Ok(()) }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<E: Engine, C: DerefMut<Target = E::Connection> + Send> Snapshot for SqlSnapshot<E, C> {
    async fn search(&mut self, search: &Search) -> Result<SearchPage, StoreError> {
        self.begin_call()?;
        let page = self.users.search::<E>(&mut self.connection, search).await?;
        self.is_over = false;
        Ok(page)
    }

    async fn search_ahead(&mut self, search: &Search) -> Result<StoredPage, StoreError> {
        self.begin_call()?;
        let page = self.users.search_ahead::<E>(&mut self.connection, search).await?;
        self.is_over = false;
        Ok(page)
    }
}

impl<E, C> fmt::Debug for SqlSnapshot<E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlSnapshot").field("connection_name", &self.users.name).finish_non_exhaustive()
    }
}
