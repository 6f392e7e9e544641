//! Runs attempts against each other in every order there is.
//!
//! The world is one legacy person, an atomic store, and up to three attempts. At every state each attempt may take
//! its next step, the legacy system may fail, and an attempt may be dropped; every state that can be reached is
//! visited once, and the rules are checked in each.

use std::collections::HashSet;

use self::{moves::*, world::*};
use super::*;

mod moves;
mod world;

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
