use std::{collections::VecDeque, io, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{
    Api, Scope,
    connections::segment,
    gate::{Caller, require},
    import::{self, Uploads, no_such_job},
    parameters::Parameters,
    problem::{Problem, chain},
};
use crate::{
    bulk::{ImportJobs, OpenInput as _, RecordSource, on_one_line},
    store::JobId,
};

/// How many faulty records are asked for at once.
const PAGE: usize = 1_000;

/// About how much is read before it is sent, in bytes: one record may have more.
const CHUNK: usize = 64 << 10;

/// `GET /jobs/{id}/quarantine`: the records that could not be imported, as they came, one a line: to be corrected and
/// imported again. They have the hashes that were uploaded, so it takes the right to upload.
pub(super) async fn file(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::CreateUsers])?;
    Parameters::of(&uri, &[], &api.parts().limits)?;
    let id = import::parse(&segment(path)?)?;
    import::job(&api, &id).await?;
    let jobs = ImportJobs::new(Arc::clone(&api.parts().store));
    let status = jobs.status(&id).await?.ok_or_else(no_such_job)?;
    import::of(&status).ok_or_else(no_such_job)?;
    let uploads = Uploads(api.clone());
    let opened = tokio::task::spawn_blocking(move || uploads.open(&status.spec.input).and_then(|input| input.open()));
    let source = opened.await.map_err(|error| Problem::internal(&error))?;
    let source = source.map_err(|error| {
        tracing::warn!(error = %chain(&error), "an upload cannot be read again");
        Problem::new(StatusCode::NOT_FOUND, "inexistent_file", "The file is not kept any more.")
    })?;
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{}.quarantine.ndjson\"", id.as_str()));
    let headers: [(HeaderName, HeaderValue); 4] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson")),
        (header::CONTENT_DISPOSITION, disposition.map_err(|error| Problem::internal(&error))?),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    let (sender, receiver) = mpsc::channel(2);
    tokio::spawn(send(jobs, id, source, sender));
    Ok((headers, Body::from_stream(ReceiverStream::new(receiver))).into_response())
}

/// Reads as fast as the client takes it, and stops when it has gone. No thread waits for a client.
async fn send(jobs: ImportJobs, id: JobId, mut source: Box<dyn RecordSource>, to: mpsc::Sender<io::Result<Bytes>>) {
    let (mut faulty, mut last) = (VecDeque::new(), None);
    loop {
        if faulty.is_empty() {
            match jobs.faults(&id, last, PAGE).await {
                Ok(page) if page.is_empty() => return,
                Ok(page) => faulty.extend(page.iter().map(|fault| fault.record)),
                Err(error) => {
                    tracing::warn!(error = %chain(&error), "a quarantine file was broken off");
                    let _gone = to.send(Err(io::Error::other("the store cannot be asked"))).await;
                    return;
                }
            }
            last = faulty.back().copied();
        }
        let read = tokio::task::spawn_blocking(move || {
            let lines = lines(&mut *source, &mut faulty);
            (lines, source, faulty)
        });
        let Ok((lines, source_again, rest)) = read.await else { return };
        (source, faulty) = (source_again, rest);
        let is_broken = lines.is_err();
        // An empty chunk would end the body for some servers.
        let is_empty = matches!(&lines, Ok(lines) if lines.is_empty());
        if !is_empty && to.send(lines.map(Bytes::from)).await.is_err() || is_broken {
            return;
        }
    }
}

/// Some of the faulty records, which are taken from the list.
fn lines(source: &mut dyn RecordSource, faulty: &mut VecDeque<u64>) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    while let Some(wanted) = faulty.front().copied() {
        match source.next() {
            Ok(Some(record)) if record.place.record < wanted => {}
            Ok(Some(record)) => {
                faulty.pop_front();
                // One that was too large to be kept is told among the errors only.
                if record.place.record == wanted && !record.raw.is_empty() {
                    lines.extend(on_one_line(&record.raw));
                    lines.push(b'\n');
                }
                if lines.len() >= CHUNK {
                    break;
                }
            }
            Ok(None) => {
                faulty.clear();
                return Err(io::Error::other("the upload has fewer records than it had"));
            }
            Err(error) => return Err(io::Error::other(error)),
        }
    }
    Ok(lines)
}
