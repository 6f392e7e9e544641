use std::sync::Arc;

use super::{
    ImportFailure, ImportReport, ImportSpec, OpenInput,
    job::JobState,
    reading::{divide, state_of},
};
use crate::{
    bulk::Place,
    clock::{Clock, SystemClock, Timestamp},
    entropy::{Entropy, SystemEntropy},
    migrator::generated_id,
    store::{Job, JobFault, JobId, JobStatus, JobStore, UserStore},
};

/// The import jobs of a store: submitted here, done by [`ImportWorker`](super::ImportWorker)s in any process.
#[derive(Clone, Debug)]
pub struct ImportJobs {
    store: Arc<dyn UserStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// A job that was submitted.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Submitted {
    /// Its id.
    pub id: JobId,
    /// Whether it was there already: nothing was changed then.
    pub was_there: bool,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImportStatus {
    /// The job.
    pub id: JobId,
    /// How far it is.
    pub status: JobStatus,
    /// When it was submitted.
    pub created_at: Timestamp,
    /// What was done up to the last checkpoint.
    pub report: ImportReport,
    /// Bytes that are done, of the text after decompression.
    pub bytes: u64,
    /// All bytes, if that is known.
    pub total_bytes: Option<u64>,
    /// Why it failed.
    pub stopped: Option<String>,
    /// What it imports, and how.
    pub spec: ImportSpec,
}

impl ImportJobs {
    /// The [`Job::kind`] of an import, or of a part of one that was divided.
    pub const KIND: &str = "import";

    /// The [`Job::kind`] of an import that was divided.
    pub const KIND_OF_WHOLE: &str = "import-whole";

    /// The jobs of this store.
    pub fn new(store: Arc<dyn UserStore>) -> Self {
        Self { store, clock: Arc::new(SystemClock::new()), entropy: Arc::new(SystemEntropy) }
    }

    /// Where the time comes from. The system unless given.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Where ids of jobs come from. The system unless given.
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = entropy;
        self
    }

    /// Adds a job. With an `external_id`, which is the job's id then, it is added once: the same call again changes
    /// nothing.
    ///
    /// An input that is to be divided is read through once, to find where its parts begin.
    ///
    /// # Errors
    ///
    /// When the input cannot be opened, or the store cannot be asked.
    pub async fn submit(
        &self,
        spec: ImportSpec,
        external_id: Option<&str>,
        inputs: &dyn OpenInput,
    ) -> Result<Submitted, ImportFailure> {
        let now = self.clock.now();
        let id = match external_id {
            Some(id) => JobId::new(id),
            None => JobId::new(generated_id(now, &*self.entropy)?.as_str()),
        };
        if self.jobs()?.job(&id).await?.is_some() {
            return Ok(Submitted { id, was_there: true });
        }
        let input = inputs.open(&spec.input).map_err(ImportFailure::Input)?;
        let state = state_of(&input).await?;
        let starts = if spec.shards > 1 { divide(input, spec.shards).await? } else { Vec::new() };
        if starts.is_empty() {
            let state = JobState::new(spec, state, Place::START, None);
            return self.create(id, Self::KIND, &state, now).await;
        }
        // The parts first: a whole without parts would be over at once.
        let mut whole = JobState::new(spec, state, Place::START, None);
        let ends = starts.iter().map(|place| Some(place.record)).chain([None]);
        for (number, (from, until)) in std::iter::once(Place::START).chain(starts.iter().copied()).zip(ends).enumerate()
        {
            let part = JobId::new(format!("{}/{number}", id.as_str()));
            let state = JobState::new(whole.spec.clone(), state, from, until);
            self.create(part.clone(), Self::KIND, &state, now).await?;
            whole.parts.push(part.as_str().to_owned());
        }
        self.create(id, Self::KIND_OF_WHOLE, &whole, now).await
    }

    /// Adds a new job that goes on where another one failed or was cancelled, under the id `new_id`. Not of a whole that
    /// was divided: of each of its parts.
    ///
    /// # Errors
    ///
    /// [`ImportFailure::State`] if there is no such job, it is not over, or was completed; else when the store cannot be
    /// asked.
    pub async fn submit_again(&self, id: &JobId, new_id: &str) -> Result<Submitted, ImportFailure> {
        let job = self.jobs()?.job(id).await?.ok_or(ImportFailure::State)?;
        if !matches!(job.status, JobStatus::Cancelled | JobStatus::Failed) || job.kind != Self::KIND {
            return Err(ImportFailure::State);
        }
        let state = JobState { stopped: None, ..JobState::of(&job)? };
        self.create(JobId::new(new_id), Self::KIND, &state, self.clock.now()).await
    }

