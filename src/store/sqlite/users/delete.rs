use sqlx::{Connection, Row, SqliteConnection};

use crate::{
    identifier::{Identifier, IdentifierKind},
    store::{Key, Tombstone, sqlite::Shared},
    user::{LegacyKey, UserId},
};

const KEYS: &str = "\
    SELECT email, phone, username, legacy_source, legacy_id FROM waystation_users WHERE connection = ?1 AND id = ?2";

/// The parameters after the time are the digests of the keys.
const BURY: &str = "\
    INSERT INTO waystation_tombstones (connection, digest, at) \
    SELECT ?1, column1, ?2 FROM (VALUES (?3), (?4), (?5), (?6), (?7)) WHERE column1 IS NOT NULL \
    ON CONFLICT DO UPDATE SET at = excluded.at";

const DELETE: &str = "DELETE FROM waystation_users WHERE connection = ?1 AND id = ?2";

impl Shared {
    pub(super) async fn delete(
        &self,
        connection: &mut SqliteConnection,
        id: &UserId,
        tombstone: Option<Tombstone>,
    ) -> Result<bool, sqlx::Error> {
        let Some(tombstone) = tombstone else { return self.remove(connection, id).await };
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        self.bury(&mut transaction, id, tombstone).await?;
        let removed = self.remove(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(removed)
    }

    /// Leaves a tombstone for every key of the user, if there is one. Reads nothing but the keys, so that a user whose
    /// profile is damaged can be deleted too.
    async fn bury(
        &self,
        connection: &mut SqliteConnection,
        id: &UserId,
        tombstone: Tombstone,
    ) -> Result<(), sqlx::Error> {
        let query = sqlx::query(KEYS).bind(&self.name).bind(id.as_str());
        let Some(row) = query.fetch_optional(&mut *connection).await? else { return Ok(()) };
        let mut identifiers = Vec::new();
        for (column, kind) in IdentifierKind::ALL.into_iter().enumerate() {
            let normal: Option<String> = row.try_get(column)?;
            identifiers.extend(normal.map(|normal| Identifier::from_parts(kind, normal, "")));
        }
        let source: Option<String> = row.try_get(3)?;
        let legacy = source.zip(row.try_get::<Option<String>, _>(4)?);
        let legacy = legacy.map(|(source, id)| LegacyKey::new(source.as_str(), id));
        let keys = std::iter::once(Key::Id(id))
            .chain(identifiers.iter().map(Key::Identifier))
            .chain(legacy.as_ref().map(Key::Legacy));
        let query = sqlx::query(BURY).bind(&self.name).bind(tombstone.at.as_micros());
        self.bind_digests(query, keys).execute(connection).await?;
        Ok(())
    }

    async fn remove(&self, connection: &mut SqliteConnection, id: &UserId) -> Result<bool, sqlx::Error> {
        let removed = sqlx::query(DELETE).bind(&self.name).bind(id.as_str()).execute(connection).await?;
        Ok(removed.rows_affected() > 0)
    }
}
