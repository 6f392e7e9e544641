use std::{fmt, sync::Arc, time::Duration};

use super::{
    LdapConnection, LdapMapping, LdapNewUsers, Verify,
    directory::Listing,
    filter,
    look_up::People,
    server::{Server, ServiceAccount, Settings},
    template::Template,
    tls::{self, Trust},
};
use crate::{
    clock::{Clock, SystemClock},
    identifier::{IdentifierKind, IdentifierRules, StandardRules},
    legacy::LegacyError,
    password::{Password, Passwords},
    user::SourceName,
};

/// Builds an [`LdapConnection`].
pub struct LdapConnectionBuilder {
    source: SourceName,
    url: String,
    people: People,
    mapping: LdapMapping,
    service: Option<ServiceAccount>,
    template: Option<(IdentifierKind, String)>,
    passwords: Option<Arc<Passwords>>,
    new_users: Option<LdapNewUsers>,
    trust: Trust,
    is_encrypted: bool,
    rules: Arc<dyn IdentifierRules>,
    clock: Arc<dyn Clock>,
    connect_limit: Duration,
    operation_limit: Duration,
}

impl LdapConnectionBuilder {
    pub(super) fn new(url: String, base: String, mapping: LdapMapping) -> Self {
        Self {
            source: SourceName::new("ldap"),
            url,
            people: People { base, filter: "(objectClass=person)".to_owned() },
            mapping,
            service: None,
            template: None,
            passwords: None,
            new_users: None,
            trust: Trust::System,
            is_encrypted: true,
            rules: Arc::new(StandardRules::new()),
            clock: Arc::new(SystemClock::new()),
            connect_limit: Duration::from_secs(2),
            operation_limit: Duration::from_secs(3),
        }
    }

    /// Names the legacy system. Default `ldap`.
    pub fn source(mut self, name: impl Into<SourceName>) -> Self {
        self.source = name.into();
        self
    }

    /// Sets what entries of people have, and others have not. Default `(objectClass=person)`.
    pub fn filter(mut self, filter: impl Into<String>) -> Self {
        self.people.filter = filter.into();
        self
    }

    /// Sets who looks people up: an entry's name, or in Active Directory also `name@domain`.
    pub fn service_account(mut self, name: impl Into<String>, password: impl Into<Password>) -> Self {
        self.service = Some(ServiceAccount::Named { name: name.into(), password: password.into() });
        self
    }

    /// Looks people up as nobody, where the directory lets everybody read.
    pub fn anonymous(mut self) -> Self {
        self.service = Some(ServiceAccount::Anonymous);
        self
    }

    /// Binds with a name made of the identifier that was typed, instead of looking the entry up first:
    /// `uid={},ou=people,dc=example,dc=com`, or in Active Directory `{}@corp.example.com`. What is typed is escaped.
    ///
    /// Needs no service account, and then nobody can be found without their password, or told from somebody with a
    /// wrong one; sign-ups cannot be checked against the directory.
    pub fn bind_template(mut self, kind: IdentifierKind, template: impl Into<String>) -> Self {
        self.template = Some((kind, template.into()));
        self
    }

    /// Verifies the values of the mapped [`password`](LdapMapping::password) attribute here, without a bind: for a copy
    /// of a directory, or one that must not count failed log-ins. Values without a `{tag}` are passwords as they are,
    /// and verified only if the registry of schemes has [`Plaintext::BARE`](crate::password::Plaintext::BARE).
    pub fn verify_hashes(mut self, passwords: Arc<Passwords>) -> Self {
        self.passwords = Some(passwords);
        self
    }

    /// Lets the connection change the directory, and says how new people are written.
    pub fn writable(mut self, new_users: LdapNewUsers) -> Self {
        self.new_users = Some(new_users);
        self
    }

    /// Trusts the authorities with these certificates, in PEM, instead of the system's.
    pub fn certificate_authority(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.trust = Trust::Authorities(pem.into());
        self
    }

    /// Sends passwords over the network as they are. For tests, and for a directory on this very machine.
    pub const fn without_tls(mut self) -> Self {
        self.is_encrypted = false;
        self
    }

    /// Sets the rules that decide which spellings are one person: those of the service. Default: [`StandardRules`].
    pub fn rules(mut self, rules: Arc<dyn IdentifierRules>) -> Self {
        self.rules = rules;
        self
    }

    /// Sets the clock that the limits go by, and that says which accounts have expired. Default: the system's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets how long a connection may take to be there, TLS included. Default 2 s.
    pub const fn connect_limit(mut self, limit: Duration) -> Self {
        self.connect_limit = limit;
        self
    }

    /// Sets how long the directory may take over one question. Default 3 s.
    pub const fn operation_limit(mut self, limit: Duration) -> Self {
        self.operation_limit = limit;
        self
    }

