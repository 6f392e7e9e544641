use async_trait::async_trait;
use sqlx::Connection;

use super::{
    SqliteStore,
    error::classify,
    row::{self, columns},
};
use crate::{
    store::{BulkOutcome, BulkStore, BulkWrite, BulkWritten, StoreError},
    user::{User, UserId},
};

const SCAN: &str = concat!("SELECT ", columns!(), " FROM waystation_users WHERE connection = ?1 ORDER BY id LIMIT ?2");

const SCAN_AFTER: &str =
    concat!("SELECT ", columns!(), " FROM waystation_users WHERE connection = ?1 AND id > ?3 ORDER BY id LIMIT ?2");

#[async_trait]
impl BulkStore for SqliteStore {
    async fn write(&self, batch: BulkWrite) -> Result<BulkWritten, StoreError> {
        let failed = |error| classify("write", error);
        let mut turn = self.shared.writer.turn("write").await?;
        let mut transaction = turn.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        let mut outcomes = Vec::with_capacity(batch.users.len());
        let held = match &batch.checkpoint {
            Some(checkpoint) => self.shared.save(&mut transaction, checkpoint).await.map_err(failed)?,
            None => true,
        };
        if held {
            for user in batch.users {
                let inserted = self.shared.insert_within(&mut transaction, user, batch.tombstones).await?;
                outcomes.push(BulkOutcome::from(inserted));
            }
        }
        transaction.commit().await.map_err(failed)?;
        turn.end();
        Ok(if held { BulkWritten::Written(outcomes) } else { BulkWritten::LeaseLost })
    }

    async fn scan(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError> {
        let statement = if after.is_some() { SCAN_AFTER } else { SCAN };
        let mut query = sqlx::query(statement).bind(&self.shared.name).bind(i64::try_from(limit).unwrap_or(i64::MAX));
        if let Some(after) = after {
            query = query.bind(after.as_str());
        }
        let rows = query.fetch_all(&self.shared.readers).await.map_err(|error| classify("scan", error))?;
        rows.iter().map(|row| row::decode(row, 0)).collect()
    }
}
