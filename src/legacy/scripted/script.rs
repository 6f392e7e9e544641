use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::Arc,
    time::Duration,
};

use super::{LegacyCall, ScriptedPerson};
use crate::{
    clock::{Clock, SystemClock},
    identifier::Identifier,
    legacy::{LegacyAttempt, LegacyError, LegacyUser, Verdict},
    user::SourceName,
};

/// What a scripted legacy system knows and how it behaves at this moment.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) latency: Duration,
    pub(super) latency_of: BTreeMap<LegacyCall, Duration>,
    pub(super) down: bool,
    pub(super) impostor: Option<String>,
    pub(super) faults: VecDeque<Fault>,
    /// By id, so that the directory has its order.
    pub(super) people: BTreeMap<String, ScriptedPerson>,
}

/// Failures that were ordered and have not happened yet.
pub(super) struct Fault {
    pub(super) call: Option<LegacyCall>,
    pub(super) left: u64,
    pub(super) error: Box<dyn Fn() -> LegacyError + Send>,
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault").field("call", &self.call).field("left", &self.left).finish_non_exhaustive()
    }
}

impl Script {
    pub(super) fn new() -> Self {
        Self {
            clock: Arc::new(SystemClock::new()),
            latency: Duration::ZERO,
            latency_of: BTreeMap::new(),
            down: false,
            impostor: None,
            faults: VecDeque::new(),
            people: BTreeMap::new(),
        }
    }

    /// The failure that this call is to end with, if one was ordered.
    pub(super) fn next_fault(&mut self, call: LegacyCall) -> Option<LegacyError> {
        let at = self.faults.iter().position(|fault| fault.call.is_none_or(|only| only == call))?;
        let fault = self.faults.get_mut(at)?;
        let error = (fault.error)();
        fault.left -= 1;
        if fault.left == 0 {
            self.faults.remove(at);
        }
        Some(error)
    }

    pub(super) fn latency(&self, call: LegacyCall) -> Duration {
        self.latency_of.get(&call).copied().unwrap_or(self.latency)
    }

    pub(super) fn verdict(&self, source: &SourceName, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        let person = match attempt.id_at(source)? {
            Some(id) => self.people.get(id),
            None => self.person(attempt.identifier())?,
        };
        let Some(person) = person else {
            return Ok(Verdict::NotFound);
        };
        if !person.opens_with(attempt.password()) {
            return Ok(Verdict::Mismatch);
        }
        let user = Box::new(self.impostor_or(person).user(source));
        Ok(match () {
            () if person.profile.blocked => Verdict::Blocked,
            () if person.has_to_change() => Verdict::MatchMustChange(user),
            () => Verdict::Match(user),
        })
    }

    pub(super) fn user(&self, source: &SourceName, wanted: &Identifier) -> Result<Option<LegacyUser>, LegacyError> {
        Ok(self.person(wanted)?.map(|person| self.impostor_or(person).user(source)))
    }

    /// The person with an identifier.
    pub(super) fn person(&self, identifier: &Identifier) -> Result<Option<&ScriptedPerson>, LegacyError> {
        let mut people = self.people.values().filter(|person| person.profile.has(identifier));
        let person = people.next();
        if people.next().is_some() {
            return Err(LegacyError::Ambiguous { place: format!("scripted.{}", identifier.kind()) });
        }
        Ok(person)
    }

    pub(super) fn person_mut(&mut self, id: &str) -> Result<&mut ScriptedPerson, LegacyError> {
        self.people.get_mut(id).ok_or(LegacyError::Gone)
    }

    fn impostor_or<'a>(&'a self, person: &'a ScriptedPerson) -> &'a ScriptedPerson {
        self.impostor.as_ref().and_then(|id| self.people.get(id)).unwrap_or(person)
    }
}
