use super::{Users, WantedKeys};
use crate::{
    clock::Timestamp,
    store::{
        StoreError, Update,
        sql::{
            engine::{Engine, StoredRow, is_taken},
            row::{self, CredentialColumns, Misfit, ProfileColumns, columns, stored_count},
            statement::Statement,
        },
    },
    user::{LegacyKey, UserChange, UserId, Version},
};

/// What is NULL, or not flagged as given, stays as it is.
const UPDATE: &str = "\
    UPDATE waystation_users SET version = version + 1, \
    profile = coalesce(?, profile), \
    email = CASE WHEN ? THEN ? ELSE email END, \
    phone = CASE WHEN ? THEN ? ELSE phone END, \
    username = CASE WHEN ? THEN ? ELSE username END, \
    blocked = coalesce(?, blocked), \
    credential = coalesce(?, credential), \
    credential_source = CASE WHEN ? THEN ? ELSE credential_source END, \
    hash_scheme = CASE WHEN ? THEN ? ELSE hash_scheme END, \
    hash = CASE WHEN ? THEN ? ELSE hash END, \
    hash_context = CASE WHEN ? THEN ? ELSE hash_context END, \
    password_set_at = coalesce(?, password_set_at), \
    legacy_source = coalesce(?, legacy_source), legacy_id = coalesce(?, legacy_id), \
    moved_at = coalesce(?, moved_at), moved_by = coalesce(?, moved_by), \
    updated_at = ? \
    WHERE connection = ? AND id = ? AND version = ?";

const RETURNING: &str = concat!(" RETURNING ", columns!());

const ROW: &str = concat!("SELECT ", columns!(), " FROM waystation_users WHERE connection = ? AND id = ?");

const VERSION: &str = "SELECT version FROM waystation_users WHERE connection = ? AND id = ?";

/// How often something may be in the way and be gone when it is looked for.
const ATTEMPTS: usize = 5;

impl Users {
    /// One statement when it succeeds, the database returns what it wrote, and no message is to be queued. Otherwise a
    /// transaction.
    pub(crate) async fn update<E: Engine>(
        &self,
        connection: &mut E::Connection,
        id: &UserId,
        expected: Version,
        change: &UserChange,
    ) -> Result<Update, StoreError> {
        let failed = |error| E::classify("update", error);
        for _ in 0..ATTEMPTS {
            let updated = if E::RETURNS && change.outgoing.is_empty() {
                self.update_expected::<E>(connection, id, expected, change).await?
            } else {
                self.update_and_queue::<E>(connection, id, expected, change).await?
            };
            if let Some(updated) = updated {
                return Ok(updated);
            }
            let mut transaction = E::begin(connection).await.map_err(failed)?;
            let reason = self.reason::<E>(&mut transaction, id, expected, change).await?;
            transaction.rollback().await.map_err(failed)?;
            if let Some(reason) = reason {
                return Ok(reason);
            }
            // What was in the way has gone since.
        }
        Err(StoreError::unavailable("update", Misfit("a key that others take and leave all the time")))
    }

    /// The same in a transaction, with the messages.
    async fn update_and_queue<E: Engine>(
        &self,
        connection: &mut E::Connection,
        id: &UserId,
        expected: Version,
        change: &UserChange,
    ) -> Result<Option<Update>, StoreError> {
        let failed = |error| E::classify("update", error);
        let mut transaction = E::begin(connection).await.map_err(failed)?;
        let updated = self.update_expected::<E>(&mut transaction, id, expected, change).await?;
        if updated.is_none() {
            // Where a key is taken, a database may let no other statement follow.
            transaction.rollback().await.map_err(failed)?;
            return Ok(None);
        }
        self.queue::<E>(&mut transaction, id, None, &change.outgoing).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(updated)
    }

