//! The guard under every fault that a legacy system can be scripted to have, with the exact number of calls.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinHandle;
use waystation::{
    Identifier, IdentifierRules, LegacyConnection, Password,
    clock::{ManualClock, Timestamp},
    identifier::StandardRules,
    legacy::{
        Circuit, FunctionConnection, Guard, LegacyAttempt, LegacyCall, LegacyError, ScriptedConnection, ScriptedPerson,
        Verdict,
    },
    password::{HashError, PasswordError},
    user::LegacyKey,
};

const SECOND: Duration = Duration::from_secs(1);
const RETRY_DELAY: Duration = Duration::from_millis(50);

/// A guarded legacy system, on a clock that the test moves.
#[derive(Clone)]
struct Bench {
    clock: ManualClock,
    legacy: ScriptedConnection,
    guard: Arc<Guard<ScriptedConnection>>,
}

impl Bench {
    fn new(set: impl FnOnce(Guard<ScriptedConnection>) -> Guard<ScriptedConnection>) -> Self {
        let clock = ManualClock::at(Timestamp::default());
        let legacy = ScriptedConnection::new("old")
            .clock(Arc::new(clock.clone()))
            .person(ScriptedPerson::parse("1", "ada@example.com", "right").unwrap());
        let guard = Arc::new(set(Guard::new(legacy.clone()).with_clock(Arc::new(clock.clone()))));
        Self { clock, legacy, guard }
    }

    fn start(&self, password: &'static str) -> JoinHandle<Result<Verdict, LegacyError>> {
        let guard = Arc::clone(&self.guard);
        tokio::spawn(async move { ask(&*guard, password).await })
    }

    /// Lets every task run until all of them wait for this clock or for each other.
    async fn settle(&self) {
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    }

    async fn pass(&self, time: Duration) {
        self.settle().await;
        self.clock.advance(time);
        self.settle().await;
    }

    /// Asks, and lets time pass until there is a result.
    async fn log_in(&self, password: &'static str) -> Result<Verdict, LegacyError> {
        let call = self.start(password);
        self.settle().await;
        while !call.is_finished() {
            self.pass(RETRY_DELAY).await;
        }
        call.await.unwrap()
    }

    fn asked(&self) -> u64 {
        self.legacy.calls().of(LegacyCall::Authenticate)
    }
}

fn ada() -> Identifier {
    StandardRules::new().parse("ada@example.com").unwrap()
}

async fn ask(connection: &dyn LegacyConnection, password: &str) -> Result<Verdict, LegacyError> {
    connection.authenticate(&LegacyAttempt::new(&ada(), &Password::from(password))).await
}

fn down() -> LegacyError {
    LegacyError::unavailable("connection refused")
}

fn what(result: Result<Verdict, LegacyError>) -> &'static str {
    match result {
        Ok(verdict) => verdict.as_str(),
        Err(LegacyError::Unavailable { what, .. }) => what,
        Err(error) => error.as_str(),
    }
}

#[tokio::test]
async fn definite_answers_are_asked_for_once() {
    type Make = fn() -> LegacyError;
    let errors: [(&str, Make); 7] = [
        ("ambiguous", || LegacyError::Ambiguous { place: "t.c".into() }),
        ("gone", || LegacyError::Gone),
        ("malformed", || LegacyError::malformed("NULL", "t.c")),
        ("misconfigured", || LegacyError::misconfigured("no such table")),
        ("password", || LegacyError::Password(PasswordError::Stopped)),
        ("refused", || LegacyError::Refused { what: "no" }),
        ("unusable_hash", || LegacyError::UnusableHash { place: "t.c".into(), source: HashError::Locked }),
    ];
    let bench = Bench::new(|guard| guard.with_breaker(1, SECOND));
    for (name, error) in errors {
        bench.legacy.forget_calls();
        bench.legacy.fail_next(1, error);
        assert_eq!(what(bench.log_in("right").await), name);
        assert_eq!(bench.asked(), 1, "{name}");
        assert_eq!(bench.guard.state().circuit, Circuit::Closed { failures: 0 }, "{name}");
    }
    bench.legacy.forget_calls();
    assert_eq!(what(bench.log_in("wrong").await), "mismatch");
    assert_eq!(what(bench.log_in("right").await), "match");
    assert_eq!(bench.asked(), 2);
}

