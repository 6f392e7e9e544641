use std::time::Duration;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde_json::json;

use super::{
    Api, Scope,
    gate::{Caller, require},
    import::is_connection,
    payload::Payload,
    person::date,
    problem::{Problem, json as answer},
    ticket::{PasswordClaims, Purpose},
    url,
    users::by_id,
};
use crate::{
    identifier::{Identifier, IdentifierKind},
    migrator::Delivery,
};

/// Longest addresses and ids in bytes.
const MAX_URL: usize = 2_048;

pub(super) const MEMBERS: [&str; 9] = [
    "client_id",
    "connection_id",
    "email",
    "includeEmailInRedirect",
    "mark_email_as_verified",
    "organization_id",
    "result_url",
    "ttl_sec",
    "user_id",
];

/// `POST /tickets/password-change`: for somebody who is here, or waits at the legacy system.
pub(super) async fn password_change(
    State(api): State<Api>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::CreateUserTickets])?;
    let parts = api.parts();
    let mut body = Payload::of(request, &MEMBERS, &parts.limits).await?;
    let page = parts.reset_page.as_ref().ok_or_else(|| {
        Problem::bad("operation_not_supported", "This service has no page for password-change tickets.")
    })?;
    for ignored in ["client_id", "organization_id"] {
        body.text(ignored, MAX_URL)?;
    }
    // Whoever completes a recovery is taken to own the address, and the page is the host's: it can say so itself.
    body.flag("mark_email_as_verified")?;
    body.flag("includeEmailInRedirect")?;
    let result_url = body.text("result_url", MAX_URL)?;
    if !result_url.as_deref().is_none_or(url::is_web) {
        return Err(Problem::body("Object didn't pass validation for format absolute-uri", "/result_url"));
    }
    let ttl = match body.take("ttl_sec") {
        None => parts.limits.ticket,
        Some(value) => match value.as_u64() {
            // Zero is the default, as with the reference product.
            Some(0) => parts.limits.ticket,
            Some(seconds) => Duration::from_secs(seconds),
            None => return Err(Problem::body("Expected type integer", "/ttl_sec")),
        },
    };
    let identifier = whose(&api, &mut body).await?;
    let (token, until) = match parts.migrator.begin_recovery(&identifier).await?.delivery {
        Delivery::Send { token, expires_at, .. } => (token, expires_at),
        Delivery::Postponed(error) => return Err(error.into()),
        Delivery::Nobody => return Err(Problem::no_such_user()),
    };
    let until = until.min(parts.clock.now().saturating_add(ttl));
    let claims = PasswordClaims { token: token.expose().to_owned(), result_url };
    let claims = serde_json::to_vec(&claims).map_err(|error| Problem::internal(&error))?;
    let ticket = Purpose::Password.seal(&parts.key, until, &claims);
    let parting = if page.contains('?') { '&' } else { '?' };
    let ticket = format!("{page}{parting}ticket={ticket}");
    Ok(answer(StatusCode::CREATED, &json!({"ticket": ticket, "expires_at": date(until)})))
}

/// Whose password it is, by their address or, where they have none, another of their identifiers.
async fn whose(api: &Api, body: &mut Payload) -> Result<Identifier, Problem> {
    let (user_id, email) = (body.text("user_id", MAX_URL)?, body.text("email", MAX_URL)?);
    let connection_id = body.text("connection_id", MAX_URL)?;
    if let Some(id) = &connection_id {
        is_connection(api, id)?;
    }
    match (user_id, email, connection_id) {
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
            Err(Problem::body("Cannot specify both user_id and email or connection_id", "/user_id"))
        }
        (Some(id), None, None) => {
            let user = by_id(api, &id).await?;
            let first = user.profile.identifiers().next().cloned();
            first.ok_or_else(|| {
                Problem::bad("operation_not_supported", "The user has nothing to be called by.").at("/user_id")
            })
        }
        (None, Some(email), Some(_)) => {
            let email = api.parts().rules.parse_as(IdentifierKind::Email, &email);
            email.map_err(|_| Problem::body("Object didn't pass validation for format email", "/email"))
        }
        (None, Some(_), None) => Err(Problem::body("Missing required property: connection_id", "/connection_id")),
        (None, None, Some(_)) => Err(Problem::body("Missing required property: email", "/email")),
        (None, None, None) => Err(Problem::body("Missing required property: user_id", "/user_id")),
    }
}
