use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ImportFailure, ImportPolicy, ImportReport, ImportStatus, Importer, Input, InputState, patience::Patience};
use crate::{
    bulk::{Place, ReadError},
    clock::Timestamp,
    store::{Checkpoint, Job, JobFault, JobId, JobStatus, JobStore, Lease},
    user::SourceName,
};

/// How a worker comes to the input that a job names.
pub trait OpenInput: fmt::Debug + Send + Sync + 'static {
    /// The input that `spec`, the [`ImportSpec::input`] of a job, names. It does not block: what reads is
    /// [`Input::open`].
    ///
    /// # Errors
    ///
    /// When `spec` names nothing that can be read here.
    fn open(&self, spec: &Value) -> Result<Arc<dyn Input>, ReadError>;
}

/// Is told when a job is over: sends an e-mail, writes a line.
#[async_trait]
pub trait JobObserver: fmt::Debug + Send + Sync + 'static {
    /// The job is completed or failed, or was cancelled while a worker had it. Of one that was cancelled before, whoever
    /// cancelled it is told by the answer.
    ///
    /// Told at most once: where the process dies between the end and the telling, nobody is told. Whoever must know asks
    /// [`ImportJobs::status`](super::ImportJobs::status) too.
    async fn finished(&self, status: &ImportStatus);
}

/// What a job is to import, and how. What it is to import into is the worker's [`Importer`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImportSpec {
    /// What [`OpenInput`] is given: the host's own JSON. No secrets: it is kept with the job.
    pub input: Value,
    /// The legacy system that the input is of: see [`ImporterBuilder::source`](super::ImporterBuilder::source), which is
    /// that of jobs without one.
    #[serde(default)]
    pub source: Option<SourceName>,
    /// What may be done to users who are there.
    #[serde(default)]
    pub policy: ImportPolicy,
    /// See [`Importer::dry_run`].
    #[serde(default)]
    pub dry_run: bool,
    /// See [`Importer::assume_distinct`].
    #[serde(default)]
    pub assume_distinct: bool,
    /// Whether weak hashes are wrapped, as [`ImporterBuilder::wrap_weak_hashes`](super::ImporterBuilder::wrap_weak_hashes)
    /// says. The worker needs [`passwords`](super::ImporterBuilder::passwords) for it, and fails the job without.
    #[serde(default)]
    pub wrap: bool,
    /// Into how many parts the input is divided, for as many workers. Each reads from the place where its part begins; the
    /// first reading, for duplicates, is of the whole for every part.
    #[serde(default)]
    pub shards: usize,
}

impl ImportSpec {
    /// Imports all of this, in one part, under the default policy.
    pub fn new(input: Value) -> Self {
        Self {
            input,
            source: None,
            policy: ImportPolicy::default(),
            dry_run: false,
            assume_distinct: false,
            wrap: false,
            shards: 1,
        }
    }
}

/// What is kept of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct JobState {
    pub(super) spec: ImportSpec,
    pub(super) input: InputState,
    /// Where it began.
    pub(super) from: Place,
    /// The number of the first record that is not a part of it.
    pub(super) until: Option<u64>,
    /// Where to go on.
    pub(super) place: Place,
    pub(super) report: ImportReport,
    /// Why it failed.
    #[serde(default)]
    pub(super) stopped: Option<String>,
    /// Of a whole that was divided: the jobs of its parts.
    #[serde(default)]
    pub(super) parts: Vec<String>,
    /// The job that it goes on with.
    #[serde(default)]
    pub(super) continues: Option<String>,
}

impl JobState {
    pub(super) fn new(spec: ImportSpec, input: InputState, from: Place, until: Option<u64>) -> Self {
        let report = ImportReport::default();
        Self { spec, input, from, until, place: from, report, stopped: None, parts: Vec::new(), continues: None }
    }

    /// Whether it is of the same stretch of the same input, however far either has come.
    pub(super) fn is_of(&self, other: &Self) -> bool {
        (&self.spec, self.input, self.from, self.until) == (&other.spec, other.input, other.from, other.until)
    }

    /// All bytes of it, if that is known: where a part ends, is known by its last record alone.
    pub(super) fn total_bytes(&self) -> Option<u64> {
        let end = self.input.text_bytes.filter(|_| self.until.is_none())?;
        Some(end.saturating_sub(self.from.offset))
    }

    pub(super) fn of(job: &Job) -> Result<Self, ImportFailure> {
        serde_json::from_value(job.state.clone()).map_err(|_| ImportFailure::State)
    }

    pub(super) fn to_json(&self) -> Result<Value, ImportFailure> {
        serde_json::to_value(self).map_err(|_| ImportFailure::State)
    }
}

/// Keeps the progress of a job that is leased.
#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) lease: Lease,
    pub(super) lease_time: Duration,
    pub(super) state: JobState,
    pub(super) stop: Arc<AtomicBool>,
}

impl Keeper {
    /// Progress up to `end`, to be saved with what was done.
    pub(super) fn checkpoint(
        &self,
        now: Timestamp,
        report: &ImportReport,
        end: Place,
        faults: Vec<JobFault>,
        is_last: bool,
    ) -> Result<Checkpoint, ImportFailure> {
        let state = JobState { place: end, report: report.clone(), ..self.state.clone() }.to_json()?;
        let checkpoint = if is_last {
            Checkpoint::finished(&self.lease, state, JobStatus::Completed, now)
        } else {
            Checkpoint::running(&self.lease, state, now.saturating_add(self.lease_time))
        };
        Ok(checkpoint.faults(faults))
    }

    /// Whether the job has come from `before` to `end` under this lease.
    pub(super) async fn has_come_to(
        &self,
        importer: &Importer,
        before: Place,
        end: Place,
        is_last: bool,
    ) -> Result<bool, ImportFailure> {
        let Some(job) = importer.jobs()?.job(self.id()).await? else { return Ok(false) };
        let is_there = JobState::of(&job)?.place == end;
        Ok(is_there && if is_last { job.status == JobStatus::Completed } else { end != before })
    }

    pub(super) async fn save(&self, importer: &Importer, checkpoint: &Checkpoint) -> Result<(), ImportFailure> {
        let (jobs, mut patience) = (importer.jobs()?, Patience::new(&*importer.clock));
        loop {
            match jobs.save(checkpoint).await {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(ImportFailure::LeaseLost),
                Err(error) if patience.waits(&error).await => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    pub(super) fn total_bytes(&self) -> Option<u64> {
        // Progress is told by the place in the input.
        self.state.input.text_bytes.filter(|_| self.state.until.is_none())
    }

    /// How long a packed input is, of which nobody knows how long its text is.
    pub(super) fn total_packed_bytes(&self) -> Option<u64> {
        self.state.input.bytes.filter(|_| self.state.input.text_bytes.is_none() && self.state.until.is_none())
    }

    /// Whether the worker is to stop at the next checkpoint.
    pub(super) fn is_to_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub(super) fn id(&self) -> &JobId {
        &self.lease.job.id
    }
}

impl Importer {
    pub(super) fn jobs(&self) -> Result<&dyn JobStore, ImportFailure> {
        self.store.as_jobs().ok_or(ImportFailure::Unsupported("jobs"))
    }
}
