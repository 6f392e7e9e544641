use std::{
    ops::ControlFlow,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    Api, Scope,
    export_spec::ExportSpec,
    gate::{Caller, require},
    import::{self, no_such_job, store},
    job_id,
    payload::Payload,
    person::date,
    problem::{Problem, chain, json as answer},
    ticket::Purpose,
};
use crate::{
    bulk::{ExportError, Exported},
    clock::Timestamp,
    store::{Checkpoint, Filter, Job, JobId, JobStatus, JobStore, Lease, StoreError},
};

/// The kind of these jobs.
pub(super) const KIND: &str = "api-export";

/// How long after the death of a worker another one takes its export over, from the start.
const LEASE: Duration = Duration::from_secs(30);

/// An export that takes longer has failed, as with the reference product.
const MOST_TIME: Duration = Duration::from_hours(8);

/// What is kept of a job.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ExportState {
    pub(super) spec: ExportSpec,
    users: u64,
    total: Option<u64>,
    began: Option<i64>,
    stopped: Option<String>,
}

/// `POST /jobs/users-exports`
pub(super) async fn submit(State(api): State<Api>, caller: Caller, request: Request) -> Result<Response, Problem> {
    require(&caller, &[Scope::ReadUsers])?;
    let body = Payload::of_any(request, &ExportSpec::MEMBERS, &api.parts().limits).await?;
    let spec = ExportSpec::of(&api, body)?;
    let state = ExportState { spec, users: 0, total: None, began: None, stopped: None };
    let job = added(&api, KIND, &state).await?;
    Ok(answer(StatusCode::OK, &shown(&api, &job)?))
}

/// A new job.
pub(super) async fn added(api: &Api, kind: &str, state: &impl Serialize) -> Result<Job, Problem> {
    let state = serde_json::to_value(state).map_err(|error| Problem::internal(&error))?;
    let job = Job::new(job_id::new(api)?, kind, state, api.parts().clock.now());
    if !store(api)?.create(job.clone()).await? {
        return Err(StoreError::misconfigured("an id of a job came twice: there is no randomness").into());
    }
    api.parts().work.notify_one();
    Ok(job)
}

/// The job as clients see it.
pub(super) fn shown(api: &Api, job: &Job) -> Result<Value, Problem> {
    let parts = api.parts();
    let state = ExportState::deserialize(&job.state).map_err(|_| no_such_job())?;
    let mut shown = Map::new();
    let mut add = |name: &str, value: Value| {
        if !value.is_null() {
            shown.insert(name.to_owned(), value);
        }
    };
    if let Value::Object(echo) = state.spec.echo() {
        for (name, value) in echo {
            add(&name, value);
        }
    }
    add("id", job.id.as_str().into());
    add("type", "users_export".into());
    add("status", import::status(job.status).into());
    add("created_at", date(job.created_at));
    add("connection", parts.connection.name().into());
    match job.status {
        JobStatus::Running => {
            let (done, total) = (state.users, state.total.unwrap_or(0));
            add("percentage_done", done.saturating_mul(100).checked_div(total).unwrap_or(0).min(99).into());
            let took = state.began.map(|began| parts.clock.now().since(Timestamp::from_micros(began)).as_secs());
            let left = took.unwrap_or(0).saturating_mul(total.saturating_sub(done)).checked_div(done);
            add("time_left_seconds", json!(left));
        }
        JobStatus::Completed => {
            let until = parts.clock.now().saturating_add(parts.limits.link);
            let ticket = Purpose::Download.seal(&parts.key, until, job.id.as_str().as_bytes());
            add("location", format!("{}/exports/{ticket}", parts.url).into());
            add("summary", json!({"total": state.users}));
        }
        JobStatus::Failed => {
            add("status_details", json!(state.stopped.as_deref().unwrap_or("The job has failed.")));
        }
        JobStatus::Cancelled => add("status_details", "The job was cancelled.".into()),
        _ => {}
    }
    Ok(Value::Object(shown))
}

