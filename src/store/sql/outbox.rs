//! The outbox, by statements that all databases read.

use super::{
    engine::{Engine, StoredRow},
    row::{stored_count, unknown},
    statement::Statement,
    users::Users,
};
use crate::{
    clock::Timestamp,
    store::{Backlog, OutboxMessage, Outgoing, StoreError},
    user::{LegacyKey, UserId},
};

/// After the user's last message. Whoever queues holds the user's row, so no two do for one user at once.
const QUEUE: &str = "\
    INSERT INTO waystation_outbox \
    (connection, user_id, position, legacy_source, legacy_id, body, queued_at, expires_at, due_at, taken) \
    SELECT ?, ?, coalesce(max(position), 0) + 1, ?, ?, ?, ?, ?, ?, 0 FROM waystation_outbox \
    WHERE connection = ? AND user_id = ?";

/// Of each user the first, if it is due.
const DUE: &str = "\
    SELECT user_id, position, legacy_source, legacy_id, body, queued_at, expires_at, due_at, taken \
    FROM waystation_outbox AS message WHERE connection = ? AND due_at <= ? AND NOT EXISTS (\
        SELECT 1 FROM waystation_outbox AS earlier WHERE earlier.connection = message.connection \
        AND earlier.user_id = message.user_id AND earlier.position < message.position) \
    ORDER BY due_at, user_id LIMIT ?";

macro_rules! as_it_was_taken {
    ($statement:literal) => {
        concat!($statement, " WHERE connection = ? AND user_id = ? AND position = ? AND due_at = ? AND taken = ?")
    };
}

const TAKE: &str = as_it_was_taken!("UPDATE waystation_outbox SET due_at = ?, taken = taken + 1");

const POSTPONE: &str = as_it_was_taken!("UPDATE waystation_outbox SET due_at = ?");

const REMOVE: &str = as_it_was_taken!("DELETE FROM waystation_outbox");

const BACKLOG: &str = "SELECT count(*), min(queued_at) FROM waystation_outbox WHERE connection = ?";

impl Users {
    /// Queues messages about a user inside the transaction that changes them.
    pub(super) async fn queue<E: Engine>(
        &self,
        connection: &mut E::Connection,
        user: &UserId,
        legacy: Option<&LegacyKey>,
        messages: &[Outgoing],
    ) -> Result<(), E::Error> {
        for Outgoing { body, queued_at, expires_at } in messages {
            let statement = Statement::new(QUEUE)
                .bind(&*self.name)
                .bind(user.as_str())
                .bind(legacy.map(|legacy| legacy.source().as_str()))
                .bind(legacy.map(LegacyKey::id))
                .bind(body.clone())
                .bind(queued_at.as_micros())
                .bind(expires_at.as_micros())
                .bind(queued_at.as_micros())
                .bind(&*self.name)
                .bind(user.as_str());
            E::execute(&mut *connection, &statement).await?;
        }
        Ok(())
    }

    pub(crate) async fn take_messages<E: Engine>(
        &self,
        connection: &mut E::Connection,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<OutboxMessage>, StoreError> {
        let failed = |error| E::classify("take", error);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let statement = Statement::new(DUE).bind(&*self.name).bind(now.as_micros()).bind(limit);
        let rows = E::fetch(&mut *connection, &statement).await.map_err(failed)?;
        let mut taken = Vec::new();
        for row in &rows {
            let mut message = decode(row)?;
            let statement = self.bind_taken(Statement::new(TAKE).bind(until.as_micros()), &message);
            // Otherwise somebody else took it since.
            if E::execute(&mut *connection, &statement).await.map_err(failed)? > 0 {
                (message.taken, message.until) = (message.taken.saturating_add(1), until);
                taken.push(message);
            }
        }
        Ok(taken)
    }

    pub(crate) async fn remove_message<E: Engine>(
        &self,
        connection: &mut E::Connection,
        message: &OutboxMessage,
    ) -> Result<bool, StoreError> {
        let statement = self.bind_taken(Statement::new(REMOVE), message);
        Ok(E::execute(connection, &statement).await.map_err(|error| E::classify("remove", error))? > 0)
    }

    pub(crate) async fn postpone_message<E: Engine>(
        &self,
        connection: &mut E::Connection,
        message: &OutboxMessage,
        due_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = self.bind_taken(Statement::new(POSTPONE).bind(due_at.as_micros()), message);
        Ok(E::execute(connection, &statement).await.map_err(|error| E::classify("postpone", error))? > 0)
    }

    pub(crate) async fn backlog<E: Engine>(&self, connection: &mut E::Connection) -> Result<Backlog, StoreError> {
        let failed = |error| E::classify("backlog", error);
        let statement = Statement::new(BACKLOG).bind(&*self.name);
        let rows = E::fetch(connection, &statement).await.map_err(failed)?;
        let Some(row) = rows.first() else { return Ok(Backlog::default()) };
        let waiting = row.number(0).map_err(failed)?.unwrap_or_default().unsigned_abs();
        Ok(Backlog::new(waiting, row.number(1).map_err(failed)?.map(Timestamp::from_micros)))
    }

    fn bind_taken<'a>(&'a self, statement: Statement<'a>, message: &'a OutboxMessage) -> Statement<'a> {
        statement
            .bind(&*self.name)
            .bind(message.user.as_str())
            .bind(stored_count(message.position))
            .bind(message.until.as_micros())
            .bind(stored_count(message.taken))
    }
}

/// A message that waits: what it is due at stands for the time until which it is taken.
fn decode(row: &impl StoredRow) -> Result<OutboxMessage, StoreError> {
    let text = |place, column| row.text(place).map_err(|error| StoreError::corrupt(column, error));
    let number = |place, column| {
        let read = row.number(place).map_err(|error| StoreError::corrupt(column, error))?;
        read.ok_or_else(|| unknown(column))
    };
    let count =
        |place, column| u64::try_from(number(place, column)?).map_err(|error| StoreError::corrupt(column, error));
    let time = |place, column| number(place, column).map(Timestamp::from_micros);
    let body = row.bytes(4).map_err(|error| StoreError::corrupt("body", error))?.unwrap_or_default();
    let outgoing = Outgoing::new(body.to_vec(), time(5, "queued_at")?, time(6, "expires_at")?);
    let user = UserId::new(text(0, "user_id")?.ok_or_else(|| unknown("user_id"))?);
    let mut message = OutboxMessage::new(user, count(1, "position")?, outgoing, count(8, "taken")?, time(7, "due_at")?);
    let legacy = text(2, "legacy_source")?.zip(text(3, "legacy_id")?);
    message.legacy = legacy.map(|(source, id)| LegacyKey::new(source, id));
    Ok(message)
}
