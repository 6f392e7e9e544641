use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::ApiLimits;
use crate::clock::{Clock, Timestamp};

/// How many requests may still come: one bucket for all callers of this process, as the reference product has one for
/// all of a tenant.
#[derive(Debug)]
pub(super) struct Rate {
    burst: u32,
    /// How long it takes until one more may come.
    interval: Duration,
    /// When the bucket will be full again, in the clock's monotonic time.
    full_at: Mutex<Duration>,
}

/// What the headers of an answer say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Standing {
    pub(super) limit: u32,
    pub(super) remaining: u32,
    /// When the bucket is full again, or, for whoever was refused, when the next request is heard.
    pub(super) reset: Timestamp,
    /// How long whoever was refused is to wait.
    pub(super) wait: Option<Duration>,
}

impl Rate {
    pub(super) fn new(limits: &ApiLimits) -> Self {
        let (burst, per_second) = (limits.burst.max(1), limits.per_second.max(1));
        Self { burst, interval: Duration::from_secs(1) / per_second, full_at: Mutex::new(Duration::ZERO) }
    }

    /// How things stand, without counting anything.
    pub(super) fn standing(&self, clock: &dyn Clock) -> Standing {
        let now = clock.monotonic();
        let full_at = *self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        self.at(clock, full_at.saturating_sub(now), None)
    }

    /// Counts a request, unless it is one too many.
    pub(super) fn count(&self, clock: &dyn Clock) -> Standing {
        let now = clock.monotonic();
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let until_full = full_at.saturating_sub(now).saturating_add(self.interval);
        let span = self.interval.saturating_mul(self.burst);
        if until_full > span {
            return self.at(clock, full_at.saturating_sub(now), Some(until_full.saturating_sub(span)));
        }
        *full_at = now.saturating_add(until_full);
        drop(full_at);
        self.at(clock, until_full, None)
    }

    fn at(&self, clock: &dyn Clock, until_full: Duration, wait: Option<Duration>) -> Standing {
        let used = until_full.as_nanos().div_ceil(self.interval.as_nanos().max(1));
        let remaining = self.burst.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX));
        let reset = clock.now().saturating_add(wait.unwrap_or(until_full));
        Standing { limit: self.burst, remaining, reset, wait }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn a_burst_is_heard_and_then_one_request_an_interval() {
        let clock = ManualClock::at(Timestamp::from_micros(0));
        let rate = Rate::new(&ApiLimits::default().burst(3).per_second(2));
        let remaining: Vec<_> = (0..3).map(|_| rate.count(&clock).remaining).collect();
        assert_eq!(remaining, [2, 1, 0]);
        let refused = rate.count(&clock);
        assert_eq!((refused.remaining, refused.wait), (0, Some(Duration::from_millis(500))));
        clock.advance(Duration::from_millis(500));
        assert_eq!((rate.count(&clock).wait, rate.count(&clock).wait), (None, Some(Duration::from_millis(500))));
        clock.advance(Duration::from_secs(2));
        assert_eq!((rate.standing(&clock).remaining, rate.standing(&clock).reset), (3, clock.now()));
    }
}
