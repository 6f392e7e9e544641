use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;

use super::{
    ChangeIdentifier, ChangeOutcome, ChangePassword, CompleteRecovery, Delivery, LogIn, LogInOutcome, Migrator,
    Recovery, RecoveryOutcome, Refusal, SignUp, SignUpOutcome, VerifiedIdentity,
};
use crate::{
    clock::Clock,
    error::Error,
    identifier::{Identifier, IdentifierRules},
    secret_key::{KeyedDigest, SecretKey},
    user::{User, UserId},
};

mod buckets;
mod builder;

pub use builder::ThrottleBuilder;

use buckets::Buckets;

/// Bounds how often passwords can be guessed, before the store or the legacy system is asked anything.
///
/// It counts what was typed, so people who have not moved yet and names that nobody has are covered like everybody
/// else: neither is the legacy system an oracle without a lock on it, nor does the limit tell who exists.
///
/// | call | counted by | above the limit |
/// |---|---|---|
/// | [`log_in`](Migrator::log_in) | identifier (10, then one every 30 s) and [origin](LogIn::origin) (100, then one a second) | [`Refusal::Throttled`] |
/// | [`change_password`](Migrator::change_password) with the present password | user, with the identifier's limit | [`Refusal::Throttled`] |
/// | [`begin_recovery`](Migrator::begin_recovery) | identifier, in a bucket of its own (5, then one every 5 minutes) | [`Delivery::Nobody`] |
/// | everything else | is passed on | |
///
/// All spellings of an identifier share a bucket, whatever the tenant. Text that is no identifier is counted by its
/// origin alone, and passed on. An attempt that is throttled is not counted on top, so knocking at a closed door does
/// not keep it closed. Sign-ups, tokens that are brought back and adoptions hold no password that could be guessed:
/// bound them at the edge of the service, by address.
///
/// **An attempt is counted when it comes**, so that a thousand at once are no better than a thousand in turn. It is
/// given back when its password was right, and when it could not be decided: an outage never counts against anybody.
/// **An attempt whose future is dropped stays counted**; otherwise hanging up before the answer would make guesses free
/// for whoever can tell a slow answer from a quick one. Above the limit the right password is refused too, or guessing
/// would go on unhindered.
///
/// **Who proves who they are starts afresh**: a log-in clears the bucket of its identifier, and a recovery that is
/// completed, or a password changed, those of the user's identifiers and id. Origins only get their own attempt back,
/// so that one known password does not buy a guesser more of the others.
///
/// **What an origin is** is up to the host. Behind a proxy take the address that the proxy vouches for; of an IPv6
/// address take the first 64 bits, since one household has all the others. Without an origin only the identifier is
/// counted. A limit by identifier lets a stranger keep somebody out for a while: that is its price, and why the
/// interval is half a minute and not a day.
///
/// **Buckets live in this process.** They are gone after a restart, and with N processes behind one address a guesser
/// has up to N times the burst and N times the rate: divide both by N, or have the balancer send one identifier or
/// address to one process.
///
/// **Memory is bounded**: at most [`capacity`](ThrottleBuilder::capacity) (100,000) keys in each of three tables, below
/// 190 bytes each: 57 MB at the very most, and next to nothing while little happens. When a table is full, buckets that
/// have recovered are forgotten first and those closest to it next, so forgetting an exhausted bucket takes a table
/// full of exhausted ones. Keys are digests under a key of this throttle, so what is kept names nobody. The work of an
/// attempt is constant on average, under one lock that is never held while waiting.
///
/// Have a [`LatencyFloor`](super::LatencyFloor) around it, and not the other way round: a recovery above the limit is
/// answered without looking, which nobody should see by the clock.
///
/// ```
/// use std::time::Duration;
/// use waystation::migrator::{LatencyFloor, Migrator, Throttle};
///
/// fn protect(migrator: impl Migrator) -> Result<impl Migrator, waystation::Error> {
///     let throttled = Throttle::builder(migrator).per_identifier(5, Duration::from_secs(60)).build()?;
///     Ok(LatencyFloor::new(throttled, Duration::from_millis(2_500)))
/// }
/// ```
pub struct Throttle {
    inner: Arc<dyn Migrator>,
    rules: Arc<dyn IdentifierRules>,
    clock: Arc<dyn Clock>,
    key: SecretKey,
    ledger: Mutex<Ledger>,
}

