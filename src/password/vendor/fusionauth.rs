//! FusionAuth's password hashes (<https://fusionauth.io/docs/reference/password-hashes>): base64 of the digest, and salt
//! and *factor* in columns of their own, so that the scheme must be declared.

use serde::Deserialize;

use super::{
    ImportError, ImportProblem,
    iterated::{IteratedHash, With},
    json::{Json, Members},
    template::HmacHash,
};
#[cfg(feature = "pbkdf2")]
use crate::password::pbkdf2::Pbkdf2Hash;
use crate::password::{
    HashContext, HashError, ParsedHash, PasswordHash, SecretBytes,
    algorithm::Algorithm,
    field,
    format::{Format, Stored},
};

pub(in crate::password) static FORMATS: &[Format] = &[
    Format {
        name: "fusionauth-md5",
        prefixes: &[],
        fits: super::nothing,
        parse: |stored| iterated(stored, Algorithm::Md5),
    },
    Format {
        name: "fusionauth-sha256",
        prefixes: &[],
        fits: super::nothing,
        parse: |stored| iterated(stored, Algorithm::Sha256),
    },
    Format { name: "fusionauth-hmac-sha256", prefixes: &[], fits: super::nothing, parse: hmac },
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "fusionauth-pbkdf2-sha256",
        prefixes: &[],
        fits: super::nothing,
        parse: |stored| pbkdf2(stored, Algorithm::Sha256, 32),
    },
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "fusionauth-pbkdf2-sha256-512",
        prefixes: &[],
        fits: super::nothing,
        parse: |stored| pbkdf2(stored, Algorithm::Sha256, 64),
    },
    #[cfg(feature = "pbkdf2")]
    Format {
        name: "fusionauth-pbkdf2-sha512",
        prefixes: &[],
        fits: super::nothing,
        parse: |stored| pbkdf2(stored, Algorithm::Sha512, 64),
    },
    // phpass, with as many rounds as the factor says, and 22 or 43 characters of crypt(3)'s base64.
    Format {
        name: "fusionauth-phpass-md5",
        prefixes: &[],
        fits: super::nothing,
        parse: |stored| phpass(stored, Algorithm::Md5, 22),
    },
    Format {
        name: "fusionauth-phpass-sha512",
        prefixes: &[],
        fits: super::nothing,
        parse: |stored| phpass(stored, Algorithm::Sha512, 43),
    },
];

/// The digest of password and salt, hashed again until there were as many rounds as the factor says.
fn iterated(stored: &Stored<'_>, algorithm: Algorithm) -> Result<Box<dyn ParsedHash>, HashError> {
    let joined = [SecretBytes::default(), stored.salt()?];
    let again = stored.iterations()?.checked_sub(1);
    IteratedHash::boxed(stored, algorithm, joined, again, With::Nothing, field::padded_base64(stored.text()))
}

/// The salt is the key; there is no factor.
fn hmac(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let digest = field::padded_base64(stored.text());
    Ok(Box::new(HmacHash::new(stored, Algorithm::Sha256, stored.salt()?, digest)?))
}

#[cfg(feature = "pbkdf2")]
fn pbkdf2(stored: &Stored<'_>, prf: Algorithm, length: usize) -> Result<Box<dyn ParsedHash>, HashError> {
    let key = stored.digest(field::padded_base64(stored.text()), length)?;
    Ok(Box::new(Pbkdf2Hash::new(stored, prf, stored.iterations()?, stored.salt()?, key)?))
}

/// The salt's characters, and not what they encode, stand before the password.
fn phpass(stored: &Stored<'_>, algorithm: Algorithm, characters: usize) -> Result<Box<dyn ParsedHash>, HashError> {
    if stored.text().bytes().any(|byte| field::crypt64(byte).is_none()) {
        return Err(stored.malformed("a character is not of crypt's alphabet"));
    }
    let joined = [stored.salt()?, SecretBytes::default()];
    let rounds = Some(stored.iterations()?).filter(|rounds| *rounds > 0);
    IteratedHash::boxed(stored, algorithm, joined, rounds, With::Password { characters }, Some(stored.text().into()))
}

