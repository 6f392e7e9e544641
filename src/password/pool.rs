use std::{
    collections::VecDeque,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use tokio::sync::oneshot;
use tracing::Span;

use super::{
    Cost, HashError, Limits, PasswordError, Workspace,
    shelf::{Loan, Shelf},
};
use crate::clock::{Clock, SystemClock};

/// Where all hashing is done: a fixed number of threads, a bounded queue before them, and bounded memory.
///
/// Hashing is bound by the processor and by memory, so more threads than cores only add page faults and latency for
/// everybody. Jobs start in the order in which they came, and the first waits until its memory is free, so that a
/// large hash is not passed over for ever. A job whose caller has gone is not started. A job that panics
/// answers its caller [`PasswordError::Stopped`], and nobody else notices. When the pool is dropped its threads end.
///
/// Memory for Argon2 and scrypt is kept between hashes, and wiped unless the next hash overwrites it within five
/// milliseconds. Running hashes and kept memory together stay within the budget.
pub struct HashingPool {
    shared: Arc<Shared>,
    threads: usize,
}

impl HashingPool {
    /// A pool with defaults for this machine, to be changed before it is started.
    pub fn builder() -> HashingPoolBuilder {
        HashingPoolBuilder { threads: None, queue: 1_024, memory_bytes: None, clock: None }
    }

    /// How many hashes run at once.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Bytes of working memory that all hashes together may take.
    pub fn memory_bytes(&self) -> u64 {
        self.shared.state().shelf.budget()
    }

    /// How many jobs may wait.
    pub fn queue(&self) -> usize {
        self.shared.queue
    }

    /// Jobs that wait for a thread or for memory now, those whose callers have gone included.
    pub fn waiting(&self) -> usize {
        self.shared.state().waiting.len()
    }

    /// Runs `work` on one of the threads, inside the caller's span.
    ///
    /// Nothing is queued before the future is polled; when it is dropped before the work has started, the work is
    /// not done.
    ///
    /// # Errors
    ///
    /// [`PasswordError::Overloaded`] when the queue is full, [`PasswordError::Hash`] with [`HashError::TooCostly`]
    /// when `cost` is above the whole budget, [`PasswordError::Stopped`] when `work` panicked.
    pub async fn run<T, F>(&self, cost: Cost, work: F) -> Result<T, PasswordError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Workspace) -> T + Send + 'static,
    {
        self.admits("job", cost)?;
        let (reply, answer) = oneshot::channel();
        self.submit(Job { cost, span: Span::current(), task: Box::new(Task { work, reply }) })?;
        answer.await.map_err(|_| PasswordError::Stopped)
    }

    /// Whether a hash of this cost can ever run.
    pub(super) fn admits(&self, scheme: &'static str, cost: Cost) -> Result<(), HashError> {
        HashError::bound(scheme, "bytes of pool memory", cost.memory_bytes, self.memory_bytes())
    }

    fn submit(&self, job: Job) -> Result<(), PasswordError> {
        let mut state = self.shared.state();
        if state.waiting.len() >= self.shared.queue {
            state.waiting.retain(|job| !job.task.is_abandoned());
        }
        if state.waiting.len() >= self.shared.queue {
            return Err(PasswordError::Overloaded { retry_after: state.expected_wait(self.threads) });
        }
        state.waiting.push_back(job);
        drop(state);
        self.shared.changed.notify_one();
        Ok(())
    }
}

impl fmt::Debug for HashingPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashingPool")
            .field("threads", &self.threads)
            .field("waiting", &self.waiting())
            .finish_non_exhaustive()
    }
}

impl Drop for HashingPool {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.closed = true;
        state.waiting.clear();
        drop(state);
        // Not joined: that would block an executor for as long as a hash takes.
        self.shared.changed.notify_all();
    }
}

/// What a [`HashingPool`] is started with.
#[derive(Clone, Debug)]
#[must_use]
pub struct HashingPoolBuilder {
    threads: Option<usize>,
    queue: usize,
    memory_bytes: Option<u64>,
    clock: Option<Arc<dyn Clock>>,
}

