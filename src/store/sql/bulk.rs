//! Writing and reading many users, by statements that all databases read.

use std::collections::HashSet;

use sqlx::Connection;

use super::{
    engine::{Engine, StoredRow, is_taken},
    row::{self, columns},
    statement::Statement,
    users::{
        Users,
        insert::{INSERT, VALUES, stored},
    },
};
use crate::{
    identifier::IdentifierKind,
    store::{BulkOutcome, BulkWrite, BulkWritten, Key, KeyKind, OnTombstone, StoreError},
    user::{NewUser, User, UserId},
};

const SCAN: &str = concat!("SELECT ", columns!(), " FROM waystation_users WHERE connection = ? ORDER BY id LIMIT ?");

const SCAN_AFTER: &str =
    concat!("SELECT ", columns!(), " FROM waystation_users WHERE connection = ? AND id > ? ORDER BY id LIMIT ?");

const BURIED: &str = "SELECT digest FROM waystation_tombstones WHERE connection = ";

const KEY_COLUMNS: [(KeyKind, &str); 5] = [
    (KeyKind::Id, "id"),
    (KeyKind::Identifier(IdentifierKind::Email), "email"),
    (KeyKind::Identifier(IdentifierKind::Phone), "phone"),
    (KeyKind::Identifier(IdentifierKind::Username), "username"),
    (KeyKind::Legacy, "legacy_source, legacy_id"),
];

/// Rows of one INSERT. PostgreSQL and MySQL number up to 65,535 values in a statement, of which a row has 22.
const ROWS: usize = 500;

