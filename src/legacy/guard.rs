use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};

use async_trait::async_trait;

use super::{
    DirectoryEntry, LegacyAttempt, LegacyConnection, LegacyDirectory, LegacyError, LegacyUser, LegacyWriter, Verdict,
};
use crate::{
    clock::{Clock, SystemClock},
    identifier::Identifier,
    password::Password,
    user::{LegacyKey, SourceName},
};

mod breaker;
mod bulkhead;
mod question;

pub use breaker::Circuit;

use breaker::Breaker;
use bulkhead::Bulkhead;
use question::Question;

const NO_PLACE: LegacyError = LegacyError::unavailable("too many questions at once");

/// Stands between a service and a legacy system that may be slow, overloaded or gone.
///
/// | what | default | meaning |
/// |---|---|---|
/// | deadline | 2 s | a call is over after this time, whatever it waited for: a place, the system, the retry |
/// | retry | once, after 50 ms | only after [`LegacyError::Unavailable`] that does not say when to come back, and only if the deadline leaves time; never after a verdict or any other error |
/// | circuit breaker | 5 failures, 10 s | after so many unavailable results in a row nobody is asked for that long; then one question is let through, unretried, and decides |
/// | bulkhead | 16 | calls at the system at once; the others wait in line until their deadline |
///
/// **What counts as a failure** for the breaker is that the system did not answer: [`LegacyError::Unavailable`], and
/// a deadline that passed when the system had had at least half of it to itself. Whatever it answers is an answer, errors included. So is
/// [`LegacyError::Misconfigured`]: asking again is cheap, and an open circuit would hide from the operator what is
/// wrong. A call that found no place in time, was dropped, or failed for this machine's own reasons
/// ([`LegacyError::Password`]) counts as neither. A call that its retry saved counts as answered.
///
/// **Where the time goes**: a connection that verifies hashes itself says when the system has
/// [answered](LegacyAttempt::answered). From then on neither deadline nor bulkhead apply, since what is left is work
/// of this machine, bounded by its hashing pool.
///
/// Writers are retried like the rest, which their contract allows. Everything goes by the injected clock.
///
/// ```
/// use std::time::Duration;
/// use waystation::legacy::{Guard, ScriptedConnection};
///
/// let legacy = Guard::new(ScriptedConnection::new("old-shop"))
///     .with_deadline(Duration::from_millis(1_500))
///     .with_breaker(10, Duration::from_secs(30));
/// println!("{:?}", legacy.state());
/// ```
#[derive(Debug)]
pub struct Guard<C> {
    connection: C,
    clock: Arc<dyn Clock>,
    deadline: Duration,
    retry_delay: Option<Duration>,
    breaker: Breaker,
    bulkhead: Bulkhead,
}

/// How a [`Guard`] stands at this moment: for an operator's page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct GuardState {
    /// Whether questions are let through.
    pub circuit: Circuit,
    /// Calls at the legacy system.
    pub in_flight: usize,
    /// The most calls that may be there at once.
    pub max_in_flight: usize,
    /// Calls that wait for a place.
    pub waiting: usize,
}

impl<C: LegacyConnection> Guard<C> {
    /// Guards `connection` with the defaults above.
    pub fn new(connection: C) -> Self {
        Self {
            connection,
            clock: Arc::new(SystemClock::new()),
            deadline: Duration::from_secs(2),
            retry_delay: Some(Duration::from_millis(50)),
            breaker: Breaker::new(5, Duration::from_secs(10)),
            bulkhead: Bulkhead::new(16),
        }
    }

    /// Sets the clock.
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets how long a call may take in all. Keep it below the deadline of whoever calls the service.
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets how long to wait before the one retry.
    pub const fn with_retry_after(mut self, delay: Duration) -> Self {
        self.retry_delay = Some(delay);
        self
    }

    /// Never asks twice: for systems that count every question against the person.
    pub const fn without_retry(mut self) -> Self {
        self.retry_delay = None;
        self
    }

    /// Sets after how many unavailable results in a row the circuit opens, and for how long. 0 never opens it.
    pub fn with_breaker(mut self, failures: u32, cool_down: Duration) -> Self {
        self.breaker = Breaker::new(failures, cool_down);
        self
    }

    /// Sets how many calls may be at the system at once; at least one.
    pub fn with_max_in_flight(mut self, calls: usize) -> Self {
        self.bulkhead = Bulkhead::new(calls);
        self
    }

    /// How the guard stands.
    pub fn state(&self) -> GuardState {
        GuardState {
            circuit: self.breaker.circuit(self.clock.monotonic()),
            in_flight: self.bulkhead.taken(),
            max_in_flight: self.bulkhead.places(),
            waiting: self.bulkhead.waiting(),
        }
    }

    /// How long a call may take in all.
    pub const fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The connection that is guarded.
    pub const fn connection(&self) -> &C {
        &self.connection
    }

