use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    time::Duration,
};

use crate::secret_key::KeyedDigest;

/// How many attempts at once, and how long until each of them has recovered. Times are nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    interval: u64,
    /// How long an exhausted bucket takes to recover fully.
    span: u64,
}

impl Limit {
    /// At least one attempt at once. No span is longer than 146 years, so that sums of times do not overflow.
    pub(super) fn new(burst: u32, interval: Duration) -> Self {
        let burst = u64::from(burst.max(1));
        let interval = nanos(interval).min(u64::MAX / 4 / burst);
        Self { interval, span: interval * burst }
    }
}

/// One token bucket a key, in bounded memory.
///
/// A bucket is nothing but the moment at which it will have recovered: an attempt moves that on by one interval, and is
/// heard as long as it does not move further ahead than the limit's span. (This is the generic cell rate algorithm; it
/// admits exactly what a bucket of tokens would.) A bucket whose moment has passed is as good as none.
///
/// When a key too many comes, recovered buckets are forgotten, and where that does not free an eighth of the capacity,
/// those that are next to recover. So a sweep, which looks at every bucket, comes at most once in `capacity / 8` new
/// keys.
pub(super) struct Buckets {
    limit: Limit,
    capacity: usize,
    /// In nanoseconds of the clock's monotonic time.
    recovered_at: HashMap<KeyedDigest, u64>,
}

impl Buckets {
    /// None yet, of at least one.
    pub(super) fn new(limit: Limit, capacity: usize) -> Self {
        Self { limit, capacity: capacity.max(1), recovered_at: HashMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.recovered_at.len()
    }

    /// How long until an attempt would be heard; zero if it would be now.
    pub(super) fn wait(&self, key: &KeyedDigest, now: Duration) -> Duration {
        let now = nanos(now);
        let heard_at = self.charged(key, now).saturating_sub(self.limit.span);
        Duration::from_nanos(heard_at.saturating_sub(now))
    }

    /// Counts an attempt, heard or not: ask [`wait`](Self::wait) first.
    pub(super) fn charge(&mut self, key: KeyedDigest, now: Duration) {
        let now = nanos(now);
        let recovered_at = self.charged(&key, now);
        if recovered_at == now {
            return;
        }
        if self.len() >= self.capacity && !self.recovered_at.contains_key(&key) {
            self.sweep(now);
        }
        self.recovered_at.insert(key, recovered_at);
    }

    /// Takes one attempt back.
    pub(super) fn give_back(&mut self, key: KeyedDigest, now: Duration) {
        if let Entry::Occupied(mut bucket) = self.recovered_at.entry(key) {
            let recovered_at = bucket.get().saturating_sub(self.limit.interval);
            if recovered_at > nanos(now) {
                bucket.insert(recovered_at);
            } else {
                bucket.remove();
            }
        }
    }

    /// Takes every attempt back.
    pub(super) fn clear(&mut self, key: &KeyedDigest) {
        self.recovered_at.remove(key);
    }

    /// When the bucket will have recovered if one more attempt is counted at `now`.
    fn charged(&self, key: &KeyedDigest, now: u64) -> u64 {
        let recovered_at = self.recovered_at.get(key).map_or(now, |at| now.max(*at));
        recovered_at.saturating_add(self.limit.interval)
    }

    fn sweep(&mut self, now: u64) {
        self.recovered_at.retain(|_, at| *at > now);
        let keep = self.capacity - self.capacity.div_ceil(8);
        let Some(last) = self.len().checked_sub(keep + 1) else { return };

        let mut moments: Vec<u64> = self.recovered_at.values().copied().collect();
        let (before, threshold, _) = moments.select_nth_unstable(last);
        let threshold = *threshold;
        // Of those that recover at the very threshold, only as many as need be.
        let mut ties = last + 1 - before.iter().filter(|at| **at < threshold).count();
        self.recovered_at.retain(|_, at| match (*at).cmp(&threshold) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal if ties > 0 => {
                ties -= 1;
                false
            }
            _ => true,
        });
    }
}

impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buckets").field("limit", &self.limit).field("keys", &self.len()).finish_non_exhaustive()
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const START: Duration = Duration::from_secs(1_000);

    fn key(number: u64) -> KeyedDigest {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        KeyedDigest::from_bytes(bytes)
    }

    /// Charges if the attempt is heard.
    fn attempt(buckets: &mut Buckets, number: u64, now: Duration) -> Result<(), Duration> {
        match buckets.wait(&key(number), now) {
            Duration::ZERO => {
                buckets.charge(key(number), now);
                Ok(())
            }
            wait => Err(wait),
        }
    }

    #[test]
    fn a_burst_is_heard_then_one_an_interval() {
        let mut buckets = Buckets::new(Limit::new(3, SECOND), 10);
        for _ in 0..3 {
            assert_eq!(attempt(&mut buckets, 1, START), Ok(()));
        }
        assert_eq!(attempt(&mut buckets, 1, START), Err(SECOND));
        assert_eq!(attempt(&mut buckets, 2, START), Ok(()), "another key");
        assert_eq!(attempt(&mut buckets, 1, START + SECOND / 4), Err(SECOND * 3 / 4));
        assert_eq!(attempt(&mut buckets, 1, START + SECOND), Ok(()));
        assert_eq!(attempt(&mut buckets, 1, START + SECOND), Err(SECOND));
        for _ in 0..3 {
            assert_eq!(attempt(&mut buckets, 1, START + SECOND * 60), Ok(()), "fully recovered, and no more than that");
        }
        assert_eq!(attempt(&mut buckets, 1, START + SECOND * 60), Err(SECOND));
    }

    #[test]
    fn absurd_limits_neither_overflow_nor_let_everything_through() {
        let mut buckets = Buckets::new(Limit::new(0, Duration::MAX), 0);
        assert_eq!(attempt(&mut buckets, 1, START), Ok(()));
        assert!(attempt(&mut buckets, 1, START + SECOND).is_err());
        let mut buckets = Buckets::new(Limit::new(u32::MAX, Duration::MAX), 1);
        assert_eq!(attempt(&mut buckets, 1, Duration::MAX), Ok(()));
        let mut unlimited = Buckets::new(Limit::new(1, Duration::ZERO), 1);
        for _ in 0..100 {
            assert_eq!(attempt(&mut unlimited, 1, START), Ok(()));
        }
        assert_eq!(unlimited.len(), 0);
    }

    #[test]
    fn what_is_given_back_leaves_no_trace() {
        let mut buckets = Buckets::new(Limit::new(2, SECOND), 10);
        buckets.charge(key(1), START);
        buckets.charge(key(1), START);
        buckets.give_back(key(1), START);
        assert_eq!(attempt(&mut buckets, 1, START), Ok(()));
        buckets.give_back(key(1), START);
        buckets.give_back(key(1), START);
        assert_eq!(buckets.len(), 0);
        buckets.give_back(key(1), START);
        assert_eq!(buckets.len(), 0);
    }

    #[test]
    fn the_recovered_are_forgotten_first_and_the_exhausted_last() {
        let mut buckets = Buckets::new(Limit::new(4, SECOND), 16);
        for number in 0..16 {
            // 0 to 3 have recovered when the seventeenth key comes, 4 to 7 are as good as that, 8 to 15 are exhausted.
            let (attempts, at) = match number {
                0..4 => (1, START),
                4..8 => (1, START + SECOND),
                _ => (4, START + SECOND),
            };
            for _ in 0..attempts {
                buckets.charge(key(number), at);
            }
        }
        buckets.charge(key(16), START + SECOND);
        assert_eq!(buckets.len(), 13, "the recovered are gone, and that is enough");
        for number in 17..21 {
            buckets.charge(key(number), START + SECOND);
        }
        assert_eq!(buckets.len(), 15, "an eighth of the capacity was freed for the last one");
        for number in 8..16 {
            assert!(buckets.wait(&key(number), START + SECOND) > Duration::ZERO, "{number} is still exhausted");
        }
    }

    #[test]
    fn a_million_keys_stay_within_the_bound() {
        const CAPACITY: usize = 1_000;
        let mut buckets = Buckets::new(Limit::new(10, SECOND * 30), CAPACITY);
        let victim = key(u64::MAX);
        for _ in 0..10 {
            buckets.charge(victim, START);
        }
        for number in 0..1_000_000_u64 {
            buckets.charge(key(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)), START);
            assert!(buckets.len() <= CAPACITY);
        }
        assert!(buckets.wait(&victim, START) > Duration::ZERO, "a flood does not wash an exhausted bucket away");
        // A table holds at most 7/8 of its places, each of a key, a moment and a byte.
        let bytes = buckets.recovered_at.capacity() * 8 / 7 * (size_of::<(KeyedDigest, u64)>() + 1);
        assert!(bytes <= 190 * CAPACITY, "{bytes} bytes");
    }

    proptest! {
        /// The same decisions as a bucket with tokens in it, counted in the plainest way.
        #[test]
        fn it_admits_what_a_bucket_of_tokens_does(
            burst in 1_u32..6,
            interval in 1_u64..50,
            events in prop::collection::vec((0_u64..60, 0_u8..4), 1..200),
        ) {
            let mut buckets = Buckets::new(Limit::new(burst, Duration::from_nanos(interval)), 4);
            // What is missing from the bucket, in nanoseconds of recovery.
            let (mut missing, mut now) = (0_u64, 1_000_u64);
            for (passed, event) in events {
                now += passed;
                missing = missing.saturating_sub(passed);
                let at = Duration::from_nanos(now);
                if event == 0 {
                    missing = missing.saturating_sub(interval);
                    buckets.give_back(key(1), at);
                } else {
                    let heard = missing + interval <= interval * u64::from(burst);
                    let answer = attempt(&mut buckets, 1, at);
                    prop_assert_eq!(answer.is_ok(), heard);
                    if heard {
                        missing += interval;
                    }
                    if let Err(wait) = answer {
                        let after = at + wait;
                        prop_assert_eq!(buckets.wait(&key(1), after), Duration::ZERO);
                        prop_assert_eq!(buckets.wait(&key(1), after.saturating_sub(Duration::from_nanos(1))), Duration::from_nanos(1));
                    }
                }
            }
        }

        /// Whatever comes, no more than `capacity` keys are there and no key is heard more often than the limit says,
        /// as long as nothing had to be forgotten.
        #[test]
        fn capacity_holds(capacity in 1_usize..40, keys in prop::collection::vec(0_u64..60, 0..400)) {
            let mut buckets = Buckets::new(Limit::new(2, SECOND), capacity);
            let mut heard = HashMap::<u64, u32>::new();
            for number in keys {
                if attempt(&mut buckets, number, START).is_ok() {
                    *heard.entry(number).or_default() += 1;
                }
                prop_assert!(buckets.len() <= capacity);
            }
            if heard.len() <= capacity {
                prop_assert!(heard.values().all(|count| *count <= 2));
            }
        }
    }
}
