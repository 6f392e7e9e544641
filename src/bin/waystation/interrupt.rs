use std::process;

/// What a process that SIGINT has ended leaves.
const INTERRUPTED: i32 = 130;

/// What becomes of imports that are stopped.
pub(crate) const CHECKPOINT: &str = "stopping at the next checkpoint";

/// Comes back when the operator presses Ctrl-C, or whoever runs the command as a service ends it (SIGTERM). A second time
/// ends the process at once.
///
/// It is listened for from the call on, and not only once somebody waits. What becomes of the work is said then.
pub(crate) fn interrupted(work: &'static str) -> impl Future<Output = ()> + Send {
    let told = told();
    async move {
        told.await;
        tell!("{work}; Ctrl-C once more stops at once");
        let again = self::told();
        tokio::spawn(async {
            again.await;
            process::exit(INTERRUPTED);
        });
    }
}

/// Where there can be no handler, the signal ends the process as ever.
#[cfg(unix)]
fn told() -> impl Future<Output = ()> + Send {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    async fn of(signal: Option<Signal>) {
        let told = match signal {
            Some(mut signal) => signal.recv().await,
            None => None,
        };
        if told.is_none() {
            std::future::pending::<()>().await;
        }
    }
    let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok());
    async {
        let [interrupt, terminate] = signals;
        tokio::select! {
            () = of(interrupt) => {}
            () = of(terminate) => {}
        }
    }
}

/// Where there can be no handler, Ctrl-C ends the process as ever.
#[cfg(not(unix))]
async fn told() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
