//! What the SQL stores share: statements that all databases read, and the rows that they return.

pub(crate) mod bulk;
pub(crate) mod engine;
pub(crate) mod row;
pub(crate) mod rows;
pub(crate) mod snapshot;
pub(crate) mod statement;
pub(crate) mod tombstone_key;
pub(crate) mod transaction;
pub(crate) mod users;

mod filter;
mod jobs;
mod look_up;
mod outbox;
mod search;
mod stats;
