//! Legacy connections: what they say, and how they fail.

#[cfg(test)]
#[cfg(feature = "sqlite")]
#[path = "connections/bad_databases.rs"]
mod bad_databases;
#[cfg(test)]
#[cfg(feature = "conformance")]
#[path = "connections/conformance.rs"]
mod conformance;
#[cfg(test)]
#[cfg(feature = "sqlite")]
#[path = "connections/django.rs"]
mod django;
#[cfg(test)]
#[path = "connections/guard.rs"]
mod guard;
#[cfg(test)]
#[cfg(feature = "http")]
#[path = "connections/http.rs"]
mod http;
#[cfg(test)]
#[cfg(feature = "ldap")]
#[path = "connections/ldap.rs"]
mod ldap;
#[cfg(test)]
#[cfg(feature = "sqlite")]
#[path = "connections/people.rs"]
mod people;
#[cfg(test)]
#[cfg(feature = "ldap")]
#[path = "servers/scripted_ldap.rs"]
mod scripted_ldap;
#[cfg(test)]
#[cfg(feature = "ldap")]
#[path = "servers/slapd.rs"]
mod slapd;
