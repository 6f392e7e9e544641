//! Legacy connections: what they say, and how they fail.

#[cfg(test)]
#[path = "connections/guard.rs"]
mod guard;
