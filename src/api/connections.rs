use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    Api, Scope,
    gate::{Caller, require},
    page::Page,
    parameters::Parameters,
    person::Members,
    problem::{Problem, json as answer},
    users::find,
};
use crate::{identifier::IdentifierKind, store::Key};

/// The longest segment in bytes: no id is longer.
const MAX_SEGMENT: usize = 1_024;

/// The path's only segment, decoded.
pub(super) fn segment(path: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    match path {
        Ok(Path(segment)) if segment.len() <= MAX_SEGMENT => Ok(segment),
        _ => Err(Problem::bad("invalid_uri", "Path validation error: 'Object didn't pass validation' on property id.")),
    }
}

/// `GET /connections`
pub(super) async fn list(State(api): State<Api>, caller: Caller, uri: Uri) -> Result<Response, Problem> {
    require(&caller, &[Scope::ReadConnections])?;
    let known = ["strategy", "name", "from", "take"].into_iter().chain(Page::PARAMETERS).chain(Members::PARAMETERS);
    let parameters = Parameters::of(&uri, &known.collect::<Vec<_>>(), &api.parts().limits)?;
    let (page, members) = (Page::of(&parameters)?, Members::of(&parameters)?);
    let take = parameters.number("take", 100)?;
    let connection = &api.parts().connection;
    let is_asked_for = parameters.text("strategy").is_none_or(|strategy| strategy == "auth0")
        && parameters.text("name").is_none_or(|name| name == connection.name())
        // There is nothing after the only one.
        && parameters.text("from").is_none();
    let total = usize::from(is_asked_for);
    let is_on_page = is_asked_for && page.number == 0 && take.unwrap_or(page.size) > 0;
    let connections: Vec<Value> = is_on_page.then(|| members.of_object(connection.to_json())).into_iter().collect();
    Ok(answer(
        StatusCode::OK,
        &if take.is_some() {
            json!({"connections": connections})
        } else if page.totals {
            let (start, limit) = (page.start(), page.size);
            json!({"start": start, "limit": limit, "length": connections.len(), "total": total, "connections": connections})
        } else {
            Value::Array(connections)
        },
    ))
}

/// `GET /connections/{id}`
pub(super) async fn one(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::ReadConnections])?;
    let members = Members::of(&Parameters::of(&uri, &Members::PARAMETERS, &api.parts().limits)?)?;
    let connection = &api.parts().connection;
    if segment(path)? != connection.as_id() {
        return Err(Problem::no_such_connection());
    }
    Ok(answer(StatusCode::OK, &members.of_object(connection.to_json())))
}

/// `DELETE /connections/{id}/users?email=`
pub(super) async fn delete_user(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::DeleteUsers])?;
    let parts = api.parts();
    let parameters = Parameters::of(&uri, &["email"], &parts.limits)?;
    if segment(path)? != parts.connection.as_id() {
        return Err(Problem::no_such_connection());
    }
    let email = parameters.required("email")?;
    let email = parts.rules.parse_as(IdentifierKind::Email, email);
    let email = email.map_err(|_| Problem::query("Object didn't pass validation for format email", "email"))?;
    if let Some(user) = find(&api, Key::Identifier(&email)).await? {
        parts.migrator.delete(&user.id).await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
