use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::bulk::FaultCode;

/// What an import did. Nothing personal in it.
///
/// `read` is the sum of `inserted`, `updated`, `unchanged`, `failed`, `duplicates` and `tombstoned`.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImportReport {
    /// Records that were read.
    pub read: u64,
    /// New users.
    pub inserted: u64,
    /// Users who were changed.
    pub updated: u64,
    /// Users who were there and left as they are.
    pub unchanged: u64,
    /// Records with faults, or in conflict with whoever is there.
    pub failed: u64,
    /// Records that share a key with an earlier one.
    pub duplicates: u64,
    /// Records of users who were deleted here.
    pub tombstoned: u64,
    /// Users whose weak hash was wrapped in a strong one.
    pub wrapped: u64,
    /// Users whose weak hash could not be wrapped, and was stored as it is.
    pub not_wrapped: u64,
    /// How many faults of each code, of all that was not stored.
    pub faults: BTreeMap<FaultCode, u64>,
    /// How many hashes of each scheme were read; `unknown` for those that no scheme claims.
    pub schemes: BTreeMap<String, u64>,
    /// How long it took: of a job, the time that was worked on it up to the last checkpoint.
    pub duration: Duration,
}

impl ImportReport {
    /// Everything but how long it took: two reports that say the same are equal in this.
    pub fn without_duration(mut self) -> Self {
        self.duration = Duration::ZERO;
        self
    }

    /// Adds the report of another part of the same input.
    pub fn add(&mut self, other: &Self) {
        for (sum, count) in [
            (&mut self.read, other.read),
            (&mut self.inserted, other.inserted),
            (&mut self.updated, other.updated),
            (&mut self.unchanged, other.unchanged),
            (&mut self.failed, other.failed),
            (&mut self.duplicates, other.duplicates),
            (&mut self.tombstoned, other.tombstoned),
            (&mut self.wrapped, other.wrapped),
            (&mut self.not_wrapped, other.not_wrapped),
        ] {
            *sum = sum.saturating_add(count);
        }
        for (code, count) in &other.faults {
            *self.faults.entry(*code).or_default() += count;
        }
        for (scheme, count) in &other.schemes {
            *self.schemes.entry(scheme.clone()).or_default() += count;
        }
        self.duration = self.duration.saturating_add(other.duration);
    }
}

/// What an import is doing.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ImportStage {
    /// Reading through all of it, for records that share a key. Nothing is written.
    Comparing,
    /// Waiting for a store that does not answer, to try again: for about a minute in all, and told at each pause.
    Waiting,
    /// Reading it once more, and writing.
    #[default]
    Writing,
}

/// How far a stage of an import is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ImportProgress {
    /// The stage.
    pub stage: ImportStage,
    /// Records that are done.
    pub records: u64,
    /// Bytes that are done, of the text after decompression.
    pub bytes: u64,
    /// All bytes, if that is known.
    pub total_bytes: Option<u64>,
    /// Bytes of a packed input that are done. What a batch that is read ahead took is among them.
    pub packed_bytes: Option<u64>,
    /// All bytes of a packed input, where nobody knows how long its text is.
    pub total_packed_bytes: Option<u64>,
    /// Those that were done when the stage began.
    pub resumed_packed_bytes: u64,
    /// Records that were done when the stage began: after a resumption.
    pub resumed_records: u64,
    /// Bytes that were done then.
    pub resumed_bytes: u64,
    /// How long the stage has taken in this run.
    pub elapsed: Duration,
}

impl ImportProgress {
    /// Bytes in a second.
    pub fn rate(&self) -> f64 {
        let bytes = self.bytes.saturating_sub(self.resumed_bytes);
        let seconds = self.elapsed.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate is an estimate")]
        if seconds > 0.0 { bytes as f64 / seconds } else { 0.0 }
    }

    /// How long the rest takes at this rate; `None` while it is not known.
    pub fn time_left(&self) -> Option<Duration> {
        let (done, before, all) = match (self.total_bytes, self.packed_bytes, self.total_packed_bytes) {
            (Some(all), ..) => (self.bytes, self.resumed_bytes, all),
            (None, Some(done), Some(all)) => (done, self.resumed_packed_bytes, all),
            (None, ..) => return None,
        };
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let part = all.saturating_sub(done) as f64 / done.saturating_sub(before) as f64;
        Duration::try_from_secs_f64(self.elapsed.as_secs_f64() * part).ok()
    }
}
