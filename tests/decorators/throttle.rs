//! How many attempts get through, to the number.

use std::{sync::Arc, time::Duration};

use proptest::prelude::*;
use waystation::{
    SecretKey, UserId,
    identifier::IdentifierKind,
    migrator::{
        ChangeIdentifier, ChangeOutcome, ChangePassword, CompleteRecovery, Delivery, LogIn, LogInOutcome, Migrator,
        RecoveryOutcome, Refusal, SignUp, SignUpOutcome, Throttle, ThrottleBuilder, VerifiedIdentity,
    },
    policy::Weakness,
};

use super::scripted::{ADA, Script, Scripted, ada, ends_at, identifier, settle};

const SECOND: Duration = Duration::from_secs(1);
const INTERVAL: Duration = Duration::from_secs(30);

struct Bench {
    inner: Scripted,
    throttle: Arc<Throttle>,
}

impl Bench {
    fn new() -> Self {
        Self::with(|builder| builder)
    }

    fn with(set: impl FnOnce(ThrottleBuilder) -> ThrottleBuilder) -> Self {
        let inner = Scripted::new();
        let key = SecretKey::from_bytes([9; 32]);
        let builder = Throttle::builder(inner.clone()).clock(inner.clock()).key(key);
        Self { throttle: Arc::new(set(builder).build().unwrap()), inner }
    }

    async fn log_in(&self, attempt: LogIn) -> String {
        what(&self.throttle.log_in(attempt).await)
    }

    async fn guess(&self, name: &str) -> String {
        self.log_in(LogIn::new(name, "wrong")).await
    }

    /// Guesses until it is throttled; how many guesses were heard.
    async fn guesses_left(&self, name: &str) -> u64 {
        self.inner.calls("log_in");
        while self.guess(name).await != "throttled" {}
        self.inner.calls("log_in")
    }

    async fn guesses_left_from(&self, origin: &str) -> u64 {
        self.inner.calls("log_in");
        for number in 0.. {
            let attempt = LogIn::new(format!("somebody-{origin}-{number}"), "wrong").origin(origin);
            if self.log_in(attempt).await == "throttled" {
                break;
            }
        }
        self.inner.calls("log_in")
    }

    async fn change(&self, request: ChangePassword) -> String {
        match self.throttle.change_password(request).await {
            Ok(ChangeOutcome::Changed(_)) => "changed".to_owned(),
            Ok(ChangeOutcome::NoSuchUser) => "no such user".to_owned(),
            Ok(ChangeOutcome::Refused(refusal)) => refusal.as_str().to_owned(),
            other => format!("{other:?}"),
        }
    }

    async fn recover(&self, name: &str) -> &'static str {
        match self.throttle.begin_recovery(&identifier(name)).await.map(|recovery| recovery.delivery) {
            Ok(Delivery::Nobody) => "nobody",
            Ok(Delivery::Send { .. }) => "send",
            Ok(Delivery::Postponed(_)) => "postponed",
            Ok(_) => "else",
            Err(_) => "error",
        }
    }
}

fn what(outcome: &Result<LogInOutcome, waystation::Error>) -> String {
    match outcome {
        Ok(LogInOutcome::Authenticated(_)) => "in".to_owned(),
        Ok(LogInOutcome::Refused(refusal)) => refusal.as_str().to_owned(),
        other => format!("{other:?}"),
    }
}

fn retry_after(outcome: &Result<LogInOutcome, waystation::Error>) -> Option<Duration> {
    match outcome {
        Ok(LogInOutcome::Refused(Refusal::Throttled { retry_after })) => Some(*retry_after),
        _ => None,
    }
}

fn by_ada(current: &'static str) -> ChangePassword {
    ChangePassword::by_user(ada().id, current, "a new password")
}

