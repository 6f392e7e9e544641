//! Firebase Authentication's scrypt (<https://github.com/firebase/scrypt>).
//!
//! Not scrypt alone: its 32 bytes are an AES-256 key, and what is stored is the project's *signer key* encrypted with it
//! (counter mode from zero). An export has digest and salt of each user, and the signer key, the salt separator, the
//! rounds and the memory cost of the project apart; every system that imports them has a text of its own for all six.
//! Where the text has no signer key, it comes from [`HashContext::key`](crate::password::HashContext::key).

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use base64ct::{Base64, Encoding};
use serde::Deserialize;

use super::{
    ImportError, ImportProblem,
    json::{Json, Members, Text},
};
use crate::password::{
    Cost, EffectiveInput, HashContext, HashError, ParsedHash, Password, PasswordHash, SecretBytes, Strength, Workspace,
    field,
    format::{Format, Stored, any_text},
    scrypt::ScryptHash,
};

/// The bytes of scrypt that are used: an AES-256 key.
const DERIVED_BYTES: usize = 32;

/// The shortest signer key, and so digest, that is verified. Firebase's has 64 bytes.
const SHORTEST_SIGNER: usize = 16;

/// Clerk's spelling begins with nothing and must be declared.
pub(in crate::password) static FORMATS: &[Format] = &[Format {
    name: "firebase-scrypt",
    prefixes: &["$f_scrypt$", "$fbscrypt$", "$firebase-scrypt$", "$firebasescrypt$", "$firescrypt$"],
    fits: any_text,
    parse,
}];

/// The fields of a text, in whatever order it has them.
#[derive(Default)]
struct Fields<'a> {
    hash: &'a str,
    salt: &'a str,
    separator: &'a str,
    /// Where it is not in the text, it is in the context.
    signer: Option<&'a str>,
    rounds: &'a str,
    cost: &'a str,
}

impl<'a> Fields<'a> {
    fn read(text: &'a str) -> Option<Self> {
        // One more than any spelling has, so that none of them is read with something after it.
        let segments: Vec<&str> = text.splitn(9, '$').collect();
        Some(match *segments.as_slice() {
            ["", "firescrypt", parameters, salt, hash, separator, signer] => {
                let [cost, rounds, parallel] = named(parameters.split(','), ["ln=", "r=", "p="])?;
                is_one(parallel)?;
                Self { hash, salt, separator, signer: Some(signer), rounds, cost }
            }
            ["", "firebasescrypt", parameters, salt, hash, separator, signer] => {
                let [cost, rounds] = named(parameters.split(','), ["ln=", "r="])?;
                Self { hash, salt, separator, signer: Some(signer), rounds, cost }
            }
            ["", "fbscrypt", parameters, salt, hash] => Self { hash, salt, ..Self::supabase(parameters)? },
            ["", "f_scrypt", hash, salt, ref rest @ ..] => {
                let [cost, rounds, separator] = named(rest.iter().copied(), ["m=", "r=", "s="])?;
                Self { hash, salt, separator, signer: None, rounds, cost }
            }
            ["", "firebase-scrypt", ref rest @ ..] => {
                let names = ["hash=", "salt=", "sk=", "ss=", "r=", "m="];
                let [hash, salt, signer, separator, rounds, cost] = named(rest.iter().copied(), names)?;
                Self { hash, salt, separator, signer: Some(signer), rounds, cost }
            }
            [hash, salt, signer, separator, rounds, cost] if !hash.is_empty() => {
                Self { hash, salt, separator, signer: Some(signer), rounds, cost }
            }
            _ => return None,
        })
    }

    /// `v=1,n=14,r=8,p=1,ss=…,sk=…`: separator and signer key may be left out.
    fn supabase(parameters: &'a str) -> Option<Self> {
        let mut parameters = parameters.split(',').peekable();
        let [version, cost, rounds, parallel] = named(parameters.by_ref().take(4), ["v=", "n=", "r=", "p="])?;
        is_one(version)?;
        is_one(parallel)?;
        let separator = parameters.next_if(|parameter| parameter.starts_with("ss="));
        let signer = parameters.next_if(|parameter| parameter.starts_with("sk="));
        let value = |parameter: &'a str| parameter.get(3..).unwrap_or_default();
        let separator = separator.map(value).unwrap_or_default();
        parameters.next().is_none().then(|| Self {
            separator,
            signer: signer.map(value),
            rounds,
            cost,
            ..Self::default()
        })
    }
}

