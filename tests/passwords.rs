//! The password engine against hashes made by the software that users come from, and against hostile ones.

#[cfg(all(test, feature = "conformance"))]
#[path = "passwords/conformance.rs"]
mod conformance;
#[cfg(test)]
#[path = "passwords/defects.rs"]
mod defects;
#[cfg(test)]
#[path = "passwords/facade.rs"]
mod facade;
#[cfg(all(test, feature = "bcrypt", feature = "crypt", feature = "digest", feature = "pbkdf2", feature = "scrypt"))]
#[path = "passwords/hostile.rs"]
mod hostile;
#[cfg(test)]
#[path = "passwords/known_answers.rs"]
mod known_answers;
#[cfg(test)]
#[path = "passwords/pool.rs"]
mod pool;
