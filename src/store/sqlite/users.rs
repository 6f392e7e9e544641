use async_trait::async_trait;
use sqlx::{
    Row, Sqlite,
    query::Query,
    sqlite::{SqliteArguments, SqliteConnection},
};

use super::{
    Shared, SqliteStore,
    error::classify,
    row::{self, columns},
};
use crate::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierKind},
    store::{
        BulkStore, Insert, JobStore, Key, KeyKind, Lookup, OnTombstone, SearchStore, StatsStore, StoreError, Tombstone,
        Update, UserStore,
    },
    user::{LegacyKey, NewUser, Profile, UserChange, UserId, Version},
};

mod delete;
mod insert;
mod update;

/// The user with a key, and whether the key is buried: one statement, so that both are of one moment.
macro_rules! find_by {
    ($condition:literal) => {
        concat!(
            "SELECT digest IS NOT NULL, ",
            columns!(),
            " FROM (SELECT 1) LEFT JOIN waystation_users AS users ON users.connection = ?1 AND ",
            $condition,
            " LEFT JOIN waystation_tombstones AS tombstones ON tombstones.connection = ?1 AND tombstones.digest = ?2"
        )
    };
}

const FIND_BY_ID: &str = find_by!("users.id = ?3");
const FIND_BY_EMAIL: &str = find_by!("users.email = ?3");
const FIND_BY_PHONE: &str = find_by!("users.phone = ?3");
const FIND_BY_USERNAME: &str = find_by!("users.username = ?3");
const FIND_BY_LEGACY: &str = find_by!("users.legacy_source = ?3 AND users.legacy_id = ?4");

/// Counting stops at the largest number that the column holds.
const RECORD_LOGIN: &str = "\
    UPDATE waystation_users SET login_count = min(login_count, 9223372036854775806) + 1, \
    last_login = max(coalesce(last_login, ?3), ?3) WHERE connection = ?1 AND id = ?2";

