use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

/// Bounds how many questions a system is asked at once; the others wait in line.
#[derive(Debug)]
pub(super) struct Bulkhead {
    places: usize,
    free: Semaphore,
    waiting: AtomicUsize,
}

/// A place that is taken until this is dropped.
pub(super) type Place<'b> = SemaphorePermit<'b>;

impl Bulkhead {
    /// At least one place.
    pub(super) fn new(places: usize) -> Self {
        let places = places.clamp(1, Semaphore::MAX_PERMITS);
        Self { places, free: Semaphore::new(places), waiting: AtomicUsize::new(0) }
    }

    pub(super) const fn places(&self) -> usize {
        self.places
    }

    pub(super) fn taken(&self) -> usize {
        self.places.saturating_sub(self.free.available_permits())
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Waits for a place, first come first served. `None` cannot happen: the bulkhead never closes.
    pub(super) async fn enter(&self) -> Option<Place<'_>> {
        let _in_line = InLine::new(&self.waiting);
        self.free.acquire().await.ok()
    }
}

/// Counts one who waits, until it is dropped.
struct InLine<'b>(&'b AtomicUsize);

impl<'b> InLine<'b> {
    fn new(waiting: &'b AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
