//! What was wrong with the records of an import.

use std::sync::Arc;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{
    Api, Scope,
    connections::segment,
    gate::{Caller, require},
    import::{self, Uploads},
    parameters::Parameters,
    problem::{Problem, json as answer},
};
use crate::{
    bulk::{Fault, ImportJobs, ImportStatus, OpenInput as _, RecordSource},
    store::{JobFault, JobStatus},
};

/// How much is shown of faulty records at once, in bytes.
const MOST_BYTES: usize = 8 << 20;

/// Members whose texts are secret, at whatever depth. An entry of LDIF and a row of CSV may have a hash anywhere in them.
const SECRET: [&str; 11] = [
    "credential",
    "csv_row",
    "custom_password_hash",
    "dump_row",
    "entry",
    "hash",
    "mfa_factors",
    "password",
    "passwordHash",
    "password_hash",
    "salt",
];

/// Members of a row with too few or too many fields, of which none may be under the name that it should be.
const SHIFTED: [&str; 2] = ["csv_rest", "dump_rest"];

/// What may be shown of them.
const HARMLESS: [&str; 5] = ["algorithm", "digest", "encoding", "position", "scheme"];

/// `GET /jobs/{id}/errors`
pub(super) async fn list(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::CreateUsers, Scope::ReadUsers])?;
    let parameters = Parameters::of(&uri, &["after"], &api.parts().limits)?;
    let after = parameters.number("after", usize::MAX)?.map(|after| after as u64);
    let absent = || Problem::new(StatusCode::NOT_FOUND, "inexistent_job", "The job does not exist");
    let id = import::parse(&segment(path)?).map_err(|_| absent())?;
    let job = import::store(&api)?.job(&id).await?.ok_or_else(absent)?;
    if job.kind != import::KIND {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let jobs = ImportJobs::new(Arc::clone(&api.parts().store));
    let status = jobs.status(&id).await?.ok_or_else(absent)?;
    import::of(&status).ok_or_else(absent)?;
    let limit = api.parts().limits.errors.max(1);
    let faults = jobs.faults(&id, after, limit).await?;
    if faults.is_empty() {
        // The whole job was at fault, which is not nothing.
        let is_at_fault = after.is_none() && matches!(status.status, JobStatus::Failed | JobStatus::Cancelled);
        return if is_at_fault {
            Ok(answer(StatusCode::OK, &import::shown(&api, &status)?))
        } else {
            Ok(StatusCode::NO_CONTENT.into_response())
        };
    }
    let is_cut = faults.len() == limit;
    let (reading, last) = (Reading { uploads: Uploads(api.clone()), status }, faults.last().map(|fault| fault.record));
    let read = tokio::task::spawn_blocking(move || reading.read(faults)).await;
    let (entries, cut_at) = read.map_err(|error| Problem::internal(&error))?;
    let mut response = answer(StatusCode::OK, &Value::Array(entries));
    if let Some(last) = cut_at.or(last.filter(|_| is_cut)) {
        // RFC 8288. The reference product has no such thing, and no such lists.
        let link = format!("<{}/jobs/{}/errors?after={last}>; rel=\"next\"", api.parts().url, id.as_str());
        if let Ok(link) = HeaderValue::try_from(link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    Ok(response)
}

struct Reading {
    uploads: Uploads,
    status: ImportStatus,
}

impl Reading {
    /// Reads the faulty records once more, to show them. Where the list was cut, the last record that it has.
    fn read(&self, faults: Vec<JobFault>) -> (Vec<Value>, Option<u64>) {
        let mut source = self.source();
        let (mut list, mut bytes) = (Vec::with_capacity(faults.len()), 0);
        let count = faults.len();
        for (number, fault) in faults.into_iter().enumerate() {
            let mut user = Value::Object(Map::new());
            while let Some(reading) = &mut source {
                match reading.next() {
                    Ok(Some(record)) if record.place.record < fault.record => {}
                    Ok(Some(record)) if record.place.record == fault.record => {
                        user = masked(&record.raw);
                        bytes += record.raw.len();
                        break;
                    }
                    // The faults are told all the same.
                    _ => source = None,
                }
            }
            let record = fault.record;
            list.push(entry(&user, fault));
            if bytes > MOST_BYTES && number + 1 < count {
                return (list, Some(record));
            }
        }
        (list, None)
    }

    /// The upload from its start, since only the end of a record is a place to go on from; nothing if it is there no
    /// more.
    fn source(&self) -> Option<Box<dyn RecordSource>> {
        self.uploads.open(&self.status.spec.input).and_then(|input| input.open()).ok()
    }
}

fn entry(user: &Value, fault: JobFault) -> Value {
    let faults: Vec<Fault> = serde_json::from_value(fault.faults).unwrap_or_default();
    let errors = faults.iter().map(|fault| {
        json!({
            "code": fault.code.as_str(),
            "message": fault.message,
            "path": path(&fault.pointer),
            "detail": fault.detail,
            "pointer": fault.pointer,
        })
    });
    // People count from 1, and the reference product does not count at all.
    json!({"user": user, "errors": errors.collect::<Value>(), "record": fault.record, "line": fault.line + 1})
}

/// A JSON pointer as the reference product writes paths: `identities[0].profileData`.
fn path(pointer: &str) -> String {
    let mut path = String::new();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push('[');
            path.push_str(&step);
            path.push(']');
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&step);
        }
    }
    path
}

