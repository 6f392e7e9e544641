//! The memory of batches.

use std::mem;

use tokio::sync::mpsc;

use super::item::Item;
use crate::store::BulkWrite;

/// What is left of a batch when it is written.
pub(super) type Rest = (Vec<Item>, Option<BulkWrite>);

/// As many batches as may be in memory at once.
pub(super) struct Rooms {
    free: mpsc::UnboundedReceiver<Rest>,
    back: mpsc::UnboundedSender<Rest>,
}

/// A place in memory for one batch, which is free again when this is dropped.
///
/// What is left of the batch is dropped by the thread that read it: an allocator keeps the memory of threads apart, and what
/// one gives back that another had is given back slowly.
pub(super) struct Room {
    rest: Rest,
    back: mpsc::UnboundedSender<Rest>,
}

impl Rooms {
    pub(super) fn new(count: usize) -> Self {
        let (back, free) = mpsc::unbounded_channel();
        for _ in 0..count {
            drop(Room { rest: Rest::default(), back: back.clone() });
        }
        Self { free, back }
    }

    /// Waits for a free one. `None` never comes: some are always on their way.
    pub(super) async fn next(&mut self) -> Option<Room> {
        drop(self.free.recv().await?);
        Some(Room { rest: Rest::default(), back: self.back.clone() })
    }
}

impl Room {
    /// Frees it, with what is left of the batch in it.
    pub(super) fn leave(mut self, rest: Rest) {
        self.rest = rest;
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // Whoever reads may have come to the end.
        let _nobody_waits = self.back.send(mem::take(&mut self.rest));
    }
}