/// The values of exactly these names in this order.
fn named<'a, const N: usize>(mut parameters: impl Iterator<Item = &'a str>, names: [&str; N]) -> Option<[&'a str; N]> {
    let mut values = [""; N];
    for (value, name) in values.iter_mut().zip(names) {
        *value = parameters.next()?.strip_prefix(name)?;
    }
    parameters.next().is_none().then_some(values)
}

fn is_one(parameter: &str) -> Option<()> {
    (parameter == "1").then_some(())
}

/// Of either alphabet, and with its padding: the console exports one, the Admin SDK the other.
fn base64(text: &str) -> Option<SecretBytes> {
    field::any_base64(text).filter(|_| text.len().is_multiple_of(4))
}

fn parse(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let fields = Fields::read(stored.text()).ok_or(stored.malformed("its fields are in none of the known orders"))?;
    let cost = field::decimal(fields.cost).filter(|cost| (1..64).contains(cost));
    let rounds = field::decimal(fields.rounds).ok_or(stored.malformed("the rounds are not a number"))?;
    let salt = base64(fields.salt).ok_or(stored.malformed("the salt is not base64"))?;
    let separator = base64(fields.separator).ok_or(stored.malformed("the separator is not base64"))?;
    let signer = match fields.signer {
        Some(signer) => base64(signer).ok_or(stored.malformed("the signer key is not base64"))?,
        None => stored.key()?,
    };
    if signer.len() < SHORTEST_SIGNER {
        return Err(stored.malformed("the signer key is shorter than 16 bytes"));
    }
    stored.bound("bytes of key", signer.len() as u64, stored.limits.salt_bytes as u64)?;
    let digest = stored.digest(base64(fields.hash), signer.len())?;
    let n = 1 << cost.ok_or(stored.malformed("the memory cost is not 1 to 63"))?;
    let salt = [salt.expose(), separator.expose()].concat();
    let key = ScryptHash::new(stored, n, rounds, 1, salt.into(), SecretBytes::zeroed(DERIVED_BYTES))?;
    Ok(Box::new(FirebaseHash { key, signer, digest }))
}

/// A parsed Firebase hash.
#[derive(Debug)]
struct FirebaseHash {
    /// Derives the AES key; there is nothing that it is compared with.
    key: ScryptHash,
    signer: SecretBytes,
    digest: SecretBytes,
}

impl ParsedHash for FirebaseHash {
    fn cost(&self) -> Cost {
        self.key.cost()
    }

    fn strength(&self) -> Strength {
        self.key.strength()
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        self.key.effective_input(password)
    }

    fn digest(&self) -> &[u8] {
        self.digest.expose()
    }

    fn compute(&self, password: &Password, workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        let key = self.key.compute(password, workspace)?;
        let cipher = aes::Aes256::new_from_slice(key.expose())
            .map_err(|_| HashError::malformed("firebase-scrypt", "AES refuses its key"))?;
        let mut computed = self.signer.clone();
        for (counter, chunk) in (0_u128..).zip(computed.as_mut().chunks_mut(16)) {
            let mut block = counter.to_be_bytes().into();
            cipher.encrypt_block(&mut block);
            chunk.iter_mut().zip(block).for_each(|(byte, pad)| *byte ^= pad);
        }
        Ok(computed)
    }
}

