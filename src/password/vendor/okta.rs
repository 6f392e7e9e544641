use base64ct::{Base64, Base64Unpadded, Encoding};
use serde::Deserialize;

use super::{
    CustomPasswordHash, ImportError, ImportProblem,
    json::{Json, Members, Text},
};
use crate::password::{PasswordHash, SecretBytes, field};

/// The `hash` of a password as it is imported into Okta.
///
/// `BCRYPT` with `workFactor`, salt and value apart; `SHA-512`, `SHA-256`, `SHA-1` and `MD5` with the salt on either side;
/// `PBKDF2` with `digestAlgorithm` (`SHA256_HMAC` or `SHA512_HMAC`), `iterationCount` and `keySize`. Members that are
/// not Okta's are refused.
///
/// ```
/// use waystation::password::{PasswordHash, vendor::OktaHash};
///
/// let object = r#"{
///     "algorithm": "BCRYPT",
///     "workFactor": 10,
///     "salt": "rwh3vH166HCH/NT9XV5FYu",
///     "value": "qaMqvAPULkbiQzkTCWo5XDcvzpk8Tna"
/// }"#;
/// let hash: PasswordHash = object.parse::<OktaHash>()?.into();
/// assert_eq!(hash.scheme(), Some("bcrypt"));
/// # Ok::<(), waystation::password::vendor::ImportError>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "Json")]
pub struct OktaHash(PasswordHash);

/// The fewest iterations that Okta takes.
const FEWEST_ITERATIONS: u64 = 4_096;

/// The digests of one round: Okta's names, those of the object that they become, and their lengths.
const DIGESTS: [(&str, &str, usize); 4] =
    [("MD5", "md5", 16), ("SHA-1", "sha1", 20), ("SHA-256", "sha256", 32), ("SHA-512", "sha512", 64)];

impl TryFrom<Json> for OktaHash {
    type Error = ImportError;

    fn try_from(json: Json) -> Result<Self, ImportError> {
        let mut members = Members::of("", json)?;
        let algorithm = members.needed_text("/algorithm")?;
        let value = members.needed_text("/value")?;
        let hash = match algorithm.as_str() {
            "BCRYPT" => bcrypt(&mut members, &value)?,
            "PBKDF2" => pbkdf2(&mut members, &value)?,
            other => digest(&mut members, other, &value)?,
        };
        // What belongs to another algorithm is as much a mistake as what belongs to none.
        members.end()?;
        Ok(Self(hash))
    }
}

fn bcrypt(members: &mut Members, value: &Text) -> Result<PasswordHash, ImportError> {
    let salt = members.needed_text("/salt")?;
    let cost = members.needed_number("/workFactor")?;
    // Okta says 1 to 20; bcrypt itself begins at 4.
    if !(4..=20).contains(&cost) {
        return Err(ImportError::new("/workFactor", ImportProblem::OutOfRange));
    }
    let (salt, value) = (salt.as_str(), value.as_str());
    let radix_64 = |place, text, bytes| {
        let decoded = field::bcrypt_base64(text).filter(|decoded| decoded.len() == bytes);
        decoded.ok_or(ImportError::new(place, ImportProblem::Encoding { encoding: "bcrypt's base64" }))
    };
    radix_64("/salt", salt, 16)?;
    radix_64("/value", value, 23)?;
    Ok(PasswordHash::declared("bcrypt", format!("$2a${cost:02}${salt}{value}")))
}

fn pbkdf2(members: &mut Members, value: &Text) -> Result<PasswordHash, ImportError> {
    let digest = match members.needed_text("/digestAlgorithm")?.as_str() {
        "SHA256_HMAC" => "sha256",
        "SHA512_HMAC" => "sha512",
        _ => return Err(ImportError::new("/digestAlgorithm", ImportProblem::UnknownValue)),
    };
    let iterations = members.needed_number("/iterationCount")?;
    if iterations < FEWEST_ITERATIONS {
        return Err(ImportError::new("/iterationCount", ImportProblem::OutOfRange));
    }
    let length = members.needed_number("/keySize")?;
    let salt = base64("/salt", &members.needed_text("/salt")?)?;
    let key = base64("/value", value)?;
    if key.len() as u64 != length {
        return Err(ImportError::new("/value", ImportProblem::Length { expected: length }));
    }
    let (salt, key) = (Base64Unpadded::encode_string(salt.expose()), Base64Unpadded::encode_string(key.expose()));
    Ok(PasswordHash::declared("pbkdf2", format!("$pbkdf2-{digest}$i={iterations},l={length}${salt}${key}")))
}

fn digest(members: &mut Members, algorithm: &str, value: &Text) -> Result<PasswordHash, ImportError> {
    let unknown = ImportError::new("/algorithm", ImportProblem::UnknownValue);
    let (_, algorithm, length) = DIGESTS.into_iter().find(|(name, ..)| *name == algorithm).ok_or(unknown)?;
    let digest = base64("/value", value)?;
    if digest.len() != length {
        return Err(ImportError::new("/value", ImportProblem::Length { expected: length as u64 }));
    }
    let salt = match members.text("/salt")? {
        None => None,
        Some(salt) => {
            let order = members.needed_text("/saltOrder")?;
            let position = match order.as_str() {
                "PREFIX" => "prefix",
                "POSTFIX" => "suffix",
                _ => return Err(ImportError::new("/saltOrder", ImportProblem::UnknownValue)),
            };
            Some((base64("/salt", &salt)?, position))
        }
    };
    CustomPasswordHash::of_digest(algorithm, &Base64::encode_string(digest.expose()), salt).map(PasswordHash::from)
}

fn base64(place: &'static str, text: &Text) -> Result<SecretBytes, ImportError> {
    let decoded = field::any_base64(text.as_str());
    decoded.ok_or(ImportError::new(place, ImportProblem::Encoding { encoding: "base64" }))
}

super::import_shape!(OktaHash);
