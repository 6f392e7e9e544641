use std::{collections::BTreeMap, ops::Bound};

use async_trait::async_trait;

use super::MemoryStore;
use crate::{
    clock::Timestamp,
    store::{Checkpoint, Job, JobFault, JobId, JobStatus, JobStore, Lease, StoreError},
};

/// The jobs, by id.
#[derive(Default)]
pub(super) struct Jobs(BTreeMap<JobId, Entry>);

struct Entry {
    job: Job,
    fence: u64,
    /// Until when the job is leased, or when it was over; `None` if neither ever was.
    until: Option<Timestamp>,
    /// By the number of the record.
    faults: BTreeMap<u64, JobFault>,
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

impl Entry {
    fn is_leased(&self, now: Timestamp) -> bool {
        self.job.status == JobStatus::Running && self.until.is_some_and(|until| until > now)
    }
}

impl Jobs {
    fn create(&mut self, job: Job) -> bool {
        if self.0.contains_key(&job.id) {
            return false;
        }
        self.0.insert(job.id.clone(), Entry { job, fence: 0, until: None, faults: BTreeMap::new() });
        true
    }

    fn lease(&mut self, kind: &str, among: Option<&[JobId]>, now: Timestamp, until: Timestamp) -> Option<Lease> {
        let is_meant = |job: &Job| job.kind == kind && among.is_none_or(|ids| ids.contains(&job.id));
        let free = self.0.values_mut().filter(|entry| is_meant(&entry.job) && entry.is_free(now));
        let entry = free.min_by(|a, b| (a.job.created_at, &a.job.id).cmp(&(b.job.created_at, &b.job.id)))?;
        entry.job.status = JobStatus::Running;
        entry.fence += 1;
        entry.until = Some(until);
        Some(Lease::new(entry.job.clone(), entry.fence))
    }

    fn lease_within(
        &mut self,
        kind: &str,
        among: Option<&[JobId]>,
        most: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Option<Lease> {
        let leased = self.0.values().filter(|entry| entry.job.kind == kind && entry.is_leased(now)).count();
        if leased < most { self.lease(kind, among, now, until) } else { None }
    }

    /// The job, if it runs under this fence.
    fn held(&mut self, id: &JobId, fence: u64) -> Option<&mut Entry> {
        self.0.get_mut(id).filter(|entry| entry.fence == fence && entry.job.status == JobStatus::Running)
    }

    /// Whether this could be saved.
    pub(super) fn holds(&mut self, checkpoint: &Checkpoint) -> bool {
        self.held(&checkpoint.job, checkpoint.fence).is_some()
    }

    pub(super) fn save(&mut self, checkpoint: &Checkpoint) -> bool {
        let Some(entry) = self.held(&checkpoint.job, checkpoint.fence) else { return false };
        entry.job.state = checkpoint.state.clone();
        entry.job.status = checkpoint.status;
        entry.until = Some(checkpoint.until);
        if let Some(first) = checkpoint.faults.first() {
            entry.faults.split_off(&first.record);
        }
        entry.faults.extend(checkpoint.faults.iter().map(|fault| (fault.record, fault.clone())));
        true
    }

    fn prolong(&mut self, lease: &Lease, until: Timestamp) -> bool {
        let Some(entry) = self.held(&lease.job.id, lease.fence) else { return false };
        entry.until = entry.until.max(Some(until));
        true
    }

    fn cancel(&mut self, id: &JobId, at: Timestamp) -> bool {
        let Some(entry) = self.0.get_mut(id).filter(|entry| !entry.job.status.is_final()) else { return false };
        entry.job.status = JobStatus::Cancelled;
        entry.until = Some(at);
        true
    }

    fn newest(&self, kind: &str, after: Option<&Job>, limit: usize) -> Vec<Job> {
        let mut jobs: Vec<_> = self.0.values().map(|entry| &entry.job).filter(|job| job.kind == kind).collect();
        jobs.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
        let behind = |job: &&&Job| after.is_none_or(|after| (job.created_at, &job.id) < (after.created_at, &after.id));
        jobs.iter().filter(behind).take(limit).map(|job| (*job).clone()).collect()
    }

    fn faults(&self, id: &JobId, after: Option<u64>, limit: usize) -> Vec<JobFault> {
        let Some(entry) = self.0.get(id) else { return Vec::new() };
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        entry.faults.range((start, Bound::Unbounded)).take(limit).map(|(_, fault)| fault.clone()).collect()
    }

    fn prune(&mut self, kind: &str, before: Timestamp) -> u64 {
        let there = self.0.len();
        let is_old = |entry: &Entry| entry.job.status.is_final() && entry.until.is_some_and(|over| over < before);
        self.0.retain(|_, entry| entry.job.kind != kind || !is_old(entry));
        (there - self.0.len()) as u64
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl JobStore for MemoryStore {
    async fn create(&self, job: Job) -> Result<bool, StoreError> {
        Ok(self.tables().jobs.create(job))
    }

    async fn job(&self, id: &JobId) -> Result<Option<Job>, StoreError> {
        Ok(self.tables().jobs.0.get(id).map(|entry| entry.job.clone()))
    }

    async fn lease(&self, kind: &str, now: Timestamp, until: Timestamp) -> Result<Option<Lease>, StoreError> {
        Ok(self.tables().jobs.lease(kind, None, now, until))
    }

    async fn save(&self, checkpoint: &Checkpoint) -> Result<bool, StoreError> {
        Ok(self.tables().jobs.save(checkpoint))
    }

    async fn lease_within(
        &self,
        kind: &str,
        among: Option<&[JobId]>,
        most: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, StoreError> {
        Ok(self.tables().jobs.lease_within(kind, among, most, now, until))
    }

    async fn prolong(&self, lease: &Lease, until: Timestamp) -> Result<bool, StoreError> {
        Ok(self.tables().jobs.prolong(lease, until))
    }

    async fn cancel(&self, id: &JobId, at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.tables().jobs.cancel(id, at))
    }

    async fn jobs(&self, kind: &str, after: Option<&Job>, limit: usize) -> Result<Vec<Job>, StoreError> {
        Ok(self.tables().jobs.newest(kind, after, limit))
    }

    async fn faults(&self, id: &JobId, after: Option<u64>, limit: usize) -> Result<Vec<JobFault>, StoreError> {
        Ok(self.tables().jobs.faults(id, after, limit))
    }

    async fn prune(&self, kind: &str, before: Timestamp) -> Result<u64, StoreError> {
        Ok(self.tables().jobs.prune(kind, before))
    }
}
