//! A migrator that knows one person and does what it is told.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use tokio::task::JoinHandle;
use waystation::{
    Error, Identifier, IdentifierRules, Profile, User, UserId,
    clock::{Clock, ManualClock, Timestamp},
    identifier::StandardRules,
    migrator::{
        ChangeIdentifier, ChangeOutcome, ChangePassword, CompleteRecovery, Delivery, LogIn, LogInOutcome, Migrator,
        Origin, Recovery, RecoveryOutcome, Refusal, Session, SignUp, SignUpOutcome, VerifiedIdentity,
    },
    user::{Credential, NewUser},
};

/// Whose password is `right`.
pub(super) const ADA: &str = "ada@example.com";

/// What to answer instead of what would be right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Script {
    Down,
    Refuse(Refusal),
    Postpone,
}

#[derive(Clone, Debug)]
pub(super) struct Scripted {
    pub(super) clock: ManualClock,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    calls: BTreeMap<&'static str, u64>,
    script: Option<Script>,
    takes: Duration,
}

impl Scripted {
    pub(super) fn new() -> Self {
        Self { clock: ManualClock::at(Timestamp::default()), state: Arc::default() }
    }

    pub(super) fn set(&self, script: impl Into<Option<Script>>) {
        self.state.lock().unwrap().script = script.into();
    }

    /// How long every answer takes on the clock.
    pub(super) fn set_takes(&self, time: Duration) {
        self.state.lock().unwrap().takes = time;
    }

    /// How often the method was called since the last time this was asked.
    pub(super) fn calls(&self, method: &str) -> u64 {
        self.state.lock().unwrap().calls.get_mut(method).map(std::mem::take).unwrap_or_default()
    }

    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock.clone())
    }

    async fn answer<T>(
        &self,
        method: &'static str,
        refuse: impl Fn(Refusal) -> T,
        right: impl FnOnce() -> T,
    ) -> Result<T, Error> {
        let (script, takes) = {
            let mut state = self.state.lock().unwrap();
            *state.calls.entry(method).or_default() += 1;
            (state.script, state.takes)
        };
        if !takes.is_zero() {
            self.clock.sleep(takes).await;
        }
        match script {
            Some(Script::Down | Script::Postpone) => Err(Error::unavailable("scripted")),
            Some(Script::Refuse(refusal)) => Ok(refuse(refusal)),
            None => Ok(right()),
        }
    }
}

pub(super) fn identifier(text: &str) -> Identifier {
    StandardRules::new().parse(text).unwrap()
}

pub(super) fn ada() -> Box<User> {
    let mut profile = Profile::default();
    profile.set_identifier(identifier(ADA));
    profile.set_identifier(identifier("ada"));
    Box::new(User::from_new(NewUser::new(UserId::new("1"), profile, Credential::None, Timestamp::default())))
}

/// Lets every task run until all of them wait for the clock or for each other.
pub(super) async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

/// Lets time pass, millisecond by millisecond, until the task has ended; says when that was.
pub(super) async fn ends_at<T>(clock: &ManualClock, task: &JoinHandle<T>) -> Duration {
    let start = clock.monotonic();
    settle().await;
    while !task.is_finished() {
        clock.advance(Duration::from_millis(1));
        settle().await;
    }
    clock.monotonic().saturating_sub(start)
}

#[async_trait]
impl Migrator for Scripted {
    async fn log_in(&self, attempt: LogIn) -> Result<LogInOutcome, Error> {
        self.answer("log_in", LogInOutcome::Refused, || {
            let known = StandardRules::new().parse(&attempt.identifier).is_ok_and(|who| ada().profile.has(&who));
            match (known, attempt.password.expose_text() == Some("right")) {
                (true, true) => LogInOutcome::Authenticated(Box::new(Session::new(*ada(), Origin::Store))),
                (true, false) => LogInOutcome::Refused(Refusal::WrongPassword),
                (false, _) => LogInOutcome::Refused(Refusal::Unknown),
            }
        })
        .await
    }

    async fn sign_up(&self, _: SignUp) -> Result<SignUpOutcome, Error> {
        self.answer("sign_up", SignUpOutcome::Refused, || SignUpOutcome::Created(ada())).await
    }

    async fn begin_recovery(&self, who: &Identifier) -> Result<Recovery, Error> {
        let postponed = self.state.lock().unwrap().script == Some(Script::Postpone);
        let known = ada().profile.has(who);
        let nobody = |_| Recovery::new(Delivery::Nobody);
        let delivery = self.answer("begin_recovery", nobody, || Recovery::new(Delivery::Nobody)).await;
        match delivery {
            Err(error) if postponed => Ok(Recovery::new(Delivery::Postponed(error))),
            Ok(_) if known => Ok(Recovery::new(Delivery::Send {
                to: identifier(ADA),
                token: "token".into(),
                expires_at: Timestamp::default(),
            })),
            other => other,
        }
    }

    async fn complete_recovery(&self, _: CompleteRecovery) -> Result<RecoveryOutcome, Error> {
        self.answer("complete_recovery", RecoveryOutcome::Refused, || RecoveryOutcome::Completed(ada())).await
    }

    async fn change_password(&self, request: ChangePassword) -> Result<ChangeOutcome, Error> {
        let right = request.current.is_none_or(|current| current.expose_text() == Some("right"));
        self.answer("change_password", ChangeOutcome::Refused, || match right {
            _ if request.user != ada().id => ChangeOutcome::NoSuchUser,
            true => ChangeOutcome::Changed(ada()),
            false => ChangeOutcome::Refused(Refusal::WrongPassword),
        })
        .await
    }

    async fn change_identifier(&self, _: ChangeIdentifier) -> Result<ChangeOutcome, Error> {
        self.answer("change_identifier", ChangeOutcome::Refused, || ChangeOutcome::Changed(ada())).await
    }

    async fn adopt(&self, _: VerifiedIdentity) -> Result<LogInOutcome, Error> {
        let session = || LogInOutcome::Authenticated(Box::new(Session::new(*ada(), Origin::Adopted)));
        self.answer("adopt", LogInOutcome::Refused, session).await
    }

    async fn delete(&self, _: &UserId) -> Result<bool, Error> {
        self.answer("delete", |_| false, || true).await
    }
}
