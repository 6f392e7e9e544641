use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::legacy::LegacyError;

/// Whether a [`Guard`](super::Guard) lets questions through.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Circuit {
    /// It does.
    Closed {
        /// Unavailable results since the last answer.
        failures: u32,
    },
    /// It lets exactly one through, or has done so and waits for what becomes of it.
    HalfOpen,
    /// It does not.
    Open {
        /// The time until one question is let through.
        retry_after: Duration,
    },
}

/// Stops asking a system that does not answer, and tries again with one question after a while.
#[derive(Debug)]
pub(super) struct Breaker {
    threshold: u32,
    cool_down: Duration,
    phase: Mutex<Phase>,
}

#[derive(Debug)]
struct Phase {
    circuit: State,
    /// Counts the changes between states, so that the result of a question from before a change is not taken for news.
    number: u64,
}

/// Times are the clock's monotonic time.
#[derive(Clone, Copy, Debug)]
enum State {
    Closed {
        failures: u32,
    },
    /// From `until` on, the next question is the probe.
    Open {
        until: Duration,
    },
    Probing,
}

impl Breaker {
    /// A closed circuit that opens after `threshold` unavailable results in a row; 0 never opens it.
    pub(super) const fn new(threshold: u32, cool_down: Duration) -> Self {
        let phase = Phase { circuit: State::Closed { failures: 0 }, number: 0 };
        Self { threshold, cool_down, phase: Mutex::new(phase) }
    }

    pub(super) fn circuit(&self, now: Duration) -> Circuit {
        self.with(|phase| match phase.circuit {
            State::Closed { failures } => Circuit::Closed { failures },
            State::Open { until } if now < until => Circuit::Open { retry_after: until.saturating_sub(now) },
            State::Open { .. } | State::Probing => Circuit::HalfOpen,
        })
    }

    /// Refuses if a question could not be let through now. Takes no probe.
    pub(super) fn check(&self, now: Duration) -> Result<(), LegacyError> {
        self.with(|phase| phase.refusal(now)).map_or(Ok(()), Err)
    }

    /// Lets one question through, or refuses it.
    pub(super) fn enter(&self, now: Duration) -> Result<Entry<'_>, LegacyError> {
        self.with(|phase| {
            if let Some(refusal) = phase.refusal(now) {
                return Err(refusal);
            }
            let is_probe = matches!(phase.circuit, State::Open { .. });
            if is_probe {
                phase.change_to(State::Probing);
            }
            Ok(Entry { breaker: self, phase: phase.number, is_probe })
        })
    }

    fn with<T>(&self, look: impl FnOnce(&mut Phase) -> T) -> T {
        look(&mut self.phase.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Phase {
    fn refusal(&self, now: Duration) -> Option<LegacyError> {
        match self.circuit {
            State::Open { until } if now < until => {
                Some(LegacyError::retry_after("circuit open", until.saturating_sub(now)))
            }
            State::Probing => Some(LegacyError::unavailable("circuit half-open")),
            State::Closed { .. } | State::Open { .. } => None,
        }
    }

    const fn change_to(&mut self, circuit: State) {
        self.circuit = circuit;
        self.number = self.number.wrapping_add(1);
    }
}

/// A question that was let through. Dropped without a result, it counts as if it had never been asked.
#[derive(Debug)]
pub(super) struct Entry<'b> {
    breaker: &'b Breaker,
    phase: u64,
    is_probe: bool,
}

impl Entry<'_> {
    pub(super) const fn is_probe(&self) -> bool {
        self.is_probe
    }

    /// The system answered.
    pub(super) fn succeed(self) {
        self.settle(|phase| match phase.circuit {
            State::Closed { .. } => phase.circuit = State::Closed { failures: 0 },
            State::Open { .. } | State::Probing => phase.change_to(State::Closed { failures: 0 }),
        });
    }

    /// The system did not answer.
    pub(super) fn fail(self, now: Duration) {
        let open = State::Open { until: now.saturating_add(self.breaker.cool_down) };
        let threshold = self.breaker.threshold;
        self.settle(|phase| match phase.circuit {
            State::Closed { failures } if failures.saturating_add(1) == threshold => phase.change_to(open),
            State::Closed { failures } => phase.circuit = State::Closed { failures: failures.saturating_add(1) },
            State::Open { .. } | State::Probing => phase.change_to(open),
        });
    }

    fn settle(&self, change: impl FnOnce(&mut Phase)) {
        self.breaker.with(|phase| {
            if phase.number == self.phase {
                change(phase);
            }
        });
    }
}

