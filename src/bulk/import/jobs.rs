use std::{sync::Arc, time::Duration};

use super::{
    ImportFailure, ImportReport, ImportSpec, InputState, OpenInput,
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
    kind: &'static str,
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
    /// What the input looked like when the job was submitted.
    pub input: InputState,
    /// How many of its parts are worked on now; one of a job that was not divided.
    at_once: u32,
}

impl ImportJobs {
    /// The [`Job::kind`] of an import, or of a part of one that was divided, unless [another](Self::kind) is given.
    pub const KIND: &str = "import";

    /// The [`Job::kind`] of an import that was divided.
    pub const KIND_OF_WHOLE: &str = "import-whole";

    /// The jobs of this store.
    pub fn new(store: Arc<dyn UserStore>) -> Self {
        Self { store, kind: Self::KIND, clock: Arc::new(SystemClock::new()), entropy: Arc::new(SystemEntropy) }
    }

    /// Of which kind the jobs are that are submitted. Workers take those of [their kind](super::ImportWorker::kind) alone,
    /// so that none is given an input that it cannot open: two sorts of inputs in one store are two kinds.
    /// [`KIND`](Self::KIND) unless given; not one that other jobs of the store have.
    pub const fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
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
    /// When the input cannot be opened, or the store cannot be asked. [`ImportFailure::State`] if an earlier call under this
    /// id broke off, and was not for the same parts of the same input: take another id.
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
            if self.jobs()?.job(&part_of(&id, 0)).await?.is_some() {
                return Err(ImportFailure::State);
            }
            let state = JobState::new(spec, state, Place::START, None);
            return self.create(id, self.kind, &state, now).await;
        }
        // The parts first: a whole without parts would be over at once.
        let mut whole = JobState::new(spec, state, Place::START, None);
        let ends = starts.iter().map(|place| Some(place.record)).chain([None]);
        for (number, (from, until)) in std::iter::once(Place::START).chain(starts.iter().copied()).zip(ends).enumerate()
        {
            let part = part_of(&id, number);
            let state = JobState::new(whole.spec.clone(), state, from, until);
            if self.create(part.clone(), self.kind, &state, now).await?.was_there {
                // An earlier call broke off.
                let there = self.jobs()?.job(&part).await?.ok_or(ImportFailure::State)?;
                if !JobState::of(&there)?.is_of(&state) {
                    return Err(ImportFailure::State);
                }
            }
            whole.parts.push(part.as_str().to_owned());
        }
        self.create(id, Self::KIND_OF_WHOLE, &whole, now).await
    }

    /// Goes on where a job failed or was cancelled: adds a job whose id is this one's with `-2` behind it, then `-3`, and
    /// whose report and faults begin with this one's. So the same call again adds nothing while that one is not over
    /// either; and when it has failed too, goes on from there. Of a whole that was divided, the parts that were not
    /// completed go on.
    ///
    /// Where there is nothing to go on with, because the last of them is not over or was completed, that one is the answer.
    ///
    /// # Errors
    ///
    /// [`ImportFailure::State`] if there is no such job, or it was written by another release; else when the store cannot be
    /// asked.
    pub async fn resume(&self, id: &JobId) -> Result<Submitted, ImportFailure> {
        let (job, state, next) = self.newest_of(id).await?;
        if !matches!(job.status, JobStatus::Cancelled | JobStatus::Failed) {
            return Ok(Submitted { id: job.id, was_there: true });
        }
        let mut state = JobState { stopped: None, continues: Some(job.id.as_str().to_owned()), ..state };
        // The parts first, as when they were submitted.
        for part in &mut state.parts {
            let (job, of_part, next) = match self.newest_of(&JobId::new(part.as_str())).await {
                Ok(newest) => newest,
                // Retention has removed it.
                Err(ImportFailure::State) => continue,
                Err(failure) => return Err(failure),
            };
            job.id.as_str().clone_into(part);
            if matches!(job.status, JobStatus::Cancelled | JobStatus::Failed) {
                let of_part = JobState { stopped: None, continues: Some(part.clone()), ..of_part };
                next.as_str().clone_into(part);
                self.create(next, &job.kind, &of_part, self.clock.now()).await?;
            }
        }
        self.create(next, &job.kind, &state, self.clock.now()).await
    }

    /// The last of those that go on with a job, with the id of the next one.
    async fn newest_of(&self, id: &JobId) -> Result<(Job, JobState, JobId), ImportFailure> {
        let jobs = self.jobs()?;
        let mut newest = jobs.job(id).await?.ok_or(ImportFailure::State)?;
        let mut state = JobState::of(&newest)?;
        let (mut first, mut number) = (newest.id.as_str().to_owned(), 1_u64);
        if state.continues.is_some()
            && let Some((before, last)) = newest.id.as_str().rsplit_once('-')
            && let Ok(last) = last.parse()
        {
            (first, number) = (before.to_owned(), last);
        }
        loop {
            number = number.saturating_add(1);
            let next = JobId::new(format!("{first}-{number}"));
            let Some(job) = jobs.job(&next).await? else { return Ok((newest, state, next)) };
            // Somebody else's job may have such an id.
            if let Ok(of_next) = JobState::of(&job)
                && of_next.continues.as_deref() == Some(newest.id.as_str())
            {
                (newest, state) = (job, of_next);
            }
        }
    }

    /// Adds a new job that goes on where another one failed or was cancelled, under the id `new_id`. Not of a whole that
    /// was divided: of each of its parts. [`resume`](Self::resume) does that, and may be called twice.
    ///
    /// # Errors
    ///
    /// [`ImportFailure::State`] if there is no such job, it is not over, or was completed; else when the store cannot be
    /// asked.
    pub async fn submit_again(&self, id: &JobId, new_id: &str) -> Result<Submitted, ImportFailure> {
        let job = self.jobs()?.job(id).await?.ok_or(ImportFailure::State)?;
        if !matches!(job.status, JobStatus::Cancelled | JobStatus::Failed) || job.kind == Self::KIND_OF_WHOLE {
            return Err(ImportFailure::State);
        }
        let continues = Some(job.id.as_str().to_owned());
        let state = JobState { stopped: None, continues, ..JobState::of(&job)? };
        self.create(JobId::new(new_id), &job.kind, &state, self.clock.now()).await
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
        let running = statuses.iter().filter(|status| **status == JobStatus::Running).count();
        whole.at_once = u32::try_from(running).unwrap_or(u32::MAX);
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

    /// What was wrong with records, in the order of the input, `limit` at most: those behind the record `after`. Of a job
    /// that goes on with another one, from the beginning of that one.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    pub async fn faults(&self, id: &JobId, after: Option<u64>, limit: usize) -> Result<Vec<JobFault>, ImportFailure> {
        let Some(job) = self.jobs()?.job(id).await? else { return Ok(Vec::new()) };
        let state = JobState::of(&job)?;
        let stretches = if state.parts.is_empty() { vec![id.as_str().to_owned()] } else { state.parts };
        let mut faults = Vec::new();
        for stretch in stretches {
            for job in self.chain(JobId::new(stretch)).await? {
                if faults.len() == limit {
                    return Ok(faults);
                }
                faults.extend(self.jobs()?.faults(&job, after, limit - faults.len()).await?);
            }
        }
        Ok(faults)
    }

    /// A job and those that it goes on with, the oldest first, as far as retention has left them.
    async fn chain(&self, id: JobId) -> Result<Vec<JobId>, ImportFailure> {
        let (mut chain, mut next) = (Vec::new(), Some(id));
        while let Some(id) = next {
            let job = self.jobs()?.job(&id).await?;
            next = job.map(|job| JobState::of(&job)).transpose()?.and_then(|state| state.continues).map(JobId::new);
            // Never in a circle, whoever wrote the states.
            next = next.filter(|next| !chain.contains(next) && *next != id);
            chain.push(id);
        }
        chain.reverse();
        Ok(chain)
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
    /// How long the rest takes at the rate so far; `None` while it is not known, and when there is no rest.
    pub fn time_left(&self) -> Option<Duration> {
        let left = self.total_bytes.filter(|_| !self.status.is_final())?.saturating_sub(self.bytes);
        let took = u64::try_from(self.report.duration.as_millis()).unwrap_or(u64::MAX);
        let alone = took.saturating_mul(left).checked_div(self.bytes).map(Duration::from_millis)?;
        Some(alone / self.at_once.max(1))
    }

    fn of(job: &Job, state: JobState) -> Self {
        let total_bytes = state.total_bytes();
        Self {
            id: job.id.clone(),
            status: job.status,
            created_at: job.created_at,
            report: state.report,
            bytes: state.place.offset.saturating_sub(state.from.offset),
            total_bytes,
            at_once: 1,
            stopped: state.stopped,
            spec: state.spec,
            input: state.input,
        }
    }
}

fn part_of(whole: &JobId, number: usize) -> JobId {
    JobId::new(format!("{}/{number}", whole.as_str()))
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
