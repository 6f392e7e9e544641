//! A process that is killed in the middle of first log-ins.

use std::{
    collections::BTreeSet,
    os::unix::process::ExitStatusExt,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use tempfile::TempDir;
use tokio::{runtime::Runtime, task::JoinSet};
use waystation::{LogInOutcome, Migrator, migrator::Refusal};

use crate::{
    child::{self, Child},
    dice::Dice,
    site::{Person, Site, everybody, passwords, report},
};

const NAME: &str = "killed::two_hundred_kills_in_the_middle_of_first_log_ins_leave_every_row_whole";

const KILLS: usize = 200;
/// So many processes run, and are killed, at a time: a killed one's locks must not hold up the other.
const TOGETHER: usize = 2;
/// How many people a process is given. It never gets to more, so that somebody is left for the last one.
const BATCH: usize = 6;
const PEOPLE: usize = KILLS * BATCH;
/// The store is looked through after so many kills. In between, the next process finds what the last one left.
const KILLS_BETWEEN_LOOKS: usize = 5 * TOGETHER;
const SIGKILL: i32 = 9;

#[test]
fn two_hundred_kills_in_the_middle_of_first_log_ins_leave_every_row_whole() {
    if let Some(folder) = child::folder() {
        return Runtime::new().unwrap().block_on(log_in_until_killed(&Site::at(folder)));
    }
    let dice = Dice::new(Dice::seed());
    let folder = TempDir::new().unwrap();
    let runtime = Runtime::new().unwrap();
    let site = runtime.block_on(Site::make(folder.path(), PEOPLE));

    let ledger = Mutex::new(Ledger::default());
    for round in 1..=KILLS / TOGETHER {
        std::thread::scope(|scope| {
            for _ in 0..TOGETHER {
                let (site, ledger, plan) = (&site, &ledger, Plan::draw(&dice, &lock(&ledger)));
                scope.spawn(move || plan.carry_out(site, ledger));
            }
        });
        if (round * TOGETHER).is_multiple_of(KILLS_BETWEEN_LOOKS) {
            runtime.block_on(look_through(&site, &mut lock(&ledger)));
        }
    }

    let mut ledger = lock(&ledger);
    let moved = ledger.known.len();
    println!(
        "{KILLS} kills: {} before the store was open, {} in the middle of log-ins; {} people acknowledged, {moved} moved",
        ledger.early,
        ledger.interrupted,
        ledger.acknowledged.len(),
    );
    assert!(moved < PEOPLE, "nobody was left for the last kills");
    assert!(ledger.interrupted > KILLS / 4, "too few of the kills were in the middle of something");
    runtime.block_on(log_in_the_rest(&site, &mut ledger));
}

/// What is known of all the processes so far.
#[derive(Debug, Default)]
struct Ledger {
    /// Whom a process said it had let in.
    acknowledged: BTreeSet<Person>,
    /// Who was in the store when it was last looked through: more, since a process may die before it can say so.
    known: BTreeSet<Person>,
    early: usize,
    interrupted: usize,
}

fn lock(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap()
}

/// One process: whom it is to log in, and when it is killed.
#[derive(Debug)]
struct Plan {
    people: Vec<Person>,
    moment: Moment,
    delay: Duration,
}

/// Measured by what the process has done and not by the clock alone, so that the moments are spread over the whole of
/// its work on every machine.
#[derive(Debug)]
enum Moment {
    /// While it starts, opens the store, makes its tables.
    AfterStart,
    /// After it has let in so many people.
    AfterLogIns(usize),
}

impl Plan {
    fn draw(dice: &Dice, ledger: &Ledger) -> Self {
        let mut left: Vec<_> =
            (1..=PEOPLE).map(Person).filter(|person| !ledger.acknowledged.contains(person)).collect();
        dice.shuffle(&mut left);
        left.truncate(BATCH);
        let micros = |limit| Duration::from_micros(dice.below(limit) as u64);
        let (moment, delay) = match dice.below(8) {
            0 => (Moment::AfterStart, micros(6_000)),
            _ => (Moment::AfterLogIns(dice.below(BATCH)), micros(2_000)),
        };
        Self { people: left, moment, delay }
    }

    fn carry_out(self, site: &Site, ledger: &Mutex<Ledger>) {
        let mut child = Child::start(NAME, site.folder());
        let numbers: Vec<_> = self.people.iter().map(|person| person.0.to_string()).collect();
        child.order(&numbers.join(" "));
        let mut lines = Vec::new();
        if let Moment::AfterLogIns(count) = self.moment {
            // The first line says that the store is open.
            while lines.len() < count + 1 {
                match child.line() {
                    Some(line) => lines.push(line),
                    None => panic!("a process ended before it was killed, after {lines:?}: {}", child.complaints()),
                }
            }
        }
        lines.extend(child.lines_within(self.delay));
        let (status, last) = child.kill();
        assert_eq!(status.signal(), Some(SIGKILL), "a process ended before it was killed: {status:?}");
        lines.extend(last);
        lock(ledger).note(&self, &lines);
    }
}

impl Ledger {
    fn note(&mut self, plan: &Plan, lines: &[String]) {
        let Some((first, log_ins)) = lines.split_first() else {
            self.early += 1;
            return;
        };
        assert_eq!(first, "ready");
        for line in log_ins {
            let (number, came) = line.split_once(' ').unwrap();
            // From the store where another process was first, or had died before it could say so.
            assert!(matches!(came, "in migrated" | "in store"), "{line}");
            self.acknowledged.insert(Person(number.parse().unwrap()));
        }
        if log_ins.len() < plan.people.len() {
            self.interrupted += 1;
        }
    }
}

/// What a child does: logs the people in that it is told, a few at a time, and says so for each.
async fn log_in_until_killed(site: &Site) {
    let store = site.store().await;
    let migrator = site.migrator(&store, &passwords());
    child::say("ready");
    let people: Vec<_> = child::hear().split(' ').map(|number| Person(number.parse().unwrap())).collect();
    let mut running = JoinSet::new();
    for some in people.chunks(2) {
        let (some, migrator) = (some.to_vec(), migrator.clone());
        running.spawn(async move {
            for person in some {
                child::say(format!("{} {}", person.0, report(&migrator, person.right()).await));
            }
        });
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
    // Until there is no parent any more; usually the end comes sooner.
    while !child::hear().is_empty() {}
}

/// Whether everything is as it should be after the last kill.
async fn look_through(site: &Site, ledger: &mut Ledger) {
    assert_eq!(site.integrity(), "ok");
    let (store, passwords) = (site.store().await, passwords());
    let people = everybody(&store).await;
    for (person, user) in &people {
        // Their passwords are tried again at the end.
        if !ledger.known.contains(person) {
            person.assert_is(user, &passwords).await;
        }
    }
    let known: BTreeSet<_> = people.into_keys().collect();
    assert!(known.is_superset(&ledger.acknowledged), "somebody was let in and is gone: {ledger:?}");
    assert!(known.is_superset(&ledger.known), "somebody was there and is gone: {ledger:?}");
    ledger.known = known;
    store.close().await;
}

/// Everybody once more: by the store who has moved, and a first log-in for the rest.
async fn log_in_the_rest(site: &Site, ledger: &mut Ledger) {
    let (store, passwords) = (site.store().await, passwords());
    let migrator = site.migrator(&store, &passwords);
    for person in (1..=PEOPLE).map(Person) {
        let came = if ledger.known.contains(&person) { "in store" } else { "in migrated" };
        assert_eq!(report(&migrator, person.right()).await, came, "{person:?}");
        let refused = migrator.log_in(person.wrong()).await.unwrap();
        assert!(matches!(refused, LogInOutcome::Refused(Refusal::WrongPassword)), "{refused:?}");
    }
    migrator.settled().await;
    // Every row's password once more, and not only those that were not known.
    ledger.known.clear();
    store.close().await;
    look_through(site, ledger).await;
    assert_eq!(ledger.known.len(), PEOPLE);
}