#[tokio::test]
async fn an_outage_is_asked_about_once_more_and_not_a_third_time() {
    let bench = Bench::new(|guard| guard);
    bench.legacy.fail_next(1, down);
    assert_eq!(what(bench.log_in("right").await), "match");
    assert_eq!(bench.legacy.calls().to_string(), "authenticate match 1, authenticate unavailable 1");
    assert_eq!(bench.guard.state().circuit, Circuit::Closed { failures: 0 }, "the retry saved the call");

    bench.legacy.forget_calls();
    bench.legacy.set_down(true);
    assert_eq!(what(bench.log_in("right").await), "switched off by the script");
    assert_eq!(bench.legacy.calls().to_string(), "authenticate unavailable 2");
    assert_eq!(bench.guard.state().circuit, Circuit::Closed { failures: 1 });
}

#[tokio::test]
async fn there_is_no_retry_when_it_is_switched_off_too_late_or_told_to_wait() {
    let bench = Bench::new(Guard::without_retry);
    bench.legacy.fail_next(1, down);
    assert_eq!(what(bench.log_in("right").await), "connection refused");
    assert_eq!(bench.asked(), 1);

    let bench = Bench::new(|guard| guard.with_deadline(SECOND).with_retry_after(SECOND));
    bench.legacy.fail_next(1, down);
    assert_eq!(what(bench.log_in("right").await), "connection refused");
    assert_eq!(bench.asked(), 1);

    let bench = Bench::new(|guard| guard);
    bench.legacy.fail_next(1, || LegacyError::retry_after("maintenance", SECOND));
    assert_eq!(what(bench.log_in("right").await), "maintenance");
    assert_eq!(bench.asked(), 1);
}

#[tokio::test]
async fn the_deadline_covers_latency_and_retry_together() {
    let bench = Bench::new(|guard| guard.with_deadline(SECOND));
    bench.legacy.set_latency(SECOND * 3 / 4);
    bench.legacy.fail_next(1, down);
    let call = bench.start("right");
    bench.pass(SECOND * 3 / 4).await;
    assert!(!call.is_finished(), "the first answer was an outage, the retry is under way");
    bench.pass(SECOND / 4).await;
    assert_eq!(what(call.await.unwrap()), "deadline passed");
    assert_eq!(bench.legacy.calls().to_string(), "authenticate cancelled 1, authenticate unavailable 1");
}

#[tokio::test]
async fn a_system_that_hangs_is_given_up_and_then_left_alone() {
    let bench = Bench::new(|guard| guard.with_deadline(SECOND).with_breaker(3, SECOND * 10));
    bench.legacy.hang();
    for _ in 0..3 {
        let call = bench.start("right");
        bench.pass(SECOND).await;
        assert_eq!(what(call.await.unwrap()), "deadline passed");
    }
    assert_eq!(bench.guard.state().circuit, Circuit::Open { retry_after: SECOND * 10 });

    bench.clock.advance(SECOND * 4);
    let refusal = ask(&*bench.guard, "right").await.unwrap_err();
    assert!(
        matches!(refusal, LegacyError::Unavailable { what: "circuit open", retry_after: Some(left), .. } if left == SECOND * 6)
    );
    assert_eq!(bench.asked(), 3, "an open circuit asks nobody");

    bench.legacy.release();
    bench.clock.advance(SECOND * 6);
    assert_eq!(what(bench.log_in("right").await), "match");
    assert_eq!(bench.guard.state().circuit, Circuit::Closed { failures: 0 });
    assert_eq!(bench.asked(), 4);
}

#[tokio::test]
async fn half_open_lets_exactly_one_through_and_never_retries_it() {
    let bench = Bench::new(|guard| guard.with_breaker(1, SECOND));
    bench.legacy.set_down(true);
    assert!(bench.log_in("right").await.is_err());
    bench.legacy.forget_calls();
    bench.clock.advance(SECOND);
    assert_eq!(bench.guard.state().circuit, Circuit::HalfOpen);

    bench.legacy.hang();
    let probe = bench.start("right");
    bench.settle().await;
    for _ in 0..20 {
        assert_eq!(what(ask(&*bench.guard, "right").await), "circuit half-open");
    }
    bench.legacy.release();
    bench.settle().await;
    assert_eq!(what(probe.await.unwrap()), "switched off by the script");
    assert_eq!(bench.asked(), 1);
    assert_eq!(bench.guard.state().circuit, Circuit::Open { retry_after: SECOND });
}

