//! `waystation`: what an operator of a migration does from a terminal.

/// Writes a line to standard error. `eprintln!` panics where nobody reads it any more, or the disk behind it is full.
macro_rules! tell {
    ($($text:tt)+) => { $crate::output::tell(format_args!($($text)+)) };
}

mod arguments;
mod completions;
mod doctor;
mod engine;
mod export;
mod failure;
mod hash;
mod import;
mod interrupt;
mod jobs;
mod left;
mod legacy;
mod log;
mod output;
mod progress;
mod prompt;
mod search;
mod serve;
mod settings;
mod show;
mod stats;
mod store;
mod time;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};
use failure::Exit;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tell!("waystation: the system gives no threads: {error}");
            return Exit::Failed.into();
        }
    };
    let ended = runtime.block_on(async {
        let ended = run(arguments).await;
        store::close().await;
        ended
    });
    // Standard input may still be waited for.
    runtime.shutdown_background();
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if !failure.is_broken_pipe() {
                tell!("waystation: {failure}");
            }
            failure.exit().into()
        }
    }
}

async fn run(arguments: Arguments) -> Result<Exit, failure::Failure> {
    let Arguments { global, command } = arguments;
    match command {
        Command::Completions(options) => completions::run(&options),
        Command::Doctor(options) => doctor::run(&options, &global).await,
        Command::Export(options) => export::run(&options, &global).await,
        Command::Hash(command) => hash::run(command, &global).await,
        Command::Import(options) => import::run(&options, &global).await,
        Command::Jobs(command) => jobs::run(command, &global).await,
        Command::Left(options) => left::run(&options, &global).await,
        Command::Search(options) => search::run(&options, &global).await,
        Command::Serve(options) => serve::run(*options, &global).await,
        Command::Show(options) => show::run(&options, &global).await,
        Command::Stats => stats::run(&global).await,
    }
}
