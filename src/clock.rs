//! Time as a parameter: wall clock, monotonic clock and sleep behind one trait.

use std::{
    collections::BTreeMap,
    fmt,
    ops::Bound,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

mod calendar;
#[cfg(any(feature = "bulk", feature = "ldap"))]
pub(crate) mod directory;

pub(crate) use calendar::days;

/// A point in time, in whole microseconds since 1970-01-01T00:00:00Z.
///
/// Years before 1970 are negative. Stores keep the number, so no database time type or time zone is involved.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The time `micros` microseconds after the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Whole days since the epoch, rounded down: the key of "by day" counts (UTC).
    pub const fn day(self) -> i64 {
        self.0.div_euclid(86_400_000_000)
    }

    /// The time in UTC as RFC 3339 has it, to the microsecond; `None` if it is in no year of four digits.
    ///
    /// ```
    /// use waystation::clock::Timestamp;
    ///
    /// assert_eq!(Timestamp::from_micros(0).to_rfc3339().as_deref(), Some("1970-01-01T00:00:00Z"));
    /// assert_eq!(Timestamp::from_micros(1_500_000).to_rfc3339().as_deref(), Some("1970-01-01T00:00:01.500000Z"));
    /// assert_eq!(Timestamp::from_micros(i64::MAX).to_rfc3339(), None);
    /// ```
    pub fn to_rfc3339(self) -> Option<String> {
        let (year, month, day) = calendar::civil(self.day());
        if !(0..=9_999).contains(&year) {
            return None;
        }
        let micros = self.0.rem_euclid(86_400_000_000);
        let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        // Exports write several for each user, and `format!` takes many times as long.
        let mut text = Vec::with_capacity("1970-01-01T00:00:01.500000Z".len());
        text.extend(two_digits(year / 100));
        for (number, after) in [(year % 100, b'-'), (month, b'-'), (day, b'T'), (hour, b':'), (minute, b':')] {
            text.extend(two_digits(number));
            text.push(after);
        }
        text.extend(two_digits(second));
        if fraction != 0 {
            text.push(b'.');
            text.extend([fraction / 10_000, fraction / 100 % 100, fraction % 100].map(two_digits).as_flattened());
        }
        text.push(b'Z');
        String::from_utf8(text).ok()
    }

    /// This time moved forward, stopping at the largest representable time.
    pub fn saturating_add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// A number from 0 to 99.
fn two_digits(number: i64) -> [u8; 2] {
    let number = u8::try_from(number).unwrap_or_default();
    [b'0' + number / 10, b'0' + number % 10]
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let micros = |duration: Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(micros(after)),
            Err(before) => Self(micros(before.duration()).saturating_neg()),
        }
    }
}

/// Where the crate reads the time and waits.
///
/// Everything that depends on time (deadlines, breakers, negative caches, throttles, tokens) asks a `Clock`, so a
/// test moves time by hand with [`ManualClock`] and never sleeps.
#[async_trait]
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The wall-clock time.
    fn now(&self) -> Timestamp;

    /// Time since an arbitrary origin of this clock; never goes back.
    fn monotonic(&self) -> Duration;

    /// Returns after `duration` of this clock's monotonic time.
    async fn sleep(&self, duration: Duration);
}

/// The operating system's clocks, and tokio's timer.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl SystemClock {
    /// A clock whose monotonic origin is now.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clocks")]
    pub fn new() -> Self {
        Self { origin: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clocks")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }

    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// A clock that stands still until it is told to move: the tests' clock.
///
/// Clones share the same time.
///
/// ```
/// use std::time::Duration;
/// use waystation::clock::{Clock, ManualClock, Timestamp};
///
/// let clock = ManualClock::at(Timestamp::from_micros(0));
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), Timestamp::from_micros(60_000_000));
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock {
    shared: Arc<ManualTime>,
}

#[derive(Debug)]
struct ManualTime {
    start: Timestamp,
    elapsed: Mutex<Duration>,
    moved: Notify,
    sleepers: Mutex<BTreeMap<Duration, usize>>,
}

impl ManualClock {
    /// A clock that shows `start`.
    pub fn at(start: Timestamp) -> Self {
        Self {
            shared: Arc::new(ManualTime {
                start,
                elapsed: Mutex::new(Duration::ZERO),
                moved: Notify::new(),
                sleepers: Mutex::new(BTreeMap::new()),
            }),
        }
    }

