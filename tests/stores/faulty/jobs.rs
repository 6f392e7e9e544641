use async_trait::async_trait;
use serde_json::Value;
use waystation::{
    clock::Timestamp,
    store::{Checkpoint, Job, JobFault, JobId, JobStatus, JobStore, Lease, StoreError},
};

use super::{Fault, Faulty};

#[async_trait]
impl JobStore for Faulty {
    async fn create(&self, mut job: Job) -> Result<bool, StoreError> {
        if self.has(Fault::JobStateAsText) {
            job.state = Value::String(job.state.to_string());
        }
        Ok(self.inner.create(job).await? || self.has(Fault::JobIdsRepeat))
    }

    async fn job(&self, id: &JobId) -> Result<Option<Job>, StoreError> {
        self.inner.job(id).await
    }

    async fn lease(&self, kind: &str, now: Timestamp, until: Timestamp) -> Result<Option<Lease>, StoreError> {
        let now = match self.fault {
            Fault::LeaseEndsLate => Timestamp::from_micros(now.as_micros() - 1),
            _ => now,
        };
        if self.has(Fault::LeaseIgnoresKind)
            && let Some(lease) = self.inner.lease("export", now, until).await?
        {
            return Ok(Some(lease));
        }
        let lease = self.inner.lease(kind, now, until).await?;
        let mut notes = self.notes();
        if lease.is_some() {
            notes.last_lease.clone_from(&lease);
            notes.leased_until = Some(until);
        } else if self.has(Fault::LeaseIsShared) {
            return Ok(notes.last_lease.clone());
        }
        Ok(lease)
    }

    async fn save(&self, checkpoint: &Checkpoint) -> Result<bool, StoreError> {
        let mut checkpoint = checkpoint.clone();
        let (last, leased_until) = {
            let notes = self.notes();
            (notes.last_lease.clone(), notes.leased_until)
        };
        match self.fault {
            Fault::SaveDoesNotProlong => checkpoint.until = leased_until.unwrap_or_default(),
            Fault::SaveForgetsState => checkpoint.state = Value::Null,
            Fault::SaveIgnoresFence => checkpoint.fence = last.map_or(checkpoint.fence, |lease| lease.fence),
            Fault::SaveRefusesTheLate if leased_until.is_some_and(|until| checkpoint.until < until) => {
                return Ok(false);
            }
            Fault::FinishedRunsOn if checkpoint.status.is_final() => checkpoint.status = JobStatus::Running,
            Fault::GivenBackIsFailed if checkpoint.status == JobStatus::Pending => {
                checkpoint.status = JobStatus::Failed;
            }
            _ => {}
        }
        Ok(self.inner.save(&checkpoint).await? || self.has(Fault::SaveNeedsNoLease))
    }

    async fn lease_within(
        &self,
        kind: &str,
        among: Option<&[JobId]>,
        most: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, StoreError> {
        let most = most + usize::from(self.has(Fault::LeasesOneTooMany));
        let among = among.filter(|_| !self.has(Fault::LeasesWhatNobodyNamed));
        self.inner.lease_within(kind, among, most, now, until).await
    }

    async fn prolong(&self, lease: &Lease, until: Timestamp) -> Result<bool, StoreError> {
        if self.has(Fault::HeartbeatShortens) {
            let checkpoint = Checkpoint::running(lease, lease.job.state.clone(), until);
            return self.inner.save(&checkpoint).await;
        }
        self.inner.prolong(lease, until).await
    }

    async fn cancel(&self, id: &JobId, at: Timestamp) -> Result<bool, StoreError> {
        let running = self.inner.job(id).await?.is_some_and(|job| job.status == JobStatus::Running);
        if running && self.has(Fault::CancelSparesTheRunning) {
            return Ok(true);
        }
        self.inner.cancel(id, at).await
    }

    async fn jobs(&self, kind: &str, after: Option<&Job>, limit: usize) -> Result<Vec<Job>, StoreError> {
        let mut jobs = self.inner.jobs(kind, after, limit).await?;
        if self.has(Fault::JobsOldestFirst) {
            jobs.reverse();
        }
        Ok(jobs)
    }

    async fn faults(&self, id: &JobId, after: Option<u64>, limit: usize) -> Result<Vec<JobFault>, StoreError> {
        let after = if self.has(Fault::PagesOfFaultsSkipOne) { after.map(|after| after + 1) } else { after };
        let mut faults = self.inner.faults(id, after, limit).await?;
        if self.has(Fault::FaultsRepeat)
            && let Some(last) = faults.last().cloned()
        {
            faults.push(last);
        }
        Ok(faults)
    }

    async fn prune(&self, kind: &str, before: Timestamp) -> Result<u64, StoreError> {
        let before =
            if self.has(Fault::PrunesTooEarly) { Timestamp::from_micros(before.as_micros() + 1) } else { before };
        self.inner.prune(kind, before).await
    }
}
