//! SQLite on an async runtime: connections that each have a thread, and what is sent there.

pub(crate) mod access;
pub(crate) mod fault;
pub(crate) mod pool;

mod job;
