//! Searching users in the query syntax of the reference product.
//!
//! A [`Query`] is text that has been read: `email:ada* AND NOT _exists_:last_login`. What it means is a
//! [`Filter`], which every store with a [`SearchStore`](crate::store::SearchStore) answers.
//! [The guide](crate::guide::search) has the whole syntax.

mod date;
mod error;
mod field;
mod normal;
mod parser;
mod range;
mod word;
mod written;

use std::{fmt, str::FromStr};

pub use self::error::{QueryError, QueryErrorKind};

#[cfg(feature = "bulk")]
pub(crate) use self::date::parse as named_time;

use self::{parser::Parser, written::Written};
use crate::{
    identifier::{IdentifierRules, StandardRules},
    store::Filter,
};

/// A search as text: Lucene's syntax, as the reference product has it for its user search v3.
///
/// ```
/// use waystation::{
///     search::Query,
///     store::{MemoryStore, Search, SearchStore, StoreError},
/// };
///
/// # async fn example(store: &MemoryStore) -> Result<(), Box<dyn std::error::Error>> {
/// let query: Query = r#"email.domain:"example.com" AND logins_count:[100 TO *]"#.parse()?;
/// let page = store.search(&Search::new(query.into_filter()).limit(10)).await?;
/// # Ok(())
/// # }
/// # fn main() -> Result<(), waystation::search::QueryError> {
/// // Shown as it was understood.
/// let query: Query = "+last_login:<2024 -blocked:true".parse()?;
/// assert_eq!(query.to_string(), "last_login:[* TO 2023-12-31T23:59:59.999999Z] AND NOT blocked:true");
/// assert_eq!(query.to_string().parse::<Query>()?, query);
/// # Ok(())
/// # }
/// ```
///
/// `Display` shows what is searched for, and `Debug` does not.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    filter: Filter,
}

impl Query {
    /// How many clauses a query has at most. A term without a field is eight: one for each field it is looked for in.
    pub const CLAUSES: usize = 512;
    /// How deep brackets and `NOT` may stand in each other, and the tree that is made of them.
    pub const DEPTH: usize = 32;
    /// The longest query in bytes, as it is given and as it is shown.
    pub const LENGTH: usize = 16 * 1024;

    /// Reads a query. Identifiers are compared in the normal form of [`StandardRules`].
    ///
    /// # Errors
    ///
    /// When it is none, or asks for what is not kept, or is too long, too deep or of too many clauses.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        Self::parse_with(text, &StandardRules::new())
    }

    /// Reads a query for a store whose identifiers have been through other rules.
    ///
    /// Whole identifiers go through them; parts of one (`ada*`) and what they do not accept are in lower case (e-mail
    /// addresses) or folded (user names), as [`StandardRules`] has them.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub fn parse_with(text: &str, rules: &dyn IdentifierRules) -> Result<Self, QueryError> {
        let filter = Parser::parse(text, rules)?;
        // What is shown must be read again.
        if Written(&filter).to_string().len() > Self::LENGTH {
            return Err(QueryError::new(
                QueryErrorKind::TooLong,
                0..text.len(),
                "written out it is longer than 16384 bytes",
            ));
        }
        Ok(Self { filter })
    }

    /// What it means.
    pub const fn filter(&self) -> &Filter {
        &self.filter
    }

    /// What it means.
    pub fn into_filter(self) -> Filter {
        self.filter
    }
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::parse(text)
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Written(&self.filter).fmt(f)
    }
}