/// The first key that somebody has: anybody at all if `?2` is NULL, else anybody but the user with the id `?2`.
const TAKEN: &str = "\
    SELECT CASE \
    WHEN EXISTS (SELECT 1 FROM waystation_users WHERE connection = ?1 AND id IS NOT ?2 AND id = ?3) THEN 'id' \
    WHEN EXISTS (SELECT 1 FROM waystation_users WHERE connection = ?1 AND id IS NOT ?2 AND email = ?4) THEN 'email' \
    WHEN EXISTS (SELECT 1 FROM waystation_users WHERE connection = ?1 AND id IS NOT ?2 AND phone = ?5) THEN 'phone' \
    WHEN EXISTS (SELECT 1 FROM waystation_users WHERE connection = ?1 AND id IS NOT ?2 AND username = ?6) \
        THEN 'username' \
    WHEN EXISTS (SELECT 1 FROM waystation_users WHERE connection = ?1 AND id IS NOT ?2 \
                 AND legacy_source = ?7 AND legacy_id = ?8) THEN 'legacy' \
    END";

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl UserStore for SqliteStore {
    async fn find(&self, key: Key<'_>) -> Result<Lookup, StoreError> {
        let (statement, value, rest) = match key {
            Key::Id(id) => (FIND_BY_ID, id.as_str(), None),
            Key::Identifier(identifier) => {
                let statement = match identifier.kind() {
                    IdentifierKind::Email => FIND_BY_EMAIL,
                    IdentifierKind::Phone => FIND_BY_PHONE,
                    IdentifierKind::Username => FIND_BY_USERNAME,
                };
                (statement, identifier.normal(), None)
            }
            Key::Legacy(legacy) => (FIND_BY_LEGACY, legacy.source().as_str(), Some(legacy.id())),
        };
        let digest = key.digest(&self.shared.tombstone_key);
        let mut query = sqlx::query(statement).bind(&self.shared.name).bind(digest.as_bytes().as_slice()).bind(value);
        if rest.is_some() {
            query = query.bind(rest);
        }
        let failed = |error| classify("find", error);
        let row = query.fetch_one(&self.shared.readers).await.map_err(failed)?;
        let buried: bool = row.try_get(0).map_err(failed)?;
        // A user column is NULL where the join found nobody.
        Ok(match row.try_get::<Option<i64>, _>(row::VERSION + 1).map_err(failed)? {
            Some(_) => Lookup::Found(Box::new(row::decode(&row, 1)?)),
            None if buried => Lookup::Tombstoned,
            None => Lookup::Absent,
        })
    }

    async fn insert(&self, user: NewUser, tombstones: OnTombstone) -> Result<Insert, StoreError> {
        let mut turn = self.shared.writer.turn("insert").await?;
        let inserted = self.shared.insert(&mut turn, user, tombstones).await?;
        turn.end();
        Ok(inserted)
    }

    async fn update(&self, id: &UserId, expected: Version, change: UserChange) -> Result<Update, StoreError> {
        let mut turn = self.shared.writer.turn("update").await?;
        let updated = self.shared.update(&mut turn, id, expected, &change).await?;
        turn.end();
        Ok(updated)
    }

    async fn record_login(&self, id: &UserId, at: Timestamp) -> Result<bool, StoreError> {
        let mut turn = self.shared.writer.turn("record_login").await?;
        let query = sqlx::query(RECORD_LOGIN).bind(&self.shared.name).bind(id.as_str()).bind(at.as_micros());
        let recorded = query.execute(&mut *turn).await.map_err(|error| classify("record_login", error))?;
        turn.end();
        Ok(recorded.rows_affected() > 0)
    }

    async fn delete(&self, id: &UserId, tombstone: Option<Tombstone>) -> Result<bool, StoreError> {
        let mut turn = self.shared.writer.turn("delete").await?;
        let deleted = self.shared.delete(&mut turn, id, tombstone).await.map_err(|error| classify("delete", error))?;
        turn.end();
        Ok(deleted)
    }

    fn as_bulk(&self) -> Option<&dyn BulkStore> {
        Some(self)
    }

    fn as_jobs(&self) -> Option<&dyn JobStore> {
        Some(self)
    }

    fn as_search(&self) -> Option<&dyn SearchStore> {
        Some(self)
    }

    fn as_stats(&self) -> Option<&dyn StatsStore> {
        Some(self)
    }
}

/// The keys that a write wants, as the columns hold them.
struct WantedKeys<'a> {
    id: &'a UserId,
    profile: Option<&'a Profile>,
    legacy: Option<&'a LegacyKey>,
}

impl WantedKeys<'_> {
    /// The first of them that belongs to somebody other than `own`.
    async fn taken(
        self,
        connection: &mut SqliteConnection,
        name: &str,
        own: Option<&UserId>,
        operation: &'static str,
    ) -> Result<Option<KeyKind>, StoreError> {
        let normal = |kind| self.profile.and_then(|profile| profile.identifier(kind)).map(Identifier::normal);
        let query = sqlx::query_scalar::<_, Option<String>>(TAKEN)
            .bind(name)
            .bind(own.map(UserId::as_str))
            .bind(self.id.as_str())
            .bind(normal(IdentifierKind::Email))
            .bind(normal(IdentifierKind::Phone))
            .bind(normal(IdentifierKind::Username))
            .bind(self.legacy.map(|legacy| legacy.source().as_str()))
            .bind(self.legacy.map(LegacyKey::id));
        let kind = query.fetch_one(connection).await.map_err(|error| classify(operation, error))?;
        kind.as_deref().map(row::key_kind).transpose()
    }
}

type Statement<'a> = Query<'a, Sqlite, SqliteArguments>;

impl Shared {
    /// Binds the digest of each key, and NULL up to the five that a user can have.
    fn bind_digests<'a, 'k>(&self, mut query: Statement<'a>, keys: impl Iterator<Item = Key<'k>>) -> Statement<'a> {
        let mut digests = keys.map(|key| key.digest(&self.tombstone_key).as_bytes().to_vec());
        for _ in 0..5 {
            query = query.bind(digests.next());
        }
        query
    }
}
