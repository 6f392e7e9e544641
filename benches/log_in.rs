//! A log-in through `LazyMigrator` beside the one that a service would write by hand, on SQLite, in one run.
//!
//! * **Alone**: a moved user's log-in, a first log-in, and what either spends around the hash. Each iteration runs
//!   both contenders in turn, so that both meet the same machine.
//! * **A crowd**: 512 log-ins at once, each contender in a process of its own (this program, called again), beside
//!   what the cores can hash when they do nothing else.
//!
//! It ends with the table of the ratios. `cargo bench --bench log_in` takes about three minutes; the hand-written crowd
//! takes about 10 GiB of memory, and is left out where there is less than that and half as much again.

use criterion::Criterion;

use self::{crowd::Crowd, service::Cost, table::Table};

#[path = "log_in/alone.rs"]
mod alone;
#[path = "log_in/crowd.rs"]
mod crowd;
#[path = "log_in/hand_written.rs"]
mod hand_written;
#[path = "log_in/lazy.rs"]
mod lazy;
#[path = "log_in/median.rs"]
mod median;
#[path = "log_in/member.rs"]
mod member;
#[path = "log_in/memory.rs"]
mod memory;
#[path = "log_in/service.rs"]
mod service;
#[path = "log_in/table.rs"]
mod table;
#[path = "log_in/ticker.rs"]
mod ticker;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if member::called(&arguments)? {
        return Ok(());
    }
    // As criterion tells them apart: only `cargo bench` measures.
    let measures = arguments.iter().any(|argument| argument == "--bench")
        && !arguments.iter().any(|argument| argument == "--test");
    let (cost, crowd) = if measures { (Cost::USUAL, Crowd(512)) } else { (Cost::LEAST, Crowd(8)) };

    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let mut table = Table::default();
    alone::measure(&mut criterion, cost, &mut table)?;
    crowd.measure(&mut criterion, cost, &mut table)?;
    criterion.final_summary();
    let table = table.to_string();
    if measures {
        println!("\n{table}");
    }
    Ok(())
}
