#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "admin")]
#[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
pub mod admin;
#[cfg(feature = "api")]
#[cfg_attr(docsrs, doc(cfg(feature = "api")))]
pub mod api;
#[cfg(feature = "bulk")]
#[cfg_attr(docsrs, doc(cfg(feature = "bulk")))]
pub mod bulk;
mod caret;
pub mod clock;
#[cfg(feature = "conformance")]
#[cfg_attr(docsrs, doc(cfg(feature = "conformance")))]
pub mod conformance;
pub mod doctor;
pub mod entropy;
pub mod error;
pub mod event;
pub mod guide;
pub mod identifier;
pub mod legacy;
pub mod migrator;
pub mod password;
pub mod phase;
pub mod policy;
pub mod report;
pub mod search;
pub mod secret_key;
#[cfg(feature = "sqlite")]
mod sqlite;
pub mod store;
pub mod user;

pub use error::Error;
pub use identifier::{Identifier, IdentifierRules};
pub use legacy::LegacyConnection;
pub use migrator::{LazyMigrator, LogIn, LogInOutcome, Migrator};
pub use password::{Password, PasswordHash, PasswordScheme, Passwords, Schemes};
pub use secret_key::SecretKey;
#[cfg(feature = "sqlite")]
pub use store::SqliteStore;
pub use store::{MemoryStore, UserStore};
pub use user::{Profile, User, UserId};
