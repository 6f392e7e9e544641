use std::collections::HashSet;

use crate::{
    identifier::{Identifier, IdentifierKind, IdentifierRules, StandardRules},
    legacy::LegacyAttempt,
};

type Predicate = dyn Fn(&Identifier) -> bool + Send + Sync;

/// Who is looked for at a member: everybody for whom all of these hold that are set.
#[derive(Default)]
pub(super) struct Route {
    domains: Option<HashSet<String>>,
    /// Whether something was given as a domain that is none.
    has_bad_domain: bool,
    pub(super) including_subdomains: bool,
    pub(super) tenants: Option<HashSet<String>>,
    pub(super) when: Option<Box<Predicate>>,
}

impl Route {
    pub(super) fn set_domains<D: AsRef<str>>(&mut self, domains: impl IntoIterator<Item = D>) {
        let mut normal = HashSet::new();
        for domain in domains {
            match normal_domain(domain.as_ref()) {
                Some(domain) => drop(normal.insert(domain)),
                None => self.has_bad_domain = true,
            }
        }
        self.domains = Some(normal);
    }

    /// Why the route leads nobody anywhere, if it does not.
    pub(super) fn fault(&self) -> Option<&'static str> {
        match () {
            () if self.has_bad_domain => Some("is routed by a domain that is none"),
            () if self.domains.as_ref().is_some_and(HashSet::is_empty) => Some("is routed by no domain"),
            () if self.tenants.as_ref().is_some_and(HashSet::is_empty) => Some("is routed by no tenant"),
            () if self.including_subdomains && self.domains.is_none() => Some("has sub-domains of no domain"),
            () => None,
        }
    }

    /// Whether a log-in comes here.
    pub(super) fn takes(&self, attempt: &LegacyAttempt<'_>) -> bool {
        let has_tenant = |tenants: &HashSet<String>| attempt.tenant().is_some_and(|tenant| tenants.contains(tenant));
        self.tenants.as_ref().is_none_or(has_tenant) && self.may_take(attempt.identifier())
    }

    /// Whether somebody with this identifier may come here, whatever their tenant.
    pub(super) fn may_take(&self, identifier: &Identifier) -> bool {
        self.has_domain_of(identifier) && self.when.as_ref().is_none_or(|predicate| predicate(identifier))
    }

    fn has_domain_of(&self, identifier: &Identifier) -> bool {
        let Some(domains) = &self.domains else { return true };
        let mut rest = match (identifier.kind(), identifier.normal().rsplit_once('@')) {
            (IdentifierKind::Email, Some((_, domain))) => Some(domain),
            _ => None,
        };
        while let Some(domain) = rest {
            if domains.contains(domain) {
                return true;
            }
            rest = domain.split_once('.').map(|(_, parent)| parent).filter(|_| self.including_subdomains);
        }
        false
    }

    pub(super) const fn asks_for_tenant(&self) -> bool {
        self.tenants.is_some()
    }

    /// Whether a log-in can only reach `later` after this, if its identifier fits both.
    pub(super) fn always_goes_before(&self, later: &Self) -> bool {
        match (&self.tenants, &later.tenants) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(ours), Some(theirs)) => theirs.is_subset(ours),
        }
    }
}

/// A domain as the normal form of an e-mail address has it; `None` for what no host is called, such as a pattern.
fn normal_domain(domain: &str) -> Option<String> {
    if domain.contains('@') {
        return None;
    }
    let address = StandardRules::new().parse_as(IdentifierKind::Email, &format!("x@{domain}")).ok()?;
    let (_, domain) = address.normal().rsplit_once('@')?;
    let is_host = domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    is_host.then(|| domain.to_owned())
}
