use std::{
    io::Write as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use tempfile::TempDir;

/// A directory in which the command is run, and nothing of the environment.
#[derive(Debug)]
pub(super) struct Terminal(TempDir);

/// Opens a terminal, runs in it what is named after the text, and types the keys once the text is there; with `hidden`,
/// only once what is typed is not shown.
#[cfg(unix)]
const TYPIST: &str = "
import os, pty, sys, termios, time
when, keys, hidden = sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3] == 'hidden'
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[4], sys.argv[4:])
said, typed = b'', False
while True:
    try:
        some = os.read(terminal, 1024)
    except OSError:
        break
    if not some:
        break
    said += some
    if when in said and not typed:
        typed = True
        while hidden and termios.tcgetattr(terminal)[3] & termios.ECHO:
            time.sleep(0.01)
        os.write(terminal, keys)
sys.stdout.buffer.write(said)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";

/// What is typed at a terminal, and when.
#[cfg(unix)]
#[derive(Clone, Copy, Debug)]
pub(super) enum Typed<'a> {
    CtrlCAfter(&'a str),
    /// With the key that ends a line, when it is not shown.
    HiddenAfter(&'a str, &'a str),
}

/// What the command left.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Ended {
    pub(super) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Terminal {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, &[], "")
    }

    pub(super) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)], input: impl AsRef<[u8]>) -> Ended {
        let mut command = self.command(arguments);
        command.envs(environment.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that reads nothing may have ended already.
        let _unread = child.stdin.take().unwrap().write_all(input.as_ref());
        Ended::of(child.wait_with_output().unwrap())
    }

    /// A run on a terminal of its own, of which all that was shown is the standard output.
    #[cfg(unix)]
    pub(super) fn run_typing(&self, arguments: &[&str], typed: Typed<'_>) -> Ended {
        let (when, keys, hidden) = match typed {
            Typed::CtrlCAfter(when) => (when, "\u{3}".to_owned(), "shown"),
            Typed::HiddenAfter(when, text) => (when, format!("{text}\n"), "hidden"),
        };
        let mut command = Command::new("python3");
        command.args(["-c", TYPIST, when, &keys, hidden, env!("CARGO_BIN_EXE_waystation")]).args(arguments);
        // A terminal of a kind that can move its cursor, and is wide enough.
        command
            .env_clear()
            .envs([("TERM", "xterm"), ("COLUMNS", "200")])
            .env("PATH", std::env::var_os("PATH").unwrap());
        Ended::of(command.current_dir(self.0.path()).output().unwrap())
    }

    /// Begins a run that nobody reads or writes to.
    pub(super) fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waystation"));
        command.args(arguments).env_clear().current_dir(self.0.path());
        command
    }
}
