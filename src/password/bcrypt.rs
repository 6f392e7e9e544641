//! bcrypt (Provos and Mazières, 1999) in the modular crypt format, and what applications put around it.
//!
//! | scheme | what is hashed | written by |
//! |---|---|---|
//! | `bcrypt` | the password | nearly everything: PHP, Rails, Node, Go, Java, `htpasswd -B` |
//! | `bcrypt-2` | the same without the NUL behind it: `$2$` | the first version, of 1997 |
//! | `bcrypt-2x` | the same with each byte taken for a signed one: `$2x$` | `crypt_blowfish` until 1.0.4, PHP before 5.3.7 |
//! | `wordpress-bcrypt` | base64 of an HMAC: `$wp$2y$` | WordPress since 6.8 |
//! | `bcrypt-sha256` | base64 of an HMAC or a digest: `$bcrypt-sha256$` | passlib |
//! | `meteor-bcrypt` | hexadecimal SHA-256, which clients send | Meteor, Rocket.Chat |
//! | `bcrypt-hex-md5`, `bcrypt-hex-sha256` … | a digest in hexadecimal | Flask-Bcrypt, vBulletin 5, tables that were upgraded |
//! | `bcrypt-upper-hex-md5` … | the same in capitals | |
//! | `symfony-bcrypt` | base64 of SHA-512, if the password is longer than 72 bytes or has a NUL | Symfony |
//! | `smf21-bcrypt` | the user's name in lower case, and the password | SMF 2.1 |
//! | `wbb4-bcrypt` | the bcrypt hash of the password | WoltLab's WBB 4, WCF 2 |
//! | `bcrypt-pepper-suffix` | the password and a key | Devise, Synapse |
//!
//! bcrypt reads 72 bytes of what it hashes. `$2a$`, `$2b$` and `$2y$` name one algorithm. NUL bytes are hashed, as pyca,
//! bcryptjs, Go and Rust do; C code stops at them, and so do the two schemes that only C code writes: `bcrypt-2x` and
//! `wbb4-bcrypt`. Hashes without a prefix of their own look like plain bcrypt and must be declared.

mod before;
mod hash;
mod joined;
mod key;
mod passlib;
mod twice;

pub(super) use hash::BcryptHash;
#[cfg(all(feature = "pbkdf2", feature = "scrypt"))]
pub(super) use joined::JoinedBcrypt;

use key::KeyRule;
use twice::TwiceHash;

use super::{
    HashError, ParsedHash,
    algorithm::Algorithm,
    format::{Format, Stored, any_text},
};

pub(super) static FORMATS: &[Format] = &[
    Format { name: "bcrypt", prefixes: &["$2a$", "$2b$", "$2y$"], fits: any_text, parse: plain },
    Format { name: "bcrypt-2", prefixes: &["$2$"], fits: any_text, parse: |stored| tagged(stored, "2", KeyRule::Bare) },
    Format {
        name: "bcrypt-2x",
        prefixes: &["$2x$"],
        fits: any_text,
        parse: |stored| tagged(stored, "2x", KeyRule::SignExtended),
    },
    Format { name: "wordpress-bcrypt", prefixes: &["$wp$2y$"], fits: any_text, parse: before::wordpress },
    Format { name: "bcrypt-sha256", prefixes: &["$bcrypt-sha256$"], fits: any_text, parse: passlib::parse },
    declared("meteor-bcrypt", |stored| before::hex(stored, Algorithm::Sha256)),
    declared("bcrypt-hex-md5", |stored| before::hex(stored, Algorithm::Md5)),
    declared("bcrypt-hex-sha1", |stored| before::hex(stored, Algorithm::Sha1)),
    declared("bcrypt-hex-sha256", |stored| before::hex(stored, Algorithm::Sha256)),
    declared("bcrypt-hex-sha512", |stored| before::hex(stored, Algorithm::Sha512)),
    declared("bcrypt-upper-hex-md5", |stored| before::upper_hex(stored, Algorithm::Md5)),
    declared("bcrypt-upper-hex-sha1", |stored| before::upper_hex(stored, Algorithm::Sha1)),
    declared("bcrypt-upper-hex-sha256", |stored| before::upper_hex(stored, Algorithm::Sha256)),
    declared("bcrypt-upper-hex-sha512", |stored| before::upper_hex(stored, Algorithm::Sha512)),
    declared("symfony-bcrypt", before::symfony),
    declared("smf21-bcrypt", before::smf),
    declared("wbb4-bcrypt", |stored| Ok(Box::new(TwiceHash::parse(stored)?))),
    declared("bcrypt-pepper-suffix", before::pepper_suffix),
];

/// A format that looks like plain bcrypt.
const fn declared(name: &'static str, parse: fn(&Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError>) -> Format {
    Format { name, prefixes: &[], fits: looks_like_bcrypt, parse }
}

fn looks_like_bcrypt(text: &str) -> bool {
    ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| text.starts_with(prefix))
}

fn plain(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    Ok(Box::new(BcryptHash::parse(stored.scheme, stored.text(), stored.limits)?))
}

fn tagged(stored: &Stored<'_>, tag: &str, rule: KeyRule) -> Result<Box<dyn ParsedHash>, HashError> {
    Ok(Box::new(BcryptHash::parse_tagged(stored.scheme, stored.text(), stored.limits, &[tag], rule)?))
}
