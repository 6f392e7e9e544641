use std::time::Duration;

use super::{ImportProgress, Watcher};
use crate::{clock::Clock, store::StoreError};

/// How long an import waits for a store that is unavailable, each time twice as long: about a minute in all.
const PAUSES: [Duration; 8] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(16),
    Duration::from_secs(30),
];

/// Decides whether a failed call to the store is made again.
pub(super) struct Patience<'a> {
    clock: &'a dyn Clock,
    left: std::slice::Iter<'static, Duration>,
    /// Who is told that it waits, and how far the import is meanwhile.
    told: Option<(Watcher, ImportProgress)>,
}

impl<'a> Patience<'a> {
    pub(super) fn new(clock: &'a dyn Clock) -> Self {
        Self { clock, left: PAUSES.iter(), told: None }
    }

    pub(super) fn telling(mut self, watcher: Option<Watcher>, progress: ImportProgress) -> Self {
        self.told = watcher.map(|watcher| (watcher, progress));
        self
    }

    /// Waits, and says whether to try again.
    pub(super) async fn waits(&mut self, error: &StoreError) -> bool {
        if !error.is_unavailable() {
            return false;
        }
        let Some(pause) = self.left.next() else { return false };
        if let Some((tell, progress)) = &self.told {
            tell(progress);
        }
        self.clock.sleep(*pause).await;
        true
    }
}