impl Users {
    pub(crate) async fn scan<E: Engine>(
        &self,
        connection: &mut E::Connection,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<Vec<User>, StoreError> {
        let statement = match after {
            None => Statement::new(SCAN).bind(&*self.name),
            Some(after) => Statement::new(SCAN_AFTER).bind(&*self.name).bind(after.as_str()),
        };
        let statement = statement.bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = E::fetch(connection, &statement).await.map_err(|error| E::classify("scan", error))?;
        rows.iter().map(|row| row::decode(row, 0)).collect()
    }

    /// Writes a batch in one transaction.
    pub(crate) async fn write<E: Engine>(
        &self,
        connection: &mut E::Connection,
        batch: BulkWrite,
    ) -> Result<BulkWritten, StoreError> {
        let failed = |error| E::classify("write", error);
        let mut transaction = E::begin(connection).await.map_err(failed)?;
        if let Some(checkpoint) = &batch.checkpoint
            && !self.save::<E>(&mut transaction, checkpoint).await?
        {
            transaction.rollback().await.map_err(failed)?;
            return Ok(BulkWritten::LeaseLost);
        }
        let mut outcomes = Vec::with_capacity(batch.users.len());
        if E::WRITERS_WORK_AT_ONCE {
            // A statement a row would be a round trip a row.
            let mut users = batch.users.into_iter();
            loop {
                let rows: Vec<_> = users.by_ref().take(ROWS).collect();
                if rows.is_empty() {
                    break;
                }
                outcomes.extend(self.insert_rows::<E>(&mut transaction, rows, batch.tombstones).await?);
            }
        } else {
            for user in batch.users {
                outcomes.push(self.insert_within::<E>(&mut transaction, stored(user), batch.tombstones).await?.into());
            }
        }
        transaction.commit().await.map_err(failed)?;
        Ok(BulkWritten::Written(outcomes))
    }

    /// Looks for what stands in the way of all of them, then inserts the others at once.
    async fn insert_rows<E: Engine>(
        &self,
        connection: &mut E::Connection,
        users: Vec<NewUser>,
        tombstones: OnTombstone,
    ) -> Result<Vec<BulkOutcome>, StoreError> {
        let failed = |error| E::classify("write", error);
        let users: Vec<User> = users.into_iter().map(stored).collect();
        let mut taken = self.taken_keys::<E>(connection, &users).await?;
        let buried = self.buried_digests::<E>(connection, &users).await?;
        let mut free = Vec::new();
        let mut outcomes = Vec::with_capacity(users.len());
        for user in &users {
            let is_buried = |key: Key<'_>| buried.contains(key.digest(&self.tombstone_key).as_bytes().as_slice());
            outcomes.push(if let Some(key) = Key::all_of(user).find(|key| taken.contains(&parts(*key))) {
                BulkOutcome::Taken(key.kind())
            } else if tombstones == OnTombstone::Refuse && Key::all_of(user).any(is_buried) {
                BulkOutcome::Tombstoned
            } else {
                taken.extend(Key::all_of(user).map(parts));
                free.push(user);
                BulkOutcome::Created
            });
        }
        if free.is_empty() {
            return Ok(outcomes);
        }
        if tombstones == OnTombstone::Lift && !buried.is_empty() {
            for user in &free {
                self.lift::<E>(connection, user).await?;
            }
        }
        let mut savepoint = connection.begin().await.map_err(failed)?;
        if self.insert_all::<E>(&mut savepoint, &free).await? {
            savepoint.commit().await.map_err(failed)?;
            return Ok(outcomes);
        }
        // Somebody took a key since. One by one shows which.
        savepoint.rollback().await.map_err(failed)?;
        let mut outcomes = Vec::with_capacity(users.len());
        for user in users {
            let inserted = self.insert_within::<E>(connection, user, tombstones).await?;
            outcomes.push(BulkOutcome::from(inserted));
        }
        Ok(outcomes)
    }

    /// Whether all of them were inserted.
    async fn insert_all<E: Engine>(&self, connection: &mut E::Connection, users: &[&User]) -> Result<bool, StoreError> {
        let mut statement = Statement::made_once(INSERT);
        statement.push("VALUES ");
        for (place, user) in users.iter().enumerate() {
            statement.push(if place == 0 { "(" } else { ", (" }).push(VALUES).push(")");
            statement = self.bind_columns(statement, user)?;
        }
        statement.push(E::UNLESS_TAKEN);
        match E::execute(connection, &statement).await {
            Ok(rows) => Ok(usize::try_from(rows) == Ok(users.len())),
            Err(error) if is_taken(&error) => Ok(false),
            Err(error) => Err(E::classify("write", error)),
        }
    }

    /// Those of the users' keys that somebody has.
    async fn taken_keys<E: Engine>(
        &self,
        connection: &mut E::Connection,
        users: &[User],
    ) -> Result<HashSet<KeyParts>, StoreError> {
        let failed = |error| E::classify("write", error);
        let mut taken = HashSet::new();
        for (kind, columns) in KEY_COLUMNS {
            let Some(statement) = self.select_taken(kind, columns, users) else { continue };
            for row in E::fetch(&mut *connection, &statement).await.map_err(failed)? {
                let first = row.text(0).map_err(failed)?.unwrap_or_default();
                let second = if kind == KeyKind::Legacy { row.text(1).map_err(failed)? } else { None };
                taken.insert((kind, first, second.unwrap_or_default()));
            }
        }
        Ok(taken)
    }

    fn select_taken<'a>(&'a self, kind: KeyKind, columns: &'static str, users: &'a [User]) -> Option<Statement<'a>> {
        let mut keys = users.iter().flat_map(Key::all_of).filter(|key| key.kind() == kind).peekable();
        keys.peek()?;
        let mut statement = Statement::made_once("SELECT ");
        statement.push(columns).push(" FROM waystation_users WHERE connection = ").push_bind(&*self.name);
        statement.push(" AND (").push(columns).push(") IN (");
        for (place, key) in keys.enumerate() {
            statement.push(if place == 0 { "(" } else { ", (" });
            match key {
                Key::Id(id) => statement.push_bind(id.as_str()),
                Key::Identifier(identifier) => statement.push_bind(identifier.normal()),
                Key::Legacy(legacy) => statement.push_bind(legacy.source().as_str()).push(", ").push_bind(legacy.id()),
            };
            statement.push(")");
        }
        statement.push(")");
        Some(statement)
    }

    /// The digests of those of the users' keys that are buried.
    async fn buried_digests<E: Engine>(
        &self,
        connection: &mut E::Connection,
        users: &[User],
    ) -> Result<HashSet<Vec<u8>>, StoreError> {
        let failed = |error| E::classify("write", error);
        let mut statement = Statement::made_once(BURIED);
        statement.push_bind(&*self.name).push(" AND digest IN (");
        self.push_digests(&mut statement, users.iter().flat_map(Key::all_of));
        statement.push(")");
        let rows = E::fetch(connection, &statement).await.map_err(failed)?;
        let digests = rows.iter().map(|row| Ok(row.bytes(0)?.unwrap_or_default()));
        digests.collect::<Result<_, _>>().map_err(failed)
    }
}

/// A key as the columns have it, of which all but a legacy key's are one.
type KeyParts = (KeyKind, String, String);

fn parts(key: Key<'_>) -> KeyParts {
    let (first, second) = match key {
        Key::Id(id) => (id.as_str(), ""),
        Key::Identifier(identifier) => (identifier.normal(), ""),
        Key::Legacy(legacy) => (legacy.source().as_str(), legacy.id()),
    };
    (key.kind(), first.to_owned(), second.to_owned())
}
