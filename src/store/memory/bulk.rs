use async_trait::async_trait;

use super::{MemoryStore, rows::Undo};
use crate::{
    store::{BulkOutcome, BulkStore, BulkUpdate, BulkWrite, BulkWritten, Lookup, OwnedKey, StoreError, Update},
    user::{User, UserId},
};

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl BulkStore for MemoryStore {
    async fn look_up(&self, keys: &[OwnedKey]) -> Result<Vec<Lookup>, StoreError> {
        let tables = self.tables();
        Ok(keys.iter().map(|key| tables.users.find(key.as_key())).collect())
    }

    async fn write(&self, batch: &BulkWrite) -> Result<BulkWritten, StoreError> {
        let mut tables = self.tables();
        if batch.checkpoint.as_ref().is_some_and(|checkpoint| !tables.jobs.holds(checkpoint)) {
            return Ok(BulkWritten::LeaseLost);
        }
        let (mut outcomes, mut done) = (Vec::with_capacity(batch.users.len() + batch.updates.len()), Vec::new());
        for user in &batch.users {
            let (inserted, undo) = tables.users.insert_undoably(user.clone(), batch.tombstones);
            outcomes.push(BulkOutcome::from(inserted));
            done.extend(undo);
        }
        for BulkUpdate { id, expected, change, unless_logged_in_since } in &batch.updates {
            let before = tables.users.get(id).cloned();
            let last_login = before.as_ref().and_then(|user| user.last_login);
            let has_logged_in = unless_logged_in_since.is_some_and(|since| last_login >= Some(since));
            let updated =
                if has_logged_in { Update::Stale } else { tables.users.update(id, *expected, change.clone()) };
            let outcome = BulkOutcome::from(&updated);
            outcomes.push(outcome);
            done.extend(before.filter(|_| outcome.is_done()).map(|user| Undo::Update(Box::new(user))));
        }
        let conflict = batch.unless_conflict && outcomes.iter().any(|outcome| !outcome.is_done());
        if conflict || batch.rolled_back {
            tables.users.undo(done);
        } else if let Some(checkpoint) = &batch.checkpoint {
            tables.jobs.save(checkpoint);
        }
        Ok(if conflict { BulkWritten::Conflict(outcomes) } else { BulkWritten::Written(outcomes) })
    }

    fn writes_at_once(&self) -> bool {
        false
    }

    async fn scan(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError> {
        Ok(self.tables().users.after(after).take(limit).cloned().collect())
    }
}
