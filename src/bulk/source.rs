use std::{error::Error as StdError, fmt, io, mem};

use super::{Fault, ImportRecord, Place};

/// Where an import has its users from: a file in some format, two files that belong together, anything.
///
/// Blocking, and driven on a thread of its own.
pub trait RecordSource: fmt::Debug + Send {
    /// The next record, or `None` at the end.
    ///
    /// # Errors
    ///
    /// When the rest cannot be read. What was read before is good.
    fn next(&mut self) -> Result<Option<Record>, ReadError>;

    /// Goes on from `place`, which an earlier reading of the same input gave as [`Record::end`]. Called before the first
    /// [`next`](Self::next), or not at all.
    ///
    /// # Errors
    ///
    /// When the input ends before that place, or is another one than it was.
    fn resume(&mut self, place: Place) -> Result<(), ReadError>;

    /// How many bytes of a packed input have been taken; `None` of any other. Progress is told by them, where nobody knows how
    /// long the text is.
    fn packed_bytes(&self) -> Option<u64> {
        None
    }
}

/// One record of an input.
///
/// `Debug` shows places and faults only.
#[derive(Clone)]
#[non_exhaustive]
pub struct Record {
    /// Where it begins.
    pub place: Place,
    /// Where the next one is read from.
    pub end: Place,
    /// The record as it came, one JSON object: for the quarantine file. Empty where it was too large to be kept.
    pub raw: Vec<u8>,
    /// The user, or everything that is wrong.
    pub user: Result<Box<ImportRecord>, Vec<Fault>>,
}

impl Record {
    /// A record that begins at `place`, and after which reading goes on from `end`.
    pub const fn new(place: Place, end: Place, raw: Vec<u8>, user: Result<Box<ImportRecord>, Vec<Fault>>) -> Self {
        Self { place, end, raw, user }
    }

    /// About how many bytes it keeps: what it came as, what many small values in it become, and what is said of it.
    pub(super) fn size(&self) -> usize {
        /// As many objects and commas as records have, which count as their text.
        const USUAL: usize = 64;
        /// What a small object takes in memory, where its text has six bytes.
        const OBJECT: usize = 640;
        /// What any other value takes, where its text has two.
        const VALUE: usize = 64;
        let objects = memchr::memchr_iter(b'{', &self.raw).count().saturating_sub(USUAL).saturating_mul(OBJECT);
        let values = memchr::memchr_iter(b',', &self.raw).count().saturating_sub(USUAL).saturating_mul(VALUE);
        let came = usize::try_from(self.end.offset.saturating_sub(self.place.offset)).unwrap_or(usize::MAX);
        let faults = self.user.as_ref().err().map_or(&[][..], Vec::as_slice);
        let said = faults.iter().map(|fault| mem::size_of::<Fault>() + fault.size()).sum();
        self.raw.len().max(came).saturating_add(said).saturating_add(objects).saturating_add(values)
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = self.user.as_ref().err();
        f.debug_struct("Record").field("place", &self.place).field("faults", &faults).finish_non_exhaustive()
    }
}

/// Why an input cannot be read on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[error("the input cannot be read on from byte {} (record {}, line {}): {problem}", place.offset, place.record, place.line + 1)]
pub struct ReadError {
    /// Where it went wrong.
    pub place: Place,
    /// Ours, stable: `json.unclosed`, `gzip.cut`, `changed`.
    pub code: &'static str,
    /// One sentence that says what to do.
    pub problem: &'static str,
    #[source]
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl ReadError {
    /// The input is not what it should be.
    pub const fn new(place: Place, code: &'static str, problem: &'static str) -> Self {
        Self { place, code, problem, source: None }
    }

    /// The operating system could not read.
    pub fn io(place: Place, error: io::Error) -> Self {
        Self { place, code: "io", problem: "the system could not read it", source: Some(Box::new(error)) }
    }

    /// Whether it is the system that could not read, and not the input that is damaged.
    pub(super) const fn is_io(&self) -> bool {
        self.source.is_some()
    }
}