#[tokio::test]
async fn ten_guesses_are_heard_then_one_every_thirty_seconds() {
    let bench = Bench::new();
    assert_eq!(bench.guesses_left(ADA).await, 10);
    assert_eq!(retry_after(&bench.throttle.log_in(LogIn::new(ADA, "wrong")).await), Some(INTERVAL));
    bench.inner.clock.advance(INTERVAL.saturating_sub(Duration::from_nanos(1)));
    assert_eq!(
        retry_after(&bench.throttle.log_in(LogIn::new(ADA, "wrong")).await),
        Some(Duration::from_nanos(1)),
        "what it says is when"
    );
    bench.inner.clock.advance(Duration::from_nanos(1));
    assert_eq!(bench.guesses_left(ADA).await, 1);
    bench.inner.clock.advance(INTERVAL * 4);
    assert_eq!(bench.guesses_left(ADA).await, 4);
    bench.inner.clock.advance(INTERVAL * 1_000);
    assert_eq!(bench.guesses_left(ADA).await, 10);
}

#[tokio::test]
async fn an_origin_has_a_hundred_then_one_a_second_whoever_is_guessed_at() {
    let bench = Bench::new();
    assert_eq!(bench.guesses_left_from("192.0.2.1").await, 100);
    bench.inner.clock.advance(SECOND * 7);
    assert_eq!(bench.guesses_left_from("192.0.2.1").await, 7);
    assert_eq!(bench.guesses_left_from("192.0.2.2").await, 100, "another origin");
    assert_eq!(bench.guess("somebody-192.0.2.1-100").await, "unknown", "an attempt that was not heard counts nowhere");
    assert_eq!(bench.guesses_left("somebody-192.0.2.1-100").await, 9);
}

#[tokio::test]
async fn a_guess_at_an_exhausted_identifier_does_not_count_against_its_origin() {
    let bench = Bench::new();
    bench.guesses_left(ADA).await;
    for _ in 0..500 {
        assert_eq!(bench.log_in(LogIn::new(ADA, "wrong").origin("192.0.2.1")).await, "throttled");
    }
    assert_eq!(bench.guesses_left_from("192.0.2.1").await, 100);
}

#[tokio::test]
async fn of_sixty_four_guesses_at_once_only_the_burst_gets_through() {
    let bench = Bench::new();
    bench.inner.set_takes(SECOND);
    let guesses: Vec<_> = (0..64)
        .map(|number| {
            let throttle = Arc::clone(&bench.throttle);
            let attempt = LogIn::new(ADA, format!("guess {number}")).origin("192.0.2.1");
            tokio::spawn(async move { what(&throttle.log_in(attempt).await) })
        })
        .collect();
    settle().await;
    assert_eq!(guesses.iter().filter(|guess| guess.is_finished()).count(), 54, "refused before anything is asked");
    assert_eq!(bench.inner.calls("log_in"), 10);
    bench.inner.clock.advance(SECOND);
    let mut throttled = 0;
    for guess in guesses {
        throttled += usize::from(guess.await.unwrap() == "throttled");
    }
    assert_eq!((throttled, bench.inner.calls("log_in")), (54, 0));
}

#[tokio::test]
async fn every_spelling_counts_and_so_does_every_tenant() {
    let bench = Bench::new();
    for spelling in ["ada@example.com", "ADA@example.com", " Ada@Example.COM ", "ada@EXAMPLE.com", "ＡＤＡ@example.com"]
    {
        assert_eq!(bench.guess(spelling).await, if spelling.is_ascii() { "wrong_password" } else { "unknown" });
    }
    for tenant in ["red", "blue", "green"] {
        assert_eq!(bench.log_in(LogIn::new(ADA, "wrong").tenant(tenant)).await, "wrong_password");
    }
    assert_eq!(
        bench.guesses_left("ada@example.com").await,
        3,
        "full-width letters are another address, the rest is one"
    );
}

#[tokio::test]
async fn nobody_and_people_who_have_not_moved_are_throttled_like_everybody() {
    let bench = Bench::new();
    let known = (bench.guesses_left(ADA).await, bench.guess(ADA).await);
    let unknown = (bench.guesses_left("nobody@example.com").await, bench.guess("nobody@example.com").await);
    assert_eq!(known, unknown);
}

