//! The password engine against hashes made by the software that users come from, and against hostile ones.

#[cfg(test)]
#[path = "passwords/facade.rs"]
mod facade;
#[cfg(test)]
#[path = "passwords/known_answers.rs"]
mod known_answers;
