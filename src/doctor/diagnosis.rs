use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{Code, Finding, Severity};

/// What [`Doctor::examine`](super::Doctor::examine) found.
///
/// `Display` is a report for a terminal. Serialised, it is an object with `fit`, `errors`, `warnings`, `notes` and the
/// list `findings`. Neither holds an identifier, a hash or anything else of a person.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
#[non_exhaustive]
pub struct Diagnosis {
    /// What was found, the errors first.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    pub(super) fn new(mut findings: Vec<Finding>) -> Self {
        findings.sort_by(|one, next| {
            let rank = |finding: &Finding| (finding.severity, finding.code);
            rank(one).cmp(&rank(next)).then_with(|| one.text.cmp(&next.text)).then_with(|| one.site.cmp(&next.site))
        });
        Self { findings }
    }

    /// Whether the migrator can go live: nothing that was found is an error.
    pub fn is_fit(&self) -> bool {
        self.is_fit_but_for(&[])
    }

    /// Whether nothing that was found is an error, those aside that the host has looked at and accepts.
    pub fn is_fit_but_for(&self, accepted: &[Code]) -> bool {
        !self.findings.iter().any(|it| it.severity == Severity::Error && !accepted.contains(&it.code))
    }

    /// The findings of one code.
    pub fn of(&self, code: Code) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.code == code)
    }

    /// How many findings are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut findings = self.findings.iter().peekable();
        while let Some(finding) = findings.next() {
            // What is true in several places is said once, after the last of them.
            let is_said_again = |next: &&Finding| next.code == finding.code && next.text == finding.text;
            if findings.peek().is_some_and(is_said_again) {
                writeln!(f, "{finding:#}")?;
            } else {
                writeln!(f, "{finding}")?;
            }
        }
        let verdict = if self.is_fit() { "Fit to go live" } else { "Not fit to go live" };
        let [errors, warnings, notes] =
            [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")].map(
                |(severity, noun)| {
                    let count = self.count(severity);
                    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
                },
            );
        write!(f, "{verdict}: {errors}, {warnings}, {notes}.")
    }
}

impl Serialize for Diagnosis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Diagnosis", 5)?;
        object.serialize_field("fit", &self.is_fit())?;
        object.serialize_field("errors", &self.count(Severity::Error))?;
        object.serialize_field("warnings", &self.count(Severity::Warning))?;
        object.serialize_field("notes", &self.count(Severity::Note))?;
        object.serialize_field("findings", &self.findings)?;
        object.end()
    }
}
