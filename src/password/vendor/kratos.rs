//! What Ory Kratos stores of the hashes that it imported (`hash/hash_comparator.go`).
//!
//! Some spellings are another system's with another meaning: `$scrypt$ln=` has N itself and padded base64, and PBKDF2's
//! `sha224` and `sha384` are SHA-3, which only a declaration tells.

use serde::Deserialize;

use super::{
    ImportError, ImportProblem,
    json::{Json, Members},
    template::{HmacHash, Part, TemplateHash},
};
#[cfg(feature = "pbkdf2")]
use crate::password::pbkdf2::Pbkdf2Hash;
#[cfg(feature = "scrypt")]
use crate::password::scrypt::ScryptHash;
use crate::password::{
    HashError, ParsedHash, PasswordHash, SecretBytes,
    algorithm::Algorithm,
    field,
    format::{Format, Stored, any_text},
};

/// The longest template: what Kratos takes.
const TEMPLATE_BYTES: u64 = 256;

pub(in crate::password) static FORMATS: &[Format] = &[
    // `$md5-crypt$`, `$sha256-crypt$` and `$sha512-crypt$` instead of `$1$`, `$5$` and `$6$`.
    #[cfg(feature = "crypt")]
    Format {
        name: "kratos-crypt",
        prefixes: &["$md5-crypt$", "$sha256-crypt$", "$sha512-crypt$"],
        fits: any_text,
        parse: crypt,
    },
    // `$sha256$pf=<template>$<salt>$<digest>`, each in base64; `$md5$<digest>` as well.
    Format {
        name: "kratos-digest",
        prefixes: &["$md5$", "$md5$pf=", "$sha1$pf=", "$sha256$", "$sha512$"],
        fits: |text| text.contains("$pf=") || is_bare_md5(text),
        parse: digest,
    },
    // `$hmac-sha256$<digest>$<key>` in base64; the digest is the hexadecimal text of the HMAC.
    Format {
        name: "kratos-hmac",
        prefixes: &[
            "$hmac-md4$",
            "$hmac-md5$",
            "$hmac-sha1$",
            "$hmac-sha224$",
            "$hmac-sha256$",
            "$hmac-sha384$",
            "$hmac-sha512$",
        ],
        fits: any_text,
        parse: hmac,
    },
    // PHC's `$pbkdf2-sha224$`, over SHA-3.
    #[cfg(feature = "pbkdf2")]
    Format { name: "kratos-pbkdf2", prefixes: &[], fits: super::nothing, parse: pbkdf2 },
    // PHC's `$scrypt$`, with N for its logarithm, and padding.
    #[cfg(feature = "scrypt")]
    Format { name: "kratos-scrypt", prefixes: &["$scrypt$ln="], fits: has_n_or_padding, parse: scrypt },
];

/// Sun's MD5 begins like it, and is longer.
fn is_bare_md5(text: &str) -> bool {
    text.strip_prefix("$md5$").is_some_and(|digest| digest.len() == 24 && digest.ends_with("=="))
}

fn digest(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let segments: Vec<&str> = stored.text().splitn(6, '$').collect();
    let (algorithm, parts, digest) = match *segments.as_slice() {
        ["", "md5", digest] => (Algorithm::Md5, vec![Part::Password], digest),
        ["", name @ ("md5" | "sha1" | "sha256" | "sha512"), template, salt, digest] => {
            let algorithm = Algorithm::named(name).ok_or(stored.malformed("the digest is not known"))?;
            let template = template.strip_prefix("pf=").and_then(field::padded_base64);
            let template = template.ok_or(stored.malformed("the template is not `pf=` and base64"))?;
            stored.bound("bytes of template", template.len() as u64, TEMPLATE_BYTES)?;
            let salt = field::padded_base64(salt).ok_or(stored.malformed("the salt is not base64"))?;
            (algorithm, parts(template.expose(), &stored.bounded_salt(salt)?), digest)
        }
        _ => return Err(stored.malformed("it has neither two nor four parts")),
    };
    TemplateHash::boxed(stored, algorithm, parts, field::padded_base64(digest))
}

