//! Suites for adapter authors: every promise of a contract as a test of its own.

pub mod scheme;
