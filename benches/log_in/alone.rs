//! One log-in at a time.
#![expect(clippy::disallowed_methods, reason = "a bench measures the time of the system")]

use std::{
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use criterion::Criterion;
use tokio::runtime::Runtime;

use super::{
    Failure,
    hand_written::HandWritten,
    lazy::Lazy,
    median::median,
    service::{BareHash, Cost, Service, email},
    table::{Row, Table, Target},
};

/// How many people have moved before anything is measured.
const MOVED: u32 = 64;

/// Both kinds of log-in at `cost`, and then with next to no hash, to see what is around it.
pub(crate) fn measure(criterion: &mut Criterion, cost: Cost, table: &mut Table) -> Result<(), Failure> {
    let runtime = Runtime::new()?;
    let mut duel = Duel::new(&runtime, cost)?;
    for whose in Whose::BOTH {
        let rounds = duel.fight(criterion, whose.log_in(), whose)?;
        let millis = |time| Some(rounds.median(time)? * 1e3);
        let row = Row::new(whose.log_in(), " ms").ours(millis(Round::ours)).theirs(millis(Round::theirs));
        table.add(row.ratio(rounds.ratio()));
    }
    let bare = bare_hash(criterion)?;
    let mut duel = Duel::new(&runtime, Cost::LEAST)?;
    for whose in Whose::BOTH {
        let rounds = duel.fight(criterion, whose.around_the_hash(), whose)?;
        let micros = |time| Some((rounds.median(time)? - bare?) * 1e6);
        let row = Row::new(whose.around_the_hash(), " µs").ours(micros(Round::ours)).theirs(micros(Round::theirs));
        table.add(row.target(whose.target()));
    }
    Ok(())
}

/// What the smallest hash takes without anything around it.
fn bare_hash(criterion: &mut Criterion) -> Result<Option<f64>, Failure> {
    let mut hash = BareHash::new(Cost::LEAST)?;
    let mut per_hash = Vec::new();
    criterion.bench_function("nothing around the hash", |bencher| {
        bencher.iter_custom(|iterations| {
            let began = Instant::now();
            for _ in 0..iterations {
                let _key = black_box(hash.compute());
            }
            let took = began.elapsed();
            per_hash.push(took / u32::try_from(iterations).unwrap_or(u32::MAX));
            took
        });
    });
    Ok(median(per_hash.iter().map(Duration::as_secs_f64)))
}

/// Whose log-in it is.
#[derive(Clone, Copy)]
enum Whose {
    Moved,
    Newcomer,
}

impl Whose {
    const BOTH: [Self; 2] = [Self::Moved, Self::Newcomer];

    const fn log_in(self) -> &'static str {
        match self {
            Self::Moved => "a moved user's log-in",
            Self::Newcomer => "a first log-in",
        }
    }

    const fn around_the_hash(self) -> &'static str {
        match self {
            Self::Moved => "a moved user's log-in, around the hash",
            Self::Newcomer => "a first log-in, around the hash",
        }
    }

    const fn target(self) -> Option<Target> {
        match self {
            Self::Moved => Some(Target::AtMost(150.0)),
            Self::Newcomer => None,
        }
    }
}

/// Both contenders, each with a store of its own.
struct Duel<'r> {
    runtime: &'r Runtime,
    ours: Lazy,
    theirs: HandWritten,
    /// Who comes next.
    next: u32,
    _directory: tempfile::TempDir,
}

impl<'r> Duel<'r> {
    fn new(runtime: &'r Runtime, cost: Cost) -> Result<Self, Failure> {
        let directory = tempfile::tempdir()?;
        let (ours, theirs) = runtime.block_on(Self::settled(directory.path(), cost))?;
        Ok(Self { runtime, ours, theirs, next: MOVED, _directory: directory })
    }

    async fn settled(directory: &Path, cost: Cost) -> Result<(Lazy, HandWritten), Failure> {
        let ours = Lazy::open(directory, cost).await?;
        let theirs = HandWritten::open(directory, cost)?;
        ours.settle(MOVED).await?;
        theirs.settle(MOVED).await?;
        Ok((ours, theirs))
    }

    /// Lets criterion measure the one and then the other. In each iteration the opponent runs too, off the clock.
    fn fight(&mut self, criterion: &mut Criterion, name: &str, whose: Whose) -> Result<Rounds, Failure> {
        let mut rounds = Rounds::default();
        let mut failure = None;
        let mut group = criterion.benchmark_group(name);
        let contenders: [(_, Time); 2] = [("waystation", Round::ours), ("hand-written", Round::theirs)];
        for (contender, time) in contenders {
            group.bench_function(contender, |bencher| {
                bencher.iter_custom(|iterations| {
                    let mut measured = Duration::ZERO;
                    for _ in 0..iterations {
                        match self.round(whose) {
                            Ok(round) => {
                                measured += time(&round);
                                rounds.0.push(round);
                            }
                            Err(error) => failure = Some(error),
                        }
                    }
                    measured
                });
            });
        }
        group.finish();
        failure.map_or(Ok(rounds), Err)
    }

    fn round(&mut self, whose: Whose) -> Result<Round, Failure> {
        let person = match whose {
            Whose::Moved => self.next % MOVED,
            Whose::Newcomer => self.next,
        };
        self.next += 1;
        let email = email(person);
        let ours = self.runtime.block_on(log_in(&self.ours, &email))?;
        let theirs = self.runtime.block_on(log_in(&self.theirs, &email))?;
        Ok(Round { ours, theirs })
    }
}

async fn log_in(service: &impl Service, email: &str) -> Result<Duration, Failure> {
    let began = Instant::now();
    let came_in = service.log_in(email).await?;
    let took = began.elapsed();
    // What nobody waits for must not run into the next one.
    service.rest().await;
    if came_in { Ok(took) } else { Err("a right password was refused".into()) }
}

#[derive(Clone, Copy)]
struct Round {
    ours: Duration,
    theirs: Duration,
}

/// The time of one of the two.
type Time = fn(&Round) -> Duration;

impl Round {
    const fn ours(&self) -> Duration {
        self.ours
    }

    const fn theirs(&self) -> Duration {
        self.theirs
    }
}

#[derive(Default)]
struct Rounds(Vec<Round>);

impl Rounds {
    /// In seconds.
    fn median(&self, time: Time) -> Option<f64> {
        median(self.0.iter().map(|round| time(round).as_secs_f64()))
    }

    /// Of ours to theirs, round by round.
    fn ratio(&self) -> Option<f64> {
        median(self.0.iter().map(|round| round.ours.as_secs_f64() / round.theirs.as_secs_f64()))
    }
}
