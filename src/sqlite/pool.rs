use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Duration,
};

use rusqlite::Connection;
use tokio::sync::{Notify, oneshot};

use super::{
    fault::Fault,
    job::{Answer, Job},
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
        let (mut answer, is_at_once) = self.start(work)?;
        if !is_at_once {
            match clock::within(&SystemClock::new(), self.patience, &mut answer).await {
                Some(answer) => return answer,
                None if answer.withdraw() => return Err(Fault::Waited),
                None => {}
            }
        }
        answer.await
    }

    /// Has a connection for oneself, on which this SQL has begun a transaction.
    pub(crate) async fn session(&self, begin: &'static str) -> Result<Session, Fault> {
        let (sender, tasks) = mpsc::channel::<Task>();
        let (teller, mut told) = oneshot::channel();
        let (mut answer, is_at_once) = self.start(move |connection| {
            let beginning = connection.execute_batch(begin);
            let is_begun = beginning.is_ok();
            // Who is gone has no tasks either.
            _ = teller.send(beginning);
            while is_begun && let Ok(task) = tasks.recv() {
                task(connection);
            }
        })?;
        if !is_at_once {
            match clock::within(&SystemClock::new(), self.patience, &mut told).await {
                Some(Ok(beginning)) => return Ok(Session { sender, _answer: beginning.map(|()| answer)? }),
                None if answer.withdraw() => return Err(Fault::Waited),
                Some(Err(_)) | None => {}
            }
        }
        match told.await {
            Ok(beginning) => Ok(Session { sender, _answer: beginning.map(|()| answer)? }),
            // There was no connection to begin on.
            Err(_) => Err((&mut answer).await.err().unwrap_or(Fault::Stopped)),
        }
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
            job.run(Ok(open));
            // Somebody has gone away, or a statement failed, in the middle of a transaction.
            if !open.is_autocommit() && open.execute_batch("ROLLBACK").is_err() {
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

/// Tells that a thread has ended, also if its work panicked.
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
