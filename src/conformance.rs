//! Suites for adapter authors: one named test for every promise that a contract makes.

pub mod connection;
