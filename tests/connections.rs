//! Legacy connections: what they say, and how they fail.

#[cfg(test)]
#[cfg(feature = "sqlite")]
#[path = "connections/bad_databases.rs"]
mod bad_databases;
#[cfg(test)]
#[cfg(all(unix, any(feature = "mysql", feature = "postgres")))]
#[path = "connections/bad_servers.rs"]
mod bad_servers;
#[cfg(test)]
#[path = "connections/chain.rs"]
mod chain;
#[cfg(test)]
#[path = "connections/chain_model.rs"]
mod chain_model;
#[cfg(test)]
#[cfg(feature = "conformance")]
#[path = "connections/conformance.rs"]
mod conformance;
#[cfg(test)]
#[cfg(feature = "sqlite")]
#[path = "connections/django.rs"]
mod django;
#[cfg(test)]
#[cfg(all(unix, feature = "sqlite", any(feature = "mysql", feature = "postgres")))]
#[path = "connections/django_elsewhere.rs"]
mod django_elsewhere;
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
#[cfg(all(unix, feature = "mysql"))]
#[path = "servers/mysql.rs"]
mod mysql;
#[cfg(test)]
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
#[path = "connections/people.rs"]
mod people;
#[cfg(test)]
#[cfg(all(unix, feature = "postgres"))]
#[path = "servers/postgres.rs"]
mod postgres;
#[cfg(test)]
#[cfg(all(unix, any(feature = "mysql", feature = "postgres"), feature = "bcrypt", feature = "pbkdf2"))]
#[path = "connections/preset_writers.rs"]
mod preset_writers;
#[cfg(test)]
#[cfg(all(unix, any(feature = "mysql", feature = "postgres")))]
#[path = "connections/presets.rs"]
mod presets;
#[cfg(test)]
#[cfg(feature = "ldap")]
#[path = "servers/scripted_ldap.rs"]
mod scripted_ldap;
#[cfg(test)]
#[cfg(all(unix, any(feature = "mysql", feature = "postgres")))]
#[path = "servers/server_process.rs"]
mod server_process;
#[cfg(test)]
#[cfg(feature = "ldap")]
#[path = "servers/slapd.rs"]
mod slapd;
#[cfg(test)]
#[cfg(all(unix, feature = "conformance", any(feature = "mysql", feature = "postgres", feature = "sqlite")))]
#[path = "connections/sql_writer.rs"]
mod sql_writer;
