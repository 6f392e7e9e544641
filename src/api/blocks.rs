use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    Api, Scope,
    connections::segment,
    gate::{Caller, require},
    parameters::Parameters,
    problem::{Problem, json as answer},
    users::by_id as user_by_id,
};
use crate::identifier::Identifier;

/// `GET /user-blocks?identifier=`
pub(super) async fn by_identifier(State(api): State<Api>, caller: Caller, uri: Uri) -> Result<Response, Problem> {
    require(&caller, &[Scope::ReadUsers])?;
    Ok(listed(&api, &[asked_for(&api, &uri)?]))
}

/// `DELETE /user-blocks?identifier=`
pub(super) async fn clear_by_identifier(State(api): State<Api>, caller: Caller, uri: Uri) -> Result<Response, Problem> {
    require(&caller, &[Scope::UpdateUsers])?;
    Ok(cleared(&api, &[asked_for(&api, &uri)?]))
}

/// `GET /user-blocks/{id}`
pub(super) async fn by_id(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::ReadUsers])?;
    let user = user_by_id(&api, &segment(path)?).await?;
    Ok(listed(&api, &user.profile.identifiers().cloned().collect::<Vec<_>>()))
}

/// `DELETE /user-blocks/{id}`
pub(super) async fn clear_by_id(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::UpdateUsers])?;
    let user = user_by_id(&api, &segment(path)?).await?;
    Ok(cleared(&api, &user.profile.identifiers().cloned().collect::<Vec<_>>()))
}

fn asked_for(api: &Api, uri: &Uri) -> Result<Identifier, Problem> {
    let parameters = Parameters::of(uri, &["identifier", "consider_brute_force_enablement"], &api.parts().limits)?;
    parameters.flag("consider_brute_force_enablement")?;
    let parsed = api.parts().rules.parse(parameters.required("identifier")?);
    parsed.map_err(|_| Problem::query("Object didn't pass validation for an identifier", "identifier"))
}

fn listed(api: &Api, identifiers: &[Identifier]) -> Response {
    let parts = api.parts();
    let is_blocked =
        |identifier: &&Identifier| parts.blocks.as_ref().is_some_and(|blocks| blocks.is_blocked(identifier));
    let blocked = identifiers
        .iter()
        .filter(is_blocked)
        .map(|identifier| json!({"identifier": identifier.original(), "connection": parts.connection.name()}));
    answer(StatusCode::OK, &json!({"blocked_for": blocked.collect::<Value>()}))
}

fn cleared(api: &Api, identifiers: &[Identifier]) -> Response {
    if let Some(blocks) = &api.parts().blocks {
        for identifier in identifiers {
            blocks.unblock(identifier);
        }
    }
    StatusCode::NO_CONTENT.into_response()
}