#[tokio::test]
async fn above_the_limit_the_right_password_is_refused_too() {
    let bench = Bench::new();
    bench.guesses_left(ADA).await;
    assert_eq!(bench.log_in(LogIn::new(ADA, "right")).await, "throttled");
    assert_eq!(bench.inner.calls("log_in"), 0);
    bench.inner.clock.advance(INTERVAL);
    assert_eq!(bench.log_in(LogIn::new(ADA, "right")).await, "in");
}

#[tokio::test]
async fn a_right_password_clears_its_identifier_and_not_its_origin() {
    let bench = Bench::new();
    for _ in 0..9 {
        assert_eq!(bench.log_in(LogIn::new(ADA, "wrong").origin("192.0.2.1")).await, "wrong_password");
    }
    assert_eq!(bench.log_in(LogIn::new(ADA, "right").origin("192.0.2.1")).await, "in");
    assert_eq!(bench.guesses_left(ADA).await, 10);
    assert_eq!(bench.guesses_left_from("192.0.2.1").await, 91, "the right one was given back, the wrong ones were not");
}

#[tokio::test]
async fn an_outage_counts_against_nobody() {
    let bench = Bench::new();
    bench.inner.set(Script::Down);
    for _ in 0..1_000 {
        assert!(bench.throttle.log_in(LogIn::new(ADA, "right").origin("192.0.2.1")).await.is_err());
        assert!(bench.throttle.change_password(by_ada("right")).await.is_err());
        assert_eq!(bench.recover(ADA).await, "error");
    }
    assert_eq!(bench.throttle.keys(), 0, "nor is anything remembered");
    bench.inner.set(Script::Postpone);
    for _ in 0..1_000 {
        assert_eq!(bench.recover(ADA).await, "postponed");
    }
    bench.inner.set(None);
    assert_eq!(bench.recover(ADA).await, "send");
    assert_eq!(bench.guesses_left(ADA).await, 10);
    assert_eq!(bench.guesses_left_from("192.0.2.1").await, 100);
}

#[tokio::test]
async fn hanging_up_before_the_answer_does_not_make_a_guess_free() {
    let bench = Bench::new();
    bench.inner.set_takes(SECOND);
    for _ in 0..4 {
        let throttle = Arc::clone(&bench.throttle);
        let guess = tokio::spawn(async move { throttle.log_in(LogIn::new(ADA, "wrong")).await });
        settle().await;
        guess.abort();
        assert!(guess.await.unwrap_err().is_cancelled());
    }
    assert_eq!(bench.inner.calls("log_in"), 4);
    bench.inner.set_takes(Duration::ZERO);
    assert_eq!(bench.guesses_left(ADA).await, 6);
}

#[tokio::test]
async fn an_attempt_that_is_never_polled_is_not_counted() {
    let bench = Bench::new();
    for _ in 0..50 {
        drop(bench.throttle.log_in(LogIn::new(ADA, "wrong")));
    }
    assert_eq!(bench.guesses_left(ADA).await, 10);
}

#[tokio::test]
async fn text_that_is_no_identifier_is_counted_by_its_origin_and_passed_on() {
    let bench = Bench::new();
    bench.inner.set(Script::Refuse(Refusal::InvalidIdentifier));
    for text in ["", "\0", " \t", &"x".repeat(1 << 20)].into_iter().cycle().take(40) {
        assert_eq!(bench.log_in(LogIn::new(text, "wrong")).await, "invalid_identifier");
    }
    assert_eq!(bench.throttle.keys(), 0);
    for _ in 0..40 {
        assert_eq!(bench.log_in(LogIn::new("", "wrong").origin("192.0.2.1")).await, "invalid_identifier");
    }
    assert_eq!(bench.throttle.keys(), 1);
    assert_eq!(bench.guesses_left_from("192.0.2.1").await, 60);
}

