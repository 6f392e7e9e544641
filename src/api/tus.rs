//! Resumable uploads, in the protocol tus 1.0: a file that comes in as many requests as it takes, and is then imported by
//! its id. What came before a connection broke is kept.
//!
//! Source: <https://tus.io/protocols/resumable-upload>, with the extensions creation and termination.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::PathBuf,
};

use axum::{
    body::Body,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tempfile::TempPath;
use tokio::io::AsyncWriteExt as _;
use tokio_stream::StreamExt as _;

use super::{
    Api, Scope,
    connections::segment,
    gate::{Caller, require},
    job_id,
    payload::{kind, too_large},
    problem::Problem,
    upload::{Spooled, blocking, full},
};
use crate::clock::within;

const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// What the bytes of an upload come as.
pub(super) const CONTENT_TYPE: &str = "application/offset+octet-stream";

/// An upload that comes in pieces. The id tells its length, and the length of its file how much has come.
struct Resumable {
    id: String,
    length: u64,
}

impl Resumable {
    fn new(api: &Api, length: u64) -> Result<Self, Problem> {
        let random = job_id::new(api)?;
        let random = random.as_str().trim_start_matches("job_");
        Ok(Self { id: format!("upl_{random}-{length}"), length })
    }

    /// The upload of this id, if a text has the form of one. Nothing else comes near a path.
    fn parse(text: &str) -> Option<Self> {
        let (random, length) = text.strip_prefix("upl_")?.split_once('-')?;
        let is_random = random.len() == 16 && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let length = length.parse().ok().filter(|number: &u64| number.to_string() == length)?;
        is_random.then(|| Self { id: text.to_owned(), length })
    }

    fn at(path: Result<Path<String>, PathRejection>) -> Result<Self, Problem> {
        Self::parse(&segment(path)?).ok_or_else(unknown)
    }

    fn path(&self, api: &Api) -> PathBuf {
        api.parts().spool.resumable(&self.id)
    }

    /// The file, for nobody else until it is closed, in whatever process.
    async fn lock(&self, api: &Api) -> Result<(File, u64), Problem> {
        let path = self.path(api);
        blocking(move || {
            let file = OpenOptions::new().read(true).append(true).open(path).map_err(|error| gone_or(&error))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let message = "Another request writes to the upload.";
                    return Err(Problem::new(StatusCode::LOCKED, "upload_locked", message));
                }
                Err(TryLockError::Error(error)) => return Err(Problem::internal(&error)),
            }
            let offset = file.metadata().map_err(|error| Problem::internal(&error))?.len();
            Ok((file, offset))
        })
        .await
    }
}

/// `POST /uploads`
pub(super) async fn create(State(api): State<Api>, caller: Caller, headers: HeaderMap) -> Result<Response, Problem> {
    require(&caller, &[Scope::CreateUsers])?;
    is_version(&headers)?;
    let length = number(&headers, &UPLOAD_LENGTH)?;
    let limits = &api.parts().limits;
    if length > limits.upload_bytes {
        return Err(too_large(limits.upload_bytes));
    }
    if length == 0 {
        return Err(Problem::bad("invalid_header", "An upload has at least one byte."));
    }
    let upload = Resumable::new(&api, length)?;
    let _alone = api.parts().submitting.lock().await;
    let (spool, path, most) = (api.parts().spool.clone(), upload.path(&api), limits.uploads);
    blocking(move || {
        if spool.count_resumable().map_err(|error| Problem::internal(&error))? >= most {
            let message = "There are too many unfinished uploads, please finish or remove some of them.";
            return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message));
        }
        spool.create(&path).map_err(|error| full(&error))
    })
    .await?;
    let location = format!("{}/uploads/{}", api.parts().url, upload.id);
    let location = HeaderValue::try_from(location).map_err(|error| Problem::internal(&error))?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location), (UPLOAD_OFFSET, 0.into())]).into_response())
}

/// `HEAD /uploads/{id}`: where to go on.
pub(super) async fn offset(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::CreateUsers])?;
    is_version(&headers)?;
    let upload = Resumable::at(path)?;
    let file = upload.path(&api);
    let offset =
        blocking(move || file.metadata().map(|metadata| metadata.len()).map_err(|error| gone_or(&error))).await?;
    let headers = [
        (UPLOAD_OFFSET, HeaderValue::from(offset)),
        (UPLOAD_LENGTH, upload.length.into()),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((StatusCode::OK, headers).into_response())
}

/// `PATCH /uploads/{id}`: a piece more, from where the last one ended.
pub(super) async fn append(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::CreateUsers])?;
    let (parts, body) = request.into_parts();
    is_version(&parts.headers)?;
    let upload = Resumable::at(path)?;
    if kind(&parts.headers) != Some(CONTENT_TYPE) {
        let message = "Unsupported Media Type";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message));
    }
    let told = number(&parts.headers, &UPLOAD_OFFSET)?;
    let (file, offset) = upload.lock(&api).await?;
    if told != offset {
        let message = "The upload is at another offset: ask for it and go on from there.";
        return Err(Problem::new(StatusCode::CONFLICT, "offset_conflict", message));
    }
    let writing = write(file, offset, upload.length, body);
    let offset = within(&*api.parts().clock, api.parts().limits.upload_time, writing).await.unwrap_or_else(|| {
        Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "request_timeout", "The upload took too long."))
    })?;
    Ok((StatusCode::NO_CONTENT, [(UPLOAD_OFFSET, HeaderValue::from(offset))]).into_response())
}