    /// The connection. Nothing is opened yet: a service may start while its directory is down.
    ///
    /// # Errors
    ///
    /// [`LegacyError::Misconfigured`] when the address, a filter, a template, an attribute's name or a certificate is
    /// not well formed, or when parts are missing or contradict each other.
    pub fn build(self) -> Result<LdapConnection, LegacyError> {
        filter::check(&self.people.filter)?;
        self.mapping.check()?;
        self.new_users.iter().try_for_each(LdapNewUsers::check)?;
        if self.service.is_none() && (self.template.is_none() || self.new_users.is_some()) {
            return Err(LegacyError::misconfigured(
                "no service account looks people up, and none was said to be needless",
            ));
        }
        if let Some(ServiceAccount::Named { name, password }) = &self.service
            && (name.is_empty() || password.is_empty())
        {
            // A bind without a password succeeds, as nobody.
            return Err(LegacyError::misconfigured("the service account has no name or no password"));
        }
        let settings = Settings {
            url: address(&self.url, self.is_encrypted)?,
            tls: if self.is_encrypted { Some(tls::config(&self.trust)?) } else { None },
            connect_limit: self.connect_limit,
            operation_limit: self.operation_limit,
            clock: Arc::clone(&self.clock),
            service: self.service,
        };
        Ok(LdapConnection {
            source: self.source,
            server: Server::new(settings),
            people: self.people,
            verification: verification(self.template, self.passwords, &self.mapping)?,
            mapping: self.mapping,
            rules: self.rules,
            clock: self.clock,
            new_users: self.new_users,
            listing: Listing::default(),
        })
    }
}

fn verification(
    template: Option<(IdentifierKind, String)>,
    passwords: Option<Arc<Passwords>>,
    mapping: &LdapMapping,
) -> Result<Verify, LegacyError> {
    match (template, passwords) {
        (None, None) => Ok(Verify::ByBind),
        (Some((kind, template)), None) if mapping.attribute_of(kind).is_some() => {
            Ok(Verify::ByTemplate(Template::parse(kind, &template)?))
        }
        (Some((kind, _)), None) => Err(LegacyError::misconfigured(format!("no attribute holds a {kind}"))),
        (None, Some(passwords)) if mapping.password_attribute().is_some() => Ok(Verify::Hashes(passwords)),
        (None, Some(_)) => Err(LegacyError::misconfigured("no attribute is mapped that has the hashes")),
        (Some(_), Some(_)) => {
            Err(LegacyError::misconfigured("passwords are verified by a bind or by hashes, not both"))
        }
    }
}

/// The address as the client takes it: scheme, host and port, and nothing else that it might understand.
fn address(url: &str, is_encrypted: bool) -> Result<String, LegacyError> {
    let no_address = || LegacyError::misconfigured("the directory's address is not ldap://HOST or ldaps://HOST");
    let (scheme, host) = url.trim_end_matches('/').split_once("://").ok_or_else(no_address)?;
    let scheme = scheme.to_ascii_lowercase();
    if host.is_empty() || host.starts_with(':') || host.contains(['/', '@', '?', '#', ' ', '%']) {
        return Err(no_address());
    }
    match (scheme.as_str(), is_encrypted) {
        ("ldap" | "ldaps", true) | ("ldap", false) => Ok(format!("{scheme}://{host}")),
        ("ldaps", false) => Err(LegacyError::misconfigured("an ldaps:// address has TLS")),
        _ => Err(no_address()),
    }
}

impl fmt::Debug for LdapConnectionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LdapConnectionBuilder")
            .field("source", &self.source)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_how_to_speak_to_it() {
        for (url, is_encrypted) in
            [("ldap://ldap.example.com", true), ("LDAPS://[::1]:636/", true), ("ldap://127.0.0.1:3890", false)]
        {
            let address = address(url, is_encrypted).unwrap();
            assert_eq!(address, url.trim_end_matches('/').replace("LDAPS", "ldaps"));
        }
        for (url, is_encrypted) in [
            ("", true),
            ("ldap.example.com", true),
            ("ldap://", true),
            ("ldap://:389", true),
            ("ldapi:///run/ldapi", true),
            ("https://ldap.example.com", true),
            ("ldap://user:secret@ldap.example.com", true),
            ("ldap://ldap.example.com/dc=example,dc=com", true),
            ("ldap://ldap.example.com?x", true),
            ("ldaps://ldap.example.com", false),
        ] {
            assert!(matches!(address(url, is_encrypted), Err(LegacyError::Misconfigured { .. })), "{url}");
        }
    }

    #[test]
    fn what_is_missing_or_contradicts_itself_shows_before_anybody_logs_in() {
        let start = || LdapConnection::builder("ldap://127.0.0.1", "dc=example,dc=com", LdapMapping::inet_org_person());
        let passwords = || Arc::new(Passwords::builder().build().unwrap());
        start().without_tls().anonymous().build().unwrap();
        for builder in [
            start().without_tls(),
            start().without_tls().service_account("cn=service", ""),
            start().without_tls().service_account("", "secret"),
            start().without_tls().anonymous().filter("objectClass=person"),
            start().without_tls().anonymous().bind_template(IdentifierKind::Username, "uid=ada"),
            start().without_tls().bind_template(IdentifierKind::Phone, "uid={},dc=example"),
            start().without_tls().anonymous().verify_hashes(passwords()),
            start().anonymous().certificate_authority("no certificate"),
            start().anonymous().certificate_authority("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            LdapConnection::builder("ldap://127.0.0.1", "", LdapMapping::new("uid)(x")).without_tls().anonymous(),
        ] {
            assert!(matches!(builder.build(), Err(LegacyError::Misconfigured { .. })));
        }
    }
}
