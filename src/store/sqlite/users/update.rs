use sqlx::{Connection, SqliteConnection};

use super::WantedKeys;
use crate::{
    clock::Timestamp,
    store::{
        StoreError, Update,
        sqlite::{
            Shared,
            error::{classify, is_taken},
            row::{self, CredentialColumns, ProfileColumns, columns, stored_count},
        },
    },
    user::{LegacyKey, UserChange, UserId, Version},
};

/// A profile (`?4`), credential (`?9`), legacy key or move that is NULL leaves what the row has.
const UPDATE: &str = concat!(
    "UPDATE waystation_users SET version = version + 1, \
     profile = coalesce(?4, profile), \
     email = CASE WHEN ?4 IS NULL THEN email ELSE ?5 END, \
     phone = CASE WHEN ?4 IS NULL THEN phone ELSE ?6 END, \
     username = CASE WHEN ?4 IS NULL THEN username ELSE ?7 END, \
     blocked = coalesce(?8, blocked), \
     credential = coalesce(?9, credential), \
     credential_source = CASE WHEN ?9 IS NULL THEN credential_source ELSE ?10 END, \
     hash_scheme = CASE WHEN ?9 IS NULL THEN hash_scheme ELSE ?11 END, \
     hash = CASE WHEN ?9 IS NULL THEN hash ELSE ?12 END, \
     hash_context = CASE WHEN ?9 IS NULL THEN hash_context ELSE ?13 END, \
     password_set_at = coalesce(?14, password_set_at), \
     legacy_source = coalesce(?15, legacy_source), legacy_id = coalesce(?16, legacy_id), \
     moved_at = coalesce(?17, moved_at), moved_by = coalesce(?18, moved_by), \
     updated_at = ?19 \
     WHERE connection = ?1 AND id = ?2 AND version = ?3 RETURNING ",
    columns!()
);

const VERSION: &str = "SELECT version FROM waystation_users WHERE connection = ?1 AND id = ?2";

impl Shared {
    /// One statement when it succeeds. Only when it does not is the reason looked for, in a transaction.
    pub(super) async fn update(
        &self,
        connection: &mut SqliteConnection,
        id: &UserId,
        expected: Version,
        change: &UserChange,
    ) -> Result<Update, StoreError> {
        if let Some(updated) = self.update_expected(connection, id, expected, change).await? {
            return Ok(updated);
        }
        let failed = |error| classify("update", error);
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        let updated = self.update_or_explain(&mut transaction, id, expected, change).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(updated)
    }

    async fn update_or_explain(
        &self,
        connection: &mut SqliteConnection,
        id: &UserId,
        expected: Version,
        change: &UserChange,
    ) -> Result<Update, StoreError> {
        let query = sqlx::query_scalar::<_, i64>(VERSION).bind(&self.name).bind(id.as_str());
        match query.fetch_optional(&mut *connection).await.map_err(|error| classify("update", error))? {
            None => return Ok(Update::Gone),
            Some(version) if version != stored_count(expected.get()) => return Ok(Update::Stale),
            Some(_) => {}
        }
        let wanted = WantedKeys { id, profile: change.profile.as_ref(), legacy: change.legacy.as_ref() };
        if let Some(kind) = wanted.taken(connection, &self.name, Some(id), "update").await? {
            return Ok(Update::Taken(kind));
        }
        // What was in the way has gone since.
        self.update_expected(connection, id, expected, change)
            .await?
            .ok_or_else(|| StoreError::other("update", row::Misfit("a row that neither fits nor conflicts")))
    }

    /// `None` if there is no row of this version, or another user has one of the keys.
    async fn update_expected(
        &self,
        connection: &mut SqliteConnection,
        id: &UserId,
        expected: Version,
        change: &UserChange,
    ) -> Result<Option<Update>, StoreError> {
        let profile = change.profile.as_ref().map(ProfileColumns::new).transpose()?;
        let profile = profile.as_ref();
        let credential = change.credential.as_ref();
        let columns = credential.map(|change| CredentialColumns::new(&change.credential)).transpose()?;
        let columns = columns.as_ref();
        let query = sqlx::query(UPDATE)
            .bind(&self.name)
            .bind(id.as_str())
            .bind(stored_count(expected.get()))
            .bind(profile.map(|profile| profile.json.as_str()))
            .bind(profile.and_then(|profile| profile.email))
            .bind(profile.and_then(|profile| profile.phone))
            .bind(profile.and_then(|profile| profile.username))
            .bind(profile.map(|profile| profile.blocked))
            .bind(columns.map(|credential| credential.kind))
            .bind(columns.and_then(|credential| credential.source))
            .bind(columns.and_then(|credential| credential.scheme))
            .bind(columns.and_then(|credential| credential.hash))
            .bind(columns.and_then(|credential| credential.context.as_deref()))
            .bind(credential.and_then(|change| change.password_set_at).map(Timestamp::as_micros))
            .bind(change.legacy.as_ref().map(|legacy| legacy.source().as_str()))
            .bind(change.legacy.as_ref().map(LegacyKey::id))
            .bind(change.moved.map(|moved| moved.at.as_micros()))
            .bind(change.moved.map(|moved| moved.by.as_str()))
            .bind(change.at.as_micros());
        // All rows, though there is one at most: asking for the first alone would end the statement before SQLite
        // says whether the commit succeeded.
        match query.fetch_all(connection).await {
            Ok(rows) => rows.first().map(|row| Ok(Update::Updated(Box::new(row::decode(row, 0)?)))).transpose(),
            Err(error) if is_taken(&error) => Ok(None),
            Err(error) => Err(classify("update", error)),
        }
    }
}
