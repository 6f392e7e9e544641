use std::{fmt, io, sync::Arc};

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use blake2::{Blake2b512, Digest};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    Api, Scope, connection,
    gate::{Caller, require},
    job_id,
    person::date,
    problem::{Problem, json as answer},
    tus,
    upload::{Spooled, Upload, blocking, full},
};
use crate::{
    bulk::{
        FileSpec, ImportFormat, ImportJobs, ImportPolicy, ImportReport, ImportSpec, ImportStatus, Input, OpenInput,
        Place, ReadError,
    },
    store::{Job, JobId, JobStatus, JobStore, StoreError},
};

/// The kind of the jobs. Other imports of the store are of files that only their own workers can open.
pub(super) const KIND: &str = "api-import";

/// How many jobs are looked at, a page, when those that are not over are counted.
const PAGE: usize = 100;

/// What an import of this API is to read: [`ImportSpec::input`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Uploaded {
    pub(super) upload: String,
    pub(super) format: Option<ImportFormat>,
    pub(super) external_id: Option<String>,
    pub(super) send_completion_email: bool,
    pub(super) upsert: bool,
    #[serde(default)]
    pub(super) spare_moved: bool,
}

/// Opens uploads.
#[derive(Clone)]
pub(super) struct Uploads(pub(super) Api);

impl OpenInput for Uploads {
    fn open(&self, spec: &Value) -> Result<Arc<dyn Input>, ReadError> {
        let unknown = || ReadError::new(Place::START, "spec", "the job names no upload of this API");
        let uploaded = Uploaded::deserialize(spec).map_err(|_| unknown())?;
        let id = job_id::parse(&uploaded.upload).ok_or_else(unknown)?;
        let mut file = FileSpec::new(self.0.parts().spool.upload(&id));
        file.format = uploaded.format;
        if uploaded.format == Some(ImportFormat::UsersExport) {
            // There ids are as they are shown; in the schema of imports they are not.
            file.id_prefix = Some(format!("{}|", self.0.parts().connection.as_provider()));
        }
        Ok(Arc::new(file.input(self.0.parts().read.clone())))
    }
}

impl fmt::Debug for Uploads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Uploads(..)")
    }
}

/// `POST /jobs/users-imports`
pub(super) async fn submit(State(api): State<Api>, caller: Caller, request: Request) -> Result<Response, Problem> {
    require(&caller, &[Scope::CreateUsers])?;
    let Upload { file, mut fields } = Upload::receive(&api, request).await?;
    let file = match (file, fields.remove("upload_id")) {
        (Some(_), Some(_)) => return Err(Problem::body("Either a file or an upload is imported", "/upload_id")),
        (Some(file), None) => file,
        (None, Some(upload)) => tus::whole(&api, &upload).await?,
        (None, None) => return Err(Problem::bad("invalid_body", "Must provide 'users' file as multipart part.")),
    };
    if file.bytes == 0 {
        return Err(Problem::bad("invalid_body", "Users file must not be empty."));
    }
    let connection_id = fields.remove("connection_id").filter(|id| !id.is_empty());
    let connection_id =
        connection_id.ok_or_else(|| Problem::bad("invalid_body", "Must provide 'connection_id' as multipart part."))?;
    is_connection(&api, &connection_id)?;
    let mut flag = |name: &'static str| match fields.remove(name).as_deref() {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(Problem::body("Expected type boolean but found type string", format!("/{name}"))),
    };
    let upsert = flag("upsert")?.unwrap_or(false);
    let spare_moved = flag("spare_moved")?.unwrap_or(false);
    let dry_run = flag("dry_run")?.unwrap_or(false);
    let send_completion_email = flag("send_completion_email")?.unwrap_or(true);
    let format = fields.remove("format").map(|format| format.parse()).transpose();
    let format = format.map_err(|_| Problem::body("No enum match", "/format"))?;
    let external_id = fields.remove("external_id");
    let mut uploaded =
        Uploaded { upload: String::new(), format, external_id, send_completion_email, upsert, spare_moved };
    let status = add(&api, &mut uploaded, dry_run, file).await?;
    Ok(answer(StatusCode::ACCEPTED, &shown(&api, &status)?))
}

