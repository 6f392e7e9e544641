use std::io;

use axum::{
    body::{Body, Bytes},
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::{fs::File, io::AsyncReadExt as _, sync::mpsc};
use tokio_stream::wrappers::ReceiverStream;

use super::{
    Api,
    connections::segment,
    export, job_id,
    problem::Problem,
    ticket::{Purpose, TicketError},
};

/// How much is read at once, in bytes.
const CHUNK: usize = 64 << 10;

/// `GET /exports/{ticket}`: the file of an export, for whoever has a link that was signed here a moment ago.
pub(super) async fn file(
    State(api): State<Api>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let parts = api.parts();
    let refused = |message| Problem::new(StatusCode::FORBIDDEN, "invalid_link", message);
    let id = match Purpose::Download.open(&parts.key, &segment(path)?, parts.clock.now()) {
        Ok(id) => String::from_utf8(id).ok().and_then(|id| job_id::parse(&id)),
        Err(TicketError::Expired) => {
            return Err(refused("The link has expired: get the job again for another one."));
        }
        Err(TicketError::Invalid) => None,
    };
    let id = id.ok_or_else(|| refused("The link is not valid."))?;
    let gone = || Problem::new(StatusCode::NOT_FOUND, "inexistent_file", "The file is not kept any more.");
    let (path, name) = export::file(&api, &id).await?.ok_or_else(gone)?;
    let file = match File::open(&path).await {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(gone()),
        Err(error) => return Err(Problem::internal(&error)),
    };
    let length = file.metadata().await.map_err(|error| Problem::internal(&error))?.len();
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let headers: [(HeaderName, HeaderValue); 5] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/gzip")),
        (header::CONTENT_LENGTH, length.into()),
        (header::CONTENT_DISPOSITION, disposition.map_err(|error| Problem::internal(&error))?),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    let (sender, receiver) = mpsc::channel(2);
    tokio::spawn(send(file, sender));
    Ok((headers, Body::from_stream(ReceiverStream::new(receiver))).into_response())
}

/// Reads as fast as the client takes it, and stops when it has gone.
async fn send(mut file: File, to: mpsc::Sender<io::Result<Bytes>>) {
    loop {
        let mut chunk = Vec::with_capacity(CHUNK);
        let read = (&mut file).take(CHUNK as u64).read_to_end(&mut chunk).await;
        let (chunk, is_last) = match read {
            Ok(0) => return,
            Ok(_) => (Ok(chunk.into()), false),
            Err(error) => (Err(error), true),
        };
        if to.send(chunk).await.is_err() || is_last {
            return;
        }
    }
}
