use super::{Users, WantedKeys};
use crate::{
    store::{
        BulkOutcome, BulkUpdate, StoreError, Update,
        sql::{
            engine::{Engine, StoredRow},
            row::{self, CredentialColumns, Misfit, ProfileColumns, columns, stored_count},
            statement::Statement,
            transaction,
        },
    },
    user::{User, UserChange, UserId, Version},
};

/// What a change leaves as it is is not named: SQLite would write every index anew whose columns are.
const UPDATE: &str = "UPDATE waystation_users SET version = version + 1, updated_at = ?";

const SET_PROFILE: &str = ", profile = ?, email = ?, phone = ?, username = ?, blocked = ?";

const SET_CREDENTIAL: &str = ", credential = ?, credential_source = ?, hash_scheme = ?, hash = ?, hash_context = ?";

const SET_PASSWORD_AGE: &str = ", password_set_at = ?";

const SET_LEGACY: &str = ", legacy_source = ?, legacy_id = ?";

const SET_MOVED: &str = ", moved_at = ?, moved_by = ?";

const EXPECTED: &str = " WHERE connection = ? AND id = ? AND version = ?";

const NOT_LOGGED_IN: &str = " AND (last_login IS NULL OR last_login < ?)";

const RETURNING: &str = concat!(" RETURNING ", columns!());

const ROW: &str = concat!("SELECT ", columns!(), " FROM waystation_users WHERE connection = ? AND id = ?");

const VERSION: &str = "SELECT version FROM waystation_users WHERE connection = ? AND id = ?";

/// How often something may be in the way and be gone when it is looked for.
const ATTEMPTS: usize = 5;

