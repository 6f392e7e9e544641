use std::sync::Arc;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, Uri},
    response::Response,
};
use serde_json::{Value, json};

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
use crate::{
    bulk::ImportJobs,
    store::{Job, JobId},
};

/// What a list is asked by.
pub(super) const LIST_PARAMETERS: [&str; 3] = ["from", "take", "type"];

/// `GET /jobs`: imports, or exports, the newest first.
pub(super) async fn list(State(api): State<Api>, caller: Caller, uri: Uri) -> Result<Response, Problem> {
    let parameters = Parameters::of(&uri, &LIST_PARAMETERS, &api.parts().limits)?;
    // A list of exports has links to files of users.
    let is_of_exports = parameters.text("type") == Some("users_export");
    require(&caller, if is_of_exports { &[Scope::ReadUsers] } else { &[Scope::CreateUsers, Scope::ReadUsers] })?;
    let kind = match parameters.text("type") {
        None | Some("users_import") => import::KIND,
        Some("users_export") => export::KIND,
        Some(_) => return Err(Problem::query("No enum match", "type")),
    };
    let take = parameters.number("take", 100)?.unwrap_or(20);
    if take == 0 {
        return Err(Problem::query("Value is less than minimum 1", "take"));
    }
    let store = import::store(&api)?;
    let after = match parameters.text("from") {
        None => None,
        Some(id) => {
            let unknown = || Problem::query("The value is not one that this list has given", "from");
            let id = import::parse(id).map_err(|_| unknown())?;
            Some(store.job(&id).await?.filter(|job| job.kind == kind).ok_or_else(unknown)?)
        }
    };
    let page = store.jobs(kind, after.as_ref(), take).await?;
    let mut jobs = Vec::with_capacity(page.len());
    for job in &page {
        // Of imports, those that were made otherwise are none of this API's, and one may just have been removed.
        match described(&api, job).await {
            Ok(shown) => jobs.push(shown),
            Err(problem) if problem.is_not_found() => {}
            Err(problem) => return Err(problem),
        }
    }
    let mut shown = json!({"jobs": jobs});
    if let (true, Some(last), Some(shown)) = (page.len() == take, page.last(), shown.as_object_mut()) {
        shown.insert("next".to_owned(), last.id.as_str().into());
    }
    Ok(answer(StatusCode::OK, &shown))
}

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

/// `POST /jobs/{id}/cancel`: stops an import for good. What it has done stays done, and one that is over stays as it ended.
pub(super) async fn cancel(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::CreateUsers])?;
    let parts = api.parts();
    Parameters::of(&uri, &[], &parts.limits)?;
    let id = import::parse(&segment(path)?)?;
    import::job(&api, &id).await?;
    ImportJobs::new(Arc::clone(&parts.store)).clock(Arc::clone(&parts.clock)).cancel(&id).await?;
    Ok(answer(StatusCode::OK, &shown(&api, &id).await?))
}

/// That the caller may see how far jobs are.
pub(super) fn may_look(caller: &Scopes) -> Result<(), Problem> {
    require(caller, &[Scope::CreateUsers, Scope::ReadUsers])
}

/// A job as clients see it.
pub(super) async fn shown(api: &Api, id: &JobId) -> Result<Value, Problem> {
    let job = import::store(api)?.job(id).await?.ok_or_else(no_such_job)?;
    described(api, &job).await
}

async fn described(api: &Api, job: &Job) -> Result<Value, Problem> {
    match job.kind.as_str() {
        import::KIND => {
            let jobs = ImportJobs::new(Arc::clone(&api.parts().store));
            import::shown(api, &jobs.status(&job.id).await?.ok_or_else(no_such_job)?)
        }
        export::KIND => export::shown(api, job),
        verification::KIND => Ok(verification::shown(job)),
        _ => Err(no_such_job()),
    }
}

/// Whether nothing more will become of it.
pub(super) fn is_over(shown: &Value) -> bool {
    shown.get("status").is_some_and(|status| status == "completed" || status == "failed")
}
