use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _, Write as _},
    mem,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    body::{Body, BodyDataStream, Bytes},
    extract::Request,
    http::{StatusCode, header},
};
use blake2::{Blake2b512, Digest};
use multer::{Constraints, Field, Multipart, SizeLimit};
use serde_json::{Value, json};
use tempfile::TempPath;
use tokio::task::JoinHandle;
use tokio_stream::Stream;

use super::{Api, ApiLimits, payload::too_large, problem::Problem};
use crate::{bulk::ImportFormat, clock::within};

/// The fields beside the file that are read. Whatever else comes is passed over.
const FIELDS: [&str; 8] = [
    "connection_id",
    "dry_run",
    "external_id",
    "format",
    "send_completion_email",
    "spare_moved",
    "upload_id",
    "upsert",
];

/// The longest field in bytes.
const MAX_FIELD: usize = 1_024;

/// So many bytes of the file are written at once, while as many come.
const BLOCK: usize = 1 << 20;

/// So many bytes go to the disk at once, while more come: a long upload leaves no more than that for its end.
const SYNCED: usize = 8 << 20;

/// How much may come of one part before any of it is its content: its head, that is.
const MAX_HEAD: usize = 1 << 20;

/// The form as it is described.
pub(super) fn schema(limits: &ApiLimits) -> Value {
    let flag = json!({"type": "boolean"});
    json!({
        "type": "object",
        "required": ["connection_id"],
        "oneOf": [{"required": ["users"]}, {"required": ["upload_id"]}],
        "properties": {
            "users": {
                "type": "string",
                "format": "binary",
                "description": format!("The file. The whole form has at most {} bytes.", limits.upload_bytes),
            },
            "upload_id": {
                "type": "string",
                "pattern": "^upl_[A-Za-z0-9]{16}-[1-9][0-9]*$",
                "description": "A resumable upload that has come whole, in the place of the file.",
            },
            "connection_id": {"type": "string", "pattern": "^con_[A-Za-z0-9]{16}$"},
            "upsert": flag,
            "spare_moved": {
                "type": "boolean",
                "description": "Whether an upsert only fills in what is missing of people who have moved by themselves.",
            },
            "external_id": {"type": "string", "maxLength": MAX_FIELD},
            "send_completion_email": flag,
            "dry_run": flag,
            "format": {"type": "string", "enum": ImportFormat::ALL},
        },
    })
}

/// What came in parts.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) file: Option<Spooled>,
    pub(super) fields: BTreeMap<&'static str, String>,
}

/// A file that came, and is gone when this is dropped.
#[derive(Debug)]
pub(super) struct Spooled {
    pub(super) path: TempPath,
    pub(super) bytes: u64,
    /// The same, open. Not all of it may be on the disk.
    pub(super) file: File,
    /// Whether it was there before the request, and stays if nothing comes of that.
    pub(super) is_kept: bool,
}

impl Upload {
    /// Writes the part `users` to the spool folder as it comes, and reads the others, in whatever order.
    ///
    /// When this fails, or is dropped since the client has gone, nothing stays.
    pub(super) async fn receive(api: &Api, request: Request) -> Result<Self, Problem> {
        let limits = &api.parts().limits;
        let (parts, body) = request.into_parts();
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(kind).map_err(|_| malformed())?;
        let told =
            parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if told.is_some_and(|told| told > limits.upload_bytes) {
            return Err(too_large(limits.upload_bytes));
        }
        let receiving = Self::receive_parts(api, body, boundary);
        within(&*api.parts().clock, limits.upload_time, receiving).await.unwrap_or_else(|| {
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "request_timeout", "The upload took too long."))
        })
    }

    async fn receive_parts(api: &Api, body: Body, boundary: String) -> Result<Self, Problem> {
        let most = api.parts().limits.upload_bytes;
        let limit = SizeLimit::new().whole_stream(most);
        let waiting = Arc::new(AtomicUsize::new(0));
        let stream = Measured { body: body.into_data_stream(), waiting: Arc::clone(&waiting), rests: false };
        let mut multipart = Multipart::with_constraints(stream, boundary, Constraints::new().size_limit(limit));
        let mut upload = Self { file: None, fields: BTreeMap::new() };
        while let Some(mut field) = multipart.next_field().await.map_err(|error| broken(&error, most))? {
            waiting.store(0, Ordering::Relaxed);
            match field.name().map(str::to_owned).as_deref() {
                Some("users") if upload.file.is_some() => return Err(doubled("users")),
                Some("users") => upload.file = Some(Spooled::write(api, &mut field, &waiting).await?),
                Some(name) => match FIELDS.into_iter().find(|known| *known == name) {
                    Some(name) => {
                        let text = text(name, &mut field, &waiting, most).await?;
                        if upload.fields.insert(name, text).is_some() {
                            return Err(doubled(name));
                        }
                    }
                    None => pass_over(&mut field, &waiting, most).await?,
                },
                None => pass_over(&mut field, &waiting, most).await?,
            }
        }
        Ok(upload)
    }
}

