//! Jobs, by statements that all databases read.

use super::{
    bulk::SIZE,
    engine::{Engine, StoredRow},
    row::{JsonProblem, Misfit, named, stored_count, unknown},
    rows::{ListStatement, Rows},
    statement::{Statement, Value},
    transaction,
    users::Users,
};
use crate::{
    clock::Timestamp,
    store::{Checkpoint, Job, JobFault, JobId, JobStatus, Lease, StoreError},
};

const CREATE: &str = "\
    INSERT INTO waystation_jobs (connection, id, kind, status, state, created_at, fence) VALUES (?, ?, ?, ?, ?, ?, 0)";

/// A job that waits, or whose lease has run out.
macro_rules! free {
    () => {
        "(status = 'pending' OR (status = 'running' AND (leased_until IS NULL OR leased_until <= ?)))"
    };
}

macro_rules! jobs_where {
    ($($condition:expr),+) => {
        concat!(
            "SELECT id, kind, status, state, created_at, fence FROM waystation_jobs WHERE connection = ? AND ",
            $($condition),+
        )
    };
}

const JOB: &str = jobs_where!("id = ?");

const FREE: &str = jobs_where!("kind = ? AND ", free!(), " ORDER BY created_at, id LIMIT 1");

/// Whoever else takes the same job changes its fence. Whoever has it may save or end it until then.
const LEASE: &str = concat!(
    "UPDATE waystation_jobs SET status = 'running', fence = fence + 1, leased_until = ? \
     WHERE connection = ? AND id = ? AND fence = ? AND ",
    free!()
);

const SAVE: &str = "\
    UPDATE waystation_jobs SET state = ?, status = ?, leased_until = ? \
    WHERE connection = ? AND id = ? AND fence = ? AND status = 'running'";

const HELD: &str =
    "SELECT id FROM waystation_jobs WHERE connection = ? AND id = ? AND fence = ? AND status = 'running'";

/// Those that may be leased or are, to be held until the end of the transaction.
const ACTIVE: &str = "\
    SELECT id, status, leased_until, created_at, fence FROM waystation_jobs \
    WHERE connection = ? AND kind = ? AND status IN ('pending', 'running') ORDER BY created_at, id";

const PROLONG: &str = "\
    UPDATE waystation_jobs SET leased_until = CASE WHEN leased_until >= ? THEN leased_until ELSE ? END \
    WHERE connection = ? AND id = ? AND fence = ? AND status = 'running'";

const CANCEL: &str = "\
    UPDATE waystation_jobs SET status = 'cancelled', leased_until = ? \
    WHERE connection = ? AND id = ? AND status IN ('pending', 'running')";

const NEWEST: &str = jobs_where!("kind = ? ORDER BY created_at DESC, id DESC LIMIT ?");

const NEWEST_AFTER: &str = jobs_where!(
    "kind = ? AND (created_at < ? OR (created_at = ? AND id < ?)) ORDER BY created_at DESC, id DESC LIMIT ?"
);

const INSERT_FAULTS: &str =
    "INSERT INTO waystation_job_faults (connection, job, record, byte_offset, line_number, faults) ";

const FORGET_FAULTS: &str = "DELETE FROM waystation_job_faults WHERE connection = ? AND job = ? AND record >= ?";

const FAULTS: &str = "\
    SELECT record, byte_offset, line_number, faults FROM waystation_job_faults \
    WHERE connection = ? AND job = ? AND record >= ? ORDER BY record LIMIT ?";

macro_rules! over_before {
    ($start:literal, $end:literal) => {
        concat!(
            $start,
            " FROM waystation_jobs WHERE connection = ? AND kind = ? AND status IN ('cancelled', 'completed', 'failed') \
             AND (leased_until IS NULL OR leased_until < ?)",
            $end
        )
    };
}

const PRUNE_FAULTS: &str =
    over_before!("DELETE FROM waystation_job_faults WHERE connection = ? AND job IN (SELECT id", ")");

