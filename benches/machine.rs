//! What the pure machine costs: one step, and a whole log-in through it. Beside a hash it is nothing, and this says
//! how much of nothing.

use std::{error::Error, hint::black_box};

use criterion::Criterion;
use waystation::{
    migrator::machine::{self, Effect, Ending, Entry, Flow, Input, Judged, LegacySays, Row, RowFacts, Written},
    phase::Conduct,
    user::CredentialKind,
};

const ABSENT: Row = Row::Absent;
const MOVED: Row = Row::Present(RowFacts::of(CredentialKind::Hash));

fn main() -> Result<(), Box<dyn Error>> {
    for row in [ABSENT, MOVED] {
        if !matches!(log_in(row), Ending::Authenticated { .. }) {
            return Err("the log-in that is to be measured ends in another way".into());
        }
    }
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("machine");
    group.bench_function("one step", |bencher| {
        let (state, _) = machine::start(Flow::LogIn, Conduct::IMPORTING);
        bencher.iter(|| machine::step(black_box(state), black_box(Input::Row(MOVED))));
    });
    group.bench_function("a moved user's log-in", |bencher| bencher.iter(|| log_in(black_box(MOVED))));
    group.bench_function("a first log-in", |bencher| bencher.iter(|| log_in(black_box(ABSENT))));
    group.finish();
    criterion.final_summary();
    Ok(())
}

/// A log-in with the right password from beginning to end, where the store answers with `row`.
fn log_in(row: Row) -> Ending {
    let (mut state, mut effect) = machine::start(Flow::LogIn, Conduct::IMPORTING);
    loop {
        let input = match effect {
            Effect::Finish(ending) => return ending,
            Effect::AskLegacy => Input::Said(LegacySays::Match),
            Effect::Assess => Input::Judged(Judged::Accepted),
            Effect::Enter => Input::Entered(Entry::Leads),
            Effect::Find => Input::Row(row),
            Effect::Insert(_) => Input::Written(Written::Done),
            Effect::Verify => Input::Verified { matched: true, upgrade: false },
            _ => Input::Done,
        };
        (state, effect) = machine::step(state, black_box(input));
    }
}