#[tokio::test]
async fn a_change_of_password_is_no_way_around() {
    let bench = Bench::new();
    for _ in 0..10 {
        assert_eq!(bench.change(by_ada("wrong")).await, "wrong_password");
    }
    assert_eq!(bench.change(by_ada("right")).await, "throttled");
    assert_eq!(bench.inner.calls("change_password"), 10);
    let stranger = || ChangePassword::by_user(UserId::new("2"), "wrong", "a new password");
    for _ in 0..10 {
        assert_eq!(bench.change(stranger()).await, "no such user");
    }
    assert_eq!(bench.change(stranger()).await, "throttled", "who does not exist is counted too");
    bench.inner.clock.advance(INTERVAL);
    assert_eq!(bench.change(by_ada("right")).await, "changed");
    for _ in 0..10 {
        assert_eq!(bench.change(by_ada("wrong")).await, "wrong_password", "a right one clears the bucket");
    }
}

#[tokio::test]
async fn an_authority_is_not_throttled_and_a_weak_new_password_is_no_guess() {
    let bench = Bench::new();
    bench.inner.set(Script::Refuse(Refusal::PasswordRejected(Weakness::new("too-short"))));
    for _ in 0..100 {
        assert_eq!(bench.change(by_ada("right")).await, "password_rejected");
    }
    bench.inner.set(Script::Refuse(Refusal::WrongPassword));
    for _ in 0..100 {
        assert_eq!(bench.change(ChangePassword::by_authority(ada().id, "a new password")).await, "wrong_password");
    }
    assert_eq!(bench.throttle.keys(), 0);
}

#[tokio::test]
async fn recoveries_have_a_bucket_of_their_own_and_say_the_same_above_it() {
    let bench = Bench::new();
    bench.guesses_left(ADA).await;
    for _ in 0..5 {
        assert_eq!(bench.recover(ADA).await, "send");
    }
    for _ in 0..5 {
        assert_eq!(bench.recover(" ADA@example.com").await, "nobody");
    }
    assert_eq!(bench.inner.calls("begin_recovery"), 5);
    for _ in 0..20 {
        assert_eq!(bench.recover("nobody@example.com").await, "nobody");
    }
    assert_eq!(bench.inner.calls("begin_recovery"), 5, "whom nobody knows is counted alike");
    bench.inner.clock.advance(Duration::from_mins(5));
    assert_eq!(bench.recover(ADA).await, "send");
    assert_eq!(bench.recover(ADA).await, "nobody");
}

#[tokio::test]
async fn who_recovers_or_is_vouched_for_starts_afresh() {
    let bench = Bench::new();
    for proof in ["recovery", "authority"] {
        bench.guesses_left(ADA).await;
        bench.guesses_left("ada").await;
        while bench.change(by_ada("wrong")).await != "throttled" {}
        if proof == "recovery" {
            let completed = bench.throttle.complete_recovery(CompleteRecovery::new("token", "new")).await;
            assert!(matches!(completed, Ok(RecoveryOutcome::Completed(_))));
        } else {
            assert_eq!(bench.change(ChangePassword::by_authority(ada().id, "new")).await, "changed");
        }
        assert_eq!(bench.guesses_left(ADA).await, 10, "{proof}");
        assert_eq!(bench.guesses_left("ada").await, 10, "{proof}: the user's other identifier");
        assert_eq!(bench.change(by_ada("wrong")).await, "wrong_password", "{proof}");
    }
}

#[tokio::test]
async fn a_support_desk_can_forgive() {
    let bench = Bench::new();
    bench.guesses_left(ADA).await;
    while bench.recover(ADA).await != "nobody" {}
    bench.throttle.forgive(&identifier("Ada@Example.com"));
    assert_eq!(bench.guesses_left(ADA).await, 10);
    assert_eq!(bench.recover(ADA).await, "send");
}

