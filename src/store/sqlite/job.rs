use async_trait::async_trait;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::{
    Shared, SqliteStore,
    error::classify,
    row::{JsonProblem, named, stored_count, unknown},
};
use crate::{
    clock::Timestamp,
    store::{Checkpoint, Job, JobId, JobStatus, JobStore, Lease, StoreError},
};

const CREATE: &str = "\
    INSERT INTO waystation_jobs (connection, id, kind, status, state, created_at, fence) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0) ON CONFLICT DO NOTHING";

const JOB: &str = "\
    SELECT id, kind, status, state, created_at, fence FROM waystation_jobs WHERE connection = ?1 AND id = ?2";

const LEASE: &str = "\
    UPDATE waystation_jobs SET status = 'running', fence = fence + 1, leased_until = ?4 \
    WHERE connection = ?1 AND id = ( \
        SELECT id FROM waystation_jobs WHERE connection = ?1 AND kind = ?2 \
        AND (status = 'pending' OR (status = 'running' AND (leased_until IS NULL OR leased_until <= ?3))) \
        ORDER BY created_at, id LIMIT 1) \
    RETURNING id, kind, status, state, created_at, fence";

const SAVE: &str = "\
    UPDATE waystation_jobs SET state = ?4, status = ?5, leased_until = ?6 \
    WHERE connection = ?1 AND id = ?2 AND fence = ?3 AND status = 'running'";

#[async_trait]
impl JobStore for SqliteStore {
    async fn create(&self, job: Job) -> Result<bool, StoreError> {
        let mut turn = self.shared.writer.turn("create").await?;
        let query = sqlx::query(CREATE)
            .bind(&self.shared.name)
            .bind(job.id.as_str())
            .bind(job.kind)
            .bind(job.status.as_str())
            .bind(job.state.to_string())
            .bind(job.created_at.as_micros());
        let done = query.execute(&mut *turn).await.map_err(|error| classify("create", error))?;
        turn.end();
        Ok(done.rows_affected() > 0)
    }

    async fn job(&self, id: &JobId) -> Result<Option<Job>, StoreError> {
        let query = sqlx::query(JOB).bind(&self.shared.name).bind(id.as_str());
        let row = query.fetch_optional(&self.shared.readers).await.map_err(|error| classify("job", error))?;
        row.as_ref().map(|row| decode(row).map(|lease| lease.job)).transpose()
    }

    async fn lease(&self, kind: &str, now: Timestamp, until: Timestamp) -> Result<Option<Lease>, StoreError> {
        let mut turn = self.shared.writer.turn("lease").await?;
        let query = sqlx::query(LEASE).bind(&self.shared.name).bind(kind).bind(now.as_micros()).bind(until.as_micros());
        // To the end of the statement, where its commit succeeds or fails.
        let rows = query.fetch_all(&mut *turn).await.map_err(|error| classify("lease", error))?;
        turn.end();
        rows.first().map(decode).transpose()
    }

    async fn save(&self, checkpoint: &Checkpoint) -> Result<bool, StoreError> {
        let mut turn = self.shared.writer.turn("save").await?;
        let saved = self.shared.save(&mut turn, checkpoint).await.map_err(|error| classify("save", error))?;
        turn.end();
        Ok(saved)
    }
}

impl Shared {
    /// Saves on this connection, which may be in a transaction.
    pub(super) async fn save(
        &self,
        connection: &mut SqliteConnection,
        checkpoint: &Checkpoint,
    ) -> Result<bool, sqlx::Error> {
        let query = sqlx::query(SAVE)
            .bind(&self.name)
            .bind(checkpoint.job.as_str())
            .bind(stored_count(checkpoint.fence))
            .bind(checkpoint.state.to_string())
            .bind(checkpoint.status.as_str())
            .bind(checkpoint.until.as_micros());
        Ok(query.execute(connection).await?.rows_affected() > 0)
    }
}

fn decode(row: &SqliteRow) -> Result<Lease, StoreError> {
    let text =
        |place: usize, column| row.try_get::<String, _>(place).map_err(|error| StoreError::corrupt(column, error));
    let number =
        |place: usize, column| row.try_get::<i64, _>(place).map_err(|error| StoreError::corrupt(column, error));
    let state = serde_json::from_str(&text(3, "state")?)
        .map_err(|error| StoreError::corrupt("state", JsonProblem::from(&error)))?;
    let created_at = Timestamp::from_micros(number(4, "created_at")?);
    let mut job = Job::new(JobId::new(text(0, "id")?), text(1, "kind")?, state, created_at);
    job.status = named(JobStatus::ALL, JobStatus::as_str, &text(2, "status")?).ok_or_else(|| unknown("status"))?;
    let fence = u64::try_from(number(5, "fence")?).map_err(|error| StoreError::corrupt("fence", error))?;
    Ok(Lease::new(job, fence))
}
