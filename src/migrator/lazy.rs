use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use tracing::{Instrument, Span, info_span};

use self::{
    drive::{Drive, Driven},
    task::Task,
};
use super::{
    ChangeIdentifier, ChangeOutcome, ChangePassword, CompleteRecovery, Delivery, LogIn, LogInOutcome, Migrator,
    Recovery, RecoveryOutcome, Refusal, Session, SignUp, SignUpOutcome, VerifiedIdentity, background::Background,
    draft::UserIds, flight::Flights, machine::Ending, recovery::Claims, unknown::Unknown,
};
use crate::{
    clock::Clock,
    entropy::Entropy,
    error::{Error, ErrorKind},
    event::{Event, EventKind, Observer},
    identifier::{Identifier, IdentifierKind, IdentifierRules},
    legacy::{Guard, GuardState, LegacyConnection},
    password::{Password, Passwords},
    phase::Phase,
    policy::{Policy, Weakness},
    secret_key::SecretKey,
    store::UserStore,
    user::UserId,
};

mod builder;
#[cfg(feature = "write-back")]
mod courier;
mod drive;
#[cfg(feature = "write-back")]
mod outgoing;
mod question;
mod task;
mod tell;
mod token;
mod write;

pub use builder::LazyMigratorBuilder;

/// The [`Migrator`] that moves people at their first log-in.
///
/// Cheap to clone; clones are one migrator. It runs the [machine](super::machine) over a store and a legacy connection.
///
/// ```
/// use std::sync::Arc;
/// use waystation::legacy::{ScriptedConnection, ScriptedPerson};
/// use waystation::migrator::{LazyMigrator, LogIn, LogInOutcome, Migrator, Origin};
/// use waystation::MemoryStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ada = ScriptedPerson::parse("1", "ada@example.com", "difference engine")?;
/// let legacy = ScriptedConnection::new("old-shop").person(ada);
/// let migrator = LazyMigrator::builder(Arc::new(MemoryStore::new()), Arc::new(legacy)).build()?;
///
/// let outcome = migrator.log_in(LogIn::new("Ada@Example.com", "difference engine")).await?;
/// let LogInOutcome::Authenticated(session) = outcome else { panic!("refused") };
/// assert_eq!(session.origin, Origin::Migrated);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LazyMigrator {
    parts: Arc<Parts>,
}

#[derive(Debug)]
struct Parts {
    store: Arc<dyn UserStore>,
    legacy: Guard<Arc<dyn LegacyConnection>>,
    passwords: Arc<Passwords>,
    rules: Arc<dyn IdentifierRules>,
    policy: Arc<dyn Policy>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    observers: Vec<Arc<dyn Observer>>,
    phase: RwLock<Phase>,
    user_ids: UserIds,
    adopts_unverified: bool,
    recovery_key: SecretKey,
    keeps_recovery_key: bool,
    recovery_ttl: Duration,
    recovery_floor: Duration,
    /// Of this process alone: for flights and for the memory of unknown names.
    process_key: SecretKey,
    flights: Flights,
    unknown: Unknown,
    background: Background,
    #[cfg(feature = "write-back")]
    courier: Option<courier::Courier>,
}

impl LazyMigrator {
    /// A migrator from `legacy` to `store`, with the defaults that [`LazyMigratorBuilder`] lists.
    pub fn builder(store: Arc<dyn UserStore>, legacy: Arc<dyn LegacyConnection>) -> LazyMigratorBuilder {
        LazyMigratorBuilder::new(store, legacy)
    }

