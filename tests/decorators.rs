//! The decorators of a migrator, around one that does what it is told.

#[cfg(test)]
#[path = "decorators/scripted.rs"]
mod scripted;

#[cfg(test)]
#[path = "decorators/throttle.rs"]
mod throttle;

#[cfg(test)]
#[path = "decorators/floor.rs"]
mod floor;
