use std::{
    fs::{self, File},
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::NamedTempFile;
use waystation::{
    bulk::ImportJobs,
    store::{Job, JobId, JobStore, StoreError},
};

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
pub(crate) async fn of_job(jobs: &ImportJobs, id: &JobId) -> Result<Option<PathBuf>, Failure> {
    let Some(status) = jobs.status(id).await.map_err(asked)? else { return Ok(None) };
    Ok(of_input(&status.spec.input).filter(|path| path.is_file()))
}

/// The file that an input names, if that was made here.
pub(super) fn of_input(input: &Value) -> Option<PathBuf> {
    let file = input.get("path").and_then(Value::as_str).map(PathBuf::from)?;
    let name = file.file_name()?.to_string_lossy();
    (name.starts_with(PREFIX) && name.ends_with(SUFFIX)).then_some(file)
}

/// What came from standard input of imports that are over.
///
/// # Errors
///
/// When the store cannot be asked.
pub(crate) async fn of_ended(jobs: &dyn JobStore) -> Result<Vec<(JobId, PathBuf)>, Failure> {
    const PAGE: usize = 1_000;
    let mut copies = Vec::new();
    for kind in [ImportJobs::KIND, ImportJobs::KIND_OF_WHOLE] {
        let mut last: Option<Job> = None;
        loop {
            let page = jobs.jobs(kind, last.as_ref(), PAGE).await.map_err(of_store)?;
            let ended = page.iter().filter(|job| job.status.is_final());
            copies.extend(ended.filter_map(|job| Some((job.id.clone(), of_input(job.state.pointer("/spec/input")?)?))));
            last = page.into_iter().next_back();
            if last.is_none() {
                break;
            }
        }
    }
    Ok(copies)
}

/// Removes those of these whose import is forgotten.
///
/// # Errors
///
/// When the store cannot be asked, or the system does not let one go.
pub(crate) async fn remove_forgotten(jobs: &dyn JobStore, copies: Vec<(JobId, PathBuf)>) -> Result<(), Failure> {
    for (id, copy) in copies {
        if jobs.job(&id).await.map_err(of_store)?.is_none() {
            remove(&copy)?;
        }
    }
    Ok(())
}

fn of_store(error: StoreError) -> Failure {
    Failure::of("the store cannot be asked", error)
}

/// Removes what came from standard input, if it is still there.
///
/// # Errors
///
/// When the system does not let it go.
pub(super) fn remove(copy: &Path) -> Result<(), Failure> {
    match fs::remove_file(copy) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::of(format!("{} cannot be removed", copy.display()), error))
        }
        _ => Ok(()),
    }
}

/// Standard input or a pipe, in a file of this directory that only its owner can read: an import reads its input twice, and goes on
/// with it after it was stopped. It is removed unless a job has it.
pub(super) struct Spool(NamedTempFile);

impl Spool {
    /// `None` if it was `stopped`, after which nothing is left of it.
    ///
    /// # Errors
    ///
    /// When it cannot be read or written.
    pub(super) async fn of(file: &Path, stopped: impl Future<Output = ()>) -> Result<Option<Self>, Failure> {
        let failed = |error| Failure::of("the input cannot be kept in a file of this directory", error);
        let pipe = (file.as_os_str() != "-").then(|| file.to_owned());
        let kept = tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX).tempfile_in(".").map_err(failed)?;
        let mut copy = kept.as_file().try_clone().map_err(failed)?;
        let copying = tokio::task::spawn_blocking(move || {
            let mut input: Box<dyn Read> = match pipe {
                Some(pipe) => Box::new(File::open(pipe)?),
                None => Box::new(io::stdin()),
            };
            io::copy(&mut input, &mut copy)?;
            copy.flush()
        });
        tokio::select! {
            copied = copying => copied.map_err(io::Error::other).flatten().map_err(failed)?,
            () = stopped => return Ok(None),
        }
        Ok(Some(Self(kept)))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Whether it is this file.
    pub(super) fn is(&self, file: &Path) -> bool {
        self.path().canonicalize().is_ok_and(|path| path == file)
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
