use std::{
    io::{self, IsTerminal as _},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(10);

/// Shows how far long work is, on standard error: a bar on a terminal, lines elsewhere.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    last_line: Mutex<Instant>,
}

/// How far it is.
pub(crate) struct Step {
    pub(crate) users: u64,
    /// Bytes that are done, and all of them where that is known.
    pub(crate) bytes: u64,
    pub(crate) total_bytes: Option<u64>,
    pub(crate) elapsed: Duration,
    pub(crate) left: Option<Duration>,
}

impl Progress {
    pub(crate) fn begin() -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_bar} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        Self { bar, last_line: Mutex::new(Instant::now()) }
    }

    pub(crate) fn show(&self, step: &Step) {
        let text = step.text();
        if let Some(bar) = &self.bar {
            if let Some(total) = step.total_bytes {
                bar.set_length(total);
            }
            bar.set_position(step.bytes);
            bar.set_message(text);
            return;
        }
        let mut last = self.last_line.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= EVERY {
            *last = Instant::now();
            eprintln!("{text}");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Step {
    fn text(&self) -> String {
        let mut text = format!("{} users", HumanCount(self.users));
        let seconds = self.elapsed.as_secs_f64();
        if seconds >= 1.0 {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                clippy::cast_sign_loss,
                reason = "a rate for people"
            )]
            let rate = (self.users as f64 / seconds) as u64;
            text.push_str(&format!(", {}/s", HumanCount(rate)));
        }
        if let Some(total) = self.total_bytes {
            text.push_str(&format!(", {} of {}", HumanBytes(self.bytes), HumanBytes(total)));
        }
        if let Some(left) = self.left {
            text.push_str(&format!(", {:#} left", HumanDuration(left)));
        }
        text
    }
}
