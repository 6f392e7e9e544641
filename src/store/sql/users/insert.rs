use super::{Users, WantedKeys, key_columns, push_key};
use crate::{
    clock::Timestamp,
    store::{
        Insert, Key, OnTombstone, StoreError,
        sql::{
            engine::{Engine, StoredRow},
            row::{CredentialColumns, Misfit, ProfileColumns, stored_count},
            statement::{Statement, Value},
            transaction,
        },
    },
    user::{LegacyKey, NewUser, User, Version},
};

pub(in crate::store::sql) const INSERT: &str = "\
    INSERT INTO waystation_users (connection, id, version, email, phone, username, legacy_source, legacy_id, blocked, \
    profile, credential, credential_source, hash_scheme, hash, hash_context, moved_at, moved_by, created_at, updated_at, \
    last_login, login_count, password_set_at) ";

/// How many columns [`INSERT`] has.
pub(in crate::store::sql) const COLUMNS: usize = 22;

/// As many as the columns of [`INSERT`].
const VALUES: &str = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?";

/// The digests follow.
const UNLESS_BURIED: &str = "\
    FROM (SELECT 1) AS one WHERE NOT EXISTS (SELECT 1 FROM waystation_tombstones WHERE connection = ? AND digest IN (";

/// Where writers work at once: a row that is being deleted is still seen, and stands in the way. Otherwise the insert
/// would wait for the end of the deletion, and not see the tombstone that it left. Once a key, since not every database
/// goes by the indexes of all of them in an OR.
const UNLESS_SEEN: &str = "AND NOT EXISTS (SELECT 1 FROM waystation_users WHERE connection = ";

/// The digests follow.
pub(in crate::store::sql) const LIFT: &str = "DELETE FROM waystation_tombstones WHERE connection = ? AND digest IN (";

/// The digests follow.
const BURIED: &str = "SELECT count(*) FROM waystation_tombstones WHERE connection = ? AND digest IN (";

/// How often something may be in the way and be gone when it is looked for.
const ATTEMPTS: usize = 5;

impl Users {
    /// One statement nearly always. Only when something stands in the way, or a message is to be queued, is there a
    /// transaction.
    pub(crate) async fn insert<E: Engine>(
        &self,
        connection: &mut E::Connection,
        mut user: NewUser,
        tombstones: OnTombstone,
    ) -> Result<Insert, StoreError> {
        let outgoing = std::mem::take(&mut user.outgoing);
        if outgoing.is_empty() && self.insert_free::<E>(connection, &user).await? {
            return Ok(created(user));
        }
        let failed = |error| E::classify("insert", error);
        transaction::begin::<E>(connection).await.map_err(failed)?;
        let inserted = if outgoing.is_empty() {
            self.insert_or_explain::<E>(connection, user, tombstones).await?
        } else {
            self.insert_within::<E>(connection, user, tombstones).await?
        };
        if let Insert::Created(user) = &inserted {
            self.queue::<E>(connection, &user.id, None, &outgoing).await.map_err(failed)?;
        }
        transaction::commit::<E>(connection).await.map_err(failed)?;
        Ok(inserted)
    }

    /// The same inside the caller's transaction.
    pub(crate) async fn insert_within<E: Engine>(
        &self,
        connection: &mut E::Connection,
        user: NewUser,
        tombstones: OnTombstone,
    ) -> Result<Insert, StoreError> {
        if self.insert_free::<E>(connection, &user).await? {
            return Ok(created(user));
        }
        self.insert_or_explain::<E>(connection, user, tombstones).await
    }

    async fn insert_or_explain<E: Engine>(
        &self,
        connection: &mut E::Connection,
        user: NewUser,
        tombstones: OnTombstone,
    ) -> Result<Insert, StoreError> {
        for _ in 0..ATTEMPTS {
            let wanted = WantedKeys { id: &user.id, profile: Some(&user.profile), legacy: user.legacy.as_ref() };
            if let Some(kind) = wanted.taken::<E>(connection, &self.name, None, "insert").await? {
                return Ok(Insert::Taken(kind));
            }
            if tombstones == OnTombstone::Lift {
                self.lift::<E>(connection, &user).await?;
            }
            if self.insert_free::<E>(connection, &user).await? {
                return Ok(created(user));
            }
            if self.buried::<E>(connection, &user).await? && tombstones == OnTombstone::Refuse {
                return Ok(Insert::Tombstoned);
            }
            // What was in the way has gone since.
        }
        Err(StoreError::unavailable("insert", Misfit("a key that others take and leave all the time")))
    }

