use std::io;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::{
    arguments::Arguments,
    failure::{Exit, Failure},
};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(options: &Options) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Arguments::command(), "waystation", &mut script);
    io::Write::write_all(&mut io::stdout().lock(), &script)
        .map_err(|error| Failure::of("standard output cannot be written", error))?;
    Ok(Exit::Done)
}