    /// Puts one question: refuses it, asks it once or twice, or gives up on it.
    async fn put<'g, T, F>(&'g self, question: &Question<'g>, ask: impl Fn() -> F + Send) -> Result<T, LegacyError>
    where
        T: Send,
        F: Future<Output = Result<T, LegacyError>> + Send,
    {
        let start = self.clock.monotonic();
        self.breaker.check(start)?;
        match question.within(&*self.clock, self.deadline, self.ask(start, question, ask)).await {
            Some(result) => {
                question.settle(&result, self.clock.monotonic());
                result
            }
            None if question.is_waiting() => Err(NO_PLACE),
            None => {
                question.give_up(self.clock.monotonic(), self.deadline / 2);
                Err(LegacyError::unavailable("deadline passed"))
            }
        }
    }

    async fn ask<'g, T, F>(
        &'g self,
        start: Duration,
        question: &Question<'g>,
        ask: impl Fn() -> F + Send,
    ) -> Result<T, LegacyError>
    where
        T: Send,
        F: Future<Output = Result<T, LegacyError>> + Send,
    {
        let place = self.bulkhead.enter().await.ok_or(LegacyError::unavailable("the guard has closed"))?;
        let now = self.clock.monotonic();
        if now.saturating_sub(start) >= self.deadline {
            return Err(NO_PLACE);
        }
        // The circuit may have opened while this one waited.
        let entry = self.breaker.enter(now)?;
        let retry_delay = self.retry_delay.filter(|_| !entry.is_probe());
        question.begin(place, entry, now);

        let result = ask().await;
        let (Err(LegacyError::Unavailable { retry_after: None, .. }), Some(delay)) = (&result, retry_delay) else {
            return result;
        };
        let now = self.clock.monotonic();
        let leaves_time = now.saturating_sub(start).saturating_add(delay) < self.deadline;
        if question.is_answered() || !leaves_time {
            return result;
        }
        self.clock.sleep(delay).await;
        if self.breaker.check(self.clock.monotonic()).is_err() {
            return result;
        }
        ask().await
    }

    fn directory(&self) -> Result<&dyn LegacyDirectory, LegacyError> {
        self.connection.as_directory().ok_or_else(|| LegacyError::misconfigured("the connection has no list of users"))
    }

    fn writer(&self) -> Result<&dyn LegacyWriter, LegacyError> {
        self.connection.as_writer().ok_or_else(|| LegacyError::misconfigured("the connection cannot write"))
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<C: LegacyConnection> LegacyConnection for Guard<C> {
    async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        let question = Question::new(attempt.asker());
        let attempt = attempt.clone().asked_by(&question);
        self.put(&question, || self.connection.authenticate(&attempt)).await
    }

    async fn find(&self, identifier: &Identifier) -> Result<Option<LegacyUser>, LegacyError> {
        self.put(&Question::new(None), || self.connection.find(identifier)).await
    }

    fn as_directory(&self) -> Option<&dyn LegacyDirectory> {
        self.directory().is_ok().then_some(self)
    }

    fn as_writer(&self) -> Option<&dyn LegacyWriter> {
        self.writer().is_ok().then_some(self)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<C: LegacyConnection> LegacyDirectory for Guard<C> {
    async fn count(&self) -> Result<BTreeMap<SourceName, u64>, LegacyError> {
        let directory = self.directory()?;
        self.put(&Question::new(None), || directory.count()).await
    }

    async fn scan(&self, after: Option<&LegacyKey>, limit: usize) -> Result<Vec<DirectoryEntry>, LegacyError> {
        let directory = self.directory()?;
        self.put(&Question::new(None), || directory.scan(after, limit)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<C: LegacyConnection> LegacyWriter for Guard<C> {
    async fn create(&self, user: &LegacyUser, password: &Password) -> Result<LegacyKey, LegacyError> {
        let writer = self.writer()?;
        self.put(&Question::new(None), || writer.create(user, password)).await
    }

    async fn verify_email(&self, user: &LegacyKey) -> Result<(), LegacyError> {
        let writer = self.writer()?;
        self.put(&Question::new(None), || writer.verify_email(user)).await
    }

    async fn change_password(&self, user: &LegacyKey, password: &Password) -> Result<(), LegacyError> {
        let writer = self.writer()?;
        self.put(&Question::new(None), || writer.change_password(user, password)).await
    }

    async fn change_email(&self, user: &LegacyKey, email: &Identifier, verified: bool) -> Result<(), LegacyError> {
        let writer = self.writer()?;
        self.put(&Question::new(None), || writer.change_email(user, email, verified)).await
    }

    async fn delete(&self, user: &LegacyKey) -> Result<(), LegacyError> {
        let writer = self.writer()?;
        self.put(&Question::new(None), || writer.delete(user)).await
    }
}