    /// The phase that new attempts run in.
    pub fn phase(&self) -> Phase {
        self.parts.phase.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sets the phase. Attempts that are under way end in the one in which they began.
    pub fn set_phase(&self, phase: Phase) {
        *self.parts.phase.write().unwrap_or_else(PoisonError::into_inner) = phase;
    }

    /// How the guard of the legacy connection stands.
    pub fn guard_state(&self) -> GuardState {
        self.parts.legacy.state()
    }

    /// What hashes the passwords, to be shared with connections that verify hashes themselves.
    pub fn passwords(&self) -> &Arc<Passwords> {
        &self.parts.passwords
    }

    pub(crate) fn store(&self) -> &dyn UserStore {
        &*self.parts.store
    }

    pub(crate) fn legacy(&self) -> &Guard<Arc<dyn LegacyConnection>> {
        &self.parts.legacy
    }

    pub(crate) fn rules(&self) -> &dyn IdentifierRules {
        &*self.parts.rules
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.parts.clock
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        &*self.parts.entropy
    }

    /// Whether changes are written back to the legacy system.
    #[cfg_attr(not(feature = "write-back"), expect(clippy::unused_self, reason = "nothing is, without the feature"))]
    pub(crate) fn writes_back(&self) -> bool {
        #[cfg(feature = "write-back")]
        return self.parts.courier.is_some();
        #[cfg(not(feature = "write-back"))]
        false
    }

    /// Whether the host brought the key of recovery tokens.
    pub(crate) fn keeps_recovery_key(&self) -> bool {
        self.parts.keeps_recovery_key
    }

    pub(crate) fn recovery_ttl(&self) -> Duration {
        self.parts.recovery_ttl
    }

    pub(crate) fn recovery_floor(&self) -> Duration {
        self.parts.recovery_floor
    }

    /// Returns when the work that no answer waits for is done: stronger hashes, counted log-ins. Call it before the
    /// service stops, or lose what is redone at the next log-in anyway.
    pub async fn settled(&self) {
        self.parts.background.settled().await;
    }

    async fn drive(&self, task: Task) -> Result<Driven, Error> {
        let driven = Drive::new(&self.parts, &task).run().await;
        match &driven {
            Ok(driven) => self.parts.tell(driven, &task),
            Err(error) => self.parts.emit(EventKind::Failed { kind: error.kind() }),
        }
        if let Ok(Driven { ending: Ending::Authenticated { rehash, .. }, user: Some(user), inserted: false, .. }) =
            &driven
        {
            let parts = Arc::clone(&self.parts);
            let rehash = match task {
                Task::LogIn { password, .. } if *rehash => Some((Box::new(user.clone()), password)),
                _ => None,
            };
            let id = user.id.clone();
            let work = async move { parts.after_log_in(id, rehash).await };
            self.parts.background.start(work.instrument(Span::current()));
        }
        #[cfg(feature = "write-back")]
        if driven.as_ref().is_ok_and(|driven| driven.queued > 0) {
            self.send_courier();
        }
        driven
    }

    async fn log_in_or_adopt(&self, task: Task, trusted: bool) -> Result<LogInOutcome, Error> {
        let driven = self.drive(task).await?;
        match (driven.ending, driven.user) {
            (Ending::Authenticated { origin, must_change, .. }, Some(user)) => {
                let mut session = Session::new(user, origin);
                session.must_change_password = must_change;
                Ok(LogInOutcome::Authenticated(Box::new(session)))
            }
            // The true reason is in the events.
            (Ending::Refused(Refusal::ResetRequired), _) if !trusted => {
                Ok(LogInOutcome::Refused(Refusal::WrongPassword))
            }
            (Ending::NoSuchUser, _) => Ok(LogInOutcome::Refused(Refusal::Unknown)),
            (ending, _) => Ok(LogInOutcome::Refused(refusal(ending)?)),
        }
    }

    /// Refuses without asking anybody, and says so to the observers.
    fn refuse(&self, reason: Refusal) -> Refusal {
        self.parts.emit(EventKind::Refused { reason });
        reason
    }

    /// Whether a password that somebody wants cannot even be judged.
    fn unusable(&self, password: &Password) -> Option<Refusal> {
        if password.is_empty() {
            return Some(Refusal::PasswordRejected(Weakness::new("empty")));
        }
        self.is_too_long(password).then_some(Refusal::PasswordTooLong)
    }

    fn is_too_long(&self, password: &Password) -> bool {
        password.len() > self.parts.passwords.limits().password_bytes
    }
}

/// The reason of an attempt that ended in none of the ways in which it can end well.
fn refusal(ending: Ending) -> Result<Refusal, Error> {
    match ending {
        Ending::Refused(refusal) => Ok(refusal),
        _ => Err(Error::new(ErrorKind::Contended, "the row changed again and again")),
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Migrator for LazyMigrator {
    async fn log_in(&self, attempt: LogIn) -> Result<LogInOutcome, Error> {
        let LogIn { identifier, password, tenant, trusted, .. } = attempt;
        let Ok(identifier) = self.parts.rules.parse(&identifier) else {
            return Ok(LogInOutcome::Refused(self.refuse(Refusal::InvalidIdentifier)));
        };
        // Neither depends on who it is, so neither needs to take as long as a real answer.
        if password.is_empty() {
            return Ok(LogInOutcome::Refused(self.refuse(Refusal::WrongPassword)));
        }
        if self.is_too_long(&password) {
            return Ok(LogInOutcome::Refused(self.refuse(Refusal::PasswordTooLong)));
        }
        let conduct = self.phase().conduct(&identifier, tenant.as_deref());
        let task = Task::LogIn { identifier, password, tenant, conduct };
        self.log_in_or_adopt(task, trusted).instrument(info_span!("waystation.log_in")).await
    }

    async fn sign_up(&self, request: SignUp) -> Result<SignUpOutcome, Error> {
        let SignUp { identifiers, password, mut profile, id, verified, tenant } = request;
        if let Some(reason) = self.unusable(&password) {
            return Ok(SignUpOutcome::Refused(self.refuse(reason)));
        }
        (profile.email, profile.phone, profile.username) = (None, None, None);
        for (kind, text) in identifiers {
            match self.parts.rules.parse_as(kind, &text) {
                Ok(identifier) if profile.identifier(kind).is_none() => profile.set_identifier(identifier),
                _ => return Ok(SignUpOutcome::Refused(self.refuse(Refusal::InvalidIdentifier))),
            }
        }
        let Some(first) = profile.identifiers().next() else {
            return Ok(SignUpOutcome::Refused(self.refuse(Refusal::InvalidIdentifier)));
        };
        let conduct = self.phase().conduct(first, tenant.as_deref());
        profile.email_verified = profile.email.is_some() && verified.contains(&IdentifierKind::Email);
        profile.phone_verified = profile.phone.is_some() && verified.contains(&IdentifierKind::Phone);
        let task = Task::SignUp { id, profile: Box::new(profile), password, conduct };
        let driven = self.drive(task).instrument(info_span!("waystation.sign_up")).await?;
        match (driven.ending, driven.user) {
            (Ending::Completed, Some(user)) => Ok(SignUpOutcome::Created(Box::new(user))),
            (ending, _) => Ok(SignUpOutcome::Refused(refusal(ending)?)),
        }
    }

    async fn begin_recovery(&self, identifier: &Identifier) -> Result<Recovery, Error> {
        let began = self.parts.clock.monotonic();
        let task = Task::BeginRecovery { identifier: identifier.clone(), conduct: self.phase().any_conduct() };
        let span = info_span!("waystation.begin_recovery");
        let recovery = self.delivery(task).instrument(span).await.map(Recovery::new);
        let took = self.parts.clock.monotonic().saturating_sub(began);
        self.parts.clock.sleep(self.parts.recovery_floor.saturating_sub(took)).await;
        recovery
    }

    async fn complete_recovery(&self, request: CompleteRecovery) -> Result<RecoveryOutcome, Error> {
        let CompleteRecovery { token, password } = request;
        let Some(claims) = Claims::open(&token, &self.parts.recovery_key) else {
            return Ok(RecoveryOutcome::Refused(self.refuse(Refusal::TokenInvalid)));
        };
        if self.parts.clock.now() >= claims.expires_at {
            return Ok(RecoveryOutcome::Refused(self.refuse(Refusal::TokenExpired)));
        }
        if let Some(reason) = self.unusable(&password) {
            return Ok(RecoveryOutcome::Refused(self.refuse(reason)));
        }
        let task = Task::CompleteRecovery { claims, password, conduct: self.phase().any_conduct() };
        let driven = self.drive(task).instrument(info_span!("waystation.complete_recovery")).await?;
        match (driven.ending, driven.user) {
            (Ending::Completed, Some(user)) => Ok(RecoveryOutcome::Completed(Box::new(user))),
            (Ending::NoSuchUser, _) => Ok(RecoveryOutcome::Refused(Refusal::TokenUsed)),
            (ending, _) => Ok(RecoveryOutcome::Refused(refusal(ending)?)),
        }
    }

    async fn change_password(&self, request: ChangePassword) -> Result<ChangeOutcome, Error> {
        let refused = match &request.current {
            Some(current) if current.is_empty() => Some(Refusal::WrongPassword),
            Some(current) if self.is_too_long(current) => Some(Refusal::PasswordTooLong),
            _ => self.unusable(&request.new),
        };
        if let Some(reason) = refused {
            return Ok(ChangeOutcome::Refused(self.refuse(reason)));
        }
        let task = Task::ChangePassword { request, conduct: self.phase().any_conduct() };
        self.change(task).instrument(info_span!("waystation.change_password")).await
    }

    async fn change_identifier(&self, request: ChangeIdentifier) -> Result<ChangeOutcome, Error> {
        let Ok(identifier) = self.parts.rules.parse_as(request.kind, &request.identifier) else {
            return Ok(ChangeOutcome::Refused(self.refuse(Refusal::InvalidIdentifier)));
        };
        let ChangeIdentifier { user, verified, .. } = request;
        let task = Task::ChangeIdentifier { user, identifier, verified, conduct: self.phase().any_conduct() };
        self.change(task).instrument(info_span!("waystation.change_identifier")).await
    }

    async fn adopt(&self, proof: VerifiedIdentity) -> Result<LogInOutcome, Error> {
        let conduct = self.phase().conduct(&proof.identifier, proof.tenant.as_deref());
        let task = Task::Adopt { proof, conduct };
        self.log_in_or_adopt(task, true).instrument(info_span!("waystation.adopt")).await
    }

    async fn delete(&self, id: &UserId) -> Result<bool, Error> {
        let task = Task::Delete { user: id.clone(), conduct: self.phase().any_conduct() };
        let driven = self.drive(task).instrument(info_span!("waystation.delete")).await?;
        Ok(driven.ending == Ending::Deleted(true))
    }
}

impl LazyMigrator {
    async fn delivery(&self, task: Task) -> Result<Delivery, Error> {
        let driven = self.drive(task).await?;
        match driven.ending {
            Ending::Unavailable => {
                Ok(Delivery::Postponed(driven.error.unwrap_or_else(|| Error::unavailable("the legacy system"))))
            }
            _ => Ok(driven.token.map_or(Delivery::Nobody, |(to, token, expires_at)| Delivery::Send {
                to,
                token,
                expires_at,
            })),
        }
    }

    async fn change(&self, task: Task) -> Result<ChangeOutcome, Error> {
        let driven = self.drive(task).await?;
        match (driven.ending, driven.user) {
            (Ending::Completed, Some(user)) => Ok(ChangeOutcome::Changed(Box::new(user))),
            (Ending::NoSuchUser, _) => Ok(ChangeOutcome::NoSuchUser),
            (ending, _) => Ok(ChangeOutcome::Refused(refusal(ending)?)),
        }
    }
}

impl Parts {
    /// Tells the observers. What they do, panic included, is nothing to the attempt.
    fn emit(&self, kind: EventKind) {
        tracing::debug!(event = kind.as_str(), "waystation");
        let event = Event { at: self.clock.now(), kind };
        for observer in &self.observers {
            let told = catch_unwind(AssertUnwindSafe(|| observer.observe(&event)));
            if told.is_err() {
                tracing::error!(event = event.kind.as_str(), "an observer panicked");
            }
        }
    }

    /// What a log-in by a stored row leaves to be done: none of it can fail the log-in.
    async fn after_log_in(&self, id: UserId, rehash: Option<(Box<crate::User>, Password)>) {
        if let Err(error) = self.store.record_login(&id, self.clock.now()).await {
            tracing::warn!(%error, "a log-in was not counted");
        }
        let Some((user, password)) = rehash else { return };
        let from = user.password_hash().and_then(|hash| hash.scheme()).map(str::to_owned);
        let task = Task::Rehash { user, password };
        let replaced = match Drive::new(self, &task).run().await {
            Ok(driven) => driven.user.is_some(),
            Err(error) => {
                tracing::warn!(%error, "a hash was not strengthened");
                false
            }
        };
        self.emit(EventKind::Rehashed { user: id, from, replaced });
    }
}
