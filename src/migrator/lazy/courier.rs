//! Tells the legacy system what waits in the outbox.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Mutex, task::JoinSet};
use tracing::{Instrument, info_span};

use super::{LazyMigrator, Parts};
use crate::{
    error::{Error, ErrorKind},
    event::EventKind,
    legacy::{LegacyConnection, LegacyError, LegacyUser, LegacyWriter},
    migrator::{WriteBackOutcome, WriteBackReport, write_back::Change, write_back::WriteBack},
    password::Password,
    store::{Backlog, Key, OutboxMessage, OutboxStore, Update, UserStore},
    user::{LegacyKey, Moved, MovedBy, User, UserChange},
};

/// How long a message belongs to the process that took it: longer than any guard's deadline and retry.
const LEASE: Duration = Duration::from_mins(2);
/// Messages that are on their way at once, each of another user.
const BATCH: usize = 16;
/// How often a row may change while the key that the legacy system gave is written to it.
const ATTEMPTS: usize = 8;
/// The source of ids that are ours: a user whom the legacy system does not have yet.
const HERE: &str = "waystation";

/// What a migrator has that writes back.
#[derive(Debug)]
pub(super) struct Courier {
    pub(super) options: WriteBack,
    /// Held by whoever is under way: a second courier of this process would only wait for the same messages.
    under_way: Mutex<()>,
    /// Whether one waits to be under way, who will see all that is queued by then.
    is_sent: AtomicBool,
}

impl Courier {
    pub(super) fn new(options: WriteBack, store: &dyn UserStore, legacy: &dyn LegacyConnection) -> Result<Self, Error> {
        if store.as_outbox().is_none() {
            return Err(Error::new(ErrorKind::Misconfigured, "write-back needs a store with an outbox"));
        }
        if legacy.as_writer().is_none() {
            return Err(Error::new(ErrorKind::Misconfigured, "write-back needs a legacy connection that can write"));
        }
        Ok(Self { options, under_way: Mutex::new(()), is_sent: AtomicBool::new(false) })
    }
}

impl LazyMigrator {
    /// Tells the legacy system everything that is due, and says what came of it. At once after a change the migrator
    /// does so by itself; what had to be postponed, and what another process left behind when it died, waits for this
    /// call or for [`keep_writing_back`](Self::keep_writing_back).
    ///
    /// # Errors
    ///
    /// When the store could not be asked. Nothing is lost then: what was taken is due again two minutes later.
    pub async fn write_back_now(&self) -> Result<WriteBackReport, Error> {
        let Some(courier) = &self.parts.courier else { return Ok(WriteBackReport::default()) };
        let _under_way = courier.under_way.lock().await;
        courier.is_sent.store(false, Ordering::SeqCst);
        let mut report = WriteBackReport::default();
        loop {
            let now = self.parts.clock.now();
            let messages = self.parts.outbox()?.take(now, now.saturating_add(LEASE), BATCH).await?;
            if messages.is_empty() {
                return Ok(report);
            }
            let mut deliveries = JoinSet::new();
            for message in messages {
                let parts = Arc::clone(&self.parts);
                deliveries
                    .spawn(async move { parts.deliver(message).await }.instrument(info_span!("waystation.write_back")));
            }
            let mut failure = None;
            while let Some(delivered) = deliveries.join_next().await {
                match delivered {
                    Ok(Ok(outcome)) => report.add(outcome),
                    Ok(Err(error)) => failure = Some(error),
                    Err(_) => failure = Some(Error::new(ErrorKind::Contended, "a legacy writer panicked")),
                }
            }
            if let Some(error) = failure {
                return Err(error);
            }
        }
    }

    /// Tells the legacy system what is due, looks again after `every`, and returns when the write-back has ended and
    /// nothing waits any more. A few seconds are a good pace: looking costs one indexed statement.
    ///
    /// Dropping the future stops it at any point without a loss.
    pub async fn keep_writing_back(&self, every: Duration) {
        let Some(courier) = &self.parts.courier else { return };
        loop {
            self.write_back_or_warn().await;
            if courier.options.has_ended(self.parts.clock.now())
                && self.write_back_backlog().await.is_ok_and(|backlog| backlog.waiting == 0)
            {
                return;
            }
            self.parts.clock.sleep(every).await;
        }
    }

    /// How far the legacy system lags behind: what waits, and since when.
    ///
    /// # Errors
    ///
    /// When the store could not be asked.
    pub async fn write_back_backlog(&self) -> Result<Backlog, Error> {
        match self.parts.store.as_outbox() {
            Some(outbox) => Ok(outbox.backlog().await?),
            None => Ok(Backlog::default()),
        }
    }

    /// Sees to it that what was just queued is delivered soon.
    pub(super) fn send_courier(&self) {
        let Some(courier) = &self.parts.courier else { return };
        if courier.is_sent.swap(true, Ordering::SeqCst) {
            return;
        }
        let migrator = self.clone();
        if !self.parts.background.start(async move { migrator.write_back_or_warn().await }) {
            courier.is_sent.store(false, Ordering::SeqCst);
        }
    }

