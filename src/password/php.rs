//! The formats of PHP's systems that are more than an [`Expression`](super::Expression).

mod magento;
mod mediawiki;
mod portable;
mod symfony;

pub(super) use portable::crypt64_text;

use super::{
    HashError, ParsedHash, SecretBytes,
    algorithm::Algorithm,
    digest::DigestHash,
    field,
    format::{Format, Stored, any_text},
};

pub(super) static FORMATS: &[Format] = &[
    // phpass (Openwall): WordPress up to 6.7, phpBB 3.0 (which tags it `$H$`), Joomla 2.5 to 3.1, and many others.
    Format { name: "phpass", prefixes: &["$P$", "$H$"], fits: any_text, parse: portable::phpass },
    // Drupal 7 up to 10.0: phpass over SHA-512. What was MD5 before has a `U` in front, phpass included.
    Format { name: "drupal7", prefixes: &["$S$", "U$S$", "U$P$", "U$H$"], fits: any_text, parse: portable::drupal7 },
    Format { name: "mediawiki", prefixes: mediawiki::PREFIXES, fits: any_text, parse: mediawiki::parse },
    // Joomla 1.0 to 2.5: `<md5 of password and salt>:<salt>`; without a salt the colon may stay.
    Format { name: "joomla-md5", prefixes: &[], fits: begins_with_md5, parse: joomla_md5 },
    // Joomla 2.5's other spelling. LDAP's `{SHA256}` is base64 without a salt.
    Format { name: "joomla-sha256", prefixes: &["{SHA256}"], fits: |text| text.contains(':'), parse: joomla_sha256 },
    // Magento 1: `<md5 of salt and password>:<salt>`.
    Format { name: "magento1-md5", prefixes: &[], fits: begins_with_md5, parse: magento1 },
    Format { name: "magento", prefixes: &[""], fits: magento::fits, parse: magento::parse },
    Format { name: "symfony-digest", prefixes: &[], fits: symfony::is_digest, parse: symfony::digest },
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "symfony-pbkdf2",
        prefixes: &[],
        fits: symfony::is_key,
        parse: |it| symfony::pbkdf2(it, Algorithm::Sha512),
    },
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "symfony-pbkdf2-sha1",
        prefixes: &[],
        fits: symfony::is_key,
        parse: |it| symfony::pbkdf2(it, Algorithm::Sha1),
    },
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "symfony-pbkdf2-sha256",
        prefixes: &[],
        fits: symfony::is_key,
        parse: |it| symfony::pbkdf2(it, Algorithm::Sha256),
    },
];

fn joomla_md5(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (digest, salt) = with_salt(stored, stored.text(), Algorithm::Md5)?;
    Ok(Box::new(DigestHash::salted_after(Algorithm::Md5, salt, digest)))
}

fn joomla_sha256(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (digest, salt) = with_salt(stored, stored.after("{SHA256}")?, Algorithm::Sha256)?;
    Ok(Box::new(DigestHash::salted_after(Algorithm::Sha256, salt, digest)))
}

fn magento1(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (digest, salt) = with_salt(stored, stored.text(), Algorithm::Md5)?;
    Ok(Box::new(DigestHash::salted(Algorithm::Md5, salt, digest)))
}

fn begins_with_md5(text: &str) -> bool {
    text.split(':').next().is_some_and(|digest| field::is_hex(digest, 16))
}

/// A digest in lower-case hexadecimal, and the salt after a colon. Without either, as these systems wrote it first,
/// there is no salt.
fn with_salt(stored: &Stored<'_>, text: &str, algorithm: Algorithm) -> Result<(SecretBytes, SecretBytes), HashError> {
    let (digest, salt) = text.split_once(':').unwrap_or((text, ""));
    if salt.contains(':') {
        return Err(stored.malformed("the salt has a colon in it"));
    }
    let digest = stored.digest(field::hex(digest), algorithm.output_bytes())?;
    Ok((digest, stored.bounded_salt(salt.into())?))
}
