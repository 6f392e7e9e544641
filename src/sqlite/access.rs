use std::sync::Arc;

use rusqlite::Connection;

use super::{
    fault::Fault,
    pool::{Pool, Session},
};

/// The connections of a pool, for one caller: whichever is free, and in a transaction always the same.
///
/// When it is dropped in a transaction, that is rolled back.
pub(crate) struct Access {
    pool: Arc<Pool>,
    session: Option<Session>,
}

impl Access {
    pub(crate) fn to(pool: &Arc<Pool>) -> Self {
        Self { pool: Arc::clone(pool), session: None }
    }

    /// Has a connection do something.
    pub(crate) async fn run<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> Result<T, Fault> {
        match &self.session {
            Some(session) => session.run(work).await,
            None => self.pool.run(work).await,
        }
    }

    /// Begins a transaction by this SQL.
    pub(crate) async fn begin(&mut self, sql: &'static str) -> Result<(), Fault> {
        self.session = Some(self.pool.session(sql).await?);
        Ok(())
    }

    /// Ends the transaction by this SQL.
    pub(crate) async fn end(&mut self, sql: &'static str) -> Result<(), Fault> {
        self.run(move |connection| connection.execute_batch(sql)).await??;
        self.session = None;
        Ok(())
    }
}
