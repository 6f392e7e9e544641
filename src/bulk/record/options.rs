use std::{fmt, sync::Arc};

use crate::{
    identifier::{IdentifierRules, StandardRules},
    password::{Dialect, Limits, PasswordHash, Schemes},
};

/// How records are read: whose they are, and what is taken.
///
/// ```
/// use waystation::bulk::{ImportRecord, RecordOptions};
///
/// // An export of the reference product, whose ids begin with the name of the strategy.
/// let options = RecordOptions::default().id_prefix("auth0|");
/// let record = ImportRecord::from_json(br#"{"user_id": "auth0|42", "email": "ada@example.com"}"#, &options)?;
/// assert_eq!(record.id.unwrap().as_str(), "42");
/// # Ok::<(), Vec<waystation::bulk::Fault>>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct RecordOptions {
    /// What makes identifiers comparable: the same rules as the migrator's. Default [`StandardRules`].
    pub rules: Arc<dyn IdentifierRules>,
    /// The schemes of which hashes may be. Default all of them.
    pub schemes: Arc<Schemes>,
    /// The ceilings for hashes. Default [`Limits::default`].
    pub limits: Limits,
    /// The scheme of every `password_hash`, where their texts do not tell it.
    pub hash_format: Option<String>,
    /// The system that spelt them, where [`hash_format`](Self::hash_format) is not set.
    pub dialect: Option<Dialect>,
    /// What is taken off the beginning of ids that begin with it.
    pub id_prefix: Option<String>,
    /// Whether the reference schema alone is taken, to the letter: an `email` in every record, bcrypt of 10 rounds in
    /// `password_hash`, no `waystation`, and the lengths and patterns of
    /// [`STRICT_IMPORT_SCHEMA`](crate::bulk::STRICT_IMPORT_SCHEMA). Default no.
    pub strict: bool,
    /// Most levels of nesting in a record, 1 to 100. Default 64.
    pub nesting: usize,
    /// Whether keys are the titles of columns: known to who reads rows.
    pub(in crate::bulk) has_titles: bool,
}

impl Default for RecordOptions {
    fn default() -> Self {
        Self {
            rules: Arc::new(StandardRules::new()),
            schemes: Arc::new(Schemes::standard()),
            limits: Limits::default(),
            hash_format: None,
            dialect: None,
            id_prefix: None,
            strict: false,
            nesting: 64,
            has_titles: false,
        }
    }
}

impl RecordOptions {
    /// Sets the rules of identifiers.
    pub fn rules(mut self, rules: Arc<dyn IdentifierRules>) -> Self {
        self.rules = rules;
        self
    }

    /// Sets the schemes and the ceilings of hashes.
    pub fn schemes(mut self, schemes: impl Into<Arc<Schemes>>, limits: Limits) -> Self {
        self.schemes = schemes.into();
        self.limits = limits;
        self
    }

    /// Every `password_hash` is of the scheme with this name.
    pub fn hash_format(mut self, name: impl Into<String>) -> Self {
        self.hash_format = Some(name.into());
        self
    }

    /// Every `password_hash` is spelt as this system spells it.
    pub const fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = Some(dialect);
        self
    }

    /// Takes this off the beginning of ids.
    pub fn id_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.id_prefix = Some(prefix.into());
        self
    }

    /// Takes the reference schema alone.
    pub const fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Sets the most levels of nesting, from 1 to 100.
    pub fn nesting(mut self, levels: usize) -> Self {
        self.nesting = levels.clamp(1, 100);
        self
    }

    /// A text from `password_hash` as the declarations have it.
    pub(in crate::bulk) fn declared(&self, text: &str) -> PasswordHash {
        match (&self.hash_format, self.dialect) {
            (Some(name), _) => PasswordHash::declared(name, text),
            (None, Some(dialect)) => dialect.hash(text),
            (None, None) => PasswordHash::new(text),
        }
    }
}

impl fmt::Debug for RecordOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordOptions")
            .field("rules", &self.rules)
            .field("hash_format", &self.hash_format)
            .field("dialect", &self.dialect)
            .field("id_prefix", &self.id_prefix)
            .field("strict", &self.strict)
            .field("nesting", &self.nesting)
            .finish_non_exhaustive()
    }
}
