use std::{
    fmt::Display,
    io::{BufRead, BufReader, Read, Write, stdin, stdout},
    process::{Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread::JoinHandle,
    time::Duration,
};

use waystation::clock::{Clock, SystemClock};

/// Where the folder to work in is handed to a child.
const FOLDER: &str = "WAYSTATION_TEST_FOLDER";
/// Before everything that a child says, since the test harness writes to the same pipe.
const MARK: &str = "child: ";

/// Another process that runs the same test of the same program, and finds there that it is the child.
///
/// What it writes is captured. It is killed when this is dropped, and ends by itself when this process dies, since it
/// waits for orders all the time.
#[derive(Debug)]
pub(crate) struct Child {
    process: std::process::Child,
    lines: Receiver<String>,
    complaints: Option<JoinHandle<String>>,
}

/// The folder to work in, if this process is a child.
pub(crate) fn folder() -> Option<String> {
    std::env::var(FOLDER).ok()
}

/// Says something to the parent. Once this returns, the parent will hear it, whatever becomes of this process.
pub(crate) fn say(what: impl Display) {
    let line = format!("{MARK}{what}\n");
    let mut stdout = stdout().lock();
    stdout.write_all(line.as_bytes()).unwrap();
    stdout.flush().unwrap();
}

/// The next order of the parent; empty once there is no parent.
pub(crate) fn hear() -> String {
    let mut line = String::new();
    stdin().lock().read_line(&mut line).unwrap();
    line.trim().to_owned()
}

impl Child {
    /// `name` is that of the test that is running, as the harness has it.
    pub(crate) fn start(name: &str, folder: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args([name, "--exact", "--nocapture", "--test-threads=1"])
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (stdout, mut stderr) = (process.stdout.take().unwrap(), process.stderr.take().unwrap());
        let (said, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some((_, line)) = line.split_once(MARK)
                    && said.send(line.to_owned()).is_err()
                {
                    break;
                }
            }
        });
        let complaints = std::thread::spawn(move || {
            let mut text = Vec::new();
            stderr.read_to_end(&mut text).unwrap();
            String::from_utf8_lossy(&text).into_owned()
        });
        Self { process, lines, complaints: Some(complaints) }
    }

    pub(crate) fn order(&mut self, what: &str) {
        // It may be dead already: then what it said is what counts.
        let _broken_pipe = writeln!(self.process.stdin.as_mut().unwrap(), "{what}");
    }

    /// The next thing that the child says; nothing once it has ended.
    pub(crate) fn line(&self) -> Option<String> {
        self.lines.recv().ok()
    }

    /// What the child says during this time.
    pub(crate) fn lines_within(&self, time: Duration) -> Vec<String> {
        let clock = SystemClock::new();
        let end = clock.monotonic() + time;
        let mut lines = Vec::new();
        loop {
            match self.lines.recv_timeout(end.saturating_sub(clock.monotonic())) {
                Ok(line) => lines.push(line),
                Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => return lines,
            }
        }
    }

    /// Kills the child. How it ended, and what it had said that was not heard yet.
    pub(crate) fn kill(mut self) -> (ExitStatus, Vec<String>) {
        self.process.kill().unwrap();
        let status = self.process.wait().unwrap();
        (status, self.lines.iter().collect())
    }

    /// Waits for the end. How it ended, what it had said that was not heard yet, and what it complained of.
    pub(crate) fn end(mut self) -> (ExitStatus, Vec<String>, String) {
        drop(self.process.stdin.take());
        let lines = self.lines.iter().collect();
        (self.process.wait().unwrap(), lines, self.complaints())
    }

    /// Everything that the child wrote to its standard error, once it has ended.
    pub(crate) fn complaints(&mut self) -> String {
        self.complaints.take().map(|thread| thread.join().unwrap()).unwrap_or_default()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _reaped_already = self.process.wait();
    }
}
