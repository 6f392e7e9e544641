//! What an attempt may do next, and what comes of it.

use super::{super::*, world::*};

/// Every world that can follow when the attempt at `who` takes its next step.
pub(super) fn advance(world: &World, who: usize, rules: Rules) -> Result<Vec<World>, String> {
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
#[expect(clippy::too_many_lines, reason = "one list of all effects")]
pub(super) fn perform(
    mut next: World,
    who: usize,
    state: State,
    effect: Effect,
    rules: Rules,
) -> Result<Vec<World>, String> {
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

pub(super) fn facts(user: User, attempt: &Attempt) -> RowFacts {
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

pub(super) fn resume(next: &mut World, who: usize, state: State, input: Input) {
    let (state, effect) = step(state, input);
    next.attempts[who].progress = Progress::Running(state, effect);
}

pub(super) fn second_half(next: &mut World, who: usize, effect: Effect) -> Input {
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

pub(super) fn delete(next: &mut World) -> Written {
    let Some(at) = next.person() else { return Written::Gone };
    match next.users.remove(at).name {
        Name::A => next.buried.0 = true,
        Name::B => next.buried.1 = true,
    }
    next.buried.2 = true;
    Written::Done
}

/// Why the store would not insert; `None` if it would.
pub(super) fn refuse_insert(world: &World, insertion: Insertion, rules: Rules) -> Option<Written> {
    let signs_up = insertion == Insertion::SignedUp;
    if world.user(Name::A).is_some() || (!signs_up && world.person().is_some()) {
        return Some(Written::Taken);
    }
    let buried = world.buried.0 || world.buried.2;
    (!signs_up && buried && rules.fault != Some(Fault::ForgetTombstones)).then_some(Written::Tombstoned)
}

pub(super) fn insert(next: &mut World, insertion: Insertion, attempt: &Attempt) {
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

pub(super) fn replace(
    next: &mut World,
    replacement: Replacement,
    attempt: &Attempt,
    rules: Rules,
) -> Result<Written, String> {
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
pub(super) fn finish(mut next: World, who: usize, ending: Ending, rules: Rules) -> Result<World, String> {
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
pub(super) fn open_the_door(next: &mut World, leader: usize, ending: Option<Ending>) {
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
pub(super) fn abandon(world: &World, who: usize) -> Option<World> {
    if world.drops_left == 0 || matches!(world.attempts[who].progress, Progress::Waiting | Progress::Over(_)) {
        return None;
    }
    let mut next = world.clone();
    next.drops_left -= 1;
    next.attempts[who].progress = Progress::Over(None);
    open_the_door(&mut next, who, None);
    Some(next)
}
