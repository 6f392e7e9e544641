//! The API's own description, made of what its handlers are made of.

use axum::{extract::State, http::StatusCode, response::Response};
use serde_json::{Map, Value, json};

use super::{
    Api, Scope,
    export_spec::ExportSpec,
    identities, jobs, migration, page,
    person::Members,
    problem::json as answer,
    tickets, tus, upload,
    users::{CHANGE_MEMBERS, CREATE_MEMBERS, LIST_PARAMETERS},
    verification,
};

mod member;
mod schemas;

use self::{
    member::{body, header, parameter},
    schemas::schemas,
};

impl Api {
    /// The API as an OpenAPI document (version 3.1), with its limits and its own address: what `GET /openapi.json`
    /// answers.
    ///
    /// Source of the format: <https://spec.openapis.org/oas/v3.1.0>.
    pub fn openapi(&self) -> Value {
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Management API",
                "version": env!("CARGO_PKG_VERSION"),
                "description": "Users, their imports and exports, in the form of the reference product's Management API.",
            },
            "servers": [{"url": self.parts().url}],
            "security": [{"bearer": []}],
            "paths": paths(self),
            "components": {
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
                "schemas": schemas(),
            },
        })
    }
}

/// `GET /openapi.json`: it says nothing of anybody, so nobody is asked for a token.
pub(super) async fn serve(State(api): State<Api>) -> Response {
    answer(StatusCode::OK, &api.openapi())
}