#[tokio::test]
async fn a_cancelled_probe_lets_the_next_one_probe() {
    let bench = Bench::new(|guard| guard.with_breaker(1, SECOND));
    bench.legacy.set_down(true);
    assert!(bench.log_in("right").await.is_err());
    bench.legacy.set_down(false);
    bench.clock.advance(SECOND);

    bench.legacy.hang();
    let probe = bench.start("right");
    bench.settle().await;
    probe.abort();
    assert!(probe.await.unwrap_err().is_cancelled());
    bench.legacy.release();
    assert_eq!(what(bench.log_in("right").await), "match");
}

#[tokio::test]
async fn cancelled_calls_free_their_places_and_count_as_nothing() {
    let bench = Bench::new(|guard| guard.with_max_in_flight(2).with_breaker(2, SECOND));
    bench.legacy.hang();
    let calls: Vec<_> = (0..5).map(|_| bench.start("right")).collect();
    bench.settle().await;
    let state = bench.guard.state();
    assert_eq!((state.in_flight, state.waiting, state.max_in_flight), (2, 3, 2));
    for call in calls {
        call.abort();
        assert!(call.await.is_err());
    }
    let state = bench.guard.state();
    assert_eq!((state.in_flight, state.waiting, state.circuit), (0, 0, Circuit::Closed { failures: 0 }));
    bench.legacy.release();
    assert_eq!(what(bench.log_in("right").await), "match");
}

#[tokio::test]
async fn the_bulkhead_bounds_how_many_ask_at_once() {
    let bench = Bench::new(|guard| guard.with_max_in_flight(4));
    bench.legacy.set_latency(SECOND / 10);
    let calls: Vec<_> = (0..64).map(|_| bench.start("right")).collect();
    bench.settle().await;
    for _ in 0..16 {
        bench.pass(SECOND / 10).await;
    }
    for call in calls {
        assert_eq!(what(call.await.unwrap()), "match");
    }
    let calls = bench.legacy.calls();
    assert_eq!((calls.total(), calls.most_at_once()), (64, 4));
}

#[tokio::test]
async fn whoever_finds_no_place_before_the_deadline_blames_nobody() {
    let bench = Bench::new(|guard| guard.with_max_in_flight(1).with_deadline(SECOND).with_breaker(2, SECOND));
    bench.legacy.hang();
    let calls = [bench.start("right"), bench.start("right"), bench.start("right")];
    bench.pass(SECOND).await;
    let mut ends = Vec::new();
    for call in calls {
        ends.push(what(call.await.unwrap()));
    }
    ends.sort_unstable();
    assert_eq!(ends, ["deadline passed", "too many questions at once", "too many questions at once"]);
    assert_eq!(bench.asked(), 1);
    assert_eq!(bench.guard.state().circuit, Circuit::Closed { failures: 1 });
}

#[tokio::test]
async fn a_slow_system_is_not_blamed_for_the_time_spent_in_line() {
    let bench = Bench::new(|guard| guard.with_max_in_flight(1).with_deadline(SECOND).with_breaker(1, SECOND));
    bench.legacy.set_latency(SECOND * 3 / 4);
    let calls = [bench.start("right"), bench.start("right")];
    bench.pass(SECOND * 3 / 4).await;
    bench.pass(SECOND / 4).await;
    let [first, second] = calls;
    assert_eq!(what(first.await.unwrap()), "match");
    assert_eq!(what(second.await.unwrap()), "deadline passed");
    assert_eq!(bench.guard.state().circuit, Circuit::Closed { failures: 0 });
}

