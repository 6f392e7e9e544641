//! Who was not known to the legacy system a moment ago.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::secret_key::KeyedDigest;

/// A bounded memory of identifiers that the legacy system does not know, so that a flood of invented names does not
/// become a flood of questions. Only a definite "no such person" gets in, never an outage.
#[derive(Debug)]
pub(super) struct Unknown {
    keep: Duration,
    capacity: usize,
    names: Mutex<Names>,
}

/// Names in the order in which they came, so that the oldest is also the first to go.
#[derive(Debug, Default)]
struct Names {
    until: HashMap<KeyedDigest, Duration>,
    order: VecDeque<(KeyedDigest, Duration)>,
}

impl Unknown {
    pub(super) fn new(keep: Duration, capacity: usize) -> Self {
        Self { keep, capacity, names: Mutex::default() }
    }

    pub(super) fn has(&self, name: &KeyedDigest, now: Duration) -> bool {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.until.get(name).is_some_and(|until| now < *until)
    }

    pub(super) fn add(&self, name: KeyedDigest, now: Duration) {
        if self.keep.is_zero() || self.capacity == 0 {
            return;
        }
        let until = now.saturating_add(self.keep);
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.until.insert(name, until);
        names.order.push_back((name, until));
        while let Some((oldest, its_until)) = names.order.front().copied() {
            if now < its_until && names.order.len() <= self.capacity {
                break;
            }
            names.order.pop_front();
            // Added again since: the younger entry stays.
            if names.until.get(&oldest) == Some(&its_until) {
                names.until.remove(&oldest);
            }
        }
    }

    /// Forgets a name: the person is known now.
    pub(super) fn remove(&self, name: &KeyedDigest) {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).until.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: u8) -> KeyedDigest {
        KeyedDigest::from_bytes([number; 32])
    }

    #[test]
    fn a_name_is_kept_for_its_time() {
        let unknown = Unknown::new(Duration::from_secs(30), 10);
        unknown.add(name(1), Duration::ZERO);
        assert!(unknown.has(&name(1), Duration::from_secs(29)));
        assert!(!unknown.has(&name(1), Duration::from_secs(30)));
        assert!(!unknown.has(&name(2), Duration::ZERO));
        unknown.remove(&name(1));
        assert!(!unknown.has(&name(1), Duration::ZERO));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes_first() {
        let unknown = Unknown::new(Duration::from_secs(30), 3);
        for number in 0..100 {
            unknown.add(name(number), Duration::from_millis(number.into()));
            unknown.add(name(number), Duration::from_millis(number.into()));
        }
        let names = unknown.names.lock().unwrap();
        assert!(names.order.len() <= 3 && names.until.len() <= 3);
        assert!(names.until.contains_key(&name(99)) && !names.until.contains_key(&name(0)));
    }

    #[test]
    fn what_is_kept_for_no_time_is_not_kept() {
        let unknown = Unknown::new(Duration::ZERO, 3);
        unknown.add(name(1), Duration::ZERO);
        assert!(unknown.names.lock().unwrap().order.is_empty());
    }
}
