//! The digests that Clerk takes (<https://clerk.com/docs/reference/backend/user/create-user>), as far as they are not
//! another system's under its own name.

use serde::Deserialize;

use super::{
    ImportError, ImportProblem,
    iterated::{IteratedHash, With},
    json::{Json, Members},
    template::TemplateHash,
};
#[cfg(feature = "pbkdf2")]
use crate::password::pbkdf2::Pbkdf2Hash;
use crate::password::{
    HashError, ParsedHash, PasswordHash,
    algorithm::Algorithm,
    field,
    format::{Format, Stored, any_text},
};
#[cfg(feature = "bcrypt")]
use crate::password::{SecretBytes, bcrypt::BcryptHash};

pub(in crate::password) static FORMATS: &[Format] = &[
    // `<bcrypt>$<pepper>`: bcrypt of the password with the pepper behind it, as Devise has it.
    #[cfg(feature = "bcrypt")]
    Format { name: "clerk-bcrypt-peppered", prefixes: &[], fits: super::nothing, parse: bcrypt_peppered },
    // `<salt>$<hex>`. Which of both is hashed first Clerk does not say: one known password tells.
    Format {
        name: "clerk-md5-salted",
        prefixes: &[],
        fits: super::nothing,
        parse: |stored| salted(stored, Algorithm::Md5, TemplateHash::prefixed),
    },
    Format {
        name: "clerk-md5-salted-suffix",
        prefixes: &[],
        fits: super::nothing,
        parse: |stored| salted(stored, Algorithm::Md5, TemplateHash::suffixed),
    },
    Format {
        name: "clerk-sha256-salted",
        prefixes: &[],
        fits: super::nothing,
        parse: |stored| salted(stored, Algorithm::Sha256, TemplateHash::prefixed),
    },
    Format {
        name: "clerk-sha256-salted-suffix",
        prefixes: &[],
        fits: super::nothing,
        parse: |stored| salted(stored, Algorithm::Sha256, TemplateHash::suffixed),
    },
    // `pbkdf2_sha1$<D>$<salt>$<hex>[$<bytes>]`: 32 bytes unless it says otherwise. Django writes the same beginning.
    #[cfg(feature = "pbkdf2")]
    Format { name: "clerk-pbkdf2-sha1", prefixes: &[], fits: super::nothing, parse: pbkdf2_sha1 },
    // Django's `pbkdf2_sha256$<D>$<salt>$<base64>`, with a salt that is base64 and not text.
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "clerk-pbkdf2-sha256",
        prefixes: &[],
        fits: super::nothing,
        parse: |stored| pbkdf2(stored, "pbkdf2_sha256$", Algorithm::Sha256, field::padded_base64, field::padded_base64),
    },
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "clerk-pbkdf2-sha512",
        prefixes: &["pbkdf2_sha512$"],
        fits: ends_in_hex,
        parse: |stored| pbkdf2(stored, "pbkdf2_sha512$", Algorithm::Sha512, |salt| Some(salt.into()), field::any_hex),
    },
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "clerk-pbkdf2-sha512-hex",
        prefixes: &["pbkdf2_sha512_hex$"],
        fits: any_text,
        parse: |stored| pbkdf2(stored, "pbkdf2_sha512_hex$", Algorithm::Sha512, field::any_hex, field::any_hex),
    },
    // `sha512_symfony$<D>$<salt>$<base64>`: Symfony's message digest, with its columns in one text.
    Format { name: "clerk-sha512-symfony", prefixes: &["sha512_symfony$"], fits: any_text, parse: sha512_symfony },
];

