use std::{
    fs::{File, Metadata},
    io::{self, Read},
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{ImportFormat, ReadOptions, RecordReader, unpacked::Unpacked};
use crate::bulk::{HashExport, Place, ReadError, Record, RecordSource};

/// Records from a file, or from standard input.
///
/// A file that is another one at the end of the reading than it was at the beginning is a [`ReadError`] with the code
/// `changed`: what was read of it may be half of each.
#[derive(Debug)]
pub struct ImportFile {
    reader: RecordReader,
    /// What tells whether it was changed; nothing does of standard input.
    watched: Option<(PathBuf, Stamp)>,
    changed: bool,
}

/// Length and time of the last change.
type Stamp = (u64, Option<SystemTime>);

impl ImportFile {
    /// Opens a file, or standard input where the path is `-`.
    ///
    /// # Errors
    ///
    /// When it cannot be opened or read, or begins like something that cannot be read here.
    pub fn open(path: impl AsRef<Path>, format: Option<ImportFormat>, options: ReadOptions) -> Result<Self, ReadError> {
        let path = path.as_ref();
        if path.as_os_str() == "-" {
            let input: Box<dyn Read + Send> = Box::new(io::stdin());
            let reader = RecordReader::over(Unpacked::stream(input, options.ratio)?, format, options);
            return Ok(Self { reader, watched: None, changed: false });
        }
        let at_start = |error| ReadError::io(Place::START, error);
        let file = File::open(path).map_err(at_start)?;
        let metadata = file.metadata().map_err(at_start)?;
        // A pipe or a device has no length that could change.
        let watched = metadata.is_file().then(|| (path.to_owned(), stamp(&metadata)));
        let reader = RecordReader::over(Unpacked::file(file, options.ratio)?, format, options);
        Ok(Self { reader, watched, changed: false })
    }

    /// Reads the hashes of the same users beside it. For [`UsersExport`](ImportFormat::UsersExport).
    pub fn with_hashes(mut self, hashes: HashExport) -> Self {
        self.reader = self.reader.with_hashes(hashes);
        self
    }

    fn is_changed(&self) -> bool {
        self.watched.as_ref().is_some_and(|(path, before)| {
            let now = std::fs::metadata(path).map(|metadata| stamp(&metadata));
            now.is_ok_and(|now| now != *before)
        })
    }
}

fn stamp(metadata: &Metadata) -> Stamp {
    (metadata.len(), metadata.modified().ok())
}

impl RecordSource for ImportFile {
    fn next(&mut self) -> Result<Option<Record>, ReadError> {
        let read = self.reader.next();
        let ends = !matches!(read, Ok(Some(_)));
        self.changed = self.changed || ends && self.is_changed();
        if self.changed {
            let place = self.reader.place();
            let problem = "the file was changed while it was read: import it again when nobody writes to it";
            return Err(ReadError::new(place, "changed", problem));
        }
        read
    }

    fn resume(&mut self, place: Place) -> Result<(), ReadError> {
        self.reader.resume(place)
    }

    fn packed_bytes(&self) -> Option<u64> {
        self.reader.packed_bytes()
    }
}
