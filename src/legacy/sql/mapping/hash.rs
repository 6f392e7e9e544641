use super::Column;
use crate::{
    legacy::{LegacyError, sql::row::Reader},
    password::{Dialect, HashContext, PasswordHash},
};

/// Where the stored hash is, and what else of the row belongs to it.
#[derive(Clone, Debug, Default)]
pub(super) struct HashColumns {
    pub(super) hash: Option<Column>,
    pub(super) scheme: Scheme,
    pub(super) salt: Option<Column>,
    pub(super) username: Option<Column>,
    pub(super) iterations: Option<Column>,
}

/// How the scheme of a hash is told.
#[derive(Clone, Debug, Default)]
pub(super) enum Scheme {
    Dialect(Dialect),
    Same(String),
    #[default]
    Told,
}

impl HashColumns {
    /// The stored hash. NULL is as an account without a password: the empty hash, which matches nothing.
    pub(super) fn read(&self, row: Reader<'_>) -> Result<PasswordHash, LegacyError> {
        let text = match &self.hash {
            Some(column) => row.text(column)?.unwrap_or_default(),
            None => "",
        };
        let hash = match &self.scheme {
            Scheme::Dialect(dialect) => dialect.hash(text),
            // Nothing is of no scheme, so that it reads as an account without a password.
            Scheme::Same(scheme) if !text.is_empty() => PasswordHash::declared(scheme, text),
            Scheme::Same(_) | Scheme::Told => PasswordHash::new(text),
        };
        let mut context = HashContext::default();
        if let Some(column) = &self.salt {
            context.salt = row.bytes(column)?.map(Into::into);
        }
        if let Some(column) = &self.username {
            context.username = row.exact_text(column)?.map(str::to_owned);
        }
        if let Some(column) = &self.iterations {
            context.iterations = row.count(column)?;
        }
        Ok(hash.with_context(context))
    }
}