/// More than this much memory is given back after a hash, in bytes.
const KEEP_AT_MOST: u64 = 64 * 1_024 * 1_024;

impl HashingPoolBuilder {
    /// Sets how many hashes run at once; at least one. Default: the number of cores.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads.max(1));
        self
    }

    /// Sets how many jobs may wait. Default 1,024.
    pub fn queue(mut self, jobs: usize) -> Self {
        self.queue = jobs;
        self
    }

    /// Sets the bytes of working memory that all hashes together may take. Default: 64 MiB a thread, but not less than
    /// the largest hash that the default [`Limits`] admit and 64 MiB for the decoy behind it.
    pub fn memory_bytes(mut self, bytes: u64) -> Self {
        self.memory_bytes = Some(bytes);
        self
    }

    /// Sets the clock that jobs are timed with, for the hint of [`PasswordError::Overloaded`].
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// [`PasswordError::Thread`] when the system gives none.
    pub fn build(self) -> Result<HashingPool, PasswordError> {
        let threads = self.threads.or_else(|| thread::available_parallelism().ok().map(Into::into)).unwrap_or(1);
        let share = KEEP_AT_MOST.saturating_mul(threads as u64);
        let budget = self.memory_bytes.unwrap_or_else(|| share.max(Limits::default().largest_hash() + KEEP_AT_MOST));
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                shelf: Shelf::new(budget, KEEP_AT_MOST.min(budget / threads as u64)),
                running: 0,
                average: FIRST_GUESS,
                closed: false,
            }),
            changed: Condvar::new(),
            queue: self.queue,
            clock: self.clock.unwrap_or_else(|| Arc::new(SystemClock::new())),
        });
        // Made first, so that the threads that did start end when another does not.
        let pool = HashingPool { shared, threads };
        for number in 0..threads {
            let shared = Arc::clone(&pool.shared);
            thread::Builder::new()
                .name(format!("waystation-{number}"))
                .spawn(move || shared.work())
                .map_err(|error| PasswordError::Thread(error.kind()))?;
        }
        Ok(pool)
    }
}

/// How long a thread that has nothing to do waits for a hash that overwrites what the one before it left.
const REST: Duration = Duration::from_millis(5);

/// How long a job is thought to take before one has run.
const FIRST_GUESS: Duration = Duration::from_millis(50);

struct Shared {
    state: Mutex<State>,
    /// A job came, memory became free, or the pool was closed.
    changed: Condvar,
    queue: usize,
    clock: Arc<dyn Clock>,
}

struct State {
    waiting: VecDeque<Job>,
    shelf: Shelf,
    running: usize,
    /// Moving average of what a job takes.
    average: Duration,
    closed: bool,
}

impl State {
    /// How long a job would wait that came now.
    fn expected_wait(&self, threads: usize) -> Duration {
        let before = u32::try_from(self.waiting.len() + self.running).unwrap_or(u32::MAX);
        let threads = u32::try_from(threads).unwrap_or(u32::MAX);
        (self.average.saturating_mul(before) / threads).max(Duration::from_millis(1))
    }

    fn done(&mut self, took: Duration) {
        self.average = (self.average * 7 + took) / 8;
    }

    /// The first job, if its caller has gone.
    fn abandoned(&mut self) -> Option<Job> {
        self.waiting.pop_front_if(|job| job.task.is_abandoned())
    }

    /// The first job, if its memory is free.
    fn start(&mut self) -> Option<(Job, Loan)> {
        let loan = self.shelf.take(self.waiting.front()?.cost)?;
        self.running += 1;
        self.waiting.pop_front().map(|job| (job, loan))
    }
}

