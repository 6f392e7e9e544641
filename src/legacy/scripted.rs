use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::watch;

use super::{
    DirectoryEntry, LegacyAttempt, LegacyConnection, LegacyDirectory, LegacyError, LegacyUser, LegacyWriter, Verdict,
};
use crate::{
    clock::Clock,
    identifier::Identifier,
    password::Password,
    user::{LegacyKey, SourceName},
};

mod calls;
mod person;
mod script;

pub use calls::{Calls, LegacyCall};
pub use person::ScriptedPerson;

use calls::CallLog;
use script::{Fault, Script};

/// A legacy system that does what a test tells it: people and passwords, delays, outages, lies; and counts who asked.
///
/// It has a list of users and can be changed, so it stands in for any connection. Clones are the same system, so a
/// test keeps one while the migrator owns the other. It holds passwords in the clear: for tests only.
///
/// ```
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use waystation::identifier::{IdentifierRules, StandardRules};
/// use waystation::legacy::*;
/// use waystation::Password;
///
/// let legacy = ScriptedConnection::new("old-shop")
///     .person(ScriptedPerson::parse("1", "ada@example.com", "correct horse")?)
///     .person(ScriptedPerson::parse("2", "grace@example.com", "battery staple")?.blocked());
///
/// let ada = StandardRules::new().parse("Ada@Example.com")?;
/// let password = Password::from("correct horse");
/// let attempt = LegacyAttempt::new(&ada, &password);
/// assert!(matches!(legacy.authenticate(&attempt).await?, Verdict::Match(_)));
///
/// legacy.set_down(true);
/// assert!(legacy.authenticate(&attempt).await.is_err_and(|error| error.is_unavailable()));
/// assert_eq!(legacy.calls().to_string(), "authenticate match 1, authenticate unavailable 1");
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(example()).unwrap();
/// ```
///
/// What happens in a call, in this order: it is counted; an ordered failure is taken; it waits while the system
/// [hangs](Self::hang); its latency passes; it is answered from what is true by then.
#[derive(Clone)]
pub struct ScriptedConnection {
    system: Arc<System>,
}

struct System {
    source: SourceName,
    script: Mutex<Script>,
    hanging: watch::Sender<bool>,
    log: CallLog,
}

impl ScriptedConnection {
    /// A legacy system of this name where nobody lives yet.
    pub fn new(source: impl Into<SourceName>) -> Self {
        Self {
            system: Arc::new(System {
                source: source.into(),
                script: Mutex::new(Script::new()),
                hanging: watch::Sender::new(false),
                log: CallLog::default(),
            }),
        }
    }

