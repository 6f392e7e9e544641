//! Legacy connections: what they say, and how they fail.

#[cfg(all(test, feature = "sqlite"))]
#[path = "connections/bad_databases.rs"]
mod bad_databases;
#[cfg(all(test, feature = "conformance"))]
#[path = "connections/conformance.rs"]
mod conformance;
#[cfg(all(test, feature = "sqlite"))]
#[path = "connections/django.rs"]
mod django;
#[cfg(test)]
#[path = "connections/guard.rs"]
mod guard;
#[cfg(all(test, feature = "sqlite"))]
#[path = "connections/people.rs"]
mod people;
