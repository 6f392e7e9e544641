use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use tempfile::NamedTempFile;

use super::job_id;
use crate::{
    clock::Timestamp,
    store::{JobId, JobStore},
};

/// A file whose job is not there is left alone for so long: the job may be about to be added.
const GRACE: Duration = Duration::from_hours(1);

/// What is not finished after so long was left by a process that died.
const ABANDONED: Duration = Duration::from_hours(24);

/// The folder of uploads and exports. Every name in it is made of a job's id; no client names a file.
#[derive(Clone, Debug)]
pub(super) struct Spool(PathBuf);

impl Spool {
    /// The folder, which is made if it is not there, and is for this user alone then.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        let spool = Self(folder.canonicalize()?);
        // That it can be written to is better known now than at the first upload.
        spool.part()?.close()?;
        Ok(spool)
    }

    /// A file that is gone when it is dropped.
    pub(super) fn part(&self) -> io::Result<NamedTempFile> {
        tempfile::Builder::new().prefix("upload-").suffix(".part").tempfile_in(&self.0)
    }

    pub(super) fn upload(&self, id: &JobId) -> PathBuf {
        self.0.join(format!("{}.upload", id.as_str()))
    }

    pub(super) fn export(&self, id: &JobId) -> PathBuf {
        self.0.join(format!("{}.export", id.as_str()))
    }

    /// Puts a file of the folder on the disk, and its name. Blocking.
    pub(super) fn settle(&self, file: &fs::File) -> io::Result<()> {
        file.sync_all()?;
        // A folder is a file elsewhere than on Windows.
        #[cfg(unix)]
        fs::File::open(&self.0)?.sync_all()?;
        Ok(())
    }

    /// The file of an upload that comes in pieces. It is a part until a job has it, and is swept like one.
    pub(super) fn resumable(&self, id: &str) -> PathBuf {
        self.0.join(format!("{id}.part"))
    }

    /// How many of those there are.
    pub(super) fn count_resumable(&self) -> io::Result<usize> {
        let files = files(&self.0)?;
        let name = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("upl_"));
        Ok(files.iter().filter(|(path, _)| name(path)).count())
    }

    /// A new file, for this user alone.
    pub(super) fn create(&self, path: &Path) -> io::Result<()> {
        let file = self.part()?;
        file.persist_noclobber(path).map(|_| ()).map_err(|error| error.error)
    }

    /// Removes the files of jobs that are not kept any more, and what processes that died have left. Says how many.
    pub(super) async fn sweep(&self, jobs: &dyn JobStore, now: Timestamp) -> Result<u64, SweepError> {
        let folder = self.0.clone();
        let files = tokio::task::spawn_blocking(move || files(&folder)).await.map_err(|_| SweepError::Stopped)??;
        let mut removed = 0;
        for (path, modified) in files {
            let age = now.since(modified);
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let id = name.strip_suffix(".upload").or_else(|| name.strip_suffix(".export")).and_then(job_id::parse);
            let is_left_over = match id {
                Some(id) => age >= GRACE && jobs.job(&id).await?.is_none(),
                // Only what this API writes: the folder should be its own, and may not be.
                None => age >= ABANDONED && path.extension().is_some_and(|extension| extension == "part"),
            };
            if is_left_over {
                match tokio::fs::remove_file(&path).await {
                    Ok(()) => removed += 1,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(removed)
    }
}

/// Why the folder cannot be swept.
#[derive(Debug, thiserror::Error)]
pub(super) enum SweepError {
    #[error("the spool folder cannot be read or cleaned")]
    Io(#[from] io::Error),
    #[error("the runtime ended the thread that reads the spool folder")]
    Stopped,
    #[error("the store failed")]
    Store(#[from] crate::store::StoreError),
}

fn files(folder: &Path) -> io::Result<Vec<(PathBuf, Timestamp)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // One that somebody else has just removed is no concern of ours.
        if let Ok(metadata) = entry.metadata()
            && metadata.is_file()
        {
            files.push((entry.path(), Timestamp::from(metadata.modified()?)));
        }
    }
    Ok(files)
}
