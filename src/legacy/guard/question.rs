use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

use super::{breaker::Entry, bulkhead::Place};
use crate::{
    clock::Clock,
    legacy::{Asker, LegacyError},
};

/// One question to a legacy system, from the wait for a place until there is a result.
#[derive(Debug)]
pub(super) struct Question<'g> {
    /// Whoever asked the guard: the guard around this one, if there is one.
    asker: Option<&'g dyn Asker>,
    progress: Mutex<Progress<'g>>,
}

#[derive(Debug)]
enum Progress<'g> {
    /// Waits for a place.
    Waiting,
    /// The legacy system is being asked.
    Asked { place: Place<'g>, entry: Entry<'g>, since: Duration },
    /// The legacy system has said all that it is to say.
    Answered,
}

impl<'g> Question<'g> {
    pub(super) const fn new(asker: Option<&'g dyn Asker>) -> Self {
        Self { asker, progress: Mutex::new(Progress::Waiting) }
    }

    pub(super) fn begin(&self, place: Place<'g>, entry: Entry<'g>, now: Duration) {
        *self.progress() = Progress::Asked { place, entry, since: now };
    }

    /// Runs `work` until it is done; `None` when `limit` passed before the legacy system had answered.
    pub(super) async fn within<T>(
        &self,
        clock: &dyn Clock,
        limit: Duration,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let mut work = pin!(work);
        let mut timer = pin!(clock.sleep(limit));
        let mut passed = false;
        poll_fn(|context| {
            // An answer that is there counts, even if the time is up as well.
            if let Poll::Ready(output) = work.as_mut().poll(context) {
                return Poll::Ready(Some(output));
            }
            passed = passed || timer.as_mut().poll(context).is_ready();
            if passed && !self.is_answered() { Poll::Ready(None) } else { Poll::Pending }
        })
        .await
    }

    /// Tells the breaker what became of the question and gives the place back.
    pub(super) fn settle<T>(&self, result: &Result<T, LegacyError>, now: Duration) {
        let progress = std::mem::replace(&mut *self.progress(), Progress::Answered);
        if let Progress::Asked { entry, place, .. } = progress {
            match result {
                Err(LegacyError::Unavailable { .. }) => entry.fail(now),
                // This machine's trouble: says nothing of the legacy system.
                Err(LegacyError::Password(_)) => drop(entry),
                Ok(_) | Err(_) => entry.succeed(),
            }
            drop(place);
        }
    }

    /// The deadline has passed. A system that was given less than `fair` time is not blamed for it.
    pub(super) fn give_up(&self, now: Duration, fair: Duration) {
        let progress = std::mem::replace(&mut *self.progress(), Progress::Answered);
        if let Progress::Asked { entry, since, .. } = progress
            && now.saturating_sub(since) >= fair
        {
            entry.fail(now);
        }
    }

    pub(super) fn is_waiting(&self) -> bool {
        matches!(*self.progress(), Progress::Waiting)
    }

    pub(super) fn is_answered(&self) -> bool {
        matches!(*self.progress(), Progress::Answered)
    }

    fn progress(&self) -> MutexGuard<'_, Progress<'g>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asker for Question<'_> {
    fn answered(&self) {
        self.settle(&Ok(()), Duration::ZERO);
        if let Some(asker) = self.asker {
            asker.answered();
        }
    }
}
