use std::{
    fs::{self, File},
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::NamedTempFile;
use waystation::{bulk::ImportJobs, store::JobId};

use super::asked;
use crate::failure::Failure;

/// Whether a file gives what is in it only once, as standard input and pipes do. What is not there is told when it is opened.
pub(super) fn is_read_once(file: &Path) -> bool {
    file.as_os_str() == "-" || fs::metadata(file).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

const PREFIX: &str = "waystation-stdin-";
const SUFFIX: &str = ".input";

/// The file in which an earlier run kept the input of this job, if that came once.
///
/// # Errors
///
/// When the store cannot be asked.
pub(super) async fn of_job(jobs: &ImportJobs, id: &JobId) -> Result<Option<PathBuf>, Failure> {
    let Some(status) = jobs.status(id).await.map_err(asked)? else { return Ok(None) };
    let file = status.spec.input.get("path").and_then(Value::as_str).map(PathBuf::from);
    let is_spool = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(PREFIX) && name.ends_with(SUFFIX) && path.is_file()
    };
    Ok(file.filter(is_spool))
}

/// Standard input or a pipe, in a file of this directory that only its owner can read: an import reads its input twice, and goes on
/// with it after it was stopped. It is removed unless a job has it.
pub(super) struct Spool(NamedTempFile);

impl Spool {
    /// # Errors
    ///
    /// When it cannot be read or written.
    pub(super) async fn of(file: &Path) -> Result<Self, Failure> {
        let pipe = (file.as_os_str() != "-").then(|| file.to_owned());
        let spooled = tokio::task::spawn_blocking(move || {
            let mut input: Box<dyn Read> = match pipe {
                Some(pipe) => Box::new(File::open(pipe)?),
                None => Box::new(io::stdin()),
            };
            let mut file = tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX).tempfile_in(".")?;
            io::copy(&mut input, file.as_file_mut())?;
            file.as_file_mut().flush()?;
            Ok(file)
        });
        let spooled: io::Result<NamedTempFile> = spooled.await.map_err(io::Error::other).flatten();
        spooled.map(Self).map_err(|error| Failure::of("the input cannot be kept in a file of this directory", error))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Leaves it there, for whoever goes on with the job.
    ///
    /// # Errors
    ///
    /// When the system does not let it stay.
    pub(super) fn keep(self) -> Result<PathBuf, Failure> {
        let kept = self.0.keep().map_err(|error| Failure::of("standard input cannot be kept", error.error));
        kept.map(|(_, path)| path)
    }
}
