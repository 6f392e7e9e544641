//! A month of log-ins, by a clock that runs some days behind.

use std::{
    error::Error as StdError,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::task::JoinSet;
use waystation::{
    LogIn, LogInOutcome, Migrator as _, SqliteStore,
    clock::{Clock, SystemClock, Timestamp},
    error::ErrorKind,
    migrator::Origin,
};

use super::shop::{self, PEOPLE, Shop};

/// How many days have passed since the migration began.
pub(crate) const DAYS: u32 = 30;

const DAY: Duration = Duration::from_hours(24);

/// The system's clock, so many days ago.
#[derive(Debug)]
struct Ago {
    system: SystemClock,
    days: AtomicU32,
}

#[async_trait]
impl Clock for Ago {
    fn now(&self) -> Timestamp {
        let ago = i64::try_from((DAY * self.days.load(Ordering::Relaxed)).as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_micros(self.system.now().as_micros().saturating_sub(ago))
    }

    fn monotonic(&self) -> Duration {
        self.system.monotonic()
    }

    async fn sleep(&self, duration: Duration) {
        self.system.sleep(duration).await;
    }
}

/// Lets people log in day by day until today, and says how many have moved.
pub(crate) async fn pass(shop: &Shop, store: &SqliteStore) -> Result<u64, Box<dyn StdError>> {
    let clock = Arc::new(Ago { system: SystemClock::new(), days: AtomicU32::new(DAYS) });
    let migrator = shop.migrator(store, clock.clone())?;
    let mut moved = 0;
    for day in 0..DAYS {
        clock.days.store(DAYS - 1 - day, Ordering::Relaxed);
        let mut log_ins = JoinSet::new();
        for number in on(day) {
            let migrator = migrator.clone();
            // A few do not know their password any more.
            let password = if number % 29 == 0 { "forgotten".to_owned() } else { shop::password(number) };
            log_ins.spawn(async move { migrator.log_in(LogIn::new(shop::email(number), password)).await });
        }
        while let Some(outcome) = log_ins.join_next().await {
            match outcome? {
                Ok(LogInOutcome::Authenticated(session)) => moved += u64::from(session.origin == Origin::Migrated),
                Ok(LogInOutcome::Refused(_)) => {}
                // For an operator to look at: it is a part of what there is to see.
                Err(error) if error.kind() == ErrorKind::UnusableHash => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    migrator.settled().await;
    Ok(moved)
}

/// Who comes on a day: fewer from week to week, and fewer at the end of one.
fn on(day: u32) -> impl Iterator<Item = u32> {
    let share = 90 / (1 + day / 7) / if day % 7 >= 5 { 2 } else { 1 };
    // A factor that has no divisor in common with the number of people: nobody comes twice.
    (0..share).map(move |place| (day * 97 + place) * 1_009 % PEOPLE + 1)
}
