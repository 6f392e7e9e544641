//! The formats of ASP.NET.
//!
//! Identity (`PasswordHasher`) writes base64 with no marker: a byte of version, then parameters, salt and key.
//! Membership, which came before it, keeps the salt in a column of its own, `PasswordSalt`, in base64; DNN, Episerver,
//! Sitecore and Kentico hold its tables. Umbraco puts that salt in front. All but Identity hash the password's UTF-16.

#[cfg(feature = "pbkdf2")]
use super::pbkdf2::Pbkdf2Hash;
use super::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace,
    algorithm::Algorithm,
    digest::DigestHash,
    field,
    format::{Format, Stored, any_text},
    keyed::KeyedHash,
    utf16,
};

/// The length of every salt of Membership.
const SALT_BYTES: usize = 16;

/// The same in base64.
const SALT_LETTERS: usize = 24;

/// The length of the keys that .NET makes for HMACs over SHA-1 and SHA-256.
const HMAC_KEY_BYTES: usize = 64;

pub(super) static FORMATS: &[Format] = &[
    // Version 2: 0, 16 bytes of salt, 32 of PBKDF2-HMAC-SHA-1 at 1,000 iterations. Version 3, of ASP.NET Core: 1;
    // the function, the iterations and the length of the salt in 32 bits each; salt and key.
    #[cfg(feature = "pbkdf2")]
    Format { name: "aspnet-identity", prefixes: &["A"], fits: is_identity, parse: identity },
    // SHA-1, or since ASP.NET 4.0 HMAC-SHA-256; the length tells which.
    Format { name: "aspnet-membership", prefixes: &[], fits: any_text, parse: membership },
    // The plain digests that `hashAlgorithmType` may name instead.
    Format {
        name: "aspnet-membership-sha256",
        prefixes: &[],
        fits: any_text,
        parse: |stored| salted(stored, Algorithm::Sha256, stored.text(), &column_salt(stored)?),
    },
    Format {
        name: "aspnet-membership-sha512",
        prefixes: &[],
        fits: any_text,
        parse: |stored| salted(stored, Algorithm::Sha512, stored.text(), &column_salt(stored)?),
    },
    // The salt and Membership's hash, one after the other; of version 4 the HMAC-SHA-1 whose key is the password.
    Format { name: "umbraco", prefixes: &[""], fits: is_umbraco, parse: umbraco },
];

/// Identity's bytes, if a text can be some: cheaply told, for what is no base64 of that kind.
#[cfg(feature = "pbkdf2")]
fn identity_bytes(text: &str) -> Option<SecretBytes> {
    const MOST_BYTES: usize = 2_048;
    Some(text).filter(|text| text.len() <= MOST_BYTES).and_then(field::padded_base64)
}

#[cfg(feature = "pbkdf2")]
fn is_identity(text: &str) -> bool {
    identity_bytes(text).is_some_and(|bytes| match bytes.expose() {
        [0, rest @ ..] => rest.len() == SALT_BYTES + 32,
        [1, rest @ ..] => header(rest).is_some(),
        _ => false,
    })
}

#[cfg(feature = "pbkdf2")]
fn identity(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let bytes = identity_bytes(stored.text()).ok_or(stored.malformed("it is not padded base64 of its length"))?;
    let (prf, iterations, salt, key) = match bytes.expose() {
        [0, rest @ ..] if rest.len() == SALT_BYTES + 32 => {
            let (salt, key) = rest.split_at_checked(SALT_BYTES).unwrap_or_default();
            (Algorithm::Sha1, 1_000, salt, key)
        }
        [1, rest @ ..] => header(rest).ok_or(stored.malformed("its header is not that of version 3"))?,
        _ => return Err(stored.malformed("it is of no version that is known")),
    };
    // A key is 32 bytes. Longer ones and those of one digest are of changed hashers; any other is one that was cut.
    if !matches!(key.len(), 32 | 64) && key.len() != prf.output_bytes() {
        return Err(stored.malformed("the key has a length that nobody writes"));
    }
    Ok(Box::new(Pbkdf2Hash::new(stored, prf, iterations, salt.into(), key.into())?))
}

