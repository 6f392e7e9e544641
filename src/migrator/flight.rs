//! One question to the legacy system for many attempts that ask the same.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::machine::{Ending, Entry};
use crate::secret_key::KeyedDigest;

/// The attempts of this process that are on their way to the legacy system, by identifier, tenant *and* password.
///
/// By identifier alone, a wrong guess would ride on a right one, or a right password be refused with a wrong one. An
/// attempt that followed another still verifies its own password against the row that the other one left.
#[derive(Debug, Default)]
pub(super) struct Flights {
    doors: Mutex<HashMap<KeyedDigest, watch::Receiver<Option<Entry>>>>,
}

/// How an attempt got through the door.
#[derive(Debug)]
pub(super) enum Boarding<'a> {
    Followed(Entry),
    Leads(Lead<'a>),
}

/// The attempt that asks for all. Whoever waits goes on when it lands; when it is dropped, one of them leads.
#[derive(Debug)]
pub(super) struct Lead<'a> {
    flights: &'a Flights,
    key: KeyedDigest,
    landing: watch::Sender<Option<Entry>>,
}

impl Flights {
    pub(super) async fn enter(&self, key: KeyedDigest) -> Boarding<'_> {
        loop {
            let mut ahead = {
                let mut doors = self.doors();
                let Some(ahead) = doors.get(&key) else {
                    let (landing, followers) = watch::channel(None);
                    doors.insert(key, followers);
                    return Boarding::Leads(Lead { flights: self, key, landing });
                };
                ahead.clone()
            };
            if let Ok(landed) = ahead.wait_for(Option::is_some).await
                && let Some(entry) = *landed
            {
                return Boarding::Followed(entry);
            }
        }
    }

    fn doors(&self) -> MutexGuard<'_, HashMap<KeyedDigest, watch::Receiver<Option<Entry>>>> {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lead<'_> {
    /// Tells those who wait how the attempt ended.
    pub(super) fn land(self, ending: Ending) {
        let entry = match ending {
            Ending::Refused(refusal) => Entry::FollowedRefused(refusal),
            Ending::Unavailable => Entry::FollowedUnavailable,
            _ => Entry::FollowedSettled,
        };
        // Out of the map first: whoever comes now finds the row as this attempt left it.
        self.flights.doors().remove(&self.key);
        self.landing.send_replace(Some(entry));
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        // After `land` the door may already be another attempt's.
        if self.landing.borrow().is_none() {
            self.flights.doors().remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::*;
    use crate::migrator::Refusal;

    const KEY: KeyedDigest = KeyedDigest::from_bytes([1; 32]);

    #[tokio::test]
    async fn followers_learn_how_the_leader_ended_and_late_comers_lead() {
        let flights = Flights::default();
        let Boarding::Leads(lead) = flights.enter(KEY).await else { panic!("nobody leads") };
        let mut follower = pin!(flights.enter(KEY));
        assert!(follower.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert!(matches!(flights.enter(KeyedDigest::from_bytes([2; 32])).await, Boarding::Leads(_)));
        lead.land(Ending::Refused(Refusal::WrongPassword));
        let Boarding::Followed(entry) = follower.await else { panic!("leads after a landing") };
        assert_eq!(entry, Entry::FollowedRefused(Refusal::WrongPassword));
        assert!(matches!(flights.enter(KEY).await, Boarding::Leads(_)));
        assert!(flights.doors().is_empty());
    }

    #[tokio::test]
    async fn when_the_leader_is_dropped_one_follower_leads() {
        let flights = Flights::default();
        let lead = flights.enter(KEY).await;
        let (mut first, mut second) = (Box::pin(flights.enter(KEY)), Box::pin(flights.enter(KEY)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(first.as_mut().poll(&mut context).is_pending());
        assert!(second.as_mut().poll(&mut context).is_pending());
        drop(lead);
        let Poll::Ready(Boarding::Leads(lead)) = first.as_mut().poll(&mut context) else { panic!("nobody leads") };
        assert!(second.as_mut().poll(&mut context).is_pending());
        lead.land(Ending::Completed);
        assert!(matches!(second.await, Boarding::Followed(Entry::FollowedSettled)));
    }
}