/// The password hash parameters of a Firebase project, which every hash of its users needs.
///
/// Reads an object with the names of Firebase's console: `algorithm`, `base64_signer_key`, `base64_salt_separator`,
/// `rounds`, `mem_cost`.
///
/// ```
/// use waystation::password::vendor::FirebaseProject;
///
/// let project: FirebaseProject = r#"{
///     "algorithm": "SCRYPT",
///     "base64_signer_key": "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
///     "base64_salt_separator": "Bw==",
///     "rounds": 8,
///     "mem_cost": 14
/// }"#
/// .parse()?;
/// // `passwordHash` and `salt` of a user in the export
/// let hash = project.hash(
///     "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
///     "42xEC+ixf3L2lw==",
/// )?;
/// assert_eq!(hash.scheme(), Some("firebase-scrypt"));
/// # Ok::<(), waystation::password::vendor::ImportError>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "Json")]
pub struct FirebaseProject {
    signer: SecretBytes,
    separator: SecretBytes,
    rounds: u64,
    cost: u64,
}

impl FirebaseProject {
    /// The hash of a user with these `passwordHash` and `salt`.
    ///
    /// Its text is that of SuperTokens, and the signer key stands in its context.
    ///
    /// # Errors
    ///
    /// When one of them is not base64, or the hash has not the length of the signer key.
    pub fn hash(&self, password_hash: &str, salt: &str) -> Result<PasswordHash, ImportError> {
        let hash = decoded("/passwordHash", password_hash)?;
        let salt = decoded("/salt", salt)?;
        if hash.len() != self.signer.len() {
            let expected = self.signer.len() as u64;
            return Err(ImportError::new("/passwordHash", ImportProblem::Length { expected }));
        }
        let [hash, salt, separator] =
            [&hash, &salt, &self.separator].map(|bytes| Base64::encode_string(bytes.expose()));
        let text = format!("$f_scrypt${hash}${salt}$m={}$r={}$s={separator}", self.cost, self.rounds);
        let context = HashContext::default().key(self.signer.expose());
        Ok(PasswordHash::declared("firebase-scrypt", text).with_context(context))
    }

    /// The hash of a user as the export has it: an object with `passwordHash` and `salt`, all other members of which are
    /// left alone.
    ///
    /// # Errors
    ///
    /// As [`hash`](Self::hash), and when it is no such object.
    pub fn user(&self, json: &str) -> Result<PasswordHash, ImportError> {
        let mut members = Members::of("", Json::read(json)?)?;
        let hash = members.needed_text("/passwordHash")?;
        let salt = members.text("/salt")?;
        // The Admin SDK calls it so.
        let salt = salt.map_or_else(|| members.needed_text("/passwordSalt"), Ok)?;
        self.hash(hash.as_str(), salt.as_str())
    }
}

fn decoded(place: &'static str, text: &str) -> Result<SecretBytes, ImportError> {
    field::any_base64(text).ok_or(ImportError::new(place, ImportProblem::Encoding { encoding: "base64" }))
}

impl TryFrom<Json> for FirebaseProject {
    type Error = ImportError;

    fn try_from(json: Json) -> Result<Self, ImportError> {
        let mut members = Members::of("", json)?;
        let algorithm = members.text("/algorithm")?;
        if algorithm.as_ref().is_some_and(|algorithm| algorithm.as_str() != "SCRYPT") {
            return Err(ImportError::new("/algorithm", ImportProblem::UnknownValue));
        }
        let signer = decoded("/base64_signer_key", members.needed_text("/base64_signer_key")?.as_str())?;
        if signer.len() < SHORTEST_SIGNER {
            return Err(ImportError::new("/base64_signer_key", ImportProblem::OutOfRange));
        }
        let separator = members.text("/base64_salt_separator")?;
        let separator = separator.as_ref().map_or("", Text::as_str);
        let separator = decoded("/base64_salt_separator", separator)?;
        let range = |place, number, highest| {
            let problem = ImportError::new(place, ImportProblem::OutOfRange);
            if (1..=highest).contains(&number) { Ok(number) } else { Err(problem) }
        };
        let rounds = range("/rounds", members.needed_number("/rounds")?, 8)?;
        let cost = range("/mem_cost", members.needed_number("/mem_cost")?, 14)?;
        members.end()?;
        Ok(Self { signer, separator, rounds, cost })
    }
}

impl std::str::FromStr for FirebaseProject {
    type Err = ImportError;

    /// Reads its JSON.
    fn from_str(text: &str) -> Result<Self, ImportError> {
        Json::read(text)?.try_into()
    }
}