    async fn write_back_or_warn(&self) {
        if let Err(error) = self.write_back_now().await {
            tracing::warn!(%error, "the outbox could not be read");
        }
    }
}

impl Parts {
    fn outbox(&self) -> Result<&dyn OutboxStore, Error> {
        self.store.as_outbox().ok_or_else(|| Error::new(ErrorKind::Misconfigured, "the store has lost its outbox"))
    }

    async fn deliver(&self, message: OutboxMessage) -> Result<WriteBackOutcome, Error> {
        let (outcome, pause) = self.say(&message).await?;
        let outbox = self.outbox()?;
        // Where the message has become somebody else's meanwhile, they say the same once more.
        match outcome {
            WriteBackOutcome::Postponed { .. } => {
                outbox.postpone(&message, self.clock.now().saturating_add(pause)).await?;
            }
            WriteBackOutcome::Delivered | WriteBackOutcome::Dropped { .. } => {
                outbox.remove(&message).await?;
            }
        }
        self.emit(EventKind::WrittenBack { user: message.user, outcome });
        Ok(outcome)
    }

    /// What comes of a message, and for how long it is postponed if that comes of it.
    async fn say(&self, message: &OutboxMessage) -> Result<(WriteBackOutcome, Duration), Error> {
        let pause = WriteBack::pause(message.taken);
        let (Some(courier), Some(writer)) = (&self.courier, self.legacy.as_writer()) else {
            return Ok((WriteBackOutcome::Postponed { why: "misconfigured" }, pause));
        };
        let now = self.clock.now();
        if now >= message.outgoing.expires_at || courier.options.has_ended(now) {
            return Ok((WriteBackOutcome::Dropped { why: "expired" }, pause));
        }
        let Some(change) = courier.options.open(message) else {
            return Ok((WriteBackOutcome::Postponed { why: "sealed" }, pause));
        };
        Ok(match self.write(writer, message, change).await? {
            Ok(()) => (WriteBackOutcome::Delivered, pause),
            Err(LegacyError::Gone) => (WriteBackOutcome::Dropped { why: LegacyError::Gone.as_str() }, pause),
            Err(error) if WriteBack::gives_up(&error, message.taken) => {
                (WriteBackOutcome::Dropped { why: error.as_str() }, pause)
            }
            Err(error) => {
                let why = error.as_str();
                (WriteBackOutcome::Postponed { why }, pause.max(Error::from(error).retry_after().unwrap_or_default()))
            }
        })
    }

    async fn write(
        &self,
        writer: &dyn LegacyWriter,
        message: &OutboxMessage,
        change: Change,
    ) -> Result<Result<(), LegacyError>, Error> {
        if matches!(change, Change::Delete) {
            return Ok(match &message.legacy {
                Some(key) => writer.delete(key).await,
                None => Ok(()),
            });
        }
        let Some(user) = self.store.find(Key::Id(&message.user)).await?.into_user() else {
            return Ok(Err(LegacyError::Gone));
        };
        Ok(match (change, &user.legacy) {
            (Change::Create(password) | Change::Password(password), Some(key)) => {
                writer.change_password(key, &password).await
            }
            (Change::Create(password) | Change::Password(password), None) => {
                return self.create(writer, user, &password).await;
            }
            (Change::Email { email, verified }, Some(key)) => writer.change_email(key, &email, verified).await,
            (Change::VerifyEmail, Some(key)) => writer.verify_email(key).await,
            // Somebody who is not there: they are created with their next password, and with the profile of then.
            (Change::Email { .. } | Change::VerifyEmail, None) | (Change::Delete, _) => Ok(()),
        })
    }

    /// Creates somebody at the legacy system who has signed up here, and notes who they are there.
    async fn create(
        &self,
        writer: &dyn LegacyWriter,
        mut user: User,
        password: &Password,
    ) -> Result<Result<(), LegacyError>, Error> {
        let mut person = LegacyUser::new(LegacyKey::new(HERE, user.id.as_str()), user.profile.clone());
        person.created_at = Some(user.created_at);
        person.password_set_at = user.password_set_at;
        let key = match writer.create(&person, password).await {
            Ok(key) => key,
            Err(error) => return Ok(Err(error)),
        };
        for _ in 0..ATTEMPTS {
            let now = self.clock.now();
            let mut change = UserChange::at(now).legacy(key.clone());
            change.moved = user.moved.is_none().then(|| Moved::new(now, MovedBy::WriteBack));
            match self.store.update(&user.id, user.version, change).await? {
                Update::Updated(_) => return Ok(Ok(())),
                Update::Taken(_) => {
                    return Ok(Err(LegacyError::Refused { what: "another user has the id that it gave" }));
                }
                Update::Stale => match self.store.find(Key::Id(&user.id)).await?.into_user() {
                    Some(changed) => user = changed,
                    None => return Ok(writer.delete(&key).await),
                },
                // Deleted in between, by somebody who could not know that they are there.
                Update::Gone => return Ok(writer.delete(&key).await),
            }
        }
        Err(Error::new(ErrorKind::Contended, "the row changed again and again"))
    }
}
