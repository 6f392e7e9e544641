use std::sync::Arc;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, Uri},
    response::Response,
};
use serde_json::Value;

use super::{
    Api, Scope, Scopes,
    connections::segment,
    export,
    gate::{Caller, require},
    import::{self, no_such_job},
    parameters::Parameters,
    problem::{Problem, json as answer},
    verification,
};
use crate::{bulk::ImportJobs, store::JobId};

/// `GET /jobs/{id}`
pub(super) async fn one(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    may_look(&caller)?;
    Parameters::of(&uri, &[], &api.parts().limits)?;
    let id = import::parse(&segment(path)?)?;
    Ok(answer(StatusCode::OK, &shown(&api, &id).await?))
}

/// That the caller may see how far jobs are.
pub(super) fn may_look(caller: &Scopes) -> Result<(), Problem> {
    require(caller, &[Scope::CreateUsers, Scope::ReadUsers])
}

/// A job as clients see it.
pub(super) async fn shown(api: &Api, id: &JobId) -> Result<Value, Problem> {
    let job = import::store(api)?.job(id).await?.ok_or_else(no_such_job)?;
    match job.kind.as_str() {
        import::KIND => {
            let jobs = ImportJobs::new(Arc::clone(&api.parts().store));
            import::shown(api, &jobs.status(id).await?.ok_or_else(no_such_job)?)
        }
        export::KIND => export::shown(api, &job),
        verification::KIND => Ok(verification::shown(&job)),
        _ => Err(no_such_job()),
    }
}

/// Whether nothing more will become of it.
pub(super) fn is_over(shown: &Value) -> bool {
    shown.get("status").is_some_and(|status| status == "completed" || status == "failed")
}
