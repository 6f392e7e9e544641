use std::{fmt, io};

use serde::{Deserialize, Serialize};

use crate::{
    bulk::{ReadError, Record, RecordSource},
    clock::Timestamp,
};

/// What is imported: something that can be read from its beginning any number of times.
pub trait Input: fmt::Debug + Send + Sync + 'static {
    /// Begins a reading. Blocking.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn open(&self) -> Result<Box<dyn RecordSource>, ReadError>;

    /// What it looks like from outside, so that one that changes between two readings is noticed. Blocking.
    ///
    /// # Errors
    ///
    /// When it cannot be looked at.
    fn state(&self) -> Result<InputState, ReadError>;
}

/// What an input looks like from outside.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InputState {
    /// How long it is as it lies there, packed or not, in bytes.
    pub bytes: Option<u64>,
    /// When it was last changed.
    pub modified: Option<Timestamp>,
    /// How long the text in it is, if that is known without reading it: what progress is measured by.
    pub text_bytes: Option<u64>,
    /// Length in bytes, and time of the last change, of a file that is read beside it: the hashes of the same users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<(u64, Timestamp)>,
}

impl InputState {
    /// Nothing is known: for inputs that cannot change.
    pub const UNKNOWN: Self = Self { bytes: None, modified: None, text_bytes: None, beside: None };

    /// Of a plain file.
    ///
    /// # Errors
    ///
    /// When the system does not tell.
    pub fn of_file(file: &std::fs::Metadata) -> io::Result<Self> {
        Ok(Self {
            bytes: Some(file.len()),
            modified: Some(Timestamp::from(file.modified()?)),
            text_bytes: Some(file.len()),
            beside: None,
        })
    }
}

/// An [`Input`] that a closure opens, and of which nothing else is known.
pub struct OpenedBy<F>(F);

impl<F: Fn() -> Result<Box<dyn RecordSource>, ReadError> + Send + Sync + 'static> OpenedBy<F> {
    /// Calls `open` for every reading.
    pub const fn new(open: F) -> Self {
        Self(open)
    }
}

impl<F> fmt::Debug for OpenedBy<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenedBy(..)")
    }
}

impl<F: Fn() -> Result<Box<dyn RecordSource>, ReadError> + Send + Sync + 'static> Input for OpenedBy<F> {
    fn open(&self) -> Result<Box<dyn RecordSource>, ReadError> {
        (self.0)()
    }

    fn state(&self) -> Result<InputState, ReadError> {
        Ok(InputState::UNKNOWN)
    }
}

/// Where records go that are not stored: a quarantine file.
///
/// They are handed over before the rest of their batch is written. Where a process dies in between, or the store cannot be
/// written to, the batch is done again: a record may come twice, and never not at all.
pub trait FaultSink: fmt::Debug + Send + 'static {
    /// Takes a record with its faults, which [`Record::user`] holds. Blocking.
    ///
    /// # Errors
    ///
    /// When it cannot be put aside. The import stops then.
    fn take(&mut self, record: Record) -> io::Result<()>;

    /// Puts everything taken so far where it is safe. Called before a batch is written that has some. Blocking.
    ///
    /// # Errors
    ///
    /// When it cannot.
    fn flush(&mut self) -> io::Result<()>;
}