impl Throttle {
    /// A throttle before `inner`, with defaults to be changed before it is built.
    pub fn builder(inner: impl Migrator) -> ThrottleBuilder {
        ThrottleBuilder::new(Arc::new(inner))
    }

    /// How many identifiers, users and origins are remembered now; at most three times the capacity.
    pub fn keys(&self) -> usize {
        let ledger = self.ledger();
        ledger.guesses.len() + ledger.origins.len() + ledger.recoveries.len()
    }

    /// Whether an attempt at `identifier` would be refused now, whatever its origin.
    pub fn is_throttled(&self, identifier: &Identifier) -> bool {
        let (key, now) = (self.identifier_key(identifier), self.clock.monotonic());
        !self.ledger().guesses.wait(&key, now).is_zero()
    }

    /// Forgets every attempt at `identifier`, recoveries too: for a support desk that has the person on the phone.
    pub fn forgive(&self, identifier: &Identifier) {
        let key = self.identifier_key(identifier);
        let mut ledger = self.ledger();
        ledger.guesses.clear(&key);
        ledger.recoveries.clear(&key);
    }

    /// Counts the attempt, or says when it would be heard.
    fn charge(&self, attempt: &Attempt) -> Result<(), Duration> {
        let now = self.clock.monotonic();
        self.ledger().charge(attempt, now)
    }

    fn give_back(&self, attempt: &Attempt) {
        let now = self.clock.monotonic();
        self.ledger().give_back(attempt, now);
    }

    /// The password was right.
    fn acquit(&self, attempt: &Attempt) {
        let now = self.clock.monotonic();
        let mut ledger = self.ledger();
        ledger.give_back(attempt, now);
        if let Some(person) = &attempt.person {
            ledger.guesses.clear(person);
        }
    }

    /// The user has a new password, by right.
    fn start_afresh(&self, user: &User) {
        let names = user.profile.identifiers().map(|identifier| self.identifier_key(identifier));
        let keys: Vec<_> = names.chain([self.user_key(&user.id)]).collect();
        let mut ledger = self.ledger();
        for key in &keys {
            ledger.guesses.clear(key);
        }
    }

    fn identifier_key(&self, identifier: &Identifier) -> KeyedDigest {
        let parts = [identifier.kind().as_str().as_bytes(), identifier.normal().as_bytes()];
        self.key.digest("waystation throttle identifier", &parts)
    }

    fn user_key(&self, id: &UserId) -> KeyedDigest {
        self.key.digest("waystation throttle user", &[id.as_str().as_bytes()])
    }