#[cfg(feature = "bcrypt")]
fn bcrypt_peppered(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    // A bcrypt string has 60 characters; the pepper may hold whatever it likes.
    let parts = stored.text().split_at_checked(60).and_then(|(hash, rest)| Some((hash, rest.strip_prefix('$')?)));
    let (hash, pepper) = parts.ok_or(stored.malformed("it is not a bcrypt hash, `$` and a pepper"))?;
    if pepper.is_empty() {
        return Err(stored.malformed("the pepper is empty"));
    }
    let hash = BcryptHash::parse(stored.scheme, hash, stored.limits)?;
    let pepper = stored.bounded_salt(pepper.into())?;
    Ok(Box::new(crate::password::bcrypt::JoinedBcrypt::new(hash, SecretBytes::default(), pepper)))
}

fn salted(
    stored: &Stored<'_>,
    algorithm: Algorithm,
    join: super::template::Join,
) -> Result<Box<dyn ParsedHash>, HashError> {
    let (salt, digest) = stored.text().rsplit_once('$').ok_or(stored.malformed("it is not salt, `$` and digest"))?;
    join(stored, algorithm, salt.into(), field::any_hex(digest))
}

#[cfg(feature = "pbkdf2")]
fn ends_in_hex(text: &str) -> bool {
    text.rsplit_once('$').is_some_and(|(_, key)| field::is_hex(key, 64))
}

#[cfg(feature = "pbkdf2")]
type Decode = fn(&str) -> Option<SecretBytes>;

#[cfg(feature = "pbkdf2")]
fn pbkdf2(
    stored: &Stored<'_>,
    prefix: &str,
    prf: Algorithm,
    decode_salt: Decode,
    decode_key: Decode,
) -> Result<Box<dyn ParsedHash>, HashError> {
    let segments: Vec<&str> = stored.after(prefix)?.splitn(4, '$').collect();
    let [iterations, salt, key] = *segments.as_slice() else {
        return Err(stored.malformed("it has not four parts"));
    };
    let iterations = field::decimal(iterations).ok_or(stored.malformed("the iterations are not a number"))?;
    let salt = decode_salt(salt).ok_or(stored.malformed("the salt is not of its alphabet"))?;
    let key = stored.digest(decode_key(key), prf.output_bytes())?;
    Ok(Box::new(Pbkdf2Hash::new(stored, prf, iterations, salt, key)?))
}

#[cfg(feature = "pbkdf2")]
fn pbkdf2_sha1(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let segments: Vec<&str> = stored.after("pbkdf2_sha1$")?.splitn(5, '$').collect();
    let (iterations, salt, key, length) = match *segments.as_slice() {
        [iterations, salt, key] => (iterations, salt, key, Some(32)),
        [iterations, salt, key, length] => {
            (iterations, salt, key, field::decimal(length).and_then(|length| usize::try_from(length).ok()))
        }
        _ => return Err(stored.malformed("it has neither four nor five parts")),
    };
    let iterations = field::decimal(iterations).ok_or(stored.malformed("the iterations are not a number"))?;
    let length = length.ok_or(stored.malformed("the length of the key is not a number"))?;
    // Hexadecimal if it can be read as that, and text otherwise: so does Clerk.
    let salt = field::any_hex(salt).unwrap_or_else(|| salt.into());
    let key = stored.digest(field::any_hex(key), length)?;
    Ok(Box::new(Pbkdf2Hash::new(stored, Algorithm::Sha1, iterations, salt, key)?))
}

fn sha512_symfony(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let segments: Vec<&str> = stored.after("sha512_symfony$")?.splitn(4, '$').collect();
    let [rounds, salt, digest] = *segments.as_slice() else {
        return Err(stored.malformed("it has not four parts"));
    };
    let rounds = field::decimal(rounds).ok_or(stored.malformed("the iterations are not a number"))?;
    // Symfony hashes `password{salt}`, and the password alone where there is no salt.
    let after = if salt.is_empty() { String::new() } else { format!("{{{salt}}}") };
    let joined = ["".into(), after.as_str().into()];
    let digest = field::padded_base64(digest);
    IteratedHash::boxed(stored, Algorithm::Sha512, joined, rounds.checked_sub(1), With::First, digest)
}

