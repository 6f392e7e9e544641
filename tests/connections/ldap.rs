//! A real directory, and connections to it.

#[cfg(feature = "digest")]
use std::sync::Arc;
use std::{io, time::Duration};

use waystation::{
    Identifier, IdentifierRules, LegacyConnection, Password,
    identifier::{IdentifierKind, StandardRules},
    legacy::{
        LdapConnection, LdapConnectionBuilder, LdapDate, LdapGroups, LdapMapping, LdapNewUsers, LdapValue,
        LegacyAttempt, LegacyError, LegacyUser, Verdict,
    },
};

use crate::slapd::{SERVICE, SERVICE_PASSWORD, SUFFIX, Slapd};

#[path = "ldap/bad_input.rs"]
mod bad_input;
#[path = "ldap/bad_servers.rs"]
mod bad_servers;
#[cfg(feature = "conformance")]
#[path = "ldap/conformance.rs"]
mod conformance;
#[path = "ldap/domain_controller.rs"]
mod domain_controller;
#[cfg(feature = "digest")]
#[path = "ldap/hashes.rs"]
mod hashes;
#[path = "ldap/people.rs"]
mod people;
#[path = "ldap/verdicts.rs"]
mod verdicts;
#[path = "ldap/writer.rs"]
mod writer;

/// Everybody, and the policies that some of them are under.
const PEOPLE: &str = include_str!("ldap/people.ldif");

const BASE: &str = "ou=people,dc=example,dc=com";

/// `None`, and a line that says so, where there is no server on this machine.
fn directory() -> io::Result<Option<Slapd>> {
    Slapd::is_installed().then(|| Slapd::start(PEOPLE)).transpose()
}

fn mapping() -> LdapMapping {
    LdapMapping::inet_org_person()
        .email_verified("emailVerified")
        .blocked("accountClosed")
        .password("userPassword")
        .last_login("lastVisit", LdapDate::GeneralizedTime)
        .groups(LdapGroups::under(format!("ou=groups,{SUFFIX}"), "member"))
        .app_metadata("departments", "ou", LdapValue::List)
}

fn mapped(directory: &Slapd, mapping: LdapMapping) -> LdapConnectionBuilder {
    LdapConnection::builder(directory.url(), BASE, mapping)
        .without_tls()
        .service_account(SERVICE, SERVICE_PASSWORD)
        // These tests are about what happens, not how fast.
        .connect_limit(Duration::from_secs(30))
        .operation_limit(Duration::from_secs(30))
}

fn searching(directory: &Slapd) -> LdapConnectionBuilder {
    mapped(directory, mapping()).writable(LdapNewUsers::inet_org_person(BASE).constant("objectClass", "customer"))
}

fn templated(directory: &Slapd) -> LdapConnectionBuilder {
    mapped(directory, mapping()).bind_template(IdentifierKind::Username, format!("uid={{}},{BASE}"))
}

#[cfg(feature = "digest")]
fn hashed(directory: &Slapd, passwords: Arc<waystation::Passwords>) -> LdapConnectionBuilder {
    mapped(directory, mapping()).verify_hashes(passwords)
}

fn username(text: &str) -> Identifier {
    parsed(IdentifierKind::Username, text)
}

fn email(text: &str) -> Identifier {
    parsed(IdentifierKind::Email, text)
}

/// By the rules, or as it is where they refuse it: a connection may be asked by other rules.
fn parsed(kind: IdentifierKind, text: &str) -> Identifier {
    StandardRules::new().parse_as(kind, text).unwrap_or_else(|_| Identifier::from_parts(kind, text, text))
}

async fn ask(legacy: &LdapConnection, who: &Identifier, password: &str) -> Result<Verdict, LegacyError> {
    legacy.authenticate(&LegacyAttempt::new(who, &Password::from(password))).await
}

/// The person of somebody who is there.
async fn found(legacy: &LdapConnection, who: &str) -> Result<LegacyUser, LegacyError> {
    legacy.find(&username(who)).await?.ok_or(LegacyError::Gone)
}
