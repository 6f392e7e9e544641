//! What Symfony 2 to 5 kept beside a column of salts: `MessageDigestPasswordHasher` and `Pbkdf2PasswordHasher`.
//!
//! Neither writes its algorithm or its iterations: those are in the configuration, and here in the
//! [`HashContext`](super::super::HashContext). Both write base64, or hexadecimal where `encode_as_base64` is off.

#[cfg(feature = "pbkdf2")]
use super::super::pbkdf2::Pbkdf2Hash;
use super::super::{
    Cost, EffectiveInput, HashError, ParsedHash, Password, SecretBytes, Strength, Workspace, algorithm::Algorithm,
    digest::spelled, format::Stored,
};

/// SHA-512, 5,000 times by default: each round hashes the digest before it and the password with its salt in braces.
/// The digest's length tells the algorithm.
pub(super) fn digest(stored: &Stored<'_>) -> Result<Box<dyn ParsedHash>, HashError> {
    let (algorithm, digest) =
        algorithm_of(stored.text()).ok_or(stored.malformed("the digest is not of its length or alphabet"))?;
    let rounds = stored.iterations()?;
    if rounds == 0 {
        return Err(stored.malformed("it has no iterations"));
    }
    stored.bound("rounds", rounds, stored.limits.digest.rounds)?;
    let salt = stored.salt()?;
    let salt = match salt.expose() {
        // PHP takes both for nothing.
        b"" | b"0" => SecretBytes::default(),
        salt if salt.iter().any(|byte| matches!(byte, b'{' | b'}')) => {
            return Err(stored.malformed("Symfony takes no braces in a salt"));
        }
        salt => [b"{", salt, b"}"].concat().into(),
    };
    Ok(Box::new(StretchedDigest {
        scheme: stored.scheme,
        algorithm,
        rounds,
        salt,
        digest,
        most_bytes: stored.limits.digest.bytes(),
    }))
}

/// Whether a text is a digest of one of the algorithms.
pub(super) fn is_digest(text: &str) -> bool {
    algorithm_of(text).is_some()
}

fn algorithm_of(text: &str) -> Option<(Algorithm, SecretBytes)> {
    const KNOWN: [Algorithm; 6] =
        [Algorithm::Md5, Algorithm::Sha1, Algorithm::Sha224, Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512];
    KNOWN.into_iter().find_map(|algorithm| Some((algorithm, spelled(text, algorithm.output_bytes())?)))
}

/// A parsed digest of many rounds.
#[derive(Debug)]
struct StretchedDigest {
    scheme: &'static str,
    algorithm: Algorithm,
    rounds: u64,
    salt: SecretBytes,
    digest: SecretBytes,
    most_bytes: u64,
}

impl ParsedHash for StretchedDigest {
    fn cost(&self) -> Cost {
        Cost::NEGLIGIBLE
    }

    fn strength(&self) -> Strength {
        if self.rounds < 1_000 { Strength::Fast } else { Strength::Slow }
    }

    fn effective_input(&self, _password: &Password) -> EffectiveInput {
        EffectiveInput::Whole
    }

    fn digest(&self) -> &[u8] {
        self.digest.expose()
    }

    fn compute(&self, password: &Password, _workspace: &mut Workspace) -> Result<SecretBytes, HashError> {
        let a_round = (self.algorithm.output_bytes() + password.len() + self.salt.len()) as u64;
        HashError::bound(self.scheme, "bytes for its rounds", self.rounds.saturating_mul(a_round), self.most_bytes)?;
        let mut digest = SecretBytes::default();
        for _ in 0..self.rounds {
            digest = self.algorithm.digest(&[digest.expose(), password.expose(), self.salt.expose()]);
        }
        Ok(digest)
    }
}

/// The default length of a key. One of another length could be the beginning of a longer one.
#[cfg(feature = "pbkdf2")]
const KEY_BYTES: usize = 40;

/// Whether a text is a key of that length.
#[cfg(feature = "pbkdf2")]
pub(super) fn is_key(text: &str) -> bool {
    spelled(text, KEY_BYTES).is_some()
}

/// PBKDF2 over a digest that the configuration names, so that there is a scheme for each.
#[cfg(feature = "pbkdf2")]
pub(super) fn pbkdf2(stored: &Stored<'_>, prf: Algorithm) -> Result<Box<dyn ParsedHash>, HashError> {
    let key = stored.digest(spelled(stored.text(), KEY_BYTES), KEY_BYTES)?;
    Ok(Box::new(Pbkdf2Hash::new(stored, prf, stored.iterations()?, stored.salt()?, key)?))
}
