use std::collections::BTreeMap;

use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    clock::Timestamp,
    store::{Checkpoint, Job, JobId, JobStatus, JobStore, Lease, StoreError},
};

/// The jobs, by id.
#[derive(Default)]
pub(super) struct Jobs(BTreeMap<JobId, Entry>);

struct Entry {
    job: Job,
    fence: u64,
    /// Until when the job is leased; `None` if nobody ever leased it.
    until: Option<Timestamp>,
}

impl Entry {
    fn is_free(&self, now: Timestamp) -> bool {
        match self.job.status {
            JobStatus::Pending => true,
            JobStatus::Running => self.until.is_none_or(|until| until <= now),
            JobStatus::Cancelled | JobStatus::Completed | JobStatus::Failed => false,
        }
    }
}

impl Jobs {
    fn create(&mut self, job: Job) -> bool {
        if self.0.contains_key(&job.id) {
            return false;
        }
        self.0.insert(job.id.clone(), Entry { job, fence: 0, until: None });
        true
    }

    fn lease(&mut self, kind: &str, now: Timestamp, until: Timestamp) -> Option<Lease> {
        let free = self.0.values_mut().filter(|entry| entry.job.kind == kind && entry.is_free(now));
        let entry = free.min_by(|a, b| (a.job.created_at, &a.job.id).cmp(&(b.job.created_at, &b.job.id)))?;
        entry.job.status = JobStatus::Running;
        entry.fence += 1;
        entry.until = Some(until);
        Some(Lease::new(entry.job.clone(), entry.fence))
    }

    pub(super) fn save(&mut self, checkpoint: &Checkpoint) -> bool {
        let held = |entry: &&mut Entry| entry.fence == checkpoint.fence && entry.job.status == JobStatus::Running;
        let Some(entry) = self.0.get_mut(&checkpoint.job).filter(held) else { return false };
        entry.job.state = checkpoint.state.clone();
        entry.job.status = checkpoint.status;
        entry.until = Some(checkpoint.until);
        true
    }
}

#[async_trait]
impl JobStore for MemoryStore {
    async fn create(&self, job: Job) -> Result<bool, StoreError> {
        Ok(self.tables().jobs.create(job))
    }

    async fn job(&self, id: &JobId) -> Result<Option<Job>, StoreError> {
        Ok(self.tables().jobs.0.get(id).map(|entry| entry.job.clone()))
    }

    async fn lease(&self, kind: &str, now: Timestamp, until: Timestamp) -> Result<Option<Lease>, StoreError> {
        Ok(self.tables().jobs.lease(kind, now, until))
    }

    async fn save(&self, checkpoint: &Checkpoint) -> Result<bool, StoreError> {
        Ok(self.tables().jobs.save(checkpoint))
    }
}
