//! A server that a test program starts for itself, and that ends with it, however it ends.

use std::{
    io::Write as _,
    net::TcpListener,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// What runs the server, and ends when it does. Reads a line with the signal that kills it; if its input closes instead,
/// which happens also when the test program is killed, the server gets the signal `$1` and the folder `$2` goes.
const KEEPER: &str = r#"
    signal=$1; folder=$2; shift 2
    exec 3<&0
    "$@" < /dev/null >> "$folder/log" 2>&1 3<&- & server=$!
    (
        if read -r asked <&3; then signal=$asked; else : > "$folder/over"; fi
        # More than once: a server that is starting may not listen yet.
        while kill -s "$signal" "$server"; do sleep 0.1; done
    ) & reader=$!
    wait "$server"
    kill "$reader" 2> /dev/null
    if [ -e "$folder/over" ]; then rm -rf "$folder"; fi
"#;

/// A running server. Statics are not dropped, so what ends it is not `Drop` but that its input closes.
#[derive(Debug)]
pub(crate) struct ServerProcess(Child);

impl ServerProcess {
    /// Starts `server`, with what it prints in `log` in its folder. At the end it gets `signal`, and the folder goes.
    pub(crate) fn start(server: &[String], signal: &str, folder: &Path) -> Self {
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "sh", signal]).arg(folder).args(server);
        // In a group of its own: Ctrl-C is for the test program, and ends the keeper by way of its input.
        keeper.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(keeper.spawn().unwrap())
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// Ends the server by a signal, and leaves its folder.
    pub(crate) fn kill(mut self, signal: &str) {
        // It may have ended by itself.
        let _ = writeln!(self.0.stdin.take().unwrap(), "{signal}");
        self.0.wait().unwrap();
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// A folder that outlives this program by as long as the keeper needs to remove it.
pub(crate) fn folder(name: &str) -> PathBuf {
    tempfile::Builder::new().prefix(name).tempdir().unwrap().keep()
}

/// A port that nobody has now. Somebody else may have it a moment later.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Runs a command to its end, and shows what it said if that is not a success.
pub(crate) fn run(command: &[String]) {
    let output = Command::new(&command[0]).args(&command[1..]).stdin(Stdio::null()).output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Waits a little for another process.
#[expect(clippy::disallowed_methods, reason = "no clock of ours counts for another process")]
pub(crate) fn pause() {
    thread::sleep(Duration::from_millis(20));
}

pub(crate) fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

/// The first of the folders that has these programs, those of `PATH` before the others.
pub(crate) fn folder_with(programs: &[&str], others: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let has_all = |folder: &PathBuf| programs.iter().all(|program| folder.join(program).is_file());
    std::env::split_paths(&path).chain(others).find(has_all)
}

/// Says that there is no such server here, which continuous integration does not put up with but where `tests/run` has
/// counted it as skipped.
pub(crate) fn missing<T>(server: &str) -> Option<T> {
    let is_counted =
        std::env::var("WAYSTATION_TESTS_WITHOUT").is_ok_and(|without| without.split(',').any(|it| it == server));
    assert!(is_counted || std::env::var("CI").as_deref() != Ok("true"), "{server} is not installed");
    // Not by `println`, which nobody sees of a test that passes.
    let _unheard = writeln!(std::io::stderr(), "skipped: {server} is not installed");
    None
}