#[tokio::test]
async fn those_in_line_do_not_ask_a_system_that_was_found_dead_meanwhile() {
    let bench = Bench::new(|guard| guard.with_max_in_flight(1).with_breaker(1, SECOND * 10).without_retry());
    bench.legacy.hang();
    let calls: Vec<_> = (0..8).map(|_| bench.start("right")).collect();
    bench.settle().await;
    bench.legacy.set_down(true);
    bench.legacy.release();
    bench.settle().await;
    let mut ends = Vec::new();
    for call in calls {
        ends.push(what(call.await.unwrap()));
    }
    assert_eq!(ends.iter().filter(|end| **end == "circuit open").count(), 7);
    assert_eq!(bench.asked(), 1);
}

#[tokio::test]
async fn work_after_the_answer_has_no_deadline_and_holds_no_place() {
    let clock = ManualClock::at(Timestamp::default());
    let (hashed, wait) = tokio::sync::watch::channel(false);
    let hashing = Hashing { wait };
    // Two guards, one in the other: both are told.
    let inner = Guard::new(hashing).with_clock(Arc::new(clock.clone())).with_deadline(SECOND).with_max_in_flight(1);
    let guard = Arc::new(Guard::new(inner).with_clock(Arc::new(clock.clone())).with_deadline(SECOND));
    let call = |guard: &Arc<Guard<Guard<Hashing>>>| {
        let guard = Arc::clone(guard);
        tokio::spawn(async move { ask(&*guard, "right").await })
    };
    let calls = [call(&guard), call(&guard), call(&guard)];
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!((guard.state().in_flight, guard.connection().state().in_flight), (0, 0));
    clock.advance(SECOND * 60);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    hashed.send_replace(true);
    for call in calls {
        assert_eq!(what(call.await.unwrap()), "mismatch");
    }
    assert_eq!(guard.state().circuit, Circuit::Closed { failures: 0 });
}

/// A connection that has read its row at once and then queues for a hash.
#[derive(Debug)]
struct Hashing {
    wait: tokio::sync::watch::Receiver<bool>,
}

#[async_trait::async_trait]
impl LegacyConnection for Hashing {
    async fn authenticate(&self, attempt: &LegacyAttempt<'_>) -> Result<Verdict, LegacyError> {
        attempt.answered();
        self.wait.clone().wait_for(|hashed| *hashed).await.map_err(|_| LegacyError::Gone)?;
        Ok(Verdict::Mismatch)
    }

    async fn find(&self, _: &Identifier) -> Result<Option<waystation::legacy::LegacyUser>, LegacyError> {
        Ok(None)
    }
}

#[tokio::test]
async fn capabilities_are_guarded_too_and_only_there_if_the_connection_has_them() {
    let bench = Bench::new(|guard| guard.with_deadline(SECOND));
    let guard: &dyn LegacyConnection = &*bench.guard;
    let (directory, writer) = (guard.as_directory().unwrap(), guard.as_writer().unwrap());
    assert_eq!(directory.count().await.unwrap().values().sum::<u64>(), 1);
    assert_eq!(directory.scan(None, 10).await.unwrap().len(), 1);
    let key = LegacyKey::new("old", "1");
    writer.change_password(&key, &Password::from("new")).await.unwrap();
    assert!(bench.legacy.has_password("1", &Password::from("new")));
    writer.delete(&key).await.unwrap();
    assert!(matches!(writer.verify_email(&key).await, Err(LegacyError::Gone)));

    bench.legacy.hang();
    let count = tokio::spawn({
        let guard = Arc::clone(&bench.guard);
        async move { guard.as_directory().unwrap().count().await }
    });
    bench.pass(SECOND).await;
    assert!(count.await.unwrap().unwrap_err().is_unavailable());

    let bare = Guard::new(FunctionConnection::new(|_| async { Ok(Verdict::NotFound) }, |_| async { Ok(None) }));
    assert!(bare.as_directory().is_none() && bare.as_writer().is_none());
}

#[tokio::test]
async fn a_lie_is_passed_on_for_the_migrator_to_find() {
    let bench = Bench::new(|guard| guard);
    bench.legacy.add(ScriptedPerson::parse("2", "mallory@example.com", "x").unwrap());
    bench.legacy.answer_with(Some("2"));
    let Verdict::Match(user) = bench.log_in("right").await.unwrap() else { panic!("no match") };
    assert_eq!(user.key.id(), "2");
    assert!(!user.profile.has(&ada()));
}
