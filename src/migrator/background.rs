//! Work that an answer does not wait for.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{runtime::Handle, sync::Notify};

/// How much may be under way at once; beyond that, work is left undone (it is best effort by nature).
const CAPACITY: usize = 1_024;

/// Counts what is under way, so that a host can wait for it before it stops.
#[derive(Clone, Debug, Default)]
pub(super) struct Background {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    running: AtomicUsize,
    ended: Notify,
}

/// Counted until it is dropped, also by a panic.
struct Running(Arc<Shared>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::AcqRel);
        self.0.ended.notify_waiters();
    }
}

impl Background {
    /// Starts `work`, or leaves it if too much is under way. Whether it was started.
    pub(super) fn start(&self, work: impl Future<Output = ()> + Send + 'static) -> bool {
        let Ok(runtime) = Handle::try_current() else { return false };
        if self.shared.running.fetch_add(1, Ordering::AcqRel) >= CAPACITY {
            self.shared.running.fetch_sub(1, Ordering::AcqRel);
            return false;
        }
        let running = Running(Arc::clone(&self.shared));
        runtime.spawn(async move {
            work.await;
            drop(running);
        });
        true
    }

    /// Returns when nothing is under way.
    pub(super) async fn settled(&self) {
        loop {
            let mut ended = std::pin::pin!(self.shared.ended.notified());
            ended.as_mut().enable();
            if self.shared.running.load(Ordering::Acquire) == 0 {
                return;
            }
            ended.await;
        }
    }
}
