use base64ct::{Base64, Base64Unpadded, Encoding};
use serde::Deserialize;

use super::{
    CustomPasswordHash, ImportError, ImportProblem,
    json::{Json, Members, Text},
};
use crate::password::{PasswordHash, SecretBytes, field};

/// The members of a password that is migrated to Stytch: `hash`, `hash_type` and the configuration of that type.
///
/// Digests and keys are read in hexadecimal or base64, whichever has the length of the algorithm; Stytch does not say
/// which it takes. All other members are left alone.
///
/// ```
/// use waystation::password::{PasswordHash, vendor::StytchHash};
///
/// let request = r#"{
///     "email": "ada@example.com",
///     "hash_type": "md_5",
///     "hash": "67a1e09bb1f83f5007dc119c14d663aa",
///     "md_5_config": {"prepend_salt": "salt", "append_salt": ""}
/// }"#;
/// let hash: PasswordHash = request.parse::<StytchHash>()?.into();
/// assert_eq!(hash.scheme(), Some("kratos-digest")); // which has salts on both sides
/// # Ok::<(), waystation::password::vendor::ImportError>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "Json")]
pub struct StytchHash(PasswordHash);

impl TryFrom<Json> for StytchHash {
    type Error = ImportError;

    fn try_from(json: Json) -> Result<Self, ImportError> {
        let mut members = Members::of("", json)?;
        let hash_type = members.needed_text("/hash_type")?;
        let hash = members.needed_text("/hash")?;
        let declared = |scheme| Ok(PasswordHash::declared(scheme, hash.as_str()));
        let hash = match hash_type.as_str() {
            "argon_2i" => argon2(&mut members, "argon2i", &hash),
            "argon_2id" => argon2(&mut members, "argon2id", &hash),
            "bcrypt" => declared("bcrypt"),
            "md_5" => digest(
                members.object("/md_5_config")?,
                ["/md_5_config/prepend_salt", "/md_5_config/append_salt"],
                &hash,
                ("md5", 16),
            ),
            "pbkdf_2" => pbkdf2(&mut members, &hash),
            "phpass" => declared("phpass"),
            "scrypt" => scrypt(&mut members, &hash),
            "sha_1" => digest(
                members.object("/sha_1_config")?,
                ["/sha_1_config/prepend_salt", "/sha_1_config/append_salt"],
                &hash,
                ("sha1", 20),
            ),
            "sha_512" => digest(
                members.object("/sha_512_config")?,
                ["/sha_512_config/prepend_salt", "/sha_512_config/append_salt"],
                &hash,
                ("sha512", 64),
            ),
            _ => Err(ImportError::new("/hash_type", ImportProblem::UnknownValue)),
        };
        hash.map(Self)
    }
}

/// So many bytes in hexadecimal or base64: their texts have different lengths.
fn decoded(text: &Text, length: u64) -> Result<SecretBytes, ImportError> {
    let of_length = |bytes: &SecretBytes| bytes.len() as u64 == length && length > 0;
    let hex = field::any_hex(text.as_str()).filter(of_length);
    let bytes = hex.or_else(|| field::any_base64(text.as_str()).filter(of_length));
    bytes.ok_or(ImportError::new("/hash", ImportProblem::Length { expected: length }))
}

fn base64(place: &'static str, text: &Text) -> Result<SecretBytes, ImportError> {
    let decoded = field::any_base64(text.as_str());
    decoded.ok_or(ImportError::new(place, ImportProblem::Encoding { encoding: "base64" }))
}

