use std::sync::Arc;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, Uri},
    response::Response,
};

use super::{
    Api, Scope,
    connections::segment,
    export,
    gate::{Caller, require},
    import::{self, no_such_job},
    parameters::Parameters,
    problem::{Problem, json as answer},
    verification,
};
use crate::bulk::ImportJobs;

/// `GET /jobs/{id}`
pub(super) async fn one(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::CreateUsers, Scope::ReadUsers])?;
    Parameters::of(&uri, &[], &api.parts().limits)?;
    let id = import::parse(&segment(path)?)?;
    let job = import::store(&api)?.job(&id).await?.ok_or_else(no_such_job)?;
    let shown = match job.kind.as_str() {
        import::KIND => {
            let jobs = ImportJobs::new(Arc::clone(&api.parts().store));
            import::shown(&api, &jobs.status(&id).await?.ok_or_else(no_such_job)?)?
        }
        export::KIND => export::shown(&api, &job)?,
        verification::KIND => verification::shown(&job),
        _ => return Err(no_such_job()),
    };
    Ok(answer(StatusCode::OK, &shown))
}
