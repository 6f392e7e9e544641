use std::time::Duration;

use super::fault::{Fault, is_lost};
use crate::{clock::Clock, store::StoreError};

/// How often a call is done again after a conflict.
const CONFLICTS: u32 = 6;

/// The first pause. Each is twice as long as the one before it, so that all of them take half a second.
const FIRST_PAUSE: Duration = Duration::from_millis(8);

/// Decides whether a failed call is done again.
pub(super) struct Retry<'a> {
    clock: &'a dyn Clock,
    conflicts: u32,
    lost: bool,
}

impl<'a> Retry<'a> {
    pub(super) fn new(clock: &'a dyn Clock) -> Self {
        Self { clock, conflicts: 0, lost: false }
    }

    /// Waits, and says whether to do the call again: only if the database has undone all of it.
    pub(super) async fn wants(&mut self, error: &StoreError) -> bool {
        let conflict = cause::<Fault>(error).is_some_and(Fault::is_conflict);
        if !conflict || self.conflicts == CONFLICTS {
            return false;
        }
        self.clock.sleep(FIRST_PAUSE * 2_u32.pow(self.conflicts)).await;
        self.conflicts += 1;
        true
    }

    /// The same for a call that writes nothing: a lost connection is worth another one.
    pub(super) async fn wants_read(&mut self, error: &StoreError) -> bool {
        if cause(error).is_some_and(is_lost) && !self.lost {
            self.lost = true;
            return true;
        }
        self.wants(error).await
    }
}

fn cause<C: std::error::Error + 'static>(error: &StoreError) -> Option<&C> {
    let (StoreError::Other { source, .. } | StoreError::Unavailable { source, .. }) = error else { return None };
    source.downcast_ref()
}
