//! What is answered.

use serde_json::{Value, json};

use super::{list_of, named};
use crate::report::WhyLeft;

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn schemas() -> Value {
    let (text, date) = (json!({"type": "string"}), json!({"type": "string", "format": "date-time"}));
    let (flag, count) = (json!({"type": "boolean"}), json!({"type": "integer", "minimum": 0}));
    let maybe = json!({"type": ["string", "null"]});
    let maybe_date = json!({"type": ["string", "null"], "format": "date-time"});
    let counts = json!({"type": "object", "additionalProperties": count});
    let by_source = json!({
        "type": "object",
        "description": "The same numbers for each legacy system.",
        "additionalProperties": {
            "type": "object",
            "required": ["users", "moved", "flagged", "left"],
            "properties": {"users": count, "moved": count, "flagged": count, "left": count},
        },
    });
    json!({
        "Blocks": {
            "type": "object",
            "required": ["blocked_for"],
            "properties": {
                "blocked_for": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["identifier", "connection"],
                        "properties": {"identifier": text, "connection": text},
                    },
                },
            },
        },
        "Caller": {
            "type": "object",
            "required": ["scopes", "connection", "formats", "upload_bytes", "columns"],
            "properties": {
                "scopes": {"type": "array", "items": text},
                "connection": {"type": "object", "required": ["id", "name"], "properties": {"id": text, "name": text}},
                "formats": {"type": "array", "items": text},
                "upload_bytes": {"type": "integer", "minimum": 0, "description": "The longest upload."},
                "columns": {"type": "integer", "minimum": 0, "description": "The most columns of CSV."},
            },
        },
        "Connection": {
            "type": "object",
            "properties": {
                "id": {"type": "string", "pattern": "^con_[A-Za-z0-9]{16}$"},
                "name": text,
                "strategy": text,
                "options": {"type": "object"},
                "enabled_clients": {"type": "array", "items": text},
                "realms": {"type": "array", "items": text},
                "is_domain_connection": flag,
            },
        },
        "Identity": {
            "type": "object",
            "required": ["connection", "provider", "user_id", "isSocial"],
            "properties": {
                "connection": text,
                "provider": text,
                "user_id": text,
                "isSocial": flag,
                "profileData": {"type": "object"},
            },
        },
        "Job": {
            "type": "object",
            "required": ["id", "type", "status", "created_at"],
            "properties": {
                "id": {"type": "string", "pattern": "^job_[A-Za-z0-9]{16}$"},
                "type": {"type": "string", "enum": ["users_export", "users_import", "verification_email"]},
                "status": {"type": "string", "enum": ["completed", "failed", "pending", "processing"]},
                "created_at": date,
                "connection": text,
                "connection_id": text,
                "external_id": text,
                "upsert": flag,
                "spare_moved": flag,
                "send_completion_email": flag,
                "dry_run": flag,
                "format": text,
                "limit": {"type": "integer", "minimum": 1},
                "fields": {"type": "array", "items": {"type": "object"}},
                "location": {"type": "string", "format": "uri"},
                "percentage_done": {"type": "integer", "minimum": 0, "maximum": 100},
                "time_left_seconds": count,
                "status_details": text,
                "summary": {
                    "type": "object",
                    "required": ["total"],
                    "properties": {"failed": count, "updated": count, "inserted": count, "total": count},
                },
                "report": {"type": "object"},
            },
        },
        "Left": {
            "type": "object",
            "description": "Somebody who is left at the legacy system.",
            "required": ["source", "legacy_id", "why"],
            "properties": {
                "source": text,
                "legacy_id": text,
                "email": maybe,
                "username": maybe,
                "phone_number": maybe,
                "name": maybe,
                "why": {
                    "type": "string",
                    "enum": WhyLeft::NAMES,
                },
                "detail": maybe,
                "scheme": maybe,
            },
        },
        "Migration": {
            "type": "object",
            "description": "Counts as of one moment, which may be some seconds ago.",
            "required": ["counted_at", "users", "moved", "moved_by_day", "by_moved", "by_source", "by_credential", "by_scheme", "legacy"],
            "properties": {
                "counted_at": date,
                "users": count,
                "moved": count,
                "last_moved_at": maybe_date,
                "moved_by_day": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["day", "users"],
                        "properties": {"day": {"type": "string", "format": "date"}, "users": count},
                    },
                },
                "by_moved": counts,
                "by_source": counts,
                "by_credential": counts,
                "by_scheme": counts,
                "legacy": {
                    "type": "object",
                    "required": ["state"],
                    "properties": {
                        "state": {"type": "string", "enum": ["counted", "not_given", "not_listed", "unreachable"]},
                        "users": count,
                        "moved": count,
                        "flagged": count,
                        "left": count,
                        "by_source": by_source,
                    },
                },
            },
        },
        "Problem": {
            "type": "object",
            "required": ["statusCode", "error", "message", "errorCode"],
            "properties": {
                "statusCode": {"type": "integer"},
                "error": text,
                "message": text,
                "errorCode": text,
                "parameter": {"type": "string", "description": "The parameter of the query that is at fault."},
                "pointer": {"type": "string", "description": "Where in the body the fault is (RFC 6901)."},
                "span": {
                    "type": "object",
                    "description": "Where in the parameter the fault is, in Unicode scalar values.",
                    "required": ["start", "end"],
                    "properties": {"start": count, "end": count},
                },
            },
        },
        "RecordErrors": {
            "type": "object",
            "required": ["user", "errors", "record", "line"],
            "properties": {
                "user": {"type": "object", "description": "The record, its secrets as *****."},
                "errors": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["code", "message", "path", "detail", "pointer"],
                        "properties": {"code": text, "message": text, "path": text, "detail": text, "pointer": text},
                    },
                },
                "record": count,
                "line": {"type": "integer", "minimum": 1},
            },
        },
        "Ticket": {
            "type": "object",
            "required": ["ticket", "expires_at"],
            "properties": {"ticket": {"type": "string", "format": "uri"}, "expires_at": date},
        },
        "User": {
            "type": "object",
            "properties": {
                "user_id": text,
                "email": text,
                "email_verified": flag,
                "username": text,
                "phone_number": text,
                "phone_verified": flag,
                "name": text,
                "given_name": text,
                "family_name": text,
                "nickname": text,
                "picture": text,
                "user_metadata": {"type": "object"},
                "app_metadata": {"type": "object"},
                "blocked": flag,
                "identities": list_of("Identity"),
                "multifactor": {"type": "array", "items": text},
                "created_at": date,
                "updated_at": date,
                "last_login": date,
                "logins_count": count,
                "last_password_reset": date,
                "waystation": named("Origin"),
            },
        },
        "UserMigration": {
            "type": "object",
            "required": ["user_id", "credential"],
            "properties": {
                "user_id": text,
                "source": maybe,
                "legacy_id": maybe,
                "moved_at": maybe_date,
                "moved_by": maybe,
                "credential": {"type": "string", "enum": ["delegated", "hash", "none", "pending_password"]},
                "scheme": {"type": ["string", "null"], "description": "What the password is hashed by."},
                "password_set_at": maybe_date,
            },
        },
        "Origin": {
            "type": "object",
            "description": "Where a user comes from, and how and when they moved.",
            "properties": {
                "credential": {"type": "string", "enum": ["delegated", "hash", "none", "pending_password"]},
                "source": {"type": ["string", "null"]},
                "legacy_id": {"type": ["string", "null"]},
                "moved_at": {"type": ["string", "null"], "format": "date-time"},
                "moved_by": {"type": ["string", "null"]},
            },
        },
    })
}
