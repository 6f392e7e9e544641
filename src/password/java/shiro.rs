//! Apache Shiro, and Grails' plug-in for it.
//!
//! Version 1 (`Shiro1CryptFormat`): `$shiro1$SHA-256$500000$<salt>$<digest>`, padded base64; the digest of salt and
//! password, taken again and again. An application's private salt, if it has one, is the context's key: it stands
//! before the salt. Version 2 (`Shiro2CryptFormat`): `$shiro2$` and an Argon2 string whose parameters are in the order
//! t, m, p, or a bcrypt string whose cost has no leading zero.

#[cfg(feature = "bcrypt")]
use zeroize::Zeroizing;

#[cfg(feature = "bcrypt")]
use crate::password::bcrypt::BcryptHash;
use crate::password::{
    HashError, ParsedHash, SecretBytes,
    algorithm::Algorithm,
    argon2::Argon2Hash,
    field,
    format::{Format, Stored, any_text},
    iterated::IteratedHash,
};

pub(in crate::password) static FORMATS: &[Format] = &[
    Format { name: "shiro1", prefixes: &["$shiro1$"], fits: any_text, parse: shiro_1 },
    Format { name: "shiro2", prefixes: &["$shiro2$"], fits: any_text, parse: shiro_2 },
];

fn shiro_1(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let mut segments = stored.after("$shiro1$")?.split('$');
    let (Some(algorithm), Some(rounds), Some(salt), Some(digest), None) =
        (segments.next(), segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(stored.malformed("it has not four parts"));
    };
    let algorithm = java_digest(algorithm).ok_or(stored.malformed("the digest is not known"))?;
    let rounds = field::decimal(rounds).ok_or(stored.malformed("the iterations are not a number"))?;
    let salt = field::padded_base64(salt).ok_or(stored.malformed("the salt is not padded base64"))?;
    let salt = stored.bounded_salt(salt)?;
    let digest = stored.digest(field::padded_base64(digest), algorithm.output_bytes())?;
    let salt = [stored.key_or_none()?.expose(), salt.expose()].concat().into();
    Ok(Box::new(IteratedHash::new(stored, algorithm, salt, SecretBytes::default(), rounds, digest)?))
}

/// A digest by the name that the JDK gives it.
fn java_digest(name: &str) -> Option<Algorithm> {
    Some(match name {
        "MD5" => Algorithm::Md5,
        "SHA-1" => Algorithm::Sha1,
        "SHA-224" => Algorithm::Sha224,
        "SHA-256" => Algorithm::Sha256,
        "SHA-384" => Algorithm::Sha384,
        "SHA-512" => Algorithm::Sha512,
        "SHA3-224" => Algorithm::Sha3_224,
        "SHA3-256" => Algorithm::Sha3_256,
        "SHA3-384" => Algorithm::Sha3_384,
        "SHA3-512" => Algorithm::Sha3_512,
        _ => return None,
    })
}

fn shiro_2(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let text = stored.after("$shiro2")?;
    if text.starts_with("$argon2") {
        return Ok(Box::new(Argon2Hash::parse(stored.scheme, text, stored.limits)?));
    }
    bcrypt(stored, text)
}

#[cfg(feature = "bcrypt")]
fn bcrypt(stored: &Stored<'_>, text: &str) -> Result<Box<dyn ParsedHash>, HashError> {
    let mut segments = text.split('$');
    let (Some(""), Some(version), Some(cost), Some(body), None) =
        (segments.next(), segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(stored.malformed("it is neither Argon2 nor bcrypt"));
    };
    if cost.starts_with('0') {
        return Err(stored.malformed("the cost has a leading zero"));
    }
    let text = Zeroizing::new(format!("${version}${cost:0>2}${body}"));
    Ok(Box::new(BcryptHash::parse(stored.scheme, &text, stored.limits)?))
}

#[cfg(not(feature = "bcrypt"))]
fn bcrypt(stored: &Stored<'_>, _text: &str) -> Result<Box<dyn ParsedHash>, HashError> {
    Err(stored.malformed("it is not Argon2, and bcrypt is not built in"))
}
