use std::io;

use super::ImportReport;
use crate::{
    bulk::{Place, ReadError},
    entropy::EntropyError,
    password::PasswordError,
    store::StoreError,
};

/// An import that came to no end: why, how far it had come, and what it had done by then.
///
/// Everything up to [`place`](Self::place) is stored and in the report; nothing after it is.
#[derive(Debug, thiserror::Error)]
#[error("the import stopped before record {}", place.record)]
#[non_exhaustive]
pub struct ImportError {
    /// Where to go on.
    pub place: Place,
    /// What had been done.
    pub report: Box<ImportReport>,
    /// Why.
    #[source]
    pub failure: ImportFailure,
}

/// Why an import came to no end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportFailure {
    /// The worker was told to stop.
    #[error("it was told to stop")]
    ToldToStop,
    /// The input cannot be read.
    #[error(transparent)]
    Input(ReadError),
    /// Another process has taken the job.
    #[error("another process works on the job now")]
    LeaseLost,
    /// Hashes cannot be wrapped.
    #[error("a weak hash cannot be wrapped")]
    Password(#[source] PasswordError),
    /// The job asks for weak hashes to be wrapped, and the worker has nothing to do it with.
    #[error("weak hashes are to be wrapped, and this worker has no passwords to wrap them with")]
    NoPasswords,
    /// There is no randomness for ids and keys.
    #[error("no randomness")]
    Entropy(#[source] EntropyError),
    /// Keys cannot be put aside: there is no room for temporary files, or no right to them.
    #[error(
        "temporary files cannot be written or read: their folder, TMPDIR's or the spool, needs room and the right to write"
    )]
    Scratch(#[source] io::Error),
    /// Faulty records cannot be put aside.
    #[error("faulty records cannot be put aside")]
    Sink(#[source] io::Error),
    /// The state of the job was written by another release, or by somebody else.
    #[error("the job cannot be understood")]
    State,
    /// The runtime ended the thread that reads.
    #[error("the thread that reads was ended")]
    Stopped,
    /// The store cannot do it, or could not for longer than the import waits.
    #[error("the store failed")]
    Store(#[source] StoreError),
    /// The store cannot write in bulk, or keeps no jobs.
    #[error("the store lacks {0}")]
    Unsupported(&'static str),
}

impl From<StoreError> for ImportFailure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<EntropyError> for ImportFailure {
    fn from(error: EntropyError) -> Self {
        Self::Entropy(error)
    }
}