    /// Sets the clock on which latencies pass. Default: the system's.
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        self.script().clock = clock;
        self
    }

    /// Adds a person, as [`add`](Self::add) does.
    pub fn person(self, person: ScriptedPerson) -> Self {
        self.add(person);
        self
    }

    /// Adds a person, or replaces the one with the same id. Two people may share an identifier: looking it up is then
    /// [`LegacyError::Ambiguous`].
    pub fn add(&self, person: ScriptedPerson) {
        self.script().people.insert(person.id().to_owned(), person);
    }

    /// Removes a person. Whether there was one.
    pub fn remove(&self, id: &str) -> bool {
        self.script().people.remove(id).is_some()
    }

    /// Changes a person's password. Whether there is such a person.
    pub fn set_password(&self, id: &str, password: impl Into<Password>) -> bool {
        let password = password.into();
        self.script().person_mut(id).is_ok_and(|person| {
            person.set_password(password);
            true
        })
    }

    /// Bars a person, or lets them in again. Whether there is such a person.
    pub fn set_blocked(&self, id: &str, blocked: bool) -> bool {
        self.script().person_mut(id).is_ok_and(|person| {
            person.profile.blocked = blocked;
            true
        })
    }

    /// Whether this is the person's password, asked without a call.
    pub fn has_password(&self, id: &str, password: &Password) -> bool {
        self.script().people.get(id).is_some_and(|person| person.opens_with(password))
    }

    /// Every call takes this long. Default: no time.
    pub fn set_latency(&self, latency: Duration) {
        self.script().latency = latency;
    }

    /// Calls of one method take this long, whatever the others take.
    pub fn set_latency_of(&self, call: LegacyCall, latency: Duration) {
        self.script().latency_of.insert(call, latency);
    }

    /// Switches the system off, so that every call ends as unavailable, or on again.
    pub fn set_down(&self, down: bool) {
        self.script().down = down;
    }

    /// The next `times` calls fail with what `error` makes, after failures that were ordered before.
    pub fn fail_next(&self, times: u64, error: impl Fn() -> LegacyError + Send + 'static) {
        self.order(None, times, Box::new(error));
    }

    /// The next `times` calls of one method fail with what `error` makes.
    pub fn fail_next_of(&self, call: LegacyCall, times: u64, error: impl Fn() -> LegacyError + Send + 'static) {
        self.order(Some(call), times, Box::new(error));
    }

    /// Calls do not return until [`release`](Self::release), those already waiting for their latency excepted.
    pub fn hang(&self) {
        self.system.hanging.send_replace(true);
    }

    /// Lets every call go on that [hangs](Self::hang), and the later ones.
    pub fn release(&self) {
        self.system.hanging.send_replace(false);
    }

    /// Wherever somebody is found, answers with the person with this id instead of the one who was asked for: the
    /// answer of a legacy system that mixes people up. `None` ends that.
    pub fn answer_with(&self, id: Option<&str>) {
        self.script().impostor = id.map(str::to_owned);
    }

    /// How often it was asked what, so far.
    pub fn calls(&self) -> Calls {
        self.system.log.snapshot()
    }

    /// Forgets the calls that have ended.
    pub fn forget_calls(&self) {
        self.system.log.clear();
    }

    fn order(&self, call: Option<LegacyCall>, times: u64, error: Box<dyn Fn() -> LegacyError + Send>) {
        if times > 0 {
            self.script().faults.push_back(Fault { call, left: times, error });
        }
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.system.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One call: everything that happens to it before and after `answer`.
    async fn call<T>(
        &self,
        call: LegacyCall,
        name: impl FnOnce(&T) -> &'static str + Send,
        answer: impl FnOnce(&mut Script) -> Result<T, LegacyError> + Send,
    ) -> Result<T, LegacyError> {
        let open = self.system.log.begin(call);
        let outcome = self.perform(call, answer).await;
        open.end(outcome.as_ref().map_or_else(LegacyError::as_str, name));
        outcome
    }

    fn perform<T>(
        &self,
        call: LegacyCall,
        answer: impl FnOnce(&mut Script) -> Result<T, LegacyError> + Send,
    ) -> impl Future<Output = Result<T, LegacyError>> + Send {
        let fault = self.script().next_fault(call);
        async move {
            // The sender lives as long as `self`, so waiting cannot fail.
            drop(self.system.hanging.subscribe().wait_for(|hanging| !hanging).await);
            let (clock, latency) = {
                let script = self.script();
                (Arc::clone(&script.clock), script.latency(call))
            };
            if latency > Duration::ZERO {
                clock.sleep(latency).await;
            }
            let mut script = self.script();
            match fault {
                _ if script.down => Err(LegacyError::unavailable("switched off by the script")),
                Some(error) => Err(error),
                None => answer(&mut script),
            }
        }
    }

    /// The id in a key, which must be one of this system.
    fn id_of<'k>(&self, key: &'k LegacyKey) -> Result<&'k str, LegacyError> {
        if *key.source() == self.system.source { Ok(key.id()) } else { Err(LegacyError::Gone) }
    }
}