/// That it is this connection's id.
pub(super) fn is_connection(api: &Api, id: &str) -> Result<(), Problem> {
    if !connection::is_id(id) {
        let message = "String does not match pattern ^con_[A-Za-z0-9]{16}$";
        return Err(Problem::body(message, "/connection_id"));
    }
    if id == api.parts().connection.as_id() {
        return Ok(());
    }
    Err(Problem::bad("inexistent_connection", "The connection does not exist.").at("/connection_id"))
}

/// Adds the job, or finds the one that an earlier sending of the same request has added: clients send again whatever
/// was not answered in time.
async fn add(api: &Api, uploaded: &mut Uploaded, dry_run: bool, mut file: Spooled) -> Result<ImportStatus, Problem> {
    let parts = api.parts();
    let jobs = ImportJobs::new(Arc::clone(&parts.store)).kind(KIND).clock(Arc::clone(&parts.clock));
    let content = if uploaded.external_id.is_some() { file.digest().await? } else { Vec::new() };
    let _alone = parts.submitting.lock().await;
    let mut id = job_id::new(api)?;
    if let Some(external_id) = &uploaded.external_id {
        let options = [uploaded.upsert, uploaded.send_completion_email, dry_run, uploaded.spare_moved].map(u8::from);
        let format = uploaded.format.map_or("", ImportFormat::as_str);
        let mut digest = Blake2b512::new_with_prefix("waystation import");
        for part in [external_id.as_bytes(), format.as_bytes(), parts.connection.as_id().as_bytes(), &options, &content]
        {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        let same = job_id::of(&digest.finalize());
        match jobs.status(&same).await? {
            Some(status) if !matches!(status.status, JobStatus::Failed | JobStatus::Cancelled) => {
                // That job has a file of its own.
                file.path.disable_cleanup(false);
                return Ok(status);
            }
            Some(_) => {}
            None => id = same,
        }
    }
    let active = active(store(api)?, parts.limits.imports).await?;
    if active >= parts.limits.imports {
        let message = format!(
            "There are {active} active import users jobs, please wait until some of them are finished and try again"
        );
        return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message));
    }
    // Under its name the file is the job's; until there is one, whoever goes away takes it along.
    let mut path = parts.spool.upload(&id);
    let kept = file.is_kept.then(|| file.path.to_path_buf());
    if let Err(there) = file.path.persist_noclobber(&path) {
        match there.error.kind() {
            io::ErrorKind::AlreadyExists => {}
            io::ErrorKind::NotFound if kept.is_some() => return Err(tus::no_such_upload()),
            _ => return Err(Problem::internal(&there.error)),
        }
        // Another process is adding the same, or has died over it: its file must stay as it is.
        id = job_id::new(api)?;
        path = parts.spool.upload(&id);
        there.path.persist_noclobber(&path).map_err(|error| Problem::internal(&error.error))?;
    }
    let guard = tempfile::TempPath::try_from_path(&path).map_err(|error| Problem::internal(&error))?;
    id.as_str().clone_into(&mut uploaded.upload);
    let mut spec = ImportSpec::new(serde_json::to_value(&*uploaded).map_err(|error| Problem::internal(&error))?);
    spec.source = Some(parts.connection.as_provider().into());
    spec.policy = if uploaded.upsert { ImportPolicy::reference() } else { ImportPolicy::default() };
    spec.policy.spare_moved |= uploaded.spare_moved;
    spec.dry_run = dry_run;
    if let Err(failure) = jobs.submit(spec, Some(id.as_str()), &Uploads(api.clone())).await {
        if let Some(kept) = kept {
            guard.persist_noclobber(kept).map_err(|error| Problem::internal(&error.error))?;
        }
        return Err(failure.into());
    }
    guard.keep().map_err(|error| Problem::internal(&error.error))?;
    parts.work.notify_one();
    // The import begins while its file goes to the disk. Nobody is told of it before all is there: after a power cut the job
    // of a file that is not whole comes to a bad end, and whoever sent it sends it again.
    let (spool, file) = (parts.spool.clone(), file.file);
    if let Err(problem) = blocking(move || spool.settle(&file).map_err(|error| full(&error))).await {
        jobs.cancel(&id).await?;
        let _swept_later = tokio::fs::remove_file(&path).await;
        return Err(problem);
    }
    jobs.status(&id).await?.ok_or_else(|| Problem::from(StoreError::misconfigured("a job was lost")))
}

