//! The formats of Django's password hashers (`django.contrib.auth.hashers`).
//!
//! Django writes the hasher's name, `$`, and what the hasher made. Salts are used as text, not decoded.

#[cfg(feature = "pbkdf2")]
use super::pbkdf2::Pbkdf2Hash;
#[cfg(feature = "scrypt")]
use super::scrypt::ScryptHash;
use super::{
    HashError, ParsedHash,
    argon2::Argon2Hash,
    format::{Format, Stored, any_text},
};
#[cfg(feature = "bcrypt")]
use super::{Password, bcrypt::BcryptHash, prehash::Prehashed};
#[cfg(feature = "digest")]
use super::{algorithm::Algorithm, digest::DigestHash, field};

pub(super) static FORMATS: &[Format] = &[
    // That word, and an Argon2 PHC string.
    Format { name: "django-argon2", prefixes: &["argon2$"], fits: any_text, parse: argon2 },
    // `bcrypt$` and a bcrypt string.
    #[cfg(feature = "bcrypt")]
    Format { name: "django-bcrypt", prefixes: &["bcrypt$"], fits: any_text, parse: bcrypt },
    // The same over the hexadecimal SHA-256 of the password, which is read whole.
    #[cfg(feature = "bcrypt")]
    Format { name: "django-bcrypt-sha256", prefixes: &["bcrypt_sha256$"], fits: any_text, parse: bcrypt_sha256 },
    // Dropped in 5.0: `crypt$$abJnggxhB/yWI`, and before 1.4 `crypt$ab$abJnggxhB/yWI`.
    #[cfg(feature = "crypt")]
    Format { name: "django-crypt", prefixes: &["crypt$"], fits: any_text, parse: crypt },
    // `md5$<salt>$<hex>`: the digest of the salt's text and the password. Werkzeug wrote HMACs in the same spelling.
    #[cfg(feature = "digest")]
    Format { name: "django-md5", prefixes: &["md5$"], fits: has_salt, parse: |stored| salted(stored, Algorithm::Md5) },
    #[cfg(feature = "digest")]
    Format {
        name: "django-sha1",
        prefixes: &["sha1$"],
        fits: has_salt,
        parse: |stored| salted(stored, Algorithm::Sha1),
    },
    // `md5$$<hex>`; 32 bare digits are plain `md5`, which Django reads as well.
    #[cfg(feature = "digest")]
    Format {
        name: "django-unsalted-md5",
        prefixes: &["md5$$"],
        fits: any_text,
        parse: |stored| unsalted(stored, Algorithm::Md5),
    },
    #[cfg(feature = "digest")]
    Format {
        name: "django-unsalted-sha1",
        prefixes: &["sha1$$"],
        fits: any_text,
        parse: |stored| unsalted(stored, Algorithm::Sha1),
    },
    // `pbkdf2_sha256$1000000$<salt>$<key>`, Django's default; the key is padded base64 of exactly one digest.
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "django-pbkdf2-sha256",
        prefixes: &["pbkdf2_sha256$"],
        fits: any_text,
        parse: |stored| pbkdf2(stored, Algorithm::Sha256),
    },
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "django-pbkdf2-sha1",
        prefixes: &["pbkdf2_sha1$"],
        fits: any_text,
        parse: |stored| pbkdf2(stored, Algorithm::Sha1),
    },
    // `scrypt$<N>$<salt>$<r>$<p>$<key>`: the salt stands between N and r; the key is padded base64 of 64 bytes.
    #[cfg(feature = "scrypt")]
    Format { name: "django-scrypt", prefixes: &["scrypt$"], fits: any_text, parse: scrypt },
];

fn argon2(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    Ok(Box::new(Argon2Hash::parse(stored.scheme, stored.after("argon2")?, stored.limits)?))
}

#[cfg(feature = "bcrypt")]
fn bcrypt(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    Ok(Box::new(BcryptHash::parse(stored.scheme, stored.after("bcrypt$")?, stored.limits)?))
}

