use std::sync::Arc;

use super::FieldMap;
use crate::{
    bulk::RecordOptions,
    clock::{Clock, SystemClock},
    password::vendor::FirebaseProject,
};

/// How an input is read, and how much of it at most.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReadOptions {
    /// What is taken of a record.
    pub record: RecordOptions,
    /// Longest record in bytes. A longer one is a fault of that record alone. Default 1,048,576 (1 MiB).
    pub record_bytes: usize,
    /// Most bytes that a packed input may unpack to for each of its own, beyond the first MiB. Default 200: users seldom
    /// reach 50, and gzip never more than 1,032.
    pub ratio: u64,
    /// Which column or member is which field.
    pub fields: FieldMap,
    /// The hash parameters of the project whose users they are, for [`Firebase`](super::ImportFormat::Firebase).
    pub firebase: Option<FirebaseProject>,
    /// What time it is, for accounts that expire and bans that end. Default [`SystemClock`].
    pub clock: Arc<dyn Clock>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            record: RecordOptions::default(),
            record_bytes: 1 << 20,
            ratio: 200,
            fields: FieldMap::default(),
            firebase: None,
            clock: Arc::new(SystemClock::new()),
        }
    }
}

impl ReadOptions {
    /// Sets what is taken of a record.
    pub fn record(mut self, record: RecordOptions) -> Self {
        self.record = record;
        self
    }

    /// Sets the longest record in bytes, at least 64.
    pub fn record_bytes(mut self, bytes: usize) -> Self {
        self.record_bytes = bytes.max(64);
        self
    }

    /// Sets how much a packed input may unpack to.
    pub const fn ratio(mut self, ratio: u64) -> Self {
        self.ratio = ratio;
        self
    }

    /// Sets which column or member is which field.
    pub fn fields(mut self, fields: FieldMap) -> Self {
        self.fields = fields;
        self
    }

    /// Sets the hash parameters of a project of Firebase.
    pub fn firebase(mut self, project: FirebaseProject) -> Self {
        self.firebase = Some(project);
        self
    }

    /// Sets where the time comes from.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }
}
