use std::process;

/// What a process that SIGINT has ended leaves.
const INTERRUPTED: i32 = 130;

/// Comes back when the operator presses Ctrl-C. A second Ctrl-C ends the process at once.
pub(crate) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without the handler Ctrl-C ends the process as ever.
        std::future::pending::<()>().await;
    }
    eprintln!("stopping at the next checkpoint; Ctrl-C once more stops at once");
    tokio::spawn(async {
        if tokio::signal::ctrl_c().await.is_ok() {
            process::exit(INTERRUPTED);
        }
    });
}