/// Does the export that has waited longest. `false` if there is none.
pub(super) async fn work(api: &Api) -> Result<bool, StoreError> {
    let parts = api.parts();
    let Some(jobs) = parts.store.as_jobs() else { return Ok(false) };
    let now = parts.clock.now();
    let Some(lease) = jobs.lease(KIND, now, now.saturating_add(LEASE)).await? else { return Ok(false) };
    let Ok(mut state) = ExportState::deserialize(&lease.job.state) else {
        let end = Checkpoint::finished(&lease, lease.job.state.clone(), JobStatus::Failed, now);
        return jobs.save(&end).await.map(|_| true);
    };
    state.began.get_or_insert(now.as_micros());
    if let Some(search) = parts.store.as_search() {
        let total = search.count(&Filter::All).await?;
        state.total = Some(state.spec.limit.map_or(total, |limit| limit.min(total)));
    }
    let status = match write(api, jobs, &lease, &mut state).await {
        Ok(Some(exported)) if exported.is_complete => {
            state.users = exported.users;
            JobStatus::Completed
        }
        // Cancelled, or another's now: they say how it ends.
        Ok(None) => return Ok(true),
        Ok(Some(_)) => {
            state.stopped = Some("The export took too long.".to_owned());
            JobStatus::Failed
        }
        // The lease runs out, and it is begun again.
        Err(ExportError::Store(error)) if error.is_unavailable() => return Err(error),
        Err(error) => {
            state.stopped = Some(chain(&error));
            JobStatus::Failed
        }
    };
    let end = Checkpoint::finished(&lease, json(&state), status, parts.clock.now());
    if !jobs.save(&end).await?
        && matches!(jobs.job(&lease.job.id).await?, None | Some(Job { status: JobStatus::Cancelled, .. }))
    {
        let _ = tokio::fs::remove_file(parts.spool.export(&lease.job.id)).await;
    }
    Ok(true)
}

fn json(state: &ExportState) -> Value {
    // Texts and numbers have a form in JSON.
    serde_json::to_value(state).unwrap_or_default()
}

/// Writes the file while the lease holds. `None` if it holds no more.
async fn write(
    api: &Api,
    jobs: &dyn JobStore,
    lease: &Lease,
    state: &mut ExportState,
) -> Result<Option<Exported>, ExportError> {
    let unknown = |_| StoreError::misconfigured("another release wrote which fields are exported");
    let (written, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let (tell, told_to_stop) = (Arc::clone(&written), Arc::clone(&stop));
    let exporter = state.spec.exporter(api).map_err(unknown)?.watch(move |exported| {
        tell.store(exported.users, Ordering::Relaxed);
        if told_to_stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let path = api.parts().spool.export(&lease.job.id);
    let runtime = tokio::runtime::Handle::current();
    // Writing and packing block, so they have a thread of their own.
    let mut task = tokio::task::spawn_blocking(move || runtime.block_on(exporter.to_file(&path)));
    let clock = &api.parts().clock;
    let began = clock.monotonic();
    let mut is_lost = false;
    // Whoever drops this must not leave it writing.
    let _stops = Stops(Arc::clone(&stop));
    loop {
        let mut pause = pin!(clock.sleep(LEASE / 3));
        tokio::select! {
            done = &mut task => {
                let done = done.map_err(|_| StoreError::misconfigured("the thread that exports was ended"))??;
                return Ok((!is_lost).then_some(done));
            }
            () = &mut pause => {
                state.users = written.load(Ordering::Relaxed);
                let now = clock.now();
                let progress = Checkpoint::running(lease, json(state), now.saturating_add(LEASE));
                // What cannot be saved now is saved the next time.
                is_lost |= matches!(jobs.save(&progress).await, Ok(false));
                if is_lost || clock.monotonic().saturating_sub(began) > MOST_TIME {
                    stop.store(true, Ordering::Relaxed);
                }
            }
        }
    }
}

struct Stops(Arc<AtomicBool>);

impl Drop for Stops {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The file of a job, and what it is called for whoever keeps it; `None` of a job that has none.
pub(super) async fn file(api: &Api, id: &JobId) -> Result<Option<(std::path::PathBuf, String)>, Problem> {
    let Some(job) = store(api)?.job(id).await? else { return Ok(None) };
    if job.kind != KIND || job.status != JobStatus::Completed {
        return Ok(None);
    }
    let Ok(state) = ExportState::deserialize(&job.state) else { return Ok(None) };
    Ok(Some((api.parts().spool.export(id), format!("{}.{}", id.as_str(), state.spec.extension()))))
}
