//! Runs attempts against each other in every order there is.
//!
//! The world is one legacy person, an atomic store, and up to three attempts. At every state each attempt may take
//! its next step, the legacy system may fail, and an attempt may be dropped; every state that can be reached is
//! visited once, and the rules are checked in each.
#![expect(
    clippy::struct_excessive_bools,
    clippy::too_many_lines,
    reason = "a model: plain facts, and one list of all effects"
)]

use std::collections::HashSet;

use super::*;

/// Which password. The legacy system has `Old`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Word {
    Old,
    New,
    Newer,
    Strangers,
    Wrong,
}

/// Which address. The legacy person has `A`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Name {
    A,
    B,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Secret {
    Hash { word: Word, strong: bool },
    Delegated { shadow: Option<Word> },
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct User {
    name: Name,
    /// Whether this is the legacy person.
    legacy: bool,
    secret: Secret,
    /// Tells two hashes of the same password apart, as salts do.
    salt: u8,
    version: u8,
    /// Only a seeded fault sets it: a hash is stored and the row still flagged.
    half_moved: bool,
}

/// What an attempt is out for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Task {
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

const TASKS: [Task; 10] = [
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
enum Fault {
    ClearTheFlagInASecondWrite,
    FlightKeyedWithoutThePassword,
    ForgetTombstones,
    AskLegacyOnMismatch,
    LookUpThenInsert,
    OutageIsAMismatch,
    RehashWithoutCompareAndSwap,
    SignUpWithoutAskingLegacy,
}

const FAULTS: [Fault; 8] = [
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
struct Attempt {
    task: Task,
    progress: Progress,
    /// The row as it was read.
    found: Option<User>,
    /// Whether others with the same name and password wait for this one.
    leads: bool,
    /// What the caller's recovery token was made for.
    token: Option<(Secret, u8)>,
    /// Whether what the attempt claims was true, and was false, at some moment of its life.
    was_right: bool,
    was_wrong: bool,
    /// Whether the legacy system could have been asked about the person at some moment of its life.
    may_ask: bool,
    legacy_failed: bool,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Progress {
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
struct World {
    users: Vec<User>,
    buried: (bool, bool, bool),
    attempts: Vec<Attempt>,
    failures_left: u8,
    drops_left: u8,
    completed_recoveries: u8,
}

#[derive(Clone, Copy, Debug)]
struct Rules {
    conduct: Conduct,
    fault: Option<Fault>,
}

impl World {
    fn user(&self, name: Name) -> Option<usize> {
        self.users.iter().position(|user| user.name == name)
    }

    fn person(&self) -> Option<usize> {
        self.users.iter().position(|user| user.legacy)
    }

    fn is_buried(&self, name: Name) -> bool {
        match name {
            Name::A => self.buried.0,
            Name::B => self.buried.1,
        }
    }

    /// Whether somebody who types this should be let in, as the world is now.
    fn is_right(&self, name: Name, word: Word, rules: Rules) -> bool {
        match self.user(name).map(|at| self.users[at].secret) {
            Some(Secret::Hash { word: own, .. }) => own == word,
            Some(Secret::Delegated { .. }) => rules.conduct.asks_legacy && word == Word::Old,
            None => self.is_unmoved(name, rules) && word == Word::Old,
        }
    }

    /// Whether this is the name of the legacy person, who has not moved.
    fn is_unmoved(&self, name: Name, rules: Rules) -> bool {
        let gone = self.is_buried(name) || self.buried.2 || self.person().is_some();
        rules.conduct.asks_legacy && name == Name::A && !gone
    }

    /// What an attempt claims, as the world is now.
    fn claim(&self, task: Task, rules: Rules) -> bool {
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
    fn witness(&mut self, rules: Rules) {
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
    fn check(&self) -> Result<(), String> {
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
    fn new(task: Task, users: &[User]) -> Self {
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

    fn flow(&self) -> Flow {
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
    fn word(&self) -> Word {
        match self.task {
            Task::LogIn(word) | Task::Recover(word) | Task::Rehash(word) => word,
            Task::ChangePassword => Word::Newer,
            Task::SignUp => Word::Strangers,
            Task::Adopt | Task::ChangeName | Task::Delete | Task::Import => Word::Old,
        }
    }

    /// The password that the attempt shows.
    fn shown(&self) -> Word {
        if self.task == Task::ChangePassword { Word::Old } else { self.word() }
    }
}

/// Every world that can follow when the attempt at `who` takes its next step.
fn advance(world: &World, who: usize, rules: Rules) -> Result<Vec<World>, String> {
    let mut next = world.clone();
    let attempt = world.attempts[who];
    match attempt.progress {
        Progress::Over(_) | Progress::Following(..) => Ok(Vec::new()),
        Progress::Waiting if attempt.task == Task::Import => {
            // An import is one atomic insert that refuses the taken and the deleted.
            if world.person().is_none() && world.user(Name::A).is_none() && !world.buried.0 && !world.buried.2 {
                let secret = Secret::Hash { word: Word::Old, strong: false };
                next.users.push(User { name: Name::A, legacy: true, secret, salt: 0, version: 1, half_moved: false });
            }
            next.attempts[who].progress = Progress::Over(None);
            Ok(vec![next])
        }
        Progress::Waiting => {
            let (state, effect) = start(attempt.flow(), rules.conduct);
            next.attempts[who].progress = Progress::Running(state, effect);
            Ok(vec![next])
        }
        Progress::Followed(state, entry) => {
            resume(&mut next, who, state, Input::Entered(entry));
            Ok(vec![next])
        }
        Progress::HalfWritten(state, effect) => {
            let input = second_half(&mut next, who, effect);
            resume(&mut next, who, state, input);
            Ok(vec![next])
        }
        Progress::Running(state, effect) => perform(next, who, state, effect, rules),
    }
}

/// Does what the machine says, in every way that it can come out.
fn perform(mut next: World, who: usize, state: State, effect: Effect, rules: Rules) -> Result<Vec<World>, String> {
    let attempt = next.attempts[who];
    let mut outcomes = Vec::new();
    let input = match effect {
        Effect::Finish(ending) => return finish(next, who, ending, rules).map(|world| vec![world]),
        Effect::Find => {
            let at = match attempt.task {
                Task::ChangePassword | Task::ChangeName | Task::Delete => next.person(),
                _ => next.user(Name::A),
            };
            next.attempts[who].found = at.map(|at| next.users[at]);
            Input::Row(match next.attempts[who].found {
                Some(user) => Row::Present(facts(user, &attempt)),
                None if next.buried.0 && rules.fault != Some(Fault::ForgetTombstones) => Row::Tombstoned,
                None => Row::Absent,
            })
        }
        Effect::FindTaker => Input::Row(match next.user(Name::B) {
            Some(at) => Row::Present(RowFacts { fits: next.users[at].legacy, ..RowFacts::of(CredentialKind::Hash) }),
            None if next.buried.1 => Row::Tombstoned,
            None => Row::Absent,
        }),
        Effect::FindByLegacyKey => Input::Row(match next.person() {
            Some(_) => Row::Present(RowFacts::of(CredentialKind::Hash)),
            None if next.buried.2 && rules.fault != Some(Fault::ForgetTombstones) => Row::Tombstoned,
            None => Row::Absent,
        }),
        Effect::Enter => {
            let same_door = |other: &Attempt| {
                other.leads
                    && (other.shown() == attempt.shown() || rules.fault == Some(Fault::FlightKeyedWithoutThePassword))
            };
            if let Some(leader) = next.attempts.iter().position(same_door) {
                next.attempts[who].progress = Progress::Following(state, leader);
                return Ok(vec![next]);
            }
            next.attempts[who].leads = true;
            Input::Entered(Entry::Leads)
        }
        Effect::AskLegacy | Effect::LookUpLegacy => {
            if effect == Effect::AskLegacy && !attempt.may_ask {
                return Err("the legacy system was asked about a password that lives here".into());
            }
            if next.failures_left > 0 {
                let mut failed = next.clone();
                failed.failures_left -= 1;
                failed.attempts[who].legacy_failed = true;
                let input = match rules.fault {
                    Some(Fault::OutageIsAMismatch) if effect == Effect::AskLegacy => Input::Said(LegacySays::Mismatch),
                    _ => Input::Unavailable,
                };
                resume(&mut failed, who, state, input);
                outcomes.push(failed);
            }
            let forgotten = rules.fault == Some(Fault::SignUpWithoutAskingLegacy) && attempt.task == Task::SignUp;
            match effect {
                Effect::AskLegacy if attempt.shown() == Word::Old => Input::Said(LegacySays::Match),
                Effect::AskLegacy => Input::Said(LegacySays::Mismatch),
                _ if attempt.task == Task::ChangeName || forgotten => Input::Person(LegacyPerson::Nobody),
                _ => Input::Person(LegacyPerson::Somebody { blocked: false, fits: true }),
            }
        }
        Effect::Verify | Effect::CompareShadow => {
            let (word, strong) = match attempt.found.map(|user| user.secret) {
                Some(Secret::Hash { word, strong }) => (word, strong),
                Some(Secret::Delegated { shadow: Some(word) }) => (word, true),
                _ => return Err("a row without a hash was verified".into()),
            };
            let matched = word == attempt.shown();
            if !matched && rules.fault == Some(Fault::AskLegacyOnMismatch) && attempt.task == Task::LogIn(Word::Old) {
                let (state, effect) = state.go(Stage::Asking, Effect::AskLegacy);
                next.attempts[who].progress = Progress::Running(state, effect);
                return Ok(vec![next]);
            }
            Input::Verified { matched, upgrade: !strong }
        }
        Effect::Assess => Input::Judged(Judged::Accepted),
        Effect::Decoy | Effect::Hash => Input::Done,
        Effect::Delete => Input::Written(delete(&mut next)),
        Effect::Insert(insertion) => {
            let refused = refuse_insert(&next, insertion, rules);
            if refused.is_none() && rules.fault == Some(Fault::LookUpThenInsert) {
                next.attempts[who].progress = Progress::HalfWritten(state, effect);
                return Ok(vec![next]);
            }
            if refused.is_none() {
                insert(&mut next, insertion, &attempt);
            }
            Input::Written(refused.unwrap_or(Written::Done))
        }
        Effect::Replace(replacement) => {
            let written = replace(&mut next, replacement, &attempt, rules)?;
            let split = rules.fault == Some(Fault::ClearTheFlagInASecondWrite) && replacement == Replacement::Move;
            if let (true, Written::Done, Some(at)) = (split, written, next.user(Name::A)) {
                next.users[at].half_moved = true;
                next.attempts[who].progress = Progress::HalfWritten(state, effect);
                return Ok(vec![next]);
            }
            Input::Written(written)
        }
    };
    resume(&mut next, who, state, input);
    outcomes.push(next);
    Ok(outcomes)
}

fn facts(user: User, attempt: &Attempt) -> RowFacts {
    let credential = match user.secret {
        Secret::Hash { .. } if !user.half_moved => CredentialKind::Hash,
        _ => CredentialKind::Delegated,
    };
    RowFacts {
        shadow: matches!(user.secret, Secret::Delegated { shadow: Some(_) }),
        fits: !matches!(attempt.task, Task::Recover(_)) || attempt.token == Some((user.secret, user.salt)),
        ..RowFacts::of(credential)
    }
}

fn resume(next: &mut World, who: usize, state: State, input: Input) {
    let (state, effect) = step(state, input);
    next.attempts[who].progress = Progress::Running(state, effect);
}

fn second_half(next: &mut World, who: usize, effect: Effect) -> Input {
    match effect {
        Effect::Insert(insertion) => {
            let attempt = next.attempts[who];
            insert(next, insertion, &attempt);
        }
        _ => {
            if let Some(at) = next.user(Name::A) {
                next.users[at].half_moved = false;
            }
        }
    }
    Input::Written(Written::Done)
}

fn delete(next: &mut World) -> Written {
    let Some(at) = next.person() else { return Written::Gone };
    match next.users.remove(at).name {
        Name::A => next.buried.0 = true,
        Name::B => next.buried.1 = true,
    }
    next.buried.2 = true;
    Written::Done
}

/// Why the store would not insert; `None` if it would.
fn refuse_insert(world: &World, insertion: Insertion, rules: Rules) -> Option<Written> {
    let signs_up = insertion == Insertion::SignedUp;
    if world.user(Name::A).is_some() || (!signs_up && world.person().is_some()) {
        return Some(Written::Taken);
    }
    let buried = world.buried.0 || world.buried.2;
    (!signs_up && buried && rules.fault != Some(Fault::ForgetTombstones)).then_some(Written::Tombstoned)
}

fn insert(next: &mut World, insertion: Insertion, attempt: &Attempt) {
    let word = attempt.word();
    let secret = match insertion {
        Insertion::Adopted | Insertion::Cached => Secret::Delegated { shadow: None },
        Insertion::Shadowed => Secret::Delegated { shadow: Some(word) },
        Insertion::Moved(_) | Insertion::SignedUp => Secret::Hash { word, strong: true },
    };
    let legacy = insertion != Insertion::SignedUp;
    if !legacy {
        next.buried.0 = false;
    }
    next.users.push(User { name: Name::A, legacy, secret, salt: 0, version: 1, half_moved: false });
}

fn replace(next: &mut World, replacement: Replacement, attempt: &Attempt, rules: Rules) -> Result<Written, String> {
    let Some(read) = attempt.found else { return Err("a row was replaced that was never read".into()) };
    let same = |user: &User| if read.legacy { user.legacy } else { user.name == read.name };
    let Some(at) = next.users.iter().position(same) else { return Ok(Written::Gone) };
    let careless = replacement == Replacement::Rehash && rules.fault == Some(Fault::RehashWithoutCompareAndSwap);
    if next.users[at].version != read.version && !careless {
        return Ok(Written::Stale);
    }
    let word = attempt.word();
    match replacement {
        Replacement::Refresh => {}
        Replacement::Identifier if next.user(Name::B).is_some_and(|taker| taker != at) => return Ok(Written::Taken),
        Replacement::Identifier => next.users[at].name = Name::B,
        Replacement::Shadow => next.users[at].secret = Secret::Delegated { shadow: Some(word) },
        Replacement::Rehash if !matches!(next.users[at].secret, Secret::Hash { word: own, .. } if own == word) => {
            return Err("a re-hash changed the password".into());
        }
        Replacement::Move if !matches!(next.users[at].secret, Secret::Delegated { .. }) => {
            return Err("a password that lives here was replaced by a legacy one".into());
        }
        Replacement::Move | Replacement::Password | Replacement::Rehash => {
            next.users[at].secret = Secret::Hash { word, strong: true };
            next.users[at].salt += 1;
        }
    }
    next.users[at].version += 1;
    Ok(Written::Done)
}

/// The attempt is over: is its ending one that its life allows?
fn finish(mut next: World, who: usize, ending: Ending, rules: Rules) -> Result<World, String> {
    let attempt = next.attempts[who];
    let lied = match (attempt.task, ending) {
        (_, Ending::Unavailable) => {
            let anybody_failed = next.attempts.iter().any(|attempt| attempt.legacy_failed);
            (!anybody_failed).then_some("unavailable without an outage")
        }
        (_, Ending::Contended) => Some("gave up"),
        _ if attempt.legacy_failed => Some("decided though the legacy system could not be asked"),
        (Task::LogIn(_) | Task::Adopt, Ending::Authenticated { .. }) => {
            (!attempt.was_right).then_some("let in with what was never right")
        }
        (Task::LogIn(_) | Task::Adopt, _) => (!attempt.was_wrong).then_some("refused with what was always right"),
        (Task::SignUp, Ending::Completed) => (!attempt.was_right).then_some("took the name of somebody else"),
        (Task::SignUp, _) => (!attempt.was_wrong).then_some("was refused a free name"),
        (Task::ChangePassword, Ending::Completed) => (!attempt.was_right).then_some("changed nobody's password"),
        _ => None,
    };
    if let Some(lied) = lied {
        return Err(format!("{:?} {lied}: {ending:?}", attempt.task));
    }
    if matches!(attempt.task, Task::Recover(_)) && ending == Ending::Completed {
        next.completed_recoveries += 1;
    }
    if let (Ending::Authenticated { rehash: true, .. }, Task::LogIn(_)) = (ending, attempt.task) {
        let (state, effect) = start(Flow::Rehash, rules.conduct);
        next.attempts[who].task = Task::Rehash(attempt.word());
        next.attempts[who].progress = Progress::Running(state, effect);
        return Ok(next);
    }
    next.attempts[who].progress = Progress::Over(Some(ending));
    open_the_door(&mut next, who, Some(ending));
    Ok(next)
}

/// Tells those who followed what came of it; after a drop they start over and one of them leads.
fn open_the_door(next: &mut World, leader: usize, ending: Option<Ending>) {
    if !next.attempts[leader].leads {
        return;
    }
    next.attempts[leader].leads = false;
    let entry = ending.map(|ending| match ending {
        Ending::Refused(refusal) => Entry::FollowedRefused(refusal),
        Ending::Unavailable => Entry::FollowedUnavailable,
        _ => Entry::FollowedSettled,
    });
    for attempt in &mut next.attempts {
        if let Progress::Following(state, followed) = attempt.progress
            && followed == leader
        {
            attempt.progress = match entry {
                Some(entry) => Progress::Followed(state, entry),
                None => Progress::Running(state, Effect::Enter),
            };
        }
    }
}

/// Drops the attempt where it stands, as when a client hangs up.
fn abandon(world: &World, who: usize) -> Option<World> {
    if world.drops_left == 0 || matches!(world.attempts[who].progress, Progress::Waiting | Progress::Over(_)) {
        return None;
    }
    let mut next = world.clone();
    next.drops_left -= 1;
    next.attempts[who].progress = Progress::Over(None);
    open_the_door(&mut next, who, None);
    Some(next)
}

/// Visits every state that can be reached; the count, or what went wrong first.
fn explore(start: World, rules: Rules) -> Result<usize, String> {
    let mut seen = HashSet::from([start.clone()]);
    let mut open = vec![start];
    while let Some(world) = open.pop() {
        let mut stuck = true;
        for who in 0..world.attempts.len() {
            let followers = advance(&world, who, rules)?;
            stuck &= followers.is_empty();
            for mut next in followers.into_iter().chain(abandon(&world, who)) {
                next.witness(rules);
                next.check()?;
                if seen.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        let all_over = world.attempts.iter().all(|attempt| matches!(attempt.progress, Progress::Over(_)));
        if stuck && !all_over {
            return Err("an attempt waits for ever".into());
        }
    }
    Ok(seen.len())
}

/// The ways in which the store can be when the attempts begin.
fn beginnings() -> [Vec<User>; 5] {
    let row = |secret| vec![User { name: Name::A, legacy: true, secret, salt: 0, version: 1, half_moved: false }];
    [
        Vec::new(),
        row(Secret::Delegated { shadow: None }),
        row(Secret::Delegated { shadow: Some(Word::Old) }),
        row(Secret::Hash { word: Word::Old, strong: false }),
        row(Secret::Hash { word: Word::New, strong: true }),
    ]
}

/// Explores every beginning and phase for every choice of `count` tasks; the states visited, or what went wrong first.
fn explore_all(count: usize, fault: Option<Fault>, failures: u8, drops: u8) -> Result<usize, String> {
    let mut visited = 0;
    let conducts = [Conduct::IMPORTING, Conduct::LEGACY_ONLY, Conduct::SHADOW, Conduct::DRAINING, Conduct::SEALED];
    for conduct in conducts {
        for users in beginnings() {
            for tasks in choices(count) {
                let attempts = tasks.iter().map(|task| Attempt::new(*task, &users)).collect();
                let world = World {
                    users: users.clone(),
                    buried: (false, false, false),
                    attempts,
                    failures_left: failures,
                    drops_left: drops,
                    completed_recoveries: 0,
                };
                visited += explore(world, Rules { conduct, fault }).map_err(|wrong| {
                    format!(
                        "{wrong}
  in {conduct:?}
  from {users:?}
  with {tasks:?}"
                    )
                })?;
            }
        }
    }
    Ok(visited)
}

/// Every choice of `count` tasks, the same one more than once included.
fn choices(count: usize) -> Vec<Vec<Task>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let smaller = choices(count - 1);
    let rank = |task: &Task| TASKS.iter().position(|other| other == task);
    smaller
        .iter()
        .flat_map(|chosen| {
            TASKS.iter().filter(|task| chosen.last().is_none_or(|last| rank(last) <= rank(task))).map(|task| {
                let mut chosen = chosen.clone();
                chosen.push(*task);
                chosen
            })
        })
        .collect()
}

#[test]
fn no_order_of_three_attempts_breaks_a_rule() {
    let two = explore_all(2, None, 2, 1).unwrap_or_else(|wrong| panic!("{wrong}"));
    let three = explore_all(3, None, 1, 0).unwrap_or_else(|wrong| panic!("{wrong}"));
    println!("two attempts, two outages, one drop: {two} states; three attempts, one outage: {three} states");
    assert!(two > 10_000 && three > 1_000_000);
}

#[test]
fn every_seeded_fault_is_found() {
    for fault in FAULTS {
        let found = (1..=3).find_map(|count| explore_all(count, Some(fault), 1, 0).err());
        let Some(found) = found else { panic!("{fault:?} was not found") };
        println!("{fault:?}: {found}");
    }
}
