use std::{
    collections::VecDeque,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Duration,
};

use rusqlite::Connection;
use tokio::sync::{Notify, oneshot};

use super::{
    fault::Fault,
    job::{Answer, Job, Ticket},
};
use crate::clock::{self, SystemClock};

/// Opens a connection, on its thread.
pub(crate) type Opener = Box<dyn Fn() -> Result<Connection, rusqlite::Error> + Send + Sync>;

/// Connections that are alike, each with a thread of its own, and the jobs that wait for one of them.
///
/// The jobs wait here and not in the runtime, so that under load a thread goes from one to the next without a pause. A thread is
/// started when all others are busy. All end with the pool, after what they are at.
pub(crate) struct Pool {
    patience: Duration,
    is_ended_early: bool,
    shared: Arc<Shared>,
}

struct Shared {
    open: Opener,
    most: usize,
    state: Mutex<State>,
    job_came: Condvar,
    thread_ended: Notify,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    /// Threads that wait for a job.
    idle: usize,
    is_closed: bool,
    /// Why a connection could not be closed.
    closing: Option<rusqlite::Error>,
}

impl Pool {
    /// At most so many connections, each of which is waited for no longer than said.
    pub(crate) fn new(open: Opener, most: usize, patience: Duration) -> Self {
        let shared =
            Shared { open, most, state: Mutex::default(), job_came: Condvar::new(), thread_ended: Notify::new() };
        Self { patience, is_ended_early: true, shared: Arc::new(shared) }
    }

    /// What has begun goes on to its end, even if its caller goes away.
    pub(crate) fn never_ended_early(mut self) -> Self {
        self.is_ended_early = false;
        self
    }

    /// Has a connection do something.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let (answer, is_at_once) = self.start(work)?;
        self.in_time(is_at_once, answer.ticket(), answer).await?
    }

    /// Has a connection for oneself, on which this SQL has begun a transaction.
    pub(crate) async fn session(&self, begin: &'static str) -> Result<Session, Fault> {
        let (sender, tasks) = mpsc::channel::<Task>();
        let (teller, told) = oneshot::channel();
        let (answer, is_at_once) = self.start(move |connection| {
            let beginning = connection.execute_batch(begin);
            let is_begun = beginning.is_ok();
            // Who is gone has no tasks either.
            _ = teller.send(beginning);
            // The last task, or a fault that SQLite rolls back after, ends the transaction: no task comes to pass outside of it.
            while is_begun
                && !connection.is_autocommit()
                && let Ok(task) = tasks.recv()
            {
                task(connection);
            }
        })?;
        match self.in_time(is_at_once, answer.ticket(), told).await? {
            Ok(beginning) => Ok(Session { sender, _answer: beginning.map(|()| answer)? }),
            // There was no connection to begin on.
            Err(_) => Err(answer.await.err().unwrap_or(Fault::Stopped)),
        }
    }

    /// Waits for what a job brings, and for no longer than was said until it begins.
    async fn in_time<F: Future + Unpin>(
        &self,
        is_at_once: bool,
        ticket: Ticket,
        mut coming: F,
    ) -> Result<F::Output, Fault> {
        if !is_at_once {
            match clock::within(&SystemClock::new(), self.patience, &mut coming).await {
                Some(come) => return Ok(come),
                None if ticket.withdraw() => return Err(Fault::Waited),
                None => {}
            }
        }
        Ok(coming.await)
    }

    /// Hands work to a thread. Whether one is free is told too.
    fn start<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> Result<(Answer<T>, bool), Fault> {
        let (job, answer) = Job::new(self.is_ended_early, work);
        let mut state = self.shared.state();
        if state.is_closed {
            return Err(Fault::Closed);
        }
        state.jobs.push_back(job);
        if state.idle >= state.jobs.len() {
            // Who wakes up wants it.
            drop(state);
            self.shared.job_came.notify_one();
            return Ok((answer, true));
        }
        if state.threads == self.shared.most {
            return Ok((answer, false));
        }
        let shared = Arc::clone(&self.shared);
        let thread = thread::Builder::new().name("waystation-sqlite".to_owned()).spawn(move || shared.work());
        let is_started = thread.is_ok();
        state.threads += usize::from(is_started);
        // Otherwise those that there are do it.
        if state.threads == 0 {
            state.jobs.pop_back();
            return Err(Fault::Stopped);
        }
        Ok((answer, is_started))
    }

    /// Closes all connections, after what they are at.
    pub(crate) async fn close(&self) -> Result<(), Fault> {
        self.shared.end();
        loop {
            let ended = self.shared.thread_ended.notified();
            {
                let mut state = self.shared.state();
                if state.threads == 0 {
                    return state.closing.take().map_or(Ok(()), |error| Err(Fault::Sqlite(error)));
                }
            }
            ended.await;
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.end();
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("most", &self.shared.most).finish_non_exhaustive()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// No job comes any more.
    fn end(&self) {
        self.state().is_closed = true;
        self.job_came.notify_all();
    }

    /// What a thread does: one job after the other on its connection.
    fn work(&self) {
        let _ended = Ended(self);
        let mut connection = None;
        while let Some(job) = self.next() {
            let open = match connection.take().map_or_else(|| (self.open)(), Ok) {
                Ok(open) => connection.insert(open),
                Err(error) => {
                    job.run(Err(error.into()));
                    continue;
                }
            };
            let is_sound = catch_unwind(AssertUnwindSafe(|| job.run(Ok(&mut *open)))).is_ok();
            // Somebody has gone away, or a statement failed, in the middle of a transaction.
            if !is_sound || !open.is_autocommit() && open.execute_batch("ROLLBACK").is_err() {
                connection = None;
            }
        }
        if let Some(Err((_, error))) = connection.map(Connection::close) {
            self.state().closing = Some(error);
        }
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            if state.is_closed {
                return None;
            }
            state.idle += 1;
            state = self.job_came.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }
}

/// Tells that a thread has ended.
struct Ended<'a>(&'a Shared);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.state().threads -= 1;
        self.0.thread_ended.notify_waiters();
    }
}

