use std::time::Duration;

use super::{
    Argon2Limits, HashError, HashPolicy, InvalidPolicy, Workspace,
    argon2::{self, Inputs, Parameters},
};
use crate::clock::Clock;

/// What is proposed at least: OWASP's first recommendation.
const LEAST_MIB: u32 = 19;
const LEAST_PASSES: u32 = 2;
/// How many sizes are tried on the way to the best, and how often each is measured.
const ATTEMPTS: usize = 6;
const ROUNDS: usize = 3;

impl HashPolicy {
    /// Argon2id of one lane that takes about as long as `target` here, but never less than OWASP's first
    /// recommendation (the default).
    ///
    /// Memory grows first, in whole MiB up to `memory_bytes` a hash, since it is what makes guessing expensive; passes
    /// grow only when there is no more. What it proposes can be verified under the default limits.
    ///
    /// It measures hashes, on this thread and for twenty times `target` or so. So call it from an operator's command
    /// or once at the start, outside of an async runtime's threads, on a machine that does little else: what it finds
    /// on a busy one is weaker. When all cores hash at once, each hash takes longer than this, for they share the
    /// memory. A [`HashingPool`](super::HashingPool) keeps 64 MiB a thread between hashes: more than that also costs
    /// page faults, which are not measured here.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use waystation::{clock::SystemClock, password::HashPolicy};
    ///
    /// let policy = HashPolicy::calibrate(Duration::from_millis(100), 64 << 20, &SystemClock::new())?;
    /// println!("{:?}", policy.strength());
    /// # Ok::<(), waystation::password::InvalidPolicy>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When `memory_bytes` is less than the 19 MiB of the recommendation, or more than the system has.
    pub fn calibrate(target: Duration, memory_bytes: u64, clock: &dyn Clock) -> Result<Self, InvalidPolicy> {
        let limits = Argon2Limits::default();
        let most_mib = u32::try_from(memory_bytes >> 20).unwrap_or(u32::MAX).min(limits.memory_kib >> 10);
        if most_mib < LEAST_MIB {
            return Err(InvalidPolicy { what: "at least 19 MiB are needed" });
        }
        let mut stopwatch = Stopwatch { clock, workspace: Workspace::default() };
        let (mib, passes) = search(target, most_mib, limits, |mib, passes| stopwatch.measure(mib, passes))
            .map_err(|_| InvalidPolicy { what: "the system has not that much memory" })?;
        Self::argon2id(mib << 10, passes, 1)
    }
}

struct Stopwatch<'a> {
    clock: &'a dyn Clock,
    workspace: Workspace,
}

impl Stopwatch<'_> {
    /// What a hash takes when nothing comes between, in memory that is there.
    fn measure(&mut self, mib: u32, passes: u32) -> Result<Duration, HashError> {
        let parameters = Parameters { memory_kib: mib << 10, passes, ..Parameters::RECOMMENDED };
        let inputs = Inputs { password: b"correct horse battery staple", salt: &[0; 16], ..Inputs::default() };
        let mut least = Duration::MAX;
        for _ in 0..ROUNDS {
            let began = self.clock.monotonic();
            parameters.derive(argon2::NAME, inputs, 32, &mut self.workspace)?;
            least = least.min(self.clock.monotonic().saturating_sub(began));
        }
        Ok(least)
    }
}

/// Memory in MiB and passes that take about as long as `target`.
fn search(
    target: Duration,
    most_mib: u32,
    limits: Argon2Limits,
    mut measure: impl FnMut(u32, u32) -> Result<Duration, HashError>,
) -> Result<(u32, u32), HashError> {
    let mib = grow(LEAST_MIB, most_mib, target, |mib| measure(mib, LEAST_PASSES))?;
    if mib < most_mib {
        return Ok((mib, LEAST_PASSES));
    }
    let most_passes = u32::try_from(limits.work_kib / (u64::from(mib) << 10)).unwrap_or(u32::MAX).min(limits.passes);
    let passes = grow(LEAST_PASSES, most_passes.max(LEAST_PASSES), target, |passes| measure(mib, passes))?;
    Ok((mib, passes))
}