impl Users {
    /// One statement when it succeeds, after one that reads the row where the database does not return what it wrote.
    /// Only when something stands in the way, or a message is to be queued, is there a transaction.
    pub(crate) async fn update<E: Engine>(
        &self,
        connection: &mut E::Connection,
        id: &UserId,
        expected: Version,
        change: &UserChange,
    ) -> Result<Update, StoreError> {
        let failed = |error| E::classify("update", error);
        for _ in 0..ATTEMPTS {
            let updated = if change.outgoing.is_empty() {
                self.update_expected::<E>(connection, id, expected, change).await?
            } else {
                self.update_and_queue::<E>(connection, id, expected, change).await?
            };
            if let Some(updated) = updated {
                return Ok(updated);
            }
            transaction::begin::<E>(connection).await.map_err(failed)?;
            let reason = self.reason::<E>(connection, id, expected, change).await?;
            transaction::rollback::<E>(connection).await.map_err(failed)?;
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
        transaction::begin::<E>(connection).await.map_err(failed)?;
        let updated = self.update_expected::<E>(connection, id, expected, change).await?;
        if !matches!(updated, Some(Update::Updated(_))) {
            // Where a key is taken, a database may let no other statement follow.
            transaction::rollback::<E>(connection).await.map_err(failed)?;
            return Ok(updated);
        }
        self.queue::<E>(connection, id, None, &change.outgoing).await.map_err(failed)?;
        transaction::commit::<E>(connection).await.map_err(failed)?;
        Ok(updated)
    }

    /// Updates inside the caller's transaction. `None` if another user has one of the keys: a database may let no other
    /// statement follow then.
    pub(in crate::store::sql) async fn update_within<E: Engine>(
        &self,
        connection: &mut E::Connection,
        update: &BulkUpdate,
    ) -> Result<Option<BulkOutcome>, StoreError> {
        match E::execute(&mut *connection, &self.change(update)?).await {
            Ok(written) => self.outcome::<E>(connection, update, written).await.map(Some),
            Err(error) if E::is_taken(&error) => Ok(None),
            Err(error) => Err(E::classify("write", error)),
        }
    }

    /// The statement that makes a change.
    pub(in crate::store::sql) fn change<'a>(&'a self, update: &'a BulkUpdate) -> Result<Statement<'a>, StoreError> {
        let mut statement = self.bind_change(&update.id, update.expected, &update.change)?;
        if let Some(since) = update.unless_logged_in_since {
            statement.push(NOT_LOGGED_IN);
            statement = statement.bind(since.as_micros());
        }
        Ok(statement)
    }

    /// What came of a change that has written so many rows.
    pub(in crate::store::sql) async fn outcome<E: Engine>(
        &self,
        connection: &mut E::Connection,
        update: &BulkUpdate,
        written: u64,
    ) -> Result<BulkOutcome, StoreError> {
        if written > 0 {
            return Ok(BulkOutcome::Updated);
        }
        // Its owner has logged in, or it has another version, unless somebody gave it back the old one in between, which
        // nobody does.
        Ok(self.why_not_updated::<E>(connection, update).await?.unwrap_or(BulkOutcome::Stale))
    }

    /// What stands in the way of an update.
    pub(in crate::store::sql) async fn why_not_updated<E: Engine>(
        &self,
        connection: &mut E::Connection,
        update: &BulkUpdate,
    ) -> Result<Option<BulkOutcome>, StoreError> {
        let reason = self.reason::<E>(connection, &update.id, update.expected, &update.change).await?;
        Ok(reason.as_ref().map(BulkOutcome::from))
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
                Err(error) if E::is_taken(&error) => Ok(None),
                Err(error) => Err(failed(error)),
            };
        }
        // The version guards all that the change is applied to here. Log-ins that are counted meanwhile are not a part of it.
        let row = Statement::new(ROW).bind(&*self.name).bind(id.as_str());
        let rows = E::fetch(&mut *connection, &row).await.map_err(failed)?;
        let Some(row) = rows.first() else { return Ok(Some(Update::Gone)) };
        let mut user: User = row::decode(row, 0)?;
        if user.version != expected {
            return Ok(Some(Update::Stale));
        }
        match E::execute(connection, &statement).await {
            Ok(0) => Ok(None),
            Ok(_) => {
                user.apply(change.clone());
                Ok(Some(Update::Updated(Box::new(user))))
            }
            Err(error) if E::is_taken(&error) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn bind_change<'a>(
        &'a self,
        id: &'a UserId,
        expected: Version,
        change: &'a UserChange,
    ) -> Result<Statement<'a>, StoreError> {
        let mut statement = Statement::new(UPDATE).bind(change.at.as_micros());
        if let Some(profile) = &change.profile {
            let profile = ProfileColumns::new(profile)?;
            statement.push(SET_PROFILE);
            statement = statement.bind(profile.json).bind(profile.email).bind(profile.phone);
            statement = statement.bind(profile.username).bind(profile.blocked);
        }
        if let Some(credential) = &change.credential {
            let columns = CredentialColumns::new(&credential.credential)?;
            statement.push(SET_CREDENTIAL);
            statement = statement.bind(columns.kind).bind(columns.source).bind(columns.scheme);
            statement = statement.bind(columns.hash).bind(columns.context);
            if let Some(at) = credential.password_set_at {
                statement.push(SET_PASSWORD_AGE);
                statement = statement.bind(at.as_micros());
            }
        }
        if let Some(legacy) = &change.legacy {
            statement.push(SET_LEGACY);
            statement = statement.bind(legacy.source().as_str()).bind(legacy.id());
        }
        if let Some(moved) = change.moved {
            statement.push(SET_MOVED);
            statement = statement.bind(moved.at.as_micros()).bind(moved.by.as_str());
        }
        statement.push(EXPECTED);
        Ok(statement.bind(&*self.name).bind(id.as_str()).bind(stored_count(expected.get())))
    }
}

fn updated(row: &impl StoredRow) -> Result<Update, StoreError> {
    Ok(Update::Updated(Box::new(row::decode(row, 0)?)))
}
