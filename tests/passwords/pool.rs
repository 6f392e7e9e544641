//! `HashingPool`: bounds, order, cancellation and accidents.

use std::{
    collections::BTreeSet,
    future::Future,
    pin::pin,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    task::Poll,
    thread,
    time::Duration,
};

use tracing::{Instrument, Metadata, Subscriber, span};
use tracing_core::span::Current;
use waystation::{
    clock::{Clock, ManualClock, Timestamp},
    password::{Cost, HashError, HashPolicy, HashingPool, PasswordError, Passwords, Workspace},
};

/// A job that holds its thread until it is told to end.
struct Plug {
    release: mpsc::Sender<()>,
    done: tokio::task::JoinHandle<Result<(), PasswordError>>,
}

impl Plug {
    /// Returns once the job has a thread.
    async fn into(pool: &Arc<HashingPool>, cost: Cost) -> Self {
        let (release, released) = mpsc::channel::<()>();
        let (start, started) = tokio::sync::oneshot::channel();
        let pool = Arc::clone(pool);
        let job = move |_: &mut Workspace| {
            start.send(()).unwrap();
            released.recv().unwrap();
        };
        let done = tokio::spawn(async move { pool.run(cost, job).await });
        started.await.unwrap();
        Self { release, done }
    }

    async fn pull(self) {
        self.release.send(()).unwrap();
        self.done.await.unwrap().unwrap();
    }
}