/// The largest number from `least` to `most` that takes no longer than `target`, as near as a few attempts come to it;
/// `least` if even that takes longer. Time is about in proportion to the number.
fn grow(
    least: u32,
    mut most: u32,
    target: Duration,
    mut measure: impl FnMut(u32) -> Result<Duration, HashError>,
) -> Result<u32, HashError> {
    let (mut fits, mut tried, mut took) = (least, least, measure(least)?);
    if took > target {
        return Ok(least);
    }
    for _ in 0..ATTEMPTS {
        if fits >= most {
            break;
        }
        let ratio = target.as_nanos() / took.as_nanos().max(1);
        // In thousandths, and no more than fourfold at once: an estimate from afar is a bad one.
        let ratio = if ratio >= 4 { 4_000 } else { target.as_nanos() * 1_000 / took.as_nanos().max(1) };
        let guess = u128::from(tried) * ratio / 1_000;
        tried = u32::try_from(guess).unwrap_or(u32::MAX).clamp(fits + 1, most);
        took = measure(tried)?;
        if took <= target {
            fits = tried;
        } else {
            most = tried - 1;
        }
    }
    Ok(fits)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::clock::{ManualClock, Timestamp};

    /// On a machine that takes `micros` for a MiB and a pass, and half a millisecond for nothing.
    fn proposed(target_millis: u64, most_mib: u32, micros: u64) -> (u32, u32, usize) {
        let mut measured = 0;
        let target = Duration::from_millis(target_millis);
        let (mib, passes) = search(target, most_mib, Argon2Limits::default(), |mib, passes| {
            assert!(mib <= most_mib);
            measured += 1;
            Ok(Duration::from_micros(500 + micros * u64::from(mib) * u64::from(passes)))
        })
        .unwrap();
        (mib, passes, measured)
    }

    #[test]
    fn memory_grows_first_and_then_passes() {
        for (target, most_mib, micros, expected) in [
            // Slower than the target: the recommendation all the same.
            (20, 64, 1_000, (19, 2)),
            // Memory is left.
            (100, 64, 1_000, (49, 2)),
            (101, 256, 1_000, (50, 2)),
            // None is left.
            (100, 32, 1_000, (32, 3)),
            (100, 19, 100, (19, 20)),
            (1_000, 64, 1_000, (64, 15)),
            // As much as the limits verify.
            (60_000, 256, 100, (256, 8)),
        ] {
            let (mib, passes, measured) = proposed(target, most_mib, micros);
            assert_eq!((mib, passes), expected, "{target} ms, {most_mib} MiB, {micros} µs");
            assert!(measured <= 2 * (1 + ATTEMPTS));
        }
    }

    #[test]
    fn it_comes_near_whatever_the_machine() {
        for micros in 1..400 {
            let (mib, passes, _) = proposed(60, 4_096, micros * 10);
            let took = 500 + micros * 10 * u64::from(mib) * u64::from(passes);
            assert!((mib, passes) == (19, 2) || (54_000..=60_000).contains(&took), "{micros}: {mib} MiB, {passes}");
        }
    }

    #[test]
    fn less_memory_than_the_recommendation_is_refused() {
        let clock = ManualClock::at(Timestamp::from_micros(0));
        assert!(HashPolicy::calibrate(Duration::from_secs(1), (19 << 20) - 1, &clock).is_err());
    }

    /// A clock by which everything takes longer and longer: at the n-th reading, n milliseconds have passed since the
    /// one before.
    #[derive(Debug, Default)]
    struct Tiring {
        readings: AtomicU64,
    }

    #[async_trait::async_trait]
    impl Clock for Tiring {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(0)
        }

        fn monotonic(&self) -> Duration {
            let readings = self.readings.fetch_add(1, Ordering::Relaxed) + 1;
            Duration::from_millis(readings * (readings + 1) / 2)
        }

        async fn sleep(&self, _duration: Duration) {}
    }

    #[test]
    fn the_clock_that_is_given_decides() {
        // The best of three takes 2 ms, then 8, then 14.
        let clock = Tiring::default();
        let policy = HashPolicy::calibrate(Duration::from_millis(12), 20 << 20, &clock).unwrap();
        assert_eq!(policy, HashPolicy::argon2id(20 << 10, 2, 1).unwrap());
        assert_eq!(clock.readings.into_inner(), 18);
    }
}