impl Shared {
    /// Jobs never run under the lock, so a panic cannot leave the state half changed.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while let Some((job, loan)) = self.next() {
            let Loan { mut workspace, charge, evicted } = loan;
            drop(evicted);
            let mut took = self.run(job, &mut workspace);
            // The next hash overwrites what this one left: to wipe it first would cost a twelfth of a hash.
            while workspace.take_used()
                && let Some(job) = self.follower(&workspace, took)
            {
                took = self.run(job, &mut workspace);
            }
            workspace.wipe();
            self.finish(charge, workspace, took);
        }
    }

    /// Does a job, and says how long it took.
    fn run(&self, job: Job, workspace: &mut Workspace) -> Duration {
        let started = self.clock.monotonic();
        let span = job.span;
        let task = AssertUnwindSafe(|| span.in_scope(|| job.task.run(workspace)));
        // The task's reply is dropped while it unwinds, which is how its caller learns.
        let _panicked = catch_unwind(task);
        self.clock.monotonic().saturating_sub(started)
    }

    /// The first job, or the next to come soon, if it can be done in this memory at once, after one that took so long.
    fn follower(&self, workspace: &Workspace, took: Duration) -> Option<Job> {
        let at_rest = |state: &mut State| state.waiting.is_empty() && !state.closed;
        let waited = self.changed.wait_timeout_while(self.state(), REST, at_rest);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        // What a job allocates itself is not in the charge of the one before it.
        let fits = |job: &mut Job| {
            let workspace_alone = job.cost.own_bytes() == 0 && job.cost.workspace_bytes() > 0;
            workspace_alone && job.cost.workspace_bytes() <= workspace.bytes() && !job.task.is_abandoned()
        };
        let job = state.waiting.pop_front_if(fits)?;
        state.done(took);
        Some(job)
    }

    /// Waits for a job. `None` once the pool is closed.
    fn next(&self) -> Option<(Job, Loan)> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if let Some(job) = state.abandoned() {
                // Not under the lock: what the job owns may be the pool itself.
                drop(state);
                drop(job);
                state = self.state();
                continue;
            }
            if let Some(started) = state.start() {
                return Some(started);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn finish(&self, charge: u64, workspace: Workspace, took: Duration) {
        let mut state = self.state();
        state.running -= 1;
        state.done(took);
        let surplus = state.shelf.put_back(charge, workspace);
        drop(state);
        drop(surplus);
        // This thread looks for the next job itself; the others may have waited for memory.
        self.changed.notify_all();
    }
}

struct Job {
    cost: Cost,
    span: Span,
    task: Box<dyn Runnable>,
}

trait Runnable: Send {
    /// Whether nobody waits for the answer.
    fn is_abandoned(&self) -> bool;

    fn run(self: Box<Self>, workspace: &mut Workspace);
}

struct Task<F, T> {
    work: F,
    reply: oneshot::Sender<T>,
}

impl<F, T> Runnable for Task<F, T>
where
    F: FnOnce(&mut Workspace) -> T + Send,
    T: Send,
{
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(self: Box<Self>, workspace: &mut Workspace) {
        let answer = (self.work)(workspace);
        // Nobody waits any more: then nobody minds.
        let _gone = self.reply.send(answer);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Works in 8 blocks as a hash does. Whether the one before it had left something there.
    fn hash(workspace: &mut Workspace) -> bool {
        let blocks = workspace.blocks(8).unwrap();
        let found = blocks.iter().any(|block| block.words().iter().any(|word| *word != 0));
        for block in blocks {
            block.words_mut().fill(7);
        }
        found
    }

    #[tokio::test]
    async fn a_hash_that_waits_overwrites_and_a_pool_at_rest_is_wiped() {
        let pool = HashingPool::builder().threads(1).build().unwrap();
        let cost = Cost::workspace(8 * 1_024);
        let (go, gone) = mpsc::channel();
        let first = pool.run(cost, move |workspace| {
            gone.recv().unwrap();
            hash(workspace)
        });
        let second = pool.run(cost, hash);
        let queued = async { go.send(()).unwrap() };
        let (first, second, ()) = tokio::join!(biased; first, second, queued);
        assert_eq!((first.unwrap(), second.unwrap()), (false, true));

        while pool.shared.state().running > 0 {
            tokio::task::yield_now().await;
        }
        assert!(!pool.run(cost, hash).await.unwrap());
    }
}
