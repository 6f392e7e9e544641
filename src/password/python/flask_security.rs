//! Flask-Security(-Too): a common hash of `base64(HMAC-SHA-512(SECURITY_PASSWORD_SALT, password))`.
//!
//! The text does not tell it, and the key (`SECURITY_PASSWORD_SALT`) is the application's: it stands in the
//! [context](crate::password::HashContext). Since 4.0 passwords are brought to NFKD first (`SECURITY_PASSWORD_NORMALIZE_FORM`);
//! `flask-security-raw` is for what older ones wrote, and for applications that turned it off. Which hashes are taken
//! without the HMAC, `SECURITY_PASSWORD_SINGLE_HASH` says: such are declared as what they are.

use base64ct::{Base64, Encoding};
use icu_normalizer::DecomposingNormalizerBorrowed;
use zeroize::Zeroizing;

use crate::password::{
    EffectiveInput, HashError, ParsedHash, Password, PasswordHash, SecretBytes,
    algorithm::Algorithm,
    argon2,
    format::{Format, Stored},
    prehash::Prehashed,
};

pub(in crate::password) static FORMATS: &[Format] = &[
    Format {
        name: "flask-security",
        prefixes: &[],
        fits: |text| inner(text).is_some(),
        parse: |stored| parse(stored, normalized, effective_input),
    },
    Format {
        name: "flask-security-raw",
        prefixes: &[],
        fits: |text| inner(text).is_some(),
        parse: |stored| parse(stored, as_typed, |_| EffectiveInput::Whole),
    },
];

/// Where the hashes come from that Flask-Security offers. It offers DES too, which has no prefix and is not read.
const INNER: &[&[Format]] = &[
    argon2::FORMATS,
    #[cfg(feature = "bcrypt")]
    crate::password::bcrypt::FORMATS,
    #[cfg(feature = "crypt")]
    crate::password::crypt::FORMATS,
    #[cfg(feature = "pbkdf2")]
    &[super::PASSLIB],
];

/// The format of the hash that is around the HMAC.
fn inner(text: &str) -> Option<&'static Format> {
    let begins = |format: &Format| format.prefixes.iter().any(|prefix| !prefix.is_empty() && text.starts_with(prefix));
    INNER.iter().copied().flatten().find(|format| begins(format) && (format.fits)(text))
}

fn parse(
    stored: &Stored<'_>,
    form: fn(&Password) -> Zeroizing<Vec<u8>>,
    effective_input: fn(&Password) -> EffectiveInput,
) -> Result<Box<dyn ParsedHash>, HashError> {
    let key = stored.key()?;
    if key.is_empty() {
        return Err(stored.malformed("the key is empty"));
    }
    let format =
        inner(stored.text()).ok_or(stored.malformed("it is not Argon2, bcrypt, SHA-crypt or passlib's PBKDF2"))?;
    let hash = PasswordHash::new(stored.text());
    let hash = (format.parse)(&Stored { hash: &hash, ..*stored })?;
    Ok(Prehashed::within(hash, move |password| signed(&key, &form(password)), effective_input))
}

fn signed(key: &SecretBytes, password: &[u8]) -> Password {
    let mac = Algorithm::Sha512.hmac(key.expose(), &[password]);
    Base64::encode_string(mac.expose()).into()
}

fn as_typed(password: &Password) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(password.expose().to_vec())
}

/// NFKD. Bytes that are no text stay what they are.
fn normalized(password: &Password) -> Zeroizing<Vec<u8>> {
    let Some(text) = password.expose_text() else { return as_typed(password) };
    Zeroizing::new(DecomposingNormalizerBorrowed::new_nfkd().normalize(text).into_owned().into_bytes())
}

/// The same characters may be spelled in several ways, which proves them all the same; but what NFKD takes for another
/// character (`ﬁ` for `fi`) was not proven.
fn effective_input(password: &Password) -> EffectiveInput {
    let canonical = |text| Zeroizing::new(DecomposingNormalizerBorrowed::new_nfd().normalize(text).into_owned());
    match password.expose_text().map(canonical) {
        Some(canonical) if canonical.as_bytes() != normalized(password).as_slice() => EffectiveInput::Folded,
        _ => EffectiveInput::Whole,
    }
}
