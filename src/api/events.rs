use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};

use super::{Api, connections::segment, gate::Caller, import, jobs, parameters::Parameters, problem::Problem};
use crate::store::JobId;

/// How often the store is asked how far the job is.
const EVERY: Duration = Duration::from_secs(1);

/// A listener to whom nothing was said for so long is shown that somebody is still there: proxies end what is silent.
const SILENCE: Duration = Duration::from_secs(15);

/// No stream is longer. A client that wants to hear more asks again, with a token that is still good.
const LONGEST: Duration = Duration::from_mins(10);

/// `GET /jobs/{id}/events`: server-sent events, of what `GET /jobs/{id}` answers.
///
/// Source of the format: <https://html.spec.whatwg.org/multipage/server-sent-events.html>.
pub(super) async fn follow(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    jobs::may_look(&caller)?;
    Parameters::of(&uri, &[], &api.parts().limits)?;
    let id = import::parse(&segment(path)?)?;
    let job = jobs::shown(&api, &id).await?;
    let place = Arc::clone(&api.parts().listeners).try_acquire_owned().map_err(|_| {
        let message = "As many clients listen to jobs as may: ask for the job itself now and then";
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message)
    })?;
    let (listener, said) = mpsc::channel(2);
    tokio::spawn(async move {
        let _place = place;
        tell(&api, &id, job, &listener).await;
    });
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Some proxies keep an answer back until there is enough of it, unless they are told.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    let said = ReceiverStream::new(said).map(Ok::<_, std::convert::Infallible>);
    Ok((headers, Body::from_stream(said)).into_response())
}

/// Tells a listener of the job until it is over, the listener has gone, or the stream is as long as it may be.
async fn tell(api: &Api, id: &JobId, mut job: Value, listener: &mpsc::Sender<Bytes>) {
    let clock = &*api.parts().clock;
    let mut closing = api.parts().closing.subscribe();
    let over = async {
        tokio::select! {
            () = clock.sleep(LONGEST) => {}
            () = listener.closed() => {}
            () = closed(&mut closing) => {}
        }
    };
    let telling = async {
        let (mut told, mut last) = (Value::Null, clock.monotonic());
        loop {
            let says = if job != told {
                Some(event("progress", &job))
            } else if clock.monotonic().saturating_sub(last) >= SILENCE {
                Some(Bytes::from_static(b": still there\n\n"))
            } else {
                None
            };
            if let Some(says) = says {
                last = clock.monotonic();
                if listener.send(says).await.is_err() {
                    return;
                }
            }
            if jobs::is_over(&job) {
                // Whoever has gone by now need not be told.
                let _ = listener.send(event("done", &job)).await;
                return;
            }
            told = job;
            clock.sleep(EVERY).await;
            job = match jobs::shown(api, id).await {
                Ok(job) => job,
                // A store that cannot be asked now is asked again.
                Err(problem) if problem.is_passing() => told.clone(),
                // It is not kept any more.
                Err(_) => return,
            };
        }
    };
    // What there is to tell comes first.
    tokio::select! {
        biased;
        () = telling => {}
        () = over => {}
    }
}

async fn closed(closing: &mut watch::Receiver<bool>) {
    // An end of the sender is an end too.
    let _ = closing.wait_for(|closing| *closing).await;
}

/// JSON has no line breaks as it is written here, and so an event is one line of it.
fn event(name: &str, job: &Value) -> Bytes {
    format!("event: {name}\ndata: {job}\n\n").into()
}
