//! Spring Security's `DelegatingPasswordEncoder`: `{id}` and what the encoder of that id wrote.
//!
//! Ids are case-sensitive: `{sha256}` is salted and iterated, `{SHA-256}` is one digest. Secrets that an encoder was
//! given are the context's key; they are appended to the salt. Iterations that differ from the encoder's default stand
//! in no text, and so are taken from the context. `{noop}` is [`Plaintext`](crate::password::Plaintext).

#[cfg(feature = "bcrypt")]
use crate::password::bcrypt::BcryptHash;
#[cfg(feature = "pbkdf2")]
use crate::password::pbkdf2::Pbkdf2Hash;
use crate::password::{
    HashError, ParsedHash, SecretBytes,
    algorithm::Algorithm,
    argon2::Argon2Hash,
    digest::DigestHash,
    field,
    format::{Format, Stored, any_text},
    iterated::IteratedHash,
};

pub(in crate::password) static FORMATS: &[Format] = &[
    // `Argon2PasswordEncoder`: an Argon2 string. Two ids, for two defaults.
    Format {
        name: "spring-argon2",
        prefixes: &["{argon2}", "{argon2@SpringSecurity_v5_8}"],
        fits: any_text,
        parse: |stored| Ok(Box::new(Argon2Hash::parse(stored.scheme, body(stored)?, stored.limits)?)),
    },
    // `BCryptPasswordEncoder`: a bcrypt string.
    #[cfg(feature = "bcrypt")]
    Format {
        name: "spring-bcrypt",
        prefixes: &["{bcrypt}"],
        fits: any_text,
        parse: |stored| Ok(Box::new(BcryptHash::parse(stored.scheme, body(stored)?, stored.limits)?)),
    },
    // `MessageDigestPasswordEncoder` and `Md4PasswordEncoder`: `{MD5}{salt}<digest>`. The digest is of the password,
    // and of the salt with its braces.
    Format {
        name: "spring-digest",
        prefixes: &["{MD4}", "{MD5}", "{SHA-1}", "{SHA-256}"],
        // Directories and Dovecot write `{MD5}` too, before base64 or hexadecimal: without a salt it is theirs.
        fits: |text| {
            let (id, body) = text.split_once('}').unwrap_or_default();
            body.starts_with('{') || (id != "{MD5" && [16, 20, 32].iter().any(|bytes| field::is_hex(body, *bytes)))
        },
        parse: digest,
    },
    // `LdapShaPasswordEncoder`: `{ldap}{SSHA}<base64>`. Its plain text, which has no tag of its own, is not read.
    Format { name: "spring-ldap", prefixes: &["{ldap}"], fits: any_text, parse: ldap },
    // `Pbkdf2PasswordEncoder` as it was: 8 bytes of salt and 32 of PBKDF2-HMAC-SHA-1 at 185,000 iterations.
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "spring-pbkdf2",
        prefixes: &["{pbkdf2}"],
        fits: any_text,
        parse: |stored| pbkdf2(stored, Algorithm::Sha1, 8, 185_000),
    },
    // The same since 5.8: 16 bytes of salt and 32 of PBKDF2-HMAC-SHA-256 at 310,000 iterations.
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "spring-pbkdf2-v58",
        prefixes: &["{pbkdf2@SpringSecurity_v5_8}"],
        fits: any_text,
        parse: |stored| pbkdf2(stored, Algorithm::Sha256, 16, 310_000),
    },
    // `SCryptPasswordEncoder`: `$e0801$<salt>$<key>`. Two ids, for two defaults.
    #[cfg(feature = "scrypt")]
    Format {
        name: "spring-scrypt",
        prefixes: &["{scrypt}", "{scrypt@SpringSecurity_v5_8}"],
        fits: any_text,
        parse: |stored| super::scrypt::parse(stored, body(stored)?),
    },
    // `StandardPasswordEncoder`: 8 bytes of salt and 32 of SHA-256, taken 1,024 times. Directories write base64.
    Format {
        name: "spring-sha256",
        prefixes: &["{sha256}"],
        fits: |text| text.strip_prefix("{sha256}").is_some_and(|body| field::is_hex(body, 40)),
        parse: standard,
    },
];