    /// Why there is nothing to update.
    async fn reason<E: Engine>(
        &self,
        connection: &mut E::Connection,
        id: &UserId,
        expected: Version,
        change: &UserChange,
    ) -> Result<Option<Update>, StoreError> {
        let failed = |error| E::classify("update", error);
        let statement = Statement::new(VERSION).bind(&*self.name).bind(id.as_str());
        let rows = E::fetch(&mut *connection, &statement).await.map_err(failed)?;
        let Some(row) = rows.first() else { return Ok(Some(Update::Gone)) };
        if row.number(0).map_err(failed)? != Some(stored_count(expected.get())) {
            return Ok(Some(Update::Stale));
        }
        let wanted = WantedKeys { id, profile: change.profile.as_ref(), legacy: change.legacy.as_ref() };
        Ok(wanted.taken::<E>(connection, &self.name, Some(id), "update").await?.map(Update::Taken))
    }

    /// `None` if there is no row of this version, or another user has one of the keys.
    async fn update_expected<E: Engine>(
        &self,
        connection: &mut E::Connection,
        id: &UserId,
        expected: Version,
        change: &UserChange,
    ) -> Result<Option<Update>, StoreError> {
        let failed = |error| E::classify("update", error);
        let mut statement = self.bind_change(id, expected, change)?;
        if E::RETURNS {
            statement.push(RETURNING);
            return match E::fetch(connection, &statement).await {
                Ok(rows) => rows.first().map(updated).transpose(),
                Err(error) if is_taken(&error) => Ok(None),
                Err(error) => Err(failed(error)),
            };
        }
        match E::execute(&mut *connection, &statement).await {
            Ok(0) => Ok(None),
            Ok(_) => {
                let statement = Statement::new(ROW).bind(&*self.name).bind(id.as_str());
                let rows = E::fetch(connection, &statement).await.map_err(failed)?;
                rows.first().map(updated).transpose()
            }
            Err(error) if is_taken(&error) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn bind_change<'a>(
        &'a self,
        id: &'a UserId,
        expected: Version,
        change: &'a UserChange,
    ) -> Result<Statement<'a>, StoreError> {
        let profile = change.profile.as_ref().map(ProfileColumns::new).transpose()?;
        let (has_profile, blocked) = (profile.is_some(), profile.as_ref().map(|profile| profile.blocked));
        let [email, phone, username] =
            profile.as_ref().map_or([None; 3], |profile| [profile.email, profile.phone, profile.username]);
        let credential = change.credential.as_ref();
        let password_set_at = credential.and_then(|change| change.password_set_at).map(Timestamp::as_micros);
        let credential = credential.map(|change| CredentialColumns::new(&change.credential)).transpose()?;
        let has_credential = credential.is_some();
        let kind = credential.as_ref().map(|credential| credential.kind);
        let [source, scheme, hash] =
            credential.as_ref().map_or([None; 3], |credential| [credential.source, credential.scheme, credential.hash]);
        Ok(Statement::new(UPDATE)
            .bind(profile.map(|profile| profile.json))
            .bind(has_profile)
            .bind(email)
            .bind(has_profile)
            .bind(phone)
            .bind(has_profile)
            .bind(username)
            .bind(blocked)
            .bind(kind)
            .bind(has_credential)
            .bind(source)
            .bind(has_credential)
            .bind(scheme)
            .bind(has_credential)
            .bind(hash)
            .bind(has_credential)
            .bind(credential.and_then(|credential| credential.context))
            .bind(password_set_at)
            .bind(change.legacy.as_ref().map(|legacy| legacy.source().as_str()))
            .bind(change.legacy.as_ref().map(LegacyKey::id))
            .bind(change.moved.map(|moved| moved.at.as_micros()))
            .bind(change.moved.map(|moved| moved.by.as_str()))
            .bind(change.at.as_micros())
            .bind(&*self.name)
            .bind(id.as_str())
            .bind(stored_count(expected.get())))
    }
}

fn updated(row: &impl StoredRow) -> Result<Update, StoreError> {
    Ok(Update::Updated(Box::new(row::decode(row, 0)?)))
}