/// Writes a body to the end of the file as it comes, and says how long the file is then. What came stays, whatever
/// follows.
async fn write(file: File, mut offset: u64, length: u64, body: Body) -> Result<u64, Problem> {
    let mut file = tokio::fs::File::from_std(file);
    let mut body = body.into_data_stream();
    let written = loop {
        let Some(chunk) = body.next().await else { break Ok(()) };
        let Ok(chunk) = chunk else {
            break Err(Problem::bad(
                "invalid_body",
                "The piece was cut short: ask for the offset and go on from there.",
            ));
        };
        if chunk.len() as u64 > length.saturating_sub(offset) {
            break Err(too_large(length));
        }
        file.write_all(&chunk).await.map_err(|error| full(&error))?;
        offset += chunk.len() as u64;
    };
    // What is told to have come is on the disk.
    file.flush().await.map_err(|error| full(&error))?;
    file.sync_data().await.map_err(|error| full(&error))?;
    written.map(|()| offset)
}

/// `DELETE /uploads/{id}`
pub(super) async fn terminate(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::CreateUsers])?;
    is_version(&headers)?;
    let file = Resumable::at(path)?.path(&api);
    blocking(move || std::fs::remove_file(file).map_err(|error| gone_or(&error))).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `OPTIONS /uploads`
pub(super) async fn options(State(api): State<Api>) -> Response {
    let headers = [
        (HeaderName::from_static("tus-version"), VERSION),
        (HeaderName::from_static("tus-extension"), HeaderValue::from_static("creation,termination")),
        (HeaderName::from_static("tus-max-size"), api.parts().limits.upload_bytes.into()),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Every answer says which version of the protocol it is of.
pub(super) async fn with_version(mut response: Response) -> Response {
    response.headers_mut().insert(TUS_RESUMABLE, VERSION);
    if response.status() == StatusCode::PRECONDITION_FAILED {
        response.headers_mut().insert(HeaderName::from_static("tus-version"), VERSION);
    }
    response
}

/// The file of an upload that has come whole, for the job that is made of it. It stays in its place until the job has it.
pub(super) async fn whole(api: &Api, id: &str) -> Result<Spooled, Problem> {
    let upload = Resumable::parse(id).ok_or_else(no_such_upload)?;
    let (file, bytes) = upload.lock(api).await.map_err(|problem| problem.at("/upload_id"))?;
    if bytes != upload.length {
        return Err(Problem::bad("invalid_body", "The upload is not finished.").at("/upload_id"));
    }
    let mut path = TempPath::try_from_path(upload.path(api)).map_err(|error| Problem::internal(&error))?;
    path.disable_cleanup(true);
    Ok(Spooled { path, bytes, file, is_kept: true })
}

/// What an import is told that names an upload that is not there.
pub(super) fn no_such_upload() -> Problem {
    unknown().at("/upload_id")
}

fn is_version(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.get(TUS_RESUMABLE) == Some(&VERSION) {
        return Ok(());
    }
    let message = "The header Tus-Resumable is not 1.0.0.";
    Err(Problem::new(StatusCode::PRECONDITION_FAILED, "unsupported_version", message))
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Problem> {
    let mut values = headers.get_all(name).iter();
    let number = values.next().and_then(|value| value.to_str().ok()?.parse().ok()).filter(|_| values.next().is_none());
    number.ok_or_else(|| Problem::bad("invalid_header", format!("The header {name} is not a number of bytes.")))
}

fn unknown() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "inexistent_upload", "The upload does not exist.")
}

fn gone_or(error: &io::Error) -> Problem {
    if error.kind() == io::ErrorKind::NotFound { unknown() } else { Problem::internal(error) }
}

#[cfg(test)]
mod tests {
    use super::Resumable;

    #[test]
    fn no_path_is_an_upload() {
        let good = "upl_0123456789abcdef-42";
        assert_eq!(Resumable::parse(good).map(|upload| (upload.id, upload.length)), Some((good.to_owned(), 42)));
        for bad in [
            "",
            "upl_",
            "upl_0123456789abcdef",
            "upl_0123456789abcdef-",
            "upl_0123456789abcdef-+42",
            "upl_0123456789abcdef-042",
            "upl_0123456789abcdef-99999999999999999999",
            "upl_../../../../etc/p-42",
            "upl_0123456789abcde/-42",
            "job_0123456789abcdef-42",
        ] {
            assert!(Resumable::parse(bad).is_none(), "{bad}");
        }
    }
}
