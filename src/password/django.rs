//! The formats of Django's password hashers (`django.contrib.auth.hashers`).
//!
//! Django writes the hasher's name, `$`, and what the hasher made. Salts are used as text, not decoded.

mod argon2;
#[cfg(feature = "bcrypt")]
mod bcrypt;
#[cfg(feature = "crypt")]
mod crypt;
#[cfg(feature = "digest")]
mod digest;
#[cfg(feature = "pbkdf2")]
mod pbkdf2;
#[cfg(feature = "scrypt")]
mod scrypt;

pub use argon2::DjangoArgon2;
#[cfg(feature = "bcrypt")]
pub use bcrypt::{DjangoBcrypt, DjangoBcryptSha256};
#[cfg(feature = "crypt")]
pub use crypt::DjangoCrypt;
#[cfg(feature = "digest")]
pub use digest::DjangoDigest;
#[cfg(feature = "pbkdf2")]
pub use pbkdf2::DjangoPbkdf2;
#[cfg(feature = "scrypt")]
pub use scrypt::DjangoScrypt;
