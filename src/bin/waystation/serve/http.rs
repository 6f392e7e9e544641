//! HTTP/1.1, with a bound on everything that a client may make the server wait for.

use std::{io, pin::pin, sync::Arc, time::Duration};

use axum::{Router, middleware::from_fn_with_state};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
};
use waystation::clock::{Clock as _, SystemClock};

use super::patience::{Patient, body};

/// The longest head of a request in bytes: a query and a token of the longest that the API reads, and what browsers add.
const MAX_HEAD: usize = 48 << 10;

/// Accepting fails when the process has too many files open; it is tried again after so long.
const PAUSE: Duration = Duration::from_secs(1);

/// What clients are waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// For the head of a request, between two parts of a body, for a whole body that is no upload, and until a part of an
    /// answer is taken.
    pub(super) patience: Duration,
    /// For a whole upload.
    pub(super) upload: Duration,
    /// How many connections there are at once. Whoever comes then waits to be let in.
    pub(super) connections: usize,
    /// For requests that are under way at the end.
    pub(super) end: Duration,
}

/// Serves until `stopped`, and then until every request that is under way has ended, or the time for that is up. Says how
/// many were cut off.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    stopped: impl Future<Output = ()>,
) -> usize {
    let service = TowerToHyperService::new(router.layer(from_fn_with_state(bounds, body)));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.patience).max_header_size(MAX_HEAD);
    let (stop, stopping) = watch::channel(false);
    let places = Arc::new(Semaphore::new(bounds.connections));
    let mut connections = JoinSet::new();
    let mut stopped = pin!(stopped);
    loop {
        let (stream, place) = tokio::select! {
            () = &mut stopped => break,
            Some(_) = connections.join_next() => continue,
            accepted = accept(&listener, &places) => match accepted {
                Some(accepted) => accepted,
                None => break,
            },
        };
        let connection = http.serve_connection(TokioIo::new(Patient::new(stream, bounds.patience)), service.clone());
        let mut stopping = stopping.clone();
        connections.spawn(async move {
            let _place = place;
            let mut connection = pin!(connection);
            // How a connection ends is its client's affair: nobody here could do anything about it.
            tokio::select! {
                _ = connection.as_mut() => return,
                _ = stopping.wait_for(|stopping| *stopping) => {}
            }
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        });
    }
    drop(listener);
    let _ = stop.send(true);
    let ended = async { while connections.join_next().await.is_some() {} };
    tokio::select! {
        () = ended => 0,
        () = wait(bounds.end) => connections.len(),
    }
}

/// The next connection, and its place among those that there may be. `None` when no more are let in.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Small answers need not wait for more to send; without it they are late, and nothing else.
                let _ = stream.set_nodelay(true);
                return Some((stream, place));
            }
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted now");
                wait(PAUSE).await;
            }
        }
    }
}

/// Whether the client was gone before it was let in.
fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn wait(time: Duration) {
    SystemClock::new().sleep(time).await;
}
