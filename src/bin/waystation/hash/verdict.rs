use serde::Serialize;
use waystation::password::{HashError, PasswordError};

/// What is said of one line.
#[derive(Debug, Default, Serialize)]
pub(super) struct Verdict {
    pub(super) line: u64,
    #[serde(rename = "verdict")]
    pub(super) answer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scheme: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) strength: Option<&'static str>,
    /// Whether the next log-in would replace the hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) upgrade: Option<bool>,
    /// Whether the scheme looked at a part of the password only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) truncated: Option<bool>,
    /// What it may be of, where several schemes are spelled like this.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) candidates: Vec<&'static str>,
    /// One sentence for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) detail: Option<String>,
}

impl Verdict {
    pub(super) fn unreadable(line: u64, problem: String) -> Self {
        Self { line, answer: "unreadable", detail: Some(problem), ..Self::default() }
    }

    /// Of a hash that cannot be verified.
    pub(super) fn unusable(line: u64, error: &HashError) -> Self {
        let (answer, scheme) = match error {
            HashError::Ambiguous { .. } => ("ambiguous", None),
            HashError::Incomplete { scheme, .. } => ("incomplete", Some((*scheme).to_owned())),
            HashError::Locked => ("locked", None),
            HashError::Malformed { scheme, .. } => ("malformed", Some((*scheme).to_owned())),
            HashError::TooCostly { scheme, .. } => ("too_costly", Some((*scheme).to_owned())),
            HashError::UnsupportedScheme { name } => ("unsupported", name.clone()),
            _ => ("unusable", None),
        };
        let candidates = match error {
            HashError::Ambiguous { candidates } => candidates.clone(),
            _ => Vec::new(),
        };
        Self { line, answer, scheme, candidates, detail: Some(error.to_string()), ..Self::default() }
    }

    /// Of a password that could not be tried.
    pub(super) fn failed(line: u64, error: &PasswordError) -> Self {
        match error {
            PasswordError::Hash(error) => Self::unusable(line, error),
            PasswordError::Unwrappable => {
                Self { line, answer: "unwrappable", detail: Some(error.to_string()), ..Self::default() }
            }
            error => Self { line, answer: "failed", detail: Some(error.to_string()), ..Self::default() },
        }
    }

    /// For a terminal.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{:>6}  {}", self.line, self.answer);
        // The detail of what cannot be used names the scheme already.
        if let (Some(scheme), None) = (&self.scheme, &self.detail) {
            text.push_str(", ");
            text.push_str(scheme);
        }
        if let Some(strength) = self.strength {
            text.push_str(", ");
            text.push_str(strength);
        }
        if self.truncated == Some(true) {
            text.push_str(" (reads a part of the password only)");
        }
        if let Some(detail) = &self.detail {
            text.push_str(": ");
            text.push_str(detail);
        }
        text
    }
}
