use serde::Deserialize;

use super::{
    ImportError, ImportProblem,
    json::{Json, Members},
};
use crate::password::{HashContext, PasswordHash, SecretBytes};

/// A password hash as it is imported into SuperTokens, or stored by it: `passwordHash` and, if it is there,
/// `hashingAlgorithm`.
///
/// SuperTokens reads bcrypt's `$2x$` as `$2a$`, so that there nobody with such a hash and a password beyond ASCII logs in
/// again. Here it stays what it is. All other members are left alone.
///
/// ```
/// use waystation::password::{PasswordHash, vendor::SuperTokensHash};
///
/// let login_method = r#"{
///     "recipeId": "emailpassword",
///     "email": "ada@example.com",
///     "passwordHash": "$2y$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG",
///     "hashingAlgorithm": "bcrypt"
/// }"#;
/// let hash: PasswordHash = login_method.parse::<SuperTokensHash>()?.into();
/// assert_eq!(hash.scheme(), Some("bcrypt"));
/// # Ok::<(), waystation::password::vendor::ImportError>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "Json")]
pub struct SuperTokensHash(PasswordHash);

/// What hashes begin with that SuperTokens takes, its names for the algorithms, and the schemes.
const SCHEMES: &[(&str, &str, &str)] = &[
    ("$2a$", "bcrypt", "bcrypt"),
    ("$2b$", "bcrypt", "bcrypt"),
    ("$2x$", "bcrypt", "bcrypt-2x"),
    ("$2y$", "bcrypt", "bcrypt"),
    ("$argon2d$", "argon2", "argon2"),
    ("$argon2i$", "argon2", "argon2"),
    ("$argon2id$", "argon2", "argon2"),
    ("$f_scrypt$", "firebase_scrypt", "firebase-scrypt"),
];

impl SuperTokensHash {
    /// A hash as SuperTokens stores it, of the algorithm that its beginning tells.
    ///
    /// # Errors
    ///
    /// When it begins like none that SuperTokens verifies.
    pub fn new(password_hash: impl Into<String>) -> Result<Self, ImportError> {
        let text = password_hash.into();
        let scheme = SCHEMES.iter().find(|(prefix, ..)| text.starts_with(prefix)).map(|(.., scheme)| *scheme);
        let scheme = scheme.ok_or(ImportError::new("/passwordHash", ImportProblem::UnknownValue))?;
        Ok(Self(PasswordHash::declared(scheme, text)))
    }

    /// With the signer key of Firebase, which SuperTokens keeps in its configuration.
    #[must_use]
    pub fn with_signer_key(self, key: impl Into<SecretBytes>) -> Self {
        Self(self.0.with_context(HashContext::default().key(key)))
    }
}

impl TryFrom<Json> for SuperTokensHash {
    type Error = ImportError;

    fn try_from(json: Json) -> Result<Self, ImportError> {
        let mut members = Members::of("", json)?;
        let hash = members.needed_text("/passwordHash")?;
        if let Some(algorithm) = members.text("/hashingAlgorithm")? {
            let of_hash = SCHEMES.iter().find(|(prefix, ..)| hash.as_str().starts_with(prefix));
            let agrees = of_hash.is_none_or(|(_, name, _)| name.eq_ignore_ascii_case(algorithm.as_str()));
            if !agrees {
                return Err(ImportError::new("/hashingAlgorithm", ImportProblem::NotAllowed));
            }
        }
        Self::new(hash.as_str())
    }
}

super::import_shape!(SuperTokensHash);