pub(super) fn store(api: &Api) -> Result<&dyn JobStore, Problem> {
    Ok(api.parts().store.as_jobs().ok_or_else(|| StoreError::misconfigured("the store keeps no jobs"))?)
}

/// How many imports are not over, as far as `most`.
async fn active(jobs: &dyn JobStore, most: usize) -> Result<usize, StoreError> {
    let (mut active, mut after) = (0, None);
    loop {
        let page = jobs.jobs(KIND, after.as_ref(), PAGE).await?;
        active += page.iter().filter(|job| !job.status.is_final()).count();
        if page.len() < PAGE || active >= most {
            return Ok(active);
        }
        after = page.last().cloned();
    }
}

/// The job as clients see it.
pub(super) fn shown(api: &Api, job: &ImportStatus) -> Result<Value, Problem> {
    let uploaded = of(job).ok_or_else(no_such_job)?;
    let mut shown = Map::new();
    let mut add = |name: &str, value: Value| {
        if !value.is_null() {
            shown.insert(name.to_owned(), value);
        }
    };
    add("status", status(job.status).into());
    add("type", "users_import".into());
    add("created_at", date(job.created_at));
    add("id", job.id.as_str().into());
    add("connection_id", api.parts().connection.as_id().into());
    add("connection", api.parts().connection.name().into());
    add("upsert", uploaded.upsert.into());
    add("spare_moved", uploaded.spare_moved.into());
    add("external_id", json!(uploaded.external_id));
    add("send_completion_email", uploaded.send_completion_email.into());
    add("dry_run", job.spec.dry_run.into());
    add("format", json!(uploaded.format));
    if job.status == JobStatus::Running
        && let Some(percentage) = percentage(job.bytes, job.total_bytes)
    {
        add("percentage_done", percentage.into());
        add("time_left_seconds", json!(job.time_left().map(|left| left.as_secs())));
    }
    if job.status.is_final() {
        add("summary", summary(&job.report));
        add("report", report(&job.report));
    }
    match job.status {
        JobStatus::Failed => add("status_details", json!(job.stopped.as_deref().unwrap_or("The job has failed."))),
        JobStatus::Cancelled => add("status_details", "The job was cancelled.".into()),
        _ => {}
    }
    Ok(Value::Object(shown))
}

/// How much is done, in per cent. Nothing of a packed file: how much text is in it is not known before its end.
fn percentage(bytes: u64, total: Option<u64>) -> Option<u64> {
    Some(bytes.saturating_mul(100).checked_div(total?).unwrap_or(0).min(99))
}

pub(super) fn no_such_job() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "inexistent_job", "Job not found")
}

/// What an import of this API reads; `None` of another's.
pub(super) fn of(job: &ImportStatus) -> Option<Uploaded> {
    Uploaded::deserialize(&job.spec.input).ok()
}

pub(super) const fn status(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Pending => "pending",
        JobStatus::Running => "processing",
        JobStatus::Completed => "completed",
        JobStatus::Failed | JobStatus::Cancelled => "failed",
    }
}

fn summary(report: &ImportReport) -> Value {
    json!({
        "failed": report.failed + report.duplicates + report.tombstoned,
        "updated": report.updated + report.unchanged,
        "inserted": report.inserted,
        "total": report.read,
    })
}

/// What the reference product does not tell apart.
fn report(report: &ImportReport) -> Value {
    json!({
        "unchanged": report.unchanged,
        "duplicates": report.duplicates,
        "tombstoned": report.tombstoned,
        "faults": report.faults,
        "schemes": report.schemes,
        "wrapped": report.wrapped,
        "seconds": report.duration.as_secs_f64(),
    })
}

/// An import that came by this API.
pub(super) async fn job(api: &Api, id: &JobId) -> Result<Job, Problem> {
    store(api)?.job(id).await?.filter(|job| job.kind == KIND).ok_or_else(no_such_job)
}

pub(super) fn parse(id: &str) -> Result<JobId, Problem> {
    job_id::parse(id).ok_or_else(no_such_job)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_where_the_end_is_known() {
        for (bytes, total, told) in [
            (0, Some(400), Some(0)),
            (100, Some(400), Some(25)),
            (400, Some(400), Some(99)),
            (100, None, None),
            (0, Some(0), Some(0)),
        ] {
            assert_eq!(percentage(bytes, total), told, "{bytes} of {total:?}");
        }
    }
}
