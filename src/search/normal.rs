//! What is searched for, in the form in which it is kept.

use crate::{
    identifier::{Identifier, IdentifierKind, IdentifierRules, folded_username, lower_address},
    store::{Pattern, TextField, folded},
};

/// The pattern as values of this field are compared with it.
pub(super) fn normal(field: TextField, pattern: &Pattern, rules: &dyn IdentifierRules) -> Pattern {
    match field {
        TextField::Email => identifier(IdentifierKind::Email, pattern, rules, lower_address),
        TextField::EmailDomain => {
            let domain = pattern.as_exact().and_then(|domain| {
                let address = rules.parse_as(IdentifierKind::Email, &format!("a@{domain}")).ok()?;
                address.normal().rsplit_once('@').map(|(_, domain)| Pattern::exact(domain))
            });
            domain.unwrap_or_else(|| pattern.map(lower_address))
        }
        TextField::FamilyName | TextField::GivenName | TextField::Name | TextField::Nickname => {
            pattern.map(|piece| folded(piece).into_owned())
        }
        TextField::Phone => identifier(IdentifierKind::Phone, pattern, rules, str::to_owned),
        TextField::Username => identifier(IdentifierKind::Username, pattern, rules, folded_username),
        TextField::Factor
        | TextField::IdentityProvider
        | TextField::IdentitySubject
        | TextField::LegacyId
        | TextField::Picture
        | TextField::Source
        | TextField::UserId => pattern.clone(),
    }
}

fn identifier(
    kind: IdentifierKind,
    pattern: &Pattern,
    rules: &dyn IdentifierRules,
    part: impl Fn(&str) -> String,
) -> Pattern {
    let whole = pattern.as_exact().and_then(|text| rules.parse_as(kind, text).ok());
    match whole.as_ref().map(Identifier::normal) {
        Some(normal) => Pattern::exact(normal),
        None => pattern.map(part),
    }
}
