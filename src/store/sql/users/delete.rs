use super::Users;
use crate::{
    identifier::{Identifier, IdentifierKind},
    store::{
        Key, StoreError, Tombstone,
        sql::{
            engine::{Engine, StoredRow},
            statement::Statement,
        },
    },
    user::{LegacyKey, UserId},
};

const KEYS: &str = "\
    SELECT email, phone, username, legacy_source, legacy_id FROM waystation_users WHERE connection = ? AND id = ?";

/// A row for each digest follows.
const BURY: &str = "INSERT INTO waystation_tombstones (connection, digest, at) VALUES ";

const DELETE: &str = "DELETE FROM waystation_users WHERE connection = ? AND id = ?";

impl Users {
    pub(crate) async fn delete<E: Engine>(
        &self,
        connection: &mut E::Connection,
        id: &UserId,
        tombstone: Option<Tombstone>,
    ) -> Result<bool, StoreError> {
        let failed = |error| E::classify("delete", error);
        let Some(tombstone) = tombstone else { return self.remove::<E>(connection, id).await.map_err(failed) };
        let mut transaction = E::begin(connection).await.map_err(failed)?;
        self.bury::<E>(&mut transaction, id, tombstone).await.map_err(failed)?;
        let removed = self.remove::<E>(&mut transaction, id).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(removed)
    }

    /// Leaves a tombstone for every key of the user, if there is one. Reads nothing but the keys, so that a user whose
    /// profile is damaged can be deleted too.
    async fn bury<E: Engine>(
        &self,
        connection: &mut E::Connection,
        id: &UserId,
        tombstone: Tombstone,
    ) -> Result<(), sqlx::Error> {
        let mut statement = Statement::new(KEYS).bind(&*self.name).bind(id.as_str());
        statement.push(E::LOCKING);
        let rows = E::fetch(&mut *connection, &statement).await?;
        let Some(row) = rows.first() else { return Ok(()) };
        let mut identifiers = Vec::new();
        for (column, kind) in IdentifierKind::ALL.into_iter().enumerate() {
            identifiers.extend(row.text(column)?.map(|normal| Identifier::from_parts(kind, normal, "")));
        }
        let legacy = row.text(3)?.zip(row.text(4)?);
        let legacy = legacy.map(|(source, id)| LegacyKey::new(source.as_str(), id));
        let keys = std::iter::once(Key::Id(id))
            .chain(identifiers.iter().map(Key::Identifier))
            .chain(legacy.as_ref().map(Key::Legacy));
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

    async fn remove<E: Engine>(&self, connection: &mut E::Connection, id: &UserId) -> Result<bool, sqlx::Error> {
        let statement = Statement::new(DELETE).bind(&*self.name).bind(id.as_str());
        Ok(E::execute(connection, &statement).await? > 0)
    }
}