impl Drop for Entry<'_> {
    /// A probe without a result leaves the next question to be the probe. After a result this finds another phase.
    fn drop(&mut self) {
        if self.is_probe {
            self.settle(|phase| phase.change_to(State::Open { until: Duration::ZERO }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn opened() -> Breaker {
        let breaker = Breaker::new(2, SECOND);
        for _ in 0..2 {
            breaker.enter(Duration::ZERO).unwrap().fail(Duration::ZERO);
        }
        breaker
    }

    #[test]
    fn failures_must_follow_each_other() {
        let breaker = Breaker::new(2, SECOND);
        for _ in 0..10 {
            breaker.enter(Duration::ZERO).unwrap().fail(Duration::ZERO);
            assert_eq!(breaker.circuit(Duration::ZERO), Circuit::Closed { failures: 1 });
            breaker.enter(Duration::ZERO).unwrap().succeed();
        }
        assert_eq!(breaker.circuit(Duration::ZERO), Circuit::Closed { failures: 0 });
    }

    #[test]
    fn an_open_circuit_says_when_to_come_back() {
        let breaker = opened();
        let refusal = breaker.enter(SECOND / 4).unwrap_err();
        assert!(
            matches!(refusal, LegacyError::Unavailable { what: "circuit open", retry_after: Some(left), .. } if left == SECOND * 3 / 4)
        );
        assert_eq!(breaker.circuit(SECOND), Circuit::HalfOpen);
    }

    #[test]
    fn one_probe_decides() {
        let breaker = opened();
        let probe = breaker.enter(SECOND).unwrap();
        assert!(probe.is_probe());
        assert!(breaker.enter(SECOND).is_err());
        probe.fail(SECOND);
        assert_eq!(breaker.circuit(SECOND), Circuit::Open { retry_after: SECOND });

        breaker.enter(SECOND * 2).unwrap().succeed();
        assert_eq!(breaker.circuit(SECOND * 2), Circuit::Closed { failures: 0 });
    }

    #[test]
    fn a_cancelled_probe_leaves_the_next_one_to_probe() {
        let breaker = opened();
        drop(breaker.enter(SECOND).unwrap());
        assert!(breaker.enter(SECOND).unwrap().is_probe());
    }

    #[test]
    fn results_from_before_the_circuit_opened_change_nothing() {
        let breaker = Breaker::new(1, SECOND);
        let (late_success, late_failure) =
            (breaker.enter(Duration::ZERO).unwrap(), breaker.enter(Duration::ZERO).unwrap());
        breaker.enter(Duration::ZERO).unwrap().fail(Duration::ZERO);
        late_success.succeed();
        assert!(breaker.check(Duration::ZERO).is_err());
        breaker.enter(SECOND).unwrap().succeed();
        late_failure.fail(SECOND);
        assert_eq!(breaker.circuit(SECOND), Circuit::Closed { failures: 0 });
    }

    #[test]
    fn a_threshold_of_zero_never_opens() {
        let breaker = Breaker::new(0, SECOND);
        for _ in 0..100 {
            breaker.enter(Duration::ZERO).unwrap().fail(Duration::ZERO);
        }
        assert!(breaker.check(Duration::ZERO).is_ok());
    }
}