    fn origin_key(&self, origin: &str) -> KeyedDigest {
        self.key.digest("waystation throttle origin", &[origin.as_bytes()])
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Migrator for Throttle {
    async fn log_in(&self, attempt: LogIn) -> Result<LogInOutcome, Error> {
        let counted = Attempt {
            person: self.rules.parse(&attempt.identifier).ok().map(|identifier| self.identifier_key(&identifier)),
            origin: attempt.origin.as_deref().map(|origin| self.origin_key(origin)),
        };
        if let Err(retry_after) = self.charge(&counted) {
            return Ok(LogInOutcome::Refused(Refusal::Throttled { retry_after }));
        }
        let outcome = self.inner.log_in(attempt).await;
        match &outcome {
            Ok(LogInOutcome::Authenticated(_)) => self.acquit(&counted),
            Ok(LogInOutcome::Refused(_)) => {}
            Err(_) => self.give_back(&counted),
        }
        outcome
    }

    async fn sign_up(&self, request: SignUp) -> Result<SignUpOutcome, Error> {
        self.inner.sign_up(request).await
    }

    async fn begin_recovery(&self, identifier: &Identifier) -> Result<Recovery, Error> {
        let key = self.identifier_key(identifier);
        let now = self.clock.monotonic();
        if !self.ledger().charge_recovery(key, now) {
            return Ok(Recovery::new(Delivery::Nobody));
        }
        let recovery = self.inner.begin_recovery(identifier).await;
        if let Err(_) | Ok(Recovery { delivery: Delivery::Postponed(_) }) = &recovery {
            let now = self.clock.monotonic();
            self.ledger().recoveries.give_back(key, now);
        }
        recovery
    }

    async fn complete_recovery(&self, request: CompleteRecovery) -> Result<RecoveryOutcome, Error> {
        let outcome = self.inner.complete_recovery(request).await;
        if let Ok(RecoveryOutcome::Completed(user)) = &outcome {
            self.start_afresh(user);
        }
        outcome
    }

    async fn change_password(&self, request: ChangePassword) -> Result<ChangeOutcome, Error> {
        // Without the present password there is nothing to guess.
        let person = request.current.is_some().then(|| self.user_key(&request.user));
        let counted = Attempt { person, origin: None };
        if let Err(retry_after) = self.charge(&counted) {
            return Ok(ChangeOutcome::Refused(Refusal::Throttled { retry_after }));
        }
        let outcome = self.inner.change_password(request).await;
        match &outcome {
            Ok(ChangeOutcome::Changed(user)) => self.start_afresh(user),
            // Said of the new password: the present one was right, or was not looked at.
            Ok(ChangeOutcome::Refused(Refusal::PasswordRejected(_))) | Err(_) => self.give_back(&counted),
            Ok(ChangeOutcome::Refused(_) | ChangeOutcome::NoSuchUser) => {}
        }
        outcome
    }

    async fn change_identifier(&self, request: ChangeIdentifier) -> Result<ChangeOutcome, Error> {
        self.inner.change_identifier(request).await
    }

    async fn adopt(&self, proof: VerifiedIdentity) -> Result<LogInOutcome, Error> {
        self.inner.adopt(proof).await
    }

    async fn delete(&self, id: &UserId) -> Result<bool, Error> {
        self.inner.delete(id).await
    }
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle").field("inner", &self.inner).field("keys", &self.keys()).finish_non_exhaustive()
    }
}

/// What one attempt is counted under.
struct Attempt {
    person: Option<KeyedDigest>,
    origin: Option<KeyedDigest>,
}

/// All that is counted, under one lock, so that an attempt is counted everywhere or nowhere.
struct Ledger {
    guesses: Buckets,
    origins: Buckets,
    recoveries: Buckets,
}

impl Ledger {
    fn charge(&mut self, attempt: &Attempt, now: Duration) -> Result<(), Duration> {
        let by_person = attempt.person.as_ref().map(|key| self.guesses.wait(key, now)).unwrap_or_default();
        let by_origin = attempt.origin.as_ref().map(|key| self.origins.wait(key, now)).unwrap_or_default();
        let wait = by_person.max(by_origin);
        if !wait.is_zero() {
            return Err(wait);
        }
        if let Some(key) = attempt.person {
            self.guesses.charge(key, now);
        }
        if let Some(key) = attempt.origin {
            self.origins.charge(key, now);
        }
        Ok(())
    }

    fn give_back(&mut self, attempt: &Attempt, now: Duration) {
        if let Some(key) = attempt.person {
            self.guesses.give_back(key, now);
        }
        if let Some(key) = attempt.origin {
            self.origins.give_back(key, now);
        }
    }

    /// Whether the recovery is within the limit; counted if so.
    fn charge_recovery(&mut self, key: KeyedDigest, now: Duration) -> bool {
        let within = self.recoveries.wait(&key, now).is_zero();
        if within {
            self.recoveries.charge(key, now);
        }
        within
    }
}
