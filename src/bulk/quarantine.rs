use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{Fault, FaultSink, Record};

/// Where records go that could not be imported: as they came, one a line, to be corrected and imported again; and beside
/// them what was wrong, without any personal data.
///
/// `failed.ndjson` holds the records and has the right of its owner alone to be read, since they may hold password hashes.
/// `failed.faults.ndjson` holds a line for each fault: `index`, `offset`, `line` (the first is 1), `pointer`, `code`,
/// `detail`, `message`, and `quarantined`, the number of the record's line in the other file, if it is there.
///
/// ```
/// use waystation::bulk::{QuarantineFile, ReadOptions, RecordReader, RecordSource};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("failed.ndjson");
/// let mut quarantine = QuarantineFile::create(&path)?;
/// let mut reader = RecordReader::new(&br#"[{"email": "ada@example.com"}, {"email": "nobody"}]"#[..], None, ReadOptions::default())?;
/// while let Some(record) = reader.next()? {
///     if let Err(faults) = &record.user {
///         quarantine.add(&record, faults)?;
///     }
/// }
/// quarantine.flush()?;
/// assert_eq!(std::fs::read_to_string(&path)?, "{\"email\": \"nobody\"}\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct QuarantineFile {
    records: BufWriter<File>,
    faults: BufWriter<File>,
    lines: u64,
}

/// Why the quarantine cannot be written. The import must stop: a record would be lost.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QuarantineError {
    /// There is a file of this name already, and it may hold what nobody has corrected yet.
    #[error("there is a quarantine file of that name already: import it, or move it away")]
    Exists,
    /// No room is left.
    #[error("the disk of the quarantine file is full: make room")]
    Full,
    /// The system could not write.
    #[error("the quarantine file cannot be written")]
    Io(#[source] io::Error),
}

impl From<io::Error> for QuarantineError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::Full,
            _ => Self::Io(error),
        }
    }
}

/// A line of the report.
#[derive(Serialize)]
struct Entry<'a> {
    index: u64,
    offset: u64,
    line: u64,
    #[serde(flatten)]
    fault: &'a Fault,
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantined: Option<u64>,
}

impl QuarantineFile {
    /// Makes both files.
    ///
    /// # Errors
    ///
    /// When one of them is there already, or cannot be made.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, QuarantineError> {
        // The report first: without the other it is in nobody's way.
        let report = Self::report(path.as_ref());
        let faults = private().create_new(true).open(&report)?;
        let records = private().create_new(true).open(path.as_ref()).inspect_err(|_| drop(fs::remove_file(&report)))?;
        Ok(Self { records: BufWriter::new(records), faults: BufWriter::new(faults), lines: 0 })
    }

    /// Goes on with files that an earlier run made, or makes them. A last line that was not written to its end, since the
    /// process died or the disk was full, stays a line of its own.
    ///
    /// # Errors
    ///
    /// When they cannot be opened.
    pub fn append(path: impl AsRef<Path>) -> Result<Self, QuarantineError> {
        let records = continued(path.as_ref())?;
        let faults = continued(&Self::report(path.as_ref()))?;
        let lines = count_lines(File::open(path.as_ref())?)?;
        Ok(Self { records: BufWriter::new(records), faults: BufWriter::new(faults), lines })
    }

    /// The path of the report that belongs to a quarantine file.
    pub fn report(path: impl AsRef<Path>) -> PathBuf {
        path.as_ref().with_extension("faults.ndjson")
    }

    /// Adds a record and what is wrong with it. One that was too large to be kept is in the report only.
    ///
    /// # Errors
    ///
    /// When there is no room, or the system cannot write.
    pub fn add(&mut self, record: &Record, faults: &[Fault]) -> Result<(), QuarantineError> {
        let kept = !record.raw.is_empty();
        if kept {
            self.records.write_all(&on_one_line(&record.raw))?;
            self.records.write_all(b"\n")?;
            self.lines += 1;
        }
        let place = record.place;
        for fault in faults {
            let quarantined = kept.then_some(self.lines);
            let line = Entry { index: place.record, offset: place.offset, line: place.line + 1, fault, quarantined };
            serde_json::to_writer(&mut self.faults, &line).map_err(io::Error::from)?;
            self.faults.write_all(b"\n")?;
        }
        Ok(())
    }

    /// How many records are in it.
    pub const fn records(&self) -> u64 {
        self.lines
    }

    /// Writes what is buffered and waits until it is on the disk: before a checkpoint says that these records are done.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub fn flush(&mut self) -> Result<(), QuarantineError> {
        for file in [&mut self.records, &mut self.faults] {
            file.flush()?;
            match file.get_ref().sync_data() {
                // A pipe or a device cannot be synced, and has nothing to be.
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => {}
                synced => synced?,
            }
        }
        Ok(())
    }
}

impl FaultSink for QuarantineFile {
    fn take(&mut self, record: Record) -> io::Result<()> {
        match &record.user {
            Ok(_) => Ok(()),
            Err(faults) => self.add(&record, faults).map_err(io::Error::from),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Self::flush(self).map_err(io::Error::from)
    }
}

impl From<QuarantineError> for io::Error {
    fn from(error: QuarantineError) -> Self {
        match error {
            QuarantineError::Io(error) => error,
            QuarantineError::Exists => Self::new(io::ErrorKind::AlreadyExists, error),
            QuarantineError::Full => Self::new(io::ErrorKind::StorageFull, error),
        }
    }
}

/// A file that only its owner can read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// JSON has no line feed that means anything, so what came on several lines is put on one.
pub(crate) fn on_one_line(raw: &[u8]) -> Vec<u8> {
    raw.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }).collect()
}

/// A file to be gone on with, which ends with a line feed if there is anything in it.
fn continued(path: &Path) -> io::Result<File> {
    let mut file = private().create(true).append(true).open(path)?;
    // A pipe or a device has no end that could be looked at.
    if file.metadata()?.is_file() && is_torn(File::open(path)?)? {
        file.write_all(b"\n")?;
    }
    Ok(file)
}

fn is_torn(mut file: File) -> io::Result<bool> {
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    Ok(last != [b'\n'])
}

fn count_lines(mut file: File) -> io::Result<u64> {
    let mut buffer = vec![0; 1 << 16];
    let mut lines = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(lines);
        }
        lines += memchr::memchr_iter(b'\n', buffer.get(..read).unwrap_or_default()).count() as u64;
    }
}