/// The template with its placeholders filled in one pass: what a salt or a password holds is not looked at again.
fn parts(template: &[u8], salt: &SecretBytes) -> Vec<Part> {
    const SALT: &[u8] = b"{SALT}";
    const PASSWORD: &[u8] = b"{PASSWORD}";
    let (mut parts, mut fixed, mut rest) = (Vec::new(), Vec::new(), template);
    while let Some((first, others)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(SALT) {
            fixed.extend_from_slice(salt.expose());
            rest = after;
        } else if let Some(after) = rest.strip_prefix(PASSWORD) {
            parts.push(Part::Fixed(std::mem::take(&mut fixed).into()));
            parts.push(Part::Password);
            rest = after;
        } else {
            fixed.push(*first);
            rest = others;
        }
    }
    parts.push(Part::Fixed(fixed.into()));
    parts
}

fn hmac(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let segments: Vec<&str> = stored.after("$hmac-")?.splitn(4, '$').collect();
    let [name @ ("md4" | "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512"), digest, key] =
        *segments.as_slice()
    else {
        return Err(stored.malformed("it is not a known digest, the HMAC and the key"));
    };
    let algorithm = Algorithm::named(name).ok_or(stored.malformed("the digest is not known"))?;
    let key = field::padded_base64(key).ok_or(stored.malformed("the key is not base64"))?;
    let digest = field::padded_base64(digest);
    let is_hex = |digest: &SecretBytes| digest.expose().iter().all(u8::is_ascii_hexdigit);
    Ok(Box::new(HmacHash::of_text(stored, algorithm, key, digest.filter(is_hex))?))
}

#[cfg(feature = "pbkdf2")]
fn pbkdf2(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let segments: Vec<&str> = stored.after("$pbkdf2-")?.splitn(5, '$').collect();
    let [name, parameters, salt, key] = *segments.as_slice() else {
        return Err(stored.malformed("it has not four parts"));
    };
    let prf = match name {
        "sha1" => Algorithm::Sha1,
        "sha224" => Algorithm::Sha3_224,
        "sha256" => Algorithm::Sha256,
        "sha384" => Algorithm::Sha3_384,
        "sha512" => Algorithm::Sha512,
        _ => return Err(stored.malformed("the digest is not known")),
    };
    let number = |text: &str, name| text.strip_prefix(name).and_then(field::decimal);
    let parameters = parameters.split_once(',');
    let parameters =
        parameters.and_then(|(iterations, length)| Some((number(iterations, "i=")?, number(length, "l=")?)));
    let (iterations, length) = parameters.ok_or(stored.malformed("its parameters are not i and l"))?;
    let salt = field::base64(salt).ok_or(stored.malformed("the salt is not unpadded base64"))?;
    let key = field::base64(key).filter(|key| key.len() as u64 == length);
    let key = key.ok_or(stored.malformed("the key is not unpadded base64 of the length that `l=` says"))?;
    Ok(Box::new(Pbkdf2Hash::new(stored, prf, iterations, salt, key)?))
}

/// PHC's `ln` is a logarithm, and its base64 is not padded.
#[cfg(feature = "scrypt")]
fn has_n_or_padding(text: &str) -> bool {
    let n = text.strip_prefix("$scrypt$ln=").and_then(|rest| rest.split(',').next()).and_then(field::decimal);
    n.is_some_and(|n| n > 63 || text.contains("=$") || text.ends_with('='))
}

#[cfg(feature = "scrypt")]
fn scrypt(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let segments: Vec<&str> = stored.after("$scrypt$")?.splitn(4, '$').collect();
    let [parameters, salt, key] = *segments.as_slice() else {
        return Err(stored.malformed("it has not four parts"));
    };
    let parameters: Vec<&str> = parameters.splitn(4, ',').collect();
    let [n, r, p] = *parameters.as_slice() else {
        return Err(stored.malformed("its parameters are not ln, r and p"));
    };
    let number = |text: &str, name| text.strip_prefix(name).and_then(field::decimal);
    let (Some(n), Some(r), Some(p)) = (number(n, "ln="), number(r, "r="), number(p, "p=")) else {
        return Err(stored.malformed("its parameters are not ln, r and p"));
    };
    let salt = field::padded_base64(salt).ok_or(stored.malformed("the salt is not padded base64"))?;
    // Kratos takes the length from the text; with any length a hash that was cut off would go on matching.
    let key = field::padded_base64(key).filter(|key| matches!(key.len(), 32 | 64));
    let key = key.ok_or(stored.malformed("the key is not padded base64 of 32 or 64 bytes"))?;
    Ok(Box::new(ScryptHash::new(stored, n, r, p, salt, key)?))
}