#[cfg(feature = "bcrypt")]
fn bcrypt_sha256(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let hash = BcryptHash::parse(stored.scheme, stored.after("bcrypt_sha256$")?, stored.limits)?;
    Ok(Prehashed::whole(hash, |password| {
        Password::from_bytes(field::to_hex(Algorithm::Sha256.digest(&[password.expose()]).expose()).to_vec())
    }))
}

/// The salt stands in the hash itself; where it is written before it as well, both must be the same.
#[cfg(feature = "crypt")]
fn crypt(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let parts = stored.after("crypt$")?.split_once('$');
    let (salt, hash) = parts.ok_or(stored.malformed("it has not three parts"))?;
    let parsed = super::crypt::DesHash::parse(stored.scheme, hash)?;
    if !salt.is_empty() && hash.get(..2) != Some(salt) {
        return Err(stored.malformed("the salt is not that of the hash"));
    }
    Ok(Box::new(parsed))
}

#[cfg(feature = "digest")]
fn has_salt(text: &str) -> bool {
    !text.contains("$$")
}

#[cfg(feature = "digest")]
fn salted(stored: &Stored<'_>, algorithm: Algorithm) -> Result<Box<dyn ParsedHash>, HashError> {
    let parts = stored.after(algorithm.name())?.strip_prefix('$').and_then(|rest| rest.split_once('$'));
    let (salt, digest) = parts.ok_or(stored.malformed("it has not three parts"))?;
    if salt.is_empty() {
        return Err(stored.malformed("the salt is empty"));
    }
    let digest = stored.digest(field::hex(digest), algorithm.output_bytes())?;
    Ok(Box::new(DigestHash::salted(algorithm, stored.bounded_salt(salt.into())?, digest)))
}

#[cfg(feature = "digest")]
fn unsalted(stored: &Stored<'_>, algorithm: Algorithm) -> Result<Box<dyn ParsedHash>, HashError> {
    let digest = stored.after(algorithm.name())?.strip_prefix("$$").ok_or(stored.malformed("it has a salt"))?;
    let digest = stored.digest(field::hex(digest), algorithm.output_bytes())?;
    Ok(Box::new(DigestHash::plain(algorithm, digest)))
}

#[cfg(feature = "pbkdf2")]
fn pbkdf2(stored: &Stored<'_>, prf: Algorithm) -> Result<Box<dyn ParsedHash>, HashError> {
    let mut segments = stored.text().split('$');
    let (Some(hasher), Some(iterations), Some(salt), Some(key), None) =
        (segments.next(), segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(stored.malformed("it has not four parts"));
    };
    if hasher.strip_prefix("pbkdf2_") != Some(prf.name()) {
        return Err(stored.malformed("it is of another hasher"));
    }
    if salt.is_empty() {
        return Err(stored.malformed("the salt is empty"));
    }
    let iterations = field::decimal(iterations).ok_or(stored.malformed("the iterations are not a number"))?;
    let key = stored.digest(field::padded_base64(key), prf.output_bytes())?;
    Ok(Box::new(Pbkdf2Hash::new(stored, prf, iterations, salt.into(), key)?))
}

#[cfg(feature = "scrypt")]
fn scrypt(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let segments: Vec<&str> = stored.text().split('$').collect();
    let ["scrypt", n, salt, r, p, key] = *segments else {
        return Err(stored.malformed("it has not six parts"));
    };
    let (Some(n), Some(r), Some(p)) = (field::decimal(n), field::decimal(r), field::decimal(p)) else {
        return Err(stored.malformed("N, r or p is not a number"));
    };
    if salt.is_empty() {
        return Err(stored.malformed("the salt is empty"));
    }
    let key = stored.digest(field::padded_base64(key), 64)?;
    Ok(Box::new(ScryptHash::new(stored, n, r, p, salt.into(), key)?))
}
