//! Users, by statements that all databases read.

use super::{
    engine::{Engine, StoredRow},
    row::{self, columns},
    statement::Statement,
};
use crate::{
    clock::Timestamp,
    identifier::{Identifier, IdentifierKind},
    secret_key::SecretKey,
    store::{Key, KeyKind, Lookup, StoreError},
    user::{LegacyKey, Profile, UserId},
};

mod delete;
pub(crate) mod insert;
mod update;

/// The user with a key, and whether the key is buried: one statement, so that both are of one moment.
macro_rules! find_by {
    ($condition:literal) => {
        concat!(
            "SELECT digest IS NOT NULL, ",
            columns!(),
            " FROM (SELECT 1) AS one LEFT JOIN waystation_users AS users ON users.connection = ? AND ",
            $condition,
            " LEFT JOIN waystation_tombstones AS tombstones ON tombstones.connection = ? AND tombstones.digest = ?"
        )
    };
}

const FIND_BY_ID: &str = find_by!("users.id = ?");
const FIND_BY_EMAIL: &str = find_by!("users.email = ?");
const FIND_BY_PHONE: &str = find_by!("users.phone = ?");
const FIND_BY_USERNAME: &str = find_by!("users.username = ?");
const FIND_BY_LEGACY: &str = find_by!("users.legacy_source = ? AND users.legacy_id = ?");

/// Counting stops at the largest number that the column holds.
const RECORD_LOGIN: &str = "\
    UPDATE waystation_users SET \
    login_count = CASE WHEN login_count < 9223372036854775807 THEN login_count + 1 ELSE login_count END, \
    last_login = CASE WHEN last_login >= ? THEN last_login ELSE ? END WHERE connection = ? AND id = ?";

/// The users of one connection name, in whatever database they are.
pub(crate) struct Users {
    /// The connection name: every statement is scoped by it.
    pub(crate) name: String,
    pub(crate) tombstone_key: SecretKey,
}

impl Users {
    pub(crate) async fn find<E: Engine>(
        &self,
        connection: &mut E::Connection,
        key: Key<'_>,
    ) -> Result<Lookup, StoreError> {
        let statement = match key {
            Key::Id(id) => Statement::new(FIND_BY_ID).bind(&*self.name).bind(id.as_str()),
            Key::Identifier(identifier) => {
                let statement = match identifier.kind() {
                    IdentifierKind::Email => FIND_BY_EMAIL,
                    IdentifierKind::Phone => FIND_BY_PHONE,
                    IdentifierKind::Username => FIND_BY_USERNAME,
                };
                Statement::new(statement).bind(&*self.name).bind(identifier.normal())
            }
            Key::Legacy(legacy) => {
                let statement = Statement::new(FIND_BY_LEGACY).bind(&*self.name);
                statement.bind(legacy.source().as_str()).bind(legacy.id())
            }
        };
        let digest = key.digest(&self.tombstone_key).as_bytes().to_vec();
        let statement = statement.bind(&*self.name).bind(digest);
        let failed = |error| E::classify("find", error);
        let rows = E::fetch(connection, &statement).await.map_err(failed)?;
        let Some(row) = rows.first() else { return Ok(Lookup::Absent) };
        // A user column is NULL where the join found nobody.
        Ok(match row.number(1 + row::VERSION).map_err(failed)? {
            Some(_) => Lookup::Found(Box::new(row::decode(row, 1)?)),
            None if row.flag(0).map_err(failed)? => Lookup::Tombstoned,
            None => Lookup::Absent,
        })
    }

    pub(crate) async fn record_login<E: Engine>(
        &self,
        connection: &mut E::Connection,
        id: &UserId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = Statement::new(RECORD_LOGIN).bind(at.as_micros()).bind(at.as_micros());
        let statement = statement.bind(&*self.name).bind(id.as_str());
        let recorded = E::execute(connection, &statement).await;
        Ok(recorded.map_err(|error| E::classify("record_login", error))? > 0)
    }

    /// The digest of each key, each after a comma but the first.
    pub(super) fn push_digests<'k>(&self, statement: &mut Statement<'_>, keys: impl Iterator<Item = Key<'k>>) {
        for (place, key) in keys.enumerate() {
            if place > 0 {
                statement.push(", ");
            }
            statement.push_bind(key.digest(&self.tombstone_key).as_bytes().to_vec());
        }
    }
}

/// The columns of a kind of key.
pub(super) const fn key_columns(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Id => "id",
        KeyKind::Identifier(IdentifierKind::Email) => "email",
        KeyKind::Identifier(IdentifierKind::Phone) => "phone",
        KeyKind::Identifier(IdentifierKind::Username) => "username",
        KeyKind::Legacy => "legacy_source, legacy_id",
    }
}

/// The values of [`key_columns`].
fn push_key<'s, 'k>(statement: &'s mut Statement<'k>, key: Key<'k>) -> &'s mut Statement<'k> {
    match key {
        Key::Id(id) => statement.push_bind(id.as_str()),
        Key::Identifier(identifier) => statement.push_bind(identifier.normal()),
        Key::Legacy(legacy) => statement.push_bind(legacy.source().as_str()).push(", ").push_bind(legacy.id()),
    }
}

/// The first key that somebody has: anybody at all if the second value is NULL, else anybody but the user with that id.
const TAKEN: &str = "\
    SELECT CASE \
    WHEN EXISTS (SELECT 1 FROM waystation_users WHERE connection = ? AND (? IS NULL OR id <> ?) AND id = ?) THEN 'id' \
    WHEN EXISTS (SELECT 1 FROM waystation_users WHERE connection = ? AND (? IS NULL OR id <> ?) AND email = ?) \
        THEN 'email' \
    WHEN EXISTS (SELECT 1 FROM waystation_users WHERE connection = ? AND (? IS NULL OR id <> ?) AND phone = ?) \
        THEN 'phone' \
    WHEN EXISTS (SELECT 1 FROM waystation_users WHERE connection = ? AND (? IS NULL OR id <> ?) AND username = ?) \
        THEN 'username' \
    WHEN EXISTS (SELECT 1 FROM waystation_users WHERE connection = ? AND (? IS NULL OR id <> ?) \
                 AND legacy_source = ? AND legacy_id = ?) THEN 'legacy' \
    END";

/// The keys that a write wants, as the columns hold them.
struct WantedKeys<'a> {
    id: &'a UserId,
    profile: Option<&'a Profile>,
    legacy: Option<&'a LegacyKey>,
}

impl WantedKeys<'_> {
    /// The first of them that belongs to somebody other than `own`.
    async fn taken<E: Engine>(
        self,
        connection: &mut E::Connection,
        name: &str,
        own: Option<&UserId>,
        operation: &'static str,
    ) -> Result<Option<KeyKind>, StoreError> {
        let own = own.map(UserId::as_str);
        let normal = |kind| self.profile.and_then(|profile| profile.identifier(kind)).map(Identifier::normal);
        let mut statement = Statement::new(TAKEN);
        for key in [
            Some(self.id.as_str()),
            normal(IdentifierKind::Email),
            normal(IdentifierKind::Phone),
            normal(IdentifierKind::Username),
            self.legacy.map(|legacy| legacy.source().as_str()),
        ] {
            statement = statement.bind(name).bind(own).bind(own).bind(key);
        }
        let statement = statement.bind(self.legacy.map(LegacyKey::id));
        let failed = |error| E::classify(operation, error);
        let rows = E::fetch(connection, &statement).await.map_err(failed)?;
        let kind = rows.first().map(|row| row.text(0)).transpose().map_err(failed)?.flatten();
        kind.map(row::key_kind).transpose()
    }
}
