//! The formats of Python beside Django's: Werkzeug (Flask, Airflow, Superset, `JupyterHub`) and passlib (Odoo, Pleroma).
//!
//! Werkzeug writes a method, `$`, the salt, `$`, and lower-case hexadecimal; salts are used as text
//! (`werkzeug.security`). passlib writes base64 with `.` for `+` and no padding; other writers of its format keep both,
//! and are read as well (`passlib.hash.pbkdf2_sha256`).

pub(in crate::password) mod flask_security;

#[cfg(any(feature = "pbkdf2", feature = "scrypt"))]
use super::format::any_text;
#[cfg(feature = "pbkdf2")]
use zeroize::Zeroizing;

#[cfg(feature = "pbkdf2")]
use super::pbkdf2::Pbkdf2Hash;
#[cfg(feature = "scrypt")]
use super::scrypt::ScryptHash;
use super::{
    HashError, ParsedHash,
    algorithm::Algorithm,
    digest::DigestHash,
    field,
    format::{Format, Stored},
    keyed::KeyedHash,
};

pub(super) static FORMATS: &[Format] = &[
    // Before 3.0: `sha256$<salt>$<hex>`, the HMAC whose key is the salt; Django's digests are spelled like it.
    Format {
        name: "werkzeug-hmac",
        prefixes: &["md5$", "sha1$", "sha224$", "sha256$", "sha384$", "sha512$"],
        fits: |text| {
            hmac_parts(text).is_some_and(|(algorithm, _, digest)| {
                field::is_hex(digest, algorithm.output_bytes()) && !digest.bytes().any(|byte| byte.is_ascii_uppercase())
            })
        },
        parse: werkzeug_hmac,
    },
    // `pbkdf2:sha256:1000000$<salt>$<hex>`, over any digest; the key is one digest long.
    #[cfg(feature = "pbkdf2")]
    Format { name: "werkzeug-pbkdf2", prefixes: &["pbkdf2:"], fits: any_text, parse: werkzeug_pbkdf2 },
    // `scrypt:32768:8:1$<salt>$<hex>`, Werkzeug's default; the key has 64 bytes.
    #[cfg(feature = "scrypt")]
    Format { name: "werkzeug-scrypt", prefixes: &["scrypt:"], fits: any_text, parse: werkzeug_scrypt },
    #[cfg(feature = "pbkdf2")]
    PASSLIB,
];

/// `$pbkdf2-sha256$29000$<salt>$<key>`; without a digest in its name it is SHA-1. The key is one digest long.
#[cfg(feature = "pbkdf2")]
const PASSLIB: Format = Format {
    name: "pbkdf2-passlib",
    prefixes: &[
        "$pbkdf2$",
        "$pbkdf2-sha1$",
        "$pbkdf2-sha224$",
        "$pbkdf2-sha256$",
        "$pbkdf2-sha384$",
        "$pbkdf2-sha512$",
    ],
    // PHC strings, which begin like it, name their parameters.
    fits: |text| text.split('$').nth(2).is_some_and(|rounds| !rounds.contains('=')),
    parse: passlib,
};

fn hmac_parts(text: &str) -> Option<(Algorithm, &str, &str)> {
    let (algorithm, rest) = text.split_once('$')?;
    let (salt, digest) = rest.split_once('$')?;
    let known = matches!(algorithm, "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512");
    Some((Algorithm::named(algorithm).filter(|_| known)?, salt, digest))
}

fn werkzeug_hmac(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (algorithm, salt, digest) =
        hmac_parts(stored.text()).ok_or(stored.malformed("it is not a digest's name, salt and digest"))?;
    let digest = stored.digest(field::hex(digest), algorithm.output_bytes())?;
    let salt = stored.bounded_salt(salt.into())?;
    // Without a salt it is a plain digest: the HMAC of an empty key was never written.
    if salt.is_empty() {
        return Ok(Box::new(DigestHash::plain(algorithm, digest)));
    }
    Ok(Box::new(KeyedHash::new(algorithm, salt, digest)))
}

/// The parameters after the method's name, the salt and the key.
#[cfg(any(feature = "pbkdf2", feature = "scrypt"))]
fn werkzeug_parts<'a>(stored: &Stored<'a>, method: &str) -> Result<(&'a str, &'a str, &'a str), HashError> {
    let mut segments = stored.after(method)?.split('$');
    let (Some(parameters), Some(salt), Some(key), None) =
        (segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(stored.malformed("it is not a method, salt and key"));
    };
    if salt.is_empty() {
        return Err(stored.malformed("the salt is empty"));
    }
    Ok((parameters, salt, key))
}

#[cfg(feature = "pbkdf2")]
fn werkzeug_pbkdf2(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (parameters, salt, key) = werkzeug_parts(stored, "pbkdf2:")?;
    let (digest, iterations) = parameters.split_once(':').ok_or(stored.malformed("it names no iterations"))?;
    let prf = Algorithm::named(digest).ok_or(stored.malformed("the digest is not known"))?;
    let iterations = field::decimal(iterations).ok_or(stored.malformed("the iterations are not a number"))?;
    let key = stored.digest(field::hex(key), prf.output_bytes())?;
    Ok(Box::new(Pbkdf2Hash::new(stored, prf, iterations, salt.into(), key)?))
}

#[cfg(feature = "scrypt")]
fn werkzeug_scrypt(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (parameters, salt, key) = werkzeug_parts(stored, "scrypt:")?;
    let mut numbers = parameters.split(':').map(field::decimal);
    let (Some(Some(n)), Some(Some(r)), Some(Some(p)), None) =
        (numbers.next(), numbers.next(), numbers.next(), numbers.next())
    else {
        return Err(stored.malformed("its parameters are not N, r and p"));
    };
    let key = stored.digest(field::hex(key), 64)?;
    Ok(Box::new(ScryptHash::new(stored, n, r, p, salt.into(), key)?))
}

#[cfg(feature = "pbkdf2")]
fn passlib(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let mut segments = stored.after("$pbkdf2")?.split('$');
    let (Some(digest), Some(rounds), Some(salt), Some(key), None) =
        (segments.next(), segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(stored.malformed("it has not four parts"));
    };
    let prf = match digest {
        "" | "-sha1" => Algorithm::Sha1,
        "-sha224" => Algorithm::Sha224,
        "-sha256" => Algorithm::Sha256,
        "-sha384" => Algorithm::Sha384,
        "-sha512" => Algorithm::Sha512,
        _ => return Err(stored.malformed("the digest is not SHA-1 or SHA-2")),
    };
    let rounds = field::decimal(rounds).ok_or(stored.malformed("the rounds are not a number"))?;
    // Whoever pads, pads both.
    let decode = if salt.contains('=') || key.contains('=') { field::padded_base64 } else { field::base64 };
    let read = |text: &str| decode(&Zeroizing::new(text.replace('.', "+")));
    let salt = read(salt).ok_or(stored.malformed("the salt is not base64"))?;
    let key = stored.digest(read(key), prf.output_bytes())?;
    Ok(Box::new(Pbkdf2Hash::new(stored, prf, rounds, salt, key)?))
}