impl fmt::Debug for ScriptedConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedConnection")
            .field("source", &self.system.source)
            .field("people", &self.script().people.len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl LegacyConnection for ScriptedConnection {
    async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        let source = &self.system.source;
        self.call(LegacyCall::Authenticate, Verdict::as_str, |script| script.verdict(source, attempt)).await
    }

    async fn find(&self, identifier: &Identifier) -> Result<Option<LegacyUser>, LegacyError> {
        let source = &self.system.source;
        let name = |user: &Option<LegacyUser>| if user.is_some() { "found" } else { "absent" };
        self.call(LegacyCall::Find, name, |script| script.user(source, identifier)).await
    }

    fn as_directory(&self) -> Option<&dyn LegacyDirectory> {
        Some(self)
    }

    fn as_writer(&self) -> Option<&dyn LegacyWriter> {
        Some(self)
    }
}

#[async_trait]
impl LegacyDirectory for ScriptedConnection {
    async fn count(&self) -> Result<BTreeMap<SourceName, u64>, LegacyError> {
        let count = |script: &mut Script| Ok(script.people.len() as u64);
        let users = self.call(LegacyCall::Count, |_| "done", count).await?;
        Ok(BTreeMap::from([(self.system.source.clone(), users)]))
    }

    async fn scan(&self, after: Option<&LegacyKey>, limit: usize) -> Result<Vec<DirectoryEntry>, LegacyError> {
        let source = &self.system.source;
        let after = after.map(|key| self.id_of(key)).transpose()?;
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let entry = |person: &ScriptedPerson| {
            let user = person.user(source);
            DirectoryEntry::new(user.key.clone(), Ok(user))
        };
        let page = |script: &mut Script| {
            Ok(script.people.range::<str, _>((start, Bound::Unbounded)).take(limit).map(|(_, it)| entry(it)).collect())
        };
        self.call(LegacyCall::Scan, |_| "done", page).await
    }
}

#[async_trait]
impl LegacyWriter for ScriptedConnection {
    async fn create(&self, user: &LegacyUser, password: &Password) -> Result<LegacyKey, LegacyError> {
        let create = |script: &mut Script| {
            let id = user.key.id();
            for identifier in user.profile.identifiers() {
                if script.person(identifier)?.is_some_and(|person| person.id() != id) {
                    return Err(LegacyError::Refused { what: "somebody has this identifier" });
                }
            }
            let Some(identifier) = user.profile.identifiers().next() else {
                return Err(LegacyError::Refused { what: "nobody without an identifier" });
            };
            let person = ScriptedPerson::new(id, identifier.clone(), password.clone()).profile(user.profile.clone());
            script.people.insert(id.to_owned(), person);
            Ok(LegacyKey::new(self.system.source.clone(), id))
        };
        self.call(LegacyCall::Create, |_| "done", create).await
    }

    async fn verify_email(&self, user: &LegacyKey) -> Result<(), LegacyError> {
        let verify = |script: &mut Script| {
            script.person_mut(self.id_of(user)?)?.profile.email_verified = true;
            Ok(())
        };
        self.call(LegacyCall::VerifyEmail, |()| "done", verify).await
    }

    async fn change_password(&self, user: &LegacyKey, password: &Password) -> Result<(), LegacyError> {
        let change = |script: &mut Script| {
            script.person_mut(self.id_of(user)?)?.set_password(password.clone());
            Ok(())
        };
        self.call(LegacyCall::ChangePassword, |()| "done", change).await
    }

    async fn change_email(&self, user: &LegacyKey, email: &Identifier, verified: bool) -> Result<(), LegacyError> {
        let change = |script: &mut Script| {
            let id = self.id_of(user)?;
            if script.person(email)?.is_some_and(|person| person.id() != id) {
                return Err(LegacyError::Refused { what: "somebody has this identifier" });
            }
            let person = script.person_mut(id)?;
            person.profile.set_identifier(email.clone());
            person.profile.email_verified = verified;
            Ok(())
        };
        self.call(LegacyCall::ChangeEmail, |()| "done", change).await
    }

    async fn delete(&self, user: &LegacyKey) -> Result<(), LegacyError> {
        let delete = |script: &mut Script| {
            if let Ok(id) = self.id_of(user) {
                script.people.remove(id);
            }
            Ok(())
        };
        self.call(LegacyCall::Delete, |()| "done", delete).await
    }
}