type Task = Box<dyn FnOnce(&mut Connection) + Send>;

/// A connection for oneself. What is not committed when it is dropped is rolled back.
pub(crate) struct Session {
    sender: mpsc::Sender<Task>,
    /// Ends what the connection is at, where that may be.
    _answer: Answer<()>,
}

impl Session {
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let (sender, answer) = oneshot::channel();
        let task = move |connection: &mut Connection| {
            // Somebody who is gone is told nothing.
            _ = sender.send(work(connection));
        };
        self.sender.send(Box::new(task)).map_err(|_| Fault::Stopped)?;
        answer.await.map_err(|_| Fault::Stopped)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

    use super::*;

    /// A pool over one database in memory that its connections do not share.
    fn pool(most: usize) -> Pool {
        Pool::new(Box::new(Connection::open_in_memory), most, Duration::from_secs(30))
    }

    fn ask(sql: &'static str) -> impl FnOnce(&mut Connection) -> Result<i64, rusqlite::Error> + Send + 'static {
        move |connection| connection.query_row(sql, (), |row| row.get(0))
    }

    /// Work that says that it has begun, and waits until it is let go.
    fn held() -> (impl FnOnce(&mut Connection) + Send + 'static, oneshot::Receiver<()>, mpsc::Sender<()>) {
        let (teller, begun) = oneshot::channel();
        let (let_go, go) = mpsc::channel();
        let work = move |_: &mut Connection| {
            teller.send(()).unwrap();
            go.recv().unwrap();
        };
        (work, begun, let_go)
    }

    /// Has a thread busy until it is let go.
    async fn occupy(pool: &Pool) -> (Answer<()>, mpsc::Sender<()>) {
        let (work, begun, let_go) = held();
        let (busy, _) = pool.start(work).unwrap();
        begun.await.unwrap();
        (busy, let_go)
    }

    #[tokio::test]
    async fn jobs_are_done_by_no_more_threads_than_were_said() {
        let opened = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&opened);
        let open = move || {
            count.fetch_add(1, Relaxed);
            Connection::open_in_memory()
        };
        let pool = Arc::new(Pool::new(Box::new(open), 3, Duration::from_secs(30)));
        let asking: Vec<_> = (0..200)
            .map(|_| {
                let pool = Arc::clone(&pool);
                tokio::spawn(async move { pool.run(ask("SELECT 7")).await.unwrap().unwrap() })
            })
            .collect();
        for asked in asking {
            assert_eq!(asked.await.unwrap(), 7);
        }
        assert!((1..=3).contains(&opened.load(Relaxed)));
    }

