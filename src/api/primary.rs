//! A search as clients mean it: to them, everybody has the connection itself as first identity.

use super::Connection;
use crate::store::{Filter, Pattern, TextField};

pub(super) fn with_primary(filter: Filter, connection: &Connection) -> Filter {
    match filter {
        Filter::And(filters) => {
            Filter::And(filters.into_iter().map(|filter| with_primary(filter, connection)).collect())
        }
        Filter::Or(filters) => Filter::Or(filters.into_iter().map(|filter| with_primary(filter, connection)).collect()),
        Filter::Not(filter) => with_primary(*filter, connection).negated(),
        Filter::Text(TextField::IdentityProvider, pattern)
            if pattern.matches(connection.name()) || pattern.matches(connection.as_provider()) =>
        {
            Filter::All
        }
        Filter::Text(TextField::IdentitySubject, pattern) => {
            let own = pattern.as_exact().map_or_else(Vec::new, |subject| {
                let whole = format!("{}|{subject}", connection.as_provider());
                [subject.to_owned(), whole].map(|id| Filter::Text(TextField::UserId, Pattern::exact(id))).into()
            });
            Filter::Or(own.into_iter().chain([Filter::Text(TextField::IdentitySubject, pattern)]).collect())
        }
        other => other,
    }
}
