use std::{fmt, time::Duration};

use crate::{
    clock::Timestamp,
    entropy::{Entropy, EntropyError},
    legacy::LegacyError,
    secret_key::SecretKey,
    store::{OutboxMessage, Outgoing},
    user::UserId,
};

mod change;
mod seal;

pub(super) use change::Change;

/// Keeps the legacy system true while both run, so that going back to it loses nobody.
///
/// A password that is changed or recovered here, an address that is changed or verified, a sign-up and a deletion are
/// queued in the store [in the same transaction](crate::store::OutboxStore), and told to the legacy system by its
/// [`LegacyWriter`](crate::legacy::LegacyWriter) afterwards: every change at least once, those of one user in their
/// order. The user does not wait for it, and an outage of the legacy system fails nothing here.
///
/// * **It ends.** From [`until`](Self::until) on nothing is queued, and what still waits is dropped.
/// * **A message ends too**, a day after the change if [`keep`](Self::keep) says nothing else. It holds a password, sealed
///   with XChaCha20-Poly1305 under a key that the store does not have.
/// * **An outage is waited out**, and so is a connection that is not set up right: a second, two, four, up to ten minutes
///   between attempts. What the legacy system *refuses* is dropped after eight attempts, or it would stand in the way of
///   the user's later changes.
/// * **Whatever is dropped is reported**, as [`WrittenBack`](crate::event::EventKind::WrittenBack).
///
/// Not written back: changes of phone numbers, user names and metadata, of which a legacy writer knows nothing.
///
/// ```
/// use std::{sync::Arc, time::Duration};
/// use waystation::{
///     MemoryStore, SecretKey,
///     clock::{Clock, SystemClock},
///     legacy::ScriptedConnection,
///     migrator::{LazyMigrator, WriteBack},
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (store, legacy) = (Arc::new(MemoryStore::new()), Arc::new(ScriptedConnection::new("old")));
/// # let key_from_the_vault = [7; 32];
/// let in_four_weeks = SystemClock::new().now().saturating_add(Duration::from_hours(4 * 7 * 24));
/// let migrator = LazyMigrator::builder(store, legacy)
///     .write_back(WriteBack::until(in_four_weeks, SecretKey::from_bytes(key_from_the_vault)))
///     .build()?;
///
/// // In one process or in several: looks for what is due, until the end.
/// let courier = migrator.clone();
/// tokio::spawn(async move { courier.keep_writing_back(Duration::from_secs(5)).await });
///
/// // For the operator's page: how far the legacy system lags behind.
/// let backlog = migrator.write_back_backlog().await?;
/// assert_eq!(backlog.waiting, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct WriteBack {
    key: SecretKey,
    older: Vec<SecretKey>,
    ends_at: Timestamp,
    keep: Duration,
}

impl WriteBack {
    /// How often a message is said that the legacy system refuses.
    const REFUSALS: u64 = 8;
    const LONGEST_PAUSE: Duration = Duration::from_mins(10);

    /// Until `ends_at`, sealed under `key`: the same in every process, and kept over restarts.
    pub fn until(ends_at: Timestamp, key: SecretKey) -> Self {
        Self { key, older: Vec::new(), ends_at, keep: Duration::from_hours(24) }
    }

    /// Opens messages that were sealed under this key, too: the one before, while keys are changed.
    pub fn opens(mut self, old: SecretKey) -> Self {
        self.older.push(old);
        self
    }

    /// How long a message is kept that cannot be delivered. Default: 24 hours.
    pub const fn keep(mut self, keep: Duration) -> Self {
        self.keep = keep;
        self
    }

    pub(super) fn has_ended(&self, now: Timestamp) -> bool {
        now >= self.ends_at
    }

    /// The message that says this of `user`.
    pub(super) fn outgoing(
        &self,
        user: &UserId,
        change: &Change,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Outgoing, EntropyError> {
        let body = seal::seal(&self.key, user, &change.to_bytes(), entropy)?;
        Ok(Outgoing::new(body, now, now.saturating_add(self.keep).min(self.ends_at)))
    }

    /// What a message says. `None` if no key opens it.
    pub(super) fn open(&self, message: &OutboxMessage) -> Option<Change> {
        let opened = |key| seal::open(key, &message.user, &message.outgoing.body);
        Change::from_bytes(&std::iter::once(&self.key).chain(&self.older).find_map(opened)?)
    }

    /// How long to wait after a message was taken for the `taken`th time.
    pub(super) fn pause(taken: u64) -> Duration {
        let seconds = 1_u64.checked_shl(u32::try_from(taken.saturating_sub(1)).unwrap_or(u32::MAX));
        seconds.map_or(Self::LONGEST_PAUSE, Duration::from_secs).min(Self::LONGEST_PAUSE)
    }

    /// Whether a message is given up that came to this error when it was taken for the `taken`th time: if the legacy
    /// system has an opinion on this very change, and not if something is wrong with the way to it.
    pub(super) const fn gives_up(error: &LegacyError, taken: u64) -> bool {
        matches!(error, LegacyError::Conflict { .. } | LegacyError::Refused { .. }) && taken >= Self::REFUSALS
    }
}

impl fmt::Debug for WriteBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteBack").field("ends_at", &self.ends_at).field("keep", &self.keep).finish_non_exhaustive()
    }
}