/// The members of a FusionAuth user that hold the password: `encryptionScheme`, `factor`, `salt`, `password`.
///
/// All other members are left alone.
///
/// ```
/// use waystation::password::{PasswordHash, vendor::FusionAuthHash};
///
/// let user = r#"{
///     "email": "ada@example.com",
///     "encryptionScheme": "salted-sha256",
///     "factor": 2,
///     "salt": "c2FsdA==",
///     "password": "1EvaiaMl8ofIHvbyq7u3WLLwCBPAdzbUCUOpBKxQcl0="
/// }"#;
/// let hash: PasswordHash = user.parse::<FusionAuthHash>()?.into();
/// assert_eq!(hash.scheme(), Some("fusionauth-sha256"));
/// assert_eq!(hash.context().and_then(|context| context.iterations), Some(2));
/// # Ok::<(), waystation::password::vendor::ImportError>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "Json")]
pub struct FusionAuthHash(PasswordHash);

/// FusionAuth's names, the schemes, and whether the salt is base64 and not its own text.
const SCHEMES: &[(&str, &str, bool)] = &[
    ("phpass-md5", "fusionauth-phpass-md5", false),
    ("phpass-sha512", "fusionauth-phpass-sha512", false),
    ("salted-hmac-sha256", "fusionauth-hmac-sha256", true),
    ("salted-md5", "fusionauth-md5", true),
    ("salted-pbkdf2-hmac-sha256", "fusionauth-pbkdf2-sha256", true),
    ("salted-pbkdf2-hmac-sha256-512", "fusionauth-pbkdf2-sha256-512", true),
    ("salted-pbkdf2-hmac-sha512-512", "fusionauth-pbkdf2-sha512", true),
    ("salted-sha256", "fusionauth-sha256", true),
];

impl FusionAuthHash {
    /// A hash of FusionAuth's scheme with this name, from its columns.
    ///
    /// # Errors
    ///
    /// When the scheme is not one that FusionAuth has built in, or the salt is not in its encoding.
    pub fn new(scheme: &str, factor: u64, salt: &str, password: &str) -> Result<Self, ImportError> {
        if scheme == "bcrypt" {
            // Its two parts, each in bcrypt's own base64.
            if !(4..=31).contains(&factor) {
                return Err(ImportError::new("/factor", ImportProblem::OutOfRange));
            }
            let length = |place, text: &str, length| {
                let problem = ImportProblem::Malformed { what: "not as many characters as bcrypt has there" };
                if text.len() == length { Ok(()) } else { Err(ImportError::new(place, problem)) }
            };
            length("/salt", salt, 22)?;
            length("/password", password, 31)?;
            return Ok(Self(PasswordHash::declared("bcrypt", format!("$2a${factor:02}${salt}{password}"))));
        }
        let unknown = ImportError::new("/encryptionScheme", ImportProblem::UnknownValue);
        let (_, scheme, is_base64) = SCHEMES.iter().find(|(name, ..)| *name == scheme).ok_or(unknown)?;
        let salt = if *is_base64 { field::any_base64(salt) } else { Some(salt.into()) };
        let salt = salt.ok_or(ImportError::new("/salt", ImportProblem::Encoding { encoding: "base64" }))?;
        let context = HashContext::default().salt(salt).iterations(factor);
        Ok(Self(PasswordHash::declared(*scheme, password).with_context(context)))
    }
}

impl TryFrom<Json> for FusionAuthHash {
    type Error = ImportError;

    fn try_from(json: Json) -> Result<Self, ImportError> {
        let mut members = Members::of("", json)?;
        let scheme = members.needed_text("/encryptionScheme")?;
        let salt = members.needed_text("/salt")?;
        let password = members.needed_text("/password")?;
        // HMAC has none, and exports say 1.
        let factor = members.number("/factor")?;
        let factor = if scheme.as_str() == "salted-hmac-sha256" { factor.or(Some(1)) } else { factor };
        let factor = factor.ok_or(ImportError::new("/factor", ImportProblem::Missing))?;
        Self::new(scheme.as_str(), factor, salt.as_str(), password.as_str())
    }
}

super::import_shape!(FusionAuthHash);
