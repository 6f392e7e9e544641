use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, StatusCode, header},
};
use serde_json::Value;
use tokio_stream::StreamExt as _;

use super::{
    ApiLimits,
    parameters::{Parameters, told},
    problem::Problem,
};
use crate::{
    bulk::{Fault, json_members},
    user::Metadata,
};

/// The members of a request's body, taken one by one.
#[derive(Debug)]
pub(super) struct Payload(Metadata);

impl Payload {
    /// Reads a body of JSON. `known` are the members that there may be.
    pub(super) async fn of(request: Request, known: &[&str], limits: &ApiLimits) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        if kind(&parts.headers) != Some("application/json") {
            return Err(unsupported());
        }
        Self::read(&whole(&parts.headers, body, limits).await?, known)
    }

    /// Reads a body of JSON, or of a form whose fields are texts.
    pub(super) async fn of_any(request: Request, known: &[&'static str], limits: &ApiLimits) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = whole(&parts.headers, body, limits).await?;
        match kind(&parts.headers) {
            Some("application/json") => Self::read(&bytes, known),
            Some("application/x-www-form-urlencoded") => {
                let wrong = || Problem::body("The form is not UTF-8", "");
                let text = str::from_utf8(&bytes).map_err(|_| wrong())?;
                let form = Parameters::read(text, known, |_| {
                    Problem::body("The form has a field that is unknown, doubled or not UTF-8", "")
                })?;
                let fields = known.iter().filter_map(|name| Some(((*name).to_owned(), form.text(name)?.into())));
                Ok(Self(fields.collect()))
            }
            // Nothing at all is an export of everything.
            None if bytes.is_empty() => Ok(Self(Metadata::new())),
            _ => Err(unsupported()),
        }
    }

    pub(super) fn read(bytes: &[u8], known: &[&str]) -> Result<Self, Problem> {
        let none = || Problem::body("Expected type object", "");
        let refused = |fault: Fault| {
            Problem::bad("invalid_body", format!("Invalid request payload: {}.", fault.message)).at(fault.pointer)
        };
        let members = json_members(bytes)
            .map_err(|faults| faults.into_iter().next().map_or_else(none, refused))?
            .ok_or_else(none)?;
        match members.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Problem::body(format!("Additional properties not allowed{}", told(name)), "")),
            None => Ok(Self(members)),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// A text of so many bytes at most.
    pub(super) fn text(&mut self, name: &'static str, most: usize) -> Result<Option<String>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() > most => Err(too_long(name, most)),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(value) => Err(mistyped("string", &value, name)),
        }
    }

    /// A text that has to be there.
    pub(super) fn required(&mut self, name: &'static str, most: usize) -> Result<String, Problem> {
        let missing = || Problem::body(format!("Missing required property: {name}"), format!("/{name}"));
        self.text(name, most)?.filter(|text| !text.is_empty()).ok_or_else(missing)
    }

    /// Whether a member is there and null, which takes it away.
    pub(super) fn nothing(&mut self, name: &str) -> bool {
        let is_null = self.0.get(name).is_some_and(Value::is_null);
        if is_null {
            self.0.remove(name);
        }
        is_null
    }

    /// A truth, which a form has as text.
    pub(super) fn flag(&mut self, name: &'static str) -> Result<Option<bool>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(value) => Err(mistyped("boolean", &value, name)),
        }
    }

    /// A whole number from 1, which a form has as text.
    pub(super) fn count(&mut self, name: &'static str) -> Result<Option<u64>, Problem> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let count = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        match count {
            Some(0) => Err(Problem::body("Value 0 is less than minimum 1", format!("/{name}"))),
            Some(count) => Ok(Some(count)),
            None => Err(mistyped("integer", &value, name)),
        }
    }

    /// An object of the host's own meaning, or null for an empty one.
    pub(super) fn metadata(&mut self, name: &'static str) -> Result<Option<Metadata>, Problem> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(Metadata::new())),
            Some(Value::Object(members)) if !is_plain(&members) => {
                Err(Problem::body("A key holds a . or a $", format!("/{name}")))
            }
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(value) => Err(mistyped("object", &value, name)),
        }
    }
}

/// Whether no key, at any level, has what an import would not take. The depth was bounded when it was read.
fn is_plain(members: &Metadata) -> bool {
    fn holds(value: &Value) -> bool {
        match value {
            Value::Object(members) => is_plain(members),
            Value::Array(items) => items.iter().all(holds),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        }
    }
    members.iter().all(|(key, value)| !key.contains(['.', '$']) && holds(value))
}

/// The media type without its parameters.
pub(super) fn kind(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim()).filter(|kind| !kind.is_empty())
}

fn unsupported() -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Unsupported Media Type")
}

pub(super) fn too_large(most: impl std::fmt::Display) -> Problem {
    let message = format!("Payload content length greater than maximum allowed: {most}.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", message)
}

pub(super) fn too_long(name: &str, most: usize) -> Problem {
    Problem::body(format!("String is too long, maximum {most}"), format!("/{name}"))
}

pub(super) fn mistyped(expected: &str, found: &Value, name: &str) -> Problem {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    Problem::body(format!("Expected type {expected} but found type {found}"), format!("/{name}"))
}

async fn whole(headers: &HeaderMap, body: Body, limits: &ApiLimits) -> Result<Bytes, Problem> {
    let most = limits.body_bytes;
    let told = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|told| told > most as u64) {
        return Err(too_large(most));
    }
    let (mut stream, mut bytes) = (body.into_data_stream(), Vec::new());
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Problem::bad("invalid_body", "Invalid request payload: it was cut short."))?;
        if bytes.len().saturating_add(chunk.len()) > most {
            return Err(too_large(most));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}
