use async_trait::async_trait;
use waystation::{
    store::{
        BulkOutcome, BulkStore, BulkWrite, BulkWritten, Deletion, Insert, JobStore, Key, Lookup, OnTombstone, OwnedKey,
        StoreError, UserStore,
    },
    user::{Credential, NewUser, Profile, User, UserId},
};

use super::{Fault, Faulty};

impl Faulty {
    async fn everybody(&self) -> Result<Vec<User>, StoreError> {
        self.inner.scan(None, usize::MAX).await
    }
}

#[async_trait]
impl BulkStore for Faulty {
    async fn look_up(&self, keys: &[OwnedKey]) -> Result<Vec<Lookup>, StoreError> {
        let mut answers = self.inner.look_up(keys).await?;
        if self.has(Fault::LookUpForgetsTombstones) {
            for answer in &mut answers {
                if matches!(answer, Lookup::Tombstoned) {
                    *answer = Lookup::Absent;
                }
            }
        }
        Ok(answers)
    }

    async fn write(&self, batch: &BulkWrite) -> Result<BulkWritten, StoreError> {
        let mut batch = batch.clone();
        let mut seen = Vec::new();
        match self.fault {
            Fault::BulkIgnoresVersions => {
                for update in &mut batch.updates {
                    if let Some(user) = self.inner.find(Key::Id(&update.id)).await?.into_user() {
                        update.expected = user.version;
                    }
                }
            }
            Fault::BulkIgnoresLogIns => {
                for update in &mut batch.updates {
                    update.unless_logged_in_since = None;
                }
            }
            Fault::BulkMixesChanges => {
                if let [one, other, ..] = &mut *batch.updates {
                    std::mem::swap(&mut one.change, &mut other.change);
                }
            }
            Fault::BulkWritesSome => batch.unless_conflict = false,
            Fault::BulkKeepsDryRuns => batch.rolled_back = false,
            Fault::BulkForgetsFaults => {
                if let Some(checkpoint) = &mut batch.checkpoint {
                    checkpoint.faults.clear();
                }
            }
            Fault::TurnIsNotAwaited | Fault::TurnIsTakenWithoutAsking => {
                if let Some(turn) = batch.turn.take()
                    && self.has(Fault::TurnIsTakenWithoutAsking)
                {
                    batch.checkpoint = turn.come().await.unwrap_or_default();
                }
            }
            Fault::EmptyBatchFails if batch.users.is_empty() => return Err(StoreError::misconfigured("empty")),
            Fault::BulkWritesOver => {
                for user in &batch.users {
                    self.inner.delete(&user.id, Deletion::without_trace()).await?;
                }
            }
            Fault::BulkCutsLarge => batch.users.truncate(1_000),
            Fault::BulkLiftsTheTaken if batch.tombstones == OnTombstone::Lift => {
                for user in &batch.users {
                    let bare = NewUser::new(user.id.clone(), Profile::default(), Credential::None, user.at);
                    if let Insert::Created(user) = self.inner.insert(bare, OnTombstone::Lift).await? {
                        self.inner.delete(&user.id, Deletion::without_trace()).await?;
                    }
                }
            }
            Fault::BulkLifts => batch.tombstones = OnTombstone::Lift,
            Fault::BulkRefuses => batch.tombstones = OnTombstone::Refuse,
            Fault::BulkForgetsCheckpoint => batch.checkpoint = None,
            Fault::BulkWritesFirst => {
                let mut users = batch.clone();
                users.checkpoint = None;
                let written = self.inner.write(&users).await?;
                return match &batch.checkpoint {
                    Some(checkpoint) if !self.inner.save(checkpoint).await? => Ok(BulkWritten::LeaseLost),
                    _ => Ok(written),
                };
            }
            Fault::BulkLooksThenWrites => {
                for user in &batch.users {
                    let user = User::from_new(user.clone());
                    let mut outcome = BulkOutcome::Created;
                    for key in Key::all_of(&user) {
                        if self.inner.find(key).await?.into_user().is_some() {
                            outcome = BulkOutcome::Taken(key.kind());
                        }
                    }
                    seen.push(outcome);
                }
                self.pause().await;
            }
            _ => {}
        }
        match (self.fault, self.inner.write(&batch).await?) {
            (Fault::BulkLooksThenWrites, BulkWritten::Written(_)) => Ok(BulkWritten::Written(seen)),
            (Fault::OutcomesReversed, BulkWritten::Written(mut outcomes)) => {
                outcomes.reverse();
                Ok(BulkWritten::Written(outcomes))
            }
            (_, written) => Ok(written),
        }
    }

    fn writes_at_once(&self) -> bool {
        matches!(self.fault, Fault::TurnIsNotAwaited | Fault::TurnIsTakenWithoutAsking)
    }

    async fn scan(&self, after: Option<&UserId>, limit: usize) -> Result<Vec<User>, StoreError> {
        match self.fault {
            Fault::ScanFoldsCase => {
                let folded = |id: &UserId| (id.as_str().to_lowercase(), id.clone());
                let mut users = self.everybody().await?;
                users.sort_by_key(|user| folded(&user.id));
                users.retain(|user| after.is_none_or(|after| folded(&user.id) > folded(after)));
                users.truncate(limit);
                Ok(users)
            }
            Fault::ScanByOffset => {
                let users = self.everybody().await?;
                let mut notes = self.notes();
                if after.is_none() {
                    notes.offset = 0;
                }
                let page: Vec<_> = users.into_iter().skip(notes.offset).take(limit).collect();
                notes.offset += page.len();
                Ok(page)
            }
            Fault::ScanBeginsAnew => {
                let page = self.inner.scan(after, limit).await?;
                if page.is_empty() { self.inner.scan(None, limit).await } else { Ok(page) }
            }
            _ => self.inner.scan(after, limit).await,
        }
    }
}
