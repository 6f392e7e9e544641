//! When answers come, to the millisecond.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinHandle;
use waystation::{
    identifier::IdentifierKind,
    migrator::{
        ChangeIdentifier, ChangePassword, CompleteRecovery, LatencyFloor, LogIn, LogInOutcome, Migrator, Refusal,
        SignUp, Throttle, VerifiedIdentity,
    },
};

use super::scripted::{ADA, Script, Scripted, ada, ends_at, identifier, settle};

const FLOOR: Duration = Duration::from_millis(400);
const QUICK: Duration = Duration::from_millis(7);
const SLOW: Duration = Duration::from_millis(399);
const TOO_SLOW: Duration = Duration::from_millis(650);

const METHODS: [&str; 8] = [
    "log_in",
    "sign_up",
    "begin_recovery",
    "complete_recovery",
    "change_password",
    "change_identifier",
    "adopt",
    "delete",
];

struct Bench {
    inner: Scripted,
    floor: Arc<dyn Migrator>,
}

impl Bench {
    fn new() -> Self {
        let inner = Scripted::new();
        let floor = Arc::new(LatencyFloor::new(inner.clone(), FLOOR).with_clock(inner.clock()));
        Self { inner, floor }
    }

    /// How long the method takes when the one behind it takes `takes`.
    async fn time(&self, method: &'static str, takes: Duration) -> Duration {
        self.inner.set_takes(takes);
        let task = call(&self.floor, method);
        ends_at(&self.inner.clock, &task).await
    }
}

fn call(migrator: &Arc<dyn Migrator>, method: &'static str) -> JoinHandle<()> {
    let migrator = Arc::clone(migrator);
    tokio::spawn(async move {
        match method {
            "log_in" => drop(migrator.log_in(LogIn::new(ADA, "right")).await),
            "sign_up" => drop(migrator.sign_up(SignUp::email(ADA, "right")).await),
            "begin_recovery" => drop(migrator.begin_recovery(&identifier(ADA)).await),
            "complete_recovery" => drop(migrator.complete_recovery(CompleteRecovery::new("token", "new")).await),
            "change_password" => {
                drop(migrator.change_password(ChangePassword::by_user(ada().id, "right", "new")).await);
            }
            "change_identifier" => {
                let request = ChangeIdentifier::new(ada().id, IdentifierKind::Email, "ada@example.org");
                drop(migrator.change_identifier(request).await);
            }
            "adopt" => drop(migrator.adopt(VerifiedIdentity::new(identifier(ADA))).await),
            "delete" => drop(migrator.delete(&ada().id).await),
            other => panic!("no method {other}"),
        }
    })
}

/// The answer of somebody who is refused for this reason after this time.
async fn refused_after(refusal: Refusal, takes: Duration) -> Duration {
    let bench = Bench::new();
    bench.inner.set(Script::Refuse(refusal));
    bench.time("log_in", takes).await
}

#[tokio::test]
async fn the_clock_does_not_tell_who_has_moved() {
    let moved = refused_after(Refusal::WrongPassword, Duration::from_millis(80)).await;
    let unmoved = refused_after(Refusal::WrongPassword, Duration::from_millis(310)).await;
    let unknown = refused_after(Refusal::Unknown, Duration::from_millis(95)).await;
    let blocked = refused_after(Refusal::Blocked, Duration::ZERO).await;
    assert_eq!([moved, unmoved, unknown, blocked], [FLOOR; 4]);
}

#[tokio::test]
async fn every_refusal_waits_for_the_floor_and_no_longer() {
    let bench = Bench::new();
    bench.inner.set(Script::Refuse(Refusal::Unknown));
    for method in METHODS.into_iter().filter(|method| *method != "delete") {
        for takes in [Duration::ZERO, QUICK, SLOW, FLOOR] {
            assert_eq!(bench.time(method, takes).await, FLOOR, "{method} in {takes:?}");
        }
        assert_eq!(bench.time(method, TOO_SLOW).await, TOO_SLOW, "{method}");
    }
}

