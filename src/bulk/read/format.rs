use std::{fmt, str::FromStr};

/// What an input is, where looking at it is not to decide. Whether it is packed is always found by looking.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum ImportFormat {
    /// The import schema as CSV, with a header.
    Csv,
    /// The import schema as JSON: an array, or objects one after the other.
    Json,
    /// The import schema, one object a line.
    JsonLines,
}

impl ImportFormat {
    /// Every format.
    pub const ALL: &[Self] = &[Self::Csv, Self::Json, Self::JsonLines];

    /// The stable name: `csv`, `json`, `ndjson`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::JsonLines => "ndjson",
        }
    }
}

impl fmt::Display for ImportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ImportFormat {
    type Err = UnknownFormat;

    /// Reads the stable name; `jsonl` is `ndjson`.
    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let name = if name == "jsonl" { "ndjson" } else { name };
        Self::ALL.iter().copied().find(|format| format.as_str() == name).ok_or(UnknownFormat(()))
    }
}

/// No format has this name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no such format: take one of csv, json and ndjson")]
pub struct UnknownFormat(());
