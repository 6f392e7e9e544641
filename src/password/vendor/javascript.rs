//! What libraries of JavaScript's web frameworks store, with no marker of their own: to be declared.

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::password::{
    EffectiveInput, HashError, ParsedHash, Password,
    algorithm::Algorithm,
    field,
    format::{Format, Stored},
    pbkdf2::Pbkdf2Hash,
    prehash::Prehashed,
    scrypt::ScryptHash,
};

pub(in crate::password) static FORMATS: &[Format] = &[
    // `<salt>:<key>` in hexadecimal, of better-auth, Lucia 3 and oslo. Tutorials write PBKDF2 in the same spelling.
    #[cfg(feature = "scrypt")]
    Format { name: "better-auth-scrypt", prefixes: &[], fits: super::nothing, parse: better_auth },
    // The hexadecimal key of 512 bytes, and the text of the salt in a column of its own; the digest is an option,
    // SHA-256 since release 2 and SHA-1 before.
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "passport-local-mongoose",
        prefixes: &[],
        fits: super::nothing,
        parse: |stored| passport_local_mongoose(stored, Algorithm::Sha256),
    },
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "passport-local-mongoose-sha1",
        prefixes: &[],
        fits: super::nothing,
        parse: |stored| passport_local_mongoose(stored, Algorithm::Sha1),
    },
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "passport-local-mongoose-sha512",
        prefixes: &[],
        fits: super::nothing,
        parse: |stored| passport_local_mongoose(stored, Algorithm::Sha512),
    },
];

/// scrypt with N = 16,384, r = 16 and p = 1, over the *text* of the salt; the password is brought into NFKC first.
#[cfg(feature = "scrypt")]
fn better_auth(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (salt, key) = stored.text().split_once(':').ok_or(stored.malformed("it is not salt, `:` and key"))?;
    if !field::is_hex(salt, 16) {
        return Err(stored.malformed("the salt is not 16 bytes in hexadecimal"));
    }
    let key = stored.digest(field::hex(key), 64)?;
    let hash = ScryptHash::new(stored, 1 << 14, 16, 1, salt.into(), key)?;
    Ok(Prehashed::boxed(
        hash,
        |password| compatible(password).unwrap_or_else(|| password.clone()),
        |password| match compatible(password) {
            // Other ways to type the same are not told apart.
            Some(normal) if normal.expose() != password.expose() => EffectiveInput::Folded,
            _ => EffectiveInput::of_hmac_key(password, Algorithm::Sha256.block_bytes()),
        },
    ))
}

/// The password in NFKC, if it is text.
#[cfg(feature = "scrypt")]
fn compatible(password: &Password) -> Option<Password> {
    let text = password.expose_text()?;
    Some(ComposingNormalizerBorrowed::new_nfkc().normalize(text).into_owned().into())
}

#[cfg(feature = "pbkdf2")]
fn passport_local_mongoose(stored: &Stored<'_>, prf: Algorithm) -> Result<Box<dyn ParsedHash>, HashError> {
    let key = stored.digest(field::hex(stored.text()), 512)?;
    let iterations = stored.iterations_or(25_000);
    Ok(Box::new(Pbkdf2Hash::new(stored, prf, iterations, stored.salt()?, key)?))
}
