use std::{future::poll_fn, io, io::Write as _, path::Path, pin::pin};

use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, ReadBuf};

use super::{FileInput, FileSpec, Input, InputState, ReadError, ReadOptions, RecordSource};

/// What is read and written at once, in bytes.
const CHUNK: usize = 256 << 10;

/// An [`Input`] that came once, as a stream: kept in a file until this is dropped, since an import may read its input twice.
///
/// ```
/// use std::sync::Arc;
///
/// use waystation::{
///     bulk::{FileSpec, Importer, ReadOptions, SpooledInput},
///     store::MemoryStore,
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // Anything that is `AsyncRead`: the body of a request, an object of a cloud store.
/// let stream = &br#"{"email": "ada@example.com"}"#[..];
/// let input = SpooledInput::receive(stream, std::env::temp_dir(), FileSpec::default(), ReadOptions::default()).await?;
/// let importer = Importer::builder(Arc::new(MemoryStore::new())).build();
/// assert_eq!(importer.run(Arc::new(input)).await?.inserted, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SpooledInput {
    input: FileInput,
    /// Removed with this.
    _file: tempfile::TempPath,
}

impl SpooledInput {
    /// Writes `stream` to a file of `folder` that only this user may read, in memory of 256 KiB. `spec` says what it is, and
    /// its path is not looked at. A call that is dropped leaves no file.
    ///
    /// # Errors
    ///
    /// When the stream cannot be read or the file cannot be written.
    pub async fn receive(
        stream: impl AsyncRead + Send,
        folder: impl AsRef<Path> + Send,
        spec: FileSpec,
        options: ReadOptions,
    ) -> io::Result<Self> {
        let folder = folder.as_ref().to_owned();
        let named = || tempfile::Builder::new().prefix("waystation-").suffix(".input").tempfile_in(folder);
        let mut file = blocking(named).await?;
        let (mut stream, mut chunk) = (pin!(stream), vec![0; CHUNK]);
        loop {
            let read = poll_fn(|context| {
                let mut read = ReadBuf::new(&mut chunk);
                stream.as_mut().poll_read(context, &mut read).map_ok(|()| read.filled().len())
            });
            let length = read.await?;
            if length == 0 {
                break;
            }
            (file, chunk) = blocking(move || written(file, chunk, length)).await?;
        }
        let path = file.into_temp_path();
        let spec = FileSpec { path: path.to_path_buf(), ..spec };
        Ok(Self { input: spec.input(options), _file: path })
    }
}

fn written(mut file: NamedTempFile, chunk: Vec<u8>, length: usize) -> io::Result<(NamedTempFile, Vec<u8>)> {
    file.write_all(chunk.get(..length).unwrap_or_default())?;
    Ok((file, chunk))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other).flatten()
}

impl Input for SpooledInput {
    fn open(&self) -> Result<Box<dyn RecordSource>, ReadError> {
        self.input.open()
    }

    fn state(&self) -> Result<InputState, ReadError> {
        self.input.state()
    }
}
