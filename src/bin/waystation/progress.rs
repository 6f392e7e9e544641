use std::{
    fmt,
    io::{self, IsTerminal as _},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use waystation::clock::{Clock as _, SystemClock};

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(10);

/// Shows how far long work is, on standard error: a bar on a terminal, lines elsewhere.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    clock: SystemClock,
    last_line: Mutex<Duration>,
}

/// How far it is.
pub(crate) struct Step {
    pub(crate) what: &'static str,
    pub(crate) users: u64,
    /// All of them, where that is known.
    pub(crate) total_users: Option<u64>,
    /// How many of them were done before the time began to run.
    pub(crate) before: u64,
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
        let clock = SystemClock::new();
        let last_line = Mutex::new(clock.monotonic());
        Self { bar, clock, last_line }
    }

    pub(crate) fn show(&self, step: &Step) {
        if let Some(bar) = &self.bar {
            let (done, total) = match step.total_users {
                Some(total) => (step.users, Some(total)),
                None => (step.bytes, step.total_bytes),
            };
            if let Some(total) = total {
                bar.set_length(total);
            }
            bar.set_position(done);
            bar.set_message(step.to_string());
            return;
        }
        let mut last = self.last_line.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.monotonic();
        if now.saturating_sub(*last) >= EVERY {
            *last = now;
            tell!("{step}");
        }
    }
}

impl Progress {
    /// Says at once why it is no further.
    pub(crate) fn say(&self, text: &'static str) {
        match &self.bar {
            Some(bar) => bar.set_message(text),
            None => tell!("{text}"),
        }
    }

    /// Takes the bar away, before anything else is said.
    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", HumanCount(self.users))?;
        if let Some(total) = self.total_users {
            write!(f, " of {}", HumanCount(total))?;
        }
        write!(f, " {}", self.what)?;
        let done = u128::from(self.users.saturating_sub(self.before));
        if let Some(rate) = done.checked_mul(1_000).and_then(|it| it.checked_div(self.elapsed.as_millis())) {
            write!(f, ", {}/s", HumanCount(u64::try_from(rate).unwrap_or(u64::MAX)))?;
        }
        if let Some(total) = self.total_bytes {
            write!(f, ", {} of {}", HumanBytes(self.bytes), HumanBytes(total))?;
        }
        if let Some(left) = self.left {
            write!(f, ", {:#} left", HumanDuration(left))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_what_is_known() {
        let mut step = Step {
            what: "users",
            users: 12_000,
            total_users: None,
            before: 2_000,
            bytes: 5 << 20,
            total_bytes: None,
            elapsed: Duration::from_secs(4),
            left: None,
        };
        assert_eq!(step.to_string(), "12,000 users, 2,500/s");
        (step.total_bytes, step.left) = (Some(10 << 20), Some(Duration::from_secs(7)));
        assert_eq!(step.to_string(), "12,000 users, 2,500/s, 5.00 MiB of 10.00 MiB, 7s left");
        step.total_users = Some(40_000);
        assert!(step.to_string().starts_with("12,000 of 40,000 users, 2,500/s"), "{step}");
        (step.elapsed, step.total_users) = (Duration::ZERO, None);
        assert!(step.to_string().starts_with("12,000 users, 5.00 MiB"), "no time, no rate: {step}");
    }
}
