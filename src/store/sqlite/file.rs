use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::store::StoreError;

/// Makes or tightens the database file before SQLite sees it, and answers the path under which SQLite is to open it.
///
/// SQLite gives the journals the mode of the database, so a file that was made private keeps them private.
pub(super) async fn prepare(path: PathBuf, create: bool) -> Result<PathBuf, StoreError> {
    let work = move || {
        // SQLite takes `file:…`, `:memory:` and the empty name for something else than a file.
        let path = Path::new(".").join(path);
        make_private(&path, create).map_err(refused)?;
        for journal in ["-wal", "-shm"] {
            let mut name = path.clone().into_os_string();
            name.push(journal);
            match tighten(Path::new(&name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(refused(error)),
                _ => {}
            }
        }
        Ok(path)
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::unavailable("open", error))?
}

fn make_private(path: &Path, create: bool) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match if create { options.open(path) } else { fs::File::open(path) } {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
        Ok(_) => {}
    }
    if !fs::metadata(path)?.is_file() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    tighten(path)
}

/// Takes the file's permissions from everybody but its owner.
#[cfg(unix)]
fn tighten(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o700 == mode & 0o777 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700))
}

/// Elsewhere a file inherits the access list of its directory.
#[cfg(not(unix))]
fn tighten(_path: &Path) -> io::Result<()> {
    Ok(())
}

fn refused(error: io::Error) -> StoreError {
    let what = match error.kind() {
        io::ErrorKind::IsADirectory => "the path does not name a file",
        io::ErrorKind::NotADirectory | io::ErrorKind::NotFound => "the database file or its directory does not exist",
        io::ErrorKind::PermissionDenied => "the database file may not be made, opened or made private",
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        _ => return StoreError::unavailable("open", error),
    };
    StoreError::Misconfigured { what, source: Some(error.into()) }
}
