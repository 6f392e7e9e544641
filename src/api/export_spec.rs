use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Api,
    import::is_connection,
    payload::{Payload, mistyped, too_long},
    problem::Problem,
};
use crate::bulk::{ExportField, ExportFieldError, ExportFormat, Exporter, Packing};

/// The most fields that are named, of JSON too.
const MOST_FIELDS: usize = 1_000;

/// The longest path and the longest name, in bytes.
const MOST_BYTES: usize = 100;

/// What an export is to hold, as it was asked for and is kept with the job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportSpec {
    pub(super) connection_id: Option<String>,
    pub(super) format: Option<Format>,
    pub(super) limit: Option<u64>,
    pub(super) fields: Option<Vec<Named>>,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    Csv,
    #[default]
    Json,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) export_as: Option<String>,
}

impl ExportSpec {
    pub(super) const MEMBERS: [&'static str; 4] = ["connection_id", "fields", "format", "limit"];

    /// What a request asks for, of which all can be exported.
    pub(super) fn of(api: &Api, mut body: Payload) -> Result<Self, Problem> {
        let connection_id = body.text("connection_id", MOST_BYTES)?;
        if let Some(id) = &connection_id {
            is_connection(api, id)?;
        }
        let format = match body.text("format", MOST_BYTES)?.as_deref() {
            None => None,
            Some("csv") => Some(Format::Csv),
            Some("json") => Some(Format::Json),
            Some(_) => return Err(Problem::body("No enum match, expected csv or json", "/format")),
        };
        let limit = body.count("limit")?;
        let fields = match body.take("fields") {
            None => None,
            Some(Value::Array(fields)) => Some(Self::fields(fields)?),
            Some(value) => return Err(mistyped("array", &value, "fields")),
        };
        let spec = Self { connection_id, format, limit, fields };
        let columns = api.parts().limits.columns;
        if spec.format == Some(Format::Csv) && spec.fields.as_ref().is_some_and(|fields| fields.len() > columns) {
            return Err(Problem::body(format!("Array is too long, maximum {columns}"), "/fields"));
        }
        for (number, field) in spec.fields.iter().flatten().enumerate() {
            field.field().map_err(|error| Problem::body(error.to_string(), format!("/fields/{number}/name")))?;
        }
        Ok(spec)
    }

    fn fields(fields: Vec<Value>) -> Result<Vec<Named>, Problem> {
        if fields.len() > MOST_FIELDS {
            return Err(Problem::body(format!("Array is too long, maximum {MOST_FIELDS}"), "/fields"));
        }
        let mut named = Vec::with_capacity(fields.len());
        for (number, field) in fields.into_iter().enumerate() {
            let place = |member: &str| format!("fields/{number}{member}");
            let Value::Object(mut members) = field else { return Err(mistyped("object", &field, &place(""))) };
            let mut text = |member: &str| match members.remove(member) {
                None => Ok(None),
                Some(Value::String(text)) if text.len() > MOST_BYTES => {
                    Err(too_long(&place(&format!("/{member}")), MOST_BYTES))
                }
                Some(Value::String(text)) => Ok(Some(text)),
                Some(value) => Err(mistyped("string", &value, &place(&format!("/{member}")))),
            };
            let name = text("name")?
                .ok_or_else(|| Problem::body("Missing required property: name", format!("/{}", place("/name"))))?;
            let export_as = text("export_as")?;
            if !members.is_empty() {
                return Err(Problem::body("Additional properties not allowed", format!("/{}", place(""))));
            }
            named.push(Named { name, export_as });
        }
        Ok(named)
    }

    /// What writes it.
    pub(super) fn exporter(&self, api: &Api) -> Result<Exporter, ExportFieldError> {
        let parts = api.parts();
        let fields = self.fields.iter().flatten().map(Named::field).collect::<Result<Vec<_>, _>>()?;
        let exporter = Exporter::new(Arc::clone(&parts.store))
            .format(match self.format.unwrap_or_default() {
                Format::Csv => ExportFormat::Csv,
                Format::Json => ExportFormat::JsonLines,
            })
            .packing(Packing::Gzip)
            .most_columns(parts.limits.columns)
            .primary(parts.connection.name(), parts.connection.as_provider())
            .fields(fields);
        Ok(match self.limit {
            Some(limit) => exporter.limit(limit),
            None => exporter,
        })
    }

    /// As it was asked for.
    pub(super) fn echo(&self) -> Value {
        json!({
            "connection_id": self.connection_id,
            "format": self.format,
            "limit": self.limit,
            "fields": self.fields,
        })
    }

    pub(super) fn extension(&self) -> &'static str {
        match self.format.unwrap_or_default() {
            Format::Csv => "csv.gz",
            Format::Json => "json.gz",
        }
    }
}

impl Named {
    fn field(&self) -> Result<ExportField, ExportFieldError> {
        let field = ExportField::new(&self.name)?;
        match &self.export_as {
            Some(name) => field.export_as(name.clone()),
            None => Ok(field),
        }
    }
}
