//! The schemes of Dovecot's `doveadm pw` that directories do not have.
//!
//! `{SCHEME}` before the hash, and `.HEX` or `.B64` after the scheme's name where the hash is encoded once more. What
//! Dovecot shares with [directories](super::ldap) (`{SSHA256}`, `{PLAIN-MD5}`, `{CRYPT}`) is read there, `.HEX` and
//! all. `{OTP}` and the plaintext schemes are not verified.

mod cram;
mod digest;

use super::{
    HashError, ParsedHash,
    algorithm::Algorithm,
    argon2::Argon2Hash,
    digest::DigestHash,
    format::{Format, Stored},
    inner,
    tag::Tagged,
};
#[cfg(feature = "pbkdf2")]
use super::{field, pbkdf2::Pbkdf2Hash, scram::ScramHash};

pub(super) static FORMATS: &[Format] = &[
    // crypt(3) whatever the tag says, which only chooses what new hashes are; `{MD5}` is a plain digest as well.
    Format { name: "dovecot-crypt", prefixes: &["{"], fits: |text| crypt(text).is_some(), parse: parse_crypt },
    // The tags say which variant, and the string says it again.
    Format {
        name: "dovecot-argon2",
        prefixes: &["{"],
        fits: |text| Tagged::one_of(text, ARGON2).is_some(),
        parse: |stored| {
            let tagged = Tagged::one_of(stored.text(), ARGON2).ok_or(stored.malformed("it has another tag"))?;
            Ok(Box::new(Argon2Hash::parse(stored.scheme, tagged.body, stored.limits)?))
        },
    },
    // MD4 of the password, in hexadecimal or base64.
    Format {
        name: "dovecot-plain-md4",
        prefixes: &["{"],
        fits: |text| Tagged::one_of(text, MD4).is_some(),
        parse: |stored| {
            let tagged = Tagged::one_of(stored.text(), MD4).ok_or(stored.malformed("it has another tag"))?;
            let digest = stored.digest(tagged.digest(16), 16)?;
            Ok(Box::new(DigestHash::plain(Algorithm::Md4, digest)))
        },
    },
    cram::FORMAT,
    digest::FORMAT,
    // `{PBKDF2}$1$<salt>$<iterations>$<hex>`: SHA-1, the salt as text.
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "dovecot-pbkdf2",
        prefixes: &["{"],
        fits: |text| Tagged::one_of(text, PBKDF2).is_some_and(|tagged| tagged.body.starts_with('$')),
        parse: pbkdf2,
    },
    // `{SCRAM-SHA-256}<iterations>,<salt>,<stored key>,<server key>`. Dovecot does not prepare the password.
    #[cfg(feature = "pbkdf2")]
    Format { name: "dovecot-scram", prefixes: &["{"], fits: |text| scram(text).is_some(), parse: parse_scram },
];

const ARGON2: &[&str] = &["ARGON2I", "ARGON2ID"];
const CRYPT: &[&str] = &["BLF-CRYPT", "DES-CRYPT", "MD5-CRYPT", "SHA256-CRYPT", "SHA512-CRYPT"];
const MD4: &[&str] = &["PLAIN-MD4"];
#[cfg(feature = "pbkdf2")]
const PBKDF2: &[&str] = &["PBKDF2"];

fn crypt(text: &str) -> Option<Tagged<'_>> {
    let md5 = || Tagged::one_of(text, &["MD5"]).filter(|tagged| tagged.is_plain() && tagged.body.starts_with("$1$"));
    Tagged::one_of(text, CRYPT).or_else(md5)
}

fn parse_crypt(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let text = crypt(stored.text()).and_then(|tagged| tagged.text());
    inner::crypt(stored, &text.ok_or(stored.malformed("it has another tag, or is not encoded as its tag says"))?)
}

#[cfg(feature = "pbkdf2")]
fn pbkdf2(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let tagged = Tagged::one_of(stored.text(), PBKDF2).ok_or(stored.malformed("it has another tag"))?;
    let segments: Vec<&str> = tagged.body.split('$').collect();
    let ["", "1", salt, iterations, key] = *segments else {
        return Err(stored.malformed("it is not `$1$` and three parts"));
    };
    if salt.is_empty() {
        return Err(stored.malformed("the salt is empty"));
    }
    let iterations = field::decimal(iterations).ok_or(stored.malformed("the iterations are not a number"))?;
    let key = stored.digest(field::hex(key), Algorithm::Sha1.output_bytes())?;
    Ok(Box::new(Pbkdf2Hash::new(stored, Algorithm::Sha1, iterations, salt.into(), key)?))
}

#[cfg(feature = "pbkdf2")]
fn scram(text: &str) -> Option<(Algorithm, &str)> {
    let tagged = Tagged::read(text).filter(Tagged::is_plain)?;
    let tags = [("SCRAM-SHA-1", Algorithm::Sha1), ("SCRAM-SHA-256", Algorithm::Sha256)];
    tags.into_iter().find(|(tag, _)| tagged.is(tag)).map(|(_, algorithm)| (algorithm, tagged.body))
}

#[cfg(feature = "pbkdf2")]
fn parse_scram(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (algorithm, body) = scram(stored.text()).ok_or(stored.malformed("it has another tag"))?;
    let mut parts = body.splitn(3, ',');
    let (Some(iterations), Some(salt), Some(keys)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(stored.malformed("it has not four parts"));
    };
    Ok(Box::new(ScramHash::new(stored, algorithm, (iterations, salt), (keys, ','))?))
}
