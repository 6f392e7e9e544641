use base64ct::{Base64, Encoding as _};
#[cfg(feature = "bulk")]
use serde::Deserializer;
use serde::{Deserialize, Serialize};

use super::{
    NAME,
    digests::{Ldap, Pbkdf2},
    names::{Algorithm, Encoding, HmacDigest, PasswordEncoding, Position},
};
use crate::password::{
    PasswordHash, SecretBytes,
    algorithm::Algorithm as Digest,
    field,
    vendor::{
        ImportError, ImportProblem,
        json::{Json, Members, Text},
        transcoded::TextEncoding,
    },
};

/// The object `custom_password_hash` of Auth0's bulk import.
///
/// Read from JSON by [`FromStr`](std::str::FromStr) or by serde, and checked as a whole: what does not go together is an
/// [`ImportError`] that says where. It becomes a [`PasswordHash`] and comes back from one as it was: members that were
/// left out stay so.
///
/// | algorithm | `hash.value` | `hash.encoding` | `salt` |
/// |---|---|---|---|
/// | `argon2` | a PHC string of Argon2i or Argon2id | `utf8` or none | – |
/// | `bcrypt` | `$2a$`, `$2b$`, `$2y$` | `utf8` or none | before or behind the password, within bcrypt's 72 bytes |
/// | `pbkdf2` | `$pbkdf2-<digest>$i=…,l=…$…$…`, 33 names of digests | `utf8` or none | – |
/// | `ldap` | `{SSHA}` and such | `utf8` or none | – |
/// | `hmac` | the digest; `hash.digest` and `hash.key` | `hex` or `base64` | – |
/// | `md4`, `md5`, `sha1`, `sha256`, `sha512` | the digest, of one round | `hex` or `base64` | before or behind the password, or none |
/// | `scrypt` | the key of `keylen` bytes | `hex` or `base64` | yes |
///
/// Hexadecimal is read in either case, base64 with or without padding and in the alphabet of URLs as well. Salt and key
/// are `utf8` unless they say otherwise. `password.encoding` is what Node's `Buffer` knows: `utf16le` and `ucs2`, and
/// `ascii`, `latin1` and `binary`, which are one and keep the lower byte of each unit of UTF-16.
///
/// ```
/// use waystation::password::{PasswordHash, vendor::CustomPasswordHash};
///
/// let object: CustomPasswordHash = r#"{
///     "algorithm": "sha256",
///     "hash": {"value": "d24e794fce503c3ddb1cd1ba1dd5d9b250cf9917336a0316fefd87fecf79200f", "encoding": "hex"},
///     "salt": {"value": "abc123", "position": "prefix"}
/// }"#
/// .parse()?;
/// let hash = PasswordHash::from(&object);
/// assert_eq!(hash.scheme(), Some("custom-password-hash"));
/// assert_eq!(CustomPasswordHash::try_from(&hash)?, object);
/// # Ok::<(), waystation::password::vendor::ImportError>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Json")]
pub struct CustomPasswordHash {
    algorithm: Algorithm,
    hash: Hash,
    #[serde(skip_serializing_if = "Option::is_none")]
    salt: Option<Salt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<Password>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keylen: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<u64>,
    #[serde(rename = "blockSize", skip_serializing_if = "Option::is_none")]
    block_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallelization: Option<u64>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
struct Hash {
    value: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<Encoding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<HmacDigest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Key>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
struct Key {
    value: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<Encoding>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
struct Salt {
    value: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<Encoding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
struct Password {
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<PasswordEncoding>,
}

/// The bytes of a text in an encoding; `utf8` where it names none.
fn decode(text: &Text, encoding: Option<Encoding>) -> Option<SecretBytes> {
    match encoding.unwrap_or(Encoding::Utf8) {
        Encoding::Base64 => field::any_base64(text.as_str()),
        Encoding::Hex => field::any_hex(text.as_str()),
        Encoding::Utf8 => Some(text.as_str().into()),
    }
}

impl CustomPasswordHash {
    /// Reads it from JSON that is parsed already, without a text in between.
    #[cfg(feature = "bulk")]
    pub(crate) fn from_parsed<'de>(json: impl Deserializer<'de>) -> Result<Self, ImportError> {
        // The only thing that such JSON can be refused for.
        let json = Json::deserialize(json).map_err(|_| ImportError::new("", ImportProblem::Repeated))?;
        json.try_into()
    }

