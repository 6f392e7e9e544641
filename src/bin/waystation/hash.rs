//! Password hashes, before a migration: what they are, whether they open, how they would rest here.

mod calibrate;
mod check;
mod identify;
mod line;
mod verdict;
mod wrap;

use clap::Subcommand;

use crate::{
    arguments::Global,
    engine,
    failure::{Exit, Failure},
    settings::Settings,
};

const LINES: &str = "\
Reads one JSON object a line from standard input:

  {\"hash\": \"$2y$10$…\"}
  {\"custom_password_hash\": {\"algorithm\": \"md5\", \"hash\": {\"value\": \"…\", \"encoding\": \"hex\"}}}
  {\"hash\": \"5f4dcc3b…\", \"format\": \"vbulletin\", \"context\": {\"salt\": \"x7Qa\"}}

`format` is the name of a scheme, of a home-made format in the settings, or of a system whose hashes are to be read as it
means them (django, joomla, meteor, mysql, symfony, werkzeug, woltlab, wordpress). `context` holds what the system keeps in
other columns: `salt` or `salt_b64`, `username`, `key` or `key_b64`, `iterations`, `pepper` (an id of the settings).
A line that begins with anything but `{` is a hash by itself.

Neither hashes nor passwords are printed.";

const CHECK_LINES: &str = "\
Beside what `hash identify` reads, each line has a `password`, or a `password_b64` that may be any bytes:

  {\"hash\": \"$2y$10$…\", \"password\": \"correct horse\"}

Prints one verdict a line: match, mismatch, locked, malformed, incomplete, ambiguous, unsupported, too_costly.
Ends with 0 if all match, else with 3.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Propose Argon2id parameters for this machine
    Calibrate(calibrate::Options),
    /// Prove that known passwords open known hashes
    #[command(after_help = CHECK_LINES)]
    Check,
    /// Tell the scheme of hashes, and whether they can be verified
    #[command(after_help = LINES)]
    Identify,
    /// Put Argon2id over legacy hashes, without knowing the passwords
    #[command(
        after_help = "Reads what `hash identify` reads. Prints one JSON object for each that could be wrapped: `line`, the number of the line that it came from, and `scheme`, `text` and `context`, the hash as stores keep it."
    )]
    Wrap,
}

pub(crate) async fn run(command: Command, global: &Global) -> Result<Exit, Failure> {
    if let Command::Calibrate(options) = command {
        return calibrate::run(&options, global);
    }
    let passwords = engine::passwords(&Settings::read(global)?)?;
    match command {
        Command::Check => check::run(&passwords, global).await,
        Command::Identify => identify::run(&passwords, global),
        Command::Wrap => wrap::run(&passwords).await,
        Command::Calibrate(_) => Ok(Exit::Done),
    }
}
