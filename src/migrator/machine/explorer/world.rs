//! One legacy person, an atomic store, and the attempts that run against each other.
#![expect(clippy::struct_excessive_bools, reason = "a model: plain facts")]

use super::super::*;

/// Which password. The legacy system has `Old`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Word {
    Old,
    New,
    Newer,
    Strangers,
    Wrong,
}

/// Which address. The legacy person has `A`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Name {
    A,
    B,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Secret {
    Hash { word: Word, strong: bool },
    Delegated { shadow: Option<Word> },
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct User {
    pub(super) name: Name,
    /// Whether this is the legacy person.
    pub(super) legacy: bool,
    pub(super) secret: Secret,
    /// Tells two hashes of the same password apart, as salts do.
    pub(super) salt: u8,
    pub(super) version: u8,
    /// Only a seeded fault sets it: a hash is stored and the row still flagged.
    pub(super) half_moved: bool,
}

/// What an attempt is out for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Task {
    Adopt,
    ChangeName,
    ChangePassword,
    Delete,
    Import,
    LogIn(Word),
    Recover(Word),
    /// What a log-in goes on with when it is over.
    Rehash(Word),
    SignUp,
}

pub(super) const TASKS: [Task; 10] = [
    Task::LogIn(Word::Old),
    Task::LogIn(Word::Wrong),
    Task::LogIn(Word::New),
    Task::SignUp,
    Task::Recover(Word::New),
    Task::ChangePassword,
    Task::ChangeName,
    Task::Delete,
    Task::Import,
    Task::Adopt,
];

/// Mistakes to be made on purpose. The explorer is worth something if it finds each.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Fault {
    ClearTheFlagInASecondWrite,
    FlightKeyedWithoutThePassword,
    ForgetTombstones,
    AskLegacyOnMismatch,
    LookUpThenInsert,
    OutageIsAMismatch,
    RehashWithoutCompareAndSwap,
    SignUpWithoutAskingLegacy,
}