    async fn insert_free<E: Engine>(&self, connection: &mut E::Connection, user: &NewUser) -> Result<bool, StoreError> {
        let mut statement = Statement::new(INSERT);
        statement.push("SELECT ").push(VALUES).push(" ").push(UNLESS_BURIED);
        let mut statement = self.columns_of(user)?.into_iter().fold(statement, Statement::bind).bind(&*self.name);
        self.push_digests(&mut statement, Key::all_of_new(user));
        statement.push(")) ");
        if E::WRITERS_WORK_AT_ONCE {
            for key in Key::all_of_new(user) {
                statement.push(UNLESS_SEEN).push_bind(&*self.name).push(" AND (").push(key_columns(key.kind()));
                push_key(statement.push(") = ("), key).push(")) ");
            }
        }
        statement.push(E::UNLESS_TAKEN);
        match E::execute(connection, &statement).await {
            Ok(rows) => Ok(rows > 0),
            Err(error) if E::is_taken(&error) => Ok(false),
            Err(error) => Err(E::classify("insert", error)),
        }
    }

    /// What [`VALUES`] stands for.
    pub(in crate::store::sql) fn columns_of<'a>(
        &'a self,
        user: &'a NewUser,
    ) -> Result<[Value<'a>; COLUMNS], StoreError> {
        let profile = ProfileColumns::new(&user.profile)?;
        let credential = CredentialColumns::new(&user.credential)?;
        Ok([
            (&*self.name).into(),
            user.id.as_str().into(),
            stored_count(Version::FIRST.get()).into(),
            profile.email.into(),
            profile.phone.into(),
            profile.username.into(),
            user.legacy.as_ref().map(|legacy| legacy.source().as_str()).into(),
            user.legacy.as_ref().map(LegacyKey::id).into(),
            profile.blocked.into(),
            profile.json.into(),
            credential.kind.into(),
            credential.source.into(),
            credential.scheme.into(),
            credential.hash.into(),
            credential.context.into(),
            user.moved.map(|moved| moved.at.as_micros()).into(),
            user.moved.map(|moved| moved.by.as_str()).into(),
            user.created_at.as_micros().into(),
            user.at.as_micros().into(),
            user.last_login.map(Timestamp::as_micros).into(),
            stored_count(user.login_count).into(),
            user.password_set_at.map(Timestamp::as_micros).into(),
        ])
    }

    /// Removes the tombstones of the user's keys.
    async fn lift<E: Engine>(&self, connection: &mut E::Connection, user: &NewUser) -> Result<(), StoreError> {
        let mut statement = Statement::new(LIFT).bind(&*self.name);
        self.push_digests(&mut statement, Key::all_of_new(user));
        statement.push(")");
        E::execute(connection, &statement).await.map_err(|error| E::classify("insert", error))?;
        Ok(())
    }

    async fn buried<E: Engine>(&self, connection: &mut E::Connection, user: &NewUser) -> Result<bool, StoreError> {
        let mut statement = Statement::new(BURIED).bind(&*self.name);
        self.push_digests(&mut statement, Key::all_of_new(user));
        statement.push(")");
        let failed = |error| E::classify("insert", error);
        let rows = E::fetch(connection, &statement).await.map_err(failed)?;
        let count = rows.first().map(|row| row.number(0)).transpose().map_err(failed)?.flatten();
        Ok(count.is_some_and(|count| count > 0))
    }
}

/// The user as the row will be read again.
fn created(user: NewUser) -> Insert {
    let mut user = User::from_new(user);
    user.login_count = stored_count(user.login_count).unsigned_abs();
    Insert::Created(Box::new(user))
}
