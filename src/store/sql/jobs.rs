//! Jobs, by statements that all databases read.

use super::{
    engine::{Engine, StoredRow, is_taken},
    row::{JsonProblem, Misfit, named, stored_count, unknown},
    statement::Statement,
    users::Users,
};
use crate::{
    clock::Timestamp,
    store::{Checkpoint, Job, JobId, JobStatus, Lease, StoreError},
};

const CREATE: &str = "\
    INSERT INTO waystation_jobs (connection, id, kind, status, state, created_at, fence) VALUES (?, ?, ?, ?, ?, ?, 0)";

macro_rules! jobs_where {
    ($condition:literal) => {
        concat!(
            "SELECT id, kind, status, state, created_at, fence FROM waystation_jobs WHERE connection = ? AND ",
            $condition
        )
    };
}

const JOB: &str = jobs_where!("id = ?");

const FREE: &str = jobs_where!(
    "kind = ? AND (status = 'pending' OR (status = 'running' AND (leased_until IS NULL OR leased_until <= ?))) \
     ORDER BY created_at, id LIMIT 1"
);

/// Whoever else takes the same job changes its fence.
const LEASE: &str = "\
    UPDATE waystation_jobs SET status = 'running', fence = fence + 1, leased_until = ? \
    WHERE connection = ? AND id = ? AND fence = ?";

const SAVE: &str = "\
    UPDATE waystation_jobs SET state = ?, status = ?, leased_until = ? \
    WHERE connection = ? AND id = ? AND fence = ? AND status = 'running'";

/// How often somebody else may take the job that was found.
const ATTEMPTS: usize = 20;

impl Users {
    pub(crate) async fn create_job<E: Engine>(
        &self,
        connection: &mut E::Connection,
        job: &Job,
    ) -> Result<bool, StoreError> {
        let statement = Statement::new(CREATE)
            .bind(&*self.name)
            .bind(job.id.as_str())
            .bind(&*job.kind)
            .bind(job.status.as_str())
            .bind(job.state.to_string())
            .bind(job.created_at.as_micros());
        match E::execute(connection, &statement).await {
            Ok(_) => Ok(true),
            Err(error) if is_taken(&error) => Ok(false),
            Err(error) => Err(E::classify("create", error)),
        }
    }

    pub(crate) async fn job<E: Engine>(
        &self,
        connection: &mut E::Connection,
        id: &JobId,
    ) -> Result<Option<Job>, StoreError> {
        let statement = Statement::new(JOB).bind(&*self.name).bind(id.as_str());
        let rows = E::fetch(connection, &statement).await.map_err(|error| E::classify("job", error))?;
        rows.first().map(|row| decode(row).map(|lease| lease.job)).transpose()
    }

    pub(crate) async fn lease<E: Engine>(
        &self,
        connection: &mut E::Connection,
        kind: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, StoreError> {
        let failed = |error| E::classify("lease", error);
        for _ in 0..ATTEMPTS {
            let statement = Statement::new(FREE).bind(&*self.name).bind(kind).bind(now.as_micros());
            let rows = E::fetch(&mut *connection, &statement).await.map_err(failed)?;
            let Some(row) = rows.first() else { return Ok(None) };
            let Lease { mut job, fence, .. } = decode(row)?;
            let statement = Statement::new(LEASE)
                .bind(until.as_micros())
                .bind(&*self.name)
                .bind(job.id.as_str())
                .bind(stored_count(fence));
            if E::execute(&mut *connection, &statement).await.map_err(failed)? > 0 {
                job.status = JobStatus::Running;
                return Ok(Some(Lease::new(job, fence + 1)));
            }
        }
        Err(StoreError::unavailable("lease", Misfit("a job that others take all the time")))
    }

    /// Saves on this connection, which may be in a transaction.
    pub(crate) async fn save<E: Engine>(
        &self,
        connection: &mut E::Connection,
        checkpoint: &Checkpoint,
    ) -> Result<bool, StoreError> {
        let statement = Statement::new(SAVE)
            .bind(checkpoint.state.to_string())
            .bind(checkpoint.status.as_str())
            .bind(checkpoint.until.as_micros())
            .bind(&*self.name)
            .bind(checkpoint.job.as_str())
            .bind(stored_count(checkpoint.fence));
        Ok(E::execute(connection, &statement).await.map_err(|error| E::classify("save", error))? > 0)
    }
}

fn decode(row: &impl StoredRow) -> Result<Lease, StoreError> {
    let text = |place, column| {
        let read = row.text(place).map_err(|error| StoreError::corrupt(column, error))?;
        read.ok_or_else(|| unknown(column))
    };
    let number = |place, column| {
        let read = row.number(place).map_err(|error| StoreError::corrupt(column, error))?;
        read.ok_or_else(|| unknown(column))
    };
    let state = serde_json::from_str(&text(3, "state")?)
        .map_err(|error| StoreError::corrupt("state", JsonProblem::from(&error)))?;
    let created_at = Timestamp::from_micros(number(4, "created_at")?);
    let mut job = Job::new(JobId::new(text(0, "id")?), text(1, "kind")?, state, created_at);
    job.status = named(JobStatus::ALL, JobStatus::as_str, &text(2, "status")?).ok_or_else(|| unknown("status"))?;
    let fence = u64::try_from(number(5, "fence")?).map_err(|error| StoreError::corrupt("fence", error))?;
    Ok(Lease::new(job, fence))
}
