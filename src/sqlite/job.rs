use std::{
    future::Future,
    mem,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use rusqlite::{Connection, InterruptHandle};
use tokio::sync::oneshot;

use super::fault::Fault;

/// Work for whichever connection is free.
pub(super) struct Job(Arc<Mutex<Stage>>);

/// What comes back of a job. When it is dropped the job is not begun, or its statement is ended.
pub(crate) struct Answer<T> {
    stage: Arc<Mutex<Stage>>,
    is_ended_early: bool,
    receiver: oneshot::Receiver<Result<T, Fault>>,
}

/// What a job is taken back with.
pub(super) struct Ticket(Arc<Mutex<Stage>>);

enum Stage {
    Waiting(Work),
    Running(InterruptHandle),
    Over,
}

type Work = Box<dyn FnOnce(Result<&mut Connection, Fault>, &Mutex<Stage>) + Send>;

impl Job {
    /// A job and what comes back of it. One that is not to be ended early goes on without anybody who waits for it.
    pub(super) fn new<T: Send + 'static>(
        is_ended_early: bool,
        work: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> (Self, Answer<T>) {
        let (sender, receiver) = oneshot::channel();
        let work = move |connection: Result<&mut Connection, Fault>, stage: &Mutex<Stage>| {
            // Over before anybody hears of it, and also if the work panics.
            let over = Over(stage);
            let answer = connection.map(work);
            drop(over);
            // Somebody who is gone is told nothing.
            _ = sender.send(answer);
        };
        let stage = Arc::new(Mutex::new(Stage::Waiting(Box::new(work))));
        (Self(Arc::clone(&stage)), Answer { stage, is_ended_early, receiver })
    }

    /// Does the work, unless nobody waits for it any more.
    pub(super) fn run(self, connection: Result<&mut Connection, Fault>) {
        let work = {
            let mut stage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let begun = match &connection {
                Ok(connection) => Stage::Running(connection.get_interrupt_handle()),
                Err(_) => Stage::Over,
            };
            match mem::replace(&mut *stage, Stage::Over) {
                Stage::Waiting(work) => {
                    *stage = begun;
                    work
                }
                Stage::Running(_) | Stage::Over => return,
            }
        };
        work(connection, &self.0);
    }
}

/// The work, if it has not begun. What waits for a thread keeps none of it then.
fn take(stage: &Mutex<Stage>) -> Option<Work> {
    let mut stage = stage.lock().unwrap_or_else(PoisonError::into_inner);
    match mem::replace(&mut *stage, Stage::Over) {
        Stage::Waiting(work) => Some(work),
        begun => {
            *stage = begun;
            None
        }
    }
}

struct Over<'a>(&'a Mutex<Stage>);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Stage::Over;
    }
}

impl<T> Answer<T> {
    pub(super) fn ticket(&self) -> Ticket {
        Ticket(Arc::clone(&self.stage))
    }
}

impl Ticket {
    /// Takes the job back, if it has not begun.
    pub(super) fn withdraw(&self) -> bool {
        take(&self.0).is_some()
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
        if take(&self.stage).is_some() || !self.is_ended_early {
            return;
        }
        // Held while it is interrupted, so that the connection is not at something else by then.
        if let Stage::Running(statement) = &*self.stage.lock().unwrap_or_else(PoisonError::into_inner) {
            statement.interrupt();
        }
    }
}
