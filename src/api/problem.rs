use std::{borrow::Cow, error::Error as StdError, ops::Range};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json as object};

use crate::{bulk::ImportFailure, entropy::EntropyError, error::Error, store::StoreError};

/// What is answered where a request cannot be served: the reference product's body, and, as RFC 9457 would have it,
/// where in the request it went wrong. Never what stood there.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    place: Option<Place>,
    span: Option<Range<usize>>,
}

#[derive(Debug)]
enum Place {
    Parameter(&'static str),
    Pointer(String),
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, message: message.into(), place: None, span: None }
    }

    pub(super) fn bad(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// What is wrong with the member of the body at this JSON pointer (RFC 6901).
    pub(super) fn body(message: impl AsRef<str>, pointer: impl Into<String>) -> Self {
        let pointer = pointer.into();
        let property = pointer.trim_start_matches('/').replace('/', ".");
        let place = if property.is_empty() { String::new() } else { format!(" on property {property}") };
        Self::bad("invalid_body", format!("Payload validation error: '{}'{place}.", message.as_ref())).at(pointer)
    }

    /// What is wrong with this parameter of the query.
    pub(super) fn query(message: impl AsRef<str>, parameter: &'static str) -> Self {
        let message = format!("Query validation error: '{}' on property {parameter}.", message.as_ref());
        Self { place: Some(Place::Parameter(parameter)), ..Self::bad("invalid_query_string", message) }
    }

    pub(super) fn at(mut self, pointer: impl Into<String>) -> Self {
        self.place = Some(Place::Pointer(pointer.into()));
        self
    }

    pub(super) fn is_not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// Where in the text it is, in characters: Unicode scalar values, the first being 0.
    pub(super) fn spanning(mut self, text: &str, bytes: &Range<usize>) -> Self {
        let characters = |end: usize| text.get(..end).map(|before| before.chars().count());
        self.span = characters(bytes.start).zip(characters(bytes.end)).map(|(start, end)| start..end);
        self
    }

    pub(super) fn no_such_user() -> Self {
        Self::new(StatusCode::NOT_FOUND, "inexistent_user", "The user does not exist.")
    }

    pub(super) fn no_such_connection() -> Self {
        Self::new(StatusCode::NOT_FOUND, "inexistent_connection", "The connection does not exist.")
    }

    /// Whether the same request may be served a little later.
    pub(super) fn is_passing(&self) -> bool {
        self.status == StatusCode::SERVICE_UNAVAILABLE
    }

    /// What the caller can do nothing about. Why is for the log.
    pub(super) fn internal(error: &(dyn StdError + 'static)) -> Self {
        tracing::error!(error = %chain(error), "the management API cannot serve a request");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "Internal error.")
    }

    fn unavailable(error: &(dyn StdError + 'static)) -> Self {
        tracing::warn!(error = %chain(error), "the management API cannot serve a request now");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "service_unavailable",
            "The service is unavailable. Try again later.",
        )
    }

    pub(super) fn of_denial(error: &(dyn StdError + 'static)) -> Self {
        Self::unavailable(error)
    }
}

/// An error with its causes. None of ours holds a value.
pub(super) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error.is_unavailable() { Self::unavailable(&error) } else { Self::internal(&error) }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        if error.is_unavailable() { Self::unavailable(&error) } else { Self::internal(&error) }
    }
}

impl From<EntropyError> for Problem {
    fn from(error: EntropyError) -> Self {
        Self::internal(&error)
    }
}

impl From<ImportFailure> for Problem {
    fn from(failure: ImportFailure) -> Self {
        match failure {
            ImportFailure::Store(error) => error.into(),
            failure => Self::internal(&failure),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = Map::new();
        body.insert("statusCode".to_owned(), self.status.as_u16().into());
        body.insert("error".to_owned(), self.status.canonical_reason().unwrap_or_default().into());
        body.insert("message".to_owned(), self.message.into());
        body.insert("errorCode".to_owned(), self.code.into());
        match self.place {
            Some(Place::Parameter(name)) => body.insert("parameter".to_owned(), name.into()),
            Some(Place::Pointer(pointer)) => body.insert("pointer".to_owned(), pointer.into()),
            None => None,
        };
        if let Some(span) = self.span {
            body.insert("span".to_owned(), object!({"start": span.start, "end": span.end}));
        }
        let mut response = json(self.status, &Value::Object(body));
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 6750, section 3.
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// An answer in JSON, which no cache is to keep.
pub(super) fn json(status: StatusCode, value: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, value.to_string()).into_response()
}
