//! Suites for adapter authors: every promise of a contract as a named test of its own.

pub mod connection;
pub mod scheme;
pub mod store;
