use std::fmt;

use async_trait::async_trait;

use super::StoreError;
use crate::clock::Timestamp;

/// The capability to keep long work (imports, exports) across crashes and to share it between processes.
///
/// A process *leases* a job for a time, does a part, saves a checkpoint that also prolongs the lease, and so on to
/// the end. When it dies the lease runs out and another process takes the job over from the last checkpoint.
#[async_trait]
pub trait JobStore: fmt::Debug + Send + Sync {
    /// Adds a job. `false` if the id is taken; nothing is changed then.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn create(&self, job: Job) -> Result<bool, StoreError>;

    /// The job with this id.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn job(&self, id: &JobId) -> Result<Option<Job>, StoreError>;

    /// Takes the oldest job of `kind` that waits, or whose lease has run out at `now`, and leases it until `until`.
    ///
    /// One atomic step: of many callers, one gets it. A lease until a time is held before that time and has run out
    /// at it. Jobs made at the same time are taken in the order of their ids.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn lease(&self, kind: &str, now: Timestamp, until: Timestamp) -> Result<Option<Lease>, StoreError>;

    /// Saves progress, if the job still runs under the checkpoint's fence.
    ///
    /// `false` if another process has taken the job, or if it is over: stop working on it. A lease that has run out
    /// and that nobody has taken is still good.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn save(&self, checkpoint: &Checkpoint) -> Result<bool, StoreError>;

    /// As [`lease`](Self::lease), of the jobs `among` alone if these are given, unless `most` jobs of the kind are leased at
    /// `now` already, whichever.
    ///
    /// One atomic step: however many callers there are, no more than `most` hold a lease at once.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn lease_within(
        &self,
        kind: &str,
        among: Option<&[JobId]>,
        most: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, StoreError>;

    /// Prolongs a lease until `until`, and never shortens it. Changes nothing else.
    ///
    /// `false` if another process has taken the job, or if it is over.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn prolong(&self, lease: &Lease, until: Timestamp) -> Result<bool, StoreError>;

    /// Stops a job for good, whoever works on it: they can save nothing from then on. Its state stays.
    ///
    /// `false` if there is no such job, or if it was over.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn cancel(&self, id: &JobId, at: Timestamp) -> Result<bool, StoreError>;

    /// The jobs of `kind`, newest first, `limit` at most: those that come after `after`, the last of the page before.
    ///
    /// Jobs made at the same time come in the reverse order of their ids.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn jobs(&self, kind: &str, after: Option<&Job>, limit: usize) -> Result<Vec<Job>, StoreError>;

    /// What was wrong with the records of a job, in the order of the input, `limit` at most: those behind the record
    /// `after`.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn faults(&self, id: &JobId, after: Option<u64>, limit: usize) -> Result<Vec<JobFault>, StoreError>;

    /// Removes the jobs of `kind` that were over before `before`, with their faults, and says how many. Those of other
    /// kinds are kept for as long as whoever made them wants.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    async fn prune(&self, kind: &str, before: Timestamp) -> Result<u64, StoreError>;
}

/// The id of a job.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct JobId(String);

impl JobId {
    /// The id with this text.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How far a job is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum JobStatus {
    /// Stopped by an operator.
    Cancelled,
    /// Done.
    Completed,
    /// Given up.
    Failed,
    /// Nobody has it.
    Pending,
    /// A process has leased it.
    Running,
}

impl JobStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::Cancelled, Self::Completed, Self::Failed, Self::Pending, Self::Running];

    /// The name as stores write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Pending => "pending",
            Self::Running => "running",
        }
    }

    /// Whether the job is over.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Cancelled | Self::Completed | Self::Failed)
    }
}

/// A piece of long work.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Job {
    /// The id.
    pub id: JobId,
    /// What kind of work: `import`, `export`.
    pub kind: String,
    /// How far it is.
    pub status: JobStatus,
    /// What the worker needs to start and to go on: the worker's own JSON.
    pub state: serde_json::Value,
    /// When it was added.
    pub created_at: Timestamp,
}

impl Job {
    /// A job that waits for a worker.
    pub fn new(id: JobId, kind: impl Into<String>, state: serde_json::Value, created_at: Timestamp) -> Self {
        Self { id, kind: kind.into(), status: JobStatus::Pending, state, created_at }
    }
}

/// The right to work on a job for a time.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Lease {
    /// The job, with the state of the last checkpoint.
    pub job: Job,
    /// Grows with every lease of the job: a worker that was presumed dead holds an old number and can save no more.
    pub fence: u64,
}

impl Lease {
    /// The right to `job` under this number. For store authors.
    pub const fn new(job: Job, fence: u64) -> Self {
        Self { job, fence }
    }
}

/// Progress to be saved under a lease.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Checkpoint {
    /// The job.
    pub job: JobId,
    /// The number of the lease under which the work was done.
    pub fence: u64,
    /// What the next worker goes on from.
    pub state: serde_json::Value,
    /// The status from now on. A final one ends the lease.
    pub status: JobStatus,
    /// Until when the lease is prolonged. Of a job that is over: when it was.
    pub until: Timestamp,
    /// What was wrong with the records since the last checkpoint, in the order of the input. They take the place of those
    /// that the job has of the same and of later records, so that a checkpoint may be saved twice.
    pub faults: Vec<JobFault>,
}

/// What is wrong with one record of a job's input.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct JobFault {
    /// How many records came before it.
    pub record: u64,
    /// How many bytes came before it.
    pub offset: u64,
    /// How many line feeds came before it.
    pub line: u64,
    /// The faults: the worker's own JSON. Nothing of the record's values.
    pub faults: serde_json::Value,
}

impl JobFault {
    /// These faults of the record at this place.
    pub const fn new(record: u64, offset: u64, line: u64, faults: serde_json::Value) -> Self {
        Self { record, offset, line, faults }
    }
}

impl Checkpoint {
    /// Progress of a running job: saves `state` and keeps the lease until `until`.
    pub fn running(lease: &Lease, state: serde_json::Value, until: Timestamp) -> Self {
        Self {
            job: lease.job.id.clone(),
            fence: lease.fence,
            state,
            status: JobStatus::Running,
            until,
            faults: Vec::new(),
        }
    }

    /// The end of a job.
    pub fn finished(lease: &Lease, state: serde_json::Value, status: JobStatus, at: Timestamp) -> Self {
        Self { job: lease.job.id.clone(), fence: lease.fence, state, status, until: at, faults: Vec::new() }
    }

    /// With what was wrong with records.
    pub fn faults(mut self, faults: Vec<JobFault>) -> Self {
        self.faults = faults;
        self
    }
}
