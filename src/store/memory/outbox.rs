use std::collections::BTreeMap;

use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    clock::Timestamp,
    store::{Backlog, OutboxMessage, OutboxStore, Outgoing, StoreError},
    user::{LegacyKey, UserId},
};

/// The messages of each user, in their order. `until` is when a message is due.
#[derive(Default)]
pub(super) struct Outbox(BTreeMap<(UserId, u64), OutboxMessage>);

impl Outbox {
    pub(super) fn queue(&mut self, user: &UserId, legacy: Option<&LegacyKey>, messages: Vec<Outgoing>) {
        for outgoing in messages {
            let of_user = (user.clone(), 0)..=(user.clone(), u64::MAX);
            let last = self.0.range(of_user).next_back().map_or(0, |((_, position), _)| *position);
            let due_at = outgoing.queued_at;
            let mut message = OutboxMessage::new(user.clone(), last + 1, outgoing, 0, due_at);
            message.legacy = legacy.cloned();
            self.0.insert((user.clone(), last + 1), message);
        }
    }

    /// Of each user the first, if it is due.
    fn take(&mut self, now: Timestamp, until: Timestamp, limit: usize) -> Vec<OutboxMessage> {
        let mut due: Vec<&mut OutboxMessage> = Vec::new();
        let mut last_user = None;
        for ((user, _), message) in &mut self.0 {
            if last_user.replace(user) != Some(user) && message.until <= now {
                due.push(message);
            }
        }
        due.sort_by(|a, b| (a.until, &a.user).cmp(&(b.until, &b.user)));
        due.truncate(limit);
        let taken = due.into_iter().map(|message| {
            (message.taken, message.until) = (message.taken + 1, until);
            message.clone()
        });
        taken.collect()
    }

    /// The message, if it is as it was when it was taken.
    fn find(&mut self, message: &OutboxMessage) -> Option<&mut OutboxMessage> {
        let place = (message.user.clone(), message.position);
        self.0.get_mut(&place).filter(|found| (found.taken, found.until) == (message.taken, message.until))
    }
}

#[async_trait]
impl OutboxStore for MemoryStore {
    async fn take(&self, now: Timestamp, until: Timestamp, limit: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        Ok(self.tables().outbox.take(now, until, limit))
    }

    async fn remove(&self, message: &OutboxMessage) -> Result<bool, StoreError> {
        let outbox = &mut self.tables().outbox;
        let is_theirs = outbox.find(message).is_some();
        if is_theirs {
            outbox.0.remove(&(message.user.clone(), message.position));
        }
        Ok(is_theirs)
    }

    async fn postpone(&self, message: &OutboxMessage, due_at: Timestamp) -> Result<bool, StoreError> {
        let outbox = &mut self.tables().outbox;
        Ok(outbox.find(message).map(|found| found.until = due_at).is_some())
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        let outbox = &self.tables().outbox.0;
        let oldest = outbox.values().map(|message| message.outgoing.queued_at).min();
        Ok(Backlog::new(outbox.len() as u64, oldest))
    }
}
