//! What a parameter or a member may be. The names are those that the handlers read.

use serde_json::{Map, Value, json};

use crate::{
    api::{gate::MAX_TOKEN, url, users::MAX_NAME},
    store::OrderBy,
};

/// An object of these members and no others.
pub(super) fn body(members: &[&str], required: &[&str]) -> Value {
    let properties: Map<_, _> = members.iter().map(|name| ((*name).to_owned(), member(name))).collect();
    json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false})
}

/// A member of a body. Lengths are in bytes where this says characters, so some texts that seem short enough are not.
pub(super) fn member(name: &str) -> Value {
    match name {
        "app_metadata" | "user_metadata" => {
            json!({"type": ["object", "null"], "propertyNames": {"pattern": "^[^.$]*$"}})
        }
        "blocked"
        | "discard_password"
        | "email_verified"
        | "includeEmailInRedirect"
        | "mark_email_as_verified"
        | "phone_verified"
        | "verify_email"
        | "verify_password"
        | "verify_phone_number" => json!({"type": "boolean"}),
        "connection" | "email" | "phone_number" | "username" | "user_id" => {
            json!({"type": "string", "minLength": 1, "maxLength": 1_024})
        }
        "client_id" | "organization_id" => json!({"type": "string", "maxLength": 2_048}),
        "connection_id" => json!({"type": "string", "pattern": "^con_[A-Za-z0-9]{16}$"}),
        "family_name" | "given_name" | "name" | "nickname" | "picture" => {
            json!({"type": ["string", "null"], "maxLength": MAX_NAME})
        }
        "fields" => json!({
            "type": "array",
            "maxItems": 1_000,
            "items": {
                "type": "object",
                "required": ["name"],
                "additionalProperties": false,
                "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": 100},
                    "export_as": {"type": "string", "maxLength": 100},
                },
            },
        }),
        "format" => json!({"type": "string", "enum": ["csv", "json"]}),
        "identity" => json!({"type": "object"}),
        "limit" => json!({"type": "integer", "minimum": 1}),
        "link_with" => json!({"type": "string", "minLength": 1, "maxLength": MAX_TOKEN}),
        "password" => json!({"type": "string", "minLength": 1, "maxLength": 4_096}),
        "provider" => json!({"type": "string", "minLength": 1, "maxLength": 255}),
        "result_url" => json!({"type": "string", "pattern": url::PATTERN, "maxLength": 2_048}),
        "ttl_sec" => json!({"type": "integer", "minimum": 0}),
        _ => json!({}),
    }
}

/// A parameter of a query.
pub(super) fn parameter(name: &str, is_required: bool) -> Value {
    let schema = match name {
        "after" | "page" => json!({"type": "integer", "minimum": 0}),
        "connection" | "fields" | "from" | "name" | "q" | "strategy" => json!({"type": "string"}),
        "again" | "consider_brute_force_enablement" | "include_fields" | "include_totals" | "primary_order" => {
            json!({"type": "boolean"})
        }
        "email" | "identifier" => json!({"type": "string", "minLength": 1}),
        "per_page" | "take" => json!({"type": "integer", "minimum": 0, "maximum": 100}),
        "search_engine" => json!({"type": "string", "enum": ["v3"]}),
        "sort" => {
            let fields: Vec<_> = OrderBy::ALL.iter().map(|by| by.as_str()).collect();
            json!({"type": "string", "pattern": format!("^(|({}):-?1)$", fields.join("|"))})
        }
        "type" => json!({"type": "string", "enum": ["users_export", "users_import"]}),
        _ => json!({}),
    };
    json!({"name": name, "in": "query", "required": is_required, "schema": schema})
}

/// A header that a request must have.
pub(super) fn header(name: &str) -> Value {
    let schema = match name {
        "Tus-Resumable" => json!({"type": "string", "const": "1.0.0"}),
        "Upload-Length" => json!({"type": "integer", "minimum": 1}),
        "Upload-Offset" => json!({"type": "integer", "minimum": 0}),
        _ => json!({}),
    };
    json!({"name": name, "in": "header", "required": true, "schema": schema})
}