impl Spooled {
    async fn write(api: &Api, field: &mut Field<'_>, waiting: &AtomicUsize) -> Result<Self, Problem> {
        let most = api.parts().limits.upload_bytes;
        let (file, path) = api.parts().spool.part().map_err(|error| full(&error))?.into_parts();
        let mut syncing = Syncing { file: file.try_clone().map_err(|error| full(&error))?, task: None, waits: 0 };
        // What came last is written while more comes.
        let mut task = tokio::task::spawn_blocking(|| Ok(file));
        let (mut block, mut waits, mut bytes) = (Vec::new(), 0, 0);
        while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error, most))? {
            waiting.store(0, Ordering::Relaxed);
            bytes += chunk.len() as u64;
            waits += chunk.len();
            block.push(chunk);
            if waits >= BLOCK {
                let file = task.await.map_err(|error| Problem::internal(&error))??;
                let block = mem::take(&mut block);
                syncing.go_on(waits).await?;
                waits = 0;
                task = tokio::task::spawn_blocking(|| write_all(file, block));
            }
        }
        let file = task.await.map_err(|error| Problem::internal(&error))??;
        let file = blocking(|| write_all(file, block)).await?;
        syncing.end().await?;
        Ok(Self { path, bytes, file, is_kept: false })
    }

    /// What tells it from other files.
    pub(super) async fn digest(&self) -> Result<Vec<u8>, Problem> {
        let path = self.path.to_path_buf();
        blocking(move || {
            let mut file = File::open(path).map_err(|error| Problem::internal(&error))?;
            let (mut digest, mut chunk) = (Blake2b512::new(), vec![0; 256 << 10]);
            loop {
                match file.read(&mut chunk).map_err(|error| Problem::internal(&error))? {
                    0 => return Ok(digest.finalize().to_vec()),
                    length => digest.update(chunk.get(..length).unwrap_or_default()),
                }
            }
        })
        .await
    }
}

fn write_all(mut file: File, block: Vec<Bytes>) -> Result<File, Problem> {
    for chunk in block {
        file.write_all(&chunk).map_err(|error| full(&error))?;
    }
    Ok(file)
}

/// What goes to the disk while more comes.
struct Syncing {
    file: File,
    task: Option<JoinHandle<io::Result<()>>>,
    /// Bytes since it last began.
    waits: usize,
}

impl Syncing {
    async fn go_on(&mut self, came: usize) -> Result<(), Problem> {
        self.waits += came;
        // A disk that is slower than the upload is not asked twice at once.
        if self.waits < SYNCED || self.task.as_ref().is_some_and(|task| !task.is_finished()) {
            return Ok(());
        }
        self.end().await?;
        let file = self.file.try_clone().map_err(|error| full(&error))?;
        self.task = Some(tokio::task::spawn_blocking(move || file.sync_data()));
        self.waits = 0;
        Ok(())
    }

    /// Waits for it: the system tells of a block that could not be written once, and to whoever asks first.
    async fn end(&mut self) -> Result<(), Problem> {
        let Some(task) = self.task.take() else { return Ok(()) };
        task.await.map_err(|error| Problem::internal(&error))?.map_err(|error| full(&error))
    }
}

async fn text(name: &'static str, field: &mut Field<'_>, waiting: &AtomicUsize, most: u64) -> Result<String, Problem> {
    let mut text = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error, most))? {
        waiting.store(0, Ordering::Relaxed);
        if text.len() + chunk.len() > MAX_FIELD {
            return Err(Problem::body(format!("String is too long, maximum {MAX_FIELD}"), format!("/{name}")));
        }
        text.extend_from_slice(&chunk);
    }
    String::from_utf8(text).map_err(|_| Problem::body("The part is not UTF-8", format!("/{name}")))
}

async fn pass_over(field: &mut Field<'_>, waiting: &AtomicUsize, most: u64) -> Result<(), Problem> {
    while field.chunk().await.map_err(|error| broken(&error, most))?.is_some() {
        waiting.store(0, Ordering::Relaxed);
    }
    Ok(())
}

/// A body of which no more is taken than was looked at: the reader of parts would else keep whatever comes faster
/// than it is written, and the head of a part that has no end.
struct Measured {
    body: BodyDataStream,
    /// Bytes that were taken since the reader last made something of them.
    waiting: Arc<AtomicUsize>,
    rests: bool,
}

impl Stream for Measured {
    type Item = Result<Bytes, io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // One chunk a call: the reader asks until there is nothing.
        if mem::take(&mut self.rests) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let read = std::task::ready!(Pin::new(&mut self.body).poll_next(context));
        Poll::Ready(match read {
            None => None,
            Some(Err(_)) => Some(Err(io::ErrorKind::ConnectionAborted.into())),
            Some(Ok(chunk)) => {
                self.rests = true;
                let waiting = self.waiting.fetch_add(chunk.len(), Ordering::Relaxed) + chunk.len();
                Some(if waiting > MAX_HEAD + (4 << 20) { Err(io::ErrorKind::InvalidData.into()) } else { Ok(chunk) })
            }
        })
    }
}

fn malformed() -> Problem {
    Problem::bad("invalid_body", "Payload validation error: 'Invalid multipart payload format'.")
}

fn doubled(name: &'static str) -> Problem {
    Problem::body("The part is given more than once", format!("/{name}"))
}

fn broken(error: &multer::Error, most: u64) -> Problem {
    match error {
        multer::Error::StreamSizeExceeded { .. } => too_large(most),
        _ => malformed(),
    }
}

pub(super) fn full(error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            tracing::error!("there is no room for an upload");
            let message = "There is no room for the upload.";
            Problem::new(StatusCode::INSUFFICIENT_STORAGE, "insufficient_storage", message)
        }
        _ => Problem::internal(error),
    }
}

/// What may wait for the disk, on a thread that may.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Problem::internal(&error)))
}
