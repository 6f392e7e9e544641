//! PBKDF2 in directories.

use crate::password::{
    HashError, ParsedHash,
    algorithm::Algorithm,
    field,
    format::{Format, Stored},
    pbkdf2::Pbkdf2Hash,
    tag::Tagged,
};

/// `{PBKDF2-SHA256}10000$<salt>$<key>` of OpenLDAP's `pw-pbkdf2`, 389-DS and passlib. `{PBKDF2}` is SHA-1, and
/// Dovecot's if it begins with `$`. OpenLDAP writes `.` for `+` and no padding, 389-DS plain base64. The key is one
/// whole digest.
pub(super) const OPENLDAP: Format = Format {
    name: "ldap-pbkdf2",
    prefixes: &["{"],
    fits: |text| openldap(text).is_some_and(|(_, body)| !body.starts_with('$')),
    parse: parse_openldap,
};

/// `{PBKDF2_SHA256}` of 389-DS and FreeIPA: base64 of the iterations in four bytes, big-endian, 64 bytes of salt, and
/// 256 of key.
pub(super) const DIRECTORY_389: Format = Format {
    name: "389ds-pbkdf2",
    prefixes: &["{"],
    fits: |text| Tagged::one_of(text, TAG_389).is_some(),
    parse: parse_389,
};

const TAG_389: &[&str] = &["PBKDF2_SHA256"];
const SALT_389: usize = 64;
const KEY_389: usize = 256;

static TAGS: &[(&str, Algorithm)] = &[
    ("PBKDF2", Algorithm::Sha1),
    ("PBKDF2-SHA1", Algorithm::Sha1),
    ("PBKDF2-SHA256", Algorithm::Sha256),
    ("PBKDF2-SHA512", Algorithm::Sha512),
];

fn openldap(text: &str) -> Option<(Algorithm, &str)> {
    let tagged = Tagged::read(text).filter(Tagged::is_plain)?;
    TAGS.iter().find(|(tag, _)| tagged.is(tag)).map(|(_, prf)| (*prf, tagged.body))
}

fn parse_openldap(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (prf, body) = openldap(stored.text()).ok_or(stored.malformed("it has another tag"))?;
    let segments: Vec<&str> = body.split('$').collect();
    let [iterations, salt, key] = *segments else { return Err(stored.malformed("it has not three parts")) };
    let iterations = field::decimal(iterations).ok_or(stored.malformed("the iterations are not a number"))?;
    let salt = field::any_base64(salt).filter(|salt| !salt.is_empty());
    let salt = salt.ok_or(stored.malformed("the salt is empty or not base64"))?;
    let key = stored.digest(field::any_base64(key), prf.output_bytes())?;
    Ok(Box::new(Pbkdf2Hash::new(stored, prf, iterations, salt, key)?))
}

fn parse_389(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let tagged = Tagged::one_of(stored.text(), TAG_389).ok_or(stored.malformed("it has another tag"))?;
    let bytes = stored.digest(tagged.bytes(), 4 + SALT_389 + KEY_389)?;
    let parts = bytes.expose().split_first_chunk::<4>().and_then(|(iterations, rest)| {
        let (salt, key) = rest.split_at_checked(SALT_389)?;
        Some((u32::from_be_bytes(*iterations), salt, key))
    });
    let (iterations, salt, key) = parts.ok_or(stored.malformed("it is too short"))?;
    Ok(Box::new(Pbkdf2Hash::new(stored, Algorithm::Sha256, iterations.into(), salt.into(), key.into())?))
}
