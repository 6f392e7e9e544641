//! Keycloak: a credential as JSON, with JSON in two of its strings.
//!
//! ```json
//! {"type":"password",
//!  "secretData":"{\"value\":\"…\",\"salt\":\"…\"}",
//!  "credentialData":"{\"hashIterations\":27500,\"algorithm\":\"pbkdf2-sha256\"}"}
//! ```
//!
//! As the admin interface and realm exports write it, and the table `CREDENTIAL` holds it; before version 8 the fields
//! stood side by side. The text of the hash is the whole object. Algorithms are `pbkdf2`, `pbkdf2-sha256`,
//! `pbkdf2-sha512` and, with its parameters as lists of strings, `argon2`. How long a PBKDF2 key is depends on the
//! release.

use base64ct::{Base64Unpadded, Encoding};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::password::{
    HashError, ParsedHash, SecretBytes,
    algorithm::Algorithm,
    argon2::Argon2Hash,
    field,
    format::{Format, Stored},
    pbkdf2::Pbkdf2Hash,
};

pub(in crate::password) static FORMATS: &[Format] = &[Format {
    name: "keycloak",
    prefixes: &["{"],
    fits: |text| {
        let has = |name: &str| text.contains(name);
        (has("\"secretData\"") && has("\"credentialData\"")) || (has("\"hashedSaltedValue\"") && has("\"salt\""))
    },
    parse,
}];

/// The lengths that releases gave their PBKDF2 keys, in bytes. Any other is a key that was cut.
const KEY_BYTES: [usize; 3] = [32, 64, 128];

/// The object. What else stands in it (a label, dates) says nothing of the password.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "they are named as Keycloak names them")]
struct Credential {
    #[serde(rename = "type")]
    kind: Option<String>,
    secret_data: Option<String>,
    credential_data: Option<String>,
    // Before version 8.
    hashed_salted_value: Option<SecretBytes>,
    salt: Option<SecretBytes>,
    hash_iterations: Option<u64>,
    algorithm: Option<String>,
}

/// What `secretData` holds.
#[derive(Deserialize)]
struct SecretData {
    value: SecretBytes,
    salt: SecretBytes,
}

/// What `credentialData` holds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CredentialData {
    hash_iterations: u64,
    algorithm: String,
    additional_parameters: Option<Argon2Parameters>,
}

/// Argon2's parameters, each a list of one string.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Argon2Parameters {
    #[serde(rename = "type")]
    variant: Vec<String>,
    version: Vec<String>,
    hash_length: Vec<String>,
    memory: Vec<String>,
    parallelism: Vec<String>,
}

fn parse(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let not_one = stored.malformed("it is not a credential of Keycloak");
    let text = stored.text();
    if !text.starts_with('{') || !text.ends_with('}') {
        return Err(not_one);
    }
    let credential: Credential = serde_json::from_str(text).map_err(|_| not_one.clone())?;
    if credential.kind.as_deref().is_some_and(|kind| kind != "password") {
        return Err(stored.malformed("it is a credential of another type"));
    }
    let (secret, data) = match credential {
        Credential {
            secret_data: Some(secret),
            credential_data: Some(data),
            hashed_salted_value: None,
            salt: None,
            hash_iterations: None,
            algorithm: None,
            ..
        } => {
            let secret = Zeroizing::new(secret);
            (
                serde_json::from_str(&secret).map_err(|_| stored.malformed("secretData is not value and salt"))?,
                serde_json::from_str(&data).map_err(|_| stored.malformed("credentialData is not well formed"))?,
            )
        }
        Credential {
            secret_data: None,
            credential_data: None,
            hashed_salted_value: Some(value),
            salt: Some(salt),
            hash_iterations: Some(hash_iterations),
            algorithm: Some(algorithm),
            ..
        } => (SecretData { value, salt }, CredentialData { hash_iterations, algorithm, additional_parameters: None }),
        _ => return Err(not_one),
    };
    read(stored, secret, &data)
}

fn read(stored: &Stored<'_>, secret: SecretData, data: &CredentialData) -> Result<Box<dyn ParsedHash>, HashError> {
    let prf = match data.algorithm.as_str() {
        "argon2" => return argon2(stored, &secret, data),
        "pbkdf2" => Algorithm::Sha1,
        "pbkdf2-sha256" => Algorithm::Sha256,
        "pbkdf2-sha512" => Algorithm::Sha512,
        _ => return Err(stored.malformed("the algorithm is not one that comes with Keycloak")),
    };
    if !KEY_BYTES.contains(&secret.value.len()) {
        return Err(stored.malformed("the key has a length that no release gave it"));
    }
    Ok(Box::new(Pbkdf2Hash::new(stored, prf, data.hash_iterations, secret.salt, secret.value)?))
}

/// By way of an Argon2 string, whose parser holds all bounds.
fn argon2(stored: &Stored<'_>, secret: &SecretData, data: &CredentialData) -> Result<Box<dyn ParsedHash>, HashError> {
    let incomplete = || stored.malformed("Argon2's parameters are not lists of one string each");
    let parameters = data.additional_parameters.as_ref().ok_or_else(incomplete)?;
    let one = |values: &[String]| match values {
        [value] => Ok(value.clone()),
        _ => Err(incomplete()),
    };
    let number = |values| field::decimal(&one(values)?).ok_or_else(incomplete);
    let variant = match one(&parameters.variant)?.as_str() {
        "id" => "argon2id",
        "i" => "argon2i",
        "d" => "argon2d",
        _ => return Err(stored.malformed("the type of Argon2 is none of id, i and d")),
    };
    let version = match one(&parameters.version)?.as_str() {
        "1.3" => 19,
        "1.0" => 16,
        _ => return Err(stored.malformed("the version of Argon2 is neither 1.3 nor 1.0")),
    };
    if number(&parameters.hash_length)? != secret.value.len() as u64 {
        return Err(stored.malformed("the digest has not the length that is stated"));
    }
    let (memory, lanes) = (number(&parameters.memory)?, number(&parameters.parallelism)?);
    let base64 = |bytes: &SecretBytes| Zeroizing::new(Base64Unpadded::encode_string(bytes.expose()));
    let (salt, digest, passes) = (base64(&secret.salt), base64(&secret.value), data.hash_iterations);
    let text = format!("${variant}$v={version}$m={memory},t={passes},p={lanes}${}${}", *salt, *digest);
    Ok(Box::new(Argon2Hash::parse(stored.scheme, &Zeroizing::new(text), stored.limits)?))
}
