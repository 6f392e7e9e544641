use async_trait::async_trait;
use waystation::{
    clock::Timestamp,
    store::{Backlog, Deletion, OnTombstone, OutboxMessage, OutboxStore, Outgoing, StoreError, UserStore},
    user::{Credential, NewUser, Profile, UserId},
};

use super::{Fault, Faulty};

impl Faulty {
    /// Queues what must not be queued.
    pub(super) async fn queue_anyway(&self, messages: Vec<Outgoing>) {
        let mut nobody =
            NewUser::new(UserId::new("faulty"), Profile::default(), Credential::None, Timestamp::default());
        nobody.outgoing = messages;
        let _queued = self.inner.insert(nobody.clone(), OnTombstone::Lift).await.unwrap();
        assert!(self.inner.delete(&nobody.id, Deletion::without_trace()).await.unwrap());
    }
}

#[async_trait]
impl OutboxStore for Faulty {
    async fn take(&self, now: Timestamp, until: Timestamp, limit: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        let (now, limit) = match self.fault {
            Fault::MessagesRestTooLong => (Timestamp::from_micros(now.as_micros() - 1), limit),
            Fault::TakesOneTooMany => (now, limit + 1),
            _ => (now, limit),
        };
        let mut taken = self.inner.take(now, until, limit).await?;
        match self.fault {
            Fault::CutsBodies => taken.iter_mut().for_each(|message| message.outgoing.body.truncate(100)),
            Fault::DeletionForgetsLegacy => taken.iter_mut().for_each(|message| message.legacy = None),
            Fault::LaterMessagesFirst => {
                // The next one of somebody takes the place of the one before.
                for message in &mut taken {
                    self.inner.remove(message).await?;
                    let later = self.inner.take(now, until, limit).await?;
                    if let Some(later) = later.into_iter().find(|later| later.user == message.user) {
                        *message = later;
                    }
                }
            }
            Fault::MessagesAreShared => {
                let mut notes = self.notes();
                if taken.is_empty() {
                    return Ok(notes.messages.clone());
                }
                notes.messages.clone_from(&taken);
            }
            _ => {}
        }
        Ok(taken)
    }

    async fn remove(&self, message: &OutboxMessage) -> Result<bool, StoreError> {
        Ok(self.inner.remove(message).await? || self.has(Fault::TheLateRemove))
    }

    async fn postpone(&self, message: &OutboxMessage, due_at: Timestamp) -> Result<bool, StoreError> {
        let due_at = if self.has(Fault::PostponesNothing) { message.outgoing.queued_at } else { due_at };
        self.inner.postpone(message, due_at).await
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        self.inner.backlog().await
    }
}