/// A password digest as it is sent to Clerk: the digest and the name of its hasher.
///
/// Reads the members `password_hasher` and `password_digest` (or `passwordHasher` and `passwordDigest`) of an object,
/// and leaves all others alone.
///
/// ```
/// use waystation::password::{PasswordHash, vendor::ClerkHash};
///
/// let user = r#"{
///     "first_name": "Ada",
///     "password_hasher": "pbkdf2_sha256",
///     "password_digest": "pbkdf2_sha256$1$c2FsdA==$ML7Brh6kyb9aTzqQDkMoBvfRNuwFK9pvk2ZfVwhZVN8="
/// }"#;
/// let hash: PasswordHash = user.parse::<ClerkHash>()?.into();
/// assert_eq!(hash.scheme(), Some("clerk-pbkdf2-sha256")); // Django's text, with another salt
/// # Ok::<(), waystation::password::vendor::ImportError>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "Json")]
pub struct ClerkHash(PasswordHash);

/// Clerk's hashers and the schemes that their digests are of.
const HASHERS: &[(&str, &str)] = &[
    ("argon2i", "argon2"),
    ("argon2id", "argon2"),
    ("bcrypt", "bcrypt"),
    ("bcrypt_peppered", "clerk-bcrypt-peppered"),
    ("bcrypt_sha256_django", "django-bcrypt-sha256"),
    ("ldap_ssha", "ldap-ssha"),
    ("md5", "md5"),
    ("md5_salted", "clerk-md5-salted"),
    ("pbkdf2_sha1", "clerk-pbkdf2-sha1"),
    ("pbkdf2_sha256", "clerk-pbkdf2-sha256"),
    ("pbkdf2_sha256_django", "django-pbkdf2-sha256"),
    ("pbkdf2_sha512", "clerk-pbkdf2-sha512"),
    ("pbkdf2_sha512_hex", "clerk-pbkdf2-sha512-hex"),
    ("phpass", "phpass"),
    ("scrypt_firebase", "firebase-scrypt"),
    ("scrypt_werkzeug", "werkzeug-scrypt"),
    ("sha256", "sha256"),
    ("sha256_salted", "clerk-sha256-salted"),
    ("sha512_symfony", "clerk-sha512-symfony"),
];

/// Hashers whose digests cannot be verified: the form of two is not published, and the third is no hash but an order to
/// ask Amazon Cognito at the log-in.
const UNSUPPORTED: &[&str] = &["awscognito", "hmac_sha256_utf16_b64", "md5_phpass"];

impl ClerkHash {
    /// A digest of the hasher with this name.
    ///
    /// # Errors
    ///
    /// When the hasher is not one of Clerk's, or its digests cannot be verified here.
    pub fn new(hasher: &str, digest: impl Into<String>) -> Result<Self, ImportError> {
        if let Some(name) = UNSUPPORTED.iter().find(|name| **name == hasher) {
            return Err(ImportError::new("/password_hasher", ImportProblem::Unsupported { name }));
        }
        let scheme = HASHERS.iter().find(|(name, _)| *name == hasher).map(|(_, scheme)| *scheme);
        let scheme = scheme.ok_or(ImportError::new("/password_hasher", ImportProblem::UnknownValue))?;
        Ok(Self(PasswordHash::declared(scheme, digest)))
    }
}

impl TryFrom<Json> for ClerkHash {
    type Error = ImportError;

    fn try_from(json: Json) -> Result<Self, ImportError> {
        let mut members = Members::of("", json)?;
        let mut either = |snake, camel| match members.text(snake)? {
            Some(text) => Ok(Some(text)),
            None => members.text(camel),
        };
        let hasher = either("/password_hasher", "/passwordHasher")?;
        let digest = either("/password_digest", "/passwordDigest")?;
        let hasher = hasher.ok_or(ImportError::new("/password_hasher", ImportProblem::Missing))?;
        let digest = digest.ok_or(ImportError::new("/password_digest", ImportProblem::Missing))?;
        Self::new(hasher.as_str(), digest.as_str())
    }
}

super::import_shape!(ClerkHash);
