//! The passwords of databases' own users, and of systems that keep them alike.

mod microsoft;
mod mysql;
mod oracle;
#[cfg(feature = "pbkdf2")]
mod pbkdf2;
mod postgresql;
mod sap;

use super::format::Format;

pub(super) static FORMATS: &[Format] = &[
    microsoft::FORMAT,
    mysql::OLD,
    mysql::NATIVE,
    #[cfg(feature = "crypt")]
    mysql::CACHING,
    oracle::SHA1,
    #[cfg(feature = "pbkdf2")]
    oracle::SHA512,
    #[cfg(feature = "pbkdf2")]
    pbkdf2::GRUB,
    #[cfg(feature = "pbkdf2")]
    pbkdf2::MACOS,
    postgresql::MD5,
    #[cfg(feature = "pbkdf2")]
    postgresql::SCRAM,
    sap::SHA1,
    sap::SHA256,
    sap::SHA384,
    sap::SHA512,
];
