//! phpass, "portable PHP password hashes" (<https://www.openwall.com/phpass/>), and Drupal 7's over SHA-512.
//!
//! A tag, a character for the logarithm of the rounds, eight of salt, and the digest in crypt(3)'s alphabet. The salt's
//! digest is followed by so many rounds, so that there are 2ⁿ + 1 in all. Each reads the password again.

use super::super::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace, algorithm::Algorithm,
    field, format::Stored,
};

/// What Drupal refuses to hash, in bytes.
const DRUPAL_LONGEST: usize = 512;

/// `$P$` or `$H$`, and 22 characters of MD5.
pub(super) fn phpass(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let body = stored.after("$P$").or_else(|_| stored.after("$H$"))?;
    Ok(Box::new(PortableHash::read(stored, body, Algorithm::Md5, 22)?))
}

/// `$S$`, and so much of SHA-512 that the whole has 55 characters. With a `U` in front, of the hexadecimal MD5 that
/// Drupal 6 held, also where that was in phpass's own form.
pub(super) fn drupal7(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    const CHARACTERS: usize = 55 - 12;
    let was_md5 = stored.text().starts_with('U');
    let text = stored.text().strip_prefix('U').unwrap_or(stored.text());
    let hash = match text.split_at_checked(3) {
        Some(("$S$", body)) => PortableHash::read(stored, body, Algorithm::Sha512, CHARACTERS)?,
        Some(("$P$" | "$H$", body)) if was_md5 => PortableHash::read(stored, body, Algorithm::Md5, 22)?,
        _ => return Err(stored.malformed("it does not begin with `$S$` or `U$`")),
    };
    Ok(Box::new(PortableHash { was_md5, longest: if was_md5 { usize::MAX } else { DRUPAL_LONGEST }, ..hash }))
}

/// A parsed portable hash.
#[derive(Debug)]
struct PortableHash {
    scheme: &'static str,
    algorithm: Algorithm,
    rounds: u64,
    salt: SecretBytes,
    /// Its text.
    digest: SecretBytes,
    /// Whether the hexadecimal MD5 of the password is what was hashed.
    was_md5: bool,
    /// The longest password that has a hash, in bytes.
    longest: usize,
    most_bytes: u64,
}

impl PortableHash {
    fn read(stored: &Stored<'_>, body: &str, algorithm: Algorithm, characters: usize) -> Result<Self, HashError> {
        let (&logarithm, rest) = body.as_bytes().split_first().ok_or(stored.malformed("it ends after the tag"))?;
        let (salt, digest) = rest.split_at_checked(8).ok_or(stored.malformed("the salt is not 8 characters"))?;
        let logarithm = field::crypt64(logarithm).filter(|logarithm| (7..=30).contains(logarithm));
        let rounds = 1 << logarithm.ok_or(stored.malformed("the rounds are not 2^7 to 2^30"))?;
        stored.bound("rounds", rounds, stored.limits.digest.rounds)?;
        let is_digest = digest.len() == characters && digest.iter().all(|byte| field::crypt64(*byte).is_some());
        Ok(Self {
            scheme: stored.scheme,
            algorithm,
            rounds,
            salt: salt.into(),
            digest: stored.digest(is_digest.then(|| digest.into()), characters)?,
            was_md5: false,
            longest: usize::MAX,
            most_bytes: stored.limits.digest.bytes(),
        })
    }
}

impl ParsedHash for PortableHash {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        Strength::Slow
    }

    fn effective_input(&self, _password: &Password) -> EffectiveInput {
        EffectiveInput::Whole
    }

    fn digest(&self) -> &[u8] {
        self.digest.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        if password.len() > self.longest {
            return Ok(SecretBytes::default());
        }
        let md5 = self.was_md5.then(|| field::to_hex(Algorithm::Md5.digest(&[password.expose()]).expose()));
        let password = md5.as_ref().map_or(password.expose(), |md5| md5.as_slice());
        let a_round = (self.algorithm.output_bytes() + password.len()) as u64;
        HashError::bound(self.scheme, "bytes for its rounds", self.rounds.saturating_mul(a_round), self.most_bytes)?;
        let mut digest = self.algorithm.digest(&[self.salt.expose(), password]);
        for _ in 0..self.rounds {
            digest = self.algorithm.digest(&[digest.expose(), password]);
        }
        let mut text = crypt64_text(digest.expose());
        text.truncate(self.digest.len());
        Ok(text.into())
    }
}

/// In crypt(3)'s alphabet, the lowest six bits of each three bytes first.
pub(in crate::password) fn crypt64_text(bytes: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let group = |bytes: &[u8]| {
        let bits = bytes.iter().rev().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let characters = (0..=bytes.len()).map(move |place| bits >> (6 * place) & 63);
        characters.filter_map(|value| ALPHABET.get(value as usize)).copied().collect::<Vec<u8>>()
    };
    bytes.chunks(3).flat_map(group).collect()
}
