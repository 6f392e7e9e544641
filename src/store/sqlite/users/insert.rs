use sqlx::{Connection, SqliteConnection};

use super::WantedKeys;
use crate::{
    clock::Timestamp,
    store::{
        Insert, Key, OnTombstone, StoreError,
        sqlite::{
            Shared,
            error::classify,
            row::{CredentialColumns, ProfileColumns, stored_count},
        },
    },
    user::{LegacyKey, NewUser, User},
};

/// Inserts unless a key is buried or taken. The last five parameters are the digests of the keys.
const INSERT: &str = "\
    INSERT INTO waystation_users (connection, id, version, email, phone, username, legacy_source, legacy_id, blocked, \
    profile, credential, credential_source, hash_scheme, hash, hash_context, moved_at, moved_by, created_at, updated_at, \
    last_login, login_count, password_set_at) \
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22 \
    WHERE NOT EXISTS (SELECT 1 FROM waystation_tombstones \
                      WHERE connection = ?1 AND digest IN (?23, ?24, ?25, ?26, ?27)) \
    ON CONFLICT DO NOTHING";

const LIFT: &str = "\
    DELETE FROM waystation_tombstones WHERE connection = ?1 AND digest IN (?2, ?3, ?4, ?5, ?6)";

impl Shared {
    /// One statement nearly always. Only when something stands in the way is it looked at in a transaction.
    pub(super) async fn insert(
        &self,
        connection: &mut SqliteConnection,
        user: NewUser,
        tombstones: OnTombstone,
    ) -> Result<Insert, StoreError> {
        let user = stored(user);
        if self.insert_free(connection, &user).await? {
            return Ok(Insert::Created(Box::new(user)));
        }
        let failed = |error| classify("insert", error);
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        let inserted = self.insert_or_explain(&mut transaction, user, tombstones).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(inserted)
    }

    /// The same inside the caller's transaction, which nobody else's write can come between.
    pub(in super::super) async fn insert_within(
        &self,
        connection: &mut SqliteConnection,
        user: NewUser,
        tombstones: OnTombstone,
    ) -> Result<Insert, StoreError> {
        let user = stored(user);
        if self.insert_free(connection, &user).await? {
            return Ok(Insert::Created(Box::new(user)));
        }
        self.insert_or_explain(connection, user, tombstones).await
    }

    async fn insert_or_explain(
        &self,
        connection: &mut SqliteConnection,
        user: User,
        tombstones: OnTombstone,
    ) -> Result<Insert, StoreError> {
        let wanted = WantedKeys { id: &user.id, profile: Some(&user.profile), legacy: user.legacy.as_ref() };
        if let Some(kind) = wanted.taken(connection, &self.name, None, "insert").await? {
            return Ok(Insert::Taken(kind));
        }
        if tombstones == OnTombstone::Lift {
            let query = self.bind_digests(sqlx::query(LIFT).bind(&self.name), Key::all_of(&user));
            query.execute(&mut *connection).await.map_err(|error| classify("insert", error))?;
        }
        // Nothing is taken, so what can still be in the way is a tombstone.
        Ok(if self.insert_free(connection, &user).await? {
            Insert::Created(Box::new(user))
        } else {
            Insert::Tombstoned
        })
    }

    async fn insert_free(&self, connection: &mut SqliteConnection, user: &User) -> Result<bool, StoreError> {
        let profile = ProfileColumns::new(&user.profile)?;
        let credential = CredentialColumns::new(&user.credential)?;
        let query = sqlx::query(INSERT)
            .bind(&self.name)
            .bind(user.id.as_str())
            .bind(stored_count(user.version.get()))
            .bind(profile.email)
            .bind(profile.phone)
            .bind(profile.username)
            .bind(user.legacy.as_ref().map(|legacy| legacy.source().as_str()))
            .bind(user.legacy.as_ref().map(LegacyKey::id))
            .bind(profile.blocked)
            .bind(profile.json)
            .bind(credential.kind)
            .bind(credential.source)
            .bind(credential.scheme)
            .bind(credential.hash)
            .bind(credential.context)
            .bind(user.moved.map(|moved| moved.at.as_micros()))
            .bind(user.moved.map(|moved| moved.by.as_str()))
            .bind(user.created_at.as_micros())
            .bind(user.updated_at.as_micros())
            .bind(user.last_login.map(Timestamp::as_micros))
            .bind(stored_count(user.login_count))
            .bind(user.password_set_at.map(Timestamp::as_micros));
        let query = self.bind_digests(query, Key::all_of(user));
        let done = query.execute(connection).await.map_err(|error| classify("insert", error))?;
        Ok(done.rows_affected() > 0)
    }
}

/// The user as the row will be read again.
fn stored(user: NewUser) -> User {
    let mut user = User::from_new(user);
    user.login_count = stored_count(user.login_count).unsigned_abs();
    user
}