    /// Moves both clocks forward and wakes whoever has slept long enough.
    pub fn advance(&self, duration: Duration) {
        *self.shared.elapsed.lock().unwrap_or_else(PoisonError::into_inner) += duration;
        self.shared.moved.notify_waiters();
    }

    /// How many tasks sleep on this clock now: what a test waits for before it calls [`advance`](Self::advance). Whom it has
    /// woken is none of them, even before they have noticed.
    pub fn sleepers(&self) -> usize {
        let now = self.monotonic();
        let sleepers = self.shared.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        sleepers.range((Bound::Excluded(now), Bound::Unbounded)).map(|(_, count)| count).sum()
    }
}

/// Counts a sleeper until its future ends or is dropped.
struct Sleeper<'a> {
    time: &'a ManualTime,
    until: Duration,
}

impl<'a> Sleeper<'a> {
    fn new(time: &'a ManualTime, until: Duration) -> Self {
        *time.sleepers.lock().unwrap_or_else(PoisonError::into_inner).entry(until).or_default() += 1;
        Self { time, until }
    }
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        let mut sleepers = self.time.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = sleepers.get_mut(&self.until) {
            *count -= 1;
            if *count == 0 {
                sleepers.remove(&self.until);
            }
        }
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.shared.start.saturating_add(self.monotonic())
    }

    fn monotonic(&self) -> Duration {
        *self.shared.elapsed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep(&self, duration: Duration) {
        let until = self.monotonic().saturating_add(duration);
        let _sleeper = Sleeper::new(&self.shared, until);
        loop {
            // Registered before the time is read, so an `advance` in between is not missed.
            let mut moved = pin!(self.shared.moved.notified());
            moved.as_mut().enable();
            if self.monotonic() >= until {
                return;
            }
            moved.await;
        }
    }
}

/// Runs `work` until it is done or `limit` has passed on `clock`; `None` means the time was up and `work` was dropped.
pub(crate) async fn within<T>(clock: &dyn Clock, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    use std::{future::poll_fn, task::Poll};

    let mut work = pin!(work);
    let mut timer = pin!(clock.sleep(limit));
    poll_fn(|context| {
        if let Poll::Ready(output) = work.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        timer.as_mut().poll(context).map(|()| None)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_cross_the_epoch() {
        let before = Timestamp::from(UNIX_EPOCH - Duration::from_millis(1_500));
        assert_eq!(before.as_micros(), -1_500_000);
        assert_eq!(before.as_seconds(), -2);
        assert_eq!(before.day(), -1);
        assert_eq!(before.since(Timestamp::default()), Duration::ZERO);
        assert_eq!(Timestamp::from_micros(i64::MAX).saturating_add(Duration::MAX).as_micros(), i64::MAX);
    }

    #[test]
    fn a_time_is_written_with_all_its_zeros() {
        for (micros, written) in [
            (-62_167_219_200_000_000, "0000-01-01T00:00:00Z"),
            (-62_132_912_693_999_993, "0001-02-01T01:35:06.000007Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (1_000, "1970-01-01T00:00:00.001000Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(Timestamp::from_micros(micros).to_rfc3339().as_deref(), Some(written));
        }
        for micros in [-62_167_219_200_000_001, 253_402_300_800_000_000] {
            assert_eq!(Timestamp::from_micros(micros).to_rfc3339(), None);
        }
    }

    #[tokio::test]
    async fn a_manual_sleep_ends_when_time_is_moved_and_not_before() {
        let clock = ManualClock::at(Timestamp::default());
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_secs(5)).await }
        });
        while clock.sleepers() == 0 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(4));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        assert_eq!(clock.sleepers(), 1);
        clock.advance(Duration::from_secs(1));
        assert_eq!(clock.sleepers(), 0, "it is awake, though it has not noticed");
        sleeper.await.unwrap();
        assert_eq!(clock.sleepers(), 0);
    }

    #[tokio::test]
    async fn work_past_its_limit_is_dropped() {
        let clock = ManualClock::at(Timestamp::default());
        let bounded = tokio::spawn({
            let clock = clock.clone();
            async move { within(&clock, Duration::from_secs(1), std::future::pending::<()>()).await }
        });
        while clock.sleepers() == 0 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(1));
        assert_eq!(bounded.await.unwrap(), None);
        assert_eq!(within(&clock, Duration::ZERO, async { 7 }).await, Some(7));
    }
}
