use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use crate::failure::Failure;

/// Keeps standard input in a file of this directory that only its owner can read: an import reads its input twice, and
/// goes on with it after it was stopped.
///
/// # Errors
///
/// When it cannot be read or written.
pub(super) async fn standard_input() -> Result<PathBuf, Failure> {
    let spooled = tokio::task::spawn_blocking(|| {
        let mut file = tempfile::Builder::new().prefix("waystation-stdin-").suffix(".input").tempfile_in(".")?;
        io::copy(&mut io::stdin().lock(), file.as_file_mut())?;
        file.as_file_mut().flush()?;
        let (_, path) = file.keep().map_err(|error| error.error)?;
        path.canonicalize()
    });
    let spooled: io::Result<PathBuf> = spooled.await.map_err(io::Error::other).flatten();
    spooled.map_err(|error| Failure::of("standard input cannot be kept in a file of this directory", error))
}