#[cfg(feature = "crypt")]
fn crypt(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    const NAMES: [(&str, &str, &str); 3] = [
        ("$md5-crypt$", "$1$", "md5-crypt"),
        ("$sha256-crypt$", "$5$", "sha256-crypt"),
        ("$sha512-crypt$", "$6$", "sha512-crypt"),
    ];
    for (theirs, prefix, scheme) in NAMES {
        let Ok(rest) = stored.after(theirs) else { continue };
        let formats = crate::password::crypt::FORMATS;
        let format = formats.iter().find(|format| format.name == scheme).ok_or(HashError::unsupported(scheme))?;
        let hash = PasswordHash::new(format!("{prefix}{rest}"));
        return (format.parse)(&stored.with_hash(&hash));
    }
    Err(stored.malformed("it is of another format"))
}

/// The password of an identity as it is imported into Kratos, or read from its database.
///
/// Reads `hashed_password` of an object, or of its `config`, or of `credentials.password.config` in an identity; all
/// other members are left alone.
///
/// ```
/// use waystation::password::{PasswordHash, vendor::KratosHash};
///
/// let identity = r#"{"credentials": {"password": {"config": {
///     "hashed_password": "$pbkdf2-sha384$i=1,l=48$c2FsdA$QYy9XQqZLBOLkuXQNsWZPZbBIe6qAb1NYWMOb3wTvzBoQZ+GtVQjQdWfGQk7VhBG"
/// }}}}"#;
/// let hash: PasswordHash = identity.parse::<KratosHash>()?.into();
/// assert_eq!(hash.scheme(), Some("kratos-pbkdf2")); // SHA-3, whatever it is called
/// # Ok::<(), waystation::password::vendor::ImportError>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "Json")]
pub struct KratosHash(PasswordHash);

/// What hashes begin with that Kratos verifies, and the schemes that it takes them for.
const SCHEMES: &[(&str, &str)] = &[
    ("$2$", "bcrypt-2"),
    ("$2a$", "bcrypt"),
    ("$2b$", "bcrypt"),
    ("$2y$", "bcrypt"),
    ("$argon2i$", "argon2"),
    ("$argon2id$", "argon2"),
    ("$firescrypt$", "firebase-scrypt"),
    ("$hmac-", "kratos-hmac"),
    ("$md5$", "kratos-digest"),
    ("$md5-crypt$", "kratos-crypt"),
    ("$pbkdf2-sha", "kratos-pbkdf2"),
    ("$scrypt$", "kratos-scrypt"),
    ("$sha1$", "kratos-digest"),
    ("$sha256$", "kratos-digest"),
    ("$sha256-crypt$", "kratos-crypt"),
    ("$sha512$", "kratos-digest"),
    ("$sha512-crypt$", "kratos-crypt"),
    ("{SSHA}", "ldap-ssha"),
    ("{SSHA256}", "ldap-ssha256"),
    ("{SSHA512}", "ldap-ssha512"),
];

impl KratosHash {
    /// A hash as Kratos stores it.
    ///
    /// # Errors
    ///
    /// When it begins like none that Kratos verifies.
    pub fn new(hashed_password: impl Into<String>) -> Result<Self, ImportError> {
        let text = hashed_password.into();
        let scheme = SCHEMES.iter().find(|(prefix, _)| text.starts_with(prefix)).map(|(_, scheme)| *scheme);
        let scheme = scheme.ok_or(ImportError::new("/hashed_password", ImportProblem::UnknownValue))?;
        Ok(Self(PasswordHash::declared(scheme, text)))
    }
}

impl TryFrom<Json> for KratosHash {
    type Error = ImportError;

    fn try_from(json: Json) -> Result<Self, ImportError> {
        let mut members = Members::of("", json)?;
        for place in ["/credentials", "/password", "/config"] {
            members = members.object(place)?.unwrap_or(members);
        }
        Self::new(members.needed_text("/hashed_password")?.as_str())
    }
}

super::import_shape!(KratosHash);