    #[tokio::test]
    async fn a_job_that_nobody_waits_for_any_more_is_not_begun() {
        let pool = pool(1);
        let (busy, let_go) = occupy(&pool).await;
        let is_begun = Arc::new(AtomicBool::new(false));
        let begins = Arc::clone(&is_begun);
        drop(pool.start(move |_| begins.store(true, Relaxed)).unwrap());
        let_go.send(()).unwrap();
        busy.await.unwrap();
        pool.run(ask("SELECT 1")).await.unwrap().unwrap();
        assert!(!is_begun.load(Relaxed));
    }

    #[tokio::test]
    async fn a_statement_whose_caller_is_gone_is_ended() {
        let pool = pool(1);
        let (teller, told) = oneshot::channel();
        let mut teller = Some(teller);
        let run_for_ever = move |connection: &mut Connection| {
            // Asked while the statement runs.
            let look = move || teller.take().is_some_and(|teller| teller.send(()).is_err());
            connection.progress_handler(100, Some(look)).unwrap();
            ask("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")(connection)
        };
        let (answer, _) = pool.start(run_for_ever).unwrap();
        told.await.unwrap();
        drop(answer);
        assert_eq!(pool.run(ask("SELECT 7")).await.unwrap().unwrap(), 7);
    }

    #[tokio::test]
    async fn what_is_never_ended_early_goes_on_without_its_caller() {
        let pool = pool(1).never_ended_early();
        let (work, begun, let_go) = held();
        let (answer, _) = pool
            .start(|connection| {
                work(connection);
                connection.execute_batch("CREATE TABLE written (x)").unwrap();
            })
            .unwrap();
        begun.await.unwrap();
        drop(answer);
        let_go.send(()).unwrap();
        assert_eq!(pool.run(ask("SELECT count(*) FROM written")).await.unwrap().unwrap(), 0);
    }

    #[tokio::test]
    async fn what_a_session_does_not_commit_is_rolled_back() {
        let pool = pool(1);
        pool.run(|connection| connection.execute_batch("CREATE TABLE people (name)")).await.unwrap().unwrap();
        for (end, expected) in [("SELECT 1", 0), ("ROLLBACK", 0), ("COMMIT", 1), ("SELECT 1", 1)] {
            let session = pool.session("BEGIN IMMEDIATE").await.unwrap();
            let insert = |connection: &mut Connection| connection.execute("INSERT INTO people VALUES ('ada')", ());
            assert_eq!(session.run(insert).await.unwrap().unwrap(), 1);
            session.run(move |connection| connection.execute_batch(end)).await.unwrap().unwrap();
            drop(session);
            assert_eq!(pool.run(ask("SELECT count(*) FROM people")).await.unwrap().unwrap(), expected, "{end}");
        }
    }

