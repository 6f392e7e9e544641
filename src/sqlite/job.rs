use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use rusqlite::{Connection, InterruptHandle};
use tokio::sync::oneshot;

use super::fault::Fault;

/// Work for whichever connection is free.
pub(super) struct Job {
    stage: Arc<Mutex<Stage>>,
    #[expect(clippy::type_complexity, reason = "a name would say no more")]
    work: Box<dyn FnOnce(Result<&mut Connection, Fault>) + Send>,
}

/// What comes back of a job. When it is dropped the job is not begun, or its statement is ended.
pub(crate) struct Answer<T> {
    stage: Arc<Mutex<Stage>>,
    is_ended_early: bool,
    receiver: oneshot::Receiver<Result<T, Fault>>,
}

enum Stage {
    Waiting,
    Running(InterruptHandle),
    Over,
}

impl Job {
    /// A job and what comes back of it. One that is not to be ended early goes on without anybody who waits for it.
    pub(super) fn new<T: Send + 'static>(
        is_ended_early: bool,
        work: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> (Self, Answer<T>) {
        let (sender, receiver) = oneshot::channel();
        let work = move |connection: Result<&mut Connection, Fault>| {
            // Somebody who is gone is told nothing.
            _ = sender.send(connection.map(work));
        };
        let stage = Arc::new(Mutex::new(Stage::Waiting));
        (Self { stage: Arc::clone(&stage), work: Box::new(work) }, Answer { stage, is_ended_early, receiver })
    }

    /// Does the work, unless nobody waits for it any more.
    pub(super) fn run(self, connection: Result<&mut Connection, Fault>) {
        {
            let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
            match (&*stage, &connection) {
                (Stage::Waiting, Ok(connection)) => *stage = Stage::Running(connection.get_interrupt_handle()),
                (Stage::Waiting, Err(_)) => *stage = Stage::Over,
                (Stage::Running(_) | Stage::Over, _) => return,
            }
        }
        // Over when the work is, and before the connection is given anything else: also if the work panics.
        let _over = OnDrop(&self.stage);
        (self.work)(connection);
    }
}

struct OnDrop<'a>(&'a Mutex<Stage>);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Stage::Over;
    }
}

/// What a job is taken back with.
pub(super) struct Ticket(Arc<Mutex<Stage>>);

impl<T> Answer<T> {
    pub(super) fn ticket(&self) -> Ticket {
        Ticket(Arc::clone(&self.stage))
    }
}

impl Ticket {
    /// Takes the job back, if it has not begun.
    pub(super) fn withdraw(&self) -> bool {
        let mut stage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_waiting = matches!(*stage, Stage::Waiting);
        if is_waiting {
            *stage = Stage::Over;
        }
        is_waiting
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T, Fault>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.receiver).poll(context).map(|answer| answer.unwrap_or(Err(Fault::Stopped)))
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        // Held while it is interrupted, so that the connection is not at something else by then.
        let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        match &*stage {
            Stage::Waiting => *stage = Stage::Over,
            Stage::Running(statement) if self.is_ended_early => statement.interrupt(),
            Stage::Running(_) | Stage::Over => {}
        }
    }
}