#[tokio::test]
async fn who_is_right_does_not_wait() {
    let bench = Bench::new();
    for method in ["log_in", "complete_recovery", "change_password", "change_identifier", "adopt"] {
        for takes in [Duration::ZERO, QUICK, TOO_SLOW] {
            assert_eq!(bench.time(method, takes).await, takes, "{method}");
        }
    }
}

#[tokio::test]
async fn sign_ups_and_recoveries_wait_whatever_comes_of_them() {
    let bench = Bench::new();
    for method in ["sign_up", "begin_recovery"] {
        for script in [None, Some(Script::Refuse(Refusal::Taken)), Some(Script::Down), Some(Script::Postpone)] {
            bench.inner.set(script);
            assert_eq!(bench.time(method, QUICK).await, FLOOR, "{method} {script:?}");
        }
    }
}

#[tokio::test]
async fn an_outage_waits_too() {
    let bench = Bench::new();
    bench.inner.set(Script::Down);
    for method in METHODS.into_iter().filter(|method| *method != "delete") {
        assert_eq!(bench.time(method, QUICK).await, FLOOR, "{method}");
    }
}

#[tokio::test]
async fn a_deletion_is_passed_on() {
    let bench = Bench::new();
    for script in [None, Some(Script::Refuse(Refusal::Unknown)), Some(Script::Down)] {
        bench.inner.set(script);
        assert_eq!(bench.time("delete", QUICK).await, QUICK);
    }
}

#[tokio::test]
async fn answers_come_through_as_they_are() {
    let bench = Bench::new();
    let session = bench.floor.log_in(LogIn::new(ADA, "right")).await;
    assert!(matches!(session, Ok(LogInOutcome::Authenticated(session)) if session.user == *ada()));
    let floor = Arc::clone(&bench.floor);
    let refused = tokio::spawn(async move { floor.log_in(LogIn::new(ADA, "wrong")).await });
    ends_at(&bench.inner.clock, &refused).await;
    assert!(matches!(refused.await.unwrap(), Ok(LogInOutcome::Refused(Refusal::WrongPassword))));
    bench.inner.set(Script::Down);
    let floor = Arc::clone(&bench.floor);
    let failed = tokio::spawn(async move { floor.log_in(LogIn::new(ADA, "wrong")).await });
    ends_at(&bench.inner.clock, &failed).await;
    assert!(failed.await.unwrap().unwrap_err().is_unavailable());
}

#[tokio::test]
async fn it_may_be_dropped_while_it_works_and_while_it_waits() {
    let bench = Bench::new();
    bench.inner.set(Script::Refuse(Refusal::Unknown));
    bench.inner.set_takes(QUICK);
    for passed in [Duration::ZERO, QUICK, SLOW] {
        let task = call(&bench.floor, "log_in");
        settle().await;
        bench.inner.clock.advance(passed);
        settle().await;
        assert!(!task.is_finished());
        assert_eq!(bench.inner.clock.sleepers(), 1);
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(bench.inner.clock.sleepers(), 0, "nothing is left behind after {passed:?}");
    }
}

#[tokio::test]
async fn around_a_throttle_it_hides_that_nobody_was_asked() {
    let inner = Scripted::new();
    let throttle = Throttle::builder(inner.clone()).clock(inner.clock()).recoveries(1, FLOOR * 1_000).build().unwrap();
    let floor: Arc<dyn Migrator> = Arc::new(LatencyFloor::new(throttle, FLOOR).with_clock(inner.clock()));
    inner.set_takes(QUICK);
    for asked in [1, 0, 0] {
        let task = call(&floor, "begin_recovery");
        assert_eq!(ends_at(&inner.clock, &task).await, FLOOR);
        assert_eq!(inner.calls("begin_recovery"), asked);
    }
}