    /// An object of a plain digest in base64, with a salt on a side of the password.
    pub(in crate::password::vendor) fn of_digest(
        algorithm: &str,
        digest: &str,
        salt: Option<(SecretBytes, &str)>,
    ) -> Result<Self, ImportError> {
        let salt = salt.map(|(salt, position)| Salt {
            value: Base64::encode_string(salt.expose()).as_str().into(),
            encoding: Some(Encoding::Base64),
            position: Position::named(position),
        });
        Self { salt, ..Self::new(algorithm, digest)? }.checked()
    }

    /// An object of an scrypt key in base64.
    pub(in crate::password::vendor) fn of_scrypt(
        key: &SecretBytes,
        salt: &SecretBytes,
        [cost, block_size, parallelization]: [u64; 3],
    ) -> Result<Self, ImportError> {
        let object = Self::new("scrypt", &Base64::encode_string(key.expose()))?;
        let salt = Base64::encode_string(salt.expose());
        let salt = Salt { value: salt.as_str().into(), encoding: Some(Encoding::Base64), position: None };
        Self {
            salt: Some(salt),
            keylen: Some(key.len() as u64),
            cost: Some(cost),
            block_size: Some(block_size),
            parallelization: Some(parallelization),
            ..object
        }
        .checked()
    }

    fn new(algorithm: &str, digest: &str) -> Result<Self, ImportError> {
        let unknown = ImportError::new("/algorithm", ImportProblem::UnknownValue);
        let hash = Hash { value: digest.into(), encoding: Some(Encoding::Base64), digest: None, key: None };
        Ok(Self {
            algorithm: Algorithm::named(algorithm).ok_or(unknown)?,
            hash,
            salt: None,
            password: None,
            keylen: None,
            cost: None,
            block_size: None,
            parallelization: None,
        })
    }

