use sqlx::{Database, pool::PoolConnection};

use crate::legacy::LegacyError;

/// A connection that goes back to its pool only when it has said all it had to say.
///
/// One that is in the middle of an answer, because its caller is gone or time is up, is closed instead: nothing of that
/// answer can get into the next.
#[derive(Debug)]
pub(super) struct Lease<D: Database>(Option<PoolConnection<D>>);

impl<D: Database> Lease<D> {
    pub(super) const fn of(connection: PoolConnection<D>) -> Self {
        Self(Some(connection))
    }

    /// There is one until the lease ends.
    pub(super) fn connection(&mut self) -> Result<&mut D::Connection, sqlx::Error> {
        self.0.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// Gives the connection back for others.
    pub(super) fn end(mut self) {
        self.0 = None;
    }
}

impl<D: Database> Drop for Lease<D> {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            // Closes the socket, which takes no time.
            drop(connection.detach());
        }
    }
}

/// What the driver reports when it is not the server that speaks.
pub(super) fn fault(error: sqlx::Error) -> LegacyError {
    match error {
        sqlx::Error::PoolTimedOut => LegacyError::unavailable("the database accepted no connection in time"),
        sqlx::Error::Io(error) => LegacyError::unavailable_because("the connection to the database failed", error),
        sqlx::Error::Tls(error) => {
            LegacyError::misconfigured_because("the database offers no TLS that can be trusted", error)
        }
        error => LegacyError::unavailable_because("the connection to the database failed", error),
    }
}
