use axum::{
    extract::{Extension, State},
    http::{StatusCode, Uri},
    response::Response,
};
use serde_json::{Value, json};

use super::{
    Api, Scope,
    gate::Caller,
    parameters::Parameters,
    problem::{Problem, json as answer},
};
use crate::bulk::ImportFormat;

/// `GET /caller`: what the bearer of this token may do here, and within which limits. Whoever has a token may ask.
pub(super) async fn show(State(api): State<Api>, Extension(scopes): Caller, uri: Uri) -> Result<Response, Problem> {
    let parts = api.parts();
    Parameters::of(&uri, &[], &parts.limits)?;
    let scopes: Value =
        Scope::ALL.iter().filter(|scope| scopes.contains(**scope)).map(|scope| scope.as_str()).collect();
    Ok(answer(
        StatusCode::OK,
        &json!({
            "scopes": scopes,
            "connection": {"id": parts.connection.as_id(), "name": parts.connection.name()},
            "formats": ImportFormat::ALL,
            "upload_bytes": parts.limits.upload_bytes,
            "columns": parts.limits.columns,
        }),
    ))
}