    fn checked(self) -> Result<Self, ImportError> {
        self.check().map(|()| self)
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(super) fn value(&self) -> &str {
        self.hash.value.as_str()
    }

    /// The digest, where the value is one.
    pub(super) fn decoded_value(&self) -> Option<SecretBytes> {
        decode(&self.hash.value, self.hash.encoding)
    }

    pub(super) fn hmac(&self) -> Option<(Digest, SecretBytes)> {
        let key = self.hash.key.as_ref()?;
        Some((self.hash.digest?.digest(), decode(&key.value, key.encoding)?))
    }

    pub(super) fn salt(&self) -> Option<(SecretBytes, Position)> {
        let salt = self.salt.as_ref()?;
        Some((decode(&salt.value, salt.encoding)?, salt.position.unwrap_or(Position::Prefix)))
    }

    pub(super) fn password_encoding(&self) -> TextEncoding {
        let encoding = self.password.as_ref().and_then(|password| password.encoding);
        encoding.unwrap_or(PasswordEncoding::Utf8).text()
    }

    /// N, r and p.
    #[cfg(feature = "scrypt")]
    pub(super) fn scrypt_cost(&self) -> [u64; 3] {
        [self.cost.unwrap_or(16_384), self.block_size.unwrap_or(8), self.parallelization.unwrap_or(1)]
    }

    /// Whether the members go together.
    fn check(&self) -> Result<(), ImportError> {
        let algorithm = self.algorithm;
        refuse("/hash/digest", algorithm != Algorithm::Hmac && self.hash.digest.is_some())?;
        refuse("/hash/key", algorithm != Algorithm::Hmac && self.hash.key.is_some())?;
        for (place, member) in [
            ("/keylen", self.keylen),
            ("/cost", self.cost),
            ("/blockSize", self.block_size),
            ("/parallelization", self.parallelization),
        ] {
            refuse(place, algorithm != Algorithm::Scrypt && member.is_some())?;
        }
        self.check_salt()?;
        match algorithm {
            Algorithm::Argon2 | Algorithm::Bcrypt | Algorithm::Ldap | Algorithm::Pbkdf2 => self.check_text(),
            Algorithm::Hmac => {
                let (Some(digest), Some(key)) = (self.hash.digest, &self.hash.key) else {
                    let place = if self.hash.digest.is_none() { "/hash/digest" } else { "/hash/key" };
                    return Err(ImportError::new(place, ImportProblem::Missing));
                };
                encoded("/hash/key/value", &key.value, key.encoding)?;
                self.check_digest(digest.digest().output_bytes() as u64)
            }
            Algorithm::Md4 | Algorithm::Md5 => self.check_digest(16),
            Algorithm::Sha1 => self.check_digest(20),
            Algorithm::Sha256 => self.check_digest(32),
            Algorithm::Sha512 => self.check_digest(64),
            Algorithm::Scrypt => self.check_scrypt(),
        }
    }

    fn check_salt(&self) -> Result<(), ImportError> {
        let Some(salt) = &self.salt else { return Ok(()) };
        match self.algorithm {
            Algorithm::Argon2 | Algorithm::Ldap | Algorithm::Pbkdf2 => refuse("/salt", true)?,
            // The schema lets it through, and no documentation says what it would be.
            Algorithm::Hmac => {
                let problem = ImportProblem::Unsupported { name: "a salt beside the key of an HMAC" };
                return Err(ImportError::new("/salt", problem));
            }
            // It has a place of its own there.
            Algorithm::Scrypt => refuse("/salt/position", salt.position == Some(Position::Suffix))?,
            _ => {}
        }
        encoded("/salt/value", &salt.value, salt.encoding)
    }

    /// A value that is a text and says all by itself.
    fn check_text(&self) -> Result<(), ImportError> {
        refuse("/hash/encoding", !matches!(self.hash.encoding, None | Some(Encoding::Utf8)))?;
        let begins_with = |prefixes: &[&str]| prefixes.iter().any(|prefix| self.value().starts_with(prefix));
        let (known, what) = match self.algorithm {
            Algorithm::Argon2 => {
                (begins_with(&["$argon2i$", "$argon2id$"]), "it does not begin with `$argon2i$` or `$argon2id$`")
            }
            Algorithm::Bcrypt => {
                (begins_with(&["$2a$", "$2b$", "$2y$"]), "it does not begin with `$2a$`, `$2b$` or `$2y$`")
            }
            Algorithm::Ldap => {
                (Ldap::read(self.value()).is_some(), "it is not a known `{SCHEME}` and base64 of its length")
            }
            _ => (
                Pbkdf2::read(self.value()).is_some(),
                "it is not `$pbkdf2-`, a known digest, parameters, salt and a key of the length that they say",
            ),
        };
        if known { Ok(()) } else { Err(ImportError::new("/hash/value", ImportProblem::Malformed { what })) }
    }

    /// A value that is a digest of so many bytes.
    fn check_digest(&self, expected: u64) -> Result<(), ImportError> {
        let encoding = self.hash.encoding.ok_or(ImportError::new("/hash/encoding", ImportProblem::Missing))?;
        refuse("/hash/encoding", encoding == Encoding::Utf8)?;
        encoded("/hash/value", &self.hash.value, self.hash.encoding)?;
        match self.decoded_value() {
            Some(digest) if digest.len() as u64 == expected => Ok(()),
            _ => Err(ImportError::new("/hash/value", ImportProblem::Length { expected })),
        }
    }

    fn check_scrypt(&self) -> Result<(), ImportError> {
        let missing = |place| ImportError::new(place, ImportProblem::Missing);
        let range = |place, within| {
            if within { Ok(()) } else { Err(ImportError::new(place, ImportProblem::OutOfRange)) }
        };
        self.salt.as_ref().ok_or(missing("/salt"))?;
        let keylen = self.keylen.ok_or(missing("/keylen"))?;
        range("/keylen", keylen > 0)?;
        range("/cost", self.cost.is_none_or(|cost| cost > 1 && cost.is_power_of_two()))?;
        range("/blockSize", self.block_size != Some(0))?;
        range("/parallelization", self.parallelization != Some(0))?;
        self.check_digest(keylen)
    }
}

fn refuse(place: &'static str, is_wrong: bool) -> Result<(), ImportError> {
    if is_wrong { Err(ImportError::new(place, ImportProblem::NotAllowed)) } else { Ok(()) }
}

fn encoded(place: &'static str, text: &Text, encoding: Option<Encoding>) -> Result<(), ImportError> {
    let problem = ImportProblem::Encoding { encoding: encoding.unwrap_or(Encoding::Utf8).word() };
    if decode(text, encoding).is_some() { Ok(()) } else { Err(ImportError::new(place, problem)) }
}

/// A word, if one stands at this place.
fn word<W>(members: &mut Members, place: &'static str, named: fn(&str) -> Option<W>) -> Result<Option<W>, ImportError> {
    let unknown = ImportError::new(place, ImportProblem::UnknownValue);
    members.text(place)?.map(|text| named(text.as_str()).ok_or(unknown)).transpose()
}

impl TryFrom<Json> for CustomPasswordHash {
    type Error = ImportError;