/// What stands after one of the ids of the format.
fn body<'a>(stored: &Stored<'a>) -> Result<&'a str, HashError> {
    let (id, body) =
        stored.text().split_at_checked(stored.text().find('}').map_or(0, |end| end + 1)).unwrap_or_default();
    let format = FORMATS.iter().find(|format| format.name == stored.scheme);
    let known = format.is_some_and(|format| format.prefixes.contains(&id));
    if known { Ok(body) } else { Err(stored.malformed("it has another id")) }
}

/// Bytes in hexadecimal, or in base64 where the encoder was told so (`encodeHashAsBase64`).
fn hex_or_base64(text: &str, bytes: usize) -> Option<SecretBytes> {
    if text.len() == 2 * bytes { field::hex(text) } else { field::padded_base64(text) }
}

/// The salt and the digest that stand in one field.
fn salted(stored: &Stored<'_>, salt_bytes: usize) -> Result<(SecretBytes, SecretBytes), HashError> {
    let bytes = stored.digest(hex_or_base64(body(stored)?, salt_bytes + 32), salt_bytes + 32)?;
    let parts = bytes.expose().split_at_checked(salt_bytes);
    let (salt, digest) = parts.ok_or(stored.malformed("it is shorter than its salt"))?;
    let salt = [salt, stored.key_or_none()?.expose()].concat();
    Ok((salt.into(), digest.into()))
}

#[cfg(feature = "pbkdf2")]
fn pbkdf2(
    stored: &Stored<'_>,
    prf: Algorithm,
    salt_bytes: usize,
    iterations: u64,
) -> Result<Box<dyn ParsedHash>, HashError> {
    let (salt, key) = salted(stored, salt_bytes)?;
    Ok(Box::new(Pbkdf2Hash::new(stored, prf, stored.iterations_or(iterations), salt, key)?))
}

fn standard(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (salt, digest) = salted(stored, 8)?;
    let rounds = stored.iterations_or(1_024);
    Ok(Box::new(IteratedHash::new(stored, Algorithm::Sha256, salt, SecretBytes::default(), rounds, digest)?))
}

fn digest(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let body = body(stored)?;
    let algorithm = match stored.text().split_once('}') {
        Some(("{MD4", _)) => Algorithm::Md4,
        Some(("{MD5", _)) => Algorithm::Md5,
        Some(("{SHA-1", _)) => Algorithm::Sha1,
        _ => Algorithm::Sha256,
    };
    let end_of_salt = if body.starts_with('{') { body.find('}').map(|end| end + 1) } else { Some(0) };
    let parts = end_of_salt.and_then(|end| body.split_at_checked(end));
    let (salt, digest) = parts.ok_or(stored.malformed("the salt has no end"))?;
    let bytes = algorithm.output_bytes();
    let digest = stored.digest(hex_or_base64(digest, bytes), bytes)?;
    let salt = stored.bounded_salt(salt.into())?;
    let rounds = stored.iterations_or(1);
    Ok(Box::new(IteratedHash::new(stored, algorithm, SecretBytes::default(), salt, rounds, digest)?))
}

fn ldap(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (tag, text) = body(stored)?.split_once('}').ok_or(stored.malformed("it has no tag"))?;
    let salted = match tag {
        "{SHA" | "{sha" => false,
        "{SSHA" | "{ssha" => true,
        _ => return Err(stored.malformed("the tag is not SHA or SSHA")),
    };
    let bytes = field::padded_base64(text).ok_or(stored.malformed("it is not padded base64"))?;
    let parts = bytes.expose().split_at_checked(20).filter(|(_, salt)| salt.is_empty() != salted);
    let (digest, salt) = parts.ok_or(stored.malformed("the digest is not of its length"))?;
    let salt = stored.bounded_salt(salt.into())?;
    Ok(Box::new(DigestHash::around(Algorithm::Sha1, &[], salt.expose(), digest.into())))
}
