use std::{
    error::Error,
    fmt,
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use super::{row, rows::ListStatement, statement::Statement};
use crate::{
    store::{StoreError, StoredUsers},
    user::User,
};

/// One of the databases: how it takes statements, and where its SQL differs from that of the others.
///
/// Everything else is written once, in SQL that all of them read.
pub(crate) trait Engine: fmt::Debug + Send + Sync + Sized + 'static {
    type Connection: Send;
    type Error: Error + Send + Sync + 'static;
    /// Rows that are read later.
    type Page: StoredRows<Error = Self::Error>;
    type Row: StoredRow<Error = Self::Error> + Send + Sync + 'static;

    /// Begins a transaction that writes.
    const BEGIN: &'static str;
    /// Begins a transaction that reads, and sees what was there when it read first.
    const BEGIN_SNAPSHOT: &'static str;
    /// After an INSERT: rows whose keys are taken are passed over. Where a database cannot say so, the statement fails
    /// with [`is_taken`](Self::is_taken), and only the statement.
    const UNLESS_TAKEN: &'static str;
    /// After an INSERT of tombstones: one that is there gets the new time.
    const OR_BURY_AGAIN: &'static str;
    /// Between an INSERT and the rows of a list.
    const INSERTED_ROWS: &'static str;
    /// The most rows of a list. More are faster up to a point, and all of a list is in memory at once.
    const LIST: usize;
    /// The most rows of a list that is inserted.
    const INSERT_LIST: usize = Self::LIST;
    /// After a SELECT: nobody else changes the row before the transaction ends.
    const LOCKING: &'static str;
    /// After the table of the users, where few match by a key and are ordered by something else: what keeps the database from
    /// reading all of them in that order.
    const BY_KEY: &'static str;
    /// Whether an UPDATE returns the row.
    const RETURNS: bool;
    /// Whether there may be more than one writer at a time.
    const WRITERS_WORK_AT_ONCE: bool;

    /// Begins a transaction by this SQL.
    fn begin(
        connection: &mut Self::Connection,
        sql: &'static str,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        Self::command(connection, sql)
    }

    /// Ends a transaction by this SQL.
    fn end(
        connection: &mut Self::Connection,
        sql: &'static str,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        Self::command(connection, sql)
    }

    /// Runs SQL that has no values and returns nothing.
    fn command(
        connection: &mut Self::Connection,
        sql: &'static str,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Runs a statement that returns nothing, and says how many rows it wrote.
    fn execute(
        connection: &mut Self::Connection,
        statement: &Statement<'_>,
    ) -> impl Future<Output = Result<u64, Self::Error>> + Send;

    /// The same with statements that write a row each, no two of them the same one. In which order is the engine's to choose.
    fn execute_each(
        connection: &mut Self::Connection,
        statements: Vec<Statement<'_>>,
    ) -> impl Future<Output = Result<Vec<u64>, Self::Error>> + Send {
        async move {
            let mut written = Vec::with_capacity(statements.len());
            for statement in &statements {
                written.push(Self::execute(&mut *connection, statement).await?);
            }
            Ok(written)
        }
    }

    /// Runs a statement to its end, where its commit succeeds or fails, and returns all rows.
    fn fetch(
        connection: &mut Self::Connection,
        statement: &Statement<'_>,
    ) -> impl Future<Output = Result<Vec<Self::Row>, Self::Error>> + Send;

    /// The same with [`columns!`](super::row::columns), for whoever makes users of them later, and on another thread. Rows
    /// behind the one with which there are `room` bytes of them are left out.
    fn fetch_page(
        connection: &mut Self::Connection,
        statement: &Statement<'_>,
        room: usize,
    ) -> impl Future<Output = Result<Self::Page, Self::Error>> + Send;

    /// Runs a statement that selects [`columns!`](super::row::columns), for the caller of `operation`.
    fn fetch_users(
        connection: &mut Self::Connection,
        statement: &Statement<'_>,
        operation: &'static str,
    ) -> impl Future<Output = Result<Vec<User>, StoreError>> + Send;

    /// The same as [`execute`](Self::execute) with a list of rows.
    fn execute_list(
        connection: &mut Self::Connection,
        statement: ListStatement<'_>,
    ) -> impl Future<Output = Result<u64, Self::Error>> + Send;

    /// Runs INSERTs of lists, which either insert all of them or fail with [`is_taken`](Self::is_taken), or say that they
    /// inserted less. What they leave then is undone by the caller.
    fn insert_lists(
        connection: &mut Self::Connection,
        lists: &mut Lists<'_>,
    ) -> impl Future<Output = Result<u64, Self::Error>> + Send {
        async move {
            let (mut begun, mut inserted) = (0, 0);
            let mut next = lists.next();
            while let Some(list) = next
                && begun == inserted
            {
                begun += list.rows.len() as u64;
                let mut inserting = pin!(Self::insert_list(&mut *connection, list));
                let polled = poll_fn(|context| Poll::Ready(inserting.as_mut().poll(context))).await;
                // The next list is written down while the database works on this one.
                next = lists.next();
                inserted += match polled {
                    Poll::Ready(inserted) => inserted?,
                    Poll::Pending => inserting.await?,
                };
            }
            Ok(inserted)
        }
    }

    /// The same with one list.
    fn insert_list(
        connection: &mut Self::Connection,
        statement: ListStatement<'_>,
    ) -> impl Future<Output = Result<u64, Self::Error>> + Send {
        Self::execute_list(connection, statement)
    }

    /// The same as [`fetch`](Self::fetch) with a list of rows.
    fn fetch_list(
        connection: &mut Self::Connection,
        statement: ListStatement<'_>,
    ) -> impl Future<Output = Result<Vec<Self::Row>, Self::Error>> + Send;

    /// The condition that a column, which is not NULL, has this text in it: byte by byte.
    fn push_holds(statement: &mut Statement<'_>, column: &'static str, text: String);

    /// How many rows of a page there are at most.
    fn push_limit(statement: &mut Statement<'_>, limit: i64) {
        statement.push(" LIMIT ").push_bind(limit);
    }

    /// What a failed statement means to the caller of `operation`.
    fn classify(operation: &'static str, error: Self::Error) -> StoreError;

    /// Whether a UNIQUE column has the value already.
    fn is_taken(error: &Self::Error) -> bool;

    /// Whether a step of the schema failed since somebody else has just done it, or a part of it.
    fn is_made_by_another(error: &Self::Error) -> bool;
}

/// Lists that are made when they are asked for.
pub(crate) type Lists<'l> = dyn Iterator<Item = ListStatement<'l>> + Send + 'l;

/// A row whose columns are read by their place.
pub(crate) trait StoredRow {
    type Error: Error + Send + Sync + 'static;

    fn text(&self, place: usize) -> Result<Option<&str>, Self::Error>;

    fn number(&self, place: usize) -> Result<Option<i64>, Self::Error>;

    fn bytes(&self, place: usize) -> Result<Option<&[u8]>, Self::Error>;

    fn flag(&self, place: usize) -> Result<bool, Self::Error>;
}

/// Rows of [`columns!`](super::row::columns), as the database has sent them.
pub(crate) trait StoredRows: Send + 'static {
    type Error: Error + Send + Sync + 'static;

    fn len(&self) -> usize;

    /// About how many bytes they have.
    fn bytes(&self) -> usize;

    /// The id of the row at this place, if there is one.
    fn id(&self, place: usize) -> Result<Option<String>, Self::Error>;

    /// The first of them as users.
    fn into_users(self, count: usize) -> StoredUsers;
}

/// What columns have in bytes besides the profile, which is what may be large.
const BESIDE_PROFILE: usize = 256;

/// About how many bytes a row of a user has.
pub(crate) fn size(row: &impl StoredRow) -> usize {
    BESIDE_PROFILE + row.bytes(row::PROFILE).ok().flatten().map_or(0, <[u8]>::len)
}

impl<R: StoredRow + Send + 'static> StoredRows for Vec<R> {
    type Error = R::Error;

    fn len(&self) -> usize {
        self.len()
    }

    fn bytes(&self) -> usize {
        self.iter().map(size).sum()
    }

    fn id(&self, place: usize) -> Result<Option<String>, R::Error> {
        let id = self.get(place).map(|row| row.text(row::ID)).transpose()?;
        Ok(id.flatten().map(str::to_owned))
    }

    fn into_users(self, count: usize) -> StoredUsers {
        Box::new(self.into_iter().take(count).map(|row| row::decode(&row, 0)))
    }
}

/// The parts of an [`Engine`] without arrays, where every value of a list is a parameter, and rows are sent in one way;
/// `instr` is theirs too.
#[cfg(any(feature = "mysql", feature = "sqlite"))]
macro_rules! spreads_lists {
    () => {
        type Page = Vec<Self::Row>;

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
        ) -> Result<u64, Self::Error> {
            Self::execute(connection, &statement.spread(Self::LIST)).await
        }

        async fn fetch_list(
            connection: &mut Self::Connection,
            statement: $crate::store::sql::rows::ListStatement<'_>,
        ) -> Result<Vec<Self::Row>, Self::Error> {
            Self::fetch(connection, &statement.spread(Self::LIST)).await
        }
    };
}

#[cfg(any(feature = "mysql", feature = "sqlite"))]
pub(crate) use spreads_lists;