    fn try_from(json: Json) -> Result<Self, ImportError> {
        let missing = |place| ImportError::new(place, ImportProblem::Missing);
        let mut members = Members::of("", json)?;
        let algorithm = word(&mut members, "/algorithm", Algorithm::named)?.ok_or(missing("/algorithm"))?;
        let object = Self {
            algorithm,
            hash: Hash::read(members.object("/hash")?.ok_or(missing("/hash"))?)?,
            salt: members.object("/salt")?.map(Salt::read).transpose()?,
            password: members.object("/password")?.map(Password::read).transpose()?,
            keylen: members.number("/keylen")?,
            cost: members.number("/cost")?,
            block_size: members.number("/blockSize")?,
            parallelization: members.number("/parallelization")?,
        };
        members.end()?;
        object.checked()
    }
}

impl Hash {
    fn read(mut members: Members) -> Result<Self, ImportError> {
        let hash = Self {
            value: members.needed_text("/hash/value")?,
            encoding: word(&mut members, "/hash/encoding", Encoding::named)?,
            digest: word(&mut members, "/hash/digest", HmacDigest::named)?,
            key: members.object("/hash/key")?.map(Key::read).transpose()?,
        };
        members.end().map(|()| hash)
    }
}

impl Key {
    fn read(mut members: Members) -> Result<Self, ImportError> {
        let key = Self {
            value: members.needed_text("/hash/key/value")?,
            encoding: word(&mut members, "/hash/key/encoding", Encoding::named)?,
        };
        members.end().map(|()| key)
    }
}

impl Salt {
    fn read(mut members: Members) -> Result<Self, ImportError> {
        let salt = Self {
            value: members.needed_text("/salt/value")?,
            encoding: word(&mut members, "/salt/encoding", Encoding::named)?,
            position: word(&mut members, "/salt/position", Position::named)?,
        };
        members.end().map(|()| salt)
    }
}

impl Password {
    fn read(mut members: Members) -> Result<Self, ImportError> {
        let password = Self { encoding: word(&mut members, "/password/encoding", PasswordEncoding::named)? };
        members.end().map(|()| password)
    }
}

impl std::str::FromStr for CustomPasswordHash {
    type Err = ImportError;

    /// Reads its JSON.
    fn from_str(text: &str) -> Result<Self, ImportError> {
        Json::read(text)?.try_into()
    }
}

impl From<&CustomPasswordHash> for PasswordHash {
    fn from(object: &CustomPasswordHash) -> Self {
        // Words, texts and numbers: there is nothing in it that JSON does not have.
        Self::declared(NAME, serde_json::to_string(object).unwrap_or_default())
    }
}

impl From<CustomPasswordHash> for PasswordHash {
    fn from(object: CustomPasswordHash) -> Self {
        Self::from(&object)
    }
}

impl TryFrom<&PasswordHash> for CustomPasswordHash {
    type Error = ImportError;

    /// The object that a hash was made of.
    fn try_from(hash: &PasswordHash) -> Result<Self, ImportError> {
        if hash.scheme().is_some_and(|scheme| scheme != NAME) {
            let problem = ImportProblem::Malformed { what: "the hash is of another scheme" };
            return Err(ImportError::new("", problem));
        }
        hash.expose().parse()
    }
}
