use std::time::Duration;

use clap::Args;
use serde::Serialize;
use waystation::{
    clock::SystemClock,
    password::{HashPolicy, Strength},
};

use crate::{
    arguments::Global,
    failure::{Exit, Failure},
    output,
};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// How long a hash may take, in milliseconds
    #[arg(long, default_value_t = 50, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    target: u64,
    /// Memory of one hash at the most, in MiB
    #[arg(long, default_value_t = 64, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..=4096))]
    memory: u64,
}

#[derive(Serialize)]
struct Proposal {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

pub(super) fn run(options: &Options, global: &Global) -> Result<Exit, Failure> {
    let policy =
        HashPolicy::calibrate(Duration::from_millis(options.target), options.memory << 20, &SystemClock::new())
            .map_err(|error| Failure::of("no parameters can be proposed", error))?;
    let Strength::Argon2(argon2) = policy.strength() else {
        return Err(Failure::misused("the policy is not of Argon2"));
    };
    let proposal = Proposal { memory_kib: argon2.memory_kib, passes: argon2.passes, lanes: argon2.lanes };
    if global.json {
        output::json(&proposal)?;
    } else {
        let Proposal { memory_kib, passes, lanes } = proposal;
        output::line(format_args!("Argon2id m={memory_kib},t={passes},p={lanes}"))?;
        output::line(format_args!("HashPolicy::argon2id({memory_kib}, {passes}, {lanes})"))?;
    }
    Ok(Exit::Done)
}