/// One request, as it is described.
struct Operation {
    summary: &'static str,
    scopes: &'static [Scope],
    parameters: Vec<Value>,
    body: Option<Value>,
    /// The status of success and what is answered with it, by its media type, if anything is.
    answers: Vec<(u16, Option<(&'static str, Value)>)>,
    /// What may go wrong beside what always may.
    problems: &'static [u16],
}

/// What every request may be answered.
const PROBLEMS: [u16; 7] = [400, 401, 403, 414, 429, 500, 503];

impl Operation {
    fn new(summary: &'static str, scopes: &'static [Scope]) -> Self {
        Self { summary, scopes, parameters: Vec::new(), body: None, answers: Vec::new(), problems: &[] }
    }

    fn path(mut self, names: &[&str]) -> Self {
        let place = |name: &&str| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string", "minLength": 1, "maxLength": 1_024}});
        self.parameters.extend(names.iter().map(place));
        self
    }

    fn query<'a>(mut self, names: impl IntoIterator<Item = &'a &'static str>, required: &[&str]) -> Self {
        self.parameters.extend(names.into_iter().map(|name| parameter(name, required.contains(name))));
        self
    }

    fn body(mut self, kinds: &[&str], schema: &Value, is_required: bool) -> Self {
        let content: Map<_, _> = kinds.iter().map(|kind| ((*kind).to_owned(), json!({"schema": schema}))).collect();
        self.body = Some(json!({"required": is_required, "content": content}));
        self
    }

    fn json_body(self, members: &[&str], required: &[&str]) -> Self {
        self.body(&["application/json"], &body(members, required), true).fails(&[413, 415])
    }

    fn answers(mut self, status: u16, schema: Value) -> Self {
        self.answers.push((status, Some(("application/json", schema))));
        self
    }

    /// Answers with events, each of which is described as its fields.
    fn answers_events(mut self, of: &str) -> Self {
        let data = json!({"type": "string", "description": format!("{of} as JSON.")});
        let event = json!({"type": "string", "enum": ["progress", "done"]});
        let event =
            json!({"type": "object", "required": ["data", "event"], "properties": {"data": data, "event": event}});
        self.answers.push((200, Some(("text/event-stream", event))));
        self
    }

    fn answers_lines(mut self) -> Self {
        self.answers.push((200, Some(("application/x-ndjson", json!({"type": "string"})))));
        self
    }

    fn answers_nothing(self) -> Self {
        self.answers_empty(204)
    }

    fn answers_empty(mut self, status: u16) -> Self {
        self.answers.push((status, None));
        self
    }

    /// The headers of the protocol tus.
    fn headers(mut self, names: &[&str]) -> Self {
        self.parameters.extend(names.iter().map(|name| header(name)));
        self
    }

    fn fails(mut self, with: &'static [u16]) -> Self {
        self.problems = with;
        self
    }

    fn to_json(&self) -> Value {
        let problem = json!({
            "description": "Why it was not done.",
            "content": {"application/json": {"schema": named("Problem")}},
        });
        let mut responses = Map::new();
        for (status, answer) in &self.answers {
            let mut response = json!({"description": "Done."});
            if let (Some((kind, schema)), Some(response)) = (answer, response.as_object_mut()) {
                response.insert("content".to_owned(), json!({*kind: {"schema": schema}}));
            }
            responses.insert(status.to_string(), response);
        }
        for status in PROBLEMS.iter().chain(self.problems) {
            responses.insert(status.to_string(), problem.clone());
        }
        let scopes: Vec<_> = self.scopes.iter().map(|scope| scope.as_str()).collect();
        let mut operation = json!({
            "summary": self.summary,
            "description": match scopes.as_slice() {
                [] => "Needs a token, whatever it allows.".to_owned(),
                scopes => format!("Needs any of the scopes: {}.", scopes.join(", ")),
            },
            "parameters": self.parameters,
            "responses": responses,
        });
        if let (Some(body), Some(operation)) = (&self.body, operation.as_object_mut()) {
            operation.insert("requestBody".to_owned(), body.clone());
        }
        operation
    }
}

fn named(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

fn list_of(schema: &str) -> Value {
    json!({"type": "array", "items": named(schema)})
}

/// A list, or an object that has it with the number of all.
fn paged(schema: &str, member: &str) -> Value {
    let mut properties = Map::new();
    for name in ["start", "limit", "length", "total"] {
        properties.insert(name.to_owned(), json!({"type": "integer", "minimum": 0}));
    }
    properties.insert(member.to_owned(), list_of(schema));
    json!({"oneOf": [list_of(schema), {"type": "object", "required": [member], "properties": properties}]})
}

/// A list with the place where the next one begins, if there is more.
fn walked(schema: &str, member: &str) -> Value {
    let mut properties = Map::new();
    for name in ["total", "walked"] {
        properties.insert(name.to_owned(), json!({"type": "integer", "minimum": 0}));
    }
    properties.insert("next".to_owned(), json!({"type": "string"}));
    properties.insert(member.to_owned(), list_of(schema));
    json!({"type": "object", "required": [member], "properties": properties})
}

/// A list of users, as pages or as a walk.
fn searched() -> Value {
    let mut searched = paged("User", "users");
    if let Some(object) = searched.pointer_mut("/oneOf/1/properties").and_then(Value::as_object_mut) {
        object.insert("next".to_owned(), json!({"type": "string"}));
    }
    searched
}

/// The body of a link: an account by its name, where an id may be a number, or by a token if those are known.
fn link(api: &Api) -> Value {
    let mut named = body(&identities::NAMED, &["provider", "user_id"]);
    if let Some(kind) = named.pointer_mut("/properties/user_id/type") {
        *kind = json!(["string", "integer"]);
    }
    if api.parts().id_tokens.is_none() {
        return named;
    }
    json!({"oneOf": [named, body(&identities::SHOWN, &["link_with"])]})
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn paths(api: &Api) -> Value {
    const READ: &[Scope] = &[Scope::ReadUsers];
    const JOBS: &[Scope] = &[Scope::CreateUsers, Scope::ReadUsers];
    const UPDATE: &[Scope] = &[Scope::UpdateUsers];
    const DELETE: &[Scope] = &[Scope::DeleteUsers];
    const CONNECTIONS: &[Scope] = &[Scope::ReadConnections];
    let shown = Members::PARAMETERS;
    let pages: Vec<_> = page::Page::PARAMETERS.into_iter().chain(shown).collect();
    let operation = Operation::new;
    let import = upload::schema(&api.parts().limits);
    let export = body(&ExportSpec::MEMBERS, &[]);
    let path = |operations: Vec<(&str, Operation)>| -> Value {
        let operations = operations.into_iter().map(|(method, operation)| (method.to_owned(), operation.to_json()));
        Value::Object(operations.collect())
    };
    json!({
        "/caller": path(vec![("get", operation("Show what the caller may do", &[]).answers(200, named("Caller")))]),
        "/connections": path(vec![(
            "get",
            operation("List the connections", CONNECTIONS)
                .query(["strategy", "name", "from", "take"].iter().chain(&pages), &[])
                .answers(200, paged("Connection", "connections")),
        )]),
        "/connections/{id}": path(vec![(
            "get",
            operation("Show a connection", CONNECTIONS).path(&["id"]).query(&shown, &[]).answers(200, named("Connection")).fails(&[404]),
        )]),
        "/connections/{id}/users": path(vec![(
            "delete",
            operation("Delete a user by e-mail address", DELETE)
                .path(&["id"])
                .query(&["email"], &["email"])
                .answers_nothing()
                .fails(&[404]),
        )]),
        "/jobs": path(vec![(
            "get",
            operation("List imports or exports, the newest first", JOBS)
                .query(&jobs::LIST_PARAMETERS, &[])
                .answers(200, walked("Job", "jobs")),
        )]),
        "/jobs/users-exports": path(vec![(
            "post",
            operation("Export users", READ)
                .body(&["application/json"], &export, false)
                .answers(200, named("Job"))
                .fails(&[413, 415]),
        )]),
        "/jobs/users-imports": path(vec![(
            "post",
            operation("Import users", &[Scope::CreateUsers])
                .body(&["multipart/form-data"], &import, true)
                .answers(202, named("Job"))
                .fails(&[404, 408, 413, 423, 507]),
        )]),
        "/jobs/verification-email": path(vec![(
            "post",
            operation("Have a user asked to verify their address", UPDATE)
                .json_body(&verification::MEMBERS, &["user_id"])
                .answers(201, named("Job"))
                .fails(&[404, 413, 415]),
        )]),
        "/jobs/{id}": path(vec![(
            "get",
            operation("Show how far a job is", JOBS).path(&["id"]).answers(200, named("Job")).fails(&[404]),
        )]),
        "/jobs/{id}/cancel": path(vec![(
            "post",
            operation("Stop an import for good", &[Scope::CreateUsers])
                .path(&["id"])
                .answers(200, named("Job"))
                .fails(&[404]),
        )]),
        "/jobs/{id}/errors": path(vec![(
            "get",
            operation("List what was wrong with the records of an import", JOBS)
                .path(&["id"])
                .query(&["after"], &[])
                .answers(200, json!({"oneOf": [list_of("RecordErrors"), named("Job")]}))
                .answers_nothing()
                .fails(&[404]),
        )]),
        "/jobs/{id}/events": path(vec![(
            "get",
            operation("Follow a job until it is over", JOBS).path(&["id"]).answers_events("A `Job`").fails(&[404]),
        )]),
        "/jobs/{id}/quarantine": path(vec![(
            "get",
            operation("Give the records that an import has refused, as they came", &[Scope::CreateUsers])
                .path(&["id"])
                .answers_lines()
                .fails(&[404]),
        )]),
        "/migration": path(vec![(
            "get",
            operation("Count who has moved and who is left", READ)
                .query(&migration::PROGRESS_PARAMETERS, &[])
                .answers(200, named("Migration")),
        )]),
        "/migration/left": path(vec![(
            "get",
            operation("List who is left, and why", READ)
                .query(&migration::LEFT_PARAMETERS, &[])
                .answers(200, walked("Left", "left"))
                .fails(&[404]),
        )]),
        "/tickets/password-change": path(vec![(
            "post",
            operation("Make a link by which a person chooses another password", &[Scope::CreateUserTickets])
                .json_body(&tickets::MEMBERS, &[])
                .answers(201, named("Ticket"))
                .fails(&[404, 413, 415]),
        )]),
        "/uploads": path(vec![(
            "post",
            operation("Begin a resumable upload, in the protocol tus 1.0", &[Scope::CreateUsers])
                .headers(&["Tus-Resumable", "Upload-Length"])
                .answers_empty(201)
                .fails(&[412, 413, 507]),
        )]),
        "/uploads/{id}": path(vec![
            (
                "head",
                operation("Say how much of an upload has come", &[Scope::CreateUsers])
                    .path(&["id"])
                    .headers(&["Tus-Resumable"])
                    .answers_empty(200)
                    .fails(&[404, 412]),
            ),
            (
                "patch",
                operation("Send a piece of an upload", &[Scope::CreateUsers])
                    .path(&["id"])
                    .headers(&["Tus-Resumable", "Upload-Offset"])
                    .body(&[tus::CONTENT_TYPE], &json!({"type": "string", "format": "binary"}), true)
                    .answers_nothing()
                    .fails(&[404, 408, 409, 412, 413, 415, 423, 507]),
            ),
            (
                "delete",
                operation("Remove an upload", &[Scope::CreateUsers])
                    .path(&["id"])
                    .headers(&["Tus-Resumable"])
                    .answers_nothing()
                    .fails(&[404, 412]),
            ),
        ]),
        "/user-blocks": path(vec![
            (
                "get",
                operation("Show whether an identifier is blocked", READ)
                    .query(&["identifier", "consider_brute_force_enablement"], &["identifier"])
                    .answers(200, named("Blocks")),
            ),
            (
                "delete",
                operation("Lift the block of an identifier", UPDATE)
                    .query(&["identifier", "consider_brute_force_enablement"], &["identifier"])
                    .answers_nothing(),
            ),
        ]),
        "/user-blocks/{id}": path(vec![
            ("get", operation("Show the blocks of a user", READ).path(&["id"]).answers(200, named("Blocks")).fails(&[404])),
            ("delete", operation("Lift the blocks of a user", UPDATE).path(&["id"]).answers_nothing().fails(&[404])),
        ]),
        "/users": path(vec![
            (
                "get",
                operation("Search users", READ)
                    .query(LIST_PARAMETERS.iter().chain(&pages), &[])
                    .answers(200, searched()),
            ),
            (
                "post",
                operation("Create a user", &[Scope::CreateUsers])
                    .json_body(&CREATE_MEMBERS, &["connection", "password"])
                    .answers(201, named("User"))
                    .fails(&[409, 413, 415]),
            ),
        ]),
        "/users-by-email": path(vec![(
            "get",
            operation("Find users by e-mail address", READ)
                .query(["email"].iter().chain(&shown), &["email"])
                .answers(200, list_of("User")),
        )]),
        "/users/{id}": path(vec![
            (
                "get",
                operation("Show a user", READ).path(&["id"]).query(&shown, &[]).answers(200, named("User")).fails(&[404]),
            ),
            (
                "patch",
                operation("Change a user", UPDATE)
                    .path(&["id"])
                    .json_body(&CHANGE_MEMBERS, &[])
                    .answers(200, named("User"))
                    .fails(&[404, 413, 415]),
            ),
            ("delete", operation("Delete a user", DELETE).path(&["id"]).answers_nothing()),
        ]),
        "/users/{id}/migration": path(vec![(
            "get",
            operation("Show where a user comes from, and how and when they moved", READ)
                .path(&["id"])
                .answers(200, named("UserMigration"))
                .fails(&[404]),
        )]),
        "/users/{id}/identities": path(vec![(
            "post",
            operation("Link an account to a user", UPDATE)
                .path(&["id"])
                .body(&["application/json"], &link(api), true)
                .answers(201, list_of("Identity"))
                .fails(&[404, 409, 413, 415]),
        )]),
        "/users/{id}/identities/{provider}/{user_id}": path(vec![(
            "delete",
            operation("Take a linked account from a user", UPDATE)
                .path(&["id", "provider", "user_id"])
                .answers(200, list_of("Identity"))
                .fails(&[404, 409]),
        )]),
    })
}

#[cfg(test)]
mod tests {
    use super::{member::member, *};

    #[test]
    fn everything_that_is_read_is_described() {
        let own = [
            "strategy",
            "name",
            "from",
            "take",
            "after",
            "email",
            "identifier",
            "consider_brute_force_enablement",
            "type",
        ];
        let known = own.iter().chain(&LIST_PARAMETERS).chain(&page::Page::PARAMETERS).chain(&Members::PARAMETERS);
        for name in known {
            assert_ne!(parameter(name, false)["schema"], json!({}), "{name}");
        }
        for members in [
            &CREATE_MEMBERS[..],
            &CHANGE_MEMBERS,
            &ExportSpec::MEMBERS,
            &tickets::MEMBERS,
            &identities::NAMED,
            &identities::SHOWN,
            &verification::MEMBERS,
        ] {
            for name in members {
                assert_ne!(member(name), json!({}), "{name}");
            }
        }
    }
}
