use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    store::{BulkOutcome, BulkStore, BulkWrite, BulkWritten, StoreError},
    user::{User, UserId},
};

#[async_trait]
impl BulkStore for MemoryStore {
    async fn write(&self, batch: BulkWrite) -> Result<BulkWritten, StoreError> {
        let mut tables = self.tables();
        if let Some(checkpoint) = &batch.checkpoint
            && !tables.jobs.save(checkpoint)
        {
            return Ok(BulkWritten::LeaseLost);
        }
        let outcomes = batch.users.into_iter().map(|user| tables.users.insert(user, batch.tombstones));
        Ok(BulkWritten::Written(outcomes.map(BulkOutcome::from).collect()))
    }

    async fn scan(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError> {
        Ok(self.tables().users.after(after).take(limit).cloned().collect())
    }
}