const PRUNE: &str = over_before!("DELETE", "");

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
            Err(error) if E::is_taken(&error) => Ok(false),
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
            let Lease { job, fence, .. } = decode(row)?;
            if let Some(lease) = self.take_job::<E>(connection, &job.id, fence, now, until).await? {
                return Ok(Some(lease));
            }
        }
        Err(StoreError::unavailable("lease", Misfit("a job that others take all the time")))
    }

    /// Leases a job that was free, unless somebody else has been faster.
    async fn take_job<E: Engine>(
        &self,
        connection: &mut E::Connection,
        id: &JobId,
        fence: u64,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, StoreError> {
        let failed = |error| E::classify("lease", error);
        let statement = Statement::new(LEASE)
            .bind(until.as_micros())
            .bind(&*self.name)
            .bind(id.as_str())
            .bind(stored_count(fence))
            .bind(now.as_micros());
        if E::execute(&mut *connection, &statement).await.map_err(failed)? == 0 {
            return Ok(None);
        }
        // Its state may have been saved since it was found.
        let statement = Statement::new(JOB).bind(&*self.name).bind(id.as_str());
        let rows = E::fetch(&mut *connection, &statement).await.map_err(failed)?;
        let lease = rows.first().map(decode).transpose()?;
        let is_ours = |lease: &Lease| lease.fence == fence.saturating_add(1) && lease.job.status == JobStatus::Running;
        Ok(lease.filter(is_ours))
    }

    /// Whoever leases a job of the kind at the same time waits for the end of this, so that both count right.
    pub(crate) async fn lease_within<E: Engine>(
        &self,
        connection: &mut E::Connection,
        (kind, among): (&str, Option<&[JobId]>),
        most: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, StoreError> {
        let failed = |error| E::classify("lease", error);
        transaction::begin::<E>(connection).await.map_err(failed)?;
        let mut statement = Statement::new(ACTIVE).bind(&*self.name).bind(kind);
        statement.push(E::LOCKING);
        let (mut leased, mut free) = (0, None);
        for row in E::fetch(connection, &statement).await.map_err(failed)? {
            let until = row.number(2).map_err(failed)?;
            let is_running = row.text(1).map_err(failed)? == Some(JobStatus::Running.as_str());
            if is_running && until.is_some_and(|until| until > now.as_micros()) {
                leased += 1;
                continue;
            }
            let id = JobId::new(row.text(0).map_err(failed)?.ok_or_else(|| unknown("id"))?);
            if free.is_none() && among.is_none_or(|ids| ids.contains(&id)) {
                free = Some((id, row.number(4).map_err(failed)?.unwrap_or_default().unsigned_abs()));
            }
        }
        let lease = match free {
            Some((id, fence)) if leased < most => self.take_job::<E>(connection, &id, fence, now, until).await?,
            Some(_) | None => None,
        };
        transaction::commit::<E>(connection).await.map_err(failed)?;
        Ok(lease)
    }

    pub(crate) async fn save<E: Engine>(
        &self,
        connection: &mut E::Connection,
        checkpoint: &Checkpoint,
    ) -> Result<bool, StoreError> {
        if checkpoint.faults.is_empty() {
            return self.save_within::<E>(connection, checkpoint).await;
        }
        let failed = |error| E::classify("save", error);
        transaction::begin::<E>(connection).await.map_err(failed)?;
        let saved = self.save_within::<E>(connection, checkpoint).await?;
        transaction::commit::<E>(connection).await.map_err(failed)?;
        Ok(saved)
    }

    /// Whether the lease of the checkpoint is held now. Nothing is locked.
    pub(super) async fn holds<E: Engine>(
        &self,
        connection: &mut E::Connection,
        checkpoint: &Checkpoint,
    ) -> Result<bool, StoreError> {
        let statement = Statement::new(HELD).bind(&*self.name).bind(checkpoint.job.as_str());
        let rows = E::fetch(connection, &statement.bind(stored_count(checkpoint.fence))).await;
        Ok(!rows.map_err(|error| E::classify("save", error))?.is_empty())
    }

    /// Saves on this connection, which is in a transaction where there are faults to be saved.
    pub(super) async fn save_within<E: Engine>(
        &self,
        connection: &mut E::Connection,
        checkpoint: &Checkpoint,
    ) -> Result<bool, StoreError> {
        let failed = |error| E::classify("save", error);
        let statement = Statement::new(SAVE)
            .bind(checkpoint.state.to_string())
            .bind(checkpoint.status.as_str())
            .bind(checkpoint.until.as_micros())
            .bind(&*self.name)
            .bind(checkpoint.job.as_str())
            .bind(stored_count(checkpoint.fence));
        if E::execute(&mut *connection, &statement).await.map_err(failed)? == 0 {
            return Ok(false);
        }
        if let Some(first) = checkpoint.faults.first() {
            let statement = Statement::new(FORGET_FAULTS).bind(&*self.name).bind(checkpoint.job.as_str());
            let statement = statement.bind(stored_count(first.record));
            E::execute(&mut *connection, &statement).await.map_err(failed)?;
        }
        let mut faults = checkpoint.faults.iter().peekable();
        while faults.peek().is_some() {
            let mut rows = Rows::new(6);
            while let Some(fault) = faults.next_if(|_| rows.len() < E::LIST && rows.size() < SIZE) {
                rows.push([
                    Value::from(&*self.name),
                    Value::from(checkpoint.job.as_str()),
                    Value::from(stored_count(fault.record)),
                    Value::from(stored_count(fault.offset)),
                    Value::from(stored_count(fault.line)),
                    Value::from(fault.faults.to_string()),
                ]);
            }
            let mut before = Statement::new(INSERT_FAULTS);
            before.push(E::INSERTED_ROWS);
            E::execute_list(&mut *connection, ListStatement { before, rows, after: "" }).await.map_err(failed)?;
        }
        Ok(true)
    }

    pub(crate) async fn prolong<E: Engine>(
        &self,
        connection: &mut E::Connection,
        lease: &Lease,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = Statement::new(PROLONG).bind(until.as_micros()).bind(until.as_micros());
        let statement = statement.bind(&*self.name).bind(lease.job.id.as_str()).bind(stored_count(lease.fence));
        Ok(E::execute(connection, &statement).await.map_err(|error| E::classify("prolong", error))? > 0)
    }

    pub(crate) async fn cancel<E: Engine>(
        &self,
        connection: &mut E::Connection,
        id: &JobId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let statement = Statement::new(CANCEL).bind(at.as_micros()).bind(&*self.name).bind(id.as_str());
        Ok(E::execute(connection, &statement).await.map_err(|error| E::classify("cancel", error))? > 0)
    }

    pub(crate) async fn jobs<E: Engine>(
        &self,
        connection: &mut E::Connection,
        kind: &str,
        after: Option<&Job>,
        limit: usize,
    ) -> Result<Vec<Job>, StoreError> {
        let statement = match after {
            None => Statement::new(NEWEST).bind(&*self.name).bind(kind),
            Some(after) => {
                let created_at = after.created_at.as_micros();
                let statement = Statement::new(NEWEST_AFTER).bind(&*self.name).bind(kind);
                statement.bind(created_at).bind(created_at).bind(after.id.as_str())
            }
        };
        let statement = statement.bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = E::fetch(connection, &statement).await.map_err(|error| E::classify("jobs", error))?;
        rows.iter().map(|row| decode(row).map(|lease| lease.job)).collect()
    }

    pub(crate) async fn faults<E: Engine>(
        &self,
        connection: &mut E::Connection,
        id: &JobId,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<JobFault>, StoreError> {
        let first = stored_count(after.map_or(0, |after| after.saturating_add(1)));
        let statement = Statement::new(FAULTS).bind(&*self.name).bind(id.as_str()).bind(first);
        let statement = statement.bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = E::fetch(connection, &statement).await.map_err(|error| E::classify("faults", error))?;
        rows.iter().map(decode_fault).collect()
    }

    pub(crate) async fn prune<E: Engine>(
        &self,
        connection: &mut E::Connection,
        kind: &str,
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        let failed = |error| E::classify("prune", error);
        transaction::begin::<E>(connection).await.map_err(failed)?;
        let faults =
            Statement::new(PRUNE_FAULTS).bind(&*self.name).bind(&*self.name).bind(kind).bind(before.as_micros());
        E::execute(connection, &faults).await.map_err(failed)?;
        let jobs = Statement::new(PRUNE).bind(&*self.name).bind(kind).bind(before.as_micros());
        let pruned = E::execute(connection, &jobs).await.map_err(failed)?;
        transaction::commit::<E>(connection).await.map_err(failed)?;
        Ok(pruned)
    }
}

fn decode_fault(row: &impl StoredRow) -> Result<JobFault, StoreError> {
    let count = |place, column| {
        let read = row.number(place).map_err(|error| StoreError::corrupt(column, error))?;
        u64::try_from(read.unwrap_or_default()).map_err(|error| StoreError::corrupt(column, error))
    };
    let faults = row.text(3).map_err(|error| StoreError::corrupt("faults", error))?.unwrap_or_default();
    let faults =
        serde_json::from_str(faults).map_err(|error| StoreError::corrupt("faults", JsonProblem::from(&error)))?;
    Ok(JobFault::new(count(0, "record")?, count(1, "byte_offset")?, count(2, "line_number")?, faults))
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
    let state = serde_json::from_str(text(3, "state")?)
        .map_err(|error| StoreError::corrupt("state", JsonProblem::from(&error)))?;
    let created_at = Timestamp::from_micros(number(4, "created_at")?);
    let mut job = Job::new(JobId::new(text(0, "id")?), text(1, "kind")?, state, created_at);
    job.status = named(JobStatus::ALL, JobStatus::as_str, text(2, "status")?).ok_or_else(|| unknown("status"))?;
    let fence = u64::try_from(number(5, "fence")?).map_err(|error| StoreError::corrupt("fence", error))?;
    Ok(Lease::new(job, fence))
}
