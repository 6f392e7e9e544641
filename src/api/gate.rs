//! What every request goes through.

use axum::{
    extract::{Extension, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Api, Denied, Scope, Scopes, problem::Problem, rate::Standing};

/// What the caller may do, for handlers.
pub(super) type Caller = Extension<Scopes>;

/// Longer tokens are nobody's.
pub(super) const MAX_TOKEN: usize = 8 << 10;

/// Lets a request in that has a good token, and counts it.
pub(super) async fn pass(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let (rate, clock) = (&api.parts().rate, &*api.parts().clock);
    let scopes = match scopes(&api, request.headers()).await {
        Ok(scopes) => scopes,
        Err(problem) => return with_headers(problem.into_response(), rate.standing(clock)),
    };
    let standing = rate.count(clock);
    if standing.wait.is_some() {
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Global limit has been reached");
        return with_headers(problem.into_response(), standing);
    }
    request.extensions_mut().insert(scopes);
    with_headers(next.run(request).await, standing)
}

async fn scopes(api: &Api, headers: &HeaderMap) -> Result<Scopes, Problem> {
    let refused = |message| Problem::new(StatusCode::UNAUTHORIZED, "invalid_token", message);
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values
        .next()
        .ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "missing_authentication", "Missing authentication"))?;
    if values.next().is_some() {
        return Err(refused("Invalid token."));
    }
    let token = value.to_str().ok().and_then(|value| value.split_once(' '));
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
    let token = token.filter(|token| !token.is_empty() && token.len() <= MAX_TOKEN);
    match api.parts().authoriser.authorise(token.ok_or_else(|| refused("Invalid token."))?).await {
        Ok(scopes) => Ok(scopes),
        Err(Denied::Invalid) => Err(refused("Invalid token.")),
        Err(denied) => Err(Problem::of_denial(&denied)),
    }
}

/// That the caller has one of these scopes.
pub(super) fn require(caller: &Scopes, any_of: &[Scope]) -> Result<(), Problem> {
    if any_of.iter().any(|scope| caller.contains(*scope)) {
        return Ok(());
    }
    let names: Vec<_> = any_of.iter().map(|scope| scope.as_str()).collect();
    let message = format!("Insufficient scope; expected any of: {}.", names.join(", "));
    Err(Problem::new(StatusCode::FORBIDDEN, "insufficient_scope", message))
}

pub(super) async fn unknown() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "Not Found")
}

pub(super) async fn not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method Not Allowed")
}

fn with_headers(mut response: Response, standing: Standing) -> Response {
    let headers = response.headers_mut();
    let seconds = standing.reset.as_micros().div_euclid(1_000_000).saturating_add(1);
    headers.insert(HeaderName::from_static("x-ratelimit-limit"), standing.limit.into());
    headers.insert(HeaderName::from_static("x-ratelimit-remaining"), standing.remaining.into());
    headers.insert(HeaderName::from_static("x-ratelimit-reset"), HeaderValue::from(seconds));
    if let Some(wait) = standing.wait {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().saturating_add(1)));
    }
    response
}