/// Polls a future once, which is when a job is queued.
async fn queue<F: Future>(mut future: std::pin::Pin<&mut F>) {
    std::future::poll_fn(|context| {
        assert!(future.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

fn pool(threads: usize) -> Arc<HashingPool> {
    Arc::new(HashingPool::builder().threads(threads).memory_bytes(1_000).queue(4).build().unwrap())
}

#[tokio::test]
async fn a_full_queue_says_when_to_come_back() {
    let pool = pool(1);
    let plug = Plug::into(&pool, Cost::NEGLIGIBLE).await;
    let mut waiting: Vec<_> = (0..4).map(|_| Box::pin(pool.run(Cost::NEGLIGIBLE, |_| ()))).collect();
    for job in &mut waiting {
        queue(job.as_mut()).await;
    }
    assert_eq!(pool.waiting(), 4);
    // Four wait and one runs, each thought to take 50 ms.
    let refused = PasswordError::Overloaded { retry_after: Duration::from_millis(250) };
    assert_eq!(pool.run(Cost::NEGLIGIBLE, |_| ()).await, Err(refused));

    // Whose caller has gone makes room.
    waiting.pop();
    let mut newcomer = pin!(pool.run(Cost::NEGLIGIBLE, |_| ()));
    queue(newcomer.as_mut()).await;
    plug.pull().await;
    newcomer.await.unwrap();
    for job in waiting {
        job.await.unwrap();
    }
}

#[tokio::test]
async fn the_hint_follows_what_jobs_take() {
    let clock = ManualClock::at(Timestamp::default());
    let pool = HashingPool::builder().threads(1).queue(0).clock(Arc::new(clock.clone())).build().unwrap();
    // With no room to wait, every job is refused.
    let hint = || async {
        match pool.run(Cost::NEGLIGIBLE, |_| ()).await {
            Err(PasswordError::Overloaded { retry_after }) => retry_after,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(hint().await, Duration::from_millis(1));

    let pool = Arc::new(HashingPool::builder().threads(1).queue(1).clock(Arc::new(clock.clone())).build().unwrap());
    for _ in 0..100 {
        let clock = clock.clone();
        pool.run(Cost::NEGLIGIBLE, move |_| clock.advance(Duration::from_secs(1))).await.unwrap();
    }
    let plug = Plug::into(&pool, Cost::NEGLIGIBLE).await;
    let mut waiting = pin!(pool.run(Cost::NEGLIGIBLE, |_| ()));
    queue(waiting.as_mut()).await;
    let Err(PasswordError::Overloaded { retry_after }) = pool.run(Cost::NEGLIGIBLE, |_| ()).await else {
        panic!("the queue is full")
    };
    assert!((Duration::from_millis(1_900)..=Duration::from_secs(2)).contains(&retry_after), "{retry_after:?}");
    plug.pull().await;
}

#[tokio::test]
async fn a_job_whose_caller_has_gone_is_not_started() {
    let pool = pool(1);
    let plug = Plug::into(&pool, Cost::NEGLIGIBLE).await;
    let started = Arc::new(AtomicUsize::new(0));
    {
        let started = Arc::clone(&started);
        let mut abandoned = pin!(pool.run(Cost::NEGLIGIBLE, move |_| started.fetch_add(1, Ordering::SeqCst)));
        queue(abandoned.as_mut()).await;
    }
    plug.pull().await;
    pool.run(Cost::NEGLIGIBLE, |_| ()).await.unwrap();
    assert_eq!(started.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_job_that_panics_costs_only_itself() {
    let pool = pool(1);
    for _ in 0..3 {
        let panicked = pool.run(Cost::memory(1_000), |_| panic!("in a hash, as this test wants it")).await;
        assert_eq!(panicked, Err::<(), _>(PasswordError::Stopped));
    }
    assert_eq!(pool.run(Cost::memory(1_000), |_| 7).await, Ok(7));
}

#[tokio::test]
async fn jobs_start_in_the_order_in_which_they_came() {
    let pool = Arc::new(HashingPool::builder().threads(1).build().unwrap());
    let plug = Plug::into(&pool, Cost::NEGLIGIBLE).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut jobs: Vec<_> = (0..20)
        .map(|number| {
            let order = Arc::clone(&order);
            Box::pin(pool.run(Cost::NEGLIGIBLE, move |_| order.lock().unwrap().push(number)))
        })
        .collect();
    for job in &mut jobs {
        queue(job.as_mut()).await;
    }
    plug.pull().await;
    for job in jobs {
        job.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn jobs_run_at_once_only_as_far_as_memory_goes() {
    let pool = pool(3);
    let large = Plug::into(&pool, Cost::memory(600)).await;
    // Fits beside it.
    pool.run(Cost::memory(400), |_| ()).await.unwrap();
    // Does not, and is not overtaken by what came later.
    let mut second = pin!(pool.run(Cost::memory(401), |_| ()));
    let mut third = pin!(pool.run(Cost::NEGLIGIBLE, |_| ()));
    queue(second.as_mut()).await;
    queue(third.as_mut()).await;
    assert_eq!(pool.waiting(), 2);
    large.pull().await;
    second.await.unwrap();
    third.await.unwrap();
}

#[tokio::test]
async fn a_job_above_the_whole_budget_is_refused_at_once() {
    let refused = HashError::bound("job", "bytes of pool memory", 1_001, 1_000).unwrap_err();
    assert_eq!(pool(1).run(Cost::memory(1_001), |_| ()).await, Err(refused.into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_jobs_than_threads_run_at_once() {
    let pool = Arc::new(HashingPool::builder().threads(2).build().unwrap());
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let names = Arc::new(Mutex::new(BTreeSet::new()));
    let mut jobs = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (pool, running, most) = (Arc::clone(&pool), Arc::clone(&running), Arc::clone(&most));
        let names = Arc::clone(&names);
        jobs.spawn(async move {
            let job = move |_: &mut Workspace| {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                names.lock().unwrap().insert(thread::current().name().unwrap_or_default().to_owned());
                thread::yield_now();
                running.fetch_sub(1, Ordering::SeqCst);
            };
            pool.run(Cost::NEGLIGIBLE, job).await.unwrap();
        });
    }
    jobs.join_all().await;
    assert!(most.load(Ordering::SeqCst) <= 2);
    assert!(names.lock().unwrap().iter().all(|name| name.starts_with("waystation-")));
}

#[tokio::test]
async fn a_dropped_pool_ends_its_threads() {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::default()));
    let pool = HashingPool::builder().threads(4).clock(Arc::clone(&clock)).build().unwrap();
    pool.run(Cost::NEGLIGIBLE, |_| ()).await.unwrap();
    drop(pool);
    // The threads hold the clock; this ends when the last of them has gone.
    while Arc::strong_count(&clock) > 1 {
        thread::yield_now();
    }
}

/// Notes on which threads its one span is entered.
#[derive(Debug, Default)]
struct Threads {
    span: OnceLock<&'static Metadata<'static>>,
    entered: Mutex<BTreeSet<String>>,
}

impl Subscriber for Threads {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        self.span.get_or_init(|| span.metadata());
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {}

    fn enter(&self, _: &span::Id) {
        self.entered.lock().unwrap().insert(thread::current().name().unwrap_or_default().to_owned());
    }

    fn exit(&self, _: &span::Id) {}

    fn current_span(&self) -> Current {
        self.span.get().map_or_else(Current::none, |metadata| Current::new(span::Id::from_u64(1), metadata))
    }
}

#[tokio::test]
async fn work_is_done_inside_the_callers_span() {
    let threads = Arc::new(Threads::default());
    let pool = pool(1);
    let _default = tracing::subscriber::set_default(Arc::clone(&threads));
    let span = tracing::info_span!("log_in");
    pool.run(Cost::NEGLIGIBLE, |_| ()).instrument(span).await.unwrap();
    assert!(threads.entered.lock().unwrap().contains("waystation-0"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_all_get_their_answer() {
    let policy = HashPolicy::argon2id(64, 1, 1).unwrap();
    let passwords = Arc::new(Passwords::builder().policy(policy).threads(2).memory_bytes(128 * 1_024).build().unwrap());
    let stored = Arc::new(passwords.hash(&"right".into()).await.unwrap());
    let mut attempts = tokio::task::JoinSet::new();
    for number in 0..512 {
        let (passwords, stored) = (Arc::clone(&passwords), Arc::clone(&stored));
        attempts.spawn(async move {
            let password = if number % 2 == 0 { "right" } else { "wrong" };
            let answer = passwords.verify(&password.into(), &stored).await.unwrap();
            (number % 2 == 0) == (answer != waystation::password::Verification::Mismatch)
        });
    }
    assert!(attempts.join_all().await.into_iter().all(|as_expected| as_expected));
    assert_eq!(passwords.work().verified, 512);
}
