use std::error::Error as StdError;

type Source = Box<dyn StdError + Send + Sync>;

/// Why a store could not do its work. Classified, so that a host knows whether to try again; never holds a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A row is there and cannot be read.
    #[error("a stored {what} cannot be read")]
    Corrupt {
        /// What cannot be read: `profile`, `credential`, `version`.
        what: &'static str,
        /// Why.
        source: Source,
    },
    /// The database is not what this release expects: too new, not a database, not permitted.
    #[error("the store cannot be used: {what}")]
    Misconfigured {
        /// What is wrong.
        what: &'static str,
        /// Why.
        source: Option<Source>,
    },
    /// There is no store in the database yet, and none was to be made.
    #[error("there is no store yet: {what}")]
    Missing {
        /// What is not there.
        what: &'static str,
    },
    /// Anything else.
    #[error("the store failed in {operation}")]
    Other {
        /// The method that failed.
        operation: &'static str,
        /// Why.
        source: Source,
    },
    /// The store cannot be reached or is too busy. The same call may work later.
    #[error("the store is unavailable in {operation}")]
    Unavailable {
        /// The method that failed.
        operation: &'static str,
        /// Why.
        source: Source,
    },
}

impl StoreError {
    /// A row that cannot be read.
    pub fn corrupt(what: &'static str, source: impl Into<Source>) -> Self {
        Self::Corrupt { what, source: source.into() }
    }

    /// A store that cannot be used as it is configured.
    pub const fn misconfigured(what: &'static str) -> Self {
        Self::Misconfigured { what, source: None }
    }

    /// A store that cannot be used as it is configured, for this reason.
    pub fn misconfigured_because(what: &'static str, source: impl Into<Source>) -> Self {
        Self::Misconfigured { what, source: Some(source.into()) }
    }

    /// Any other failure of a method.
    pub fn other(operation: &'static str, source: impl Into<Source>) -> Self {
        Self::Other { operation, source: source.into() }
    }

    /// A store that cannot be reached now.
    pub fn unavailable(operation: &'static str, source: impl Into<Source>) -> Self {
        Self::Unavailable { operation, source: source.into() }
    }

    /// Whether the same call may work later.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}
