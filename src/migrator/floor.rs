use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use super::{
    ChangeIdentifier, ChangeOutcome, ChangePassword, CompleteRecovery, LogIn, LogInOutcome, Migrator, Recovery,
    RecoveryOutcome, SignUp, SignUpOutcome, VerifiedIdentity,
};
use crate::{
    clock::{Clock, SystemClock},
    error::Error,
    identifier::Identifier,
    user::UserId,
};

/// Answers "no" no sooner than after a fixed time, so that unknown people, people who have not moved and people who
/// have are not told apart by the clock.
///
/// A refusal of somebody who has moved takes one hash; of somebody who has not, a question to the legacy system, which
/// may be slower than that or, with a fast hash over there, quicker. The decoy hash makes up for much of this; a floor
/// makes up for the rest.
///
/// | answer | when |
/// |---|---|
/// | a log-in or adoption that is refused, a recovery or change that is refused or finds nobody | not before the floor |
/// | any answer to [`begin_recovery`](Migrator::begin_recovery) and [`sign_up`](Migrator::sign_up) | not before the floor |
/// | any `Err` of these | not before the floor: an outage that shows at once, or only after a deadline, tells who has moved |
/// | a person let in, a password or identifier changed | at once |
/// | [`delete`](Migrator::delete) | at once: only the host asks it, about somebody it knows |
///
/// **Why a right password does not wait**: that it is right is said by the answer, and nothing that its time could add
/// is about anybody but the person who knows it. Whoever hangs up because a right one would have been answered by now
/// saves time and nothing else: a [`Throttle`](super::Throttle) counts what was hung up on. And it is the one answer
/// that people sit and wait for. A sign-up waits even when it succeeds, because a host may well say the same in both
/// cases ("we have sent you a message").
///
/// **How to choose the floor**: above what nearly every refusal takes, since an answer that took longer than the floor
/// is passed on at once, and shows how long it took. That is the 99th percentile of the slowest road: the legacy
/// system's answer, or the [guard's deadline](crate::legacy::Guard::with_deadline) if it is often down, and one hash
/// with its time in the queue. Measure it where the refusals are; 2.5 s goes with the guard's default of 2 s.
///
/// Waiting costs a timer and no thread. A future may be dropped while it works or waits; there is nothing to undo.
///
/// ```
/// use std::time::Duration;
/// use waystation::migrator::{LatencyFloor, Migrator};
///
/// fn even(migrator: impl Migrator) -> impl Migrator {
///     LatencyFloor::new(migrator, Duration::from_millis(2_500))
/// }
/// ```
#[derive(Debug)]
pub struct LatencyFloor {
    inner: Arc<dyn Migrator>,
    clock: Arc<dyn Clock>,
    floor: Duration,
}

impl LatencyFloor {
    /// A floor under `inner`'s answers, on the system's clock.
    pub fn new(inner: impl Migrator, floor: Duration) -> Self {
        Self { inner: Arc::new(inner), clock: Arc::new(SystemClock::new()), floor }
    }

    /// Sets the clock.
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Passes `answer` on: at once if it may be, else not before the floor.
    async fn answer<T, E>(
        &self,
        answer: impl Future<Output = Result<T, E>> + Send,
        at_once: impl FnOnce(&T) -> bool + Send,
    ) -> Result<T, E>
    where
        T: Send,
        E: Send,
    {
        let start = self.clock.monotonic();
        let answer = answer.await;
        if !answer.as_ref().is_ok_and(at_once) {
            let taken = self.clock.monotonic().saturating_sub(start);
            let rest = self.floor.saturating_sub(taken);
            if !rest.is_zero() {
                self.clock.sleep(rest).await;
            }
        }
        answer
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Migrator for LatencyFloor {
    async fn log_in(&self, attempt: LogIn) -> Result<LogInOutcome, Error> {
        self.answer(self.inner.log_in(attempt), is_in).await
    }

    async fn sign_up(&self, request: SignUp) -> Result<SignUpOutcome, Error> {
        self.answer(self.inner.sign_up(request), |_| false).await
    }

    async fn begin_recovery(&self, identifier: &Identifier) -> Result<Recovery, Error> {
        self.answer(self.inner.begin_recovery(identifier), |_| false).await
    }

    async fn complete_recovery(&self, request: CompleteRecovery) -> Result<RecoveryOutcome, Error> {
        let completed = |outcome: &_| matches!(outcome, RecoveryOutcome::Completed(_));
        self.answer(self.inner.complete_recovery(request), completed).await
    }

    async fn change_password(&self, request: ChangePassword) -> Result<ChangeOutcome, Error> {
        self.answer(self.inner.change_password(request), is_changed).await
    }

    async fn change_identifier(&self, request: ChangeIdentifier) -> Result<ChangeOutcome, Error> {
        self.answer(self.inner.change_identifier(request), is_changed).await
    }

    async fn adopt(&self, proof: VerifiedIdentity) -> Result<LogInOutcome, Error> {
        self.answer(self.inner.adopt(proof), is_in).await
    }

    async fn delete(&self, id: &UserId) -> Result<bool, Error> {
        self.inner.delete(id).await
    }
}

const fn is_in(outcome: &LogInOutcome) -> bool {
    matches!(outcome, LogInOutcome::Authenticated(_))
}

const fn is_changed(outcome: &ChangeOutcome) -> bool {
    matches!(outcome, ChangeOutcome::Changed(_))
}
