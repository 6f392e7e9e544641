use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use clap::{Args, Parser, Subcommand};

use crate::{completions, doctor, export, hash, import, jobs, left, search, serve, show};

const AFTER_HELP: &str = "\
Exit codes:
  0    all was well
  1    it could not be done; what to do is said on standard error
  2    the command line or the settings are wrong
  3    it was done, and not everything was well: records or hashes were refused, a known password did not open its hash,
       the file had nobody in it, the doctor found an error, the user or job that was asked for is not there, or the legacy
       system could not be counted
  130  stopped by Ctrl-C or SIGTERM: an import can be resumed, an export begins anew

Secrets are never given on the command line, where every process of the machine can read them: an address with a
password stands in the environment (WAYSTATION_STORE) or in the file of settings, or the password is asked for
(--ask-password); a token stands in the environment (WAYSTATION_TOKEN) or in a file of its own.";

/// Moves users out of a legacy system: imports, exports, searches, counts, and proves hash formats.
#[derive(Debug, Parser)]
#[command(name = "waystation", version, about, after_help = AFTER_HELP, infer_subcommands = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Args, Debug)]
pub(crate) struct Global {
    /// File of settings (TOML); `waystation.toml` here unless given
    #[arg(long, global = true, value_name = "FILE", env = "WAYSTATION_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Address of the store, without a password: `sqlite:users.sqlite3`, `postgres://host/database`, `mysql://host/database`
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub(crate) store: Option<String>,
    /// Ask for the store's password, at the terminal
    #[arg(long, global = true)]
    pub(crate) ask_password: bool,
    /// Whose users: the connection name within the store
    #[arg(long, global = true, value_name = "NAME", env = "WAYSTATION_CONNECTION")]
    pub(crate) connection: Option<String>,
    /// JSON on standard output, for machines
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

impl Global {
    /// A command over the same store, to be copied from the screen.
    pub(crate) fn command(&self, rest: &str) -> String {
        let config = self.config.as_deref().map(Path::to_string_lossy);
        let flags = [
            ("--config", config.as_deref()),
            ("--store", self.store.as_deref()),
            ("--connection", self.connection.as_deref()),
        ];
        let mut command = "waystation".to_owned();
        for (flag, value) in flags {
            if let Some(value) = value {
                command.extend([" ", flag, " ", &quoted(value)]);
            }
        }
        if self.ask_password {
            command.push_str(" --ask-password");
        }
        command + " " + rest
    }
}

/// As shells read one word.
pub(crate) fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./:@=,+%".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the completions of a shell
    Completions(completions::Options),
    /// Look at store, legacy system and settings before anybody logs in; writes nothing
    Doctor(doctor::Options),
    /// Write users to a file, as `import` takes them or as a table
    Export(export::Options),
    /// Identify, check, wrap and calibrate password hashes
    #[command(subcommand)]
    Hash(hash::Command),
    /// Import users from a file
    Import(Box<import::Options>),
    /// List, show, cancel and work on imports
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// List who of the legacy system has not moved, and why
    Left(left::Options),
    /// Search users
    Search(search::Options),
    /// Serve the management API over the store, until Ctrl-C
    Serve(Box<serve::Options>),
    /// Show one user, never the hash
    Show(show::Options),
    /// Count who is here and how they came, and how many are left at the legacy system
    Stats,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_to_go_on_with_names_the_store_as_a_shell_reads_it() {
        let mut global = Global { config: None, store: None, ask_password: false, connection: None, json: false };
        assert_eq!(global.command("jobs work"), "waystation jobs work");
        global.store = Some("postgres:///users?host=/run/a b".into());
        global.connection = Some("it's".into());
        let expected = r"waystation --store 'postgres:///users?host=/run/a b' --connection 'it'\''s' jobs work";
        assert_eq!(global.command("jobs work"), expected);
        global.store = Some("sqlite:users.sqlite3".into());
        global.connection = None;
        assert_eq!(global.command("jobs work"), "waystation --store sqlite:users.sqlite3 jobs work");
    }
}