/// A record without its secrets; what is no JSON may be all secret.
fn masked(raw: &[u8]) -> Value {
    let mut record = serde_json::from_slice(raw).unwrap_or_else(|_| Value::Object(Map::new()));
    mask(&mut record, false);
    record
}

fn mask(value: &mut Value, is_secret: bool) {
    match value {
        Value::Object(members) => {
            let is_secret = is_secret || SHIFTED.iter().any(|name| members.contains_key(*name));
            for (name, value) in members {
                let name = name.as_str();
                let is_plain = HARMLESS.contains(&name) && value.is_string();
                mask(value, (is_secret || is_secret_name(name)) && !is_plain);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, is_secret)),
        Value::String(_) | Value::Number(_) if is_secret => *value = "*****".into(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether what stands under this name is secret, whatever a misspelt column was meant to be.
fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    SECRET.contains(&name) || ["password", "secret", "hash", "token"].iter().any(|part| lower.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_becomes_a_path() {
        for (pointer, expected) in [
            ("", ""),
            ("/email", "email"),
            ("/identities/0/profileData/email", "identities[0].profileData.email"),
            ("/app_metadata/a~1b", "app_metadata.a/b"),
            ("/mfa_factors/0", "mfa_factors[0]"),
        ] {
            assert_eq!(path(pointer), expected);
        }
    }

    #[test]
    fn no_secret_of_a_record_is_shown() {
        let record = json!({
            "email": "t@x.io",
            "password": "s3cret",
            "Passwort_Hash": "s3cret",
            "password_hash": "s3cret",
            "custom_password_hash": {"algorithm": "hmac", "hash": {"value": "s3cret", "encoding": "hex", "key": {"value": "s3cret"}}, "salt": {"value": "s3cret"}, "keylen": 32},
            "mfa_factors": [{"totp": {"secret": "s3cret"}}, {"phone": {"value": "s3cret"}}],
            "waystation": {"credential": {"hash": {"text": "s3cret"}}, "mfa_factors": [{"Totp": {"secret": "s3cret"}}]},
        });
        let shown = masked(record.to_string().as_bytes());
        assert!(!shown.to_string().contains("s3cret"), "{shown}");
        for aside in [
            json!({"quarantined_from": "ldif", "entry": "dn: uid=a\nuserPassword: s3cret"}),
            json!({"quarantined_from": "clerk", "row": {"password_digest": "s3cret", "password_hasher": "s3cret"}}),
            json!({"quarantined_from": "keycloak", "record": {"credentials": [{"hash": "s3cret", "secretData": "s3cret"}]}}),
            json!({"csv_row": "a@example.com,s3cret\""}),
            json!({"email": "a@example.com", "name": "s3cret", "csv_rest": []}),
            json!({"quarantined_from": "supabase", "row": {"id": "1", "email": "s3cret", "dump_rest": ["s3cret"]}}),
            json!({"quarantined_from": "supabase", "row": {"dump_row": "(1, 's3cret', f())"}}),
        ] {
            assert!(!masked(aside.to_string().as_bytes()).to_string().contains("s3cret"), "{aside}");
        }
        assert_eq!(shown["email"], "t@x.io");
        assert_eq!(shown["custom_password_hash"]["algorithm"], "hmac");
        assert_eq!(masked(b"{\"password\": \"s3cret\""), json!({}));
    }
}