#[tokio::test]
async fn all_else_is_passed_on() {
    let bench = Bench::with(|builder| {
        builder.per_identifier(1, SECOND * 3_600).per_origin(1, SECOND * 3_600).recoveries(1, SECOND * 3_600)
    });
    for _ in 0..50 {
        let signed_up = bench.throttle.sign_up(SignUp::email(ADA, "right")).await;
        assert!(matches!(signed_up, Ok(SignUpOutcome::Created(_))));
        let completed = bench.throttle.complete_recovery(CompleteRecovery::new("token", "new")).await;
        assert!(matches!(completed, Ok(RecoveryOutcome::Completed(_))));
        let renamed = ChangeIdentifier::new(ada().id, IdentifierKind::Email, "ada@example.org");
        assert!(matches!(bench.throttle.change_identifier(renamed).await, Ok(ChangeOutcome::Changed(_))));
        let adopted = bench.throttle.adopt(VerifiedIdentity::new(identifier(ADA))).await;
        assert!(matches!(adopted, Ok(LogInOutcome::Authenticated(_))));
        assert!(bench.throttle.delete(&ada().id).await.unwrap());
    }
    for method in ["sign_up", "complete_recovery", "change_identifier", "adopt", "delete"] {
        assert_eq!(bench.inner.calls(method), 50, "{method}");
    }
    assert_eq!(bench.throttle.keys(), 0);
}

#[tokio::test]
async fn a_million_identifiers_are_not_remembered() {
    const CAPACITY: usize = 2_000;
    let bench = Bench::with(|builder| builder.capacity(CAPACITY));
    bench.guesses_left(ADA).await;
    bench.inner.set(Script::Refuse(Refusal::Unknown));
    let mut random = 1_u64;
    for _ in 0..1_000_000 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let attempt = LogIn::new(format!("{random:016x}"), "wrong");
        assert_eq!(retry_after(&bench.throttle.log_in(attempt).await), None);
    }
    assert!(bench.throttle.keys() <= CAPACITY, "{} keys", bench.throttle.keys());
    assert_eq!(bench.guess(ADA).await, "throttled", "the flood did not wash away what it was meant to");
}

#[tokio::test]
async fn debug_shows_nobody() {
    let bench = Bench::new();
    bench.log_in(LogIn::new(ADA, "wrong").origin("192.0.2.1")).await;
    assert_eq!(bench.recover(ADA).await, "send");
    let shown = format!("{:?} {:#?}", bench.throttle, bench.throttle);
    assert!(shown.contains("keys: 3"), "{shown}");
    for secret in ["ada", "example", "192", "[9,", "\u{9}"] {
        assert!(!shown.to_lowercase().contains(secret), "{secret} in {shown}");
    }
    let builder = format!("{:?}", Throttle::builder(Scripted::new()).key(SecretKey::from_bytes([9; 32])));
    assert!(builder.contains("SecretKey(..)"), "{builder}");
}

#[tokio::test]
async fn it_waits_for_nothing_of_its_own() {
    let bench = Bench::new();
    let throttle: Arc<dyn Migrator> = Arc::clone(&bench.throttle) as _;
    let attempts = tokio::spawn(async move {
        for _ in 0..20 {
            drop(throttle.log_in(LogIn::new(ADA, "wrong")).await);
        }
    });
    assert_eq!(ends_at(&bench.inner.clock, &attempts).await, Duration::ZERO);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However guesses are spelt, spread over origins and timed, what is heard of them never exceeds the burst and
    /// one for each interval that has passed.
    #[test]
    fn no_schedule_gets_more_guesses_through(
        burst in 1_u32..12,
        steps in prop::collection::vec((0_u64..40, any::<bool>(), 0_u8..5), 1..150),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::with(|builder| builder.per_identifier(burst, INTERVAL));
            let (mut passed, mut heard) = (0, 0);
            for (seconds, upper, origin) in steps {
                passed += seconds;
                bench.inner.clock.advance(SECOND * u32::try_from(seconds).unwrap());
                let name = if upper { ADA.to_uppercase() } else { ADA.to_owned() };
                let attempt = LogIn::new(name, "wrong").origin(origin.to_string());
                heard += u64::from(bench.log_in(attempt).await != "throttled");
                prop_assert!(heard <= u64::from(burst) + passed / INTERVAL.as_secs());
            }
            prop_assert_eq!(bench.inner.calls("log_in"), heard);
            Ok(())
        })?;
    }
}
