use super::Users;
use crate::{
    identifier::{Identifier, IdentifierKind},
    store::{
        Deletion, Key, StoreError, Tombstone,
        sql::{
            engine::{Engine, StoredRow},
            statement::Statement,
            transaction,
        },
    },
    user::{LegacyKey, UserId},
};

const KEYS: &str = "\
    SELECT email, phone, username, legacy_source, legacy_id FROM waystation_users WHERE connection = ? AND id = ?";

/// A row for each digest follows.
const BURY: &str = "INSERT INTO waystation_tombstones (connection, digest, at) VALUES ";

const DELETE: &str = "DELETE FROM waystation_users WHERE connection = ? AND id = ?";

/// What names a user, besides the id.
struct Keys {
    identifiers: Vec<Identifier>,
    legacy: Option<LegacyKey>,
}

impl Users {
    pub(crate) async fn delete<E: Engine>(
        &self,
        connection: &mut E::Connection,
        id: &UserId,
        deletion: &Deletion,
    ) -> Result<bool, StoreError> {
        let failed = |error| E::classify("delete", error);
        if deletion.tombstone.is_none() && deletion.outgoing.is_empty() {
            return self.remove::<E>(connection, id).await.map_err(failed);
        }
        transaction::begin::<E>(connection).await.map_err(failed)?;
        let Some(keys) = self.keys::<E>(connection, id).await.map_err(failed)? else {
            transaction::rollback::<E>(connection).await.map_err(failed)?;
            return Ok(false);
        };
        if let Some(tombstone) = deletion.tombstone {
            self.bury::<E>(connection, id, &keys, tombstone).await.map_err(failed)?;
        }
        self.queue::<E>(connection, id, keys.legacy.as_ref(), &deletion.outgoing).await.map_err(failed)?;
        let removed = self.remove::<E>(connection, id).await.map_err(failed)?;
        transaction::commit::<E>(connection).await.map_err(failed)?;
        Ok(removed)
    }

    /// The keys of the user, if there is one. Reads nothing else, so that a user whose profile is damaged can be deleted
    /// too.
    async fn keys<E: Engine>(&self, connection: &mut E::Connection, id: &UserId) -> Result<Option<Keys>, E::Error> {
        let mut statement = Statement::new(KEYS).bind(&*self.name).bind(id.as_str());
        statement.push(E::LOCKING);
        let rows = E::fetch(&mut *connection, &statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let mut identifiers = Vec::new();
        for (column, kind) in IdentifierKind::ALL.into_iter().enumerate() {
            identifiers.extend(row.text(column)?.map(|normal| Identifier::from_parts(kind, normal, "")));
        }
        let legacy = row.text(3)?.zip(row.text(4)?);
        Ok(Some(Keys { identifiers, legacy: legacy.map(|(source, id)| LegacyKey::new(source, id)) }))
    }

    /// Leaves a tombstone for every key of the user.
    async fn bury<E: Engine>(
        &self,
        connection: &mut E::Connection,
        id: &UserId,
        keys: &Keys,
        tombstone: Tombstone,
    ) -> Result<(), E::Error> {
        let keys = std::iter::once(Key::Id(id))
            .chain(keys.identifiers.iter().map(Key::Identifier))
            .chain(keys.legacy.as_ref().map(Key::Legacy));
        let mut statement = Statement::new(BURY);
        for (place, key) in keys.enumerate() {
            statement.push(if place == 0 { "(" } else { ", (" });
            statement.push_bind(&*self.name).push(", ");
            statement.push_bind(key.digest(&self.tombstone_key).as_bytes().to_vec()).push(", ");
            statement.push_bind(tombstone.at.as_micros()).push(")");
        }
        statement.push(E::OR_BURY_AGAIN);
        E::execute(connection, &statement).await?;
        Ok(())
    }

    async fn remove<E: Engine>(&self, connection: &mut E::Connection, id: &UserId) -> Result<bool, E::Error> {
        let statement = Statement::new(DELETE).bind(&*self.name).bind(id.as_str());
        Ok(E::execute(connection, &statement).await? > 0)
    }
}