/// What stands after the byte of version 3. All numbers are signed in .NET, which throws on negative ones.
#[cfg(feature = "pbkdf2")]
fn header(bytes: &[u8]) -> Option<(Algorithm, u64, &[u8], &[u8])> {
    let (numbers, body) = bytes.split_first_chunk::<12>()?;
    let ([prf, iterations, salt_bytes], []) = numbers.as_chunks::<4>() else { return None };
    let prf = match u32::from_be_bytes(*prf) {
        0 => Algorithm::Sha1,
        1 => Algorithm::Sha256,
        2 => Algorithm::Sha512,
        _ => return None,
    };
    let iterations = u64::try_from(i32::from_be_bytes(*iterations)).ok().filter(|iterations| *iterations > 0)?;
    let salt_bytes = usize::try_from(i32::from_be_bytes(*salt_bytes)).ok().filter(|bytes| *bytes >= SALT_BYTES)?;
    let (salt, key) = body.split_at_checked(salt_bytes).filter(|(_, key)| key.len() >= 16)?;
    Some((prf, iterations, salt, key))
}

fn membership(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    match_membership(stored, stored.text(), &column_salt(stored)?)
}

/// The salt of the column: its text, or the bytes that it stands for.
fn column_salt(stored: &Stored<'_>) -> Result<SecretBytes, HashError> {
    let salt = stored.salt()?;
    if salt.len() == SALT_BYTES {
        return Ok(salt);
    }
    let text = std::str::from_utf8(salt.expose()).ok().filter(|text| text.len() == SALT_LETTERS);
    let salt = text.and_then(field::padded_base64).filter(|salt| salt.len() == SALT_BYTES);
    salt.ok_or(stored.malformed("the salt is not 16 bytes"))
}

fn match_membership(stored: &Stored<'_>, hash: &str, salt: &SecretBytes) -> Result<Box<dyn ParsedHash>, HashError> {
    match hash.len() {
        28 => salted(stored, Algorithm::Sha1, hash, salt),
        44 => {
            let digest = stored.digest(field::padded_base64(hash), 32)?;
            // .NET fills the key up with the salt, over and over.
            let key: Vec<u8> = salt.expose().iter().copied().cycle().take(HMAC_KEY_BYTES).collect();
            Ok(utf16::hash_of_utf_16(KeyedHash::new(Algorithm::Sha256, key.into(), digest)))
        }
        _ => Err(stored.malformed("it is not the length of SHA-1 or HMAC-SHA-256 in base64")),
    }
}

/// The digest of the salt and the password.
fn salted(
    stored: &Stored<'_>,
    algorithm: Algorithm,
    hash: &str,
    salt: &SecretBytes,
) -> Result<Box<dyn ParsedHash>, HashError> {
    let digest = stored.digest(field::padded_base64(hash), algorithm.output_bytes())?;
    Ok(utf16::hash_of_utf_16(DigestHash::salted(algorithm, salt.clone(), digest)))
}

/// A salt and a hash of Membership. The form of version 4 looks like any SHA-1 in base64.
fn is_umbraco(text: &str) -> bool {
    let (salt, hash) = text.split_at_checked(SALT_LETTERS).unwrap_or_default();
    let base64 = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    let padded = |text: &str, padding| text.strip_suffix(padding).is_some_and(base64);
    matches!(hash.len(), 28 | 44) && padded(salt, "==") && padded(hash, "=")
}

fn umbraco(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let text = stored.text();
    if text.len() == 28 {
        return Ok(Box::new(KeyedByItself(stored.digest(field::padded_base64(text), 20)?)));
    }
    let (salt, hash) = text.split_at_checked(SALT_LETTERS).ok_or(stored.malformed("it is shorter than its salt"))?;
    let salt = field::padded_base64(salt).filter(|salt| salt.len() == SALT_BYTES);
    match_membership(stored, hash, &salt.ok_or(stored.malformed("the salt is not 16 bytes in base64"))?)
}

/// The HMAC-SHA-1 of the password's UTF-16, whose key it is as well.
#[derive(Debug)]
struct KeyedByItself(SecretBytes);

impl ParsedHash for KeyedByItself {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        Strength::Fast
    }

    fn effective_input(&self, password: &Password) -> EffectiveInput {
        utf16::effective_input(password)
    }

    fn digest(&self) -> &[u8] {
        self.0.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        let text = utf16::utf_16(password);
        Ok(Algorithm::Sha1.hmac(&text, &[&text]))
    }
}
