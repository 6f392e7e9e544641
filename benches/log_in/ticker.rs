//! A task that has nothing to do with logging in: how late it gets its turn.
#![expect(clippy::disallowed_methods, reason = "a bench measures the time of the system")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{task::JoinHandle, time::Instant};

use super::Failure;

const TICK: Duration = Duration::from_millis(1);

/// Wakes every millisecond and notes how much later than it wanted.
///
/// Tokio's timer counts whole milliseconds, so on an idle machine too it is up to one late.
pub(crate) struct Ticker {
    stop: Arc<AtomicBool>,
    task: JoinHandle<Vec<Duration>>,
}

impl Ticker {
    pub(crate) fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let task = tokio::spawn(async move {
            let mut late = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                let due = Instant::now() + TICK;
                tokio::time::sleep_until(due).await;
                late.push(due.elapsed());
            }
            late
        });
        Self { stop, task }
    }

    /// The delay that one tick in a hundred exceeds, and the longest.
    pub(crate) async fn stop(self) -> Result<(Duration, Duration), Failure> {
        self.stop.store(true, Ordering::Relaxed);
        let mut late = self.task.await?;
        late.sort_unstable();
        let p99 = late.get(late.len().saturating_sub(1) * 99 / 100).copied().unwrap_or_default();
        Ok((p99, late.last().copied().unwrap_or_default()))
    }
}
