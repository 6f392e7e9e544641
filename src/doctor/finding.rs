use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
    time::Duration,
};

use serde::{Serialize, Serializer};

use super::{Code, Severity};
use crate::{store::KeyKind, user::SourceName};

/// One thing that was found. Holds nothing of any one person.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What.
    pub code: Code,
    /// How much it matters: [`Code::severity`].
    pub severity: Severity,
    /// Where.
    #[serde(flatten)]
    pub site: Site,
    /// How many of the sample, or of the users, it is true of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<u64>,
    /// Of how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    /// How long it took, or may take. In JSON: whole milliseconds, as `millis`.
    #[serde(rename = "millis", skip_serializing_if = "Option::is_none", serialize_with = "as_millis")]
    pub took: Option<Duration>,
    /// One sentence for people. Its words may change.
    pub text: String,
}

/// Where something was found. What does not apply is `None`.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[non_exhaustive]
pub struct Site {
    /// The legacy system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceName>,
    /// The scheme of the hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// A table and column, an attribute, a JSON pointer, or the id of a pepper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The kind of key. In JSON: its name.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_name")]
    pub key: Option<KeyKind>,
}

impl Finding {
    /// A finding that counts nothing.
    pub(super) fn new(code: Code, text: impl Into<String>) -> Self {
        let (severity, site) = (code.severity(), Site::default());
        Self { code, severity, site, found: None, of: None, took: None, text: text.into() }
    }

    pub(super) fn at(mut self, site: Site) -> Self {
        self.site = site;
        self
    }

    pub(super) fn count(mut self, found: u64, of: Option<u64>) -> Self {
        (self.found, self.of) = (Some(found), of);
        self
    }

    pub(super) fn took(mut self, took: Duration) -> Self {
        self.took = Some(took);
        self
    }
}

impl Site {
    pub(super) fn source(source: &SourceName) -> Self {
        Self { source: Some(source.clone()), ..Self::default() }
    }

    pub(super) fn scheme(mut self, name: impl Into<String>) -> Self {
        self.scheme = Some(name.into());
        self
    }

    pub(super) fn place(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    pub(super) const fn key(mut self, kind: KeyKind) -> Self {
        self.key = Some(kind);
        self
    }
}

/// `old-shop, bcrypt, auth_user.password`.
impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.source.as_ref().map(SourceName::as_str);
        let parts = [source, self.scheme.as_deref(), self.place.as_deref(), self.key.map(KeyKind::as_str)];
        let mut separator = "";
        for part in parts.into_iter().flatten() {
            write!(f, "{separator}{part}")?;
            separator = ", ";
        }
        Ok(())
    }
}

/// Two lines: what and where, and the sentence. The first only, in the alternate form.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<8} {}", self.severity, self.code)?;
        match (self.found, self.of) {
            (Some(found), Some(of)) => write!(f, "  {found} of {of}")?,
            (Some(found), None) => write!(f, "  {found}")?,
            _ => {}
        }
        if let Some(took) = self.took {
            write!(f, "  {} ms", took.as_millis())?;
        }
        if self.site != Site::default() {
            write!(f, "  ({})", self.site)?;
        }
        if f.alternate() { Ok(()) } else { write!(f, "\n         {}", self.text) }
    }
}

/// What is counted over a sample, put together by what and where.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: BTreeMap<(Code, Site, &'static str), Counted>,
}

#[derive(Debug)]
struct Counted {
    found: u64,
    /// What the sentence was chosen by: that of the greatest weight stays.
    weight: u64,
    text: String,
}

/// So many findings at the most: what there is more of is counted where its site is left out.
const MOST_SITES: usize = 500;

impl Tally {
    /// One more. `text` is what the finding says, unless another of greater `weight` has said it better. Findings
    /// of one code and site with another `aspect` stay apart.
    pub(super) fn add_weighted(&mut self, code: Code, aspect: &'static str, site: Site, weight: u64, text: String) {
        let key = if self.counts.len() < MOST_SITES || self.counts.contains_key(&(code, site.clone(), aspect)) {
            (code, site, aspect)
        } else {
            (code, Site::default(), "")
        };
        match self.counts.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(Counted { found: 1, weight, text });
            }
            Entry::Occupied(entry) => {
                let counted = entry.into_mut();
                counted.found += 1;
                if weight > counted.weight {
                    (counted.weight, counted.text) = (weight, text);
                }
            }
        }
    }

    pub(super) fn add(&mut self, code: Code, site: Site, text: impl Into<String>) {
        self.add_weighted(code, "", site, 0, text.into());
    }

    /// How many there are of a code.
    pub(super) fn found(&self, code: Code) -> u64 {
        self.counts.iter().filter(|((other, ..), _)| *other == code).map(|(_, counted)| counted.found).sum()
    }

    pub(super) fn into_findings(self, of: u64) -> impl Iterator<Item = Finding> {
        self.counts.into_iter().map(move |((code, site, _), counted)| {
            Finding::new(code, counted.text).at(site).count(counted.found, Some(of))
        })
    }
}

#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
fn as_millis<S: Serializer>(took: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)).serialize(serializer)
}

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn as_name<S: Serializer>(kind: &Option<KeyKind>, serializer: S) -> Result<S::Ok, S::Error> {
    kind.map(KeyKind::as_str).serialize(serializer)
}
