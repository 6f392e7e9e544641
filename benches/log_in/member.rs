//! One contender of the crowd, in a process of its own: this program, called again by itself. It
//! prints what it measured as one line of JSON.
#![expect(clippy::disallowed_methods, reason = "a bench measures the time of the system")]

use std::{
    env,
    process::{Command, Stdio},
    sync::{Arc, Barrier},
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use tokio::{runtime::Runtime, task::JoinSet};

use super::{
    Failure,
    hand_written::HandWritten,
    lazy::Lazy,
    memory,
    service::{BareHash, Cost, Service, email},
    ticker::Ticker,
};

/// Who is measured.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) enum Member {
    /// A thread a core, each hashing in kept memory: what the cores can hash.
    Cores,
    /// [`HandWritten`].
    HandWritten,
    /// [`Lazy`].
    Lazy,
}

impl Member {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Cores => "the cores alone",
            Self::HandWritten => "hand-written",
            Self::Lazy => "waystation",
        }
    }
}

/// What was measured.
#[derive(Clone, Copy, Default, Deserialize, Serialize)]
pub(crate) struct Measured {
    pub(crate) took: Duration,
    /// KiB at most, above what the process had before its first hash.
    pub(crate) above_idle: Option<u64>,
    /// Of the ticker on the same runtime, before the crowd came.
    pub(crate) late_before: Duration,
    /// While the crowd was there.
    pub(crate) late_p99: Duration,
    pub(crate) late_max: Duration,
}

/// A call of this program for one contender.
#[derive(Clone, Copy, Deserialize, Serialize)]
struct Call {
    member: Member,
    people: u32,
    memory_kib: u32,
    passes: u32,
}

/// The first argument that makes the program such a call; the second says which.
const CALL: &str = "crowd-member";

/// Measures in a process of its own.
pub(crate) fn call(member: Member, people: u32, cost: Cost) -> Result<Measured, Failure> {
    let call = Call { member, people, memory_kib: cost.memory_kib, passes: cost.passes };
    let mut command = Command::new(env::current_exe()?);
    command.arg(CALL).arg(serde_json::to_string(&call)?).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{} ended with {}", member.name(), output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Whether the program was called so. Then it has answered.
pub(crate) fn called(arguments: &[String]) -> Result<bool, Failure> {
    let [CALL, call] = [arguments.first(), arguments.get(1)].map(|argument| argument.map_or("", String::as_str)) else {
        return Ok(false);
    };
    let call: Call = serde_json::from_str(call)?;
    println!("{}", serde_json::to_string(&call.measure()?)?);
    Ok(true)
}

impl Call {
    fn measure(self) -> Result<Measured, Failure> {
        let cost = Cost { memory_kib: self.memory_kib, passes: self.passes };
        let directory = tempfile::tempdir()?;
        // As `#[tokio::main]` makes it.
        let runtime = Runtime::new()?;
        match self.member {
            Member::Cores => cores(self.people, cost),
            Member::HandWritten => {
                memory::go_first();
                runtime.block_on(async { crowd(HandWritten::open(directory.path(), cost)?, self.people).await })
            }
            Member::Lazy => {
                runtime.block_on(async { crowd(Lazy::open(directory.path(), cost).await?, self.people).await })
            }
        }
    }
}

/// Everybody logs in at once.
async fn crowd(service: impl Service, people: u32) -> Result<Measured, Failure> {
    service.settle(people).await?;
    let idle = memory::resident();
    // A service that has been up for a while: connections open, memory touched.
    let service = Arc::new(service);
    all_of(&service, parallelism()?.min(people)).await?;
    let ticker = Ticker::start();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let (late_before, _) = ticker.stop().await?;

    let ticker = Ticker::start();
    let began = Instant::now();
    all_of(&service, people).await?;
    let took = began.elapsed();
    let (late_p99, late_max) = ticker.stop().await?;
    let above_idle = memory::peak().zip(idle).map(|(peak, idle)| peak.saturating_sub(idle));
    Ok(Measured { took, above_idle, late_before, late_p99, late_max })
}

async fn all_of(service: &Arc<impl Service>, people: u32) -> Result<(), Failure> {
    let mut log_ins = JoinSet::new();
    for person in 0..people {
        let service = Arc::clone(service);
        log_ins.spawn(async move { service.log_in(&email(person)).await });
    }
    while let Some(came_in) = log_ins.join_next().await {
        if !came_in?? {
            return Err("somebody did not come in".into());
        }
    }
    Ok(())
}

/// As many hashes on as many threads as there are cores, and nothing else.
fn cores(hashes: u32, cost: Cost) -> Result<Measured, Failure> {
    let threads = parallelism()?;
    let start = Arc::new(Barrier::new(threads as usize + 1));
    let hashing: Vec<_> = (0..threads)
        .map(|thread| {
            let start = Arc::clone(&start);
            thread::spawn(move || -> Result<(), Failure> {
                let mut hash = BareHash::new(cost)?;
                hash.compute()?;
                start.wait();
                let share = hashes / threads + u32::from(thread < hashes % threads);
                (0..share).try_for_each(|_| hash.compute().map(drop))
            })
        })
        .collect();
    start.wait();
    let began = Instant::now();
    for thread in hashing {
        thread.join().map_err(|_| "a thread panicked")??;
    }
    Ok(Measured { took: began.elapsed(), ..Measured::default() })
}

fn parallelism() -> Result<u32, Failure> {
    Ok(u32::try_from(thread::available_parallelism()?.get())?)
}