pub(super) const FAULTS: [Fault; 8] = [
    Fault::ClearTheFlagInASecondWrite,
    Fault::FlightKeyedWithoutThePassword,
    Fault::ForgetTombstones,
    Fault::AskLegacyOnMismatch,
    Fault::LookUpThenInsert,
    Fault::OutageIsAMismatch,
    Fault::RehashWithoutCompareAndSwap,
    Fault::SignUpWithoutAskingLegacy,
];

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Attempt {
    pub(super) task: Task,
    pub(super) progress: Progress,
    /// The row as it was read.
    pub(super) found: Option<User>,
    /// Whether others with the same name and password wait for this one.
    pub(super) leads: bool,
    /// What the caller's recovery token was made for.
    pub(super) token: Option<(Secret, u8)>,
    /// Whether what the attempt claims was true, and was false, at some moment of its life.
    pub(super) was_right: bool,
    pub(super) was_wrong: bool,
    /// Whether the legacy system could have been asked about the person at some moment of its life.
    pub(super) may_ask: bool,
    pub(super) legacy_failed: bool,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Progress {
    Waiting,
    Running(State, Effect),
    /// Behind another attempt on its way to the legacy system.
    Following(State, usize),
    /// The one that was followed is over.
    Followed(State, Entry),
    /// Halves of a write that a seeded fault has split.
    HalfWritten(State, Effect),
    Over(Option<Ending>),
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct World {
    pub(super) users: Vec<User>,
    pub(super) buried: (bool, bool, bool),
    pub(super) attempts: Vec<Attempt>,
    pub(super) failures_left: u8,
    pub(super) drops_left: u8,
    pub(super) completed_recoveries: u8,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) conduct: Conduct,
    pub(super) fault: Option<Fault>,
}

impl World {
    pub(super) fn user(&self, name: Name) -> Option<usize> {
        self.users.iter().position(|user| user.name == name)
    }

    pub(super) fn person(&self) -> Option<usize> {
        self.users.iter().position(|user| user.legacy)
    }

    pub(super) fn is_buried(&self, name: Name) -> bool {
        match name {
            Name::A => self.buried.0,
            Name::B => self.buried.1,
        }
    }

    /// Whether somebody who types this should be let in, as the world is now.
    pub(super) fn is_right(&self, name: Name, word: Word, rules: Rules) -> bool {
        match self.user(name).map(|at| self.users[at].secret) {
            Some(Secret::Hash { word: own, .. }) => own == word,
            Some(Secret::Delegated { .. }) => rules.conduct.asks_legacy && word == Word::Old,
            None => self.is_unmoved(name, rules) && word == Word::Old,
        }
    }

    /// Whether this is the name of the legacy person, who has not moved.
    pub(super) fn is_unmoved(&self, name: Name, rules: Rules) -> bool {
        let gone = self.is_buried(name) || self.buried.2 || self.person().is_some();
        rules.conduct.asks_legacy && name == Name::A && !gone
    }

    /// What an attempt claims, as the world is now.
    pub(super) fn claim(&self, task: Task, rules: Rules) -> bool {
        match task {
            Task::LogIn(word) => self.is_right(Name::A, word, rules),
            Task::SignUp => {
                let guarded = rules.conduct.guards_identifiers
                    && !self.is_buried(Name::A)
                    && !self.buried.2
                    && self.person().is_none();
                self.user(Name::A).is_none() && !guarded
            }
            Task::Adopt => self.user(Name::A).is_some() || self.is_unmoved(Name::A, rules),
            Task::ChangePassword | Task::ChangeName | Task::Delete => self.person().is_some(),
            Task::Recover(_) | Task::Rehash(_) | Task::Import => true,
        }
    }

    /// After every step: what each attempt that is under way has lived through.
    pub(super) fn witness(&mut self, rules: Rules) {
        let flagged = self.user(Name::A).is_none_or(|at| matches!(self.users[at].secret, Secret::Delegated { .. }));
        let person_flagged = self.person().is_some_and(|at| matches!(self.users[at].secret, Secret::Delegated { .. }));
        for at in 0..self.attempts.len() {
            if matches!(self.attempts[at].progress, Progress::Waiting | Progress::Over(_)) {
                continue;
            }
            let right = self.claim(self.attempts[at].task, rules);
            let attempt = &mut self.attempts[at];
            attempt.was_right |= right;
            attempt.was_wrong |= !right;
            attempt.may_ask |= flagged || (attempt.task == Task::ChangePassword && person_flagged);
        }
    }

    /// What must hold in every state.
    pub(super) fn check(&self) -> Result<(), String> {
        for (at, user) in self.users.iter().enumerate() {
            if self.users.iter().skip(at + 1).any(|other| other.name == user.name || (other.legacy && user.legacy)) {
                return Err("two rows for one person".into());
            }
            if user.half_moved {
                return Err("a row between moved and not moved".into());
            }
            if user.legacy && self.buried.2 {
                return Err("a deleted user is back".into());
            }
        }
        if self.completed_recoveries > 1 {
            return Err("a token was good twice".into());
        }
        Ok(())
    }
}

impl Attempt {
    pub(super) fn new(task: Task, users: &[User]) -> Self {
        let token = users.first().map(|user| (user.secret, user.salt));
        Self {
            task,
            progress: Progress::Waiting,
            found: None,
            leads: false,
            token,
            was_right: false,
            was_wrong: false,
            may_ask: false,
            legacy_failed: false,
        }
    }

    pub(super) fn flow(&self) -> Flow {
        match self.task {
            Task::Adopt => Flow::Adopt,
            Task::ChangeName => Flow::ChangeIdentifier,
            Task::ChangePassword => Flow::ChangePassword { proof: true },
            Task::Delete => Flow::Delete,
            Task::Import | Task::LogIn(_) => Flow::LogIn,
            Task::Recover(_) => Flow::CompleteRecovery { unmoved: self.token.is_none() },
            Task::Rehash(_) => Flow::Rehash,
            Task::SignUp => Flow::SignUp,
        }
    }

    /// The password that the attempt would store.
    pub(super) fn word(&self) -> Word {
        match self.task {
            Task::LogIn(word) | Task::Recover(word) | Task::Rehash(word) => word,
            Task::ChangePassword => Word::Newer,
            Task::SignUp => Word::Strangers,
            Task::Adopt | Task::ChangeName | Task::Delete | Task::Import => Word::Old,
        }
    }

    /// The password that the attempt shows.
    pub(super) fn shown(&self) -> Word {
        if self.task == Task::ChangePassword { Word::Old } else { self.word() }
    }
}