    /// How far a job is; `None` if there is none.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked, or the job was written by another release.
    pub async fn status(&self, id: &JobId) -> Result<Option<ImportStatus>, ImportFailure> {
        let Some(job) = self.jobs()?.job(id).await? else { return Ok(None) };
        let state = JobState::of(&job)?;
        if state.parts.is_empty() {
            return Ok(Some(ImportStatus::of(&job, state)));
        }
        let mut whole = ImportStatus::of(&job, state.clone());
        let mut statuses = Vec::new();
        for part in self.parts(&state).await? {
            let state = JobState::of(&part)?;
            whole.report.add(&state.report);
            whole.bytes += state.place.offset.saturating_sub(state.from.offset);
            if whole.stopped.is_none() {
                whole.stopped = state.stopped;
            }
            statuses.push(part.status);
        }
        if !whole.status.is_final() {
            whole.status = joint(&statuses);
        }
        Ok(Some(whole))
    }

    /// Stops a job for good. What it has done stays done. `false` if there is none, or it was over.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    pub async fn cancel(&self, id: &JobId) -> Result<bool, ImportFailure> {
        let (jobs, now) = (self.jobs()?, self.clock.now());
        let Some(job) = jobs.job(id).await? else { return Ok(false) };
        if job.kind == Self::KIND_OF_WHOLE {
            for part in JobState::of(&job)?.parts {
                jobs.cancel(&JobId::new(part), now).await?;
            }
        }
        Ok(jobs.cancel(id, now).await?)
    }

    /// What was wrong with records, in the order of the input, `limit` at most: those behind the record `after`.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    pub async fn faults(&self, id: &JobId, after: Option<u64>, limit: usize) -> Result<Vec<JobFault>, ImportFailure> {
        let jobs = self.jobs()?;
        let Some(job) = jobs.job(id).await? else { return Ok(Vec::new()) };
        let state = JobState::of(&job)?;
        if state.parts.is_empty() {
            return Ok(jobs.faults(id, after, limit).await?);
        }
        let mut faults = Vec::new();
        for part in state.parts {
            if faults.len() == limit {
                break;
            }
            faults.extend(jobs.faults(&JobId::new(part), after, limit - faults.len()).await?);
        }
        Ok(faults)
    }

    pub(super) async fn parts(&self, whole: &JobState) -> Result<Vec<Job>, ImportFailure> {
        let mut parts = Vec::with_capacity(whole.parts.len());
        for part in &whole.parts {
            parts.extend(self.jobs()?.job(&JobId::new(part.as_str())).await?);
        }
        Ok(parts)
    }

    async fn create(
        &self,
        id: JobId,
        kind: &str,
        state: &JobState,
        now: Timestamp,
    ) -> Result<Submitted, ImportFailure> {
        let created = self.jobs()?.create(Job::new(id.clone(), kind, state.to_json()?, now)).await?;
        Ok(Submitted { id, was_there: !created })
    }

    fn jobs(&self) -> Result<&dyn JobStore, ImportFailure> {
        self.store.as_jobs().ok_or(ImportFailure::Unsupported("jobs"))
    }
}

impl ImportStatus {
    fn of(job: &Job, state: JobState) -> Self {
        Self {
            id: job.id.clone(),
            status: job.status,
            created_at: job.created_at,
            report: state.report,
            bytes: state.place.offset.saturating_sub(state.from.offset),
            total_bytes: state.input.text_bytes,
            stopped: state.stopped,
            spec: state.spec,
        }
    }
}

/// How far parts are together. Those that retention has removed were over.
pub(super) fn joint(parts: &[JobStatus]) -> JobStatus {
    let any = |status| parts.contains(&status);
    if parts.iter().any(|status| !status.is_final()) {
        let all_wait = parts.iter().all(|status| *status == JobStatus::Pending);
        return if all_wait { JobStatus::Pending } else { JobStatus::Running };
    }
    if any(JobStatus::Failed) {
        JobStatus::Failed
    } else if any(JobStatus::Cancelled) {
        JobStatus::Cancelled
    } else {
        JobStatus::Completed
    }
}