/// Kratos's templates have what is needed here: fixed text before and behind the password.
fn digest(
    config: Option<Members>,
    [prepend, append]: [&'static str; 2],
    hash: &Text,
    (name, length): (&str, u64),
) -> Result<PasswordHash, ImportError> {
    let digest = Base64::encode_string(decoded(hash, length)?.expose());
    let mut config = config;
    let mut salt = |place| -> Result<Option<Text>, ImportError> {
        let Some(config) = &mut config else { return Ok(None) };
        let salt = config.text(place)?;
        let is_plain = salt.as_ref().is_none_or(|salt| !salt.as_str().contains(['{', '}']));
        let problem = ImportProblem::Unsupported { name: "a salt with braces" };
        if is_plain { Ok(salt) } else { Err(ImportError::new(place, problem)) }
    };
    let (before, after) = (salt(prepend)?, salt(append)?);
    let text = |salt: &Option<Text>| salt.as_ref().map_or(String::new(), |salt| salt.as_str().to_owned());
    let template = Base64::encode_string(format!("{}{{PASSWORD}}{}", text(&before), text(&after)).as_bytes());
    Ok(PasswordHash::declared("kratos-digest", format!("${name}$pf={template}$${digest}")))
}

/// An Argon2 string, or the digest alone with its parameters beside it.
fn argon2(members: &mut Members, variant: &str, hash: &Text) -> Result<PasswordHash, ImportError> {
    let Some(mut config) = members.object("/argon_2_config")? else {
        return Ok(PasswordHash::declared("argon2", hash.as_str()));
    };
    let salt = Base64Unpadded::encode_string(config.needed_text("/argon_2_config/salt")?.as_str().as_bytes());
    let passes = config.needed_number("/argon_2_config/iteration_amount")?;
    let memory = config.needed_number("/argon_2_config/memory")?;
    let lanes = config.needed_number("/argon_2_config/threads")?;
    let length = config.needed_number("/argon_2_config/key_length")?;
    let digest = Base64Unpadded::encode_string(decoded(hash, length)?.expose());
    let text = format!("${variant}$v=19$m={memory},t={passes},p={lanes}${salt}${digest}");
    Ok(PasswordHash::declared("argon2", text))
}

/// A PHC string, or the key alone with its parameters beside it.
fn scrypt(members: &mut Members, hash: &Text) -> Result<PasswordHash, ImportError> {
    let Some(mut config) = members.object("/scrypt_config")? else {
        return Ok(PasswordHash::declared("scrypt", hash.as_str()));
    };
    let salt = base64("/scrypt_config/salt", &config.needed_text("/scrypt_config/salt")?)?;
    let n = config.needed_number("/scrypt_config/n_parameter")?;
    let r = config.needed_number("/scrypt_config/r_parameter")?;
    let p = config.needed_number("/scrypt_config/p_parameter")?;
    let range = |place, within| {
        if within { Ok(()) } else { Err(ImportError::new(place, ImportProblem::OutOfRange)) }
    };
    range("/scrypt_config/n_parameter", n > 1 && n.is_power_of_two())?;
    range("/scrypt_config/r_parameter", r > 0)?;
    range("/scrypt_config/p_parameter", p > 0)?;
    let key = decoded(hash, config.needed_number("/scrypt_config/key_length")?)?;
    CustomPasswordHash::of_scrypt(&key, &salt, [n, r, p]).map(PasswordHash::from)
}

fn pbkdf2(members: &mut Members, hash: &Text) -> Result<PasswordHash, ImportError> {
    let missing = ImportError::new("/pbkdf_2_config", ImportProblem::Missing);
    let mut config = members.object("/pbkdf_2_config")?.ok_or(missing)?;
    let salt = base64("/pbkdf_2_config/salt", &config.needed_text("/pbkdf_2_config/salt")?)?;
    let iterations = config.needed_number("/pbkdf_2_config/iteration_amount")?;
    let length = config.needed_number("/pbkdf_2_config/key_length")?;
    let algorithm = config.text("/pbkdf_2_config/algorithm")?;
    let digest = match algorithm.as_ref().map_or("sha256", Text::as_str) {
        "" | "sha256" => "sha256",
        "sha512" => "sha512",
        _ => return Err(ImportError::new("/pbkdf_2_config/algorithm", ImportProblem::UnknownValue)),
    };
    let salt = Base64Unpadded::encode_string(salt.expose());
    let key = Base64Unpadded::encode_string(decoded(hash, length)?.expose());
    Ok(PasswordHash::declared("pbkdf2", format!("$pbkdf2-{digest}$i={iterations},l={length}${salt}${key}")))
}

super::import_shape!(StytchHash);
