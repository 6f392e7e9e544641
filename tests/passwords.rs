//! The password engine against hashes made by the software that users come from, and against hostile ones.

#[cfg(test)]
#[cfg(feature = "conformance")]
#[path = "passwords/conformance.rs"]
mod conformance;
#[cfg(test)]
#[cfg(all(feature = "bcrypt", feature = "crypt"))]
#[path = "passwords/crypt.rs"]
mod crypt;
#[cfg(test)]
#[path = "passwords/defects.rs"]
mod defects;
#[cfg(test)]
#[cfg(all(feature = "bcrypt", feature = "crypt", feature = "pbkdf2"))]
#[path = "passwords/directories.rs"]
mod directories;
#[cfg(test)]
#[cfg(feature = "digest")]
#[path = "passwords/expressions.rs"]
mod expressions;
#[cfg(test)]
#[path = "passwords/facade.rs"]
mod facade;
#[cfg(test)]
#[path = "passwords/hash_formats.rs"]
mod hash_formats;
#[cfg(test)]
#[cfg(all(feature = "bcrypt", feature = "crypt", feature = "digest", feature = "pbkdf2", feature = "scrypt"))]
#[path = "passwords/hostile.rs"]
mod hostile;
#[cfg(test)]
#[cfg(all(feature = "bcrypt", feature = "crypt", feature = "digest", feature = "pbkdf2", feature = "scrypt"))]
#[path = "passwords/import_shapes.rs"]
mod import_shapes;
#[cfg(test)]
#[path = "passwords/known_answers.rs"]
mod known_answers;
#[cfg(test)]
#[cfg(all(feature = "bcrypt", feature = "crypt", feature = "digest", feature = "pbkdf2", feature = "scrypt"))]
#[path = "passwords/look_alikes.rs"]
mod look_alikes;
#[cfg(test)]
#[cfg(all(
    target_os = "linux",
    feature = "bcrypt",
    feature = "crypt",
    feature = "digest",
    feature = "pbkdf2",
    feature = "scrypt"
))]
#[path = "passwords/memory.rs"]
mod memory;
#[cfg(test)]
#[path = "passwords/pool.rs"]
mod pool;
#[cfg(test)]
#[cfg(all(feature = "bcrypt", feature = "crypt", feature = "digest", feature = "pbkdf2", feature = "scrypt"))]
#[path = "passwords/registry.rs"]
mod registry;
#[cfg(test)]
#[path = "passwords/renewal.rs"]
mod renewal;
#[cfg(test)]
#[path = "passwords/vectors.rs"]
mod vectors;
#[cfg(test)]
#[cfg(feature = "crypt")]
#[path = "passwords/wrapped.rs"]
mod wrapped;