    #[tokio::test]
    async fn nothing_of_a_session_comes_to_pass_outside_of_its_transaction() {
        let pool = pool(1);
        let session = pool.session("BEGIN").await.unwrap();
        session.run(|connection| connection.execute_batch("ROLLBACK")).await.unwrap().unwrap();
        let late = |connection: &mut Connection| connection.execute_batch("CREATE TABLE late (x)");
        assert!(matches!(session.run(late).await, Err(Fault::Stopped)));
        drop(session);
        assert_eq!(pool.run(ask("SELECT count(*) FROM sqlite_schema")).await.unwrap().unwrap(), 0);
    }

    #[tokio::test]
    async fn what_waits_and_is_given_up_is_let_go_of_at_once() {
        let pool = pool(1);
        let (busy, let_go) = occupy(&pool).await;
        let value = Arc::new(());
        let held = Arc::clone(&value);
        drop(pool.start(move |_| drop(held)).unwrap());
        assert_eq!(Arc::strong_count(&value), 1);
        let_go.send(()).unwrap();
        busy.await.unwrap();
    }

    #[tokio::test]
    async fn a_session_that_cannot_begin_holds_nobody_up() {
        let pool = pool(1);
        assert!(matches!(pool.session("no SQL").await, Err(Fault::Sqlite(_))));
        assert_eq!(pool.run(ask("SELECT 7")).await.unwrap().unwrap(), 7);
    }

    #[tokio::test]
    async fn work_that_panics_takes_its_connection_along_and_nothing_else() {
        let pool = pool(1);
        let panics = |_: &mut Connection| -> i64 { panic!("a fault of the test's own") };
        assert!(matches!(pool.run(panics).await, Err(Fault::Stopped)));
        let session = pool.session("BEGIN").await.unwrap();
        assert!(matches!(session.run(panics).await, Err(Fault::Stopped)));
        assert!(matches!(session.run(ask("SELECT 1")).await, Err(Fault::Stopped)));
        assert_eq!(pool.run(ask("SELECT 7")).await.unwrap().unwrap(), 7);
    }

    #[tokio::test]
    async fn who_waits_for_longer_than_was_said_is_told_and_not_served() {
        let pool = Pool::new(Box::new(Connection::open_in_memory), 1, Duration::from_millis(20));
        let (busy, let_go) = occupy(&pool).await;
        let is_begun = Arc::new(AtomicBool::new(false));
        let begins = Arc::clone(&is_begun);
        assert!(matches!(pool.run(move |_| begins.store(true, Relaxed)).await, Err(Fault::Waited)));
        assert!(matches!(pool.session("BEGIN").await, Err(Fault::Waited)));
        let_go.send(()).unwrap();
        busy.await.unwrap();
        pool.close().await.unwrap();
        assert!(!is_begun.load(Relaxed));
    }

    #[tokio::test]
    async fn closing_waits_for_the_work_and_refuses_more() {
        let pool = Arc::new(pool(2));
        let (busy, let_go) = occupy(&pool).await;
        let closing = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { pool.close().await }
        });
        while !pool.shared.state().is_closed {
            tokio::task::yield_now().await;
        }
        assert!(matches!(pool.run(ask("SELECT 1")).await, Err(Fault::Closed)));
        assert!(!closing.is_finished());
        let_go.send(()).unwrap();
        busy.await.unwrap();
        closing.await.unwrap().unwrap();
        pool.close().await.unwrap();
    }

    #[tokio::test]
    async fn a_connection_that_cannot_be_opened_is_told_and_tried_again() {
        let tries = AtomicUsize::new(0);
        let open = move || match tries.fetch_add(1, Relaxed) {
            0 | 1 => Connection::open("/no such folder/users.sqlite3"),
            _ => Connection::open_in_memory(),
        };
        let pool = Pool::new(Box::new(open), 1, Duration::from_secs(30));
        assert!(matches!(pool.run(ask("SELECT 1")).await, Err(Fault::Sqlite(_))));
        assert!(matches!(pool.session("BEGIN").await, Err(Fault::Sqlite(_))));
        assert_eq!(pool.run(ask("SELECT 7")).await.unwrap().unwrap(), 7);
    }
}
