use std::borrow::Cow;

use rusqlite::{CachedStatement, Connection, ParamsFromIter, params_from_iter, types};

use super::{error, row::OwnedRow};
use crate::{
    sqlite::{access::Access, fault::Fault},
    store::{
        StoreError,
        sql::{
            engine::{Engine, size, spreads_lists},
            row,
            rows::ListStatement,
            statement::{Statement, Value},
        },
    },
    user::User,
};

/// SQLite, whose parameters are question marks.
#[derive(Debug)]
pub(super) struct SqliteEngine;

impl Engine for SqliteEngine {
    type Connection = Access;
    type Error = Fault;
    type Row = OwnedRow;

    const BY_KEY: &'static str = "";
    const BEGIN: &'static str = "BEGIN IMMEDIATE";
    const BEGIN_SNAPSHOT: &'static str = "BEGIN";
    const UNLESS_TAKEN: &'static str = " ON CONFLICT DO NOTHING";
    const OR_BURY_AGAIN: &'static str = " ON CONFLICT (connection, digest) DO UPDATE SET at = excluded.at";
    const LIST: usize = 500;
    const LOCKING: &'static str = "";
    const RETURNS: bool = true;
    const WRITERS_WORK_AT_ONCE: bool = false;

    spreads_lists!();

    async fn begin(connection: &mut Access, sql: &'static str) -> Result<(), Fault> {
        connection.begin(sql).await
    }

    async fn end(connection: &mut Access, sql: &'static str) -> Result<(), Fault> {
        connection.end(sql).await
    }

    async fn command(connection: &mut Access, sql: &'static str) -> Result<(), Fault> {
        Ok(connection.run(move |sqlite| sqlite.execute_batch(sql)).await??)
    }

    async fn execute(connection: &mut Access, statement: &Statement<'_>) -> Result<u64, Fault> {
        let order = Order::new(statement);
        Ok(connection.run(move |sqlite| order.run(sqlite, |prepared, values| prepared.execute(values))).await?? as u64)
    }

    /// On one way to the thread that has the connection.
    async fn execute_each(connection: &mut Access, statements: Vec<Statement<'_>>) -> Result<Vec<u64>, Fault> {
        let orders: Vec<Order> = statements.iter().map(Order::new).collect();
        let execute = move |sqlite: &mut Connection| {
            let run = |order: Order| order.run(sqlite, |prepared, values| Ok(prepared.execute(values)? as u64));
            orders.into_iter().map(run).collect::<Result<_, rusqlite::Error>>()
        };
        Ok(connection.run(execute).await??)
    }

    async fn fetch(connection: &mut Access, statement: &Statement<'_>) -> Result<Vec<OwnedRow>, Fault> {
        fetch_while(connection, statement, |_| true).await
    }

    async fn fetch_page(
        connection: &mut Access,
        statement: &Statement<'_>,
        room: usize,
    ) -> Result<Vec<OwnedRow>, Fault> {
        let mut bytes = 0;
        let has_room = move |last: &OwnedRow| {
            bytes += size(last);
            bytes < room
        };
        fetch_while(connection, statement, has_room).await
    }

    /// They are decoded where they are read, without a copy of the row.
    async fn fetch_users(
        connection: &mut Access,
        statement: &Statement<'_>,
        operation: &'static str,
    ) -> Result<Vec<User>, StoreError> {
        let order = Order::new(statement);
        let fetch = move |sqlite: &mut Connection| {
            order.run(sqlite, |prepared, values| {
                let (mut rows, mut users) = (prepared.query(values)?, Vec::new());
                while let Some(row) = rows.next()? {
                    match row::decode(row, 0) {
                        Ok(user) => users.push(user),
                        Err(error) => return Ok(Err(error)),
                    }
                }
                Ok(Ok(users))
            })
        };
        let fetched = connection.run(fetch).await;
        fetched.and_then(|fetched| Ok(fetched?)).map_err(|fault| Self::classify(operation, fault))?
    }

    /// A statement of one row, which is prepared once, again and again.
    async fn insert_list(connection: &mut Access, list: ListStatement<'_>) -> Result<u64, Fault> {
        let (text, values, width) = list.row_by_row();
        let values: Vec<_> = values.into_iter().map(owned).collect();
        let insert = move |sqlite: &mut Connection| {
            let mut prepared = sqlite.prepare_cached(&text)?;
            let mut inserted = 0;
            for row in values.chunks(width) {
                inserted += prepared.execute(params_from_iter(row))?;
            }
            Ok::<_, rusqlite::Error>(inserted)
        };
        Ok(connection.run(insert).await?? as u64)
    }

    fn classify(operation: &'static str, fault: Fault) -> StoreError {
        error::classify(operation, fault)
    }

    fn is_taken(fault: &Fault) -> bool {
        fault.is_taken()
    }

    /// Nobody: there is one writer at a time.
    fn is_made_by_another(_: &Fault) -> bool {
        false
    }
}

/// The rows up to the one after which there is no room for others.
async fn fetch_while(
    connection: &mut Access,
    statement: &Statement<'_>,
    mut has_room: impl FnMut(&OwnedRow) -> bool + Send + 'static,
) -> Result<Vec<OwnedRow>, Fault> {
    let order = Order::new(statement);
    let fetch = move |sqlite: &mut Connection| {
        order.run(sqlite, |prepared, values| {
            let width = prepared.column_count();
            let (mut rows, mut fetched) = (prepared.query(values)?, Vec::new());
            while let Some(row) = rows.next()? {
                let row = OwnedRow::new(row, width)?;
                let is_last = !has_room(&row);
                fetched.push(row);
                if is_last {
                    break;
                }
            }
            Ok(fetched)
        })
    };
    Ok(connection.run(fetch).await??)
}

/// A statement that goes to another thread.
struct Order {
    text: Cow<'static, str>,
    values: Vec<types::Value>,
    is_kept: bool,
}

impl Order {
    fn new(statement: &Statement<'_>) -> Self {
        let values = statement.values().iter().cloned().map(owned).collect();
        Self { text: statement.text(), values, is_kept: statement.is_kept() }
    }

    fn run<T>(
        self,
        sqlite: &Connection,
        run: impl FnOnce(&mut CachedStatement<'_>, ParamsFromIter<Vec<types::Value>>) -> Result<T, rusqlite::Error>,
    ) -> Result<T, rusqlite::Error> {
        let mut prepared = sqlite.prepare_cached(&self.text)?;
        let answer = run(&mut prepared, params_from_iter(self.values));
        if !self.is_kept {
            prepared.discard();
        }
        answer
    }
}

fn owned(value: Value<'_>) -> types::Value {
    match value {
        Value::Bytes(bytes) => bytes.into(),
        Value::Flag(flag) => flag.into(),
        Value::Number(number) => number.into(),
        Value::Text(text) => text.map(Cow::into_owned).into(),
    }
}
